"""The message and the contact: what is said, to whom, and how far it got. Pure rules."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, Self

from shared.contracts.intake import ContactRecorded, OfficeClosed, OfficeOpened
from shared.contracts.notify import CallTaskOpened, MessageFailed, MessageQueued, MessageSent
from shared.errors import Conflict
from shared.events import Decision
from shared.people import SYSTEM

__all__ = ["WRITTEN", "Contact", "Known", "Mail", "Message", "Office", "message_id"]

State = Literal["queued", "sent", "call", "dropped"]
"""`dropped`: its person asked to be forgotten before it was said; nobody is to be told."""

WRITTEN = frozenset({"vi", "en"})
"""Languages in which messages are written; who speaks another one, K'Ho or Mạ, is called."""

MOST_ATTEMPTS = 8
"""Attempts that the mail server may refuse for now before somebody must call."""
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=10)
"""Between two tries while the way out is closed."""
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
    prefers: str = ""
    """The channel by which they want to be told; empty: whatever reaches them first."""

    @property
    def subject(self) -> str:
        return self.id

    @property
    def is_written_to(self) -> bool:
        """Whether a mail tells them. Who is to be called and left no number is still reached by mail alone."""
        to_be_called = self.prefers == "call" or self.language not in WRITTEN
        return bool(self.email) and not (to_be_called and self.phone)

    @classmethod
    def record(cls, dossier: str, said: ContactRecorded) -> Decision[Self]:
        return (cls(dossier, said.name, said.language, said.phone, said.email, prefers=said.prefers),)

    def erase(self) -> Decision[Self]:
        return (type(self)(self.id, is_erased=True),)


@dataclass(frozen=True, slots=True)
class Office:
    """What an office is called. The id is its code."""

    id: str
    name: str

    @property
    def subject(self) -> str:
        return self.id

    @classmethod
    def learn(cls, said: OfficeOpened | OfficeClosed) -> Decision[Self]:
        return (cls(said.code, said.name),)


@dataclass(frozen=True, slots=True)
class Known:
    """What some messages do not hold and their words need: looked up for all of them at once."""

    codes: Mapping[str, str] = field(default_factory=dict[str, str])
    """The newest code of each dossier."""
    online: frozenset[str] = frozenset()
    """Dossiers that people filed online by themselves: those have a page in the portal."""
    offices: Mapping[str, str] = field(default_factory=dict[str, str])
    """Names of offices, by their codes."""


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
    """What the template's words need: codes, places, moments (ISO 8601). No personal data."""
    queued_at: datetime
    code: str = ""
    """The dossier's code, where the event said it."""
    state: State = "queued"
    not_before: datetime | None = None
    """Taken, or resting after a failure, until then."""
    attempts: int = 0
    """Those that the mail server refused."""
    waits: int = 0
    """Times that the way out was closed."""
    channel: str = ""
    reason: str = ""

    @property
    def subject(self) -> str:
        return self.dossier

    @property
    def is_to_online_filer(self) -> bool:
        """It tells somebody that what they filed online, by themselves, has arrived."""
        return self.template == "submitted" and "citizen" in self.facts

    @classmethod
    def queue(
        cls, dossier: str, about: str, template: str, facts: tuple[str, ...], at: datetime, *, code: str = ""
    ) -> Decision[Self]:
        """One message for one event and the dossier's owner."""
        id = message_id(about, "owner")
        queued = MessageQueued(office="", role=SYSTEM.role, message=id, about=about, template=template)
        return cls(id, dossier, about, template, facts, at, code, not_before=at), queued

    def take(self, at: datetime, lease: timedelta) -> Decision[Self]:
        """Take it for sending; nobody else does while the lease runs. Who dies meanwhile leaves it to the next."""
        if self.state != "queued" or (self.not_before and self.not_before > at):
            raise NotToBeSent("It was sent, or somebody is sending it now.")
        return (replace(self, not_before=at + lease),)

    def wait_for_contact(self, at: datetime) -> Decision[Self]:
        return (replace(self, not_before=at + timedelta(seconds=2)),)

    def may_wait_for_contact(self, at: datetime) -> bool:
        return at - self.queued_at < CONTACT_COMES_WITHIN

    def sent(self, at: datetime) -> Decision[Self]:
        sent = MessageSent(
            office="", role=SYSTEM.role, message=self.id, template=self.template, channel="email", sent_at=at
        )
        return replace(self, state="sent", channel="email", not_before=None), sent

    def put_off(self, reason: str, at: datetime) -> Decision[Self]:
        """The way out is closed: no fault of this message. However long that lasts, it is tried again."""
        pause = min(FIRST_PAUSE * 2 ** min(self.waits, 10), LONGEST_WAIT)
        return (replace(self, reason=reason, waits=self.waits + 1, not_before=at + pause),)

    def failed(self, reason: str, at: datetime, *, for_good: bool = False) -> Decision[Self]:
        """Try again later, each time after twice as long; after the last time, or `for_good`, somebody must call."""
        attempts = self.attempts + 1
        if attempts < MOST_ATTEMPTS and not for_good:
            pause = FIRST_PAUSE * 2**self.attempts
            return (replace(self, reason=reason, attempts=attempts, not_before=at + pause),)
        failed = MessageFailed(
            office="", role=SYSTEM.role, message=self.id, template=self.template, channel="email", reason=reason
        )
        called, *tasks = replace(self, reason=reason, attempts=attempts).call()
        return called, failed, *tasks

    def call(self) -> Decision[Self]:
        """There is no address to write to, or they are to be called: a call task."""
        task = CallTaskOpened(office="", role=SYSTEM.role, message=self.id, template=self.template)
        return replace(self, state="call", channel="call", not_before=None), task

    def drop(self) -> Decision[Self]:
        """Its person asked to be forgotten: nobody is told, and nobody is called."""
        return (replace(self, state="dropped", not_before=None),)
