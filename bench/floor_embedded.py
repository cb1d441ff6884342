"""The leanest floor: one document with its events, group commit, a relay from memory, consumers in batches.

The product's guarantees on raw libraries: majority and journaled before the answer, gap-free numbers, the same answer
to the same request, events at least once and in order, each applied once, a sweep for what a crash left behind.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pymongo import AsyncMongoClient, UpdateMany, WriteConcern
from pymongo.errors import BulkWriteError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from bench import floor_bus as bus, floor_shape as shape
from bench.floor_shape import Document, Said

DUPLICATE_KEY = 11000
LATE = timedelta(seconds=5)


@dataclass(slots=True)
class Wish:
    """One request that waits for its group's commit."""

    state: Document
    digest: bytes
    at: datetime
    series: str
    answer: "asyncio.Future[tuple[int, bytes]]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Floor:
    def __init__(self) -> None:
        client = AsyncMongoClient[Document](shape.MONGO, tz_aware=True)
        self.client = client
        self.database = client[shape.PREFIX + shape.SERVICE]
        self.out = bus.producer()
        self.tokens = shape.Tokens()
        self.numbers: dict[str, int] = {}
        self.wishes: list[Wish] = []
        self.wished = asyncio.Event()
        self.hand: list[tuple[str, str, list[Said]]] = []
        """Collection, id and events of what was written and not yet published."""
        self.something = asyncio.Event()
        self.carried: list[tuple[str, str]] = []

    async def put(self, request: Request) -> Response:
        """File and accept: the answer goes out when the group that it is in is durable."""
        clerk = self.tokens.clerk(request.headers["authorization"])
        body = await request.body()
        at, id = shape.now(), request.path_params["id"]
        state = shape.dossier(id, shape.read_filing(body), clerk, at)
        digest = hashlib.blake2b(body, digest_size=16).digest()
        wish = Wish(state, digest, at, shape.series_of(clerk["office"], at))
        self.wishes.append(wish)
        self.wished.set()
        status, answer = await wish.answer
        return Response(answer, status, media_type="application/json")

    async def commit_groups(self) -> None:
        while True:
            await self.wished.wait()
            self.wished.clear()
            while self.wishes:
                group, self.wishes = self.wishes[:500], self.wishes[500:]
                await self.commit(group)

    async def commit(self, group: list[Wish]) -> None:
        """One ordered write for all."""
        try:
            documents = [await self.document(wish) for wish in group]
        except Exception as fault:  # noqa: BLE001  whatever it is, every caller hears of it
            self.fail(group, fault)
            return
        try:
            await self.database.dossiers.insert_many(documents)
        except BulkWriteError as partly:
            errors: list[Any] = partly.details["writeErrors"]  # type: ignore[index]  the driver's details are untyped
            await self.half_done(group, documents, errors[0]["index"], errors[0]["errmsg"])
        except Exception as fault:  # noqa: BLE001
            self.fail(group, fault)
        else:
            self.settle(group, documents)

    async def half_done(self, group: list[Wish], documents: list[Document], failed: int, why: str) -> None:
        """Those behind the one that failed were not tried: they are numbered anew."""
        self.numbers.clear()
        self.settle(group[:failed], documents)
        was_there = "_id_" in why
        if was_there:
            await self.repeat(group[failed])
        self.wishes[:0] = group[failed + was_there :]
        self.wished.set()

    def fail(self, group: Sequence[Wish], fault: Exception) -> None:
        self.numbers.clear()
        for wish in group:
            wish.answer.set_exception(fault)

    async def document(self, wish: Wish) -> Document:
        number = self.numbers.get(wish.series)
        if number is None:
            last = await self.database.dossiers.find_one({"series": wish.series}, sort=[("number", -1)])
            number = last["number"] if last else 0
        self.numbers[wish.series] = number = number + 1
        wish.state["code"] = f"{wish.series}-{number:04d}"
        events = shape.filed(wish.state)
        return {
            "_id": wish.state["id"],
            "version": 1,
            "state": wish.state,
            "digest": wish.digest,
            "answer": shape.slip(wish.state),
            "series": wish.series,
            "number": number,
            "pending": [list(it) for it in events],
            "pending_since": wish.at,
        }

    def settle(self, group: Sequence[Wish], documents: Sequence[Document]) -> None:
        for wish, document in zip(group, documents, strict=False):
            self.carry("dossiers", document["_id"], [tuple(it) for it in document["pending"]])
            if not wish.answer.done():
                wish.answer.set_result((201, document["answer"]))

    async def repeat(self, wish: Wish) -> None:
        """The same id again: the same answer to the same words, else a conflict."""
        there: Document = await self.database.dossiers.find_one({"_id": wish.state["id"]}) or {}
        same = there.get("digest") == wish.digest
        wish.answer.set_result((201, there["answer"]) if same else (409, b"{}"))

    def carry(self, name: str, id: str, events: list[Said]) -> None:
        self.hand.append((name, id, events))
        self.something.set()

    async def relay(self) -> None:
        while True:
            await self.something.wait()
            round = self.hand[:1_000]
            await bus.publish(self.out, [event for _, _, events in round for event in events])
            del self.hand[: len(round)]
            if not self.hand:
                self.something.clear()
            self.carried += [(name, id) for name, id, _ in round]

    async def clear(self) -> None:
        """Forgotten, they are published again: so one member's word is enough."""
        while True:
            await asyncio.sleep(0.05)
            carried, self.carried = self.carried, []
            for name in {name for name, _ in carried}:
                ids = [id for of, id in carried if of == name]
                done = UpdateMany({"_id": {"$in": ids}}, {"$unset": {"pending": 1, "pending_since": 1}})
                documents = self.database[name].with_options(write_concern=WriteConcern(1))
                await documents.bulk_write([done], ordered=False)

    async def sweep(self) -> None:
        """What an older process left: published before anything else can be said of it."""
        while True:
            for name in shape.SAYS.get(shape.SERVICE, ()):
                late = {"pending_since": {"$lt": shape.now() - LATE}}
                async for row in self.database[name].find(late, {"pending": 1}).sort("pending_since", 1).limit(500):
                    self.carry(name, row["_id"], [tuple(it) for it in row["pending"]])
            await asyncio.sleep(LATE.total_seconds() / 2)

    async def hear(self) -> None:
        """A batch is written, then committed: what comes twice meets its own `_id`."""
        async with bus.Ears(*shape.HEARS[shape.SERVICE]) as ears:
            while True:
                values = await ears.take()
                todo: dict[str, list[tuple[Document, Said | None]]] = {}
                for value in values:
                    if found := shape.consequences(shape.read_event(value)):
                        todo.setdefault(found[0], []).append(found[1:])
                for name, some in todo.items():
                    await self.keep(name, some)
                if values:
                    await ears.commit()

    async def keep(self, name: str, some: Sequence[tuple[Document, Said | None]]) -> None:
        at = shape.now()
        for document, event in some:
            if event:
                document |= {"pending": [list(event)], "pending_since": at}
        failed: set[int] = set()
        try:
            await self.database[name].insert_many([document for document, _ in some], ordered=False)
        except BulkWriteError as partly:
            errors: list[Any] = partly.details["writeErrors"]  # type: ignore[index]  the driver's details are untyped
            if any(error["code"] != DUPLICATE_KEY for error in errors):
                raise
            failed = {error["index"] for error in errors}
        for nth, (document, event) in enumerate(some):
            if event and nth not in failed:
                self.carry(name, document["_id"], [event])


@asynccontextmanager
async def life(app: Starlette) -> AsyncGenerator[None]:
    floor = Floor()
    app.state.put = floor.put
    await shape.prepare(floor.database)
    await floor.out.start()
    work = (floor.commit_groups, floor.relay, floor.clear, floor.sweep, floor.hear)
    tasks = [asyncio.create_task(it()) for it in work]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    await floor.out.stop()
    await floor.client.close()


if __name__ == "__main__":
    bus.serve(life)
