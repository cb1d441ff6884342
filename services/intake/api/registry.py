"""What a state registry already knows of a person, so that nobody types it again."""

import logging
from collections.abc import Mapping
from typing import Any

from prometheus_client import Counter

from services.intake.api.given import People
from services.intake.domain.registry import PersonFound, Question
from shared import door
from shared.auth import CounterClerk
from shared.calendar import local_day
from shared.door import Now
from shared.errors import Refusal

__all__ = ["router"]

log = logging.getLogger(__name__)

ASKED = Counter("motcua_registry_asked", "Questions to the population registry", ["office", "answer"])
REFUSED: Mapping[int | str, dict[str, Any]] = {
    404: {"description": "The registry knows nobody with this number"},
    409: {"description": "Number, birth date and name are not one person's: nothing is shown"},
    501: {"description": "No registry is set up here"},
    503: {"description": "The registry does not answer in time: go on by hand"},
}

router = door.router(tags=["people"])


@router.post("/people/lookup", responses=dict(REFUSED))
async def look_up(asked: Question, clerk: CounterClerk, registry: People, now: Now) -> PersonFound:
    """Name and address by number and birth date, with source and time: send `prefilled` along with the filing.

    Every question is logged with the office that asked, and without the person who was asked for.
    """
    asked, answer = asked.checked(local_day(now)), "found"
    try:
        return PersonFound.of(asked, await registry.look_up(asked), now)
    except Refusal as refusal:
        answer = refusal.code
        raise
    finally:
        ASKED.labels(clerk.office, answer).inc()
        log.info("%s asked the population registry at %s: %s", clerk.id, clerk.office, answer)
