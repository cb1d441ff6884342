"""Dossiers over HTTP: read the request, change a dossier, show the answer."""

import logging
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from services.intake.api.filing import Accepting, AtDesk, once_marked
from services.intake.api.given import MOST_SKIPPED, Dossiers, Kept, Offered, Sealing, Working
from services.intake.api.shown import Filed, Slip, Whole
from services.intake.domain.asking import Askable, checked as askable
from services.intake.domain.changing import choose_home, correct, rate, withdraw
from services.intake.domain.facts import Asked
from services.intake.domain.filing import Filing, Seal
from services.intake.domain.handing import Receiver, hand_over, identified
from shared import door
from shared.auth import Citizen, CounterClerk, Filer, Insider
from shared.calendar import local_day, midnight
from shared.contracts.intake import HomeBy, PaperTicked
from shared.door import Key, Now, once
from shared.identifiers import OldIdentityNumber
from shared.people import Person

__all__ = ["router"]

log = logging.getLogger(__name__)

router = door.router(tags=["dossiers"])


@dataclass(frozen=True, slots=True)
class Refuse:
    reason: str
    """A code."""
    words: str


@dataclass(frozen=True, slots=True)
class AskSupplement:
    items: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Supplement:
    papers: tuple[PaperTicked, ...]


@dataclass(frozen=True, slots=True)
class HandOver:
    by: Literal["counter", "electronic"] = "counter"
    receiver: Receiver | None = None
    """Who stands at the counter; not needed where the result is taken electronically."""
    old_number: str = ""
    """The CMND that their card replaced, where its QR says one: whoever filed with it is the same person."""

    def sealed(self, seal: Seal) -> "HandOver":
        """The same with the numbers of who takes it sealed."""
        taker = self.receiver
        if taker and taker.number:
            taker = replace(taker, number=seal(taker.number))
        return replace(self, receiver=taker, old_number=seal(self.old_number) if self.old_number else "")


@dataclass(frozen=True, slots=True)
class Correct:
    fields: dict[str, str]
    """`name`, `number`, `phone`, `email`, `address`; of the owner with `owner.` before it."""
    reason: str = "typing-error"

    def sealed(self, seal: Seal) -> "Correct":
        """The same with its numbers sealed."""
        fields = {name: seal(raw) if name.endswith("number") else raw for name, raw in self.fields.items()}
        return replace(self, fields=fields)


@dataclass(frozen=True, slots=True)
class Withdraw:
    words: str
    reason: str = "applicants-wish"


@dataclass(frozen=True, slots=True)
class ChooseHome:
    home_by: HomeBy
    address: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    score: int
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    others: tuple[str, ...]


@router.put("/dossiers/{dossier_id}", status_code=201)
async def submit(dossier_id: UUID, filing: Filing, by: Filer, dossiers: Dossiers, desk: AtDesk, now: Now) -> Filed:
    """File a dossier under an id of your choice (a UUID); the same again gets the same answer."""
    same = once_marked("created", filing.sealed, desk.seals, Filed.to(by), 201)
    async with dossiers.answering_again(str(dossier_id), same):
        submitting = await desk.submitting(str(dossier_id), filing, by, now)
        async with desk.at_ticket(submitting.filing.ticket, submitting.id, by):
            return Filed.to(by)(await dossiers.create(submitting.id, submitting.decide, once=same))


@router.put("/counter/dossiers/{dossier_id}", status_code=201)
async def file_at_counter(
    dossier_id: UUID, filing: Filing, by: CounterClerk, dossiers: Dossiers, desk: AtDesk, now: Now
) -> Slip:
    """File and accept at once, where everything on the checklist is there: one write, and the slip is the answer.

    `ticket` is the number with which they were called: the dossier is tied to it.
    """
    same = once_marked("filed-at-counter", filing.sealed, desk.seals, Slip.of, 201)
    async with dossiers.answering_again(str(dossier_id), same):
        submitting = await desk.submitting(str(dossier_id), filing, by, now)
        accepting = Accepting.of(
            submitting.filing, submitting.procedure, by, now, desk.working, desk.offered, filed_by=by
        )
        async with desk.at_ticket(submitting.filing.ticket, submitting.id, by):
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
    filer = clerk if there.assisted_by else Person(there.filed_by, "", "citizen", "")
    accepting = Accepting.of(there.filing, procedure, clerk, now, working, offered, filed_by=filer)
    same = once(key, id, Slip.of)
    return Slip.of(await dossiers.change_numbered(id, accepting.series, accepting.decide, once=same))


@router.post("/dossiers/{dossier_id}/refusal")
async def refuse(
    dossier_id: UUID, refusal: Refuse, clerk: CounterClerk, dossiers: Dossiers, key: Key, now: Now
) -> Filed:
    """Refuse at the counter, with the reason."""
    same = once(key, refusal, Filed.to(clerk))
    return Filed.to(clerk)(
        await dossiers.change(
            str(dossier_id), lambda it: it.refuse(refusal.reason, refusal.words, by=clerk, at=now), once=same
        )
    )


@router.post("/dossiers/{dossier_id}/supplement-request")
async def ask_supplement(
    dossier_id: UUID,
    asked: AskSupplement,
    clerk: CounterClerk,
    dossiers: Dossiers,
    offered: Offered,
    key: Key,
    now: Now,
) -> Filed:
    """Ask for everything that is missing or wrong, once, before the dossier is accepted."""
    id, same = str(dossier_id), once(key, asked, Filed.to(clerk))
    async with dossiers.answering_again(id, same):
        there = await dossiers.get(id)
        there.handled_by(clerk)
        may = Askable.of(there, offered.version(there.filing.procedure, there.version))
        items = askable(asked.items, may)
        return Filed.to(clerk)(
            await dossiers.change(id, lambda it: it.ask_supplement(items, by=clerk, at=now), once=same)
        )


@router.post("/dossiers/{dossier_id}/supplements")
async def supplement(
    dossier_id: UUID, brought: Supplement, by: Filer, dossiers: Dossiers, desk: AtDesk, key: Key, now: Now
) -> Filed:
    """Add the papers that were brought later. What was asked for and did not come stands in the answer."""
    id, same, respond_by = str(dossier_id), once(key, brought, Filed.to(by)), desk.respond_by(now)
    async with dossiers.answering_again(id, same):
        there = await dossiers.get(id)
        there.belongs_to(by)
        procedure = desk.offered.version(there.filing.procedure, there.version)
        await desk.check_papers(brought.papers, there.filing.sealed(desk.seals.open), by, procedure.largest_scan)
        return Filed.to(by)(
            await dossiers.change(
                id, lambda it: it.supplement(brought.papers, by=by, at=now, respond_by=respond_by), once=same
            )
        )


@router.post("/dossiers/{dossier_id}/review")
async def review(
    dossier_id: UUID, looked: Review, clerk: CounterClerk, dossiers: Dossiers, key: Key, now: Now
) -> Filed:
    """The dossiers that it resembles were looked at: it is another."""
    same = once(key, looked, Filed.to(clerk))
    return Filed.to(clerk)(
        await dossiers.change(str(dossier_id), lambda it: it.review(looked.others, by=clerk, at=now), once=same)
    )


@router.post("/dossiers/{dossier_id}/corrections")
async def put_right(
    dossier_id: UUID, wanted: Correct, by: Filer, dossiers: Dossiers, desk: AtDesk, seals: Sealing, key: Key, now: Now
) -> Filed:
    """Put right what was written down wrong; what stood there before is kept."""
    same = once_marked(key, wanted.sealed, seals, Filed.to(by))
    respond_by = desk.respond_by(now)
    return Filed.to(by)(
        await dossiers.change(
            str(dossier_id),
            lambda it: correct(
                it,
                wanted.fields,
                wanted.reason,
                seal=seals.seal,
                mark=seals.mark,
                unseal=seals.open,
                by=by,
                at=now,
                respond_by=respond_by,
            ),
            once=same,
        )
    )


@router.post("/dossiers/{dossier_id}/home")
async def go_home(
    dossier_id: UUID,
    wanted: ChooseHome,
    by: Filer,
    dossiers: Dossiers,
    kept: Kept,
    offered: Offered,
    key: Key,
    now: Now,
) -> Filed:
    """Send the result home another way, as long as there is none."""
    id, same = str(dossier_id), once(key, wanted, Filed.to(by))
    is_decided = await kept.is_decided(id)
    there = await dossiers.get(id)
    offered.version(there.filing.procedure, there.version).check(
        there.filing.channel, wanted.home_by, there.filing.case
    )
    return Filed.to(by)(
        await dossiers.change(
            id,
            lambda it: choose_home(it, wanted.home_by, wanted.address, is_decided=is_decided, by=by, at=now),
            once=same,
        )
    )


@router.post("/dossiers/{dossier_id}/withdrawal")
async def take_back(
    dossier_id: UUID, wish: Withdraw, by: Filer, dossiers: Dossiers, kept: Kept, key: Key, now: Now
) -> Filed:
    """Ask to withdraw it. Before it is accepted it is withdrawn with that; after, the office that decides answers."""
    id, same = str(dossier_id), once(key, wish, Filed.to(by))
    is_decided = await kept.is_decided(id)
    return Filed.to(by)(
        await dossiers.change(
            id, lambda it: withdraw(it, wish.reason, wish.words, is_decided=is_decided, by=by, at=now), once=same
        )
    )


@router.post("/dossiers/{dossier_id}/hand-over")
async def give_out(
    dossier_id: UUID,
    how: HandOver,
    clerk: CounterClerk,
    dossiers: Dossiers,
    desk: AtDesk,
    key: Key,
    now: Now,
) -> Filed:
    """Hand the result over at the counter, to who shows that it is theirs: the dossier is closed."""
    id, receiver, seals = str(dossier_id), how.receiver or Receiver(), desk.seals
    same = once_marked(key, replace(how, receiver=receiver).sealed, seals, Filed.to(clerk))
    async with dossiers.answering_again(id, same):
        is_decided = await desk.store.is_decided(id)
        there = await dossiers.get(id)
        at_counter = how.by == "counter" and there.state == "accepted" and is_decided
        old = seals.marks(OldIdentityNumber.of(how.old_number).text) if how.old_number else ()
        handed = (
            identified(there, receiver, marks=lambda it: (*seals.marks(it), *old), seal=seals.seal, at=now)
            if at_counter
            else None
        )
        if handed:
            await desk.check_signature(handed.signature, clerk)
        return Filed.to(clerk)(
            await dossiers.change(
                id, lambda it: hand_over(it, how.by, is_decided=is_decided, by=clerk, at=now, handed=handed), once=same
            )
        )


@router.post("/dossiers/{dossier_id}/rating")
async def say_how_it_went(dossier_id: UUID, said: Rate, by: Citizen, dossiers: Dossiers, key: Key, now: Now) -> Filed:
    """Say how it went, 1 to 5, once it is over."""
    same = once(key, said, Filed.to(by))
    return Filed.to(by)(
        await dossiers.change(str(dossier_id), lambda it: rate(it, said.score, said.reasons, by=by, at=now), once=same)
    )


@router.get("/dossiers/mine")
async def mine(by: Citizen, kept: Kept, limit: int = 50, skip: int = 0) -> list[Filed]:
    """What the citizen filed, the newest first, after the `skip` newest: 200 at most, behind 50,000 at most."""
    limit, skip = max(1, min(limit, 200)), max(0, min(skip, MOST_SKIPPED))
    return [Filed.of(it, by) for it in await kept.filed_by(by.id, limit=limit, skip=skip)]


@router.get("/dossiers/online")
async def online(clerk: CounterClerk, kept: Kept, limit: int = 50) -> list[Filed]:
    """Online filings that the clerk's office answers, also for those whose work it took over; the most urgent first."""
    return [Filed.of(it, clerk) for it in await kept.waiting_online(clerk.offices, limit=max(1, min(limit, 200)))]


@router.get("/dossiers/waiting")
async def waiting(clerk: CounterClerk, kept: Kept, now: Now, limit: int = 50) -> list[Slip]:
    """What came in before today at the clerk's office, or at one whose work it took over, and waits, the oldest first.

    Neither accepted nor refused, so without a code: `received_at` and `due_at` say when it came in.
    """
    before = midnight(local_day(now))
    return [Slip.of(it) for it in await kept.unaccepted_at(clerk.offices, before, limit=max(1, min(limit, 200)))]


@router.get("/dossiers/{dossier_id}")
async def show(dossier_id: UUID, by: Insider, dossiers: Dossiers, kept: Kept, seals: Sealing) -> Whole:
    """The dossier with everything that happened to it, for the offices that received and decide it. It is logged."""
    id = str(dossier_id)
    there = await dossiers.get(id)
    there.handled_by(by)
    log.info("%s of %s read dossier %s", by.id, by.office, id)
    return Whole.of(there, await kept.progress_of(id), seals)


@router.get("/dossiers")
async def listed(clerk: CounterClerk, kept: Kept, limit: int = 50) -> list[Slip]:
    """What came in at the clerk's office, or at one whose work it took over, the newest first."""
    return [Slip.of(it) for it in await kept.at_offices(clerk.offices, limit=max(1, min(limit, 200)))]
