"""What filing and accepting need, looked up once before the rules decide: the same for the API and the pages."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self

from fastapi import Depends, Request

from services.intake.api.papers import unknown
from services.intake.domain.bill import Bill
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.dossier import Dossier, submit_and_accept
from services.intake.domain.facts import Received, Resembling
from services.intake.domain.fees import lines_of
from services.intake.domain.filing import Filing
from services.intake.domain.procedure import Procedure
from services.intake.store import Store
from shared.calendar import Calendar, Term, local_day
from shared.codes import AgencyCode, DossierCode, TrackingCode
from shared.contracts.intake import PaperTicked
from shared.documents import Documents
from shared.errors import NotFound, Refusal
from shared.events import Decision
from shared.people import Person
from shared.sealing import Seals

__all__ = ["Accepting", "AtDesk", "Desk", "NotReusable", "Submitting", "UnknownScan", "resembling"]

ANSWERED_WITHIN = Term("hours", 8)
"""Working hours in which an online filing is accepted, refused or asked for more (NĐ 45/2020)."""
ALIKE_FOR = 90
"""Days in which a second filing of the same procedure by the same person is looked at."""


class UnknownScan(NotFound):
    """A scan was named that was never uploaded here."""

    status = 422


class NotCompetent(Refusal):
    """Another office decides dossiers of this procedure."""


class NotReusable(Refusal):
    """Papers are reused from dossiers of the same person alone."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on the desk while something is filed: the catalogue, the calendar, the keys, what is kept."""

    store: Store
    offered: Catalogue
    working: Calendar
    seals: Seals
    papers: Documents

    async def submitting(self, id: str, filing: Filing, by: Person, at: datetime) -> "Submitting":
        """A filing that was checked, with its scans there, its numbers sealed, and what it resembles."""
        day = local_day(at)
        procedure = self.offered.procedure(filing.procedure, day)
        filing = filing.checked(by, agencies_online=procedure.agencies_online)
        filing = filing.placed(by, lambda receiving: self.offered.deciding(procedure, receiving, day))
        procedure.check(filing.channel, filing.home_by, filing.case)
        self.offered.office(filing.receiving_office, day)
        if not self.offered.office(filing.competent_office, day).decides(procedure):
            raise NotCompetent(
                f"{filing.competent_office} does not decide this: leave it empty, or see /offices.",
                about="competent_office",
            )
        if filing.charges:
            lines_of(procedure.fees, filing.charges, by)
        numbers = filing.numbers()
        known = tuple(mark for number in numbers for mark in self.seals.marks(number))
        shown = filing.authorisation.scan if filing.authorisation else ""
        right = (PaperTicked("authorisation", scans=(shown,)),) if shown else ()
        await self.check_papers((*filing.papers, *right), known, by, procedure.largest_scan)
        others = await self.store.of_person(known) if known else []
        online = filing.channel == "online"
        return Submitting(
            id=id,
            filing=filing.sealed(self.seals.seal),
            procedure=procedure,
            tracking=TrackingCode.make(secrets.token_bytes(8)).text,
            by=by,
            at=at,
            marks=tuple(self.seals.mark(number) for number in numbers),
            respond_by=self.respond_by(at) if online else None,
            resembles=resembling(filing, id, others, at),
        )

    def respond_by(self, at: datetime) -> datetime:
        """Until when what came online then is answered."""
        return self.working.due(at, ANSWERED_WITHIN, cutoff_15h=False)

    async def check_papers(self, ticked: tuple[PaperTicked, ...], marks: Sequence[str], by: Person, most: int) -> None:
        """Whether these scans may stand in a dossier of a procedure that takes `most` bytes each.

        Raises `UnknownScan` for what was never uploaded, `NotReusable`, `NotYourScan`, `ScanTooLarge`.
        """
        digests = {scan for paper in ticked for scan in paper.scans if not paper.reused_from}
        if digests and (missing := await unknown(digests, self.store, self.papers, by, most)):
            raise UnknownScan(f"No scan {missing[0]} was uploaded here: upload it first.", about="papers")
        for paper in ticked:
            if paper.reused_from:
                await self._check_reused(paper, marks, by)

    async def _check_reused(self, paper: PaperTicked, marks: Sequence[str], by: Person) -> None:
        there = await self.store.dossiers.get(paper.reused_from)
        same = bool(set(there.marks) & set(marks)) or (by.role == "citizen" and there.filed_by == by.id)
        held = {scan for it in there.filing.papers for scan in it.scans}
        if not same or not paper.scans or not set(paper.scans) <= held:
            raise NotReusable("This paper is not in an earlier dossier of the same person: scan it.", about=paper.code)


async def _desk(request: Request) -> Desk:
    state = request.app.state
    return Desk(state.store, state.store.catalogue, state.calendar, state.seals, state.papers)


AtDesk = Annotated[Desk, Depends(_desk)]


def resembling(filing: Filing, id: str, others: Sequence[Dossier], at: datetime) -> tuple[Resembling, ...]:
    """The open dossiers of the same person that this filing may be once more, with the reason."""
    scans = {scan for paper in filing.papers for scan in paper.scans if not paper.reused_from}
    alike = list[Resembling]()
    for it in others:
        if it.id == id or it.state in {"refused", "stopped", "handed-over"} or (at - it.submitted_at).days > ALIKE_FOR:
            continue
        if it.filing.procedure == filing.procedure:
            alike.append(Resembling(it.id, "same-procedure", it.filed_by))
        elif scans & {scan for paper in it.filing.papers for scan in paper.scans}:
            alike.append(Resembling(it.id, "same-scans", it.filed_by))
    return tuple(alike)


@dataclass(frozen=True, slots=True)
class Submitting:
    """Everything that submitting needs: the decision may run again."""

    id: str
    filing: Filing
    procedure: Procedure
    tracking: str
    by: Person
    at: datetime
    marks: tuple[str, ...]
    respond_by: datetime | None
    resembles: tuple[Resembling, ...]

    def decide(self) -> Decision[Dossier]:
        return Dossier.submit(
            self.id,
            self.filing,
            self.procedure.version,
            self.procedure.terms(self.filing.case),
            tracking=self.tracking,
            by=self.by,
            at=self.at,
            marks=self.marks,
            respond_by=self.respond_by,
            resembles=self.resembles,
        )


@dataclass(frozen=True, slots=True)
class Accepting:
    """Everything that accepting needs, looked up once."""

    agency: AgencyCode
    series: str
    received: Received
    missing: tuple[str, ...]
    bill: Bill | None
    by: Person
    at: datetime

    @classmethod
    def of(
        cls, filing: Filing, procedure: Procedure, by: Person, at: datetime, working: Calendar, *, filed_by: Person
    ) -> Self:
        """Of what `filed_by` claims: where a citizen says that a fee is not to be paid, a clerk is yet to grant it."""
        agency = AgencyCode.of(filing.receiving_office)
        terms = procedure.terms(filing.case)
        due = working.due(at, Term(terms.unit, terms.amount))
        support_point = "" if by.acts_for(filing.competent_office) else by.office
        received = Received(due, support_point, working.forward_by(at), procedure.owes_slip(filing, at, due))
        missing = tuple(paper.name for paper in procedure.missing(filing.papers, filing.case))
        bill = Bill.of(procedure.fees, filing.charges, office=filing.receiving_office, by=filed_by)
        return cls(agency, f"{agency.text}-{local_day(at):%y%m%d}", received, missing, bill, by, at)

    def code(self, number: int) -> str:
        return DossierCode(self.agency, local_day(self.at), number).text

    def decide(self, dossier: Dossier, number: int) -> Decision[Dossier]:
        code = self.code(number)
        return dossier.accept(self.received, code, self.missing, by=self.by, at=self.at, bill=self.bill)

    def at_once(self, submitted: Decision[Dossier], number: int) -> Decision[Dossier]:
        code = self.code(number)
        return submit_and_accept(submitted, self.received, code, self.missing, by=self.by, at=self.at, bill=self.bill)
