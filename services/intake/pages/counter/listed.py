"""The day's dossiers of an office, and finding one: by its code, by the QR of its slip, by somebody's card."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Self

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.intake.api.given import Kept, Offered, Sealing
from services.intake.api.shown import told_to
from services.intake.domain.card import Card
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.dossier import Dossier
from services.intake.domain.filing import Kind, Shown, number_of
from services.intake.domain.progress import Progress, due_of, national_state
from services.intake.domain.tracking import NoSuchCode, typed_code
from services.intake.pages.counter.desk import office_name
from services.intake.store import Store
from services.intake.templates.counter_words import REFUSALS
from services.intake.templates.words import STATES
from shared import door
from shared.auth import CounterClerk
from shared.calendar import local_day, midnight
from shared.door import Now
from shared.errors import NotFound, Refusal
from shared.people import Person
from shared.sealing import Seals
from shared.web import Web, form
from shared.web.languages import N_

__all__ = ["found_by", "router"]

log = logging.getLogger(__name__)

router = door.router()

MOST = 200
SLIP = 4
"""Parts of a printed form's QR: code, procedure, identifier, name of the paper (TT 01/2023/TT-VPCP)."""
NUMBERS: Sequence[tuple[Kind, Shown]] = (("person", ""), ("organisation", ""), ("person", "passport"))
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
        return cls(it.id, it.code or it.tracking, name, state, it.submitted_at, due_of(it, progress))


@router.get("/counter/list", include_in_schema=False)
async def today(request: Request, clerk: CounterClerk, pages: Web, kept: Kept, offered: Offered, now: Now) -> Response:
    """What came in today, the newest first, and what of earlier days still waits to be accepted, the oldest first."""
    newest = await kept.at_offices(clerk.offices, limit=MOST)
    found = [it for it in newest if local_day(it.submitted_at) == local_day(now)]
    waiting = await kept.unaccepted_at(clerk.offices, midnight(local_day(now)), limit=MOST)
    rows, older = await _rows(found, kept, offered), await _rows(waiting, kept, offered)
    shown = _page(rows, office_name(offered, clerk.office), title=TODAY, waiting=older, is_all=len(found) < MOST)
    return pages.show(request, "counter_list.html", **shown)


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
        return pages.show(request, "counter_list.html", refusal.status, **_page([], office, title=FOUND, wrong=wrong))
    if len(found) == 1:
        return RedirectResponse(f"/counter/dossiers/{found[0].id}", HTTPStatus.SEE_OTHER)
    rows = await _rows(found, kept, offered)
    return pages.show(request, "counter_list.html", **_page(rows, office, title=FOUND))


def _page(
    rows: Sequence[Row], office: str, *, title: str, waiting: Sequence[Row] = (), is_all: bool = True, wrong: str = ""
) -> dict[str, Any]:
    return {"rows": rows, "waiting": waiting, "office": office, "title": title, "is_all": is_all, "wrong": wrong}


async def _rows(found: Sequence[Dossier], kept: Store, offered: Catalogue) -> Sequence[Row]:
    known = {it.id: it for it in await kept.progress_of_all([it.id for it in found])}
    return [Row.of(it, known.get(it.id), offered) for it in found]


async def found_by(text: str, clerk: Person, kept: Store, offered: Catalogue, seals: Seals) -> Sequence[Dossier]:
    """The dossiers of what was scanned or typed. Raises `NothingFound`, and the refusal of what can be no number.

    By a number, what another office handles of a sensitive procedure is not found.
    """
    parts = text.strip().split("|")
    if len(parts) <= SLIP:
        with suppress(NoSuchCode):
            return _some(await kept.tracked(typed_code(parts[0])))
    marks = _marks_of(Card.of(text), seals) if len(parts) > SLIP else _marks(parts[0], seals)
    found = _some(told_to(clerk, await kept.of_person(marks), offered))
    log.info("%s of %s found %d dossiers by somebody's number", clerk.id, clerk.office, len(found))
    return found


def _marks_of(card: Card, seals: Seals) -> Sequence[str]:
    """Of the number of a card, and of the one that its holder had before."""
    return [mark for number in (card.number, card.old_number) if number for mark in seals.marks(number)]


def _marks(number: str, seals: Seals) -> Sequence[str]:
    """Of a citizen's number, a tax number or a passport's. Raises `NoSuchCode`."""
    for kind, shown in NUMBERS:
        with suppress(Refusal):
            return seals.marks(number_of(kind, shown, number))
    raise NoSuchCode("This is no code of a dossier and no number: scan it again.", about="text")


def _some(found: Sequence[Dossier]) -> Sequence[Dossier]:
    if not found:
        raise NothingFound("There is no such dossier: compare the code, or scan again.", about="text")
    return found
