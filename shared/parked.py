# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (the driver is only half typed; what leaves this module is typed)
"""Parked messages: list, show, send once more, set aside. `<topic>.parked` is their store and their audit in one.

A message that could not be used stands there with its reason; what an operator did about it is written behind it, as a
record of its own. A message sent once more goes to its own topic with its own `ce_id` in `motcua-replay-of`: the
consumer lets it pass the sequence guard, once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

from shared.errors import NotFound
from shared.events import REPLAY_OF

__all__ = ["Parked", "Parking", "Settled"]

Record = ConsumerRecord[bytes, bytes]
Outcome = Literal["replayed", "set-aside"]
MARKER = "parked-outcome"


@dataclass(frozen=True, slots=True)
class Settled:
    """What was done about it, by whom and when."""

    outcome: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Parked:
    id: str
    """`topic/partition/offset` of the message on its own topic, and the service that could not use it."""
    topic: str
    parked_by: str
    type: str
    source: str
    subject: str
    because: str
    kind: str
    """`refusal`: the rules said no. `fault`: a bug of ours."""
    parked_at: datetime
    settled: Settled | None
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


class Parking:
    """The parked messages of a province, read from Kafka."""

    def __init__(self, servers: str) -> None:
        self._servers = servers

    async def parked(self, topics: Iterable[str], *, open_only: bool = True, subject: str = "") -> list[Parked]:
        """In the order in which they were parked; each once, however often it was parked."""
        found: dict[str, Parked] = {}
        settled: dict[str, Settled] = {}
        for topic in topics:
            for record in await _all(self._servers, f"{topic}.parked"):
                headers = _texts(record)
                if MARKER in headers:
                    settled[headers["parked-id"]] = Settled(
                        headers[MARKER], headers["parked-settled-by"], _time(headers["parked-settled-at"])
                    )
                else:
                    parked = _parked(topic, record, headers)
                    found.setdefault(parked.id, parked)
        whole = [replace(it, settled=settled.get(it.id)) for it in found.values()]
        wanted = [it for it in whole if (not open_only or it.settled is None) and subject in {"", it.subject}]
        return sorted(wanted, key=lambda it: it.parked_at)

    async def replay(self, messages: Sequence[Parked], by: str, at: datetime) -> None:
        """Send them to their topics once more, in this order, and record who did it. Twice changes nothing twice."""
        await self._settle(messages, "replayed", by, at)

    async def set_aside(self, messages: Sequence[Parked], by: str, at: datetime) -> None:
        """Record that nothing more is to be done about them."""
        await self._settle(messages, "set-aside", by, at)

    async def one(self, topics: Iterable[str], id: str) -> Parked:
        for it in await self.parked(topics, open_only=False):
            if it.id == id:
                return it
        raise NotFound(f"No parked message {id}: `motcua parked list` shows them.")

    async def _settle(self, messages: Sequence[Parked], outcome: Outcome, by: str, at: datetime) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=self._servers, acks="all", enable_idempotence=True)
        await producer.start()
        try:
            for it in messages:
                if outcome == "replayed":
                    await producer.send_and_wait(
                        it.topic, it.value, key=it.key, partition=_partition(it), headers=_again(it)
                    )
                await producer.send_and_wait(
                    f"{it.topic}.parked", None, key=it.key, headers=_marker(it, outcome, by, at)
                )
        finally:
            await producer.stop()


async def _all(servers: str, topic: str) -> list[Record]:
    consumer = AIOKafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        if topic not in await consumer.topics():
            return []
        consumer.subscribe([topic])  # without a group it is given all partitions, once it knows them
        while not consumer.assignment():
            await consumer.getmany(timeout_ms=50)
        partitions = sorted(consumer.assignment())
        ends = await consumer.end_offsets(partitions)
        await consumer.seek_to_beginning(*partitions)
        records: list[Record] = []
        while any([await consumer.position(it) < ends[it] for it in partitions]):
            for some in (await consumer.getmany(timeout_ms=500)).values():
                records += some
        return records
    finally:
        await consumer.stop()


def _texts(record: Record) -> dict[str, str]:
    return {name: value.decode(errors="replace") for name, value in record.headers}


def _parked(topic: str, record: Record, headers: dict[str, str]) -> Parked:
    by = headers.get("parked-by", "")
    return Parked(
        id=f"{headers.get('parked-from', '')}@{by}",
        topic=topic,
        parked_by=by,
        type=headers.get("ce_type", ""),
        source=headers.get("ce_source", ""),
        subject=headers.get("ce_subject", ""),
        because=headers.get("parked-because", ""),
        kind=headers.get("parked-kind", ""),
        parked_at=_time(headers.get("parked-at", "0")),
        settled=None,
        key=record.key,
        value=record.value,
        headers=tuple(record.headers),
    )


def _time(milliseconds: str) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def _partition(parked: Parked) -> int:
    _, partition, _ = parked.id.rsplit("/", 2)
    return int(partition)


def _again(parked: Parked) -> list[tuple[str, bytes]]:
    id = next((value for name, value in parked.headers if name == "ce_id"), parked.id.encode())
    kept = [it for it in parked.headers if not it[0].startswith("parked-") and it[0] != REPLAY_OF]
    return [*kept, (REPLAY_OF, id)]


def _marker(parked: Parked, outcome: Outcome, by: str, at: datetime) -> list[tuple[str, bytes]]:
    return [
        (MARKER, outcome.encode()),
        ("parked-id", parked.id.encode()),
        ("parked-settled-by", by.encode()),
        ("parked-settled-at", b"%d" % int(at.timestamp() * 1000)),
    ]
