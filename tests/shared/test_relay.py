"""The relay: at least once, in order, without a gap; bounded while the bus is away; nothing stays behind."""

import asyncio
from datetime import timedelta

import pytest

from deploy.engines import Engines
from shared import relay as module
from shared.bus import Bus
from shared.errors import Unavailable
from shared.relay import Relay
from shared.repository import Database
from tests.shared.toys import Counter, Published, carried, counters, gaps, records, said_on, sequences, until

SAID = said_on("toys")
SOON = timedelta(seconds=0.2)


def ids(count: int) -> list[str]:
    return [f"c{n}" for n in range(count)]


async def test_what_is_written_is_published_in_order_once_and_nothing_stays_pending(database: Database):
    published = Published()
    relay = Relay(published)
    repository = counters(database, relay.carry)
    async with carried(relay, repository):
        await asyncio.gather(*(repository.create(id, lambda it=id: Counter(it).add(SAID)) for id in ids(10)))
        await asyncio.gather(*(repository.change(id, lambda it: it.add(SAID, many=2)) for id in ids(10) * 20))
        await relay.drained()
    assert published.sequences() == {f"/toys/{id}": list(range(1, 42)) for id in ids(10)}
    assert await repository.pending() == 0
    assert relay.published == 410
    assert relay.held == 0


async def test_a_sweep_carries_what_a_dead_process_left_behind(database: Database):
    dead = counters(database)
    await asyncio.gather(*(dead.create(id, lambda it=id: Counter(it).add(SAID, many=3)) for id in ids(40)))
    assert await dead.pending() == 40
    published = Published()
    relay = Relay(published, late=SOON)
    living = counters(database, relay.carry)
    async with carried(relay, living):
        await until(lambda: nothing_pending(living))
    assert published.sequences() == {f"/toys/{id}": [1, 2, 3] for id in ids(40)}


async def test_whoever_writes_next_carries_what_a_dead_process_left_first(database: Database):
    await counters(database).create("a", lambda: Counter("a").add(SAID, many=2))
    published = Published()
    relay = Relay(published, late=timedelta(hours=1))
    living = counters(database, relay.carry)
    async with carried(relay, living):
        await living.change("a", lambda it: it.add(SAID))
        await relay.drained()
    assert published.sequences() == {"/toys/a": [1, 2, 3]}
    assert await living.pending() == 0


async def test_a_sweep_comes_through_while_new_events_never_cease(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST_SWEPT", 20)
    dead = counters(database)
    await asyncio.gather(*(dead.create(id, lambda it=id: Counter(it).add(SAID)) for id in ids(100)))
    published = Published()
    relay = Relay(published, late=SOON)
    living = counters(database, relay.carry)
    await living.create("busy", lambda: Counter("busy").add(SAID))

    async def never_ceasing() -> None:
        while True:
            await living.change("busy", lambda it: it.add(SAID))

    async with carried(relay, living):
        busy = asyncio.create_task(never_ceasing())
        await until(lambda: {f"/toys/{id}" for id in ids(100)} <= {it.source for it in published.events})
        busy.cancel()
        await asyncio.wait([busy])
        await living.close()
    assert gaps(published.sequences()) == []


async def test_with_the_bus_away_memory_is_bounded_and_later_everything_is_published_in_order(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "MOST_HELD", 30)
    published = Published()
    published.away = Unavailable("no broker")
    relay = Relay(published, late=SOON)
    repository = counters(database, relay.carry)
    async with carried(relay, repository):
        await asyncio.gather(*(repository.create(id, lambda it=id: Counter(it).add(SAID)) for id in ids(20)))
        for _ in range(5):
            await asyncio.gather(*(repository.change(id, lambda it: it.add(SAID)) for id in ids(20)))
        assert 30 <= relay.held <= 30 + 6, "no more than the bound and the aggregate that reached it"
        published.away = None
        await until(lambda: nothing_pending(repository))
        await relay.drained()
    said = published.sequences()
    assert gaps(said) == []
    assert {source: max(numbers) for source, numbers in said.items()} == {f"/toys/{id}": 6 for id in ids(20)}


async def test_with_the_bus_away_the_bytes_in_memory_are_bounded_too_and_later_everything_is_published_in_order(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "MOST_BYTES", 10_000)
    published = Published()
    published.away = Unavailable("no broker")
    relay = Relay(published, late=SOON)
    repository = counters(database, relay.carry)
    async with carried(relay, repository):
        for id in ids(20):
            await repository.create(id, lambda it=id: Counter(it).add(SAID, words="x" * 2_000))
        assert 10_000 <= relay.held_bytes < 10_000 + 2_500, "no more than the bound and the event that reached it"
        assert relay.held == 5
        published.away = None
        await until(lambda: nothing_pending(repository))
        await relay.drained()
    assert published.sequences() == {f"/toys/{id}": [1] for id in ids(20)}
    assert (relay.held, relay.held_bytes) == (0, 0)


async def test_a_fault_of_the_bus_is_tried_again_and_loses_nothing(database: Database):
    published = Published()
    published.away = RuntimeError("a surprise")
    relay = Relay(published)
    repository = counters(database, relay.carry)
    async with carried(relay, repository):
        await repository.create("a", lambda: Counter("a").add(SAID))
        await asyncio.sleep(0.1)
        assert relay.held == 1
        published.away = None
        await relay.drained()
    assert published.sequences() == {"/toys/a": [1]}


async def test_acknowledging_an_older_event_leaves_the_newer_one_pending(database: Database):
    repository = counters(database)
    await repository.create("a", lambda: Counter("a").add(SAID))
    await repository.change("a", lambda it: it.add(SAID))
    await repository.acknowledged({"a": 1})
    row = await database["counters"].find_one({"_id": "a"})
    assert row
    assert [it["ordinal"] for it in row["pending"]] == [2]
    await repository.acknowledged({"a": 2})
    assert await repository.pending() == 0


async def test_two_replicas_keep_each_aggregates_order_in_the_log(engines: Engines, database: Database, topic: str):
    kind = said_on(topic)
    buses = [Bus(engines.kafka, "toys"), Bus(engines.kafka, "toys")]
    relays = [Relay(it.publish, late=SOON) for it in buses]
    replicas = [counters(database, it.carry) for it in relays]
    await asyncio.gather(*(it.start() for it in buses))
    async with carried(relays[0], replicas[0]), carried(relays[1], replicas[1]):
        await asyncio.gather(*(replicas[0].create(id, lambda it=id: Counter(it).add(kind)) for id in ids(10)))
        for _ in range(20):
            changes = (it.change(id, lambda c: c.add(kind)) for id in ids(10) for it in replicas)
            await asyncio.gather(*changes)
        await until(lambda: nothing_pending(replicas[0]))
    await asyncio.gather(*(it.stop() for it in buses))
    log = await records(engines.kafka, topic)
    said = sequences((dict(it.headers)["ce_source"].decode(), int(dict(it.headers)["ce_sequence"])) for it in log)
    assert gaps(said) == []
    assert {max(it) for it in said.values()} == {41}
    assert len(said) == 10


async def nothing_pending(repository: object) -> bool:
    return await repository.pending() == 0  # type: ignore[attr-defined]
