"""The frame of a service, with engines that go away and come back: its own, so that nobody else is disturbed."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import MISSING, fields
from typing import Annotated, Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from faststream.kafka import KafkaBroker

from deploy.engines import Engines
from deploy.provision import Wanted, make_topics
from shared import door
from shared.auth import Anyone
from shared.bus import Hears
from shared.door import FromStore
from shared.repository import Repository
from shared.service import build, serve
from shared.settings import Settings
from tests.shared.apps import Issuer, client, ready, running, settings_for
from tests.shared.toys import Counter, counters, fresh, records, said_on, until

TOPIC = "toys.counters"
SAID = said_on(TOPIC)
routes = door.router()
Counters = Annotated[Repository[Counter], FromStore("counters")]


@routes.put("/counters/{id}", status_code=201)
async def create(id: str, _: Anyone, counters: Counters) -> Counter:
    return await counters.create(id, lambda: Counter(id).add(SAID))


@routes.get("/counters/{id}")
async def show(id: str, _: Anyone, counters: Counters) -> Counter:
    return await counters.get(id)


class Store:
    """What it creates it hears itself, so that one service shows both directions."""

    def __init__(self, database: Any, carry: Any) -> None:
        self.counters = counters(database, carry)

    @property
    def repositories(self) -> Sequence[Repository[Any]]:
        return (self.counters,)

    async def prepare(self) -> None:
        await self.counters.prepare()


def hears() -> Hears[Store]:
    made = Hears[Store](TOPIC)

    @made.on(SAID)
    def hear(heard: Any, store: Store) -> Any:
        return store.counters.change(heard.envelope.subject, lambda it: it.see("heard"), cause=heard)

    return made


@pytest.fixture(scope="module")
def own() -> Iterator[Engines]:
    with Engines.temporary(("mongo", "kafka")) as engines:
        asyncio.run(make_topics(engines.kafka, [Wanted(TOPIC, 2, {}), Wanted(f"{TOPIC}.parked", 1, {})]))
        yield engines


@pytest.fixture
def app(own: Engines) -> FastAPI:
    return house(own)


def house(own: Engines, **more: Any) -> FastAPI:
    given = settings_for(Settings, _WithMinio(own), Issuer(), fresh())
    return build("toys", given, about="Counts.", keep=Store, routers=[routes], hears=[hears()], **more)


class _WithMinio:
    """The engines of this module, without the one that no toy needs."""

    minio_url, minio_access_key, minio_secret_key = "http://127.0.0.1:1", "", ""

    def __init__(self, own: Engines) -> None:
        self.mongo_url, self.kafka = own.mongo_url, own.kafka


@asynccontextmanager
async def service(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with running(app), client(app) as asking:
        yield asking


async def heard(asking: httpx.AsyncClient, id: str) -> bool:
    answer = await asking.get(f"/counters/{id}")
    return answer.status_code == 200 and answer.json()["seen"] == ["heard"]


async def at_rest(asking: httpx.AsyncClient) -> bool:
    state = (await asking.get("/health/ready")).json()
    return (state["pending"], state["held"]) == (0, 0)


async def test_what_is_created_is_heard_and_nothing_stays_pending(app: FastAPI):
    async with service(app) as asking:
        await ready(asking)
        assert (await asking.put("/counters/a")).status_code == 201
        await until(lambda: heard(asking, "a"))
        await until(lambda: at_rest(asking))
        state = (await asking.get("/health/ready")).json()
        assert (state["ready"], state["published"]) == (True, 1)
        assert [(it["topic"], it["parked"]) for it in state["listening"]] == [(TOPIC, 0)]


async def test_with_the_store_away_it_is_a_503_with_retry_after_and_it_recovers_alone(own: Engines, app: FastAPI):
    async with service(app) as asking:
        await ready(asking)
        await asking.put("/counters/a")
        await asyncio.to_thread(own.mongo.stop)
        answers = await asyncio.gather(
            asking.put("/counters/b"), asking.get("/counters/a"), asking.get("/health/ready")
        )
        assert [(it.status_code, it.headers.get("retry-after")) for it in answers] == 3 * [(503, "2")]
        assert answers[0].json()["code"] == "unavailable"
        assert (await asking.get("/health/live")).status_code == 200
        await asyncio.to_thread(own.mongo.start)
        await until(lambda: heard(asking, "a"), 30)
        assert (await asking.put("/counters/b")).status_code in {201, 409}
        await until(lambda: heard(asking, "b"), 30)
        await until(lambda: at_rest(asking))


async def test_with_the_bus_away_filing_still_answers_and_its_events_go_out_later(own: Engines, app: FastAPI):
    async with service(app) as asking:
        await ready(asking)
        await asyncio.to_thread(own.broker.stop)
        answers = await asyncio.gather(*(asking.put(f"/counters/c{n}") for n in range(20)))
        assert {it.status_code for it in answers} == {201}
        state = await asking.get("/health/ready")
        assert (state.status_code, state.json()["bus"], state.json()["pending"]) == (200, False, 20)
        await asyncio.to_thread(own.broker.start)
        await until(lambda: at_rest(asking), 60)
        await until(lambda: heard(asking, "c19"), 60)


async def test_a_service_that_starts_before_its_engines_answers_503_and_begins_when_they_are_there(
    own: Engines, app: FastAPI
):
    await asyncio.gather(asyncio.to_thread(own.mongo.stop), asyncio.to_thread(own.broker.stop))
    async with service(app) as asking:
        assert (await asking.get("/health/live")).status_code == 200
        assert (await asking.get("/health/ready")).status_code == 503
        assert (await asking.put("/counters/a")).status_code == 503
        await asyncio.gather(asyncio.to_thread(own.mongo.start), asyncio.to_thread(own.broker.start))
        await ready(asking, 60)
        assert (await asking.put("/counters/a")).status_code == 201
        await until(lambda: heard(asking, "a"), 30)


async def test_a_graceful_stop_lets_nothing_lie(own: Engines, app: FastAPI):
    async with service(app) as asking:
        await ready(asking)
        await asking.put("/counters/first")
        await until(lambda: heard(asking, "first"))  # it is ready before it has reached the bus
        await asyncio.gather(*(asking.put(f"/counters/d{n}") for n in range(100)))
        repository = app.state.store.counters
        database, name = app.state.frame.database, app.state.frame.database.name
    assert not repository._flights._flights
    from shared.repository import connect

    database = connect(own.mongo_url, name)
    assert await counters(database).pending() == 0
    log = [dict(it.headers)["ce_subject"].decode() for it in await records(own.kafka, TOPIC)]
    assert {f"d{n}" for n in range(100)} <= set(log)
    database.client.close()


async def test_an_ear_that_is_still_opening_when_the_service_stops_hears_nothing_more(
    own: Engines, app: FastAPI, monkeypatch: pytest.MonkeyPatch
):
    opening, opened = asyncio.Event(), []
    start = KafkaBroker.start

    async def slow(self: KafkaBroker) -> None:
        opening.set()
        await asyncio.sleep(0.3)
        await start(self)
        opened.append(self)

    monkeypatch.setattr(KafkaBroker, "start", slow)
    async with service(app):
        await asyncio.wait_for(opening.wait(), 30)
    await asyncio.sleep(0.5)
    assert opened == []


async def test_a_stop_right_after_the_start_ends_too(own: Engines):
    given = settings_for(Settings, _WithMinio(own), Issuer(), fresh())
    app = build("toys", given, about="Counts.", keep=Store, routers=[routes], hears=[hears()])
    async with running(app):
        pass


async def test_a_round_that_fails_is_called_again_and_one_that_runs_is_ended_before_the_stop(own: Engines):
    called: list[str] = []
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def failing(_: Store) -> None:
        called.append("failed")
        raise ZeroDivisionError

    async def long(_: Store) -> None:
        begun.set()
        await may_end.wait()
        called.append("ended")

    app = house(own, rounds=[failing, long])
    async with service(app):
        await asyncio.wait_for(begun.wait(), 30)
        asyncio.get_running_loop().call_later(0.2, may_end.set)
    assert set(called) == {"failed", "ended"}


def test_a_service_believes_the_proxies_that_it_is_told_of_and_by_default_this_machine_alone(
    monkeypatch: pytest.MonkeyPatch,
):
    named: list[dict[str, Any]] = []

    def run(_: object, **given: Any) -> None:
        named.append(given)

    monkeypatch.setattr(uvicorn, "run", run)
    for it in fields(Settings):
        if it.default is MISSING:
            monkeypatch.setenv(f"MOTCUA_{it.name.upper()}", "http://told.example")
    serve(lambda _: FastAPI(), Settings)
    monkeypatch.setenv("MOTCUA_TRUSTED_PROXIES", "10.1.0.0/16, 10.2.0.1")
    serve(lambda _: FastAPI(), Settings)
    assert [it["forwarded_allow_ips"] for it in named] == ["127.0.0.1", "10.1.0.0/16, 10.2.0.1"]
