"""The dossier: what was handed in, by whom, and what intake did with it. Pure rules.

What is put right, withdrawn or rated later stands in `changing`; what is handed out in `handing`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Self

from services.intake.domain.bill import Bill
from services.intake.domain.facts import (
    AlreadyAccepted,
    AlreadyClosed,
    Asked,
    Correction,
    Fact,
    Handed,
    NoBill,
    NotReviewed,
    NotYourOffice,
    NotYours,
    PapersMissing,
    ReasonMissing,
    Received,
    Resembling,
    Withdrawal,
    contact_of,
    worded,
)
from services.intake.domain.filing import Filing, check_papers
from shared import codes
from shared.contracts.intake import (
    DossierAccepted,
    DossierRefused,
    DossierSubmitted,
    DossierSupplemented,
    PaperTicked,
    SupplementAskedAtCounter,
    Terms,
)
from shared.errors import Conflict
from shared.events import Decision, Event
from shared.people import Person

__all__ = ["Dossier", "submit_and_accept"]

State = Literal["submitted", "accepted", "refused", "supplement-asked", "handed-over", "stopped"]
CLOSED = {"refused", "handed-over", "stopped"}


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
    forward_by: datetime | None = None
    is_slip_due: bool = True
    """As it was `Received`."""
    history: tuple[Fact, ...] = ()
    marks: tuple[str, ...] = ()
    """Of the identity numbers in it (`shared.sealing`): by them the dossiers of a person are found."""
    respond_by: datetime | None = None
    """Until when an online filing is answered: 8 working hours (NĐ 45/2020)."""
    resembles: tuple[Resembling, ...] = ()
    asked: tuple[Asked, ...] = ()
    refusal: Asked | None = None
    """Why it was refused (form 3): the code and the words."""
    corrections: tuple[Correction, ...] = ()
    bill: Bill | None = None
    wish: Withdrawal | None = None
    handed: Handed | None = None
    score: int = 0
    """1 to 5, once it was rated."""

    @property
    def subject(self) -> str:
        return self.id

    @property
    def filed_by(self) -> str:
        """The opaque id of who filed it."""
        return self.history[0].by

    @property
    def holder_mark(self) -> str:
        """The mark of whose it is, for `marks` end with it; empty where they gave no number."""
        return self.marks[-1] if self.marks and self.filing.holder.number else ""

    @classmethod
    def submit(
        cls,
        id: str,
        filing: Filing,
        version: int,
        terms: Terms,
        *,
        tracking: str,
        by: Person,
        at: datetime,
        marks: tuple[str, ...] = (),
        respond_by: datetime | None = None,
        resembles: tuple[Resembling, ...] = (),
    ) -> Decision[Self]:
        """State 1, of a filing that was checked and sealed.

        A clerk who types for somebody is recorded as assisting; the applicant stays the owner.
        """
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
            marks=marks,
            respond_by=respond_by,
            resembles=tuple(it for it in resembles if it.dossier not in filing.reviewed),
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
            tracking=tracking,
            respond_by=respond_by,
        )
        return dossier, contact_of(filing.applicant), submitted

    def accept(
        self,
        received: Received,
        code: str,
        missing: tuple[str, ...],
        *,
        by: Person,
        at: datetime,
        bill: Bill | None = None,
    ) -> Decision[Self]:
        """State 2: the dossier gets its code and its due date, and the clock runs (NĐ 61/2018 art. 17.3)."""
        self.still_open()
        self.handled_by(by)
        if self.state == "accepted":
            raise AlreadyAccepted(f"It was accepted before, as {self.code}: print its slip again.")
        if missing:
            raise PapersMissing(f"Ask for all of it at once: {', '.join(missing)}.", about="papers")
        if self.resembles:
            alike = ", ".join(it.dossier for it in self.resembles)
            raise NotReviewed(f"The same person has another like it: look at {alike} first.", about="reviewed")
        bill = self.bill or bill
        accepted = replace(
            self,
            state="accepted",
            code=code,
            received_at=at,
            due_at=received.due_at,
            forward_by=received.forward_by,
            is_slip_due=received.is_slip_due,
            history=(*self.history, Fact(at, "accepted", by.id, by.office, code)),
            bill=bill,
        )
        due = bill.said_due(by) if bill and not self.bill else ()
        return accepted, accepted.said_accepted(received, by), *due

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
        self.still_open()
        self.handled_by(by)
        if self.state == "accepted":
            raise AlreadyAccepted("It was accepted: only a decision can refuse it now.")
        why = Asked("field", "", codes.code(reason, "reason"), worded(words)) if reason.strip() else None
        if not why:
            raise ReasonMissing("Say why, with a code and in words: it is printed on the form.", about="reason")
        fact = Fact(at, "refused", by.id, by.office, why.words)
        refused = replace(self, state="refused", refusal=why, history=(*self.history, fact))
        return refused, DossierRefused(office=by.office, role=by.role, reason=reason)

    def ask_supplement(self, asked: tuple[Asked, ...], *, by: Person, at: datetime) -> Decision[Self]:
        """State 5 at the counter: everything that is missing, once (form 2; NĐ 61/2018 art. 15.3)."""
        self.still_open()
        self.handled_by(by)
        if self.state != "submitted" or self.asked:
            raise Conflict("What is missing is asked for once, before the dossier is accepted.")
        if not asked:
            raise PapersMissing("Name the papers and fields, each with its reason.", about="items")
        for it in asked:
            codes.code(it.code, "items")
            codes.code(it.reason, "items")
        papers = tuple(it.code for it in asked if it.about == "paper")
        wrong = tuple(it.code for it in asked if it.about == "field")
        fact = Fact(at, "supplement-asked", by.id, by.office, ", ".join((*papers, *wrong)))
        then = replace(self, state="supplement-asked", asked=asked, history=(*self.history, fact))
        return then, SupplementAskedAtCounter(office=by.office, role=by.role, papers=papers, fields=wrong)

    def supplement(
        self, papers: tuple[PaperTicked, ...], *, by: Person, at: datetime, respond_by: datetime | None = None
    ) -> Decision[Self]:
        """Papers that came later join those that were there; what lay there before is kept.

        Until all that was asked for came, it is waited for; an online filing is answered by `respond_by` then.
        They may be brought to any counter (Decree 118/2025: regardless of boundary); a citizen adds to their own alone.
        """
        self.still_open()
        self.belongs_to(by)
        check_papers(papers, by)
        if not papers:
            raise PapersMissing("Which papers were brought? Tick at least one.", about="papers")
        fact = Fact(at, "supplemented", by.id, by.office, ", ".join(paper.code for paper in papers))
        filing = replace(self.filing, papers=(*self.filing.papers, *papers))
        more = replace(self, filing=filing, history=(*self.history, fact))
        return more.once_all_came(respond_by), DossierSupplemented(
            office=by.office, role=by.role, accepted=self.state == "accepted", papers=papers, supplemented_at=at
        )

    def review(self, others: tuple[str, ...], *, by: Person, at: datetime) -> Decision[Self]:
        """Somebody looked at the dossiers that this one resembles, and found it to be another."""
        self.still_open()
        self.handled_by(by)
        left = tuple(it for it in self.resembles if it.dossier not in others)
        if left == self.resembles:
            return (self,)
        fact = Fact(at, "reviewed", by.id, by.office)
        reviewed = (*self.filing.reviewed, *others)
        return (
            replace(
                self,
                resembles=left,
                filing=replace(self.filing, reviewed=reviewed),
                history=(*self.history, fact),
            ),
        )

    @property
    def still_asked(self) -> tuple[Asked, ...]:
        """What the counter asked for and what did not come since; none once it is accepted or closed."""
        if self.state not in {"submitted", "supplement-asked"}:
            return ()
        at = next((it.at for it in reversed(self.history) if it.what == "supplement-asked"), None)
        came = self.supplied(at) if at else set[tuple[str, str]]()
        return tuple(it for it in self.asked if (it.about, it.code) not in came)

    def supplied(self, since: datetime) -> set[tuple[str, str]]:
        """What came from then on: `("paper", code)` and `("field", name)`."""
        about = {"supplemented": "paper", "corrected": "field"}
        facts = (it for it in self.history if it.at >= since and it.what in about)
        return {(about[it.what], code) for it in facts for code in it.detail.split(", ")}

    def once_all_came(self, respond_by: datetime | None) -> Self:
        """The counter's turn again once nothing is asked for any more, in a new time where it is an online filing."""
        if self.state != "supplement-asked" or self.still_asked:
            return self
        return replace(self, state="submitted", respond_by=(respond_by or self.respond_by) if self.respond_by else None)

    def with_bill(self, decide: Callable[[Bill], Decision[Bill]], *, by: Person, at: datetime) -> Decision[Self]:
        """What happens to the bill happens in the dossier's own document. Raises `NoBill` where there is none."""
        if self.bill is None:
            raise NoBill("Nothing is to be paid for this dossier.")
        bill, *said = decide(self.bill)
        return (self,) if bill is self.bill else (replace(self, bill=bill), *said)

    def is_handled_by(self, by: Person) -> bool:
        """By the office that received it or that decides it, or by one that took over their work."""
        return by.acts_for(self.filing.receiving_office, self.filing.competent_office)

    def handled_by(self, by: Person) -> None:
        """Raises `NotYourOffice`."""
        if not self.is_handled_by(by):
            raise NotYourOffice(f"This is handled at {self.filing.receiving_office}: let a colleague there do it.")

    def belongs_to(self, by: Person) -> None:
        """A citizen sees to their own alone. Raises `NotYours`."""
        if by.role == "citizen" and by.id != self.filed_by:
            raise NotYours("Somebody else filed this dossier: go to a counter.")

    def still_open(self) -> None:
        if self.state in CLOSED:
            raise AlreadyClosed(f"The dossier is closed ({self.state}): file a new one.")


def submit_and_accept(
    submitted: Decision[Dossier],
    received: Received,
    code: str,
    missing: tuple[str, ...],
    *,
    by: Person,
    at: datetime,
    bill: Bill | None = None,
) -> Decision[Dossier]:
    """Both at once, at the counter: one write, all the events."""
    dossier, *before = submitted
    accepted, *after = dossier.accept(received, code, missing, by=by, at=at, bill=bill)
    events: list[Event] = [*before, *after]
    return accepted, *events
