"""The counter screen: one page, from "next, please" to the printed slip. Its script speaks the JSON API."""

from collections.abc import Sequence

from fastapi import Request, Response

from services.intake.api.given import Offered
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.progress import OWN
from services.intake.domain.ticket import ABSENT_AFTER
from services.intake.pages.counter.practice import PEOPLE, Practised
from services.intake.templates.counter_words import IN_PRACTICE, REFUSALS, SAID
from services.intake.templates.refusal_words import TOLD
from services.intake.templates.words import STATES
from shared import door
from shared.auth import CounterClerk
from shared.people import Person
from shared.web import Pages, Web

__all__ = ["office_name", "router"]

router = door.router()


@router.get("/counter", include_in_schema=False)
async def desk(request: Request, clerk: CounterClerk, pages: Web, offered: Offered) -> Response:
    """The screen. A draft that it goes on with stands in the address by its id; nothing personal does."""
    return _screen(request, clerk, pages, offered, is_practice=False)


@router.get("/counter/practice", include_in_schema=False)
async def practice(request: Request, clerk: CounterClerk, pages: Web, offered: Offered) -> Response:
    """The same screen to practise on (D4): its script sends on what only asks and answers the rest itself."""
    return _screen(request, clerk, pages, offered, PEOPLE, is_practice=True)


def _screen(
    request: Request,
    clerk: Person,
    pages: Pages,
    offered: Catalogue,
    people: Sequence[Practised] = (),
    *,
    is_practice: bool,
) -> Response:
    """For work, or to practise with these people."""
    return pages.show(
        request,
        "counter.html",
        clerk=clerk,
        office=office_name(offered, clerk.office),
        refusals={**TOLD, **REFUSALS},
        said={**SAID, **(IN_PRACTICE if is_practice else {})},
        states={code: STATES[state] for code, state in OWN.items()},
        has_registry=bool(request.app.state.settings.registry_url),
        is_practice=is_practice,
        people=people,
        absent_after=ABSENT_AFTER,
    )


def office_name(offered: Catalogue, code: str) -> str:
    """Its name, or its code where the catalogue does not know it."""
    return next((it.name for it in offered.offices if it.code == code), code)
