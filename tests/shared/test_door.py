"""The HTTP door: what it reads, what it refuses and how that looks; and a fault that tells nothing."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings, strategies as st

from shared import door
from shared.auth import Anyone
from shared.door import LONGEST_KEY, MOST_BODY, FromStore, Key, Now, once
from shared.errors import Conflict, Forbidden, Malformed, NotFound, NotYet, Refusal, Unauthorized, Unavailable
from shared.problems import install
from shared.repository import Database, Repository
from tests.shared.apps import client
from tests.shared.toys import Counter, counters


class PapersMissing(Refusal):
    """One of a service's own."""


REFUSALS = (NotFound, Conflict, Unauthorized, Forbidden, Malformed, NotYet, PapersMissing)
routes = door.router()
Counters = Annotated[Repository[Counter], FromStore("counters")]


@dataclass(frozen=True, slots=True)
class Inner:
    count: int


@dataclass(frozen=True, slots=True)
class Wanted:
    name: str
    inner: Inner
    kind: Literal["a", "b"] = "a"


@routes.put("/things/{thing_id}", status_code=201)
async def put(thing_id: UUID, wanted: Wanted, _: Anyone, now: Now) -> dict[str, Any]:
    return {"id": thing_id, "wanted": wanted, "fine": now.microsecond % 1000}


@routes.get("/things")
async def listed(_: Anyone, limit: int = 5, kind: Literal["a", "b"] = "a") -> list[Any]:
    return [limit, kind]


@routes.get("/refusals/{number}")
async def refusing(number: int, _: Anyone) -> None:
    raise REFUSALS[number]("Do something else.", about="field")


@routes.get("/away")
async def away(_: Anyone) -> None:
    raise Unavailable("the inner address 10.0.0.7")


@routes.get("/fault")
async def fault(_: Anyone) -> None:
    raise KeyError("Nguyễn Văn A")


@routes.post("/counters/{id}/add")
async def add(id: str, wanted: Inner, _: Anyone, counters: Counters, key: Key) -> Counter:
    same = once(key, wanted, lambda it: it, 201)
    return await counters.change(id, lambda it: it.add(), once=same)


@pytest.fixture
async def asking() -> AsyncIterator[httpx.AsyncClient]:
    async with client(house()) as made:
        yield made


def house() -> FastAPI:
    app = FastAPI()
    app.include_router(routes)
    install(app)
    app.state.tracing = None
    return app


ID = "0192d4c0-0000-7000-8000-000000000001"
BODY = {"name": "Ka Thơm", "inner": {"count": 3}}


async def test_a_body_is_read_and_an_answer_written_as_the_signature_says(asking: httpx.AsyncClient):
    answer = await asking.put(f"/things/{ID.upper()}", json=BODY)
    assert answer.status_code == 201
    assert answer.json() == {"id": ID, "wanted": {**BODY, "kind": "a"}, "fine": 0}
    assert (await asking.get("/things?limit=7&kind=b")).json() == [7, "b"]
    assert (await asking.get("/things")).json() == [5, "a"]


@pytest.mark.parametrize(
    ("body", "status", "code", "about"),
    [
        (b"", 400, "malformed", ""),
        (b"not json", 400, "malformed", ""),
        (b'{"name": "\xff"}', 400, "malformed", ""),
        (b'{"name":', 400, "malformed", ""),
        (b"[]", 422, "wrong-field", ""),
        (b'{"name": "x"}', 422, "wrong-field", ""),
        (b'{"name": 5, "inner": {"count": 1}}', 422, "wrong-field", "name"),
        (b'{"name": "x", "inner": {"count": "many"}}', 422, "wrong-field", "inner.count"),
        (b'{"name": "x", "inner": {"count": 1}, "kind": "z"}', 422, "wrong-field", "kind"),
        (b'{"other": ' + b"[" * 100_000, 400, "malformed", ""),
    ],
)
async def test_a_body_that_is_not_as_it_should_be_is_told_with_the_field(
    asking: httpx.AsyncClient, body: bytes, status: int, code: str, about: str
):
    answer = await asking.put(f"/things/{ID}", content=body)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem.get("about", "")) == (status, code, about)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/things/not-a-uuid", "/things/%00", "/things/1"])
async def test_a_path_parameter_of_the_wrong_kind_is_told(asking: httpx.AsyncClient, path: str):
    answer = await asking.put(path, json=BODY)
    assert (answer.status_code, answer.json()["about"]) == (422, "thing_id")


@pytest.mark.parametrize("query", ["limit=many", "limit=", "limit=1.5", "kind=z", "limit=%ff"])
async def test_a_query_of_the_wrong_kind_is_told(asking: httpx.AsyncClient, query: str):
    answer = await asking.get(f"/things?{query}")
    assert (answer.status_code, answer.json()["about"]) == (422, query.partition("=")[0])


async def test_a_body_that_is_too_large_is_refused_before_it_is_read(asking: httpx.AsyncClient):
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 100_000
            yield b"x" * 100_000

    answer = await asking.put(f"/things/{ID}", content=endless())
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert sent <= MOST_BODY + 200_000
    answer = await asking.put(f"/things/{ID}", content=b"x" * (MOST_BODY + 1))
    assert answer.status_code == 413
    fits = b'{"name": "x", "inner": {"count": 1}' + b" " * (MOST_BODY - 36) + b"}"
    assert (await asking.put(f"/things/{ID}", content=fits)).status_code == 201


@pytest.mark.parametrize("number", range(len(REFUSALS)))
async def test_each_kind_of_refusal_is_a_problem_with_its_own_status_and_code(asking: httpx.AsyncClient, number: int):
    kind = REFUSALS[number]
    answer = await asking.get(f"/refusals/{number}")
    code = kind("").code
    assert answer.status_code == kind.status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() | {"title": ""} == {
        "type": f"/problems/{code}",
        "title": "",
        "status": kind.status,
        "code": code,
        "detail": "Do something else.",
        "about": "field",
    }
    assert answer.json()["title"]


async def test_what_is_away_is_a_503_that_says_when_to_ask_again_and_nothing_of_what_is_inside(
    asking: httpx.AsyncClient,
):
    answer = await asking.get("/away")
    assert (answer.status_code, answer.headers["retry-after"], answer.json()["code"]) == (503, "2", "unavailable")
    assert "10.0.0.7" not in answer.text


async def test_a_fault_is_a_500_that_tells_nothing_and_an_alarm_without_its_words(
    asking: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
):
    answer = await asking.get("/fault")
    assert (answer.status_code, answer.json()["code"]) == (500, "fault")
    assert "Nguyễn" not in answer.text
    assert "KeyError" not in answer.text
    assert [it.levelname for it in caplog.records if "ALARM" in it.message] == ["ERROR"]
    assert "KeyError at fault" in caplog.text
    assert "Nguyễn" not in caplog.text


async def test_an_address_or_a_method_that_is_not_answered_is_a_problem_too(asking: httpx.AsyncClient):
    for method, path, status, code in (
        ("GET", "/nowhere", 404, "not-found"),
        ("DELETE", "/things", 405, "method-not-allowed"),
    ):
        answer = await asking.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["allow"] == "GET"


async def test_a_caller_who_goes_away_in_the_middle_raises_no_alarm(caplog: pytest.LogCaptureFixture):
    app = house()

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(_: Any) -> None:
        """Nobody listens any more."""

    scope = {"type": "http", "method": "PUT", "path": f"/things/{ID}", "headers": [], "query_string": b"", "app": app}
    with caplog.at_level(logging.ERROR):
        await app(scope | {"raw_path": b"", "root_path": "", "http_version": "1.1"}, receive, send)
    assert caplog.records == []


async def test_an_idempotency_key_gets_the_first_answer_byte_for_byte_and_another_body_a_409(database: Database):
    app = house()

    class Store:
        counters = counters(database)

    app.state.store = Store()
    await Store.counters.create("a", lambda: (Counter("a"),))
    async with client(app) as asking:
        first = await asking.post("/counters/a/add", json={"count": 1}, headers={"idempotency-key": "k"})
        await asking.post("/counters/a/add", json={"count": 1})
        again = await asking.post("/counters/a/add", content=b'{ "count":1 }', headers={"Idempotency-Key": "k"})
        other = await asking.post("/counters/a/add", json={"count": 2}, headers={"idempotency-key": "k"})
        long = await asking.post(
            "/counters/a/add", json={"count": 1}, headers={"idempotency-key": "k" * (LONGEST_KEY + 1)}
        )
    assert again.content == first.content
    assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    assert (long.status_code, long.json()["about"]) == (422, "Idempotency-Key")
    assert (await Store.counters.get("a")).count == 2


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.one_of(
        st.binary(max_size=60),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["name", "inner", "count", "kind"]), inner, max_size=4)
            ),
            max_leaves=8,
        ),
    )
)
async def test_no_body_whatever_it_is_makes_a_fault(asking: httpx.AsyncClient, body: Any):
    import json

    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = await asking.put(f"/things/{ID}", content=content)
    assert answer.status_code in {201, 400, 422}


async def test_openapi_tells_the_body_the_key_and_the_parameters():
    document = house().openapi()
    operation = document["paths"]["/counters/{id}/add"]["post"]
    assert {it["name"] for it in operation["parameters"]} == {"id", "Idempotency-Key"}
    assert "requestBody" in operation
    assert document["components"]["schemas"]["Wanted"]["required"] == ["name", "inner"]
