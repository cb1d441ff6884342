"""The queue over HTTP: take a number, see how many are before it, call the next one, say what came of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Annotated, Self
from uuid import UUID

from fastapi import Request

from services.intake.api.given import Kept, Offered
from services.intake.domain.catalogue import Catalogue, OfficeKind
from services.intake.domain.ticket import (
    MOST_WAITING,
    WISHES,
    NobodyWaits,
    NoSuchTicket,
    NotWaiting,
    Priority,
    QueueFull,
    State,
    Ticket,
    Wish,
    desk_of,
    series_of,
)
from services.intake.store import Store
from shared import door
from shared.auth import Anyone, CounterClerk
from shared.calendar import local_day
from shared.door import FromApp, Now
from shared.errors import NotFound
from shared.people import Person
from shared.web.limits import TOO_OFTEN, Allowance, whence

__all__ = ["QUEUES", "Turning", "Turns", "at_hand_of", "board_of", "called_next", "place_of", "router", "taken"]

QUEUES: frozenset[OfficeKind] = frozenset({"one-stop", "post-counter"})
"""Kinds of offices that people come to in person."""
LOOK = 10
"""Waiting numbers that are tried at once when many desks call."""
SHOWN = 6
"""Numbers on the board."""
LOOKED_AT = 40
"""Numbers called last, among which are those that are at a desk now."""

router = door.router(tags=["queue"])


class NoQueueHere(NotFound):
    """An office without a counter for people."""


@dataclass(slots=True)
class Turns:
    """Against playing with the machine: numbers per address and office. Each replica counts its own.

    A machine in a full room gives one each few seconds; behind one address there may be a whole post office.
    """

    of_address: Allowance = field(default_factory=lambda: Allowance(60, timedelta(seconds=6)))


Turning = Annotated[Turns, FromApp("turns")]


@dataclass(frozen=True, slots=True)
class Place:
    """A number and its place in the queue, for whoever holds it."""

    id: str
    office: str
    number: int
    state: State
    before: int
    """How many are called before it; 0 once it is called."""
    desk: str
    taken_at: datetime

    @classmethod
    def of(cls, ticket: Ticket, before: int) -> Self:
        return cls(ticket.id, ticket.office, ticket.number, ticket.state, before, ticket.desk, ticket.taken_at)


@dataclass(frozen=True, slots=True)
class Called:
    """A number at a desk, for the clerk."""

    id: str
    number: int
    state: State
    desk: str
    wish: str
    priority: Priority
    recalls: int
    taken_at: datetime
    called_at: datetime | None
    dossiers: tuple[str, ...]
    """What was filed with it, the latest last."""
    waiting: int = 0
    """How many wait still."""

    @classmethod
    def of(cls, it: Ticket, waiting: int = 0) -> Self:
        return cls(
            it.id,
            it.number,
            it.state,
            it.desk,
            it.wish,
            it.priority,
            it.recalls,
            it.taken_at,
            it.called_at,
            it.dossiers,
            waiting,
        )


@dataclass(frozen=True, slots=True)
class AtDesk:
    """A number on the board of the hall: no name, and not what they come for."""

    number: int
    state: State
    desk: str
    recalls: int

    @classmethod
    def of(cls, it: Ticket) -> Self:
        return cls(it.number, it.state, it.desk, it.recalls)


@dataclass(frozen=True, slots=True)
class Board:
    """Who is called, the latest first, and how many wait."""

    office: str
    called: tuple[AtDesk, ...]
    waiting: int


@dataclass(frozen=True, slots=True)
class AtHand:
    """A clerk's own view: who is at their desk, whom the office passed over today, how many wait."""

    mine: tuple[Called, ...]
    passed: tuple[Called, ...]
    waiting: int


@dataclass(frozen=True, slots=True)
class Next:
    desk: str


@router.put("/queue/tickets/{ticket_id}", status_code=201, responses=TOO_OFTEN)
async def take(
    ticket_id: UUID, wish: Wish, request: Request, _: Anyone, kept: Kept, offered: Offered, turning: Turning, now: Now
) -> Place:
    """Take a number at an office, under an id of your choice (a UUID); the same again is the same number."""
    ticket = await taken(str(ticket_id), wish, request, kept, offered, turning, now)
    return Place.of(ticket, await kept.before(ticket))


@router.get("/queue/tickets/{ticket_id}")
async def place(ticket_id: UUID, _: Anyone, kept: Kept) -> Place:
    """A number's place in the queue. Who knows the id holds the ticket."""
    return await place_of(str(ticket_id), kept)


@router.get("/queue/boards/{office}")
async def board(office: str, _: Anyone, kept: Kept, offered: Offered, now: Now) -> Board:
    """The board of an office's hall: numbers and desks, no names."""
    return await board_of(offered.office(office, local_day(now)).code, kept, now)


@router.get("/queue/at-hand")
async def at_hand(clerk: CounterClerk, kept: Kept, now: Now) -> AtHand:
    """Whom the clerk called and is not done with, and who was passed over and may come back."""
    return await at_hand_of(clerk, kept, now)


@router.post("/queue/next")
async def call_next(which: Next, clerk: CounterClerk, kept: Kept, now: Now) -> Called:
    """Call the next number to a desk. Whoever is called and not yet served is answered again: nobody is lost."""
    return await called_next(which.desk, clerk, kept, now)


@router.post("/queue/tickets/{ticket_id}/recall")
async def recall(ticket_id: UUID, clerk: CounterClerk, kept: Kept, now: Now) -> Called:
    """Call it once more: at most twice, and again when somebody who was passed over comes back."""
    return Called.of(await kept.tickets.change(str(ticket_id), lambda it: it.recall(by=clerk, at=now)))


@router.post("/queue/tickets/{ticket_id}/absent")
async def absent(ticket_id: UUID, clerk: CounterClerk, kept: Kept, now: Now) -> Called:
    """Pass it over, after it was called again twice."""
    return Called.of(await kept.tickets.change(str(ticket_id), lambda it: it.absent(by=clerk, at=now)))


@router.post("/queue/tickets/{ticket_id}/serve")
async def serve(ticket_id: UUID, clerk: CounterClerk, kept: Kept) -> Called:
    """They are at the desk. A dossier that is filed with the number is tied to it by that."""
    return Called.of(await kept.tickets.change(str(ticket_id), lambda it: it.serve(by=clerk)))


@router.post("/queue/tickets/{ticket_id}/done")
async def done(ticket_id: UUID, clerk: CounterClerk, kept: Kept, now: Now) -> Called:
    """They are done. Calling the next number says so too."""
    return Called.of(await kept.tickets.change(str(ticket_id), lambda it: it.done(by=clerk, at=now)))


async def taken(
    id: str, wish: Wish, request: Request, kept: Store, offered: Catalogue, turning: Turns, now: datetime
) -> Ticket:
    """A new number, or the one that was taken under this id. Raises `NoQueueHere`, `QueueFull`, `TooManyTries`."""
    if there := await kept.ticket(id):
        return there.same(wish)
    day = local_day(now)
    if offered.office(wish.office, day).kind not in QUEUES:
        raise NoQueueHere("There is no counter for people here: choose another office.", about="office")
    if wish.what not in WISHES:
        offered.procedure(wish.what, day)
    turning.of_address.take(f"{whence(request)}/{wish.office}", now)
    if await kept.wait_at(wish.office, day) >= MOST_WAITING:
        raise QueueFull("So many wait that no more numbers are given: ask at the counter.")
    return await kept.tickets.create_numbered(
        id, series_of(wish.office, day), lambda number: Ticket.take(id, wish, number, day=day, at=now)
    )


async def place_of(id: str, kept: Store) -> Place:
    ticket = await kept.ticket(id)
    if ticket is None:
        raise NoSuchTicket("There is no such number: take one at the machine.")
    return Place.of(ticket, await kept.before(ticket) if ticket.state == "waiting" else 0)


async def board_of(office: str, kept: Store, now: datetime) -> Board:
    day = local_day(now)
    there = [it for it in await kept.called(office, day, limit=LOOKED_AT) if it.state in {"called", "serving"}]
    return Board(office, tuple(AtDesk.of(it) for it in there[:SHOWN]), await kept.wait_at(office, day))


async def at_hand_of(clerk: Person, kept: Store, now: datetime) -> AtHand:
    day = local_day(now)
    mine = sorted(await kept.at_hand(clerk.office, day, clerk.id), key=attrgetter("number"))
    passed = [it for it in await kept.called(clerk.office, day, limit=LOOKED_AT) if it.state == "absent"]
    waiting = await kept.wait_at(clerk.office, day)
    return AtHand(tuple(Called.of(it) for it in mine), tuple(Called.of(it) for it in passed), waiting)


async def called_next(desk: str, clerk: Person, kept: Store, now: datetime) -> Called:
    """Two desks never get the same number: who is slower finds it called, and takes the one behind it."""
    day, desk = local_day(now), desk_of(desk)
    for ticket in await kept.at_hand(clerk.office, day, clerk.id):
        if ticket.state == "called":
            return Called.of(ticket, await kept.wait_at(clerk.office, day))
        await kept.tickets.change(ticket.id, lambda it: it.done(by=clerk, at=now))
    while waiting := await kept.waiting(clerk.office, day, limit=LOOK):
        for ticket in waiting:
            try:
                called = await kept.tickets.change(ticket.id, lambda it: it.call(desk, by=clerk, at=now))
            except NotWaiting:
                continue
            return Called.of(called, await kept.wait_at(clerk.office, day))
    raise NobodyWaits("Nobody waits: the next number comes from the machine.")
