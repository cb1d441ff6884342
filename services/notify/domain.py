"""The message and the contact: what is said, to whom, and how far it got. Pure rules."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Self

from shared.contracts.intake import ContactRecorded
from shared.contracts.notify import CallTaskOpened, MessageFailed, MessageQueued, MessageSent
from shared.errors import Conflict
from shared.events import Decision
from shared.people import SYSTEM

__all__ = ["Contact", "Mail", "Message", "message_id"]

State = Literal["queued", "sent", "failed", "call"]

LEASE = timedelta(seconds=60)
"""How long one sender may take before another may try."""
MOST_ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=15)
CONTACT_COMES_WITHIN = timedelta(seconds=60)
"""A contact travels on another topic than the fact: for so long a message waits for it."""


class NotToBeSent(Conflict):
    """It was sent, or somebody is sending it now."""


@dataclass(frozen=True, slots=True)
class Contact:
    """How the people of a dossier can be reached. The id is the dossier's."""

    id: str
    name: str = ""
    language: str = "vi"
    phone: str = ""
    email: str = ""
    is_erased: bool = False

    @property
    def subject(self) -> str:
        return self.id

    @classmethod
    def record(cls, dossier: str, said: ContactRecorded) -> Decision[Self]:
        return (cls(dossier, said.name, said.language, said.phone, said.email),)

    def erase(self) -> Decision[Self]:
        return (type(self)(self.id, is_erased=True),)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it goes out. The same message always has the same `id`, so a second copy can be recognised."""

    id: str
    to: str
    subject: str
    text: str


def message_id(event: str, recipient: str) -> str:
    """Made of the event and the recipient: saying it twice is saying it once."""
    return hashlib.blake2b(f"{event}\n{recipient}".encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    dossier: str
    about: str
    """`ce_id` of the event that it tells of."""
    template: str
    facts: tuple[str, ...]
    """What the template's words need: codes, places, dates. No personal data."""
    queued_at: datetime
    state: State = "queued"
    not_before: datetime | None = None
    """Taken, or resting after a failure, until then."""
    attempts: int = 0
    channel: str = ""
    reason: str = ""

    @property
    def subject(self) -> str:
        return self.dossier

    @classmethod
    def queue(cls, dossier: str, about: str, template: str, facts: tuple[str, ...], at: datetime) -> Decision[Self]:
        """One message for one event and the dossier's owner."""
        id = message_id(about, "owner")
        queued = MessageQueued(office="", role=SYSTEM.role, message=id, about=about, template=template)
        return cls(id, dossier, about, template, facts, at, not_before=at), queued

    def take(self, at: datetime, lease: timedelta = LEASE) -> Decision[Self]:
        """Take it for sending; nobody else does while the lease runs. Who dies meanwhile leaves it to the next."""
        if self.state != "queued" or (self.not_before and self.not_before > at):
            raise NotToBeSent("It was sent, or somebody is sending it now.")
        return (replace(self, not_before=at + lease, attempts=self.attempts + 1),)

    def wait_for_contact(self, at: datetime) -> Decision[Self]:
        return (replace(self, not_before=at + timedelta(seconds=2), attempts=self.attempts - 1),)

    def may_wait_for_contact(self, at: datetime) -> bool:
        return at - self.queued_at < CONTACT_COMES_WITHIN

    def sent(self, at: datetime) -> Decision[Self]:
        sent = MessageSent(
            office="", role=SYSTEM.role, message=self.id, template=self.template, channel="email", sent_at=at
        )
        return replace(self, state="sent", channel="email", not_before=None), sent

    def failed(self, reason: str, at: datetime) -> Decision[Self]:
        """Try again later, each time after twice as long; after the last time somebody must call."""
        if self.attempts < MOST_ATTEMPTS:
            return (replace(self, reason=reason, not_before=at + FIRST_PAUSE * 2 ** (self.attempts - 1)),)
        failed = MessageFailed(
            office="", role=SYSTEM.role, message=self.id, template=self.template, channel="email", reason=reason
        )
        return replace(self, state="failed", reason=reason, not_before=None), failed, self._call()

    def call(self) -> Decision[Self]:
        """There is no address to write to: a call task."""
        return replace(self, state="call", channel="call", not_before=None), self._call()

    def _call(self) -> CallTaskOpened:
        return CallTaskOpened(office="", role=SYSTEM.role, message=self.id, template=self.template)
