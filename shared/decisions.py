"""What becomes of one aggregate in one flush: the calls on it, decided in their order, and the one write they come to.

Pure but for the answers it holds; `shared.repository` does the reading and the writing.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

import bson
import msgspec
from bson.raw_bson import RawBSONDocument

from shared.errors import Conflict, NotYet, Refusal, Repeated
from shared.events import Decision, Envelope, Event

__all__ = [
    "Aggregate",
    "Behind",
    "Call",
    "Line",
    "Once",
    "Pending",
    "first_answer",
    "holds_back",
    "read_pending",
    "write_pending",
]


class Aggregate(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def subject(self) -> str:
        """The key under which its events travel: the dossier's id, where it belongs to a dossier."""
        ...


Document = dict[str, Any]
A = TypeVar("A")

MOST_BYTES = 200_000
"""In one event. What is larger belongs beside the bus, with a reference to it."""
MOST_ANSWERS = 20
"""First answers kept beside an aggregate, besides that of its creation."""
MOST_STATE = 8_000_000
"""Bytes of an aggregate with its answers; MongoDB takes no document above 16 MiB."""
NATIVE = (datetime, bytes)
"""Types that BSON has too."""


class CannotBeKept(Refusal):
    """A number beyond 64 bits, or text that is not Unicode."""


class GrownTooLarge(Refusal):
    status = 413


class Behind(Exception):
    """An event that stands behind one of its source that was not applied: applied now, it would hide that one."""


def holds_back(reason: BaseException) -> bool:
    """Whether what comes behind must wait until it is known what becomes of this: it may be tried again."""
    return isinstance(reason, NotYet) or not isinstance(reason, Refusal)


@dataclass(frozen=True, slots=True)
class Once:
    """Makes a call happen once: the same key with the same digest gets the first answer, with another a 409."""

    key: str
    digest: bytes
    show: Callable[[Any], object]
    """What is answered, made from the aggregate as this call left it."""
    status: int = 200
    also: tuple[bytes, ...] = ()
    """Digests that the same call may have had before: under a key that has since been rotated."""

    def is_same(self, digest: bytes) -> bool:
        return digest == self.digest or digest in self.also


@dataclass(frozen=True, slots=True)
class Pending:
    """An event that the bus has not acknowledged; `ordinal` counts all events of its aggregate, on whatever topic."""

    ordinal: int
    envelope: Envelope


@dataclass(slots=True)
class Call(Generic[A]):
    """One caller's wish. A `fresh` one expects no document and saves the reading."""

    decide: Callable[[A | None, int], Decision[A]]
    answer: "asyncio.Future[A]"
    cause: Envelope | None = None
    once: Once | None = None
    series: str = ""
    fresh: bool = False
    trace: str = ""

    def settle(self, aggregate: A) -> None:
        if not self.answer.done():
            self.answer.set_result(aggregate)

    def fail(self, reason: BaseException) -> None:
        if not self.answer.done():
            self.answer.set_exception(reason)

    def was_applied(self, applied: Mapping[str, int]) -> bool:
        """A replay is known by its own id: it goes past the sequence on purpose, and it too counts once."""
        if self.cause is None:
            return False
        if self.cause.replay_of:
            return self.cause.replay_of in applied
        return applied.get(self.cause.source, 0) >= self.cause.sequence or self.cause.id in applied


@dataclass(slots=True)
class Line(Generic[A]):
    """The calls on one aggregate, what they come to, and what to answer once it is written."""

    id: str
    calls: deque[Call[A]]
    source: Callable[[str], str]
    """The `ce_source` of this aggregate's events on a topic."""
    subject: Callable[[A], str]
    """The partition key of this aggregate's events."""
    row: Document | None = None
    answers: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])
    change: Document = field(default_factory=dict[str, Any])
    said: list[Pending] = field(default_factory=list[Pending])
    heard: bool = False
    is_new_state: bool = False
    taken: list[str] = field(default_factory=list[str])
    """The series in which it took a number."""

    @property
    def is_write(self) -> bool:
        return self.is_new_state or self.heard or bool(self.said) or bool(self.taken)

    @property
    def carry(self) -> list[Pending]:
        """What happened, behind all that is still pending: so nothing overtakes it."""
        if not self.said:
            return []
        return [*(read_pending(self.row) if self.row else ()), *self.said]

    def decide(self, kind: type[A], numbers: dict[str, int]) -> None:
        """Run the calls in their order, each on what the one before left. `numbers` holds the last of each series."""
        row: Document = self.row or {}
        there: A | None = msgspec.convert(row["state"], kind) if row else None
        was = there
        applied: dict[str, int] = dict(row.get("applied", ()))
        answers: list[Document] = list(row.get("answers", ()))
        stuck: set[str] = set()
        for call in self.calls:
            if stuck and call.cause and call.cause.source in stuck:
                self.answers.append(partial(call.fail, Behind()))
                continue
            if self._is_answered(call, there, applied, answers):
                continue
            try:
                there = self._run(call, there, row, applied, answers, numbers)
            except Exception as refusal:  # noqa: BLE001  it is the caller's, and its neighbours go on
                self.answers.append(partial(call.fail, refusal))
                if call.cause and holds_back(refusal):
                    stuck.add(call.cause.source)
        self.is_new_state = there is not was
        if self.is_write:
            self._compose(there, applied, answers, row)

    def _is_answered(
        self, call: Call[A], there: A | None, applied: Mapping[str, int], answers: Sequence[Document]
    ) -> bool:
        if there is not None and call.was_applied(applied):
            self.answers.append(partial(call.settle, there))
            return True
        again = first_answer(answers, call.once) if call.once else None
        if again:
            self.answers.append(partial(call.fail, again))
        return again is not None

    def _run(
        self,
        call: Call[A],
        there: A | None,
        row: Document,
        applied: dict[str, int],
        answers: list[Document],
        numbers: dict[str, int],
    ) -> A:
        number = numbers[call.series] + 1 if call.series else 0
        then, *events = call.decide(there, number)
        first = _answer(call.once, then) if call.once else None
        self.said += self._pending(call, then, events, row)
        if call.series:
            self.change |= {"series": call.series, "number": number}
            self.taken.append(call.series)
            numbers[call.series] = number
        if first:
            answers.append(first)
        if call.cause:
            applied[call.cause.replay_of or call.cause.source] = call.cause.sequence
            self.heard = True
        self.answers.append(partial(call.settle, then))
        return then

    def _pending(self, call: Call[A], then: A, events: Sequence[Event], row: Document) -> list[Pending]:
        """The envelopes of what happened. All or none: what cannot be encoded is its caller's fault alone."""
        said = row.get("said", 0) + len(self.said)
        subject = self.subject(then)
        now = datetime.now(UTC).isoformat()
        trace = call.trace or row.get("trace", "")
        new: list[Pending] = []
        for event in events:
            earlier = sum(it.envelope.topic == event.topic for it in (*self.said, *new))
            sequence = row.get("sequences", {}).get(event.topic, 0) + earlier + 1
            data = b"" if event.erases else msgspec.json.encode(event)
            if len(data) > MOST_BYTES:
                raise ValueError(f"{event.type} is too large to be said: {len(data)} bytes")
            envelope = Envelope(event.topic, event.type, self.source(event.topic), sequence, subject, now, trace, data)
            new.append(Pending(said + len(new) + 1, envelope))
        return new

    def _compose(self, there: A | None, applied: dict[str, int], answers: list[Document], row: Document) -> None:
        state = _encoded(there)
        answers = [*answers[:1], *answers[1:][-MOST_ANSWERS:]]
        if len(state) + sum(len(it["answer"]) for it in answers) > MOST_STATE:
            raise GrownTooLarge(f"{self.id} would be larger than {MOST_STATE} bytes: start another one.")
        self.change |= {"state": RawBSONDocument(state), "applied": applied}
        if answers:
            self.change["answers"] = answers
        if not row and (trace := self.calls[0].trace):
            self.change["trace"] = trace  # what the clock does later goes on in it
        if self.said:
            topics = dict(row.get("sequences", ()))
            topics |= {it.envelope.topic: it.envelope.sequence for it in self.said}
            self.change |= {
                "said": self.said[-1].ordinal,
                "sequences": topics,
                "pending_since": datetime.now(UTC),
            }


def _encoded(state: object) -> bytes:
    try:
        return bson.encode(msgspec.to_builtins(state, builtin_types=NATIVE))
    except (OverflowError, UnicodeEncodeError) as wrong:
        raise CannotBeKept(f"This cannot be kept ({wrong}): correct it.") from wrong


def first_answer(answers: Sequence[Document], once: Once) -> Repeated | Conflict | None:
    """What was answered under this key before; a `Conflict` where it was asked with other words."""
    first = next((it for it in answers if it["key"] == once.key), None)
    if first is None:
        return None
    if once.is_same(bytes(first["digest"])):
        return Repeated(bytes(first["answer"]), first["status"])
    return Conflict("This key was used before with other words; take a new Idempotency-Key.")


def _answer(once: Once, then: object) -> Document:
    answer = msgspec.json.encode(once.show(then))
    return {"key": once.key, "digest": once.digest, "answer": answer, "status": once.status}


def write_pending(said: Sequence[Pending]) -> list[Document]:
    return [
        {
            "ordinal": it.ordinal,
            "topic": it.envelope.topic,
            "type": it.envelope.type,
            "source": it.envelope.source,
            "sequence": it.envelope.sequence,
            "subject": it.envelope.subject,
            "time": it.envelope.time,
            "trace": it.envelope.trace,
            "data": it.envelope.data,
        }
        for it in said
    ]


def read_pending(row: Document) -> list[Pending]:
    found: list[Pending] = []
    for said in row.get("pending", ()):
        rest = dict(said)
        found.append(Pending(rest.pop("ordinal"), Envelope(**rest)))
    return found
