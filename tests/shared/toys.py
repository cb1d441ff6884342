"""A small aggregate, its events and its process, for the tests of the heart: it counts."""

import asyncio
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

from shared.bus import Bus, Hears
from shared.decisions import Once
from shared.errors import Refusal
from shared.events import Decision, Event, Heard
from shared.relay import Relay
from shared.repository import Database, Repository

ROOT = Path(__file__).parents[2]


class NotThat(Refusal):
    """The counter's own refusal."""


def said_on(name: str, kind: str = "counted.v1") -> type[Any]:
    """An event class of its own for a topic of its own."""

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Counted(Event):
        topic: ClassVar[str] = name
        type: ClassVar[str] = kind

        count: int
        words: str = ""

    return Counted


SILENT = said_on("nowhere")


@dataclass(frozen=True, slots=True)
class Counter:
    id: str
    count: int = 0
    number: int = 0
    seen: tuple[str, ...] = ()
    anything: Any = None

    @property
    def subject(self) -> str:
        return self.id

    def add(self, kind: type[Any] | None = None, words: str = "", many: int = 1) -> Decision["Counter"]:
        """One more, and one event where a kind is given (or several)."""
        more = replace(self, count=self.count + 1)
        return (more, *(kind(count=more.count, words=words) for _ in range(many if kind else 0)))

    def hold(self, anything: Any) -> Decision["Counter"]:
        return (replace(self, anything=anything),)

    def see(self, what: str) -> Decision["Counter"]:
        return (replace(self, count=self.count + 1, seen=(*self.seen, what)),)

    def numbered(self, number: int) -> Decision["Counter"]:
        return (replace(self, number=number),)

    def refuse(self) -> Decision["Counter"]:
        raise NotThat("Count something else.")


def nobody(*_: object) -> None:
    """Carries nothing: as if the process died between its write and its relay."""


def counters(database: Database, carry: Any = nobody) -> Repository[Counter]:
    return Repository(database, Counter, plural="counters", carry=carry)


def show(counter: Counter) -> object:
    return {"id": counter.id, "count": counter.count}


def asked(key: str, words: bytes = b"same") -> Once:
    return Once(key, words, show, 201)


class Published:
    """A bus that is a list, and may be away."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.away: Exception | None = None

    async def __call__(self, envelopes: Sequence[Any]) -> None:
        await asyncio.sleep(0)
        if self.away:
            raise self.away
        self.events += envelopes

    def sequences(self) -> dict[str, list[int]]:
        return sequences((it.source, it.sequence) for it in self.events)


def sequences(said: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for source, sequence in said:
        found.setdefault(source, []).append(sequence)
    return found


def gaps(said: dict[str, list[int]]) -> list[tuple[str, int]]:
    """Where an event stands before the one that precedes it: repetitions are no gaps."""
    found: list[tuple[str, int]] = []
    for source, numbers in said.items():
        last = 0
        for number in numbers:
            if number > last + 1:
                found.append((source, number))
            last = max(last, number)
    return found


@asynccontextmanager
async def carried(relay: Relay, *stores: Any) -> AsyncIterator[None]:
    running = asyncio.create_task(relay.run(stores))
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait([running])


class Ears:
    """A service that hears one topic into counters: one for each source."""

    def __init__(self, database: Database, topic: str, kind: type[Any]) -> None:
        self.counters = counters(database)
        self.hears = Hears[Any](topic)
        self.wrong: Callable[[Heard[Any]], object] | None = None
        """Made to raise, or to answer a future, instead of counting."""

        @self.hears.on(kind)
        def count(heard: Heard[Any], store: "Ears") -> Awaitable[object]:
            if store.wrong and (instead := store.wrong(heard)) is not None:
                return instead  # type: ignore[return-value]
            id = heard.envelope.subject
            seen = str(heard.event.count)
            return store.counters.keep(id, lambda there: (there or Counter(id)).see(seen), cause=heard)

    async def seen(self, id: str) -> tuple[str, ...]:
        found = await self.counters.find({"_id": id})
        return found[0].seen if found else ()


@asynccontextmanager
async def listening(kafka: str, ears: Ears, service: str = "toys") -> AsyncIterator[Bus]:
    bus = Bus(kafka, service)
    bus.listen(ears.hears, ears)
    await bus.start()
    try:
        yield bus
    finally:
        await bus.deafen()
        await bus.stop()


async def records(kafka: str, topic: str) -> list[ConsumerRecord[bytes, bytes]]:
    """Everything on a topic, partition by partition."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        places = sorted(consumer.assignment())
        ends = await consumer.end_offsets(places)
        found: list[ConsumerRecord[bytes, bytes]] = []
        while any([await consumer.position(it) < ends[it] for it in places]):
            for some in (await consumer.getmany(timeout_ms=200)).values():
                found += some
        return found
    finally:
        await consumer.stop()


def headers(**more: str | None) -> list[tuple[str, bytes]]:
    """Those of an event on its way; a None takes one away."""
    all = {
        "ce_type": "counted.v1",
        "ce_source": "/toys/a",
        "ce_sequence": "1",
        "ce_subject": "a",
        "ce_time": "2026-11-24T00:00:00+00:00",
    } | more
    all.setdefault("ce_id", f"{all['ce_source']}/{all['ce_sequence']}")
    return [(name, value.encode()) for name, value in all.items() if value is not None]


@asynccontextmanager
async def raw(kafka: str) -> AsyncIterator[Callable[..., Awaitable[None]]]:
    """Puts records on a topic as a stranger would: any bytes, any headers."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()

    async def put(topic: str, value: bytes | None, said: list[tuple[str, bytes]], partition: int = 0) -> None:
        await producer.send_and_wait(topic, value, key=b"a", headers=said, partition=partition)

    try:
        yield put
    finally:
        await producer.stop()


async def until(there: Callable[[], Awaitable[object] | object], seconds: float = 15) -> None:
    """Wait for something that must come; an AssertionError where it does not."""
    end = time.monotonic() + seconds
    while True:
        is_there = there()
        if isinstance(is_there, Awaitable):
            is_there = await is_there
        if is_there:
            return
        assert time.monotonic() < end, "it did not come"
        await asyncio.sleep(0.02)


def fresh(prefix: str = "t") -> str:
    return f"{prefix}{uuid.uuid4().hex[:12]}"


async def process(*arguments: str) -> asyncio.subprocess.Process:
    """Another process of ours that says `ready` and begins at a line of input."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.shared.worker", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert child.stdout
    assert (await child.stdout.readline()).strip() == b"ready"
    return child


def go(*children: asyncio.subprocess.Process) -> None:
    for child in children:
        assert child.stdin
        child.stdin.write(b"go\n")


def pending_of(row: dict[str, Any]) -> list[int]:
    return [it["ordinal"] for it in row.get("pending", ())]
