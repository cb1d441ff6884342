"""The frame of every service: HTTP routes, subscribers, rounds and a relay around its repositories."""

import asyncio
import gc
import logging
import os
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import uvicorn
from fastapi import APIRouter, FastAPI
from opentelemetry.sdk.trace.export import SpanExporter

from shared import asyncapi, health, metrics, problems, web
from shared.auth import Tokens
from shared.bus import Bus, Hears
from shared.errors import Unavailable, place, way
from shared.openapi import Example, describe
from shared.relay import Relay
from shared.repository import Carry, Database, Repository, connect
from shared.settings import Settings, WrongSettings
from shared.telemetry import provider

__all__ = ["Frame", "Round", "ServiceStore", "build", "serve"]

log = logging.getLogger(__name__)


class ServiceStore(Protocol):
    """A service's store: its repositories, and the making of their indexes."""

    @property
    def repositories(self) -> Sequence[Repository[Any]]: ...
    async def prepare(self) -> None: ...


S = TypeVar("S", bound=ServiceStore)
P = TypeVar("P", bound=Settings)
Round = Callable[[S], Awaitable[None]]
"""Work that the clock starts rather than a request: it does what is due and returns; it is called again and again."""


class Frame(Generic[S]):
    """What runs beside the routes of one service; `app.state` holds its parts."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        keep: Callable[[Database, Carry], S],
        hears: Sequence[Hears[S]],
        rounds: Sequence[Round[S]],
        exporter: SpanExporter | None,
    ) -> None:
        self.name = name
        self.settings = settings
        share = settings.traces
        self.tracing = provider(name, share, otlp_url=settings.otlp_url, exporter=exporter) if share else None
        self.bus = Bus(settings.kafka, name, tracing=self.tracing)
        self.relay = Relay(self.bus.publish, late=timedelta(seconds=settings.sweep_after))
        self.database = connect(settings.mongo_url, settings.database_prefix + name)
        self.store = keep(self.database, self.relay.carry)
        for topic in hears:
            self.bus.listen(topic, self.store)
        self._rounds = rounds
        self._running: list[asyncio.Task[None]] = []
        self._rounding: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()

    async def up(self) -> None:
        """Serve at once; what is away now is tried until it is there."""
        self._start(self.relay.run(self.store.repositories))
        self._connecting = self._start(self._connect())
        gc.freeze()  # what was imported stays; do not look through it again and again
        gc.set_threshold(20_000, 20, 50)

    async def down(self) -> None:
        """The ears and the rounds first; then what they began is finished and carried."""
        self._stopping.set()
        self._connecting.cancel()  # an ear that opens now would hear after all the others
        await asyncio.wait([self._connecting])
        await self.bus.deafen()
        if self._rounding:
            await asyncio.wait(self._rounding, timeout=10)
        for repository in self.store.repositories:
            await repository.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.relay.drained(), 5)
        tasks = [*self._running, *self._rounding]
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await self.bus.stop()
        self.database.client.close()
        if self.tracing:
            self.tracing.shutdown()

    async def pending(self) -> int:
        """How many aggregates have events that the bus has not acknowledged."""
        return sum([await it.pending() for it in self.store.repositories])

    async def _connect(self) -> None:
        await self._until_there("the store", self.store.prepare)
        await self._until_there("the bus", self.bus.start)
        self._rounding = [asyncio.create_task(self._again_and_again(it)) for it in self._rounds]

    async def _until_there(self, what: str, reach: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                return await reach()
            except Exception as away:  # noqa: BLE001  a service that starts before its engines waits for them
                log.warning("%s is away (%s); trying again", what, away)
                await asyncio.sleep(1)

    async def _again_and_again(self, once: Round[S]) -> None:
        while not self._stopping.is_set():
            try:
                await once(self.store)
            except Unavailable as away:
                log.warning("%s waits: %s", self.name, away)
                await self._pause(1)
            except Exception as fault:  # noqa: BLE001  a round must go on
                log.error("ALARM: a round failed, trying again: %s (%s)", place(fault), way(fault))  # noqa: TRY400  no words
                await self._pause(5)

    async def _pause(self, seconds: float) -> None:
        """As long as that, or until it is time to stop."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        self._running.append(task := asyncio.create_task(work))
        return task


def build(
    name: str,
    settings: Settings,
    *,
    about: str,
    keep: Callable[[Database, Carry], S],
    routers: Sequence[APIRouter],
    hears: Sequence[Hears[S]] = (),
    rounds: Sequence[Round[S]] = (),
    pages: Sequence[Path] = (),
    told: Mapping[str, str] | None = None,
    examples: Sequence[Example] = (),
    took_over: Callable[[S, str, date], Awaitable[frozenset[str]]] | None = None,
    exporter: SpanExporter | None = None,
) -> FastAPI:
    """A service's application; `pages` are folders of its templates, `examples` are shown with its API.

    `told` are the sentences in which a page tells a refusal, by its code.
    `took_over` answers which ended offices' work goes on at an office: what its people may do is asked by it.

    Nothing connects before its lifespan starts.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        frame = Frame(name, settings, keep, hears, rounds, exporter)
        app.state.frame, app.state.store = frame, frame.store
        app.state.tracing, app.state.settings = frame.tracing, settings
        app.state.took_over = partial(took_over, frame.store) if took_over else None
        await frame.up()
        yield
        await frame.down()

    app = FastAPI(
        title=f"Một Cửa: {name}",
        description=about,
        version="1",
        lifespan=lifespan,
        docs_url=None,  # FastAPI's own pages load their scripts from another host; `shared.web` has one of ours
        redoc_url=None,
    )
    app.state.tokens = Tokens(settings)
    for it in (*routers, health.router, metrics.router, asyncapi.router(name, hears)):
        app.router.routes.extend(it.routes)  # as they are: FastAPI's included routers match each request twice
    problems.install(app)
    web.install(app, *pages, told=told)
    app.openapi = describe(app, examples)
    return app


def serve(create: Callable[[P], FastAPI], kind: type[P]) -> None:
    """Run a service as a process: `python -m services.<name>`."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("aiokafka").setLevel(logging.ERROR)
    try:
        settings = kind.read(os.environ)
    except WrongSettings as wrong:
        sys.exit(str(wrong))
    uvicorn.run(
        create(settings),
        host=settings.host,
        port=settings.port,
        root_path=settings.root_path.rstrip("/"),
        forwarded_allow_ips=settings.trusted_proxies,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=10,
        server_header=False,
    )
