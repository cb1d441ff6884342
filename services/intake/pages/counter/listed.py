"""The day's dossiers of an office, and finding one: by its code, by the QR of its slip, by somebody's card."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Self

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.intake.api.given import Kept, Offered, Sealing
from services.intake.api.shown import told_to
from services.intake.domain.card import Card
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.dossier import Dossier
from services.intake.domain.filing import number_of
from services.intake.domain.progress import Progress, national_state
from services.intake.domain.tracking import NoSuchCode, typed_code
from services.intake.pages.counter.desk import office_name
from services.intake.store import Store
from services.intake.templates.counter_words import REFUSALS
from services.intake.templates.words import STATES
from shared import door
from shared.auth import CounterClerk
from shared.calendar import local_day
from shared.door import Now
from shared.errors import NotFound, Refusal
from shared.people import Person
from shared.sealing import Seals
from shared.web import Web, form
from shared.web.languages import N_

__all__ = ["found_by", "router"]

router = door.router()

MOST = 200
SLIP = 4
"""Parts of a printed form's QR: code, procedure, identifier, name of the paper (TT 01/2023/TT-VPCP)."""
TODAY = N_("Hồ sơ nhận hôm nay")
FOUND = N_("Hồ sơ tìm thấy")
NOTHING = N_("Không có hồ sơ nào như vậy: hãy xem lại mã, hoặc quét lại.")


class NothingFound(NotFound):
    """No dossier has this code, and nobody with this number filed one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list; no person in it."""

    id: str
    code: str
    procedure: str
    state: str
    submitted_at: datetime
    due_at: datetime | None

    @classmethod
    def of(cls, it: Dossier, progress: Progress | None, offered: Catalogue) -> Self:
        """In the words of its own page."""
        name, state = offered.version(it.filing.procedure, it.version).name, STATES[national_state(it, progress)]
        due_at = progress.due_at if progress and progress.due_at else it.due_at
        return cls(it.id, it.code or it.tracking, name, state, it.submitted_at, due_at)


@router.get("/counter/list", include_in_schema=False)
async def today(request: Request, clerk: CounterClerk, pages: Web, kept: Kept, offered: Offered, now: Now) -> Response:
    """What came in today, the newest first."""
    newest = await kept.at_offices(clerk.offices, limit=MOST)
    found = [it for it in newest if local_day(it.submitted_at) == local_day(now)]
    office = office_name(offered, clerk.office)
    rows = await _rows(found, kept, offered)
    return pages.show(
        request, "counter_list.html", rows=rows, office=office, title=TODAY, is_all=len(found) < MOST, wrong=""
    )


@router.post("/counter/list", include_in_schema=False)
async def find(
    request: Request, clerk: CounterClerk, pages: Web, kept: Kept, offered: Offered, seals: Sealing
) -> Response:
    """Straight to the dossier where there is one; a number is in no address, so the text comes in the body."""
    text = (await form(request)).get("text", "")
    office = office_name(offered, clerk.office)
    try:
        found = await found_by(text, clerk, kept, offered, seals)
    except Refusal as refusal:
        wrong = REFUSALS.get(refusal.code, NOTHING)
        return pages.show(
            request, "counter_list.html", refusal.status, rows=[], office=office, title=FOUND, is_all=True, wrong=wrong
        )
    if len(found) == 1:
        return RedirectResponse(f"/counter/dossiers/{found[0].id}", HTTPStatus.SEE_OTHER)
    rows = await _rows(found, kept, offered)
    return pages.show(request, "counter_list.html", rows=rows, office=office, title=FOUND, is_all=True, wrong="")


async def _rows(found: Sequence[Dossier], kept: Store, offered: Catalogue) -> Sequence[Row]:
    known = {it.id: it for it in await kept.progress_of_all([it.id for it in found])}
    return [Row.of(it, known.get(it.id), offered) for it in found]


async def found_by(text: str, clerk: Person, kept: Store, offered: Catalogue, seals: Seals) -> Sequence[Dossier]:
    """The dossiers of what was scanned or typed. Raises `NothingFound`, and the refusal of what can be no number.

    By a number, what another office handles of a sensitive procedure is not found.
    """
    parts = text.strip().split("|")
    if len(parts) > SLIP:
        return _some(told_to(clerk, await kept.of_person(seals.marks(Card.of(text).number)), offered))
    try:
        return _some(await kept.tracked(typed_code(parts[0])))
    except NoSuchCode:
        return _some(told_to(clerk, await kept.of_person(_marks(parts[0], seals)), offered))


def _marks(number: str, seals: Seals) -> Sequence[str]:
    """Of a citizen's number, else of a tax number. Raises the refusal of the first."""
    try:
        return seals.marks(number_of("person", "", number))
    except Refusal:
        try:
            return seals.marks(number_of("organisation", "", number))
        except Refusal:
            raise NoSuchCode("This is no code of a dossier and no number: scan it again.", about="text") from None


def _some(found: Sequence[Dossier]) -> Sequence[Dossier]:
    if not found:
        raise NothingFound("There is no such dossier: compare the code, or scan again.", about="text")
    return found
