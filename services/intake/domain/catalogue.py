"""What offices do, and which offices there are: procedures, papers, fees, offices, each with the days of its validity.

Nothing is ever rewritten: a change is a new version with its own dates, and what has ended names its successors. So a
dossier of 2020 still reads as it was filed, and shows which office would hold it today.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Literal

from services.intake.domain.fees import Fee
from shared.calendar import OfficeHours, Policy, Term
from shared.contracts.intake import Channel, PaperTicked, Terms
from shared.errors import NotFound

Power = Literal["P", "D", "C"]
"""Who decides: the province, the district (until 30/6/2025), the commune."""
Level = Literal["province", "district", "commune"]
OfficeKind = Literal["one-stop", "post-counter", "competent", "commune", "land-office", "school"]
Role = Literal["one-stop-officer", "specialist", "leader", "registry-clerk"]

_LEVELS: Mapping[Power, Level] = {"P": "province", "D": "district", "C": "commune"}


class ProcedureNotInForce(NotFound):
    """No version of the procedure was in force on that day."""


class OfficeNotOpen(NotFound):
    """There was no such office on that day."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One line of the checklist: so many originals and copies on paper, or so many electronic files in their place.

    An original does where a copy is asked for. `electronic` 0 means that files cannot stand for the paper.
    """

    code: str
    name: str
    originals: int = 0
    copies: int = 0
    electronic: int = 1
    form: str = ""
    """The number of the printed form, where there is one."""
    required: bool = True
    when: str = ""
    """The case in which it is needed, in words; empty: always."""

    def is_met(self, handed: PaperTicked) -> bool:
        on_paper = (
            handed.originals >= self.originals and handed.originals + handed.copies >= self.originals + self.copies
        )
        return on_paper or 0 < self.electronic <= handed.electronic


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the work in the back office, by whom, and for joint procedures at which agency and how long."""

    code: str
    name: str
    by: Role
    at: Power | None = None
    """Another level than the one that decides; None: the same."""
    term: Term | None = None
    """A deadline of its own (Decree 61/2018, art. 19.6)."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case (*trường hợp*) of a procedure that has its own time."""

    code: str
    name: str
    term: Term


@dataclass(frozen=True, slots=True)
class Procedure:
    """One version of an administrative procedure, as it was in force from `valid_from` until the day `valid_until`."""

    code: str
    name: str
    field: str
    valid_from: date
    competent: tuple[Power, ...]
    term: Term
    steps: tuple[Step, ...]
    papers: tuple[Paper, ...]
    free_steps: bool = False
    """No steps are planned: any may be recorded, as often as it is done (the log of another system, replayed)."""
    version: int = 1
    valid_until: date | None = None
    successor: str = ""
    """The code under which it goes on after `valid_until`."""
    level: Literal[1, 2, 3, 4] = 2
    """The online service level of 2020; not the levels of Decree 224/2026."""
    supplement: Policy = "restart"
    fees: tuple[Fee, ...] = ()
    cases: tuple[Case, ...] = ()
    channels: tuple[Channel, ...] = ("direct",)
    postal_collection: bool = False
    postal_return: bool = False
    presence: bool = False
    """The applicant must come in person."""
    immediate: bool = False
    """Done while the applicant waits: recorded, but without a slip unless asked for (Decree 61/2018, art. 17.4)."""
    sensitive: bool = False
    """Its name is kept out of messages."""
    verified: bool = True
    """The code was found in a source; if not, `note` says what is unsure."""
    note: str = ""

    def terms(self, case: str = "") -> Terms:
        """What a dossier of this version is promised; an unknown case is the ordinary one."""
        term = next((known.term for known in self.cases if known.code == case), self.term)
        return Terms(term.unit, term.amount, self.supplement, tuple(step.code for step in self.steps))

    def is_in_force(self, on: date) -> bool:
        return _is_valid(self, on)

    def missing(self, papers: Iterable[PaperTicked]) -> tuple[Paper, ...]:
        """The required papers that were not handed in, or not all of them, in the order of the checklist."""
        handed = _handed_in(papers)
        return tuple(
            paper
            for paper in self.papers
            if paper.required and not paper.is_met(handed.get(paper.code, PaperTicked("")))
        )


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
    fields: tuple[str, ...] = ()
    """What it decides on; `*` is everything that its level decides."""
    successors: tuple[str, ...] = ()
    hours: OfficeHours | None = None
    """None: the hours of the calendar."""
    verified: bool = True
    note: str = ""

    def is_open(self, on: date) -> bool:
        return _is_valid(self, on)

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
        """The version in force on that day; raises `ProcedureNotInForce`, which names the successor if there is one."""
        versions = self._versions.get(code, ())
        for version in versions:
            if version.is_in_force(on):
                return version
        raise ProcedureNotInForce(_advice(code, versions, on), about=code)

    def version(self, code: str, number: int) -> Procedure:
        """That very version, in force or not: a dossier stays on the version that it started with."""
        for version in self._versions.get(code, ()):
            if version.version == number:
                return version
        raise ProcedureNotInForce(
            f"There is no version {number} of procedure {code}: look it up in the list.", about=code
        )

    def in_force(self, on: date) -> tuple[Procedure, ...]:
        """The procedures that were in force on that day, by field and name."""
        versions = (version for version in self.procedures if version.is_in_force(on))
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

    def competent(self, procedure: Procedure, on: date) -> tuple[Office, ...]:
        """The offices that decide dossiers of this procedure on that day."""
        return tuple(office for office in self.open_on(on) if office.decides(procedure))

    def deciding(self, procedure: Procedure, receiving: str, on: date) -> str:
        """Who decides what is received at `receiving`: itself, or the nearest above it; empty if none does."""
        code = receiving
        while office := self._places.get(code):
            if office.is_open(on) and office.decides(procedure):
                return office.code
            code = office.parent
        return ""


def _is_valid(dated: Procedure | Office, on: date) -> bool:
    return dated.valid_from <= on and (dated.valid_until is None or on <= dated.valid_until)


def _handed_in(papers: Iterable[PaperTicked]) -> Mapping[str, PaperTicked]:
    """One line per paper, however many times it was ticked."""
    originals, copies, electronic = Counter[str](), Counter[str](), Counter[str]()
    for paper in papers:
        originals[paper.code] += paper.originals
        copies[paper.code] += paper.copies
        electronic[paper.code] += paper.electronic
    return {code: PaperTicked(code, originals[code], copies[code], electronic[code]) for code in originals}


def _advice(code: str, versions: tuple[Procedure, ...], on: date) -> str:
    ended = [version for version in versions if version.valid_until and version.valid_until < on]
    if ended and ended[-1].successor:
        return (
            f"Procedure {code} ended on {ended[-1].valid_until:%d/%m/%Y}: use {ended[-1].successor}, which replaced it."
        )
    if versions and not ended:
        return (
            f"Procedure {code} is in force from {versions[0].valid_from:%d/%m/%Y} only: choose another from the list."
        )
    return f"There is no procedure {code} on {on:%d/%m/%Y}: choose one from the list."
