"""What notify does by the clock: send what is queued. A lease before, the outcome after, the call out between."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from services.notify.domain import Contact, Message
from services.notify.gateways import Refused, Way
from services.notify.store import Store
from services.notify.templates import mail
from shared.errors import Refusal, Unavailable

__all__ = ["sending"]

log = logging.getLogger(__name__)

PAUSE = 0.5
"""Seconds between two looks at what is due."""


def sending(ways: Sequence[Way], rate: int, lease: timedelta, public_url: str) -> Callable[[Store], Awaitable[None]]:
    """A round that sends at most `rate` messages a second."""

    async def once(store: Store) -> None:
        most = max(1, int(rate * PAUSE))
        due = await store.due(_now(), most)
        contacts = await store.contacts_of([it.dossier for it in due]) if due else {}
        await asyncio.gather(*(_send(it, lease, contacts.get(it.dossier), store, ways, public_url) for it in due))
        await asyncio.sleep(PAUSE)

    return once


async def _send(
    message: Message,
    lease: timedelta,
    contact: Contact | None,
    store: Store,
    ways: Sequence[Way],
    public_url: str,
) -> None:
    """Take it, say it, write what became of it. Whoever else has taken it is left to it."""
    try:
        message = await store.messages.change(message.id, lambda it: it.take(_now(), lease))
    except Refusal:
        return
    now = _now()
    if contact is None and message.may_wait_for_contact(now):
        await store.messages.change(message.id, lambda it: it.wait_for_contact(now))
    elif contact is None or not contact.email or not ways:
        await store.messages.change(message.id, Message.call)
    else:
        await _mail(message, contact, store, ways, public_url)


async def _mail(message: Message, contact: Contact, store: Store, ways: Sequence[Way], public_url: str) -> None:
    try:
        for way in ways:
            await way.send(mail(message, contact, public_url))
    except (Refused, Unavailable, OSError) as reason:
        why = f"{type(reason).__name__}: {reason}"
        log.warning("message %s was not sent: %s", message.id, why)
        await store.messages.change(message.id, lambda it: it.failed(why, _now()))
    else:
        await store.messages.change(message.id, lambda it: it.sent(_now()))


def _now() -> datetime:
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
