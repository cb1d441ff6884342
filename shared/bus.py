# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (the driver is only half typed; what leaves this module is typed)
"""The bus: how events go out, how a service hears them, and what becomes of those it cannot use.

The only module that configures Kafka.
"""

import asyncio
import logging
import time
import zlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Generic, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.opentelemetry import KafkaTelemetryMiddleware
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind

from shared.decisions import Behind, holds_back
from shared.errors import Malformed, NotYet, Refusal, Unavailable, place, way
from shared.events import Envelope, Event, Heard
from shared.telemetry import continued

__all__ = ["Bus", "Ear", "Hears"]

log = logging.getLogger(__name__)

Record = ConsumerRecord[bytes, bytes]
Place = tuple[int, int]
"""Partition and offset."""
S = TypeVar("S")
E = TypeVar("E", bound=Event)
Handler = Callable[[Heard[E], S], Awaitable[object] | None]
"""Answers what it started, or None where the event turns out to concern others."""

BATCH_BYTES = 262_144
MOST_RECORDS = 500
LONGEST_PAUSE = 5.0
LONGEST_WAIT = 1_000
"""Milliseconds that an idle subscriber waits for the next event; it is handed out at once when it comes."""
PATIENCE = 60.0
"""Seconds for which a `NotYet` is tried again before it is parked."""
WINDOW, MOST_FAULTS = 100, 20
"""If more than so many of the last so many events met a fault of ours, the topic is held rather than parked."""
TRACING = frozenset({"traceparent", "correlation_id"})


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


class _WaitingConsumer(AIOKafkaConsumer):
    """FastStream polls, and sleeps after an empty poll; here the poll waits, and answers when something comes."""

    async def getmany(self, *partitions: Any, timeout_ms: int = 0, max_records: int | None = None) -> Any:
        return await super().getmany(*partitions, timeout_ms=max(timeout_ms, LONGEST_WAIT), max_records=max_records)


class Bus:
    """One producer and any number of subscribers of one service."""

    def __init__(self, servers: str, service: str, *, tracing: TracerProvider | None = None) -> None:
        middlewares = [KafkaTelemetryMiddleware(tracer_provider=tracing)] if tracing else []
        self.broker = KafkaBroker(
            servers,
            client_id=service,
            acks="all",
            enable_idempotence=True,
            ack_policy=AckPolicy.NACK_ON_ERROR,  # a handler that returns commits; one that raises gets the batch again
            apply_types=False,
            middlewares=middlewares,
            graceful_timeout=10.0,
            logger=None,
        )
        self.ears: list[Ear] = []
        self._servers = servers
        self._service = service
        self._tracing = tracing
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Raises `Unavailable` where no broker answers."""
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._servers,
            client_id=self._service,
            acks="all",
            enable_idempotence=True,
            max_batch_size=BATCH_BYTES,
            request_timeout_ms=10_000,
        )
        try:
            await self._producer.start()
            await self.broker.connect()
            config = self.broker.config.broker_config
            waiting = config.builder
            if isinstance(waiting, partial):
                config.builder = partial(_WaitingConsumer, *waiting.args, **waiting.keywords)
            await self.broker.start()
        except KafkaError as away:
            await self._producer.stop()
            raise Unavailable(f"no broker at {self._servers}: {away}") from away

    async def deafen(self) -> None:
        """Finish the batches in hand, commit them, and hear no more."""
        await self.broker.stop()

    async def stop(self) -> None:
        if self._producer:
            await self._producer.stop()

    async def is_reachable(self) -> bool:
        if not self._producer:
            return False
        try:
            await asyncio.wait_for(self._producer.client.fetch_all_metadata(), 2)
        except (KafkaError, TimeoutError):
            return False
        return any(self._producer.client.cluster.brokers())

    async def publish(self, envelopes: Sequence[Envelope]) -> None:
        """Return when all are acknowledged. In a partition one batch follows the other's acknowledgement.

        After a failure any part of them may be on the bus, but in order and without a gap: publish all again.
        """
        lanes: dict[tuple[str, int], list[Envelope]] = {}
        try:
            for envelope in envelopes:
                partitions = await self._started.partitions_for(envelope.topic)
                lane = zlib.crc32(envelope.subject.encode()) % len(partitions)
                lanes.setdefault((envelope.topic, lane), []).append(envelope)
            async with asyncio.TaskGroup() as sending:
                for (topic, partition), lane in lanes.items():
                    sending.create_task(_send(self._started, topic, partition, lane))
        except* KafkaError as away:
            raise Unavailable(f"the bus did not acknowledge: {away.exceptions[0]!r}") from away

    def listen(self, hears: Hears[S], store: S) -> None:
        """Handle a topic in batches: one read and one write for each, and then the offsets are committed.

        What a handler refuses, and what cannot be read, is parked on `<topic>.parked` with its reason, and the
        rest goes on. While the store or the bus is away nothing is parked: the same batch is taken again.
        """
        ear = Ear(hears.topic)
        self.ears.append(ear)
        batch = _Batch(ear, hears, store, self._tracing, self._park)
        subscriber = self.broker.subscriber(
            hears.topic,
            group_id=f"{self._service}.{hears.topic}",  # a group for each topic: one restarts without the others
            batch=True,
            max_records=MOST_RECORDS,
            batch_timeout_ms=10,  # FastStream's nap after an empty poll; the poll itself waits, see `_WaitingConsumer`
            auto_offset_reset="earliest",
            session_timeout_ms=10_000,
            heartbeat_interval_ms=2_000,
            title=f"hear.{hears.topic}",
            description=", ".join(hears.handlers),
        )
        subscriber(batch.take, parser=_parse_traced if self._tracing else _parse, decoder=_raw)

    async def _park(self, record: Record, reason: BaseException) -> None:
        because = [
            ("parked-because", _why(reason).encode()),
            ("parked-kind", b"refusal" if isinstance(reason, Refusal) else b"fault"),
            ("parked-by", self._service.encode()),
            ("parked-from", f"{record.topic}/{record.partition}/{record.offset}".encode()),
            ("parked-at", b"%d" % int(time.time() * 1000)),
        ]
        headers = [*record.headers, *because]
        await self._started.send_and_wait(f"{record.topic}.parked", record.value, key=record.key, headers=headers)

    @property
    def _started(self) -> AIOKafkaProducer:
        if not self._producer:
            raise Unavailable("the bus has not been started")
        return self._producer


class _Batch(Generic[S]):
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
                self._ear.held_because = _why(fault)
                raise _TooManyFaults(self._ear.held_because)
        return recent

    async def _park_one(self, record: Record, reason: BaseException) -> None:
        which = f"{record.topic}[{record.partition}]@{record.offset}"
        if isinstance(reason, Refusal):
            log.warning("parked %s: %s", which, _why(reason))
        else:
            self._ear.faults += 1
            log.error("ALARM: a fault of ours; parked %s: %s (%s)", which, _why(reason), way(reason))
        await self._park(record, reason)
        self._ear.parked += 1

    async def _wait(self, reason: Exception) -> None:
        if not self._ear.waiting_since:
            self._ear.waiting_since = time.monotonic()
        log.warning("%s waits: %s", self._ear.topic, reason)
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


def _why(reason: BaseException) -> str:
    return f"{reason.code}: {reason}" if isinstance(reason, Refusal) else place(reason)


async def _send(producer: AIOKafkaProducer, topic: str, partition: int, lane: Sequence[Envelope]) -> None:
    left = list(lane)
    while left:
        batch = producer.create_batch()
        taken = 0
        for it in left:
            key, value = it.subject.encode(), it.data or None
            if not batch.append(timestamp=None, key=key, value=value, headers=it.headers()):
                break
            taken += 1
        await (await producer.send_batch(batch, topic, partition=partition))
        del left[:taken]


async def _parse(records: tuple[Record, ...], parse: Callable[[Any], Awaitable[KafkaMessage]]) -> KafkaMessage:
    """FastStream decodes the headers of a whole batch, and fails it for one byte: show it the place alone."""
    message = await parse((replace(records[0], headers=()),))
    message.raw_message = records
    return message


async def _parse_traced(records: tuple[Record, ...], parse: Callable[[Any], Awaitable[KafkaMessage]]) -> KafkaMessage:
    """The same, with the headers from which the telemetry makes its links."""
    traced = tuple(replace(it, headers=[h for h in it.headers if h[0] in TRACING and h[1].isascii()]) for it in records)
    message = await parse(traced)
    message.raw_message = records
    return message


async def _raw(message: KafkaMessage) -> Any:
    """Leave the records as they are: one that cannot be decoded must not fail its batch."""
    return message.raw_message
