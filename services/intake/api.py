"""Intake over HTTP: read the request, change a dossier, show the answer."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import Request

from services.intake.domain.catalogue import Catalogue, Office, Procedure
from services.intake.domain.dossier import Dossier, Filing, Received, submit_and_accept
from services.intake.domain.progress import Entry, Progress, national_state, timeline
from services.intake.store import Store
from shared import door
from shared.auth import Anyone, CounterClerk, Filer, Insider
from shared.calendar import VIETNAM, Calendar, Term
from shared.codes import AgencyCode, DossierCode, TrackingCode
from shared.contracts.intake import HomeBy, PaperTicked
from shared.documents import Documents, Stored, recognised
from shared.door import FromApp, FromStore, Key, Now, once
from shared.errors import NotFound
from shared.events import Decision
from shared.people import Person
from shared.repository import Repository

__all__ = ["router"]

router = door.router(tags=["dossiers"])

Dossiers = Annotated[Repository[Dossier], FromStore("dossiers")]
Kept = Annotated[Store, FromApp("store")]
Offered = Annotated[Catalogue, FromApp("catalogue")]
Working = Annotated[Calendar, FromApp("calendar")]
Papers = Annotated[Documents, FromApp("papers")]


class UnknownScan(NotFound):
    """A scan was named that was never uploaded here."""

    status = 422


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a filing. The tracking code works from this second on."""

    id: str
    tracking: str
    state: str
    submitted_at: datetime

    @classmethod
    def of(cls, dossier: Dossier) -> Self:
        return cls(dossier.id, dossier.tracking, dossier.state, dossier.submitted_at)


@dataclass(frozen=True, slots=True)
class Slip:
    """What the reception slip says (form 1 of TT 01/2018)."""

    id: str
    code: str
    tracking: str
    procedure: str
    receiving_office: str
    competent_office: str
    received_at: datetime
    due_at: datetime
    home_by: HomeBy

    @classmethod
    def of(cls, dossier: Dossier) -> Self:
        filing = dossier.filing
        return cls(
            dossier.id,
            dossier.code,
            dossier.tracking,
            filing.procedure,
            filing.receiving_office,
            filing.competent_office,
            dossier.received_at or dossier.submitted_at,
            dossier.due_at or dossier.submitted_at,
            filing.home_by,
        )


@dataclass(frozen=True, slots=True)
class Refuse:
    reason: str
    words: str


@dataclass(frozen=True, slots=True)
class AskSupplement:
    papers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Supplement:
    papers: tuple[PaperTicked, ...]


@dataclass(frozen=True, slots=True)
class HandOver:
    by: Literal["counter", "electronic"] = "counter"


@dataclass(frozen=True, slots=True)
class Whole:
    """A dossier as officials see it."""

    dossier: Dossier
    national_state: int
    due_at: datetime | None
    timeline: tuple[Entry, ...]

    @classmethod
    def of(cls, dossier: Dossier, progress: Progress | None) -> Self:
        due = progress.due_at if progress and progress.due_at else dossier.due_at
        return cls(dossier, national_state(dossier, progress), due, tuple(timeline(dossier, progress)))


@router.put("/dossiers/{dossier_id}", status_code=201)
async def submit(
    dossier_id: UUID, filing: Filing, by: Filer, dossiers: Dossiers, offered: Offered, papers: Papers, now: Now
) -> Receipt:
    """File a dossier under an id of your choice (a UUID); the same again gets the same answer."""
    same = once("created", filing, Receipt.of, 201)
    async with dossiers.answering_again(str(dossier_id), same):
        await _check_scans(filing.papers, papers)
        submitting = _Submitting.of(str(dossier_id), filing, by, now, offered)
        return Receipt.of(await dossiers.create(submitting.id, submitting.decide, once=same))


@router.put("/counter/dossiers/{dossier_id}", status_code=201)
async def file_at_counter(
    dossier_id: UUID,
    filing: Filing,
    by: CounterClerk,
    dossiers: Dossiers,
    offered: Offered,
    working: Working,
    papers: Papers,
    now: Now,
) -> Slip:
    """File and accept at once, where everything on the checklist is there: one write, and the slip is the answer."""
    same = once("created", filing, Slip.of, 201)
    async with dossiers.answering_again(str(dossier_id), same):
        await _check_scans(filing.papers, papers)
        submitting = _Submitting.of(str(dossier_id), filing, by, now, offered)
        accepting = _Accepting.of(submitting.filing, submitting.procedure, by, now, working)
        return Slip.of(
            await dossiers.create_numbered(
                submitting.id,
                accepting.series,
                lambda number: accepting.at_once(submitting.decide(), number),
                once=same,
            )
        )


@router.post("/dossiers/{dossier_id}/acceptance")
async def accept(
    dossier_id: UUID, clerk: CounterClerk, dossiers: Dossiers, offered: Offered, working: Working, key: Key, now: Now
) -> Slip:
    """Receive the dossier officially: it gets its code and its due date."""
    id = str(dossier_id)
    there = await dossiers.get(id)
    procedure = offered.version(there.filing.procedure, there.version)
    accepting = _Accepting.of(there.filing, procedure, clerk, now, working)
    same = once(key, id, Slip.of)
    return Slip.of(await dossiers.change_numbered(id, accepting.series, accepting.decide, once=same))


@router.post("/dossiers/{dossier_id}/refusal")
async def refuse(
    dossier_id: UUID, refusal: Refuse, clerk: CounterClerk, dossiers: Dossiers, key: Key, now: Now
) -> Receipt:
    """Refuse at the counter, with the reason."""
    same = once(key, refusal, Receipt.of)
    return Receipt.of(
        await dossiers.change(
            str(dossier_id), lambda it: it.refuse(refusal.reason, refusal.words, by=clerk, at=now), once=same
        )
    )


@router.post("/dossiers/{dossier_id}/supplement-request")
async def ask_supplement(
    dossier_id: UUID, asked: AskSupplement, clerk: CounterClerk, dossiers: Dossiers, key: Key, now: Now
) -> Receipt:
    """Ask for everything that is missing, once, before the dossier is accepted."""
    same = once(key, asked, Receipt.of)
    return Receipt.of(
        await dossiers.change(str(dossier_id), lambda it: it.ask_supplement(asked.papers, by=clerk, at=now), once=same)
    )


@router.post("/dossiers/{dossier_id}/supplements")
async def supplement(
    dossier_id: UUID, brought: Supplement, by: Filer, dossiers: Dossiers, papers: Papers, key: Key, now: Now
) -> Receipt:
    """Add the papers that were brought later."""
    id, same = str(dossier_id), once(key, brought, Receipt.of)
    async with dossiers.answering_again(id, same):
        await _check_scans(brought.papers, papers)
        return Receipt.of(await dossiers.change(id, lambda it: it.supplement(brought.papers, by=by, at=now), once=same))


@router.post("/dossiers/{dossier_id}/hand-over")
async def hand_over(
    dossier_id: UUID, how: HandOver, clerk: CounterClerk, dossiers: Dossiers, kept: Kept, key: Key, now: Now
) -> Receipt:
    """Hand the result over at the counter: the dossier is closed."""
    progress = await kept.progress_of(str(dossier_id))
    decided = progress is not None and progress.is_decided
    same = once(key, how, Receipt.of)
    return Receipt.of(
        await dossiers.change(
            str(dossier_id), lambda it: it.hand_over(how.by, decided=decided, by=clerk, at=now), once=same
        )
    )


@router.get("/dossiers/{dossier_id}")
async def show(dossier_id: UUID, _: Insider, dossiers: Dossiers, kept: Kept) -> Whole:
    """The dossier with everything that happened to it, for officials of an office; not for carriers or operators."""
    id = str(dossier_id)
    return Whole.of(await dossiers.get(id), await kept.progress_of(id))


@router.get("/dossiers")
async def listed(clerk: CounterClerk, kept: Kept, limit: int = 50) -> list[Slip]:
    """What came in at the clerk's office, the newest first."""
    return [Slip.of(it) for it in await kept.at_office(clerk.office, limit=max(1, min(limit, 200)))]


@router.post("/papers", status_code=201)
async def upload(request: Request, _: Filer, papers: Papers) -> Stored:
    """Keep a scan (PDF, JPEG, PNG, TIFF); its SHA-256 is its name. Tick it in the filing's papers."""
    kind, scan = await recognised(request.stream())
    return await papers.put(scan, kind, most=request.app.state.settings.largest_scan)


@router.get("/procedures")
async def procedures(_: Anyone, offered: Offered, now: Now) -> list[Procedure]:
    """The procedures in force today, by field and name."""
    return list(offered.in_force(_day(now)))


@router.get("/offices")
async def offices(_: Anyone, offered: Offered, now: Now) -> list[Office]:
    """The offices open today."""
    return list(offered.open_on(_day(now)))


@router.get("/offices/{code}/successors")
async def successors(code: str, _: Anyone, offered: Offered, now: Now) -> list[Office]:
    """Where the work of an office goes on today; the office itself while it lives."""
    return list(offered.successors(code, _day(now)))


async def _check_scans(ticked: tuple[PaperTicked, ...], papers: Documents) -> None:
    for digest in {scan for paper in ticked for scan in paper.scans}:
        if not await papers.has(digest):
            raise UnknownScan(f"No scan {digest} was uploaded here: upload it first.", about="papers")


def _day(at: datetime) -> date:
    return at.astimezone(VIETNAM).date()


@dataclass(frozen=True, slots=True)
class _Submitting:
    """Everything that submitting needs, looked up once: the decision may run again."""

    id: str
    filing: Filing
    procedure: Procedure
    tracking: str
    by: Person
    at: datetime

    @classmethod
    def of(cls, id: str, filing: Filing, by: Person, at: datetime, offered: Catalogue) -> Self:
        procedure = offered.procedure(filing.procedure, _day(at))
        placed = filing.placed(by, lambda receiving: offered.deciding(procedure, receiving, _day(at)))
        for office in {placed.receiving_office, placed.competent_office}:
            offered.office(office, _day(at))
        return cls(id, placed, procedure, TrackingCode.make(secrets.token_bytes(8)).text, by, at)

    def decide(self) -> Decision[Dossier]:
        version, terms = self.procedure.version, self.procedure.terms(self.filing.case)
        return Dossier.submit(self.id, self.filing, version, terms, tracking=self.tracking, by=self.by, at=self.at)


@dataclass(frozen=True, slots=True)
class _Accepting:
    """Everything that accepting needs, looked up once."""

    agency: AgencyCode
    series: str
    received: Received
    missing: tuple[str, ...]
    by: Person
    at: datetime

    @classmethod
    def of(cls, filing: Filing, procedure: Procedure, by: Person, at: datetime, working: Calendar) -> Self:
        agency = AgencyCode.of(filing.receiving_office)
        terms = procedure.terms(filing.case)
        due = working.due(at, Term(terms.unit, terms.amount))
        received = Received(due, by.office if by.office != filing.competent_office else "")
        missing = tuple(paper.name for paper in procedure.missing(filing.papers))
        return cls(agency, f"{agency.text}-{_day(at):%y%m%d}", received, missing, by, at)

    def code(self, number: int) -> str:
        return DossierCode(self.agency, _day(self.at), number).text

    def decide(self, dossier: Dossier, number: int) -> Decision[Dossier]:
        return dossier.accept(self.received, self.code(number), self.missing, by=self.by, at=self.at)

    def at_once(self, submitted: Decision[Dossier], number: int) -> Decision[Dossier]:
        return submit_and_accept(submitted, self.received, self.code(number), self.missing, by=self.by, at=self.at)
