"""What offices do, and which offices there are: procedures, papers, fees, offices, each with the days of its validity.

Nothing is ever rewritten: a change is a new version with its own dates, and what has ended names its successors. So a
dossier of 2020 still reads as it was filed, and shows which office would hold it today.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Literal

from services.intake.domain.fees import Exemption, Fee
from services.intake.domain.procedure import Case, LifeEvent, Paper, Power, Procedure, Role, Step, UnknownCase
from shared.codes import ProcedureCode
from shared.errors import NotFound, Refusal

__all__ = [
    "Case",
    "Catalogue",
    "Exemption",
    "Fee",
    "Level",
    "LifeEvent",
    "Office",
    "OfficeKind",
    "OfficeNotOpen",
    "Paper",
    "Power",
    "Procedure",
    "ProcedureNotInForce",
    "Role",
    "Step",
    "UnknownCase",
]

Level = Literal["province", "district", "commune"]
OfficeKind = Literal["one-stop", "post-counter", "competent", "commune", "land-office", "school"]
RECEIVING: tuple[OfficeKind, ...] = ("post-counter", "one-stop")
"""Where people hand in."""

_LEVELS: Mapping[Power, Level] = {"P": "province", "D": "district", "C": "commune"}


class ProcedureNotInForce(NotFound):
    """No version of the procedure was in force on that day."""


class OfficeNotOpen(NotFound):
    """There was no such office on that day."""


@dataclass(frozen=True, slots=True)
class Office:
    """An office from the day `valid_from` until the day `valid_until`; its work goes on at its `successors`."""

    code: str
    name: str
    kind: OfficeKind
    level: Level
    valid_from: date
    valid_until: date | None = None
    parent: str = ""
    gso: str = ""
    """Code of the place by the General Statistics Office."""
    address: str = ""
    phone: str = ""
    """Where people go and whom they call, as the office itself gives it; empty: not known."""
    fields: tuple[str, ...] = ()
    """What it decides on; `*` is everything that its level decides."""
    successors: tuple[str, ...] = ()
    verified: bool = True
    note: str = ""

    @property
    def is_counter(self) -> bool:
        """Whether people hand in there."""
        return self.kind in RECEIVING

    def is_open(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)

    def decides(self, procedure: Procedure) -> bool:
        """Whether dossiers of this procedure are decided here."""
        level = self.level in {_LEVELS[power] for power in procedure.competent}
        return level and ("*" in self.fields or procedure.field in self.fields)


@dataclass(frozen=True, eq=False, repr=False)
class Catalogue:
    """All versions of all procedures and all offices; asked by code and day."""

    procedures: tuple[Procedure, ...]
    offices: tuple[Office, ...]
    _versions: Mapping[str, tuple[Procedure, ...]] = field(init=False)
    _places: Mapping[str, Office] = field(init=False)

    def __post_init__(self) -> None:
        known = sorted(self.procedures, key=attrgetter("code", "version"))
        versions = {code: tuple(same) for code, same in groupby(known, key=attrgetter("code"))}
        object.__setattr__(self, "_versions", versions)
        object.__setattr__(self, "_places", {office.code: office for office in self.offices})

    def procedure(self, code: str, on: date) -> Procedure:
        """The version in force on that day; raises `ProcedureNotInForce`, which names the successor if there is one.

        `code` may be that of a local variant.
        """
        versions = self.versions(code)
        if found := _in_force(versions, on):
            return found
        raise ProcedureNotInForce(_advice(code, versions, on), about=code)

    def version(self, code: str, number: int) -> Procedure:
        """That very version, in force or not: a dossier stays on the version that it started with."""
        for version in self.versions(code):
            if version.version == number:
                return version
        raise ProcedureNotInForce(
            f"There is no version {number} of procedure {code}: look it up in the list.", about=code
        )

    def versions(self, code: str) -> tuple[Procedure, ...]:
        """All versions of a procedure, the oldest first; none where the code is unknown."""
        if code in self._versions:
            return self._versions[code]
        try:
            local = ProcedureCode.of(code)
        except Refusal:
            return ()
        return tuple(it for it in self._versions.get(local.text, ()) if local.variant in it.variants)

    def in_force(self, on: date) -> tuple[Procedure, ...]:
        """The procedures that were in force on that day, by field and name."""
        versions = (found for same in self._versions.values() if (found := _in_force(same, on)))
        return tuple(sorted(versions, key=attrgetter("field", "name")))

    def office(self, code: str, on: date) -> Office:
        """The office on that day; raises `OfficeNotOpen`, which names where its work goes on."""
        office = self._places.get(code)
        if office and office.is_open(on):
            return office
        after = ", ".join(heir.name for heir in self.successors(code, on)) if office else ""
        advice = f"its work goes on at: {after}." if after else "choose another office from the list."
        raise OfficeNotOpen(f"There is no office {code} on {on:%d/%m/%Y}: {advice}", about=code)

    def open_on(self, on: date) -> tuple[Office, ...]:
        """The offices that were open on that day, by code."""
        return tuple(sorted((office for office in self.offices if office.is_open(on)), key=attrgetter("code")))

    def successors(self, code: str, on: date) -> tuple[Office, ...]:
        """The offices open on that day at which the work of `code` goes on: itself while it lives, else its heirs."""
        office = self._places.get(code)
        if office is None:
            return ()
        if office.is_open(on):
            return (office,)
        heirs = (heir for successor in office.successors for heir in self.successors(successor, on))
        return tuple(dict.fromkeys(heirs))

    def took_over(self, code: str, on: date) -> frozenset[str]:
        """The offices that had ended by that day and whose work goes on at `code`: what `successors` says, turned."""
        return _took_over(self, on).get(code, frozenset())

    def competent(self, procedure: Procedure, on: date) -> tuple[Office, ...]:
        """The offices that decide dossiers of this procedure on that day."""
        return tuple(office for office in self.open_on(on) if office.decides(procedure))

    def receiving(self, on: date) -> tuple[Office, ...]:
        """The counters open on that day, those in post offices first."""
        counters = (office for office in self.open_on(on) if office.is_counter)
        return tuple(sorted(counters, key=lambda office: (RECEIVING.index(office.kind), office.code)))

    def deciding(self, procedure: Procedure, receiving: str, on: date) -> str:
        """Who decides what is received at `receiving`: itself, or the nearest above it; empty if none does."""
        code = receiving
        while office := self._places.get(code):
            if office.is_open(on) and office.decides(procedure):
                return office.code
            code = office.parent
        return ""


@lru_cache(maxsize=4)
def _took_over(catalogue: Catalogue, on: date) -> Mapping[str, frozenset[str]]:
    """Asked with every request of an official, so once a day for all offices."""
    found: dict[str, frozenset[str]] = {}
    ended = (office.code for office in catalogue.offices if office.valid_until and office.valid_until < on)
    for code in ended:
        for heir in catalogue.successors(code, on):
            found[heir.code] = found.get(heir.code, frozenset()) | {code}
    return found


def _in_force(versions: tuple[Procedure, ...], on: date) -> Procedure | None:
    """The last that has begun, while its dates hold: an earlier one never comes back."""
    begun = [version for version in versions if version.valid_from <= on and not version.is_void]
    return begun[-1] if begun and begun[-1].is_in_force(on) else None


def _advice(code: str, versions: tuple[Procedure, ...], on: date) -> str:
    begun = [version for version in versions if version.valid_from <= on and not version.is_void]
    last = begun[-1] if begun else None
    if last and last.successor and last.valid_until and last.valid_until < on:
        return f"Procedure {code} ended on {last.valid_until:%d/%m/%Y}: use {last.successor}, which replaced it."
    if last and last.withdrawn_from:
        return f"Procedure {code} is withdrawn from {last.withdrawn_from:%d/%m/%Y} on: choose another from the list."
    if versions and last is None:
        return (
            f"Procedure {code} is in force from {versions[0].valid_from:%d/%m/%Y} only: choose another from the list."
        )
    return f"There is no procedure {code} on {on:%d/%m/%Y}: choose one from the list."
