"""Statistics over HTTP: what an office received, by procedure and by place."""

import asyncio
from datetime import date, datetime

from services.intake.api.given import Kept
from services.intake.api.register import Registrar, rows_of
from services.intake.domain.register import Page, may_read
from services.intake.domain.statistics import Statistics, counted
from services.intake.store import Store
from shared import door
from shared.calendar import local_day
from shared.door import Now

__all__ = ["month_of", "router", "statistics"]

router = door.router(tags=["forms"])


@router.get("/statistics")
async def counts(
    by: Registrar, kept: Kept, now: Now, office: str = "", first: date | None = None, last: date | None = None
) -> Statistics:
    """What the register holds, counted by procedure and by hamlet, from one day to another; this month if unsaid."""
    office = office or by.office
    may_read(office, by)
    return await statistics(month_of(office, first, last, local_day(now)), kept, now)


def month_of(office: str, first: date | None, last: date | None, today: date) -> Page:
    """Until today and from the first of the month, where nothing else is said."""
    last = last or today
    return Page(office, first or last.replace(day=1), last)


async def statistics(page: Page, kept: Store, at: datetime) -> Statistics:
    """For who may read that page of the register. Raises `NoSuchVolume`, `TwoVolumes`, `TooManyRows`."""
    rows = await rows_of(page.checked(), kept, at)
    return await asyncio.to_thread(counted, page, rows, kept.catalogue, local_day(at))
