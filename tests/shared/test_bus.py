"""The bus on a real Kafka: applied once and in order; poison parked, outages waited for; quick and quiet."""

import asyncio
from collections import Counter as Tally
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import UnknownTopicOrPartitionError

from deploy.engines import Engines
from shared import bus as module, hearing
from shared.bus import Bus
from shared.errors import NotYet, Unavailable
from shared.events import Envelope, Heard
from shared.parked import Parking
from shared.relay import Relay
from shared.repository import Database
from tests.shared.toys import Counter, Ears, NotThat, carried, counters, fresh, headers, listening, raw, said_on, until

GOOD = b'{"count":1}'


@pytest.fixture
def ears(database: Database, topic: str) -> Ears:
    return Ears(database, topic, said_on(topic))


def event(topic: str, id: str, sequence: int) -> Envelope:
    data = b'{"count":%d}' % sequence
    return Envelope(topic, "counted.v1", f"/toys/{id}", sequence, id, "2026-11-24T00:00:00+00:00", "", data)


async def test_events_are_applied_in_order_once_though_published_twice_and_doubled(
    engines: Engines, ears: Ears, topic: str
):
    said = [event(topic, id, n) for n in range(1, 31) for id in ("a", "b", "c")]
    async with listening(engines.kafka, ears) as bus:
        for some in (said[:40], said[20:60], said, [it for it in said for _ in range(2)]):
            await bus.publish(some)
        await until(lambda: seen(ears, "a", 30))
        await until(lambda: bus.ears[0].handled == 40 + 40 + 90 + 180)
    for id in ("a", "b", "c"):
        assert await ears.seen(id) == tuple(str(n) for n in range(1, 31))


async def test_an_event_that_was_published_behind_a_later_one_does_not_undo_it(
    engines: Engines, ears: Ears, topic: str
):
    async with listening(engines.kafka, ears) as bus:
        await bus.publish([event(topic, "a", 1), event(topic, "a", 2), event(topic, "a", 1), event(topic, "a", 3)])
        await until(lambda: seen(ears, "a", 3))
    assert await ears.seen("a") == ("1", "2", "3")


async def test_another_group_that_starts_later_hears_everything_from_the_beginning(
    engines: Engines, ears: Ears, topic: str, database: Database
):
    async with listening(engines.kafka, ears) as bus:
        await bus.publish([event(topic, "a", n) for n in (1, 2, 3)])
        await until(lambda: seen(ears, "a", 3))
    async with listening(engines.kafka, ears, "others"):
        await asyncio.sleep(0.3)
    assert await ears.seen("a") == ("1", "2", "3"), "the same store: nothing is applied twice"


async def test_a_subscriber_that_was_stopped_goes_on_where_it_was(engines: Engines, ears: Ears, topic: str):
    for last in (3, 6):
        async with listening(engines.kafka, ears) as bus:
            await bus.publish([event(topic, "a", n) for n in range(last - 2, last + 1)])
            await until(lambda last=last: seen(ears, "a", last))
            handled = bus.ears[0].handled
    assert handled == 3, "a stop commits what was done"


POISON: dict[str, tuple[bytes | None, list[tuple[str, bytes]]]] = {
    "not JSON": (b"\x00\xff not json", headers(ce_source="/toys/1")),
    "not such an event": (b'{"count":"many"}', headers(ce_source="/toys/2")),
    "no data": (None, headers(ce_source="/toys/3")),
    "an unknown version": (GOOD, headers(ce_source="/toys/4", ce_type="counted.v9")),
    "no headers": (GOOD, []),
    "a header is missing": (GOOD, headers(ce_source="/toys/5", ce_subject=None)),
    "a sequence that is no number": (GOOD, headers(ce_source="/toys/6", ce_sequence="first")),
    "a header that is not text": (GOOD, [*headers(ce_source="/toys/7"), ("x", b"\xff\xfe")]),
    "a traceparent that is none": (b"not json", [*headers(ce_source="/toys/8"), ("traceparent", b"\xff1")]),
}


async def test_poison_is_parked_with_its_reason_while_its_neighbours_go_on(engines: Engines, ears: Ears, topic: str):
    async with raw(engines.kafka) as put:
        for n, (value, said) in enumerate(POISON.values()):
            good = headers(ce_source="/toys/good", ce_subject="good", ce_sequence=str(n + 1))
            await put(topic, value, said)
            await put(topic, b'{"count":%d}' % (n + 1), good)
    async with listening(engines.kafka, ears) as bus:
        await until(lambda: bus.ears[0].handled == 2 * len(POISON))
    assert await ears.seen("good") == tuple(str(n + 1) for n in range(len(POISON)))
    parked = await Parking(engines.kafka).parked([topic])
    assert [it.value for it in parked] == [value for value, _ in POISON.values()]
    assert Tally(it.because.partition(":")[0] for it in parked) == {"malformed": len(POISON)}
    assert "version 9 of counted" in parked[3].because
    assert [list(it.headers)[: len(said)] for it, (_, said) in zip(parked, POISON.values(), strict=True)] == [
        said for _, said in POISON.values()
    ], "with all the headers that it came with"


async def test_an_event_of_a_kind_that_nobody_here_knows_is_passed_over(engines: Engines, ears: Ears, topic: str):
    async with raw(engines.kafka) as put:
        await put(topic, GOOD, headers(ce_type="something-else.v1", ce_source="/toys/else"))
        await put(topic, GOOD, headers())
    async with listening(engines.kafka, ears) as bus:
        await until(lambda: bus.ears[0].handled == 2)
    assert await ears.seen("a") == ("1",)
    assert await Parking(engines.kafka).parked([topic]) == []


async def test_a_refusal_and_a_fault_are_parked_and_only_the_refusal_tells_its_words(
    engines: Engines, ears: Ears, topic: str, caplog: pytest.LogCaptureFixture
):
    def wrong(heard: Heard[Any]) -> object:
        if heard.event.count == 2:
            raise NotThat("Count something else.")
        if heard.event.count == 3:
            return failing(KeyError("Nguyễn Văn A"))
        return None

    ears.wrong = wrong
    async with listening(engines.kafka, ears) as bus:
        await bus.publish([event(topic, "a", n) for n in (1, 2, 3, 4)])
        await until(lambda: bus.ears[0].handled == 4)
        assert (bus.ears[0].parked, bus.ears[0].faults) == (2, 1)
    assert await ears.seen("a") == ("1", "4")
    refusal, fault = await Parking(engines.kafka).parked([topic])
    assert (refusal.kind, refusal.because) == ("refusal", "not-that: Count something else.")
    assert (fault.kind, fault.because.partition(" at ")[0]) == ("fault", "KeyError")
    assert "Nguyễn" not in fault.because
    assert refusal.parked_by == "toys"
    assert (refusal.type, refusal.source, refusal.subject) == ("counted.v1", "/toys/a", "a")
    assert "Nguyễn" not in caplog.text
    assert [it.message.startswith("ALARM") for it in caplog.records if it.levelname == "ERROR"] == [True]


async def test_while_the_store_is_away_nothing_is_parked_and_the_same_batch_comes_again(
    engines: Engines, ears: Ears, topic: str
):
    ears.wrong = lambda _: failing(Unavailable("no store"))
    async with listening(engines.kafka, ears) as bus:
        await bus.publish([event(topic, "a", n) for n in (1, 2, 3)])
        await until(lambda: bus.ears[0].waiting_since)
        ears.wrong = lambda heard: failing(Unavailable("no store")) if heard.event.count == 3 else None
        await until(lambda: seen(ears, "a", 2))
        ears.wrong = None
        await until(lambda: seen(ears, "a", 3))
        await until(lambda: bus.ears[0].handled == 3)
        assert bus.ears[0].waiting_since == 0
    assert await ears.seen("a") == ("1", "2", "3")
    assert await Parking(engines.kafka).parked([topic]) == []


async def test_what_is_not_there_yet_is_waited_for(engines: Engines, ears: Ears, topic: str):
    ears.wrong = lambda heard: failing(NotYet("the other topic is late")) if heard.event.count == 2 else None
    async with listening(engines.kafka, ears) as bus:
        await bus.publish([event(topic, "a", n) for n in (1, 2)])
        await until(lambda: bus.ears[0].waiting_since)
        ears.wrong = None
        await until(lambda: seen(ears, "a", 2))
    assert await Parking(engines.kafka).parked([topic]) == []


async def test_what_never_comes_is_parked_when_patience_ends(
    engines: Engines, ears: Ears, topic: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(hearing, "PATIENCE", 0.3)
    ears.wrong = lambda heard: failing(NotYet("it never comes")) if heard.event.count == 2 else None
    async with listening(engines.kafka, ears) as bus:
        await bus.publish([event(topic, "a", n) for n in (1, 2, 3)])
        await until(lambda: bus.ears[0].handled == 3)
    assert [it.because for it in await Parking(engines.kafka).parked([topic])] == ["not-yet: it never comes"]
    assert await ears.seen("a") == ("1", "3")


async def test_an_outage_before_does_not_use_up_the_patience_for_what_is_not_there_yet(
    engines: Engines, ears: Ears, topic: str, monkeypatch: pytest.MonkeyPatch
):
    ears.wrong = lambda _: failing(Unavailable("no store"))
    async with listening(engines.kafka, ears) as bus:
        await bus.publish([event(topic, "a", 1)])
        await until(lambda: bus.ears[0].waiting_since)
        bus.ears[0].waiting_since -= hearing.PATIENCE + 1
        ears.wrong = lambda _: failing(NotYet("the other topic is late"))
        await asyncio.sleep(1)
        ears.wrong = None
        await until(lambda: seen(ears, "a", 1))
    assert await Parking(engines.kafka).parked([topic]) == []


class Bug(Exception):
    """A bug in a rule, or in a handler."""


def rule(store: Ears, heard: Heard[Any], *, wrong: bool, reason: Exception) -> "asyncio.Future[Counter]":
    """As a real handler: the rule runs in the repository, and may have a bug."""

    def decide(there: Counter | None) -> Any:
        if wrong:
            raise reason
        return (there or Counter(id)).see(str(heard.event.count))

    id = heard.envelope.subject
    return store.counters.keep(id, decide, cause=heard)


def handler(_: Ears, __: Heard[Any], *, wrong: bool, reason: Exception) -> None:
    if wrong:
        raise reason


@pytest.mark.parametrize("place", [rule, handler])
@pytest.mark.parametrize("every", [1, 3])
async def test_too_many_faults_hold_the_topic_and_nothing_is_lost_when_they_are_mended(
    engines: Engines, ears: Ears, topic: str, every: int, place: Any
):
    ears.wrong = lambda it: place(ears, it, wrong=it.event.count % every == 0, reason=Bug())
    async with listening(engines.kafka, ears) as bus:
        await bus.publish([event(topic, f"a{n}", m) for n in range(80) for m in (1, 2, 3)])
        await until(lambda: bus.ears[0].held_because)
        assert bus.ears[0].held_because.startswith("Bug at ")
        ears.wrong = None
        await until(lambda: bus.ears[0].handled == 240)
        assert bus.ears[0].held_because == ""
        assert bus.ears[0].parked < hearing.MOST_FAULTS
    parked = await Parking(engines.kafka).parked([topic])
    seen = [await ears.seen(f"a{n}") for n in range(80)]
    assert sum(len(it) for it in seen) + len(parked) == 240
    assert all(list(it) == sorted(it) for it in seen)


@pytest.mark.parametrize("place", [rule, handler])
async def test_a_few_faults_are_parked_and_what_stands_behind_them_goes_on_in_order(
    engines: Engines, ears: Ears, topic: str, place: Any
):
    ears.wrong = lambda it: place(ears, it, wrong=it.event.count in {2, 3, 7}, reason=Bug())
    async with listening(engines.kafka, ears) as bus:
        await bus.publish([event(topic, "a", n) for n in range(1, 10)])
        await until(lambda: bus.ears[0].handled == 9)
    assert await ears.seen("a") == ("1", "4", "5", "6", "8", "9")
    assert [it.source for it in await Parking(engines.kafka).parked([topic])] == 3 * ["/toys/a"]


@pytest.mark.parametrize("place", [rule, handler])
async def test_what_waits_is_not_overtaken_by_what_stands_behind_it(
    engines: Engines, ears: Ears, topic: str, place: Any
):
    ears.wrong = lambda it: place(ears, it, wrong=it.event.count == 2, reason=NotYet("the other topic is late"))
    async with listening(engines.kafka, ears) as bus:
        await bus.publish([event(topic, "a", n) for n in range(1, 6)])
        await until(lambda: bus.ears[0].waiting_since)
        assert await ears.seen("a") == ("1",)
        ears.wrong = None
        await until(lambda: bus.ears[0].handled == 5)
    assert await ears.seen("a") == ("1", "2", "3", "4", "5")
    assert await Parking(engines.kafka).parked([topic]) == []


async def test_a_fault_in_keeping_what_a_rule_answered_holds_back_what_stands_behind_it(
    engines: Engines, ears: Ears, topic: str
):
    ears.wrong = lambda it: ears.counters.keep("a", lambda _: Counter("a").hold(object()), cause=it)
    async with listening(engines.kafka, ears) as bus:
        await bus.publish([event(topic, "a", n) for n in range(1, 101)])
        await until(lambda: bus.ears[0].held_because)
        ears.wrong = None
        await until(lambda: bus.ears[0].handled == 100)
    parked = {it.source for it in await Parking(engines.kafka).parked([topic])}
    assert parked == {"/toys/a"}
    seen = await ears.seen("a")
    assert seen == tuple(str(n) for n in range(hearing.MOST_FAULTS + 1, 101)), (
        "those before stand parked, to be replayed"
    )


async def test_a_topic_that_is_held_does_not_hold_another(engines: Engines, ears: Ears, topic: str, database: Database):
    other = fresh("topic-")
    from deploy.provision import Wanted, make_topics

    await make_topics(engines.kafka, [Wanted(other, 1, {}), Wanted(f"{other}.parked", 1, {})])
    more = Ears(database, other, said_on(other))
    ears.wrong = lambda _: failing(ZeroDivisionError())
    bus = Bus(engines.kafka, "toys")
    for it in (ears, more):
        bus.listen(it.hears, it)
    await bus.start()
    await bus.publish([event(topic, "a", n) for n in range(1, 100)])
    await until(lambda: bus.ears[0].held_because)
    await bus.publish([event(other, "b", 1)])
    await until(lambda: seen(more, "b", 1))
    await bus.deafen()
    await bus.stop()


async def test_an_idle_subscriber_rests_and_yet_an_event_ends_its_rest_at_once(
    engines: Engines, ears: Ears, topic: str, monkeypatch: pytest.MonkeyPatch
):
    polls: list[asyncio.Future[None]] = []
    getmany = module._WaitingConsumer.getmany

    async def counted(self: Any, *given: Any, **named: Any) -> Any:
        if topic not in (self.subscription() or ()):  # of another service in this process
            return await getmany(self, *given, **named)
        polls.append(asyncio.get_running_loop().create_future())
        try:
            return await getmany(self, *given, **named)
        finally:
            polls[-1].set_result(None)

    monkeypatch.setattr(module._WaitingConsumer, "getmany", counted)
    monkeypatch.setattr(module, "LONGEST_WAIT", 3_000)
    async with listening(engines.kafka, ears) as bus:
        await bus.publish([event(topic, "a", 1)])
        await until(lambda: seen(ears, "a", 1))
        await asyncio.sleep(0.2)
        idle = len(polls)
        await asyncio.sleep(1.5)
        assert len(polls) <= idle + 1
        await until(lambda: not polls[-1].done())
        resting = len(polls)
        await bus.publish([event(topic, "a", 2)])
        await until(polls[resting - 1].done)
        assert len(polls) <= resting + 1, "it was that very poll that brought the event"
        await until(lambda: seen(ears, "a", 2))


async def test_a_store_and_its_relay_and_a_listener_bring_an_aggregate_across(
    engines: Engines, ears: Ears, topic: str, database: Database
):
    kind = said_on(topic)
    bus = Bus(engines.kafka, "sayer")
    await bus.start()
    relay = Relay(bus.publish)
    sayer = counters(database.client[f"{database.name}_sayer"], relay.carry)
    async with listening(engines.kafka, ears), carried(relay, sayer):
        await sayer.create("a", lambda: Counter("a").add(kind))
        for _ in range(20):
            await sayer.change("a", lambda it: it.add(kind))
        await until(lambda: seen(ears, "a", 21))
        await relay.drained()
    await bus.stop()
    assert await ears.seen("a") == tuple(str(n) for n in range(1, 22))
    await database.client.drop_database(f"{database.name}_sayer")


async def test_without_a_broker_starting_and_publishing_say_unavailable(topic: str):
    bus = Bus("127.0.0.1:1", "toys")
    with pytest.raises(Unavailable):
        await bus.publish([event(topic, "a", 1)])
    with pytest.raises(Unavailable):
        await bus.start()
    assert not await bus.is_reachable()


async def test_a_bus_that_cannot_make_its_consumers_wait_says_so_at_start_and_leaves_no_producer_open(
    engines: Engines, monkeypatch: pytest.MonkeyPatch
):
    bus, stopped = Bus(engines.kafka, "toys"), list[object]()
    connect, stop = bus.broker.connect, AIOKafkaProducer.stop

    async def otherwise() -> None:
        await connect()
        bus.broker.config.broker_config.builder = AIOKafkaConsumer

    async def noted(self: AIOKafkaProducer) -> None:
        stopped.append(self)
        await stop(self)

    monkeypatch.setattr(bus.broker, "connect", otherwise)
    monkeypatch.setattr(AIOKafkaProducer, "stop", noted)
    with pytest.raises(TypeError, match=r"uv\.lock"):
        await bus.start()
    assert bus._producer in stopped
    await bus.deafen()


async def test_a_topic_that_is_not_there_is_weather_and_no_fault(topic: str):
    class Producer:
        async def partitions_for(self, topic: str) -> set[int]:
            raise UnknownTopicOrPartitionError(topic)

    bus = Bus("127.0.0.1:1", "toys")
    bus._producer = Producer()  # type: ignore[assignment]
    with pytest.raises(Unavailable):
        await bus.publish([event(topic, "a", 1)])


async def test_offsets_are_committed_only_behind_what_was_done(engines: Engines, ears: Ears, topic: str):
    async with listening(engines.kafka, ears) as bus:
        await bus.publish([event(topic, "a", n) for n in range(1, 6)])
        await until(lambda: bus.ears[0].handled == 5)
        ears.wrong = lambda _: failing(Unavailable("no store"))
        await bus.publish([event(topic, "a", n) for n in range(6, 9)])
        await until(lambda: bus.ears[0].waiting_since)
        assert await committed(engines.kafka, f"toys.{topic}", topic) == 5
        ears.wrong = None
        await until(lambda: bus.ears[0].handled == 8)
    assert await committed(engines.kafka, f"toys.{topic}", topic) == 8


async def committed(kafka: str, group: str, topic: str) -> int:
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        return sum([await consumer.committed(TopicPartition(topic, it)) or 0 for it in (0, 1)])
    finally:
        await consumer.stop()


async def seen(ears: Ears, id: str, last: int) -> bool:
    return str(last) in await ears.seen(id)


def failing(reason: Exception) -> "asyncio.Future[object]":
    future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    future.set_exception(reason)
    return future
