"""Notify over HTTP: what was said about a dossier, and who must be called."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from services.notify.domain import Contact, Known, Message
from services.notify.store import Store
from services.notify.templates import words
from shared import door
from shared.auth import AnyOfficial, CounterClerk
from shared.door import FromApp

__all__ = ["router"]

log = logging.getLogger(__name__)

router = door.router(tags=["messages"])

Kept = Annotated[Store, FromApp("store")]


@dataclass(frozen=True, slots=True)
class CallTask:
    """Whom to call, and what to say. Holds personal data: shown to who calls, and in no log or event."""

    id: str
    """The message's."""
    dossier: str
    code: str
    """The dossier's, legal or for tracking; empty while none is known."""
    template: str
    facts: tuple[str, ...]
    """What the words leave to the tracking page: the codes of the papers that are asked for."""
    words: str
    """In Vietnamese, for who calls."""
    name: str
    """Told with `phone` where one dossier's calls are asked for, and else empty."""
    phone: str
    """As the applicant gave it; empty: they are told when they come to the counter."""
    language: str
    """What they speak."""
    prefers: str
    """How they want to be told; empty: whatever reaches them first."""
    reason: str
    """Why no mail arrived, where one was tried."""
    queued_at: datetime

    @classmethod
    def of(cls, it: Message, contact: Contact, known: Known, *, is_called: bool) -> Self:
        return cls(
            it.id,
            it.dossier,
            it.code or known.codes.get(it.dossier, ""),
            it.template,
            it.facts,
            words(it, known)[1],
            contact.name if is_called else "",
            contact.phone if is_called else "",
            contact.language,
            contact.prefers,
            it.reason,
            it.queued_at,
        )


@router.get("/dossiers/{dossier_id}/messages")
async def messages(dossier_id: UUID, _: AnyOfficial, kept: Kept) -> list[Message]:
    """What was said about a dossier, the oldest first."""
    return await kept.of_dossier(str(dossier_id))


@router.get("/call-tasks")
async def call_tasks(clerk: CounterClerk, kept: Kept, dossier: UUID | None = None, limit: int = 50) -> list[CallTask]:
    """Who must be called, the oldest first: they want to be, have no address to write to, or no mail arrives there.

    Whom and at which number is told of one `dossier` at a time, and logged. Who asked to be forgotten is left out.
    """
    tasks = await kept.to_call(dossier=str(dossier or ""), limit=max(1, min(limit, 200)))
    known, contacts = await kept.known(tasks), await kept.contacts_of([it.dossier for it in tasks])
    if dossier and tasks:
        log.info("%s of %s read whom to call for dossier %s", clerk.id, clerk.office, dossier)
    asked = ((it, contacts.get(it.dossier, Contact(it.dossier))) for it in tasks)
    is_called = dossier is not None
    return [CallTask.of(it, contact, known, is_called=is_called) for it, contact in asked if not contact.is_erased]
