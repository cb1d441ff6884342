"""The register over HTTP: an office's volume, or a part of it, to print or as a sheet."""

import asyncio
import logging
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Response

from services.intake.api.forms import shown
from services.intake.api.given import Kept
from services.intake.domain.register import MOST_ROWS, Page, Row, may_read, numbered
from services.intake.forms.register import Book, register_pdf, register_xlsx
from services.intake.store import Store
from shared import door
from shared.auth import Person, holding
from shared.calendar import local_day
from shared.door import Now

__all__ = ["Registrar", "router", "rows_of"]

log = logging.getLogger(__name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Registrar = Annotated[Person, Depends(holding("counter-clerk", "one-stop-officer", "leader", "registry-clerk"))]
"""Who keeps the register, or answers for it."""
router = door.router(tags=["forms"])


@router.get(
    "/register.pdf",
    responses={200: {"content": {"application/pdf": {}}, "description": "A4, lying"}},
)
async def as_pdf(
    by: Registrar, kept: Kept, now: Now, office: str = "", first: date | None = None, last: date | None = None
) -> Response:
    """The register (form 06 of TT 01/2018, 07 of TT 03/2025) from one day to another of a year; this year if unsaid."""
    page = _page(by, now, office, first, last)
    return shown(await _printed(page, by, kept, now, register_pdf), "application/pdf", f"{_name(page)}.pdf")


@router.get("/register.xlsx", responses={200: {"content": {XLSX: {}}, "description": "One sheet"}})
async def as_sheet(
    by: Registrar, kept: Kept, now: Now, office: str = "", first: date | None = None, last: date | None = None
) -> Response:
    """The same as a sheet."""
    page = _page(by, now, office, first, last)
    return shown(await _printed(page, by, kept, now, register_xlsx), XLSX, f"{_name(page)}.xlsx")


def _page(by: Person, now: datetime, office: str, first: date | None, last: date | None) -> Page:
    """Of the asker's office and until today, where nothing else is said. Raises `NotYourRegister`, `TwoVolumes`."""
    office, last = office or by.office, last or local_day(now)
    may_read(office, by)
    return Page(office, first or date(last.year, 1, 1), last).checked()


async def rows_of(page: Page, kept: Store, now: datetime) -> tuple[Row, ...]:
    """What stands on that page. Raises `TooManyRows`."""
    page.fits(await kept.received_between(page.office, page.first, page.last))
    before = await kept.received_before(page.office, page.first)
    dossiers = await kept.register(page.office, page.first, page.last, limit=MOST_ROWS)
    progress = await kept.progress_of_all([it.id for it in dossiers])
    return numbered(before, dossiers, progress, at=now)


async def _printed(page: Page, by: Person, kept: Store, now: datetime, make: Callable[[Book], bytes]) -> bytes:
    rows = await rows_of(page, kept, now)
    log.info("%s of %s printed the register of %s, %s rows", by.id, by.office, page.office, len(rows))
    return await asyncio.to_thread(make, Book(page, rows, kept.catalogue, now))


def _name(page: Page) -> str:
    return f"register-{page.office}-{page.first:%Y%m%d}-{page.last:%Y%m%d}"
