"""A citizen's own dossier over HTTP: how far it is, what is waited for, what they may do with it now."""

from dataclasses import dataclass
from uuid import UUID

from services.intake.api.given import Kept, Offered
from services.intake.domain.facts import Asked
from services.intake.domain.standing import Standing
from services.intake.domain.tracking import Tracked
from shared import door
from shared.auth import Citizen
from shared.door import Now

__all__ = ["router"]

router = door.router(tags=["dossiers"])


@dataclass(frozen=True, slots=True)
class Mine:
    """As the tracking page tells it to who is logged in, with what the one who filed it is asked for."""

    id: str
    tracked: Tracked
    asked: tuple[Asked, ...]
    """Exactly the papers and fields that did not come yet, each with its reason; papers by their codes."""
    owed: int
    """In đồng, where it can be paid now."""
    is_open: bool
    """Whether the way home may still be changed."""
    may_withdraw: bool
    may_rate: bool


@router.get("/dossiers/mine/{dossier_id}")
async def mine(dossier_id: UUID, by: Citizen, kept: Kept, offered: Offered, now: Now) -> Mine:
    """One dossier that the citizen filed, with everything that happened to it."""
    dossier = await kept.dossiers.get(str(dossier_id))
    dossier.belongs_to(by)
    progress = await kept.progress_of(dossier.id)
    it = Standing.of(dossier, progress, offered.version(dossier.filing.procedure, dossier.version))
    tracked = Tracked.whole(dossier.tracking, dossier, progress, offered, now, logged_in=True)
    return Mine(dossier.id, tracked, it.asked, it.owed, it.is_open, it.may_withdraw, it.may_rate)
