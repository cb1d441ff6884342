"""Procedures and offices as facts on the bus: each version is published once and never edited."""

from dataclasses import dataclass, replace
from typing import Self

from shared.contracts.intake import OfficeClosed, OfficeOpened, ProcedurePublished
from shared.events import Decision

from .catalogue import Office, Procedure

__all__ = ["ListedOffice", "ListedProcedure"]


@dataclass(frozen=True, slots=True)
class ListedProcedure:
    id: str

    @property
    def subject(self) -> str:
        return self.id

    @classmethod
    def publish(cls, procedure: Procedure) -> Decision[Self]:
        published = ProcedurePublished(
            code=procedure.code,
            version=procedure.version,
            name=procedure.name,
            field=procedure.field,
            valid_from=procedure.valid_from,
            valid_until=procedure.valid_until,
        )
        return cls(f"{procedure.code}@{procedure.version}"), published


@dataclass(frozen=True, slots=True)
class ListedOffice:
    id: str
    is_closed: bool = False

    @property
    def subject(self) -> str:
        return self.id

    @classmethod
    def open(cls, office: Office) -> Decision[Self]:
        opened = OfficeOpened(code=office.code, name=office.name, kind=office.kind, valid_from=office.valid_from)
        if office.valid_until is None:
            return cls(office.code), opened
        closed = OfficeClosed(
            code=office.code,
            name=office.name,
            kind=office.kind,
            valid_from=office.valid_from,
            valid_until=office.valid_until,
            successors=office.successors,
        )
        return cls(office.code, is_closed=True), opened, closed

    def closed_as(self, new: Decision[Self]) -> Decision[Self]:
        """An office that was open when it was listed and has since been given an end is closed now, once."""
        now, *events = new
        if self.is_closed or not now.is_closed:
            return (self,)
        return replace(self, is_closed=True), events[-1]
