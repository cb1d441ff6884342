"""What a citizen filed: the list with what waits for them, one dossier with everything about it, its receipt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from uuid import UUID

import segno
from fastapi import Request, Response

from services.intake.api.filing import Desk
from services.intake.api.given import Bank
from services.intake.api.mine import told_to_filer
from services.intake.domain.catalogue import Catalogue, ProcedureNotInForce
from services.intake.domain.dossier import Dossier
from services.intake.domain.draft import Draft
from services.intake.domain.facts import Asked
from services.intake.domain.outlook import today
from services.intake.domain.procedure import Procedure
from services.intake.domain.standing import Standing
from services.intake.pages.pay import pay_address
from services.intake.pages.portal.own import AtDesk, dossier_of
from services.intake.pages.tracking import ASKED, told_of
from services.intake.templates import portal_words, words
from shared import door
from shared.auth import Citizen
from shared.calendar import local_day
from shared.door import Now
from shared.web import Web

__all__ = ["router", "standing"]

router = door.router()

PAGE = 50
"""Dossiers on one page of the list."""
MOST_PAGES = 1_000


@dataclass(frozen=True, slots=True)
class Listed:
    """A draft in the list, and whether its procedure still takes filings."""

    draft: Draft
    name: str
    is_offered: bool
    successor: Procedure | None
    """What the catalogue names in its place."""

    @classmethod
    def of(cls, draft: Draft, offered: Catalogue, day: date) -> Self:
        code = draft.filing.procedure
        versions = offered.versions(code)
        name = versions[-1].name if versions else code
        try:
            now = today(offered, code, day)
        except ProcedureNotInForce:
            return cls(draft, name, is_offered=False, successor=None)
        is_offered = now in versions
        return cls(draft, name, is_offered, None if is_offered else now)


async def standing(desk: Desk, dossier: Dossier) -> Standing:
    procedure = desk.offered.version(dossier.filing.procedure, dossier.version)
    return Standing.of(dossier, await desk.store.progress_of(dossier.id), procedure)


@router.get("/my", include_in_schema=False)
async def mine(
    request: Request,
    by: Citizen,
    pages: Web,
    desk: AtDesk,
    now: Now,
    done: str = "",
    page: int = 1,
) -> Response:
    """What waits for them first, however old; then the newest, page by page; drafts on the first page."""
    page = min(max(page, 1), MOST_PAGES)
    found = await desk.store.filed_by(by.id, limit=PAGE + 1, skip=(page - 1) * PAGE)
    listed = {it.id for it in found[:PAGE]}
    is_first, older = page == 1, list[Dossier]()
    if is_first and len(found) > PAGE:
        older = [it for it in await desk.store.open_of(by.id) if it.id not in listed]
    all = await _standings(desk, (*found[:PAGE], *older))
    drafts, filed = await desk.store.drafts_and_filed_of(by.id, now) if is_first else ([], [])
    day = local_day(now)
    return pages.show(
        request,
        "portal_mine.html",
        all=sorted((it for it in all if it.waits or it.dossier.id in listed), key=lambda it: is_first and not it.waits),
        page=page,
        is_more=len(found) > PAGE,
        most=PAGE,
        drafts=[Listed.of(it, desk.offered, day) for it in drafts],
        elsewhere=[it for it in filed if it.filed_by != by.id],
        done=portal_words.DONE.get(done, ""),
        states=words.STATES,
        words=portal_words,
    )


async def _standings(desk: Desk, dossiers: Sequence[Dossier]) -> list[Standing]:
    known = {it.id: it for it in await desk.store.progress_of_all([it.id for it in dossiers])}
    versions = {it.id: desk.offered.version(it.filing.procedure, it.version) for it in dossiers}
    return [Standing.of(it, known.get(it.id), versions[it.id]) for it in dossiers]


@router.get("/my/{dossier_id}", include_in_schema=False)
async def show(
    dossier_id: UUID, request: Request, by: Citizen, pages: Web, desk: AtDesk, bank: Bank, now: Now, done: str = ""
) -> Response:
    """One dossier as the tracking page tells it, with what waits for them and what they may do."""
    dossier = await dossier_of(desk, str(dossier_id), by)
    it, tracked = await told_to_filer(dossier, desk.store, desk.offered, now)
    pay = pay_address(request, dossier.id, now) if it.owed and bank.is_there else ""
    done = "supplied-part" if done == "supplied" and it.asked else done
    told: dict[str, Any] = {"mine": it, "pay": pay, "done": portal_words.DONE.get(done, "")}
    told["coming"] = words.coming(it.state, is_theirs=bool(it.asked or (it.owed and it.state != ASKED)))
    told |= {"asked": [_named(asked, it.procedure) for asked in it.asked], "portal": portal_words}
    return pages.show(request, "portal_dossier.html", **(told_of(request, pages, tracked) | told))


@router.get("/my/{dossier_id}/receipt", include_in_schema=False)
async def receipt(dossier_id: UUID, request: Request, by: Citizen, pages: Web, desk: AtDesk) -> Response:
    """The receipt of an online filing: its number with the check symbol, until when it is answered; to be printed."""
    dossier = await dossier_of(desk, str(dossier_id), by)
    procedure = desk.offered.version(dossier.filing.procedure, dossier.version)
    names = {it.code: it.name for it in procedure.papers}
    settings = request.app.state.settings
    qr = segno.make(f"{settings.public_url}/track?code={dossier.tracking}", error="m", micro=False)
    told: dict[str, Any] = {
        "papers": [(names.get(it.code, it.code), len(it.scans)) for it in dossier.filing.papers],
        "left": procedure.missing(dossier.filing.papers, dossier.filing.case),
        "qr": qr.svg_inline(omitsize=True, border=4, light="#fff"),
        "office": next((it.name for it in desk.offered.offices if it.code == dossier.filing.receiving_office), ""),
        "home": portal_words.HOME_BY[dossier.filing.home_by],
    }
    return pages.show(request, "portal_receipt.html", it=dossier, procedure=procedure, **told)


def _named(it: Asked, procedure: Procedure) -> tuple[Asked, str, bool]:
    """What is asked for, its name, and whether it can be sent as a file or typed here."""
    if it.about == "field":
        return it, portal_words.FIELDS.get(it.code, it.code), it.code in portal_words.FIELDS
    paper = next((known for known in procedure.papers if known.code == it.code), None)
    return it, paper.name if paper else it.code, paper is None or paper.electronic > 0
