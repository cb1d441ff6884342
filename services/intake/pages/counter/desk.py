"""The counter screen: one page, from "next, please" to the printed slip. Its script speaks the JSON API."""

from fastapi import Request, Response

from services.intake.api.given import Offered
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.progress import OWN
from services.intake.templates.counter_words import REFUSALS, SAID
from services.intake.templates.refusal_words import TOLD
from services.intake.templates.words import STATES
from shared import door
from shared.auth import CounterClerk
from shared.web import Web

__all__ = ["office_name", "router"]

router = door.router()


@router.get("/counter", include_in_schema=False)
async def desk(request: Request, clerk: CounterClerk, pages: Web, offered: Offered) -> Response:
    """The screen. A draft that it goes on with stands in the address by its id; nothing personal does."""
    return pages.show(
        request,
        "counter.html",
        clerk=clerk,
        office=office_name(offered, clerk.office),
        refusals={**TOLD, **REFUSALS},
        said=SAID,
        states={code: STATES[state] for code, state in OWN.items()},
        has_registry=bool(request.app.state.settings.registry_url),
    )


def office_name(offered: Catalogue, code: str) -> str:
    """Its name, or its code where the catalogue does not know it."""
    return next((it.name for it in offered.offices if it.code == code), code)
