"""Parked messages: listed, sent once more past the sequence guard, set aside; and who did it is on record."""

from datetime import UTC, datetime
from typing import Any

import pytest

from deploy.engines import Engines
from shared.errors import NotFound
from shared.events import Envelope, Heard
from shared.parked import Parked, Parking
from shared.repository import Database
from tests.shared.toys import Ears, NotThat, fresh, headers, listening, raw, records, said_on, until

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def event(topic: str, sequence: int, id: str = "a") -> Envelope:
    data = b'{"count":%d}' % sequence
    return Envelope(topic, "counted.v1", f"/toys/{id}", sequence, id, "2026-11-24T00:00:00+00:00", "", data)


def second(heard: Heard[Any]) -> None:
    if heard.event.count == 2:
        raise NotThat("Not the second.")


@pytest.fixture
async def ears(engines: Engines, database: Database, topic: str) -> Ears:
    """Has heard 1, 2, 3 and parked the 2."""
    made = Ears(database, topic, said_on(topic))
    made.wrong = second
    async with listening(engines.kafka, made) as bus:
        await bus.publish([event(topic, n) for n in (1, 2, 3)])
        await until(lambda: bus.ears[0].handled == 3)
    assert await made.seen("a") == ("1", "3")
    made.wrong = None
    return made


async def one(engines: Engines, topic: str) -> Parked:
    (found,) = await Parking(engines.kafka).parked([topic], open_only=False)
    return found


async def test_a_parked_message_that_is_mended_goes_past_what_came_after_it_and_twice_is_once(
    engines: Engines, ears: Ears, topic: str
):
    parking, message = Parking(engines.kafka), await one(engines, topic)
    async with listening(engines.kafka, ears) as bus:
        for _ in range(2):
            await parking.replay([message], "operator-1", AT)
        await until(lambda: bus.ears[0].handled == 2)
    assert await ears.seen("a") == ("1", "3", "2")
    assert await parking.parked([topic]) == []


async def test_what_was_done_about_a_message_stands_behind_it_with_who_and_when(
    engines: Engines, ears: Ears, topic: str
):
    parking, message = Parking(engines.kafka), await one(engines, topic)
    assert message.settled is None
    await parking.set_aside([message], "operator-1", AT)
    assert await parking.parked([topic]) == []
    settled = (await one(engines, topic)).settled
    assert settled is not None
    assert (settled.outcome, settled.by, settled.at) == ("set-aside", "operator-1", AT)
    assert len(await records(engines.kafka, topic)) == 3, "setting aside sends nothing"


async def test_a_message_that_is_refused_again_is_parked_again(engines: Engines, ears: Ears, topic: str):
    parking, message = Parking(engines.kafka), await one(engines, topic)
    ears.wrong = second
    async with listening(engines.kafka, ears) as bus:
        await parking.replay([message], "operator-1", AT)
        await until(lambda: bus.ears[0].handled == 1)
    (again,) = await parking.parked([topic])
    assert again.id != message.id
    ears.wrong = None
    async with listening(engines.kafka, ears) as bus:
        await parking.replay([again], "operator-1", AT)
        await until(lambda: bus.ears[0].handled == 1)
    assert await ears.seen("a") == ("1", "3", "2")


async def test_a_message_is_sent_again_as_it_was_under_its_own_key_and_headers(
    engines: Engines, ears: Ears, topic: str
):
    original = (await records(engines.kafka, topic))[1]
    await Parking(engines.kafka).replay([await one(engines, topic)], "operator-1", AT)
    again = (await records(engines.kafka, topic))[-1]
    assert (again.key, again.value, again.partition) == (original.key, original.value, original.partition)
    assert list(again.headers) == [*original.headers, ("motcua-replay-of", b"/toys/a/2")]


async def test_messages_are_replayed_in_the_order_in_which_they_were_parked(
    engines: Engines, database: Database, topic: str
):
    ears = Ears(database, topic, said_on(topic))

    def none(_: Heard[Any]) -> None:
        raise NotThat("None of them.")

    ears.wrong = none
    async with listening(engines.kafka, ears) as bus:
        await bus.publish([event(topic, n) for n in range(1, 11)])
        await until(lambda: bus.ears[0].handled == 10)
        ears.wrong = None
        parking = Parking(engines.kafka)
        await parking.replay(await parking.parked([topic]), "operator-1", AT)
        await until(lambda: bus.ears[0].handled == 20)
    assert await ears.seen("a") == tuple(str(n) for n in range(1, 11))


async def test_messages_are_found_by_the_dossier_that_they_are_about(engines: Engines, ears: Ears, topic: str):
    ears.wrong = second
    async with listening(engines.kafka, ears) as bus:
        await bus.publish([event(topic, 2, "b")])
        await until(lambda: bus.ears[0].handled == 1)
    parking = Parking(engines.kafka)
    assert [it.subject for it in await parking.parked([topic])] == ["a", "b"]
    assert [it.subject for it in await parking.parked([topic], subject="b")] == ["b"]


async def test_a_stranger_without_any_headers_can_be_listed_replayed_and_set_aside(
    engines: Engines, database: Database, topic: str
):
    ears = Ears(database, topic, said_on(topic))
    async with raw(engines.kafka) as put, listening(engines.kafka, ears) as bus:
        await put(topic, b"\xff", [("x", b"\xff")])
        await until(lambda: bus.ears[0].handled == 1)
        parking, message = Parking(engines.kafka), await one(engines, topic)
        assert (message.type, message.value) == ("", b"\xff")
        await parking.replay([message], "operator-1", AT)
        await until(lambda: bus.ears[0].handled == 2)
    (again,) = await parking.parked([topic])
    await parking.set_aside([again], "operator-1", AT)
    assert await parking.parked([topic]) == []


async def test_a_replayed_message_goes_to_the_partition_from_which_it_came(
    engines: Engines, database: Database, topic: str
):
    ears = Ears(database, topic, said_on(topic))
    async with raw(engines.kafka) as put, listening(engines.kafka, ears) as bus:
        await put(topic, b"no", headers(), partition=1)
        await until(lambda: bus.ears[0].handled == 1)
        await Parking(engines.kafka).replay([await one(engines, topic)], "operator-1", AT)
        await until(lambda: bus.ears[0].handled == 2)
    assert [it.partition for it in await records(engines.kafka, topic)] == [1, 1]


async def test_one_message_is_found_by_its_id_and_another_id_is_not_found(engines: Engines, ears: Ears, topic: str):
    parking, message = Parking(engines.kafka), await one(engines, topic)
    assert (await parking.one([topic], message.id)).source == "/toys/a"
    with pytest.raises(NotFound):
        await parking.one([topic], "no/0/0@body")


async def test_a_topic_that_was_never_made_has_nothing_parked(engines: Engines):
    assert await Parking(engines.kafka).parked([fresh("nowhere-")]) == []
