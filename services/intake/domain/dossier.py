"""The dossier: what was handed in, by whom, and what intake did with it. Pure rules."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Self

from services.intake.domain.filing import Filing, MustFileOnline, NoAddress
from shared import codes
from shared.contracts.intake import (
    ContactRecorded,
    DossierAccepted,
    DossierRefused,
    DossierSubmitted,
    DossierSupplemented,
    HomeBy,
    PaperTicked,
    ResultHandedOver,
    SupplementAskedAtCounter,
    Terms,
)
from shared.errors import Conflict, Forbidden, Refusal
from shared.events import Decision, Event
from shared.people import Person

__all__ = ["Dossier", "Fact", "Received"]

State = Literal["submitted", "accepted", "refused", "supplement-asked", "handed-over"]


class PapersMissing(Refusal):
    """Not everything on the checklist is there (NĐ 61/2018 art. 17.1)."""


class AlreadyAccepted(Conflict):
    pass


class AlreadyClosed(Conflict):
    """Refused, or handed over: nothing more can be done with it."""


class NotAccepted(Conflict):
    pass


class NotYours(Forbidden):
    """Another citizen filed it."""


class NotYourOffice(Forbidden):
    """Neither the office that received it nor the one that decides."""


class NotDecided(Conflict):
    """There is no result yet to hand over."""


class ReasonMissing(Refusal):
    """A refusal says why, with a code and in words."""


@dataclass(frozen=True, slots=True)
class Received:
    """What the counter promises when it takes a dossier: it stays with the dossier to its end."""

    due_at: datetime
    support_point: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the dossier's own history. `by` is an opaque id."""

    at: datetime
    what: str
    by: str = ""
    office: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Dossier:
    id: str
    tracking: str
    filing: Filing
    version: int
    terms: Terms
    state: State
    submitted_at: datetime
    assisted_by: str = ""
    code: str = ""
    received_at: datetime | None = None
    due_at: datetime | None = None
    history: tuple[Fact, ...] = ()

    @property
    def subject(self) -> str:
        return self.id

    @classmethod
    def submit(
        cls, id: str, filing: Filing, version: int, terms: Terms, *, tracking: str, by: Person, at: datetime
    ) -> Decision[Self]:
        """State 1. A clerk who types for somebody is recorded as assisting; the applicant stays the owner."""
        applicant = filing.applicant.checked()
        if applicant.kind == "state-agency" and filing.channel != "online":
            raise MustFileOnline("A state agency files online: open the portal with the agency's account.")
        if filing.home_by == "post" and not applicant.address.strip():
            raise NoAddress(
                "Where shall the postman bring it? Give an address, or choose the counter.", about="address"
            )
        _check_codes(filing.papers)
        filing = replace(filing, applicant=applicant)
        assisted = by.role != "citizen"
        dossier = cls(
            id=id,
            tracking=tracking,
            filing=filing,
            version=version,
            terms=terms,
            state="submitted",
            submitted_at=at,
            assisted_by=by.id if assisted else "",
            history=(Fact(at, "submitted", by.id, by.office),),
        )
        contact = ContactRecorded(
            name=applicant.name,
            language=applicant.language,
            phone=applicant.phone,
            email=applicant.email,
            address=applicant.address,
        )
        submitted = DossierSubmitted(
            office=by.office,
            role=by.role,
            procedure=filing.procedure,
            version=version,
            channel=filing.channel,
            assisted=assisted,
            receiving_office=filing.receiving_office,
            competent_office=filing.competent_office,
            papers=filing.papers,
            submitted_at=at,
        )
        return dossier, contact, submitted

    def accept(
        self, received: Received, code: str, missing: tuple[str, ...], *, by: Person, at: datetime
    ) -> Decision[Self]:
        """State 2: the dossier gets its code and its due date, and the clock runs (NĐ 61/2018 art. 17.3)."""
        self._still_open()
        self._handled_by(by)
        if self.state == "accepted":
            raise AlreadyAccepted(f"It was accepted before, as {self.code}: print its slip again.")
        if missing:
            raise PapersMissing(f"Ask for all of it at once: {', '.join(missing)}.", about="papers")
        accepted = replace(
            self,
            state="accepted",
            code=code,
            received_at=at,
            due_at=received.due_at,
            history=(*self.history, Fact(at, "accepted", by.id, by.office, code)),
        )
        return accepted, accepted.said_accepted(received, by)

    def said_accepted(self, received: Received, by: Person) -> DossierAccepted:
        filing = self.filing
        return DossierAccepted(
            office=by.office,
            role=by.role,
            code=self.code,
            procedure=filing.procedure,
            version=self.version,
            channel=filing.channel,
            receiving_office=filing.receiving_office,
            competent_office=filing.competent_office,
            support_point=received.support_point,
            papers_on_paper=sum(paper.originals + paper.copies for paper in filing.papers),
            terms=self.terms,
            received_at=self.received_at or self.submitted_at,
            due_at=received.due_at,
            home_by=filing.home_by,
        )

    def refuse(self, reason: str, words: str, *, by: Person, at: datetime) -> Decision[Self]:
        """State 3, with the reason (form 3)."""
        self._still_open()
        self._handled_by(by)
        if self.state == "accepted":
            raise AlreadyAccepted("It was accepted: only a decision can refuse it now.")
        if not reason.strip() or not words.strip():
            raise ReasonMissing("Say why, with a code and in words: it is printed on the form.", about="reason")
        fact = Fact(at, "refused", by.id, by.office, words)
        refused = replace(self, state="refused", history=(*self.history, fact))
        return refused, DossierRefused(office=by.office, role=by.role, reason=codes.code(reason, "reason"))

    def ask_supplement(self, papers: tuple[str, ...], *, by: Person, at: datetime) -> Decision[Self]:
        """State 5 at the counter: everything that is missing, once (form 2; NĐ 61/2018 art. 15.3)."""
        self._still_open()
        self._handled_by(by)
        if self.state != "submitted":
            raise Conflict("What is missing is asked for once, before the dossier is accepted.")
        if not papers:
            raise PapersMissing("Name the papers that are missing.", about="papers")
        fact = Fact(at, "supplement-asked", by.id, by.office, ", ".join(papers))
        for paper in papers:
            codes.code(paper, "papers")
        asked = replace(self, state="supplement-asked", history=(*self.history, fact))
        return asked, SupplementAskedAtCounter(office=by.office, role=by.role, papers=papers)

    def supplement(self, papers: tuple[PaperTicked, ...], *, by: Person, at: datetime) -> Decision[Self]:
        """Papers that came later join those that were there; what lay there before is kept.

        They may be brought to any counter (Decree 118/2025: regardless of boundary); a citizen adds to their own alone.
        """
        self._still_open()
        if by.role == "citizen" and by.id != self.history[0].by:
            raise NotYours("Somebody else filed this dossier: bring the papers to a counter.")
        _check_codes(papers)
        if not papers:
            raise PapersMissing("Which papers were brought? Tick at least one.", about="papers")
        fact = Fact(at, "supplemented", by.id, by.office, ", ".join(paper.code for paper in papers))
        state: State = "submitted" if self.state == "supplement-asked" else self.state
        filing = replace(self.filing, papers=(*self.filing.papers, *papers))
        more = replace(self, state=state, filing=filing, history=(*self.history, fact))
        return more, DossierSupplemented(
            office=by.office, role=by.role, accepted=self.state == "accepted", papers=papers, supplemented_at=at
        )

    def hand_over(self, how: HomeBy, *, decided: bool, by: Person, at: datetime) -> Decision[Self]:
        """State 10. Handing over twice the same way changes nothing: two facts may tell of one delivery."""
        if self.state == "handed-over":
            return (self,)
        if self.state != "accepted":
            raise NotAccepted("It was never accepted: there is no result to hand over.")
        if how != "post":
            self._handled_by(by)
        if not decided:
            raise NotDecided("There is no result yet: see the due date.")
        fact = Fact(at, "handed-over", by.id, by.office, how)
        closed = replace(self, state="handed-over", history=(*self.history, fact))
        return closed, ResultHandedOver(office=by.office, role=by.role, by=how, handed_over_at=at)

    def _handled_by(self, by: Person) -> None:
        if by.office not in {self.filing.receiving_office, self.filing.competent_office}:
            raise NotYourOffice(f"This is handled at {self.filing.receiving_office}: let a colleague there do it.")

    def _still_open(self) -> None:
        if self.state in {"refused", "handed-over"}:
            raise AlreadyClosed(f"The dossier is closed ({self.state}): file a new one.")


def submit_and_accept(
    submitted: Decision[Dossier], received: Received, code: str, missing: tuple[str, ...], *, by: Person, at: datetime
) -> Decision[Dossier]:
    """Both at once, at the counter: one write, all the events."""
    dossier, *before = submitted
    accepted, *after = dossier.accept(received, code, missing, by=by, at=at)
    events: list[Event] = [*before, *after]
    return accepted, *events


def _check_codes(papers: tuple[PaperTicked, ...]) -> None:
    for paper in papers:
        codes.code(paper.code, "papers")
