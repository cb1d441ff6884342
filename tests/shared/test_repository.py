"""The repository on a real MongoDB: what it promises, one test for each promise."""

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from deploy.engines import Engines
from shared.decisions import MOST_BYTES, MOST_STATE, CannotBeKept, GrownTooLarge
from shared.errors import Conflict, NotFound
from shared.events import Envelope, Heard
from shared.repository import Database, Index
from tests.shared.toys import SILENT, Counter, NotThat, counters, go, process


def heard(sequence: int, source: str = "/others/1", replay_of: str = "") -> Heard[SILENT]:
    envelope = Envelope("others", "counted.v1", source, sequence, "s", "2026-11-24T00:00:00Z", "", b"", replay_of)
    return Heard(SILENT(count=sequence), envelope)


async def test_a_thousand_changes_of_one_aggregate_from_two_processes_are_all_counted_in_few_writes(
    engines: Engines, database: Database
):
    await counters(database).create("one", lambda: (Counter("one"),))
    arguments = (engines.mongo_url, database.name, "one", "50", "10")
    both = await asyncio.gather(process("add", *arguments), process("add", *arguments))
    go(*both)
    assert [await it.wait() for it in both] == [0, 0]
    row = await database["counters"].find_one({"_id": "one"})
    assert row
    assert row["state"]["count"] == 1_000
    assert row["version"] < 400


async def test_changes_that_wait_for_one_another_keep_their_order(database: Database):
    repository = counters(database)
    await repository.create("one", lambda: (Counter("one"),))
    await asyncio.gather(*(repository.change("one", lambda it, n=n: it.see(str(n))) for n in range(200)))
    assert (await repository.get("one")).seen == tuple(str(n) for n in range(200))


async def test_a_lone_call_waits_for_no_company(database: Database, monkeypatch: pytest.MonkeyPatch):
    repository = counters(database)
    await repository.create("one", lambda: (Counter("one"),))
    loop, timers = asyncio.get_running_loop(), []
    for name in ("call_later", "call_at"):
        monkeypatch.setattr(loop, name, lambda *given, **_: timers.append(given))
    await repository.change("one", lambda it: it.add())
    assert timers == []


async def test_a_refusal_writes_nothing_and_disturbs_no_neighbour_in_its_flush(database: Database):
    repository = counters(database)
    for id in ("a", "b"):
        await repository.create(id, lambda it=id: (Counter(it),))
    before = await database["counters"].find_one({"_id": "b"})
    outcomes = await asyncio.gather(
        repository.change("a", lambda it: it.add()),
        repository.change("b", lambda it: it.refuse()),
        repository.change("a", lambda it: it.refuse()),
        repository.change("a", lambda it: it.add()),
        repository.create("c", lambda: Counter("c").refuse()),
        repository.create("d", lambda: (Counter("d"),)),
        return_exceptions=True,
    )
    assert [type(it) for it in outcomes] == [Counter, NotThat, NotThat, Counter, NotThat, Counter]
    assert await database["counters"].find_one({"_id": "b"}) == before
    assert (await repository.get("a")).count == 2
    assert await database["counters"].find_one({"_id": "c"}) is None


async def test_state_that_cannot_be_encoded_fails_alone(database: Database):
    repository = counters(database)
    for id in ("a", "b"):
        await repository.create(id, lambda it=id: (Counter(it),))
    outcomes = await asyncio.gather(
        repository.change("a", lambda it: it.add()),
        repository.change("a", lambda it: it.hold(object())),
        repository.change("a", lambda it: it.add()),
        repository.change("b", lambda it: it.add()),
        repository.create("c", lambda: Counter("c").hold(object())),
        return_exceptions=True,
    )
    assert [type(it) for it in outcomes] == [Counter, TypeError, Counter, Counter, TypeError]
    kept = await repository.get("a")
    assert (kept.count, kept.anything) == (2, None)


@pytest.mark.parametrize("what", [2**63, -(2**63) - 1, "\ud800"])
async def test_what_no_document_can_hold_is_refused_and_not_a_fault(database: Database, what: object):
    repository = counters(database)
    await repository.create("a", lambda: (Counter("a"),))
    with pytest.raises(CannotBeKept):
        await repository.change("a", lambda it: it.hold(what))
    assert (await repository.get("a")).anything is None


async def test_an_aggregate_that_would_outgrow_its_document_is_refused_and_stays_as_it_was(database: Database):
    repository = counters(database)
    await repository.create("a", lambda: (Counter("a"),))
    neighbour = repository.create("b", lambda: (Counter("b"),))
    with pytest.raises(GrownTooLarge):
        await repository.change("a", lambda it: it.hold("x" * MOST_STATE))
    assert (await repository.get("a")).anything is None
    assert (await neighbour).id == "b"


async def test_an_event_that_is_too_large_is_refused_before_anything_is_written(database: Database):
    repository = counters(database)
    await repository.create("a", lambda: (Counter("a"),))
    with pytest.raises(ValueError, match="too large"):
        await repository.change("a", lambda it: it.add(SILENT, "x" * MOST_BYTES))
    row = await database["counters"].find_one({"_id": "a"})
    assert row
    assert (row["state"]["count"], row.get("pending")) == (0, None)


async def test_a_document_that_cannot_be_read_fails_only_its_own_callers(database: Database):
    repository = counters(database)
    await database["counters"].insert_one({"_id": "a", "version": 1, "state": {"nothing": "of ours"}})
    await repository.create("b", lambda: (Counter("b"),))
    outcomes = await asyncio.gather(
        *(repository.change(it, lambda it: it.add()) for it in ("a", "b", "a")), return_exceptions=True
    )
    assert [isinstance(it, Counter) for it in outcomes] == [False, True, False]


async def test_an_id_that_is_taken_is_a_conflict_and_one_that_is_not_there_is_not_found(database: Database):
    repository = counters(database)
    await repository.create("a", lambda: (Counter("a", 7),))
    with pytest.raises(Conflict):
        await repository.create("a", lambda: (Counter("a"),))
    with pytest.raises(NotFound):
        await repository.change("b", lambda it: it.add())
    assert (await repository.get("a")).count == 7


async def test_the_same_event_changes_an_aggregate_once_however_often_it_comes(database: Database):
    here, there = counters(database), counters(database)
    await here.create("a", lambda: (Counter("a"),))
    for repository in (here, there, here):
        await asyncio.gather(*(repository.change("a", lambda it: it.add(), cause=heard(n)) for n in (1, 2, 2, 1)))
    assert (await here.get("a")).count == 2


async def test_what_an_event_creates_is_created_once_even_by_two_replicas_at_once(database: Database):
    repositories = [counters(database) for _ in range(4)]
    made = [it.create("a", lambda: (Counter("a", 1),), cause=heard(1)) for it in repositories for _ in range(5)]
    assert {it.count for it in await asyncio.gather(*made)} == {1}
    assert await repositories[0].count({}) == 1


async def test_a_replayed_event_goes_past_the_sequence_once_and_its_original_does_not_follow_it(database: Database):
    repository = counters(database)
    await repository.create("a", lambda: (Counter("a"),))
    await repository.change("a", lambda it: it.see("2"), cause=heard(2))
    replayed = heard(1, replay_of="/others/1/1")
    for cause in (replayed, replayed, heard(1), heard(2)):
        await repository.change("a", lambda it: it.see("1"), cause=cause)
    assert (await repository.get("a")).seen == ("2", "1")


async def test_the_original_of_a_replayed_event_that_comes_later_changes_nothing(database: Database):
    repository = counters(database)
    await repository.create("a", lambda: (Counter("a"),))
    for cause in (heard(1, replay_of="/others/1/1"), heard(1)):
        await repository.change("a", lambda it: it.add(), cause=cause)
    assert (await repository.get("a")).count == 1


async def test_a_loser_decides_again_on_what_the_winner_left(database: Database):
    here, there = counters(database), counters(database)
    await here.create("a", lambda: (Counter("a"),))
    await asyncio.gather(*(it.change("a", lambda c: c.add()) for it in (here, there) for _ in range(50)))
    assert (await here.get("a")).count == 100


async def test_looking_writes_nothing(database: Database):
    repository = counters(database)
    await repository.create("a", lambda: (Counter("a"),))
    before = await database["counters"].find_one({"_id": "a"})
    await repository.get("a")
    assert await database["counters"].find_one({"_id": "a"}) == before


async def test_a_time_comes_back_as_it_was_put(database: Database):
    repository = counters(database)
    at = datetime(2026, 11, 24, 3, 4, 5, 678_000, UTC)
    await repository.create("a", lambda: Counter("a").hold(at))
    assert (await counters(database).get("a")).anything == at


async def test_indexes_are_made_once_and_serve_their_queries(database: Database):
    repository, by_count = counters(database), Index(("state.count",), "by count")
    await repository.prepare(by_count)
    await repository.prepare(by_count)
    for query in ({"state.count": 3}, {"pending_since": {"$exists": True, "$lt": datetime.now(UTC)}}):
        assert "IXSCAN" in str(await repository.explain(query))


async def test_closing_waits_for_all_that_was_asked(database: Database):
    repository = counters(database)
    asked = [repository.create(f"c{n}", lambda n=n: (Counter(f"c{n}"),)) for n in range(50)]
    await repository.close()
    assert all(it.done() for it in asked)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.lists(st.sampled_from(["add", "refuse", "break", "hear 1", "hear 2"]), min_size=1, max_size=12))
async def test_any_mixture_of_calls_leaves_what_the_good_ones_alone_would_leave(database: Database, plan: list[str]):
    repository = counters(database)
    id = f"{hash(tuple(plan))}-{len(plan)}"
    await repository.keep(id, lambda _: (Counter(id),))
    await database["counters"].update_one({"_id": id}, {"$set": {"applied": {}}})
    doing = {
        "add": lambda it: it.see("add"),
        "refuse": lambda it: it.refuse(),
        "break": lambda it: it.hold(object()),
        "hear 1": lambda it: it.see("1"),
        "hear 2": lambda it: it.see("2"),
    }
    causes = {"hear 1": heard(1), "hear 2": heard(2)}
    await asyncio.gather(
        *(repository.change(id, doing[it], cause=causes.get(it)) for it in plan), return_exceptions=True
    )
    expected, last = [], 0
    for it in plan:
        if it == "add":
            expected.append("add")
        elif it.startswith("hear") and int(it[-1]) > last:
            last = int(it[-1])
            expected.append(it[-1])
    assert (await repository.get(id)).seen == tuple(expected)
