"""Online filings that wait for the counter's answer, the most urgent first: 8 working hours each (NĐ 45/2020)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from fastapi import Request, Response

from services.intake.api.given import Kept, Offered, Working
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.dossier import Dossier
from services.intake.pages.counter.desk import office_name
from shared import door
from shared.auth import CounterClerk
from shared.calendar import Calendar
from shared.door import Now
from shared.web import Web

__all__ = ["TimeLeft", "Waiting", "router"]

router = door.router()

URGENT = timedelta(hours=2)
"""Working time that is left when a filing is shown in red."""
MOST = 200


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """Working time until an answer is due; `is_over` where it was due before, and then so much ago."""

    hours: int
    minutes: int
    is_over: bool
    is_urgent: bool

    @classmethod
    def of(cls, respond_by: datetime, at: datetime, working: Calendar) -> Self:
        left = working.working_time(at, respond_by)
        minutes = int(abs(left).total_seconds()) // 60
        is_over = at > respond_by
        return cls(minutes // 60, minutes % 60, is_over, is_over or left < URGENT)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the list."""

    id: str
    tracking: str
    procedure: str
    submitted_at: datetime
    respond_by: datetime
    left: TimeLeft
    resembles: int

    @classmethod
    def of(cls, it: Dossier, at: datetime, working: Calendar, offered: Catalogue) -> Self:
        respond_by = it.respond_by or it.submitted_at
        procedure = offered.version(it.filing.procedure, it.version).name
        left = TimeLeft.of(respond_by, at, working)
        return cls(it.id, it.tracking, procedure, it.submitted_at, respond_by, left, len(it.resembles))


@router.get("/counter/online", include_in_schema=False)
async def online(
    request: Request, clerk: CounterClerk, pages: Web, kept: Kept, offered: Offered, working: Working, now: Now
) -> Response:
    """Each with the working time that is left, and its page to answer on."""
    found = await kept.waiting_online(clerk.offices, limit=MOST)
    waiting = [Waiting.of(it, now, working, offered) for it in found]
    office = office_name(offered, clerk.office)
    return pages.show(request, "counter_online.html", waiting=waiting, office=office, is_all=len(waiting) < MOST)
