"""What is said before anything is written: what a service asks for and takes, what would come of a filing. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from services.intake.domain.bill import Bill
from services.intake.domain.catalogue import Catalogue, Office, Procedure, ProcedureNotInForce
from services.intake.domain.fees import Line
from services.intake.domain.filing import Filing
from services.intake.domain.procedure import Paper
from shared.calendar import Calendar, Term, local_day
from shared.contracts.intake import Terms
from shared.people import Person

__all__ = ["Offer", "Outlook", "today"]


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
        return cls(missing, lines, owed, all(it.due is not None for it in lines), due_at, is_slip_due)


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
        return cls(procedure, case, papers, terms, due_at, offered.receiving(day), deciding)


def today(offered: Catalogue, code: str, day: date) -> Procedure:
    """The version in force on that day, of its successor where it was replaced. Raises `ProcedureNotInForce`."""
    try:
        return offered.procedure(code, day)
    except ProcedureNotInForce:
        successor = next((it.successor for it in reversed(offered.versions(code)) if it.successor), "")
        if not successor:
            raise
        return offered.procedure(successor, day)
