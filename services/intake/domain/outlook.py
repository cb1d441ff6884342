"""What is said before anything is written: what a service asks for and takes, what would come of a filing. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Self

from services.intake.domain.bill import Bill
from services.intake.domain.catalogue import Catalogue, Office, Procedure, ProcedureNotInForce
from services.intake.domain.fees import Line
from services.intake.domain.filing import Applicant, Filing
from services.intake.domain.procedure import Paper
from shared.calendar import Calendar, Term, local_day
from shared.contracts.intake import Terms
from shared.errors import Refusal
from shared.people import Person

__all__ = ["Offer", "Outlook", "Wrong", "handed_in_at", "today"]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A refusal that filing it would meet, beside the others."""

    code: str
    about: str
    """The field; empty where it is of no single one."""
    detail: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """Nothing is written; the same rules decide later."""

    missing: tuple[str, ...]
    """Codes of the papers that are not there, or not all of them."""
    lines: tuple[Line, ...]
    owed: int
    """In đồng, of the lines whose amount is known."""
    is_known: bool
    """Whether that is all that is owed."""
    due_at: datetime
    is_slip_due: bool
    """False where the result itself would be handed over at once."""
    wrong: tuple[Wrong, ...] = ()
    """All that the filing's own fields are refused for, the first first."""

    @classmethod
    def of(cls, filing: Filing, by: Person, at: datetime, offered: Catalogue, working: Calendar) -> Self:
        """Raises what filing it would raise of the procedure, its case and its charges."""
        procedure = offered.procedure(filing.procedure, local_day(at))
        missing = tuple(it.code for it in procedure.missing(filing.papers, filing.case))
        bill = Bill.of(procedure.fees, filing.charges, office=by.office, by=by)
        terms = procedure.terms(filing.case)
        lines, owed = (bill.lines, bill.owed) if bill else ((), 0)
        due_at = working.due(at, Term(terms.unit, terms.amount))
        is_slip_due = procedure.owes_slip(filing, at, due_at)
        wrong = tuple(_wrong(filing, by, agencies_online=procedure.sends_agencies_online))
        return cls(missing, lines, owed, all(it.due is not None for it in lines), due_at, is_slip_due, wrong)


@dataclass(frozen=True, slots=True)
class Offer:
    """All that one must know before filing, in one case of a procedure."""

    procedure: Procedure
    case: str
    """Empty or `ordinary` where it is none of its own."""
    papers: tuple[Paper, ...]
    """The checklist of the case."""
    terms: Terms
    due_at: datetime
    """If it were received now."""
    counters: tuple[Office, ...]
    """Where it can be handed in: at any of them."""
    deciding: tuple[Office, ...]

    @classmethod
    def of(cls, procedure: Procedure, case: str, at: datetime, offered: Catalogue, working: Calendar) -> Self:
        """Raises `UnknownCase`."""
        day = local_day(at)
        terms, papers = procedure.terms(case), tuple(procedure.checklist(case))
        due_at = working.due(at, Term(terms.unit, terms.amount))
        deciding = offered.competent(procedure, day)
        return cls(procedure, case, papers, terms, due_at, handed_in_at(procedure, offered, day), deciding)


def handed_in_at(procedure: Procedure, offered: Catalogue, day: date) -> tuple[Office, ...]:
    """The counters for whose dossiers somebody decides, those in post offices first."""
    return tuple(it for it in offered.receiving(day) if offered.deciding(procedure, it.code, day))


def today(offered: Catalogue, code: str, day: date) -> Procedure:
    """The version in force on that day, of its successor where it was replaced. Raises `ProcedureNotInForce`."""
    try:
        return offered.procedure(code, day)
    except ProcedureNotInForce:
        successor = next((it.successor for it in reversed(offered.versions(code)) if it.successor), "")
        if not successor:
            raise
        return offered.procedure(successor, day)


Mend = Callable[[Filing], Filing]


def _of_applicant(**right: str) -> Mend:
    return lambda it: replace(it, applicant=replace(it.applicant, **right))


def _of_owner(**right: str) -> Mend:
    return lambda it: replace(it, owner=replace(it.owner or Applicant(""), **right))


_MENDS: Mapping[str, Mend] = {
    "name": _of_applicant(name="–"),
    "number": _of_applicant(number=""),
    "phone": _of_applicant(phone=""),
    "email": _of_applicant(email=""),
    "owner.name": _of_owner(name="–"),
    "owner.number": _of_owner(number=""),
    "owner.phone": _of_owner(phone=""),
    "owner.email": _of_owner(email=""),
    "address": lambda it: replace(it, home_by="counter", applicant=replace(it.applicant, address="")),
    "consent": lambda it: replace(it, consent=True),
    "authorisation": lambda it: replace(it, owner=None, authorisation=None),
}
"""By the field that was refused: the filing with which the rules go on to the next."""


def _wrong(filing: Filing, by: Person, *, agencies_online: bool) -> Iterator[Wrong]:
    """The rules stop at the first mistake: that one is told and taken away, and they are asked again."""
    told = set[str]()
    while True:
        try:
            filing.checked(by, agencies_online=agencies_online)
        except Refusal as refusal:
            if refusal.about in told:
                return
            told.add(refusal.about)
            yield Wrong(refusal.code, refusal.about, str(refusal))
            mend = _MENDS.get(refusal.about)
            if mend is None:
                return
            filing = mend(filing)
        else:
            return
