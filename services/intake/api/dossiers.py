"""Dossiers over HTTP: read the request, change a dossier, show the answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from services.intake.api.filing import Accepting, Submitting, check_scans
from services.intake.api.given import Dossiers, Kept, Offered, Papers, Working
from services.intake.domain.dossier import Dossier
from services.intake.domain.filing import Filing
from services.intake.domain.progress import Entry, Progress, national_state, timeline
from shared import door
from shared.auth import CounterClerk, Filer, Insider
from shared.contracts.intake import HomeBy, PaperTicked
from shared.door import Key, Now, once

__all__ = ["router"]

router = door.router(tags=["dossiers"])


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
        await check_scans(filing.papers, papers)
        submitting = Submitting.of(str(dossier_id), filing, by, now, offered)
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
        await check_scans(filing.papers, papers)
        submitting = Submitting.of(str(dossier_id), filing, by, now, offered)
        accepting = Accepting.of(submitting.filing, submitting.procedure, by, now, working)
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
    accepting = Accepting.of(there.filing, procedure, clerk, now, working)
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
        await check_scans(brought.papers, papers)
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
