"""The queue at a counter: a number for each who comes, called fairly, tied to the dossiers that come of it. Pure rules.

A ticket knows nobody: it has a number, what its holder wants, and why they may go first. Whoever may go first comes as
if they had come `HEAD_START` earlier: so they wait less, and nobody else waits longer than that for their sake.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal, Self, get_args

from shared.codes import code
from shared.errors import Conflict, Forbidden, NotFound, Refusal
from shared.events import Decision
from shared.people import Person

__all__ = [
    "ABSENT_AFTER",
    "HEAD_START",
    "MOST_WAITING",
    "PRIORITIES",
    "WISHES",
    "NoSuchTicket",
    "NobodyWaits",
    "NotWaiting",
    "Priority",
    "QueueFull",
    "State",
    "Ticket",
    "Wish",
    "desk_of",
    "series_of",
]

HEAD_START = timedelta(minutes=20)
ABSENT_AFTER = 2
"""Times that somebody is called again before their number is passed over."""
MOST_WAITING = 500
"""Numbers that wait at one office; beyond them somebody plays with the machine."""

Priority = Literal["", "elderly", "disabled", "pregnant", "merit"]
"""Who goes first: people over 80, people with disabilities, pregnant women or with a small child, people of merit."""
PRIORITIES: tuple[Priority, ...] = get_args(Priority)
State = Literal["waiting", "called", "serving", "done", "absent"]
WISHES = ("file", "supplement", "result", "ask")
"""What somebody may want; or the code of the procedure for which they file."""
_DESK = re.compile(r"[0-9A-Za-z]{1,4}", re.ASCII)


class NoSuchTicket(NotFound):
    """Not a number of today's."""


class OtherWish(Conflict):
    """One id is one number."""


class NotWaiting(Conflict):
    """Somebody else called it first."""


class NobodyWaits(NotFound):
    """The queue is empty."""


class QueueFull(Conflict):
    """More numbers wait than people can stand in the room."""


class NotCalled(Conflict):
    """It is not at a desk."""


class NotYourQueue(Forbidden):
    """The numbers of an office are called by its own people."""


class NotADesk(Refusal):
    """A desk is known by a number or a letter."""


class CallFirst(Conflict):
    """Nobody is passed over before they were called again."""


class CalledOften(Conflict):
    """They were called often enough."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is told at the machine: for which office, what for, and why one may go first."""

    office: str
    what: str = "file"
    """One of `WISHES`, or the code of a procedure."""
    priority: Priority = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    id: str
    office: str
    day: date
    number: int
    wish: str
    priority: Priority
    taken_at: datetime
    place_at: datetime
    """Its place in the queue: the earliest is called first."""
    state: State = "waiting"
    desk: str = ""
    called_by: str = ""
    """An opaque id."""
    called_at: datetime | None = None
    recalls: int = 0
    ended_at: datetime | None = None
    dossiers: tuple[str, ...] = ()
    """What came of it, the latest last."""
    filing: tuple[str, ...] = ()
    """The dossiers that are being filed for them: written before these, so that a crash behind one loses no tie."""

    @property
    def subject(self) -> str:
        return self.id

    @property
    def is_open(self) -> bool:
        return self.state in {"waiting", "called", "serving"}

    @classmethod
    def take(cls, id: str, wish: Wish, number: int, *, day: date, at: datetime) -> Decision[Self]:
        place_at = at - HEAD_START if wish.priority else at
        what = code(wish.what, "what")
        return (cls(id, wish.office, day, number, what, wish.priority, at, place_at),)

    def same(self, wish: Wish) -> Self:
        """This number, for who asks for it once more. Raises `OtherWish`."""
        if wish != Wish(self.office, self.wish, self.priority):
            raise OtherWish("This id was used for another number: take a new one.")
        return self

    def call(self, desk: str, *, by: Person, at: datetime) -> Decision[Self]:
        """To a desk. Raises `NotWaiting` where another desk was faster."""
        self._of_office(by)
        if self.state != "waiting":
            raise NotWaiting(f"Number {self.number} was called by another desk: call the next one.")
        return (replace(self, state="called", desk=desk_of(desk), called_by=by.id, called_at=at),)

    def recall(self, *, by: Person, at: datetime) -> Decision[Self]:
        """Once more; somebody who was passed over and comes back is called again too, by any desk of the office."""
        self._of_office(by)
        if self.state == "absent":
            return (replace(self, state="called", called_by=by.id, called_at=at, recalls=0, ended_at=None),)
        self._at_desk({"called"})
        if self.recalls >= ABSENT_AFTER:
            raise CalledOften(f"Number {self.number} was called again {self.recalls} times: pass it over.")
        return (replace(self, recalls=self.recalls + 1, called_at=at),)

    def absent(self, *, by: Person, at: datetime) -> Decision[Self]:
        """Passed over, after it was called again twice. Said again it changes nothing."""
        self._of_office(by)
        if self.state == "absent":
            return (self,)
        self._at_desk({"called"})
        if self.recalls < ABSENT_AFTER:
            left = ABSENT_AFTER - self.recalls
            raise CallFirst(f"Call number {self.number} again first, {left} more times: they may be slow to come.")
        return (replace(self, state="absent", ended_at=at),)

    def serve(self, *, by: Person) -> Decision[Self]:
        """They are at the desk."""
        self._of_office(by)
        self._at_desk({"called", "serving"})
        return (replace(self, state="serving"),)

    def files(self, dossier: str, *, by: Person) -> Decision[Self]:
        """Who is at the desk files now. Raises `NotYourQueue`, `NotCalled`: then nothing is filed with this number.

        Said again of what was filed it changes nothing.
        """
        self._of_office(by)
        if dossier in self.dossiers:
            return (self,)
        self._at_desk({"called", "serving"})
        return (replace(self, filing=(*_without(dossier, self.filing), dossier)),)

    def filed(self, dossier: str) -> Decision[Self]:
        """It was filed, and stays with the number even where they are done by now. Said again it changes nothing."""
        if dossier in self.dossiers:
            return (self,)
        state = "serving" if self.state == "called" else self.state
        ties = (*self.dossiers, dossier)
        return (replace(self, state=state, dossiers=ties, filing=_without(dossier, self.filing)),)

    def not_filed(self, dossier: str) -> Decision[Self]:
        """Nothing came of it."""
        return (replace(self, filing=_without(dossier, self.filing)) if dossier in self.filing else self,)

    def done(self, *, by: Person, at: datetime) -> Decision[Self]:
        """Said again it changes nothing."""
        self._of_office(by)
        if self.state == "done":
            return (self,)
        self._at_desk({"called", "serving"})
        return (replace(self, state="done", ended_at=at),)

    def _of_office(self, by: Person) -> None:
        if by.office != self.office:
            raise NotYourQueue(f"This number is of {self.office}: let somebody there call it.")

    def _at_desk(self, states: set[str]) -> None:
        if self.state not in states:
            raise NotCalled(f"Number {self.number} is {self.state}: call a number first.")


def _without(dossier: str, others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(it for it in others if it != dossier)


def desk_of(raw: str) -> str:
    """A desk's number or letter. Raises `NotADesk`."""
    desk = raw.strip().upper()
    if not _DESK.fullmatch(desk):
        raise NotADesk("Which desk? Give its number or letter, for example 2.", about="desk")
    return desk


def series_of(office: str, day: date) -> str:
    """Its numbers run from 1 each day."""
    return f"{office}-{day:%y%m%d}"
