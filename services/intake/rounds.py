"""What intake does by the clock."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from services.intake.domain.changing import resealed
from services.intake.domain.draft import Draft
from services.intake.domain.scan import Scan
from services.intake.domain.upload import KEPT, Upload
from services.intake.gateways.bank import Payments
from services.intake.gateways.settling import Settling
from services.intake.scans.taking import parts_of, thumbnail_of
from services.intake.store import Store
from shared.calendar import local_day
from shared.clock import server_time
from shared.documents import Documents
from shared.errors import Unavailable
from shared.sealing import Seals

__all__ = [
    "asking_the_bank",
    "end_drafts",
    "ending_drafts",
    "forget_scans",
    "forgetting_scans",
    "learning_the_catalogue",
    "seal_anew",
    "sealing_anew",
    "sweep",
    "sweeping",
    "tie_tickets",
    "tying_tickets",
]

PAUSE = 0.5
"""Seconds between two looks at the clock: a round that is asked to stop does not keep the service waiting."""
EVERY = timedelta(minutes=10)

log = logging.getLogger(__name__)


def each(every: timedelta, look: Callable[[Store, datetime], Awaitable[None]]) -> Callable[[Store], Awaitable[None]]:
    """A round that looks now, and then each time after so long."""
    due = datetime.min.replace(tzinfo=UTC)

    async def once(store: Store) -> None:
        nonlocal due
        now = server_time()
        if now >= due:
            await look(store, now)
            due = now + every
        await asyncio.sleep(PAUSE)

    return once


def sweeping(papers: Documents) -> Callable[[Store], Awaitable[None]]:
    """A round that takes away what was left of uploads that nobody finished within a day."""
    return each(EVERY, lambda store, now: sweep(store, papers, now))


async def sweep(store: Store, papers: Documents, now: datetime) -> None:
    """One look. Raises `Unavailable`; what was swept by then stays swept."""
    for upload in await store.uploads_left(now - KEPT):
        await papers.clear(parts_of(upload.id))
        await store.uploads.change(upload.id, Upload.cleared)
        await papers.clear(parts_of(upload.id))  # a part may have come in between


def asking_the_bank(bank: Payments, *, ahead: timedelta = timedelta(0)) -> Callable[[Store], Awaitable[None]]:
    """A round that finds lost callbacks and carries out refunds. A bank that is away is asked again later.

    `ahead`: so much earlier than it is due.
    """

    async def once(store: Store) -> None:
        now = server_time()
        due = await store.open_at_bank(now + ahead) if bank.is_there else []
        settling = Settling(bank, store.dossiers, store.of_orders, now)
        outcomes = await asyncio.gather(*(settling.settle(it) for it in due), return_exceptions=True)
        away = [it for it in outcomes if isinstance(it, Unavailable)]
        if away:
            log.warning("the bank did not answer about %d of %d open payments", len(away), len(due))
        for fault in outcomes:
            if isinstance(fault, BaseException) and not isinstance(fault, Unavailable):
                raise fault
        await asyncio.sleep(PAUSE)

    return once


RESEAL_EVERY = timedelta(seconds=5)

LEARN_EVERY = 1.0
"""Seconds until what another replica published is offered here too."""


async def learning_the_catalogue(store: Store) -> None:
    """Learn what other replicas published, and finish what one of them left unfinished."""
    await store.published.look()
    await asyncio.sleep(LEARN_EVERY)


def ending_drafts() -> Callable[[Store], Awaitable[None]]:
    """A round that empties the drafts whose days are over, and those that were filed, from wherever."""
    return each(EVERY, end_drafts)


async def end_drafts(store: Store, now: datetime) -> None:
    """One look: at all that are filed, and at a hundred that are over. Raises `Unavailable`."""
    for draft in await store.drafts_over(now):
        await store.drafts.change(draft.id, Draft.end)
    stay = 0
    while drafts := await store.drafts_open(now, skip=stay):
        filed = await store.filed_as([it.id for it in drafts])
        for dossier in filed:
            await store.drafts.change(dossier.id, lambda it, at=dossier.submitted_at: it.filed(at))
        stay += len(drafts) - len(filed)


def forgetting_scans(papers: Documents) -> Callable[[Store], Awaitable[None]]:
    """A round that takes away scans that were never filed: `KEPT_UNFILED` after they were brought last."""
    return each(EVERY, lambda store, now: forget_scans(store, papers, now))


async def forget_scans(store: Store, papers: Documents, now: datetime) -> None:
    """One look: at most a hundred. Raises `Unavailable`; what was forgotten by then stays forgotten.

    A scan can first be filed no more, and goes an hour later if no dossier that was on its way then has it.
    """
    for scan in await store.scans_over(now):
        if await store.is_filed(scan.id):
            await store.scans.change(scan.id, Scan.stays)
        elif await store.is_drafted(scan.id):
            await store.scans.change(scan.id, lambda it: it.waits(now))
        elif not scan.is_leaving:
            await store.scans.change(scan.id, lambda it: it.leaves(now))
        else:
            await papers.clear(thumbnail_of(scan.id))
            await papers.remove(scan.id)
            await store.scans.change(scan.id, Scan.gone)


def tying_tickets() -> Callable[[Store], Awaitable[None]]:
    """A round that ties numbers to the dossiers that were filed with them just before a crash."""
    return each(EVERY, tie_tickets)


async def tie_tickets(store: Store, now: datetime) -> None:
    """One look. Raises `Unavailable`. A number whose day is over, and with which nothing was filed, is let go."""
    for ticket in await store.tickets_filing():
        for id in ticket.filing:
            there = await store.dossiers.known(id)
            if there and there.filing.ticket == ticket.id:
                await store.tickets.change(ticket.id, lambda it, filed=id: it.filed(filed))
            elif ticket.day < local_day(now):
                await store.tickets.change(ticket.id, lambda it, left=id: it.not_filed(left))


def sealing_anew(seals: Seals) -> Callable[[Store], Awaitable[None]]:
    """A round that brings identity numbers under the current key after a rotation, and says when no other is needed."""
    left = -1

    async def look(store: Store, _: datetime) -> None:
        nonlocal left
        before, left = left, await seal_anew(store, seals)
        if left:
            log.info(
                "%d dossiers and drafts were sealed with another key than %s: looking for more", left, seals.current
            )
        elif before and len(seals.names) > 1:
            others = ", ".join(seals.names[1:])
            log.info("every identity number is sealed with %s: not needed any more: %s", seals.current, others)

    return each(RESEAL_EVERY, look)


async def seal_anew(store: Store, seals: Seals) -> int:
    """One look: at most some hundreds; how many there were. With none, the other keys seal nothing any more.

    Raises `Unavailable`; `WrongKeys` where a key was taken away too early.
    """
    anew = seals.sealed_anew()
    dossiers, drafts = await store.sealed_otherwise(seals.current), await store.drafts_sealed_otherwise(seals.current)
    for dossier in dossiers:
        await store.dossiers.change(dossier.id, lambda it: resealed(it, anew, seals.open, seals.mark))
    for draft in drafts:
        await store.drafts.change(draft.id, lambda it: it.resealed(anew))
    return len(dossiers) + len(drafts)
