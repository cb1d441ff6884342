"""The same wish twice is done once, and gets its first answer: byte for byte."""

import asyncio

import pytest

from shared.decisions import MOST_ANSWERS
from shared.errors import Conflict, Repeated
from shared.repository import Database
from tests.shared.toys import Counter, NotThat, asked, counters


async def test_the_same_id_and_body_get_the_first_answer_also_after_later_changes(database: Database):
    repository = counters(database)
    await repository.create("a", lambda: (Counter("a", 1),), once=asked("created"))
    await repository.change("a", lambda it: it.add())
    for asking in (repository, counters(database)):
        with pytest.raises(Repeated) as first:
            await asking.create("a", lambda: (Counter("a", 1),), once=asked("created"))
        assert (first.value.answer, first.value.status) == (b'{"id":"a","count":1}', 201)


async def test_the_same_id_with_another_body_is_a_conflict(database: Database):
    repository = counters(database)
    await repository.create("a", lambda: (Counter("a", 1),), once=asked("created"))
    with pytest.raises(Conflict):
        await repository.create("a", lambda: (Counter("a", 2),), once=asked("created", b"other"))
    assert (await repository.get("a")).count == 1


async def test_twenty_who_file_the_same_at_once_file_it_once(database: Database):
    repositories = [counters(database), counters(database)]
    outcomes = await asyncio.gather(
        *(it.create("a", lambda: (Counter("a", 1),), once=asked("created")) for it in repositories for _ in range(10)),
        return_exceptions=True,
    )
    assert sorted(type(it).__name__ for it in outcomes) == ["Counter"] + 19 * ["Repeated"]


async def test_a_key_makes_a_change_happen_once_and_keeps_its_first_answer(database: Database):
    repository = counters(database)
    await repository.create("a", lambda: (Counter("a"),))
    await repository.change("a", lambda it: it.add(), once=asked("key"))
    await repository.change("a", lambda it: it.add())
    with pytest.raises(Repeated) as first:
        await counters(database).change("a", lambda it: it.add(), once=asked("key"))
    assert first.value.answer == b'{"id":"a","count":1}'
    with pytest.raises(Conflict):
        await repository.change("a", lambda it: it.add(), once=asked("key", b"other words"))
    assert (await repository.get("a")).count == 2


async def test_a_key_that_comes_several_times_in_one_flush_is_done_once(database: Database):
    repository = counters(database)
    await repository.create("a", lambda: (Counter("a"),))
    outcomes = await asyncio.gather(
        *(repository.change("a", lambda it: it.add(), once=asked("key")) for _ in range(10)), return_exceptions=True
    )
    assert sorted(type(it).__name__ for it in outcomes) == ["Counter"] + 9 * ["Repeated"]
    assert (await repository.get("a")).count == 1


async def test_a_refusal_is_no_first_answer_so_the_key_may_be_used_again(database: Database):
    repository = counters(database)
    await repository.create("a", lambda: (Counter("a"),))
    with pytest.raises(NotThat):
        await repository.change("a", lambda it: it.refuse(), once=asked("key"))
    assert (await repository.change("a", lambda it: it.add(), once=asked("key"))).count == 1


async def test_the_answers_kept_are_bounded_and_that_of_the_creation_is_kept_to_the_end(database: Database):
    repository = counters(database)
    await repository.create("a", lambda: (Counter("a"),), once=asked("created"))
    for n in range(MOST_ANSWERS + 1):
        await repository.change("a", lambda it: it.add(), once=asked(f"key {n}"))
    row = await database["counters"].find_one({"_id": "a"}, {"answers.key": 1})
    assert row
    assert [it["key"] for it in row["answers"]] == ["created", *(f"key {n}" for n in range(1, MOST_ANSWERS + 1))]
    with pytest.raises(Repeated):
        await repository.create("a", lambda: (Counter("a"),), once=asked("created"))
    again = await repository.change("a", lambda it: it.add(), once=asked("key 0"))
    assert again.count == MOST_ANSWERS + 2, "the oldest is forgotten, so it is decided anew"


async def test_what_was_answered_once_is_answered_again_even_where_a_check_before_it_would_refuse_today(
    database: Database,
):
    repository = counters(database)

    async def ask(body: bytes = b"body", *, is_open: bool) -> None:
        same = asked("created", body)
        async with repository.answering_again("a", same):
            if not is_open:
                raise NotThat("the office has closed meanwhile")
            await repository.create("a", lambda: (Counter("a", 1),), once=same)

    with pytest.raises(NotThat):
        await ask(is_open=False)
    await ask(is_open=True)
    with pytest.raises(Repeated) as first:
        await ask(is_open=False)
    assert first.value.answer == b'{"id":"a","count":1}'
    with pytest.raises(Conflict):
        await ask(b"other", is_open=False)
