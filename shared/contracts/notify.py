"""What the voice tells the others: that something was said, by which channel; never to whom nor in which words."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from shared.contracts.acting import Acted

__all__ = ["CallTaskOpened", "MessageChannel", "MessageFailed", "MessageQueued", "MessageSent"]

MessageChannel = Literal["email", "call"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageQueued(Acted):
    topic: ClassVar[str] = "notify.messages"
    type: ClassVar[str] = "message-queued.v1"

    message: str
    about: str
    """`ce_id` of the event that it tells of."""
    template: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent(Acted):
    topic: ClassVar[str] = "notify.messages"
    type: ClassVar[str] = "message-sent.v1"

    message: str
    template: str
    channel: MessageChannel
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFailed(Acted):
    topic: ClassVar[str] = "notify.messages"
    type: ClassVar[str] = "message-failed.v1"

    message: str
    template: str
    channel: MessageChannel
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTaskOpened(Acted):
    """There is no address to write to, or no mail arrives there: somebody will call, or tell them at the counter."""

    topic: ClassVar[str] = "notify.messages"
    type: ClassVar[str] = "call-task-opened.v1"

    message: str
    template: str
