"""The catalogue over HTTP: procedures and offices."""

from services.intake.api.given import Offered, local_day
from services.intake.domain.catalogue import Office, Procedure
from shared import door
from shared.auth import Anyone
from shared.door import Now

__all__ = ["router"]

router = door.router(tags=["catalogue"])


@router.get("/procedures")
async def procedures(_: Anyone, offered: Offered, now: Now) -> list[Procedure]:
    """The procedures in force today, by field and name."""
    return list(offered.in_force(local_day(now)))


@router.get("/offices")
async def offices(_: Anyone, offered: Offered, now: Now) -> list[Office]:
    """The offices open today."""
    return list(offered.open_on(local_day(now)))


@router.get("/offices/{code}/successors")
async def successors(code: str, _: Anyone, offered: Offered, now: Now) -> list[Office]:
    """Where the work of an office goes on today; the office itself while it lives."""
    return list(offered.successors(code, local_day(now)))
