"""What a citizen does with a dossier of theirs: send what was asked for, choose the way home, withdraw, rate."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4

from fastapi import Request, Response

from services.intake.api.filing import Desk, once_marked
from services.intake.domain.changing import choose_home, correct, rate, withdraw
from services.intake.domain.dossier import Dossier
from services.intake.domain.facts import Asked
from services.intake.domain.filing import LONGEST, Applicant, Seal
from services.intake.domain.standing import Standing
from services.intake.pages.portal.mine import standing
from services.intake.pages.portal.own import AtDesk, dossier_of, go
from services.intake.pages.portal.sheets import MOST_SCANS, Mistake, by_field, digests
from services.intake.pages.tracking import said_in
from services.intake.templates import portal_words as words
from shared import door
from shared.auth import Citizen
from shared.contracts.intake import HomeBy, PaperTicked
from shared.door import Now
from shared.errors import Refusal, Repeated
from shared.events import Decision, Event
from shared.people import Person
from shared.web import Web, form

__all__ = ["router"]

router = door.router()

WRONG_STATUS = 422


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of what was asked for: papers and fields in one write."""

    papers: tuple[PaperTicked, ...]
    fields: dict[str, str]

    def sealed(self, seal: Seal) -> "Sent":
        """The same with its numbers sealed."""
        fields = {name: seal(raw) if name.endswith("number") else raw for name, raw in self.fields.items()}
        return replace(self, fields=fields)

    def decide(self, dossier: Dossier, desk: Desk, by: Person, at: datetime) -> Decision[Dossier]:
        events, seals, respond_by = list[Event](), desk.seals, desk.respond_by(at)
        if self.fields:
            dossier, *said = correct(
                dossier,
                self.fields,
                "asked-for",
                seal=seals.seal,
                mark=seals.mark,
                unseal=seals.open,
                by=by,
                at=at,
                respond_by=respond_by,
            )
            events += said
        if self.papers:
            dossier, *said = dossier.supplement(self.papers, by=by, at=at, respond_by=respond_by)
            events += said
        return dossier, *events


@router.get("/my/{dossier_id}/asked", include_in_schema=False)
async def asked(dossier_id: UUID, request: Request, by: Citizen, pages: Web, desk: AtDesk) -> Response:
    """Exactly the papers and fields that were asked for, each with its reason."""
    it = await standing(desk, await dossier_of(desk, str(dossier_id), by))
    return _asked(request, pages, desk, it, {}, [])


@router.post("/my/{dossier_id}/asked", include_in_schema=False)
async def supply(dossier_id: UUID, request: Request, by: Citizen, pages: Web, desk: AtDesk, now: Now) -> Response:
    """All of it at once (NĐ 61/2018 art. 15.3): papers and fields join the dossier in one write."""
    fields, it = await form(request), await standing(desk, await dossier_of(desk, str(dossier_id), by))
    if not it.asked:
        return go(f"/my/{dossier_id}")  # it came already: the button was pressed twice
    opened = it.dossier.filing.sealed(desk.seals.open)
    sent, wrong = _sent(fields, it, lambda field: _value(opened.applicant, opened.owner, field))
    if wrong:
        return _asked(request, pages, desk, it, fields, wrong)
    try:
        await desk.check_papers(sent.papers, opened, by, it.procedure.largest_scan)
        await desk.store.dossiers.change(
            it.dossier.id,
            lambda there: sent.decide(there, desk, by, now),
            once=once_marked(_key(fields), sent.sealed, desk.seals),
        )
    except Repeated:
        pass
    except Refusal as refusal:
        return _asked(request, pages, desk, it, fields, [Mistake.of(refusal, f"field-{refusal.about}")])
    return go(f"/my/{dossier_id}?done=supplied")


@router.get("/my/{dossier_id}/home", include_in_schema=False)
async def home(dossier_id: UUID, request: Request, by: Citizen, pages: Web, desk: AtDesk) -> Response:
    it = await standing(desk, await dossier_of(desk, str(dossier_id), by))
    filing = it.dossier.filing
    return _home(request, pages, it, {"home_by": filing.home_by, "address": filing.applicant.address}, [], 200)


@router.post("/my/{dossier_id}/home", include_in_schema=False)
async def choose(dossier_id: UUID, request: Request, by: Citizen, pages: Web, desk: AtDesk, now: Now) -> Response:
    """Send the result home another way, as long as there is none."""
    fields, it = await form(request), await standing(desk, await dossier_of(desk, str(dossier_id), by))
    wanted, address = cast("HomeBy", fields.get("home_by", "counter")), fields.get("address", "")[: LONGEST["address"]]
    if wanted not in words.HOME_BY:
        wanted = "counter"

    def decide(there: Dossier) -> Decision[Dossier]:
        return choose_home(there, wanted, address, is_decided=it.is_decided, by=by, at=now)

    try:
        it.procedure.check(it.dossier.filing.channel, wanted, it.dossier.filing.case)
        await desk.store.dossiers.change(it.dossier.id, decide)
    except Refusal as refusal:
        return _home(request, pages, it, fields, [Mistake.of(refusal)], refusal.status)
    return go(f"/my/{dossier_id}?done=home")


@router.get("/my/{dossier_id}/withdrawal", include_in_schema=False)
async def withdrawal(dossier_id: UUID, request: Request, by: Citizen, pages: Web, desk: AtDesk) -> Response:
    """What withdrawing brings with it, before it is done."""
    it = await standing(desk, await dossier_of(desk, str(dossier_id), by))
    return pages.show(request, "portal_withdrawal.html", it=it, wrong={}, typed="")


@router.post("/my/{dossier_id}/withdrawal", include_in_schema=False)
async def take_back(dossier_id: UUID, request: Request, by: Citizen, pages: Web, desk: AtDesk, now: Now) -> Response:
    fields, it = await form(request), await standing(desk, await dossier_of(desk, str(dossier_id), by))
    typed = fields.get("words", "")

    def decide(there: Dossier) -> Decision[Dossier]:
        return withdraw(there, "applicants-wish", typed, is_decided=it.is_decided, by=by, at=now)

    try:
        await desk.store.dossiers.change(it.dossier.id, decide)
    except Refusal as refusal:
        wrong = by_field([Mistake.of(refusal, "words")])
        return pages.show(request, "portal_withdrawal.html", refusal.status, it=it, wrong=wrong, typed=typed)
    return go(f"/my/{dossier_id}?done=withdrawn")


@router.get("/my/{dossier_id}/rating", include_in_schema=False)
async def rating(dossier_id: UUID, request: Request, by: Citizen, pages: Web, desk: AtDesk) -> Response:
    it = await standing(desk, await dossier_of(desk, str(dossier_id), by))
    return pages.show(request, "portal_rating.html", it=it, wrong={}, words=words)


@router.post("/my/{dossier_id}/rating", include_in_schema=False)
async def say(dossier_id: UUID, request: Request, by: Citizen, pages: Web, desk: AtDesk, now: Now) -> Response:
    """Said again, the last word counts."""
    fields, it = await form(request), await standing(desk, await dossier_of(desk, str(dossier_id), by))
    score, reasons = said_in(fields)
    try:
        await desk.store.dossiers.change(it.dossier.id, lambda there: rate(there, score, reasons, by=by, at=now))
    except Refusal as refusal:
        wrong = by_field([Mistake.of(refusal, "score")])
        return pages.show(request, "portal_rating.html", refusal.status, it=it, wrong=wrong, words=words)
    return go(f"/my/{dossier_id}?done=rated")


def _sent(fields: Mapping[str, str], it: Standing, was: Callable[[str], str]) -> tuple[Sent, list[Mistake]]:
    papers, corrected, wrong = list[PaperTicked](), dict[str, str](), list[Mistake]()
    for asked in it.asked:
        if asked.about == "field" and asked.code in words.FIELDS:
            now = fields.get(f"field-{asked.code}", "")[: LONGEST["address"]]
            if now == was(asked.code):
                wrong.append(Mistake(f"field-{asked.code}", words.REFUSED["field-unchanged"], words.FIELDS[asked.code]))
            corrected[asked.code] = now
        elif asked.about == "paper" and by_file(it, asked):
            scans = digests(fields.get(f"scan-{asked.code}", ""))
            if not scans:
                named = next((known.name for known in it.procedure.papers if known.code == asked.code), asked.code)
                wrong.append(Mistake(f"scan-{asked.code}", words.REFUSED["papers-missing"], named))
            papers.append(PaperTicked(asked.code, electronic=len(scans), scans=scans))
    return Sent(tuple(papers), corrected), wrong


def by_file(it: Standing, asked: Asked) -> bool:
    """Whether files can stand for this paper; what is not on the checklist may be anything."""
    paper = next((known for known in it.procedure.papers if known.code == asked.code), None)
    return paper is None or paper.electronic > 0


def _asked(
    request: Request, pages: Web, desk: Desk, it: Standing, fields: Mapping[str, str], wrong: list[Mistake]
) -> Response:
    names = {paper.code: paper.name for paper in it.procedure.papers}
    opened = it.dossier.filing.sealed(desk.seals.open)
    known = [asked for asked in it.asked if asked.about == "field" and asked.code in words.FIELDS]
    typed = {asked.code: _value(opened.applicant, opened.owner, asked.code) for asked in known}
    typed |= {code: fields[f"field-{code}"] for code in typed if f"field-{code}" in fields}
    told: dict[str, Any] = {"papers": [], "fields": known, "on_paper": [], "typed": typed, "names": names}
    told["most_scans"] = MOST_SCANS
    for asked in it.asked:
        if asked.about == "paper":
            told["papers" if by_file(it, asked) else "on_paper"].append(asked)
    scans = {asked.code: " ".join(digests(fields.get(f"scan-{asked.code}", ""))) for asked in told["papers"]}
    mistakes, key = by_field(wrong), fields.get("key", "") or str(uuid4())
    status = WRONG_STATUS if wrong else 200
    return pages.show(
        request, "portal_asked.html", status, it=it, wrong=mistakes, scans=scans, key=key, words=words, **told
    )


def _home(
    request: Request, pages: Web, it: Standing, fields: Mapping[str, str], wrong: list[Mistake], status: int
) -> Response:
    return pages.show(request, "portal_way.html", status, it=it, fields=fields, wrong=by_field(wrong), words=words)


def _value(applicant: Applicant, owner: Applicant | None, field: str) -> str:
    person = (owner or applicant) if field.startswith("owner.") else applicant
    return str(getattr(person, field.removeprefix("owner.")))


def _key(fields: Mapping[str, str]) -> str:
    raw = fields.get("key", "")[:60]
    return f"page/{raw}" if raw else ""
