"""What notify does by the clock: send what is queued. A lease before, the outcome after, the call out between."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.notify.domain import Contact, Known, Message
from services.notify.gateways import Refused, Way
from services.notify.store import Store
from services.notify.templates import mail
from shared.clock import server_time
from shared.errors import Refusal, Unavailable, place
from shared.identifiers import Email

__all__ = ["sending"]

log = logging.getLogger(__name__)

PAUSE = 0.5
"""Seconds between two looks at what is due."""


def sending(ways: Sequence[Way], rate: int, lease: timedelta, public_url: str) -> Callable[[Store], Awaitable[None]]:
    """A round that sends at most `rate` messages a second. What goes wrong with one of them stops no other."""

    async def once(store: Store) -> None:
        due = await store.due(server_time(), max(1, int(rate * PAUSE)))
        if due:
            await _Voice(store, ways, lease, public_url).say(due)
        await asyncio.sleep(PAUSE)

    return once


@dataclass(frozen=True, slots=True)
class _Voice:
    store: Store
    ways: Sequence[Way]
    lease: timedelta
    public_url: str

    async def say(self, due: Sequence[Message]) -> None:
        """Say them all; then raise what went wrong with the first that could not even be written down."""
        contacts = await self.store.contacts_of([it.dossier for it in due])
        written_to = {it.id for it in contacts.values() if it.is_written_to}
        known = await self.store.known([it for it in due if it.dossier in written_to])
        saying = (self._send(it, contacts.get(it.dossier), known) for it in due)
        for fault in await asyncio.gather(*saying, return_exceptions=True):
            if fault is not None:
                raise fault

    async def _send(self, message: Message, contact: Contact | None, known: Known) -> None:
        """Take it, say it, write what became of it. Whoever else has taken it is left to it."""
        now, change = server_time(), self.store.messages.change
        try:
            message = await change(message.id, lambda it: it.take(now, self.lease))
        except Refusal:
            return
        if contact is None and message.may_wait_for_contact(now):
            await change(message.id, lambda it: it.wait_for_contact(now))
        elif contact is not None and contact.is_erased:
            await change(message.id, Message.drop)
        elif contact is None or not contact.is_written_to or not self.ways:
            await change(message.id, Message.call)
        else:
            await self._mail(message, contact, known)

    async def _mail(self, message: Message, contact: Contact, known: Known) -> None:
        """An address that cannot be one, or a mail refused for good, becomes a call task at once."""
        change = self.store.messages.change
        try:
            Email.of(contact.email)
            for way in self.ways:
                await way.send(mail(message, contact, self.public_url, known))
        except (Unavailable, OSError) as away:
            why = _said(message, f"{type(away).__name__}: {away}")
            await change(message.id, lambda it: it.put_off(why, server_time()))
        except (Refused, Refusal) as no:
            why, for_good = _said(message, f"{type(no).__name__}: {no}"), isinstance(no, Refusal) or no.for_good
            await change(message.id, lambda it: it.failed(why, server_time(), for_good=for_good))
        except Exception as fault:  # noqa: BLE001  a fault of ours is this message's alone, and ends
            why = _said(message, place(fault))
            await change(message.id, lambda it: it.failed(why, server_time()))
        else:
            await change(message.id, lambda it: it.sent(server_time()))


def _said(message: Message, why: str) -> str:
    log.warning("message %s was not sent: %s", message.id, why)
    return why
