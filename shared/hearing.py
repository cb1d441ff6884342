# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (the driver is only half typed; what leaves this module is typed)
"""How a service hears: what it does about each event, batch by batch, and what becomes of those it cannot use.

An event is never applied behind one of its source that may still come again: it waits until that one is given up.
"""

import asyncio
import logging
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from aiokafka import ConsumerRecord
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind

from shared.contracts import TOPICS
from shared.decisions import Behind, holds_back
from shared.errors import Malformed, NotYet, Refusal, Unavailable, place, way
from shared.events import Envelope, Event, Heard
from shared.telemetry import continued

__all__ = ["Batch", "Ear", "Hears", "Record", "why"]

log = logging.getLogger(__name__)

Record = ConsumerRecord[bytes, bytes]
Place = tuple[int, int]
"""Partition and offset."""
S = TypeVar("S")
E = TypeVar("E", bound=Event)
Handler = Callable[[Heard[E], S], Awaitable[object] | None]
"""Answers what it started, or None where the event turns out to concern others."""

LONGEST_PAUSE = 5.0
PATIENCE = 60.0
"""Seconds for which a `NotYet` is tried again before it is parked."""
RESTRICTED = frozenset(it.name for it in TOPICS if it.restricted)
PATH = re.compile(r" - at `(\$[^`]*)`\Z")
"""Where in an event a value will not do, as the decoder's sentence ends."""
WINDOW, MOST_FAULTS = 100, 20
"""If more than so many of the last so many events met a fault of ours, the topic is held rather than parked."""


@dataclass(slots=True)
class Ear:
    """How one subscriber is doing: for readiness and for the alarm."""

    topic: str
    handled: int = 0
    parked: int = 0
    faults: int = 0
    held_because: str = ""
    waiting_since: float = 0.0
    """When it began to wait for something to come back; 0 while all is well."""
    recent: deque[bool] = field(default_factory=lambda: deque[bool](maxlen=WINDOW))


class Hears(Generic[S]):
    """What a service does about the events of one topic; `S` is its store.

        dossiers = Hears[Store]("intake.dossiers")

        @dossiers.on(DossierAccepted)
        def open_case(heard, store): return store.cases.create(..., cause=heard)

    A handler starts its change and answers the future of it: so a whole batch becomes one read and one write.
    """

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.handlers: dict[str, tuple[type[Event], Handler[Any, S]]] = {}

    def on(self, kind: type[E]) -> Callable[[Handler[E, S]], Handler[E, S]]:
        def register(handler: Handler[E, S]) -> Handler[E, S]:
            self.handlers[kind.type] = (kind, handler)
            return handler

        return register

    def handle(self, record: Record, store: S, tracing: TracerProvider | None = None) -> Awaitable[object] | None:
        """Start what is to be done about this record; None if it concerns others."""
        envelope = Envelope.read(record.topic, record.headers, record.value or b"")
        if envelope.type in self.handlers:
            kind, handler = self.handlers[envelope.type]
            heard = Heard.read(kind, envelope)
            with continued(envelope.trace, f"hears {envelope.type}", SpanKind.CONSUMER, tracing):
                return handler(heard, store)
        name, _, version = envelope.type.rpartition(".v")
        if any(known.startswith(f"{name}.v") for known in self.handlers):
            raise Malformed(f"version {version} of {name} is not known here")
        return None


class Batch(Generic[S]):
    """One subscriber's way with a batch: do, park, or wait."""

    def __init__(
        self,
        ear: Ear,
        hears: Hears[S],
        store: S,
        tracing: TracerProvider | None,
        park: Callable[[Record, BaseException], Awaitable[None]],
    ) -> None:
        self._ear = ear
        self._hears = hears
        self._store = store
        self._tracing = tracing
        self._park = park
        self._pause = 0.1
        self._not_yet_since = 0.0
        self._given_up: dict[Place, BaseException] = {}
        """Of the batch in hand, what was parked already, should the rest of it come again."""

    async def take(self, records: tuple[Record, ...]) -> None:
        try:
            recent = await self._do(records)
        except Exception as reason:
            await self._wait(reason)
            raise
        self._pause = 0.1
        self._given_up.clear()
        self._ear.recent, self._ear.held_because = recent, ""
        self._ear.waiting_since = self._not_yet_since = 0.0
        self._ear.handled += len(records)

    async def _do(self, records: Sequence[Record]) -> deque[bool]:
        """Do what these records ask for and park what cannot be done; answers which were faults of late.

        What stands behind a record that may have to come again is done only when that one is given up.
        """
        left, recent = [it for it in records if _place(it) not in self._given_up], self._ear.recent
        while left:
            failed = await self._try(left)
            if weather := next((reason for _, reason in failed if self._is_weather(reason)), None):
                raise weather
            bad = [it for it in failed if not isinstance(it[1], Behind)]
            recent = self._hold_if_too_many(records, bad)
            for record, reason in bad:
                await self._park_one(record, reason)
                self._given_up[_place(record)] = reason
            left = [record for record, reason in failed if isinstance(reason, Behind)]
        return recent

    async def _try(self, records: Sequence[Record]) -> list[tuple[Record, BaseException]]:
        """Start all, wait once; answers those that failed, in their order."""
        doing: list[Awaitable[object]] = []
        stuck: set[bytes] = set()
        for record in records:
            if stuck and _source(record) in stuck:
                doing.append(_failed(Behind()))
                continue
            try:
                doing.append(self._hears.handle(record, self._store, self._tracing) or _nothing())
            except Exception as reason:  # noqa: BLE001  each record's fate is its own
                doing.append(_failed(reason))
                if holds_back(reason):
                    stuck.add(_source(record))
        done = await asyncio.gather(*doing, return_exceptions=True)
        outcomes = zip(records, done, strict=True)
        return [(record, outcome) for record, outcome in outcomes if isinstance(outcome, BaseException)]

    def _is_weather(self, reason: BaseException) -> bool:
        """Rules are pure, so what fails now would fail again: but for this."""
        return isinstance(reason, Unavailable) or (isinstance(reason, NotYet) and self._is_patient())

    def _is_patient(self) -> bool:
        """An outage before does not count: patience begins with the first `NotYet`."""
        self._not_yet_since = self._not_yet_since or time.monotonic()
        return time.monotonic() - self._not_yet_since < PATIENCE

    def _hold_if_too_many(self, records: Sequence[Record], bad: Sequence[tuple[Record, BaseException]]) -> deque[bool]:
        """The second line of defence: where a bug meets nearly everything, stop rather than park a whole day."""
        failed = self._given_up | {_place(record): reason for record, reason in bad}
        faults = {place: reason for place, reason in failed.items() if not isinstance(reason, Refusal)}
        recent = deque(self._ear.recent, maxlen=WINDOW)
        if not faults:
            recent.extend([False] * min(len(records), WINDOW))
        for record in records if faults else ():
            fault = faults.get(_place(record))
            recent.append(fault is not None)
            if fault and sum(recent) > MOST_FAULTS:
                self._ear.held_because = why(fault, self._ear.topic)
                raise _TooManyFaults(self._ear.held_because)
        return recent

    async def _park_one(self, record: Record, reason: BaseException) -> None:
        which = f"{record.topic}[{record.partition}]@{record.offset}"
        if isinstance(reason, Refusal):
            log.warning("parked %s: %s", which, why(reason, record.topic))
        else:
            self._ear.faults += 1
            log.error("ALARM: a fault of ours; parked %s: %s (%s)", which, place(reason), way(reason))
        await self._park(record, reason)
        self._ear.parked += 1

    async def _wait(self, reason: Exception) -> None:
        if not self._ear.waiting_since:
            self._ear.waiting_since = time.monotonic()
        said = why(reason, self._ear.topic) if isinstance(reason, Refusal) else reason
        log.warning("%s waits: %s", self._ear.topic, said)
        await asyncio.sleep(self._pause)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)


class _TooManyFaults(Exception):
    pass


def _place(record: Record) -> Place:
    return record.partition, record.offset


def _source(record: Record) -> bytes:
    return next((value for name, value in record.headers if name == "ce_source"), b"")


def _failed(reason: Exception) -> "asyncio.Future[object]":
    future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    future.set_exception(reason)
    return future


def _nothing() -> "asyncio.Future[object]":
    future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    future.set_result(None)
    return future


def why(reason: BaseException, topic: str) -> str:
    """For the log and the parked message. On a restricted topic a refusal's words may quote what came: only where."""
    if not isinstance(reason, Refusal):
        return place(reason)
    if topic not in RESTRICTED:
        return f"{reason.code}: {reason}"
    path = PATH.search(str(reason))
    where = path[1] if path else reason.about
    return f"{reason.code} at {where}" if where else reason.code
