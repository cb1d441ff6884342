"""Notify over HTTP: what was said about a dossier, and who must be called."""

from typing import Annotated
from uuid import UUID

from services.notify.domain import Message
from services.notify.store import Store
from shared import door
from shared.auth import AnyOfficial, CounterClerk
from shared.door import FromApp

__all__ = ["router"]

router = door.router(tags=["messages"])

Kept = Annotated[Store, FromApp("store")]


@router.get("/dossiers/{dossier_id}/messages")
async def messages(dossier_id: UUID, _: AnyOfficial, kept: Kept) -> list[Message]:
    """What was said about a dossier, the oldest first."""
    return await kept.of_dossier(str(dossier_id))


@router.get("/call-tasks")
async def call_tasks(_: CounterClerk, kept: Kept, limit: int = 50) -> list[Message]:
    """Who must be called, because there is no address to write to or no mail arrives there."""
    return await kept.to_call(limit=max(1, min(limit, 200)))
