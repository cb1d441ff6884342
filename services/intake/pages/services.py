"""Finding a service in plain words, and all that one must know before filing: the checklist first."""

from functools import partial

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.intake.api.given import Offered, Working
from services.intake.domain.finding import LIFE_EVENTS, fields_of, finder
from services.intake.domain.outlook import Offer, today
from services.intake.templates import offer_words
from shared import door
from shared.auth import Anyone
from shared.calendar import local_day
from shared.door import Now
from shared.web import Web

__all__ = ["router"]

MOST_FOUND = 30
LONGEST_QUESTION = 200

router = door.router()


@router.get("/services", include_in_schema=False)
async def services(
    request: Request, _: Anyone, pages: Web, offered: Offered, now: Now, q: str = "", event: str = "", field: str = ""
) -> Response:
    """The search, by words, by what happened in one's life, and by field; it needs no script."""
    find, asked = finder(offered, local_day(now)), q.strip()[:LONGEST_QUESTION]
    return pages.show(
        request,
        "services.html",
        asked=asked,
        event=event if event in LIFE_EVENTS else "",
        field=field[:LONGEST_QUESTION],
        found=find.look(asked, event, field, MOST_FOUND),
        unknown=" ".join(find.unknown(asked)),
        is_asked=bool(asked or event or field),
        events=[it for it in offer_words.EVENTS.items() if find.of_life_event(it[0])],
        fields=fields_of(find.procedures),
    )


@router.get("/services/{code}", include_in_schema=False)
async def service(
    request: Request, code: str, _: Anyone, pages: Web, offered: Offered, working: Working, now: Now, case: str = ""
) -> Response:
    """One service: what to bring in that case, what it costs, when it is ready, how and where to file."""
    procedure, language = today(offered, code, local_day(now)), pages.language(request)
    if procedure.code != code:
        return RedirectResponse(f"/services/{procedure.code}", 303)
    it = Offer.of(procedure, case, now, offered, working)
    return pages.show(
        request,
        "service.html",
        it=procedure,
        case=case,
        papers=it.papers,
        due=it.due_at,
        terms=it.terms,
        counters=it.counters,
        deciding=it.deciding,
        pieces=partial(offer_words.pieces, language=language, is_online="online" in procedure.channels),
        fee=partial(offer_words.fee, language=language),
        term=partial(offer_words.term, language=language),
        channels=offer_words.CHANNELS,
        powers=offer_words.POWERS,
    )
