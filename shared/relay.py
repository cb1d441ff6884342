"""The relay: brings what happened from the store to the bus.

Every event is published at least once, and never before the one that precedes it: an aggregate's event n+1
is on the bus only behind an n. For that, whoever writes an event while earlier ones are pending hands over all
of them, and one relay publishes one round after the other. With the bus away it holds no more than `MOST_HELD`
events or `MOST_BYTES` of them in memory: what is beyond stays in the store, where the sweep finds it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from shared.decisions import Pending
from shared.errors import Unavailable, place, way
from shared.events import Envelope

__all__ = ["Relay", "Store"]

log = logging.getLogger(__name__)

MOST_IN_ROUND = 1_000
MOST_HELD = 20_000
"""Events in memory."""
MOST_BYTES = 64 * 1024 * 1024
"""Bytes of their data in memory."""
MOST_REMEMBERED = 50_000
"""Aggregates whose last carried event is remembered, so that it is not carried twice."""
MOST_SWEPT = 500
"""Aggregates read by one sweep."""


class Store(Protocol):
    @property
    def name(self) -> str: ...
    async def acknowledged(self, carried: Mapping[str, int]) -> None: ...
    async def overdue(self, age: timedelta, most: int) -> list[tuple[str, list[Pending]]]: ...


Key = tuple[str, str]


class Relay:
    def __init__(
        self,
        publish: Callable[[Sequence[Envelope]], Awaitable[None]],
        *,
        late: timedelta = timedelta(seconds=5),
        pause: float = 0.05,
    ) -> None:
        self._publish = publish
        self._late = late
        self._pause = pause
        self._hand: list[tuple[Key, Pending]] = []
        self._bytes = 0
        """Of the data of what is in hand."""
        self._taken: dict[Key, int] = {}
        """For each aggregate of late, the last event that is in hand or was acknowledged."""
        self._carried: dict[Key, int] = {}
        """What the bus acknowledged and the store does not know yet."""
        self._something = asyncio.Event()
        self._published = 0

    @property
    def held(self) -> int:
        """Events in memory that the bus has not acknowledged."""
        return len(self._hand)

    @property
    def held_bytes(self) -> int:
        return self._bytes

    @property
    def published(self) -> int:
        return self._published

    def carry(self, store: Store, id: str, pending: Sequence[Pending]) -> None:
        """Take an aggregate's pending events, in their order; those already in hand are passed over."""
        if self._is_full:
            return  # not taken, so whoever writes the next one hands over these again, or the sweep does
        key = (store.name, id)
        taken = self._taken.pop(key, 0)
        more = [(key, it) for it in pending if it.ordinal > taken]
        self._hand += more
        self._bytes += _size(more)
        self._taken[key] = max(taken, pending[-1].ordinal)
        if len(self._taken) > MOST_REMEMBERED:
            del self._taken[next(iter(self._taken))]  # forgetting costs a repetition, not the order
        self._something.set()

    async def run(self, stores: Sequence[Store]) -> None:
        """Publish what is handed over, clear what is acknowledged, and sweep up after the dead. Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_forever("publish", self._round))
            tasks.create_task(_forever("clear", lambda: self._clear(stores)))
            tasks.create_task(_forever("sweep", lambda: self._sweep(stores)))

    async def drained(self) -> None:
        """Return when nothing is held and everything acknowledged is cleared."""
        while self._hand or self._carried:  # noqa: ASYNC110  once, at the end
            await asyncio.sleep(self._pause)

    @property
    def _is_full(self) -> bool:
        return len(self._hand) >= MOST_HELD or self._bytes >= MOST_BYTES

    async def _round(self) -> None:
        await self._something.wait()
        round = self._hand[:MOST_IN_ROUND]
        await self._publish([it.envelope for _, it in round])
        del self._hand[: len(round)]
        self._bytes -= _size(round)
        self._published += len(round)
        if not self._hand:
            self._something.clear()
        self._carried |= {key: it.ordinal for key, it in round}

    async def _clear(self, stores: Sequence[Store]) -> None:
        await asyncio.sleep(self._pause)
        for store in stores:
            if carried := {key: last for key, last in self._carried.items() if key[0] == store.name}:
                await store.acknowledged({id: last for (_, id), last in carried.items()})
                self._carried = {key: last for key, last in self._carried.items() if carried.get(key) != last}

    async def _sweep(self, stores: Sequence[Store]) -> None:
        for store in stores:
            while not self._is_full and await self._sweep_some(store):
                pass
        await asyncio.sleep(self._late.total_seconds() / 2)

    async def _sweep_some(self, store: Store) -> bool:
        """Take what is overdue and not in hand, and carry it; whether there may be more."""
        swept: set[Key] = set()
        held = {key for key, _ in self._hand} | self._carried.keys()
        for id, pending in await store.overdue(self._late, MOST_SWEPT):
            if (store.name, id) not in held:
                self._taken.pop((store.name, id), None)
                self.carry(store, id, pending)
                swept.add((store.name, id))
        if swept:
            log.warning("swept %d %s whose events nobody had carried", len(swept), store.name)
        upto = self._published + len(self._hand)
        while self._published < upto or not swept.isdisjoint(self._carried):  # noqa: ASYNC110  new ones come meanwhile
            await asyncio.sleep(self._pause)
        return bool(swept)


def _size(held: Sequence[tuple[Key, Pending]]) -> int:
    return sum(len(it.envelope.data) for _, it in held)


async def _forever(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Nothing is lost by a failure: what was not finished is still in hand, or in the store."""
    while True:
        try:
            await work()
        except Unavailable as away:
            log.warning("%s: %s; trying again", name, away)
            await asyncio.sleep(0.5)
        except Exception as fault:  # noqa: BLE001  it must go on
            log.error("ALARM: %s failed, trying again: %s (%s)", name, place(fault), way(fault))  # noqa: TRY400  no words
            await asyncio.sleep(0.5)
