"""The textbook: a transaction for each request (record and outbox), a polled outbox, consumers with transactions.

`FLOOR_TAKE=single`: a consumer takes one message, writes it in a transaction, commits its offset, takes the next.
`FLOOR_TAKE=batch`: it does the same with up to 500 at once. The same writes as the other floor and the product.
"""

import asyncio
import hashlib
import os
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from bson import ObjectId
from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import BulkWriteError, DuplicateKeyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from bench import floor_bus as bus, floor_shape as shape
from bench.floor_shape import Document, Said

POLL = 0.02
"""Seconds between two looks at an outbox that was empty."""
TAKE = bus.MOST_RECORDS if os.environ.get("FLOOR_TAKE") == "batch" else 1
Work = tuple[str, Document, Said | None]


class Floor:
    def __init__(self) -> None:
        self.client = AsyncMongoClient[Document](shape.MONGO, tz_aware=True)
        self.database = self.client[shape.PREFIX + shape.SERVICE]
        self.out = bus.producer()
        self.tokens = shape.Tokens()
        self.numbers: dict[str, int] = {}
        self.series: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def put(self, request: Request) -> Response:
        """One request, one transaction; a series' numbers are given one after another."""
        clerk = self.tokens.clerk(request.headers["authorization"])
        body = await request.body()
        at, id = shape.now(), request.path_params["id"]
        digest = hashlib.blake2b(body, digest_size=16).digest()
        state = shape.dossier(id, shape.read_filing(body), clerk, at)
        series = shape.series_of(clerk["office"], at)
        async with self.series[series]:
            number = await self.next(series)
            state["code"] = f"{series}-{number:04d}"
            document: Document = {"_id": id, "version": 1, "state": state, "series": series, "number": number}
            document |= {"digest": digest, "answer": shape.slip(state)}
            try:
                await self.write([("dossiers", document, it) for it in shape.filed(state)])
            except BulkWriteError:
                return await self.repeat(id, digest)
            self.numbers[series] = number
        return Response(document["answer"], 201, media_type="application/json")

    async def next(self, series: str) -> int:
        if series not in self.numbers:
            last = await self.database.dossiers.find_one({"series": series}, sort=[("number", -1)])
            self.numbers[series] = last["number"] if last else 0
        return self.numbers[series] + 1

    async def repeat(self, id: str, digest: bytes) -> Response:
        there: Document = await self.database.dossiers.find_one({"_id": id}) or {}
        if there.get("digest") == digest:
            return Response(there["answer"], 201, media_type="application/json")
        self.numbers.clear()
        return Response(b"{}", 409)

    async def write(self, work: Sequence[Work]) -> None:
        """Records and their events, together or not at all."""
        async with self.client.start_session() as session:
            await session.with_transaction(lambda it: self._write(it, work))

    async def _write(self, session: AsyncClientSession, work: Sequence[Work]) -> None:
        records: dict[str, dict[str, Document]] = {}
        for name, document, _ in work:
            records.setdefault(name, {})[document["_id"]] = document
        for name, documents in records.items():
            await self.database[name].insert_many(list(documents.values()), session=session)
            rows = [{"_id": ObjectId(), "said": list(it)} for of, _, it in work if of == name and it]
            if rows:
                await self.database[f"{name}_outbox"].insert_many(rows, session=session)

    async def poll(self) -> None:
        while True:
            sent = sum([await self.empty(f"{name}_outbox") for name in shape.SAYS.get(shape.SERVICE, ())])
            if not sent:
                await asyncio.sleep(POLL)

    async def empty(self, outbox: str) -> int:
        rows = await self.database[outbox].find({}).sort("_id", 1).limit(500).to_list()
        if rows:
            await bus.publish(self.out, [tuple(row["said"]) for row in rows])
            await self.database[outbox].delete_many({"_id": {"$in": [row["_id"] for row in rows]}})
        return len(rows)

    async def hear(self, topic: str) -> None:
        async with bus.Ears(topic, most=TAKE) as ears:
            while True:
                values = await ears.take()
                await self.apply([it for value in values if (it := shape.consequences(shape.read_event(value)))])
                if values:
                    await ears.commit()

    async def apply(self, work: Sequence[Work]) -> None:
        """What comes twice meets its own `_id`; then the batch is done one by one."""
        if not work:
            return
        try:
            await self.write(work)
        except (BulkWriteError, DuplicateKeyError):
            if len(work) > 1:
                for one in work:
                    await self.apply([one])


@asynccontextmanager
async def life(app: Starlette) -> AsyncGenerator[None]:
    floor = Floor()
    app.state.put = floor.put
    await shape.prepare(floor.database)
    for name in shape.SAYS.get(shape.SERVICE, ()):
        await floor.database.create_collection(f"{name}_outbox")
    await floor.out.start()
    tasks = [asyncio.create_task(floor.poll())]
    tasks += [asyncio.create_task(floor.hear(topic)) for topic in shape.HEARS[shape.SERVICE]]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    await floor.out.stop()
    await floor.client.close()


if __name__ == "__main__":
    bus.serve(life)
