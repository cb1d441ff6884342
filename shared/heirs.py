"""Offices that have ended, and where their work goes on: what a service learns of them from `intake.offices`.

A dossier, a case or a bag keeps the office that it was given. When that office ends, whoever took its work over goes
on with it, from the day after on; so who acts is asked for the offices of today (`shared.people.Person.took_over`).
"""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, Self, TypeVar

from shared.bus import Hears
from shared.contracts.intake import OfficeClosed
from shared.events import Decision, Heard
from shared.repository import Index, Repository

__all__ = ["ENDED_BY_HEIR", "Ended", "Learns", "ended_offices", "took_over"]

ENDED_BY_HEIR = Index(("state.successors",), "the offices whose work goes on at one")
MOST = 1_000


@dataclass(frozen=True, slots=True)
class Ended:
    """An office that ends after `valid_until`. The id is its code."""

    id: str
    valid_until: date
    successors: tuple[str, ...]

    @property
    def subject(self) -> str:
        return self.id

    @classmethod
    def learn(cls, said: OfficeClosed) -> Decision[Self]:
        return (cls(said.code, said.valid_until, said.successors),)


class Learns(Protocol):
    """A store that keeps what it hears of offices."""

    @property
    def ended(self) -> Repository[Ended]: ...


L = TypeVar("L", bound=Learns)


def ended_offices(_: type[L]) -> Hears[L]:
    """How a service with such a store learns of them: one more of what it hears."""
    offices = Hears[L]("intake.offices")

    @offices.on(OfficeClosed)
    def closed(heard: Heard[OfficeClosed], store: L) -> Awaitable[object]:
        return store.ended.keep(heard.event.code, lambda _: Ended.learn(heard.event), cause=heard)

    return offices


async def took_over(store: Learns, office: str, day: date) -> frozenset[str]:
    """The offices that had ended by that day and whose work goes on at this one, through however many in between."""
    found, asked = frozenset[str](), [office]
    while asked:
        before = await store.ended.find(_left_to(asked, day), limit=MOST)
        asked = [it.id for it in before if it.id not in found]
        found |= frozenset(asked)
    return found


def _left_to(offices: Sequence[str], day: date) -> dict[str, object]:
    """Days are kept as ISO 8601, which is in their order."""
    return {"state.successors": {"$in": list(offices)}, "state.valid_until": {"$lt": day.isoformat()}}
