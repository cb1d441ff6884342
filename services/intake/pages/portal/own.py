"""What the citizen's pages open: their own things alone, and of others not even whether they exist."""

from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

from fastapi import Response
from fastapi.responses import RedirectResponse

from services.intake.api.filing import AtDesk, Desk
from services.intake.domain.dossier import Dossier
from services.intake.domain.draft import Draft
from services.intake.domain.filing import Filing
from services.intake.domain.procedure import Procedure
from services.intake.pages.portal.sheets import Asking, held_in
from shared.calendar import local_day
from shared.errors import NotFound
from shared.people import Person

__all__ = [
    "AtDesk",
    "Begun",
    "NotThere",
    "begun",
    "begun_by",
    "dossier_of",
    "go",
    "is_filed",
    "not_there",
    "with_earlier",
]


class NotThere(NotFound):
    """No such dossier or draft of one's own; whether somebody else has it is not said."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A draft of one's own, its numbers as they were typed, with what its sheets need."""

    draft: Draft
    filing: Filing
    asking: Asking

    @property
    def procedure(self) -> Procedure:
        return self.asking.procedure

    @property
    def knows_case(self) -> bool:
        return self.asking.knows(self.filing.case)


async def begun(desk: Desk, id: str, by: Person, at: datetime) -> Begun:
    """Raises `NotThere`, `ProcedureNotInForce`."""
    draft = await begun_by(desk, id, by)
    if draft.until is None:
        raise not_there()
    day = local_day(at)
    procedure = desk.offered.procedure(draft.filing.procedure, day)
    return Begun(draft, draft.filing.sealed(desk.seals.open), Asking(procedure, desk.offered, day))


async def with_earlier(desk: Desk, it: Begun, by: Person) -> Begun:
    """With the papers that they sent before, for the same person."""
    filed = await desk.store.filed_by(by.id, limit=20)
    earlier = held_in([one for one in filed if desk.is_of_same_person(it.filing, one, by)], desk.offered)
    return replace(it, asking=replace(it.asking, earlier=earlier))


async def begun_by(desk: Desk, id: str, by: Person) -> Draft:
    """A draft that they began, over or not. Raises `NotThere`."""
    try:
        draft = await desk.store.drafts.get(id)
    except NotFound as wrong:
        raise not_there() from wrong
    if draft.by != by.id:
        raise not_there()
    return draft


async def dossier_of(desk: Desk, id: str, by: Person) -> Dossier:
    """A dossier that they filed themselves. Raises `NotThere`."""
    try:
        dossier = await desk.store.dossiers.get(id)
    except NotFound as wrong:
        raise not_there() from wrong
    if dossier.filed_by != by.id:
        raise not_there()
    return dossier


async def is_filed(desk: Desk, id: str) -> Dossier | None:
    """The dossier that a draft became, from wherever it was filed."""
    try:
        return await desk.store.dossiers.get(id)
    except NotFound:
        return None


def go(address: str) -> Response:
    """On to another page, after something was done: loading it again does nothing twice."""
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)


def not_there() -> NotThere:
    return NotThere("There is no such dossier or draft of yours: see the list of what you filed.")
