"""What an office received, counted by procedure and by place: where to go with leaflets (NĐ 224/2026 art. 78 and 79).

No table crosses a place with a procedure: in a hamlet of forty houses that would name somebody. Pure rules.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import dropwhile, pairwise
from typing import Self, TypeVar

from services.intake.domain.catalogue import Catalogue, ProcedureNotInForce
from services.intake.domain.finding import fold
from services.intake.domain.register import Page, Row

__all__ = ["Counts", "OfPlace", "OfProcedure", "Statistics", "counted", "place"]

HAMLET = re.compile(r"(thon|buon|bon|ap|xom|khoi|khom|tdp|khu pho|tieu khu|to dan pho|(to|khu)(?=\s*\d))(?![a-z])")
"""How the name of a hamlet or street group begins (TT 04/2012/TT-BNV), folded."""
WRITTEN = ("làng ", "bản ")
"""Likewise, but these only with their diacritics: Lang Biang is a ward, and a `ban` an authority."""
ABOVE = re.compile(r"(xa|phuong|thi tran|dac khu|huyen|quan|thi xa|thanh pho|tinh)(?![a-z])")
"""What stands above a hamlet: behind it none comes, though Buôn Đôn is a district."""
HOUSE = re.compile(r"số|so|nhà|nha|\d\S*", re.IGNORECASE)
"""A word of the number of a house."""

Key = TypeVar("Key")
It = TypeVar("It")
Place = tuple[str, str]
"""A hamlet and its commune."""
NOT_TOLD: Place = ("", "")


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
    """What was received for the people of one hamlet; both names are empty where an address names none."""

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
    """Of whose dossier it is, as they live today; those whose hamlet is not told stand last."""


def counted(page: Page, rows: Sequence[Row], offered: Catalogue, on: date) -> Statistics:
    """`rows` are the register's of that page; `on` is the day for which is told what is offered online."""
    by_code = _grouped(rows, lambda it: _base(it.dossier.filing.procedure, offered))
    written = _grouped(rows, _lived_at)
    procedures = [_of_procedure(code, same, offered, on) for code, same in by_code.items()]
    places = [_of_place(same, written) for same in _grouped(written, _plain).values()]
    return Statistics(
        page.office,
        page.first,
        page.last,
        Counts.of(rows),
        tuple(sorted(procedures, key=lambda it: (-it.counts.total, it.code))),
        tuple(sorted(places, key=lambda it: (not it.hamlet, -it.counts.total, fold(it.hamlet), fold(it.commune)))),
    )


def place(address: str) -> Place:
    """The hamlet that an address names, and the commune, which stands behind it; `NOT_TOLD` where it names none.

    The number of a house is left out: a hamlet is counted, and no home.
    """
    for words, behind in pairwise([*(part.split() for part in address.split(",")), []]):
        named = " ".join(dropwhile(HOUSE.fullmatch, words))
        plain = fold(named)
        if ABOVE.match(plain):
            break
        if HAMLET.match(plain) or named.lower().startswith(WRITTEN):
            return named, " ".join(behind)
    return NOT_TOLD


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


def _of_place(same: Sequence[Place], written: Mapping[Place, Sequence[Row]]) -> OfPlace:
    """One place, in the ways in which it is written: named as most wrote it, and rather with diacritics."""
    hamlet, commune = min(same, key=lambda it: (-len(written[it]), "".join(it).isascii(), it))
    return OfPlace(hamlet, commune, Counts.of([row for it in same for row in written[it]]))


def _lived_at(row: Row) -> Place:
    holder = row.dossier.filing.holder
    return place(holder.address_today or holder.address)


def _plain(place: Place) -> Place:
    """As names are compared: without case, blanks and diacritics."""
    hamlet, commune = ("".join(fold(it).split()) for it in place)
    return hamlet, commune
