"""Numbers in a series: from 1 on, without gap or twin, whoever contends, is refused or dies."""

import asyncio

import pytest

from deploy.engines import Engines
from shared.decisions import CannotBeKept
from shared.errors import Conflict
from shared.repository import Database, Repository
from tests.shared.toys import Counter, counters, fresh, go, nobody, process, until


async def taken(database: Database, series: str = "s") -> list[int]:
    found = database["counters"].find({"series": series}, {"number": 1, "state.number": 1})
    rows = [row async for row in found]
    assert all(row["number"] == row["state"]["number"] for row in rows)
    return sorted(row["number"] for row in rows)


@pytest.fixture
async def repository(database: Database) -> Repository[Counter]:
    made = counters(database)
    await made.prepare()
    return made


def take(repository: Repository[Counter], series: str = "s") -> "asyncio.Future[Counter]":
    id = fresh()
    return repository.create_numbered(id, series, lambda nth: Counter(id).numbered(nth))


async def test_two_repositories_and_refusals_in_between_leave_no_gap_and_no_twin(
    database: Database, repository: Repository[Counter]
):
    other = counters(database)
    asked = []
    for n in range(300):
        asked.append(take(repository if n % 2 else other))
        if n % 7 == 0:
            asked.append(repository.create_numbered(fresh(), "s", lambda _: Counter("").refuse()))
        if n % 50 == 0:
            await asyncio.sleep(0.01)
    await asyncio.gather(*asked, return_exceptions=True)
    assert await taken(database) == list(range(1, 301))


async def test_two_processes_that_contend_leave_no_gap_and_no_twin(
    engines: Engines, database: Database, repository: Repository[Counter]
):
    arguments = (engines.mongo_url, database.name, "s", "5", "12")
    both = await asyncio.gather(process("number", *arguments), process("number", *arguments))
    go(*both)
    assert [await it.wait() for it in both] == [0, 0]
    assert await taken(database) == list(range(1, 121))


async def test_a_writer_that_is_killed_leaves_no_gap_and_another_goes_on_behind_it(
    engines: Engines, database: Database, repository: Repository[Counter]
):
    victim = await process("number", engines.mongo_url, database.name, "s", "40", "0")
    go(victim)

    async def has_begun() -> bool:
        return await repository.count({"series": "s"}) > 100

    await until(has_begun, 60)
    victim.kill()
    await victim.wait()
    await asyncio.gather(*(take(repository) for _ in range(50)))
    numbers = await taken(database)
    assert numbers == list(range(1, len(numbers) + 1))


async def test_numbers_go_on_past_9999(database: Database, repository: Repository[Counter]):
    rows = [
        {"_id": f"n{n}", "version": 1, "state": {"id": f"n{n}", "number": n}, "series": "s", "number": n}
        for n in range(1, 9_998)
    ]
    await database["counters"].insert_many(rows)
    made = await asyncio.gather(*(take(repository) for _ in range(5)))
    assert sorted(it.number for it in made) == [9_998, 9_999, 10_000, 10_001, 10_002]


async def test_series_are_counted_apart_also_in_one_flush(database: Database, repository: Repository[Counter]):
    await asyncio.gather(*(take(repository, f"s{n % 3}") for n in range(60)))
    assert [await taken(database, f"s{n}") for n in range(3)] == 3 * [list(range(1, 21))]


async def test_state_that_cannot_be_encoded_burns_no_number(database: Database, repository: Repository[Counter]):
    def broken() -> "asyncio.Future[Counter]":
        return repository.create_numbered(fresh(), "s", lambda nth: Counter("x", nth, nth).hold(2**64))

    asked = [take(repository), broken(), take(repository), broken(), take(repository)]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(it) for it in outcomes] == [Counter, CannotBeKept, Counter, CannotBeKept, Counter]
    assert await taken(database) == [1, 2, 3]


async def test_an_id_that_is_taken_burns_no_number(database: Database, repository: Repository[Counter]):
    await repository.create("a", lambda: (Counter("a"),))
    clash = repository.create_numbered("a", "s", lambda nth: Counter("a").numbered(nth))
    outcomes = await asyncio.gather(take(repository), clash, take(repository), return_exceptions=True)
    assert [type(it) for it in outcomes] == [Counter, Conflict, Counter]
    assert await taken(database) == [1, 2]


async def test_a_change_takes_a_number_too_and_a_refused_one_gives_it_back(
    database: Database, repository: Repository[Counter]
):
    for id in "abc":
        await repository.create(id, lambda it=id: (Counter(it),))
    outcomes = await asyncio.gather(
        repository.change_numbered("a", "s", lambda it, nth: it.numbered(nth)),
        repository.change_numbered("b", "s", lambda it, _: it.refuse()),
        repository.change_numbered("c", "s", lambda it, nth: it.numbered(nth)),
        return_exceptions=True,
    )
    assert [it.number for it in outcomes if isinstance(it, Counter)] == [1, 2]


async def test_a_number_that_was_taken_is_written_even_where_nothing_else_changed(
    database: Database, repository: Repository[Counter]
):
    await repository.create("a", lambda: (Counter("a", number=1),))
    await repository.change_numbered("a", "s", lambda it, _: (it,))
    assert (await take(repository)).number == 2
    assert await taken(database) == [1, 2]


async def test_a_repository_that_starts_anew_goes_on_where_the_last_one_ended(
    database: Database, repository: Repository[Counter]
):
    await asyncio.gather(*(take(repository) for _ in range(5)))
    assert (await take(counters(database, nobody))).number == 6
