"""What filing and accepting need, looked up once before the rules decide: the same for the API and the pages."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from services.intake.api.given import local_day
from services.intake.domain.catalogue import Catalogue, Procedure
from services.intake.domain.dossier import Dossier, Received, submit_and_accept
from services.intake.domain.filing import Filing
from shared.calendar import Calendar, Term
from shared.codes import AgencyCode, DossierCode, TrackingCode
from shared.contracts.intake import PaperTicked
from shared.documents import Documents
from shared.errors import NotFound
from shared.events import Decision
from shared.people import Person

__all__ = ["Accepting", "Submitting", "UnknownScan", "check_scans"]


class UnknownScan(NotFound):
    """A scan was named that was never uploaded here."""

    status = 422


async def check_scans(ticked: tuple[PaperTicked, ...], papers: Documents) -> None:
    for digest in {scan for paper in ticked for scan in paper.scans}:
        if not await papers.has(digest):
            raise UnknownScan(f"No scan {digest} was uploaded here: upload it first.", about="papers")


@dataclass(frozen=True, slots=True)
class Submitting:
    """Everything that submitting needs, looked up once: the decision may run again."""

    id: str
    filing: Filing
    procedure: Procedure
    tracking: str
    by: Person
    at: datetime

    @classmethod
    def of(cls, id: str, filing: Filing, by: Person, at: datetime, offered: Catalogue) -> Self:
        procedure = offered.procedure(filing.procedure, local_day(at))
        placed = filing.placed(by, lambda receiving: offered.deciding(procedure, receiving, local_day(at)))
        for office in {placed.receiving_office, placed.competent_office}:
            offered.office(office, local_day(at))
        return cls(id, placed, procedure, TrackingCode.make(secrets.token_bytes(8)).text, by, at)

    def decide(self) -> Decision[Dossier]:
        version, terms = self.procedure.version, self.procedure.terms(self.filing.case)
        return Dossier.submit(self.id, self.filing, version, terms, tracking=self.tracking, by=self.by, at=self.at)


@dataclass(frozen=True, slots=True)
class Accepting:
    """Everything that accepting needs, looked up once."""

    agency: AgencyCode
    series: str
    received: Received
    missing: tuple[str, ...]
    by: Person
    at: datetime

    @classmethod
    def of(cls, filing: Filing, procedure: Procedure, by: Person, at: datetime, working: Calendar) -> Self:
        agency = AgencyCode.of(filing.receiving_office)
        terms = procedure.terms(filing.case)
        due = working.due(at, Term(terms.unit, terms.amount))
        received = Received(due, by.office if by.office != filing.competent_office else "")
        missing = tuple(paper.name for paper in procedure.missing(filing.papers))
        return cls(agency, f"{agency.text}-{local_day(at):%y%m%d}", received, missing, by, at)

    def code(self, number: int) -> str:
        return DossierCode(self.agency, local_day(self.at), number).text

    def decide(self, dossier: Dossier, number: int) -> Decision[Dossier]:
        return dossier.accept(self.received, self.code(number), self.missing, by=self.by, at=self.at)

    def at_once(self, submitted: Decision[Dossier], number: int) -> Decision[Dossier]:
        return submit_and_accept(submitted, self.received, self.code(number), self.missing, by=self.by, at=self.at)
