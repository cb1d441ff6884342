"""Filing online, from a phone: the checklist first, then one thing on each screen, a draft saved at every step."""

import secrets
from dataclasses import replace
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from fastapi import Request, Response

from services.intake.api.filing import Desk, once_marked
from services.intake.api.given import Drafts
from services.intake.api.shown import Filed
from services.intake.domain.dossier import Dossier
from services.intake.domain.draft import Draft
from services.intake.domain.filing import Applicant, Filing
from services.intake.domain.procedure import ORDINARY, Procedure
from services.intake.pages.portal.own import AtDesk, Begun, begun, begun_by, go, is_filed, not_there, with_earlier
from services.intake.pages.portal.sheets import (
    MOST_SCANS,
    SHEETS,
    Mistake,
    Sheet,
    bill_lines,
    by_field,
    mistakes,
    offices,
    sheet_of,
)
from services.intake.templates import portal_words as words
from services.intake.templates.money import amount
from shared import door
from shared.auth import Citizen
from shared.calendar import Term, local_day
from shared.codes import TrackingCode
from shared.door import Now, WrongField
from shared.errors import Conflict, Refusal, Repeated
from shared.people import Person
from shared.web import Web, form

__all__ = ["router"]

router = door.router()

WRONG_STATUS = 422
HERE = "here"
"""Of `later`: the reader stays where they are, and 204 says that it was saved."""


@router.get("/file/{procedure}", include_in_schema=False)
async def start(
    procedure: str, request: Request, by: Citizen, pages: Web, desk: AtDesk, now: Now, case: str = ""
) -> Response:
    """What is needed, before anything is asked; and the cases, as a question."""
    it = desk.offered.procedure(procedure, local_day(now))
    chosen = case if case in {ORDINARY, *(known.code for known in it.cases)} else ""
    papers = it.checklist(chosen) if chosen or not it.cases else ()
    drafts = [draft for draft in await desk.store.drafts_of(by.id, now) if draft.filing.procedure == it.code]
    barred = _barred(it)
    told: dict[str, Any] = {"papers": papers, "case": chosen, "ordinary": ORDINARY, "drafts": drafts, "barred": barred}
    return pages.show(request, "portal_start.html", it=it, id=str(uuid4()), due=_due(it, chosen, desk, now), **told)


@router.post("/file/{procedure}", include_in_schema=False)
async def begin(
    procedure: str, request: Request, by: Citizen, pages: Web, desk: AtDesk, drafts: Drafts, now: Now
) -> Response:
    """A draft under the id that the page made, so that pressing twice begins one."""
    fields = await form(request)
    it, case = desk.offered.procedure(procedure, local_day(now)), fields.get("case", "")
    it.checklist(case)
    id, code = _id(fields.get("id", "")), TrackingCode.make(secrets.token_bytes(8)).text
    spoken = "en" if pages.language(request).code == "en" else "vi"
    filing = Filing(it.code, Applicant(by.name, language=spoken), case=case, channel="online")
    await drafts.keep(id, lambda there: (there,) if there else Draft.begin(id, filing, code=code, by=by, at=now))
    return go(f"/my/drafts/{id}/who")


@router.get("/my/drafts/{draft_id}", include_in_schema=False)
async def resume(draft_id: UUID, request: Request, by: Citizen, pages: Web, desk: AtDesk, now: Now) -> Response:
    """To the first screen that is not right yet."""
    if dossier := await is_filed(desk, str(draft_id)):
        return await _filed(request, pages, desk, dossier, by)
    it = await begun(desk, str(draft_id), by, now)
    if not it.knows_case:
        return _choose(it)
    left = mistakes(it.filing, it.asking)
    return go(f"/my/drafts/{draft_id}/{left[0][0].name if left else 'review'}")


@router.post("/my/drafts/{draft_id}/throw-away", include_in_schema=False)
async def throw_away(
    draft_id: UUID, request: Request, by: Citizen, pages: Web, desk: AtDesk, drafts: Drafts
) -> Response:
    """Whatever became of its procedure. Pressed twice it is thrown away once."""
    if dossier := await is_filed(desk, str(draft_id)):
        return await _filed(request, pages, desk, dossier, by)
    draft = await begun_by(desk, str(draft_id), by)
    if not draft.is_over:
        await drafts.change(draft.id, lambda there: there.throw_away(by=by))
    return go("/my?done=thrown-away")


@router.get("/my/drafts/{draft_id}/case", include_in_schema=False)
async def ask_case(draft_id: UUID, request: Request, by: Citizen, pages: Web, desk: AtDesk, now: Now) -> Response:
    """The cases as a question once more: the one that was chosen may be gone in a newer version."""
    if dossier := await is_filed(desk, str(draft_id)):
        return await _filed(request, pages, desk, dossier, by)
    it = await begun(desk, str(draft_id), by, now)
    return pages.show(request, "portal_case.html", it=it, filing=it.filing, ordinary=ORDINARY, words=words)


@router.post("/my/drafts/{draft_id}/case", include_in_schema=False)
async def choose_case(
    draft_id: UUID, request: Request, by: Citizen, pages: Web, desk: AtDesk, drafts: Drafts, now: Now
) -> Response:
    """All that was given is kept: what the new case does not ask for goes when its papers are saved."""
    if dossier := await is_filed(desk, str(draft_id)):
        return await _filed(request, pages, desk, dossier, by)
    it, case = await begun(desk, str(draft_id), by, now), (await form(request)).get("case", "")
    if not it.asking.knows(case):
        return _choose(it)
    filing = replace(it.filing, case="" if case == ORDINARY else case).sealed(desk.seals.seal)
    await drafts.change(it.draft.id, lambda there: there.save(filing, by=by, at=now))
    return go(f"/my/drafts/{draft_id}")


@router.get("/my/drafts/{draft_id}/review", include_in_schema=False)
async def review(draft_id: UUID, request: Request, by: Citizen, pages: Web, desk: AtDesk, now: Now) -> Response:
    """Everything once more, what it will cost, when it will be done; and what it may be a twin of."""
    if dossier := await is_filed(desk, str(draft_id)):
        return await _filed(request, pages, desk, dossier, by)
    it = await begun(desk, str(draft_id), by, now)
    return await _review(request, pages, desk, it, by, now) if it.knows_case else _choose(it)


@router.post("/my/drafts/{draft_id}/review", include_in_schema=False)
async def send(draft_id: UUID, request: Request, by: Citizen, pages: Web, desk: AtDesk, now: Now) -> Response:
    """File it, once, under the draft's id. What is wrong is told on the same page, and nothing is filed."""
    id = str(draft_id)
    if dossier := await is_filed(desk, id):
        return await _filed(request, pages, desk, dossier, by)
    it = await begun(desk, id, by, now)
    if not it.knows_case:
        return _choose(it)
    if mistakes(it.filing, it.asking):
        return await _review(request, pages, desk, it, by, now, status=WRONG_STATUS)
    same = once_marked("created", it.filing.sealed, desk.seals, Filed.to(by), 201)
    try:
        submitting = await desk.submitting(id, it.filing, by, now)
        await desk.store.dossiers.create(id, submitting.decide, once=same)
    except (Repeated, Conflict):
        if not (dossier := await is_filed(desk, id)):
            raise
        return await _filed(request, pages, desk, dossier, by)
    except Refusal as refusal:
        return await _review(request, pages, desk, it, by, now, refusal=refusal, status=refusal.status)
    await desk.store.drafts.change(id, Draft.end)
    return go(f"/my/{id}/receipt")


@router.get("/my/drafts/{draft_id}/{step}", include_in_schema=False)
async def show(
    draft_id: UUID, step: str, request: Request, by: Citizen, pages: Web, desk: AtDesk, now: Now
) -> Response:
    if dossier := await is_filed(desk, str(draft_id)):
        return await _filed(request, pages, desk, dossier, by)
    it, sheet = await _at(desk, str(draft_id), step, by, now), _step(step)
    return _sheet(request, pages, it, sheet, []) if it.knows_case else _choose(it)


@router.post("/my/drafts/{draft_id}/{step}", include_in_schema=False)
async def save(
    draft_id: UUID, step: str, request: Request, by: Citizen, pages: Web, desk: AtDesk, drafts: Drafts, now: Now
) -> Response:
    """Keep what was typed, right or wrong; then on to the next screen, or the same with what to mend.

    `later` saves and leaves, `back` saves and goes to the screen before; `later=here` is the sheet that saves itself.
    """
    if dossier := await is_filed(desk, str(draft_id)):
        return await _filed(request, pages, desk, dossier, by)
    it, sheet, fields = await _at(desk, str(draft_id), step, by, now), _step(step), await form(request)
    filing = sheet.read(fields, it.filing, it.asking)
    sealed = filing.sealed(desk.seals.seal)
    draft = await drafts.change(it.draft.id, lambda there: there.save(sealed, by=by, at=now))
    if fields.get("later") == HERE:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    saved = Begun(draft, filing, it.asking)
    if fields.get("later") or fields.get("back"):
        return go("/my?done=saved" if fields.get("later") else _before(sheet, saved))
    if not it.knows_case:
        return _choose(it)
    if wrong := sheet.check(filing, it.asking):
        return _sheet(request, pages, saved, sheet, wrong)
    return go(f"/my/drafts/{draft_id}/{_after(sheet, filing)}")


async def _at(desk: Desk, id: str, step: str, by: Person, at: datetime) -> Begun:
    it = await begun(desk, id, by, at)
    return await with_earlier(desk, it, by) if step == "papers" else it


def _choose(it: Begun) -> Response:
    return go(f"/my/drafts/{it.draft.id}/case")


def _step(name: str) -> Sheet:
    if sheet := sheet_of(name):
        return sheet
    raise not_there()


def _after(sheet: Sheet, filing: Filing) -> str:
    later = SHEETS[SHEETS.index(sheet) + 1 :]
    return next((it.name for it in later if it.is_for(filing)), "review")


def _before(sheet: Sheet, it: Begun) -> str:
    earlier = [known.name for known in SHEETS[: SHEETS.index(sheet)] if known.is_for(it.filing)]
    return f"/my/drafts/{it.draft.id}/{earlier[-1]}" if earlier else f"/file/{it.procedure.code}"


def _sheet(request: Request, pages: Web, it: Begun, sheet: Sheet, wrong: list[Mistake]) -> Response:
    steps = [known for known in SHEETS if known.is_for(it.filing)]
    told: dict[str, Any] = {"sheet": sheet, "number": steps.index(sheet) + 1, "steps": len(steps) + 1}
    return pages.show(
        request,
        f"portal_{sheet.name}.html",
        WRONG_STATUS if wrong else 200,
        it=it,
        filing=it.filing,
        wrong=by_field(wrong),
        offices=offices(it.asking),
        words=words,
        most_scans=MOST_SCANS,
        **told,
    )


async def _review(
    request: Request,
    pages: Web,
    desk: Desk,
    it: Begun,
    by: Person,
    at: datetime,
    *,
    refusal: Refusal | None = None,
    status: int = 200,
) -> Response:
    left = mistakes(it.filing, it.asking)
    alike = () if left or refusal else await _alike(desk, it, by, at)
    lines = bill_lines(it.filing, it.procedure, by)
    steps = len([known for known in SHEETS if known.is_for(it.filing)]) + 1
    told: dict[str, Any] = {"left": left, "alike": alike, "lines": lines, "steps": steps, "words": words}
    told["respond_by"] = desk.respond_by(at)
    told["refused"] = words.refusal(refusal) if refusal else ""
    told["office"] = next((o.name for o in offices(it.asking) if o.code == it.filing.receiving_office), "")
    told["money_of"] = partial(amount, language=pages.language(request))
    due = _due(it.procedure, it.filing.case, desk, at)
    return pages.show(request, "portal_review.html", status, it=it, filing=it.filing, due=due, **told)


async def _alike(desk: Desk, it: Begun, by: Person, at: datetime) -> tuple[str, ...]:
    """The ids of open dossiers that this one may be once more; only their own are named."""
    try:
        submitting = await desk.submitting(it.draft.id, it.filing, by, at)
    except Refusal:
        return ()
    return tuple(other.dossier for other in submitting.resembles if other.filed_by == by.id)


async def _filed(request: Request, pages: Web, desk: Desk, dossier: Dossier, by: Person) -> Response:
    """What the draft became: their own page; or, of one that was finished at a counter, where to follow it."""
    if dossier.filed_by == by.id:
        return go(f"/my/{dossier.id}")
    draft = await begun_by(desk, dossier.id, by)
    if not draft.became(dossier.submitted_at):
        raise not_there()
    return pages.show(request, "portal_filed.html", it=dossier)


def _barred(it: Procedure) -> str:
    """Why it cannot be filed online, in words; empty where it can."""
    try:
        it.check("online", "counter", ORDINARY)
    except Refusal as refusal:
        return words.refusal(refusal)
    return ""


def _due(it: Procedure, case: str, desk: Desk, at: datetime) -> datetime:
    """When it would be done if it were received now."""
    terms = it.terms(case)
    return desk.working.due(at, Term(terms.unit, terms.amount))


def _id(raw: str) -> str:
    try:
        return str(UUID(raw))
    except ValueError as wrong:
        raise WrongField("Load the page again and begin from there.", about="id") from wrong
