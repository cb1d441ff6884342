"""What filing and accepting need, looked up once before the rules decide: the same for the API and the pages."""

import logging
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Self

from fastapi import Depends, Request

from services.intake.api.papers import unknown
from services.intake.domain.bill import Bill
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.dossier import Dossier, submit_and_accept
from services.intake.domain.facts import Received, Resembling
from services.intake.domain.fees import lines_of
from services.intake.domain.filing import Filing, Seal
from services.intake.domain.outlook import handed_in_at
from services.intake.domain.practice import check_real
from services.intake.domain.procedure import Procedure
from services.intake.domain.register import kept_at
from services.intake.domain.ticket import NoSuchTicket
from services.intake.store import Store
from shared.calendar import Calendar, Term, local_day
from shared.codes import AgencyCode, DossierCode, TrackingCode
from shared.contracts.intake import PaperTicked
from shared.decisions import Once
from shared.documents import Documents
from shared.door import itself, once
from shared.errors import NotFound, Refusal, Unavailable
from shared.events import Decision
from shared.people import Person
from shared.sealing import Seals

__all__ = ["Accepting", "AtDesk", "Desk", "NotReusable", "Submitting", "UnknownScan", "once_marked"]

log = logging.getLogger(__name__)

ANSWERED_WITHIN = Term("hours", 8)
"""Working hours in which an online filing is accepted, refused or asked for more (NĐ 45/2020)."""
ALIKE_FOR = timedelta(days=90)
"""In which a second filing of the same procedure for the same person is looked at."""


class UnknownScan(NotFound):
    """A scan was named that was never uploaded here."""

    status = 422


class NotCompetent(Refusal):
    """Another office decides dossiers of this procedure."""


class NoCounterThere(Refusal):
    """What a citizen files is answered at a counter, within its time."""


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
        filing = filing.checked(by, agencies_online=procedure.sends_agencies_online)
        check_real(filing)
        filing = filing.placed(by, lambda receiving: self.offered.deciding(procedure, receiving, day))
        procedure.check(filing.channel, filing.home_by, filing.case)
        receiving = self.offered.office(filing.receiving_office, day)
        if by.role == "citizen" and not receiving.is_counter:
            below = [it.code for it in handed_in_at(procedure, self.offered, day) if it.parent == receiving.code]
            where = ", ".join(below) or f"a counter of /procedures/{procedure.code}/offer"
            raise NoCounterThere(f"There is no counter at {receiving.code}: file at {where}.", about="receiving_office")
        if not self.offered.office(filing.competent_office, day).decides(procedure):
            raise NotCompetent(
                f"{filing.competent_office} does not decide this: leave it empty, or see /offices.",
                about="competent_office",
            )
        if filing.charges:
            lines_of(procedure.fees, filing.charges, by)
        shown = filing.authorisation.scan if filing.authorisation else ""
        right = (PaperTicked("authorisation", scans=(shown,)),) if shown else ()
        await self.check_papers((*filing.papers, *right), filing, by, procedure.largest_scan)
        alike = await self.resembling(filing, id, at)
        online = filing.channel == "online"
        return Submitting(
            id=id,
            filing=filing.sealed(self.seals.seal),
            procedure=procedure,
            tracking=TrackingCode.make(secrets.token_bytes(8)).text,
            by=by,
            at=at,
            marks=tuple(self.seals.mark(number) for number in filing.numbers()),
            respond_by=self.respond_by(at) if online else None,
            resembles=alike,
        )

    def respond_by(self, at: datetime) -> datetime:
        """Until when what came online then is answered."""
        return self.working.due(at, ANSWERED_WITHIN, cutoff_15h=False)

    def marks_of(self, filing: Filing) -> tuple[str, ...]:
        """Of whose filing it is, under every key; none where they gave no number. The filing is not sealed."""
        number = filing.holder.number
        return self.seals.marks(number) if number else ()

    def is_of_same_person(self, filing: Filing, other: Dossier, by: Person) -> bool:
        """Whether both are of one person: by number; where one has none, what somebody filed online for themselves."""
        marks = self.marks_of(filing)
        if marks and other.holder_mark:
            return other.holder_mark in marks
        is_own = by.role == "citizen" and other.filed_by == by.id
        return is_own and not filing.owner and not other.filing.owner

    async def resembling(self, filing: Filing, id: str, at: datetime) -> tuple[Resembling, ...]:
        """The open dossiers of the same person that this filing may be once more, with the reason."""
        if not (marks := self.marks_of(filing)):
            return ()
        scans = {scan for paper in filing.papers for scan in paper.scans if not paper.reused_from}
        others = await self.store.perhaps_twins(marks, filing.procedure, scans, at - ALIKE_FOR)
        return tuple(_resembling(filing, it) for it in others if it.id != id)

    async def check_papers(self, ticked: tuple[PaperTicked, ...], filing: Filing, by: Person, most: int) -> None:
        """Whether these scans, of at most `most` bytes each, may stand in this filing, which is not sealed.

        Raises `UnknownScan` for what was never uploaded, `NotReusable`, `NotYourScan`, `ScanTooLarge`.
        """
        digests = {scan for paper in ticked for scan in paper.scans if not paper.reused_from}
        if digests and (missing := await unknown(digests, self.store, self.papers, by, most)):
            raise UnknownScan(f"No scan {missing[0]} was uploaded here: upload it first.", about="papers")
        for paper in ticked:
            if paper.reused_from:
                await self._check_reused(paper, filing, by)

    async def check_signature(self, digest: str, by: Person) -> None:
        """Whether what somebody signed was scanned at this office. Raises `UnknownScan`, `NotYourScan`."""
        if digest == "register":
            return
        scan = await self.store.scan_of(digest)
        if scan is None or await unknown([digest], self.store, self.papers, by, 0):
            raise UnknownScan("No such signature was scanned: scan it, or have the register signed.", about="signature")
        scan.brought_by(by)

    @asynccontextmanager
    async def at_ticket(self, ticket: str, dossier: str, by: Person) -> AsyncGenerator[None]:
        """Around the filing of a dossier for who came with this number: then it is tied to it, after a crash too.

        Raises `NoSuchTicket`, `NotYourQueue`, `NotCalled` before anything is filed. A tie that fails behind the filing
        is made good by a round (`tie_tickets`).
        """
        if not ticket:
            yield
            return
        try:
            await self.store.tickets.change(ticket, lambda it: it.files(dossier, by=by))
        except NotFound as wrong:
            raise NoSuchTicket("There is no such number: leave it empty, or call one.", about="ticket") from wrong
        except Refusal as refusal:
            refusal.about = "ticket"
            raise
        try:
            yield
        except Refusal:
            await self.store.tickets.change(ticket, lambda it: it.not_filed(dossier))
            raise
        try:
            await self.store.tickets.change(ticket, lambda it: it.filed(dossier))
        except Unavailable:
            log.warning("ticket %s waits to be tied to dossier %s", ticket, dossier)

    async def _check_reused(self, paper: PaperTicked, filing: Filing, by: Person) -> None:
        there = await self.store.dossiers.get(paper.reused_from)
        same = self.is_of_same_person(filing, there, by)
        held = {scan for it in there.filing.papers for scan in it.scans}
        if not same or not paper.scans or not set(paper.scans) <= held:
            raise NotReusable("This paper is not in an earlier dossier of the same person: scan it.", about=paper.code)


async def _desk(request: Request) -> Desk:
    state = request.app.state
    return Desk(state.store, state.store.catalogue, state.calendar, state.seals, state.papers)


AtDesk = Annotated[Desk, Depends(_desk)]


def _resembling(filing: Filing, other: Dossier) -> Resembling:
    same = other.filing.procedure == filing.procedure
    return Resembling(other.id, "same-procedure" if same else "same-scans", other.filed_by)


def once_marked(
    key: str, sealed: Callable[[Seal], object], seals: Seals, show: Callable[[Any], object] = itself, status: int = 200
) -> Once | None:
    """`once` for words with identity numbers, which are not given away by it; known again after a rotation too."""
    same, *older = (once(key, sealed(mark), show, status) for mark in seals.markings)
    return replace(same, also=tuple(it.digest for it in older if it)) if same and older else same


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
        cls,
        filing: Filing,
        procedure: Procedure,
        by: Person,
        at: datetime,
        working: Calendar,
        offered: Catalogue,
        *,
        filed_by: Person,
    ) -> Self:
        """Of what `filed_by` claims: where a citizen says that a fee is not to be paid, a clerk is yet to grant it."""
        office = kept_at(filing.receiving_office, by, offered, local_day(at))
        agency = AgencyCode.of(office)
        terms = procedure.terms(filing.case)
        due = working.due(at, Term(terms.unit, terms.amount))
        support_point = "" if by.acts_for(filing.competent_office) else by.office
        received = Received(due, support_point, working.forward_by(at), procedure.owes_slip(filing, at, due))
        missing = tuple(paper.name for paper in procedure.missing(filing.papers, filing.case))
        bill = Bill.of(procedure.fees, filing.charges, office=office, by=filed_by)
        return cls(agency, f"{agency.text}-{local_day(at):%y%m%d}", received, missing, bill, by, at)

    def code(self, number: int) -> str:
        return DossierCode(self.agency, local_day(self.at), number).text

    def decide(self, dossier: Dossier, number: int) -> Decision[Dossier]:
        code = self.code(number)
        return dossier.accept(self.received, code, self.missing, by=self.by, at=self.at, bill=self.bill)

    def at_once(self, submitted: Decision[Dossier], number: int) -> Decision[Dossier]:
        code = self.code(number)
        return submit_and_accept(submitted, self.received, code, self.missing, by=self.by, at=self.at, bill=self.bill)
