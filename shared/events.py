"""Events, and the envelope (CloudEvents 1.0, in Kafka headers) in which they travel."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from shared.errors import Malformed

__all__ = ["REPLAY_OF", "Decision", "Envelope", "Event", "Heard"]

REPLAY_OF = "motcua-replay-of"
"""Header of a message that an operator sent once more; its value is the parked message's `ce_id`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact. Once published it is not edited: a change of meaning is a new `type` (`….v2`) beside the old.

    An event whose `erases` is true travels without data: on a compacted topic it is the tombstone of its key.
    """

    topic: ClassVar[str]
    type: ClassVar[str]
    erases: ClassVar[bool] = False


A = TypeVar("A")
E = TypeVar("E", bound=Event)
E_co = TypeVar("E_co", bound=Event, covariant=True)

Decision = tuple[A, *tuple[Event, ...]]
"""What a rule answers: the aggregate as it is now, and what happened."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who says it, about what, and as which of its events on this topic; `data` is the event's JSON.

    `sequence` counts one source's events on one topic without a gap, so `id` is the same each time it is said.
    `replay_of` is set where an operator sent a parked message once more.
    """

    topic: str
    type: str
    source: str
    sequence: int
    subject: str
    time: str
    trace: str
    data: bytes
    replay_of: str = ""

    @property
    def id(self) -> str:
        return f"{self.source}/{self.sequence}"

    def headers(self) -> list[tuple[str, bytes]]:
        id = self.id.encode()
        headers = [
            ("ce_specversion", b"1.0"),
            ("ce_id", id),
            ("ce_source", self.source.encode()),
            ("ce_type", self.type.encode()),
            ("ce_time", self.time.encode()),
            ("ce_subject", self.subject.encode()),
            ("ce_sequence", b"%d" % self.sequence),
            ("content-type", b"application/json"),
            ("correlation_id", id),  # without it FastStream's telemetry makes no links
        ]
        return [*headers, ("traceparent", self.trace.encode())] if self.trace else headers

    @classmethod
    def read(cls, topic: str, headers: Sequence[tuple[str, bytes]], data: bytes) -> "Envelope":
        """Raises `Malformed` where a header is missing or cannot be read."""
        try:
            said = {name: value.decode() for name, value in headers}
            return cls(
                topic,
                said["ce_type"],
                said["ce_source"],
                int(said["ce_sequence"]),
                said["ce_subject"],
                said["ce_time"],
                said.get("traceparent", ""),
                data,
                said.get(REPLAY_OF, ""),
            )
        except (KeyError, ValueError, AttributeError) as unreadable:
            raise Malformed(f"no CloudEvents headers: {unreadable!r}") from unreadable


@dataclass(frozen=True, slots=True)
class Heard(Generic[E_co]):
    """An event as it arrived. Give it as `cause` to what it changes, and it changes it once."""

    event: E_co
    envelope: Envelope

    @staticmethod
    def read(kind: type[E], envelope: Envelope) -> "Heard[E]":
        """Raises `Malformed` where the data is not such an event."""
        if kind.erases:
            return Heard(kind(), envelope)
        try:
            return Heard(_decoder(kind).decode(envelope.data), envelope)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as unreadable:
            raise Malformed(f"not a {envelope.type}: {unreadable}") from unreadable


@cache
def _decoder(kind: type[Any]) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(kind)
