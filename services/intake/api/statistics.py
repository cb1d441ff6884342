"""Statistics over HTTP: what an office received, by procedure and by place."""

import asyncio
from datetime import date, datetime

from services.intake.api.given import Kept
from services.intake.api.register import Registrar, page_of, rows_of
from services.intake.domain.register import Page
from services.intake.domain.statistics import Statistics, counted
from services.intake.store import Store
from shared import door
from shared.calendar import local_day
from shared.door import Now

__all__ = ["router", "statistics"]

router = door.router(tags=["forms"])


@router.get("/statistics")
async def counts(
    by: Registrar, kept: Kept, now: Now, office: str = "", first: date | None = None, last: date | None = None
) -> Statistics:
    """What the register holds, counted by procedure and by hamlet, from one day to another; this month if unsaid."""
    last = last or local_day(now)
    return await statistics(page_of(by, now, office, first or last.replace(day=1), last), kept, now)


async def statistics(page: Page, kept: Store, at: datetime) -> Statistics:
    """For who may read that page of the register. Raises `TooManyRows`."""
    rows = await rows_of(page, kept, at)
    return await asyncio.to_thread(counted, page, rows, kept.catalogue, local_day(at))
