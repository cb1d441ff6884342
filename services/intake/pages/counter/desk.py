"""The counter screen: one page, from "next, please" to the printed slip. Its script speaks the JSON API."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from fastapi import Request, Response

from services.intake.api.given import Offered, Working
from services.intake.domain.bill import Bill
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.fees import Line
from services.intake.domain.filing import Filing
from services.intake.templates.counter_words import REFUSALS, SAID, STATES
from shared import door
from shared.auth import CounterClerk
from shared.calendar import Calendar, Term, local_day
from shared.door import Now
from shared.people import Person
from shared.web import Web

__all__ = ["office_name", "router"]

router = door.router()


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would come of a filing if it were accepted now. Nothing is written; the same rules decide later."""

    missing: tuple[str, ...]
    """Codes of the papers that are not there, or not all of them."""
    lines: tuple[Line, ...]
    owed: int
    """In đồng, of the lines whose amount is known."""
    is_known: bool
    """Whether that is all that is owed."""
    due_at: datetime

    @classmethod
    def of(cls, filing: Filing, by: Person, at: datetime, offered: Catalogue, working: Calendar) -> Self:
        """Raises what filing it would raise of the procedure, its case and its charges."""
        procedure = offered.procedure(filing.procedure, local_day(at))
        missing = tuple(it.code for it in procedure.missing(filing.papers, filing.case))
        bill = Bill.of(procedure.fees, filing.charges, office=by.office, by=by)
        terms = procedure.terms(filing.case)
        lines, owed = (bill.lines, bill.owed) if bill else ((), 0)
        due_at = working.due(at, Term(terms.unit, terms.amount))
        return cls(missing, lines, owed, all(it.due is not None for it in lines), due_at)


@router.get("/counter", include_in_schema=False)
async def desk(request: Request, clerk: CounterClerk, pages: Web, offered: Offered) -> Response:
    """The screen. A draft that it goes on with stands in the address by its id; nothing personal does."""
    return pages.show(
        request,
        "counter.html",
        clerk=clerk,
        office=office_name(offered, clerk.office),
        refusals=REFUSALS,
        said=SAID,
        states=STATES,
        has_registry=bool(request.app.state.settings.registry_url),
    )


@router.post("/counter/outlook", include_in_schema=False)
async def outlook(clerk: CounterClerk, filing: Filing, offered: Offered, working: Working, now: Now) -> Outlook:
    """For the screen, while it is filled in: what is missing, what it costs, until when it would be done."""
    return Outlook.of(filing, clerk, now, offered, working)


def office_name(offered: Catalogue, code: str) -> str:
    """Its name, or its code where the catalogue does not know it."""
    return next((it.name for it in offered.offices if it.code == code), code)
