"""What an office received, by procedure and by hamlet: where online filing is offered and little used."""

from collections.abc import Sequence
from datetime import date

from fastapi import Request, Response

from services.intake.api.given import Kept, Offered
from services.intake.api.register import Registrar
from services.intake.api.statistics import month_of, statistics
from services.intake.domain.catalogue import Catalogue, Office
from services.intake.domain.printing import NoSuchDate
from services.intake.domain.register import (
    NoSuchVolume,
    TooManyRows,
    TwoVolumes,
    is_read_by,
    may_read,
)
from services.intake.pages.counter.desk import office_name
from shared import door
from shared.calendar import local_day
from shared.door import Now
from shared.people import Person
from shared.web import Web

__all__ = ["router"]

router = door.router()


@router.get("/counter/statistics", include_in_schema=False)
async def counts(
    request: Request,
    by: Registrar,
    pages: Web,
    kept: Kept,
    offered: Offered,
    now: Now,
    office: str = "",
    first: str = "",
    last: str = "",
) -> Response:
    """This month until today if unsaid. Days that cannot be come back as they were typed, with what is wrong."""
    office = office or by.office
    may_read(office, by)
    found, refused = None, None
    try:
        page = month_of(office, _day(first, "first"), _day(last, "last"), local_day(now))
        first, last = page.first.isoformat(), page.last.isoformat()
        found = await statistics(page, kept, now)
    except (NoSuchDate, NoSuchVolume, TwoVolumes, TooManyRows) as refusal:
        refused = refusal
    return pages.show(
        request,
        "counter_statistics.html",
        refused.status if refused else 200,
        found=found,
        refused=refused,
        typed={"first": first[:20], "last": last[:20]},
        office=office_name(offered, office),
        asked=office,
        offices=_readable(by, office, offered),
        today=local_day(now).isoformat(),
    )


def _day(typed: str, about: str) -> date | None:
    """None where nothing was typed. Raises `NoSuchDate`."""
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise NoSuchDate("This is no day: write it as 2026-11-24.", about=about) from None


def _readable(by: Person, asked: str, offered: Catalogue) -> Sequence[Office]:
    """The offices among which somebody may choose: the one asked for, their own, and the counters below it."""
    listed = (it for it in offered.offices if it.is_counter or it.code in {asked, by.office})
    return [it for it in listed if is_read_by(by, it.code)]
