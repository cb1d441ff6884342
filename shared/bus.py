# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (the driver is only half typed; what leaves this module is typed)
"""The bus: how events go out, how a service hears them, and what becomes of those it cannot use.

The only module that configures Kafka.
"""

import asyncio
import time
import zlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.opentelemetry import KafkaTelemetryMiddleware
from opentelemetry.sdk.trace import TracerProvider

from shared.errors import Refusal, Unavailable
from shared.events import Envelope
from shared.hearing import Batch, Ear, Hears, Record, why

__all__ = ["Bus", "Ear", "Hears"]

S = TypeVar("S")

BATCH_BYTES = 262_144
MOST_RECORDS = 500
LONGEST_WAIT = 1_000
"""Milliseconds that an idle subscriber waits for the next event; it is handed out at once when it comes."""
BREATH, DEEP_BREATH = 0.02, 0.06
"""Seconds between two batches; an event that comes alone after such a pause is handed out at once."""
MANY = 10
"""Records in a batch behind which as many more will soon be there: then the deeper breath pays."""
TRACING = frozenset({"traceparent", "correlation_id"})


class _WaitingConsumer(AIOKafkaConsumer):
    """FastStream polls, and sleeps after an empty poll; here the poll waits, and answers when something comes.

    Under load it takes a breath between two batches, so that the next one is worth its read, write and commit; a deeper
    one the more there is to do: what a batch costs of itself is then most of what an event costs.
    """

    _next = 0.0

    async def getmany(self, *partitions: Any, timeout_ms: int = 0, max_records: int | None = None) -> Any:
        await asyncio.sleep(max(0.0, self._next - time.monotonic()))
        found = await super().getmany(*partitions, timeout_ms=max(timeout_ms, LONGEST_WAIT), max_records=max_records)
        breath = DEEP_BREATH if sum(map(len, found.values())) >= MANY else BREATH
        self._next = time.monotonic() + breath
        return found


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
        """Raises `Unavailable` where no broker answers, and `TypeError` where FastStream is one that we do not know."""
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
            _let_wait(self.broker)
            await self.broker.start()
        except BaseException as reason:
            await self._producer.stop()
            if isinstance(reason, KafkaError):
                raise Unavailable(f"no broker at {self._servers}: {reason}") from reason
            raise

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
        away: Exception | None = None
        try:
            for envelope in envelopes:
                partitions = await self._started.partitions_for(envelope.topic)
                lane = zlib.crc32(envelope.subject.encode()) % len(partitions)
                lanes.setdefault((envelope.topic, lane), []).append(envelope)
            async with asyncio.TaskGroup() as sending:
                for (topic, partition), lane in lanes.items():
                    sending.create_task(_send(self._started, topic, partition, lane))
        except* KafkaError as several:
            away = several.exceptions[0]
        if away:
            raise Unavailable(f"the bus did not acknowledge: {away!r}") from away

    def listen(self, hears: Hears[S], store: S) -> None:
        """Handle a topic in batches: one read and one write for each, and then the offsets are committed.

        What a handler refuses, and what cannot be read, is parked on `<topic>.parked` with its reason, and the
        rest goes on. While the store or the bus is away nothing is parked: the same batch is taken again.
        """
        ear = Ear(hears.topic)
        self.ears.append(ear)
        batch = Batch(ear, hears, store, self._tracing, self._park)
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
            ("parked-because", why(reason, record.topic).encode()),
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


def _let_wait(broker: KafkaBroker) -> None:
    """Put the waiting consumer in the place of FastStream's own; it knows no public way."""
    config = broker.config.broker_config
    made = config.builder
    if not isinstance(made, partial):
        raise TypeError(
            f"FastStream {version('faststream')} makes its consumers in another way, so they would poll and not wait: "
            "install the version of uv.lock, or mend _let_wait in shared/bus.py"
        )
    config.builder = partial(_WaitingConsumer, *made.args, **made.keywords)


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
