"""What an office received, counted by procedure and by place: where to go with leaflets (NĐ 224/2026 art. 78 and 79).

No table crosses a place with a procedure, and a hamlet is named from `FEWEST` dossiers on. Pure rules.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self, TypeVar

from services.intake.domain.catalogue import Catalogue, ProcedureNotInForce
from services.intake.domain.finding import fold
from services.intake.domain.hamlets import NOT_TOLD, Place, alike, place
from services.intake.domain.register import Page, Row

__all__ = ["FEWEST", "Counts", "OfPlace", "OfProcedure", "Statistics", "counted"]

Key = TypeVar("Key")
It = TypeVar("It")
FEWEST = 3
"""Dossiers of a hamlet that is named: fewer would point at somebody."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Dossiers: all of them, by the way they came, and among them those that a clerk typed and those that are late."""

    total: int
    direct: int
    online: int
    post: int
    assisted: int
    """Typed by a clerk for somebody."""
    late: int
    """As the register has it."""

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Self:
        ways = Counter(it.dossier.filing.channel for it in rows)
        assisted, late = sum(bool(it.dossier.assisted_by) for it in rows), sum(it.is_late for it in rows)
        return cls(len(rows), ways["direct"], ways["online"], ways["post"], assisted, late)


@dataclass(frozen=True, slots=True)
class OfProcedure:
    """What was received of one procedure, whatever its version."""

    code: str
    name: str
    """Today's; of one that is no longer in force its last."""
    is_online: bool
    """Whether it is offered online today."""
    counts: Counts

    @property
    def is_little_used(self) -> bool:
        """Offered online, and fewer than half came that way."""
        return self.is_online and self.counts.online * 2 < self.counts.total


@dataclass(frozen=True, slots=True)
class OfPlace:
    """What was received for the people of one hamlet; the commune is empty where addresses name none."""

    hamlet: str
    commune: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Statistics:
    """What an office received from one day to another, both included. In each table the most come first."""

    office: str
    first: date
    last: date
    total: Counts
    procedures: tuple[OfProcedure, ...]
    places: tuple[OfPlace, ...]
    """Of whose dossier it is, as they live today: hamlets of `FEWEST` dossiers or more."""
    elsewhere: Counts
    """From hamlets of fewer, and from where no hamlet is told."""


def counted(page: Page, rows: Sequence[Row], offered: Catalogue, on: date) -> Statistics:
    """`rows` are the register's of that page; `on` is the day for which is told what is offered online."""
    by_code = _grouped(rows, lambda it: _base(it.dossier.filing.procedure, offered))
    written = _grouped(rows, _lived_at)
    procedures = [_of_procedure(code, same, offered, on) for code, same in by_code.items()]
    places, elsewhere = list[OfPlace](), list[Row]()
    for plain, same in _grouped(written, alike).items():
        there = [row for it in same for row in written[it]]
        if plain == NOT_TOLD or len(there) < FEWEST:
            elsewhere += there
        else:
            places.append(OfPlace(*_called(same, written), Counts.of(there)))
    return Statistics(
        page.office,
        page.first,
        page.last,
        Counts.of(rows),
        tuple(sorted(procedures, key=lambda it: (-it.counts.total, it.code))),
        tuple(sorted(places, key=lambda it: (-it.counts.total, fold(it.hamlet), fold(it.commune)))),
        Counts.of(elsewhere),
    )


def _grouped(all: Iterable[It], key: Callable[[It], Key]) -> Mapping[Key, Sequence[It]]:
    groups = defaultdict[Key, list[It]](list)
    for it in all:
        groups[key(it)].append(it)
    return groups


def _base(code: str, offered: Catalogue) -> str:
    """Without the suffix of a local variant."""
    return next((it.code for it in offered.versions(code)), code)


def _of_procedure(code: str, rows: Sequence[Row], offered: Catalogue, on: date) -> OfProcedure:
    try:
        today = offered.procedure(code, on)
    except ProcedureNotInForce:
        ended = next((it.name for it in reversed(offered.versions(code))), code)
        return OfProcedure(code, ended, is_online=False, counts=Counts.of(rows))
    return OfProcedure(code, today.name, "online" in today.channels, Counts.of(rows))


def _called(same: Sequence[Place], written: Mapping[Place, Sequence[Row]]) -> Place:
    """Of the ways in which one place is written, that of the most, and rather one with diacritics."""
    return min(same, key=lambda it: (-len(written[it]), "".join(it).isascii(), it))


def _lived_at(row: Row) -> Place:
    holder = row.dossier.filing.holder
    return place(holder.address_today or holder.address)
