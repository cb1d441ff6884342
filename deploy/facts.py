# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (the driver is only half typed; what leaves this module is typed)
"""What is said on the bus, read from outside: without a consumer group, so that nobody's place is moved."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import msgspec
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from deploy.trouble import CannotStart, Trouble
from shared.contracts import TOPICS
from shared.errors import Malformed
from shared.events import Envelope

ALL = tuple(topic.name for topic in TOPICS)
COMPACTED = frozenset(topic.name for topic in TOPICS if topic.compacted)
MOST_RECORDS = 2_000


class NothingCame(Trouble):
    """A fact that should have been said was not; the sentence names it."""


def name_of(fact: Envelope) -> str:
    """`dossier-accepted.v1` is `dossier-accepted`."""
    return fact.type.partition(".v")[0]


def told(fact: Envelope) -> dict[str, Any]:
    """What the fact says: the event's own fields; empty for a tombstone."""
    return msgspec.json.decode(fact.data) if fact.data else {}


def awaits_answer(fact: Envelope) -> bool:
    """Whether it is an online filing, of which who filed it hears before anybody has looked."""
    return name_of(fact) == "dossier-submitted" and bool(told(fact).get("respond_by"))


class Facts:
    """Everything that is said while it is open, each fact once, in the order of its partition.

    `hear` is called for each new one. `gaps` names what came without the fact before it: the log broke its promise.
    `repeats` counts facts that were said again, which at least once allows.
    """

    def __init__(
        self,
        servers: str,
        *,
        topics: Iterable[str] = ALL,
        from_start: bool = False,
        hear: Callable[[Envelope], None] | None = None,
    ) -> None:
        self._servers = servers
        self._topics = tuple(topics)
        self._from_start = from_start
        self._hear = hear
        self._last: dict[str, int] = {}
        self._news = asyncio.Condition()
        self.counts: Counter[str] = Counter()
        """How many different facts of each topic."""
        self.gaps: list[str] = []
        self.repeats = 0

    async def __aenter__(self) -> Self:
        """Raises CannotStart where no broker answers."""
        self._consumer = AIOKafkaConsumer(
            *self._topics, bootstrap_servers=self._servers, auto_offset_reset="earliest", enable_auto_commit=False
        )
        try:
            await self._consumer.start()
        except KafkaError as away:
            await self._consumer.stop()
            raise CannotStart(f"No Kafka answers at {self._servers}: start everything with `make run` first.") from away
        if not self._from_start:
            for partition, end in (await self._consumer.end_offsets(list(self._consumer.assignment()))).items():
                self._consumer.seek(partition, end)
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        await self._consumer.stop()

    async def until(self, true: Callable[[], bool], what: str, *, patience: float = 30.0) -> None:
        """Return when it is true; asked again whenever something came. Raises `NothingCame` after `patience` seconds.

        The patience begins anew with each fact that is heard: a long row of facts is not a standstill.
        """
        async with self._news:
            while not true():
                if self._reading.done():
                    self._reading.result()
                try:
                    await asyncio.wait_for(self._news.wait(), patience)
                except TimeoutError:
                    raise NothingCame(
                        f"{what} did not come within {patience:.0f} seconds: look into the logs of the services."
                    ) from None

    async def _read(self) -> None:
        while True:
            found = await self._consumer.getmany(timeout_ms=500, max_records=MOST_RECORDS)
            if not found:
                continue
            for records in found.values():
                for record in records:
                    with suppress(Malformed):  # what cannot be read is no fact: the services park it
                        self._take(Envelope.read(record.topic, record.headers, record.value or b""))
            async with self._news:
                self._news.notify_all()

    def _take(self, fact: Envelope) -> None:
        last = self._last.get(fact.source, 0)
        if fact.sequence <= last:
            self.repeats += 1
            return
        if fact.sequence > last + 1 and (last or self._from_start) and fact.topic not in COMPACTED:
            self.gaps.append(f"{fact.id} came after {last}")
        self._last[fact.source] = fact.sequence
        self.counts[fact.topic] += 1
        if self._hear:
            self._hear(fact)
