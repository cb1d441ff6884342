"""The published catalogue: versions of procedures and offices, said to the others once, and never edited.

A version's content is written once. What may come later is an end: a procedure is withdrawn from a day on, an office is
closed and names its heirs. A publication is what an editor saw in a dry run and then published, all of it or nothing.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Self

import msgspec

from shared.contracts.intake import OfficeClosed, OfficeOpened, ProcedurePublished, ProcedureWithdrawn
from shared.errors import Conflict, Refusal
from shared.events import Decision

from .catalogue import Catalogue, Office, Procedure

__all__ = [
    "SERIES",
    "Changed",
    "InThePast",
    "ListedOffice",
    "ListedProcedure",
    "OverByThen",
    "Publication",
    "Withdrawal",
    "WithdrawnAlready",
    "listed_id",
    "missing",
    "packaged",
]

SERIES = "catalogue"
"""Publications follow one another: each was seen against the one before."""


class InThePast(Refusal):
    """Dossiers were filed under it on that day already."""


class OverByThen(Refusal):
    """It is in force no more on that day anyway: there is nothing to withdraw."""


class WithdrawnAlready(Conflict):
    """It is withdrawn from another day on, and that stands."""


class Changed(Conflict):
    """The catalogue, or the content, is not what the dry run showed."""


def listed_id(code: str, version: int) -> str:
    return f"{code}@{version}"


@dataclass(frozen=True, slots=True)
class ListedProcedure:
    """One published version: its whole content, and from which day it is withdrawn, if it is."""

    id: str
    content: Procedure
    published_at: datetime
    withdrawn_from: date | None = None

    @property
    def subject(self) -> str:
        return self.id

    @property
    def offered(self) -> Procedure:
        """The version as the catalogue offers it."""
        return replace(self.content, withdrawn_from=self.withdrawn_from) if self.withdrawn_from else self.content

    @classmethod
    def publish(cls, procedure: Procedure, *, at: datetime) -> Decision[Self]:
        """The content without a withdrawal: that is told on its own."""
        content = replace(procedure, withdrawn_from=None)
        listed = cls(listed_id(procedure.code, procedure.version), content, at)
        published = ProcedurePublished(
            code=procedure.code,
            version=procedure.version,
            name=procedure.name,
            field=procedure.field,
            valid_from=procedure.valid_from,
            valid_until=procedure.valid_until,
        )
        if procedure.withdrawn_from is None:
            return listed, published
        withdrawn, *events = listed.withdrawn(procedure.withdrawn_from)
        return withdrawn, published, *events

    def may_withdraw(self, from_day: date, today: date) -> bool:
        """Whether that day would be new to it. Raises `InThePast`, `OverByThen`, `WithdrawnAlready`."""
        if self.withdrawn_from and self.withdrawn_from != from_day:
            raise WithdrawnAlready(f"It is withdrawn from {self.withdrawn_from:%d/%m/%Y} on: that stands.")
        if self.withdrawn_from is None and from_day < today:
            raise InThePast("Dossiers were filed under it by then: name today or a later day.", about="from_day")
        if self.content.valid_until and from_day > self.content.valid_until:
            raise OverByThen(f"It ends by itself on {self.content.valid_until:%d/%m/%Y}.", about="from_day")
        return self.withdrawn_from is None

    def withdrawn(self, from_day: date) -> Decision[Self]:
        """The same, withdrawn; where it is withdrawn already, that stands."""
        if self.withdrawn_from:
            return (self,)
        said = ProcedureWithdrawn(
            code=self.content.code,
            version=self.content.version,
            name=self.content.name,
            field=self.content.field,
            valid_from=self.content.valid_from,
            withdrawn_from=from_day,
        )
        return replace(self, withdrawn_from=from_day), said


@dataclass(frozen=True, slots=True)
class ListedOffice:
    """One office, as it was opened or, once, closed."""

    id: str
    content: Office
    published_at: datetime

    @property
    def subject(self) -> str:
        return self.id

    @property
    def is_closed(self) -> bool:
        return self.content.valid_until is not None

    @classmethod
    def open(cls, office: Office, *, at: datetime) -> Decision[Self]:
        opened = OfficeOpened(code=office.code, name=office.name, kind=office.kind, valid_from=office.valid_from)
        closed = _closed(office)
        return (cls(office.code, office, at), opened, closed) if closed else (cls(office.code, office, at), opened)

    def closed_as(self, office: Office) -> Decision[Self]:
        """An office that was open when it was listed and has since been given an end is closed now, once."""
        closed = _closed(office)
        if self.is_closed or closed is None:
            return (self,)
        content = replace(self.content, valid_until=office.valid_until, successors=office.successors)
        return replace(self, content=content), closed


def _closed(office: Office) -> OfficeClosed | None:
    if office.valid_until is None:
        return None
    return OfficeClosed(
        code=office.code,
        name=office.name,
        kind=office.kind,
        valid_from=office.valid_from,
        valid_until=office.valid_until,
        successors=office.successors,
    )


@dataclass(frozen=True, slots=True)
class Withdrawal:
    code: str
    version: int
    from_day: date


@dataclass(frozen=True, slots=True)
class Publication:
    """What was published at once, by whom, and whether every version stands in the catalogue yet.

    Writing it is the decision. What it holds is then listed one by one, by whoever comes first, as often as it takes.
    """

    id: str
    """The digest of the dry run that was seen."""
    number: int
    """Its place in the series: one more than that against which it was seen."""
    at: datetime
    procedures: tuple[Procedure, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()
    opened: tuple[Office, ...] = ()
    closed: tuple[Office, ...] = ()
    by: str = ""
    """An opaque id, for the record: no event carries it. Empty: it came with the package."""
    office: str = ""
    upload: str = ""
    """The digest of the file, so that the same file gets the same answer again."""
    is_done: bool = False

    @property
    def subject(self) -> str:
        return self.id

    def numbered(self, number: int) -> Decision[Self]:
        """Keep it as the next of the series; raises `Changed` where another came between."""
        if number != self.number:
            raise Changed("Somebody published in the meantime: look at the dry run again, then publish.")
        return (self,)

    def done(self) -> Decision[Self]:
        return (replace(self, is_done=True),) if not self.is_done else (self,)


def packaged(
    procedures: tuple[Procedure, ...],
    opened: tuple[Office, ...],
    closed: tuple[Office, ...],
    *,
    number: int,
    at: datetime,
) -> Publication:
    """What comes with the package, as a publication: two replicas that find the same missing make the same one."""
    digest = hashlib.blake2b(msgspec.json.encode((procedures, opened, closed)), digest_size=16).hexdigest()
    return Publication(digest, number, at, procedures=procedures, opened=opened, closed=closed)


def missing(
    package: Catalogue, published: Catalogue
) -> tuple[tuple[Procedure, ...], tuple[Office, ...], tuple[Office, ...]]:
    """What the package has and the published catalogue has not: versions, offices opened, offices closed."""
    there = {(it.code, it.version) for it in published.procedures}
    places = {it.code: it for it in published.offices}
    new = tuple(it for it in package.procedures if (it.code, it.version) not in there)
    opened = tuple(it for it in package.offices if it.code not in places)
    ended = (it for it in package.offices if it.valid_until and it.code in places)
    return new, opened, tuple(it for it in ended if places[it.code].valid_until is None)
