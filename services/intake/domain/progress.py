"""How far a dossier has come beyond intake: what the other services said of it, for the applicant. Pure rules."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from .dossier import Dossier

__all__ = ["OWN", "Entry", "Progress", "due_of", "is_overdue", "national_state", "ran_over", "timeline"]

MOST_ENTRIES = 300
"""Beyond these the oldest go: a dossier that needs more is looked at in processing itself."""
OWN = {"submitted": 1, "accepted": 2, "refused": 3, "supplement-asked": 5, "stopped": 8, "handed-over": 10}
"""National codes of what intake alone knows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the applicant's timeline. `what` is the event's name; `detail` is made of codes and dates only."""

    at: datetime
    what: str
    office: str = ""
    detail: str = ""
    reason_vi: str = ""
    reason_en: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """A document of its own, small: the dossier itself is not touched by what others say."""

    id: str
    state: int = 0
    """National code that processing's facts give; 0 while it has said nothing."""
    due_at: datetime | None = None
    is_decided: bool = False
    is_late: bool = False
    result: str = ""
    """SHA-256 of the signed result; empty where the decision has no file."""
    entries: tuple[Entry, ...] = ()
    state_at: datetime | None = None
    """When the fact happened that gave `state`."""
    due_said_at: datetime | None = None
    """When the fact happened that gave `due_at`."""

    @property
    def subject(self) -> str:
        return self.id

    def with_entry(self, entry: Entry) -> Self:
        """With one more line; a line that stands there already (its event was sent once more) is not doubled."""
        if entry in self.entries:
            return self
        return replace(self, entries=(*self.entries, entry)[-MOST_ENTRIES:])

    def with_state(self, state: int, at: datetime) -> Self:
        """With the state that a fact of this time gives; one older than what is known (a replay) changes nothing."""
        if self.state_at and at < self.state_at:
            return self
        return replace(self, state=state, state_at=at)

    def with_due(self, due_at: datetime, at: datetime) -> Self:
        """With the due date that a fact of this time gives; one older than what is known (a replay) changes nothing."""
        if self.due_said_at and at < self.due_said_at:
            return self
        return replace(self, due_at=due_at, due_said_at=at)

    def decided(self, at: datetime, *, late: bool, result: str = "") -> Self:
        """The case is decided (state 9), and stays so."""
        return replace(self.with_state(9, at), is_decided=True, is_late=late, result=result)


def national_state(dossier: Dossier, progress: Progress | None) -> int:
    """The national code (1 to 10) that follows from intake's facts and the others'.

    A decision goes before a wish to withdraw that crossed it.
    """
    own = OWN[dossier.state]
    if own in {3, 8, 10}:
        return own
    is_decided = progress is not None and progress.is_decided
    if dossier.wish and not dossier.wish.answer and not is_decided:
        return 7
    if progress is None:
        return own
    return progress.state or own


def due_of(dossier: Dossier, progress: Progress | None) -> datetime | None:
    """The due date as it stands now: the slip's, or the one to which it moved."""
    return progress.due_at if progress and progress.due_at else dossier.due_at


def ran_over(dossier: Dossier, progress: Progress | None, at: datetime) -> bool:
    """Whether the time of a dossier without a result ran past its due date."""
    due_at = due_of(dossier, progress)
    return due_at is not None and due_at < _ran_until(dossier, progress, at)


def is_overdue(dossier: Dossier, progress: Progress | None, at: datetime) -> bool:
    """Whether its time ran past the due date and nothing is decided. What was stopped is late in the register alone."""
    if dossier.state != "accepted" or (progress and (progress.is_decided or progress.state == OWN["stopped"])):
        return False
    return ran_over(dossier, progress, at)


def timeline(dossier: Dossier, progress: Progress | None) -> Sequence[Entry]:
    """Everything that happened, the oldest first."""
    own = [Entry(it.at, f"dossier-{it.what}", it.office, it.detail) for it in dossier.history]
    others = progress.entries if progress else ()
    return sorted([*own, *others], key=lambda it: it.at)


def _ran_until(dossier: Dossier, progress: Progress | None, at: datetime) -> datetime:
    """To the stop, or to the request for what is waited for.

    QĐ 766/QĐ-TTg counts what waits as ended when it was asked for.
    """
    told = [it for it in progress.entries if it.what in {"supplement-requested", "clock-resumed"}] if progress else []
    last = max(told, key=lambda it: it.at, default=None)
    if last and last.what == "supplement-requested":
        return last.at
    return next((it.at for it in dossier.history if it.what == "stopped"), at)
