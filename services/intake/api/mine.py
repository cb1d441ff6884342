"""A citizen's own dossier over HTTP: how far it is, what is waited for, what they may do with it now."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.intake.api.given import Kept, Offered
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.dossier import Dossier
from services.intake.domain.facts import Asked
from services.intake.domain.standing import Standing
from services.intake.domain.tracking import Tracked
from services.intake.store import Store
from shared import door
from shared.auth import Citizen
from shared.door import Now

__all__ = ["router", "told_to_filer"]

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
    it, tracked = await told_to_filer(dossier, kept, offered, now)
    return Mine(dossier.id, tracked, it.asked, it.owed, it.is_open, it.may_withdraw, it.may_rate)


async def told_to_filer(dossier: Dossier, store: Store, offered: Catalogue, at: datetime) -> tuple[Standing, Tracked]:
    """How it stands for who filed it, and what happened to it: the same for the API and the page."""
    progress = await store.progress_of(dossier.id)
    standing = Standing.of(dossier, progress, offered.version(dossier.filing.procedure, dossier.version))
    return standing, Tracked.whole(dossier.tracking, dossier, progress, offered, at, logged_in=True)
