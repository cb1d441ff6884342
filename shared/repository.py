# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (the driver is only half typed; what leaves this module is typed)
"""The repository: one aggregate, one document, one write. The only module that knows MongoDB's driver.

A document holds the aggregate's `state`, its `version`, the `pending` events that the bus has not yet
acknowledged, in `applied` how far each source has been heard, and in `answers` what was first answered under
a key. All of it is written together or not at all, so there is no outbox, no inbox and no transaction.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Generic, TypeVar, cast

import msgspec
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo import ASCENDING, DESCENDING, InsertOne, UpdateMany, UpdateOne, WriteConcern
from pymongo.errors import BulkWriteError, PyMongoError

from shared.decisions import Aggregate, Call, Line, Once, Pending, first_answer, read_pending, write_pending
from shared.errors import Conflict, NotFound, Refusal, Unavailable
from shared.events import Decision, Event, Heard
from shared.flights import NOT_TRIED, Flights
from shared.telemetry import traceparent

__all__ = ["Aggregate", "Carry", "Database", "Index", "Repository", "connect", "is_reachable", "nowhere"]

Document = dict[str, Any]
Database = AsyncIOMotorDatabase[Document]
Write = InsertOne[Document] | UpdateOne


A = TypeVar("A", bound=Aggregate)
Carry = Callable[["Repository[Any]", str, Sequence[Pending]], None]
"""Takes the pending events of one aggregate of a repository, to bring them to the bus."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index and the query it is for. `only` makes it partial; a descending field is written `-field`."""

    fields: tuple[str, ...]
    serves: str
    unique: bool = False
    only: Mapping[str, Any] | None = None

    @property
    def keys(self) -> list[tuple[str, int]]:
        return [(it.removeprefix("-"), DESCENDING if it.startswith("-") else ASCENDING) for it in self.fields]


PENDING = Index(("pending_since",), "what a crash left unpublished", only={"pending_since": {"$exists": True}})
NUMBERED = Index(
    ("series", "-number"), "no number twice, and the last of a series", unique=True, only={"number": {"$exists": True}}
)


def nowhere(_repository: "Repository[Any]", _id: str, _pending: Sequence[Pending]) -> None:
    """The way of events that nobody brings: for who only makes indexes."""


def connect(url: str, name: str) -> Database:
    """A database whose acknowledged writes are journaled by a majority. Gives up waiting after some seconds."""
    client = AsyncIOMotorClient[Document](
        url, tz_aware=True, w="majority", journal=True, serverSelectionTimeoutMS=3_000, timeoutMS=10_000
    )
    return client[name]


@contextmanager
def _weather() -> Generator[None]:
    """What the driver says of an outage, in our words."""
    try:
        yield
    except PyMongoError as away:
        raise Unavailable(str(away)) from away


async def is_reachable(database: Database) -> bool:
    try:
        await database.client.admin.command("ping")
    except PyMongoError:
        return False
    return True


class Repository(Generic[A]):
    """Keeps aggregates of one kind, and hands what happened to a relay once it is written.

    * A write is journaled by a majority before its caller hears of it.
    * Two changes of one aggregate follow one another, here and across replicas; none is lost. `decide` may
      therefore run again, and must be pure.
    * What `decide` raises goes to the caller, and nothing is written.
    * `cause` makes a change happen once, however often its event is delivered.
    * `once` makes a change happen once, however often its caller asks: `Repeated` brings the first answer.
    * Calls that meet share one read and one write; a lone call does not wait for company.
    * `Unavailable` leaves open whether the write happened. If it did, its events will be carried all the same.
    * In a `series` numbers run from 1 on without gap or twin: a refusal, a crash or a lost race burns none.
    """

    def __init__(self, database: Database, kind: type[A], *, plural: str, carry: Carry) -> None:
        self.name = plural
        self._documents: AsyncIOMotorCollection[Document] = database[plural]
        self._kind = kind
        self._flights = Flights(_Documents(self._documents), kind, partial(carry, self))

    async def prepare(self, *indexes: Index) -> None:
        """Make the indexes; those that are there already are left as they are."""
        for index in (PENDING, NUMBERED, *indexes):
            only = {"partialFilterExpression": dict(index.only)} if index.only else {}
            await self._documents.create_index(index.keys, unique=index.unique, **cast("Any", only))

    def create(
        self,
        id: str,
        decide: Callable[[], Decision[A]],
        *,
        once: Once | None = None,
        cause: Heard[Event] | None = None,
    ) -> "asyncio.Future[A]":
        """Keep a new aggregate. By the same cause before: answers what is there. By anyone else: `Conflict`."""
        return self._enqueue(id, Call(partial(_only_new, id, lambda _: decide()), _future(), fresh=True), once, cause)

    def create_numbered(
        self,
        id: str,
        series: str,
        decide: Callable[[int], Decision[A]],
        *,
        once: Once | None = None,
        cause: Heard[Event] | None = None,
    ) -> "asyncio.Future[A]":
        """Keep a new aggregate that takes the next number of a series."""
        first = partial(_only_new, id, decide)
        return self._enqueue(id, Call(first, _future(), series=series, fresh=True), once, cause)

    def change(
        self,
        id: str,
        decide: Callable[[A], Decision[A]],
        *,
        once: Once | None = None,
        cause: Heard[Event] | None = None,
    ) -> "asyncio.Future[A]":
        """Load, decide, write; decide again if someone else was faster."""
        return self._enqueue(id, Call(partial(_only_known, id, partial(_unnumbered, decide)), _future()), once, cause)

    def change_numbered(
        self, id: str, series: str, decide: Callable[[A, int], Decision[A]], *, once: Once | None = None
    ) -> "asyncio.Future[A]":
        """Change an aggregate that takes the next number of a series."""
        return self._enqueue(id, Call(partial(_only_known, id, decide), _future(), series=series), once)

    def keep(
        self, id: str, decide: Callable[[A | None], Decision[A]], *, cause: Heard[Event] | None = None
    ) -> "asyncio.Future[A]":
        """Change an aggregate, or create it where it is not there.

        The first event of its source most likely finds nothing there: it is tried without reading.
        """
        first = cause is not None and cause.envelope.sequence == 1
        return self._enqueue(id, Call(lambda there, _: decide(there), _future(), fresh=first), None, cause)

    def get(self, id: str) -> "asyncio.Future[A]":
        """The aggregate as it is once everything asked before has been done. Raises `NotFound`."""
        return self.change(id, lambda there: (there,))

    @asynccontextmanager
    async def answering_again(self, id: str, once: Once | None) -> AsyncGenerator[None]:
        """What was answered once is answered again, even where it would be refused or could not be checked today.

        Around the checks that come before a keyed change. Raises `Repeated`, or `Conflict` where the words differ.
        """
        try:
            yield
        except (Refusal, Unavailable):
            if once:
                await self._answer_again(id, once)
            raise

    async def find(
        self, wanted: Mapping[str, Any], *, sort: Sequence[str] = (), limit: int = 100, skip: int = 0
    ) -> list[A]:
        """Aggregates by what is in their documents: for `store.py`, which names the index of each query."""
        found = self._documents.find(dict(wanted), {"state": 1}).limit(limit).skip(skip)
        if sort:
            found = found.sort(Index(tuple(sort), "").keys)
        with _weather():
            return [msgspec.convert(row["state"], self._kind) async for row in found]

    async def known(self, id: str) -> A | None:
        """The aggregate as it was last written, or None; unlike `get`, it waits for nobody and refuses nothing."""
        found = await self.find({"_id": id}, limit=1)
        return found[0] if found else None

    async def count(self, wanted: Mapping[str, Any]) -> int:
        with _weather():
            return await self._documents.count_documents(dict(wanted))

    async def explain(self, wanted: Mapping[str, Any], *, sort: Sequence[str] = ()) -> Document:
        """MongoDB's plan for a query: for the tests that prove an index."""
        found = self._documents.find(dict(wanted))
        return await (found.sort(Index(tuple(sort), "").keys) if sort else found).explain()

    async def acknowledged(self, carried: Mapping[str, int]) -> None:
        """The bus has these events, for each aggregate up to its ordinal: they are no longer pending."""
        documents = self._documents.with_options(write_concern=WriteConcern(1))  # forgotten, they are carried again
        upto: dict[int, list[str]] = {}
        for id, ordinal in carried.items():
            upto.setdefault(ordinal, []).append(id)
        done = {"$unset": {"pending": 1, "pending_since": 1}}
        with _weather():
            cleared = await documents.bulk_write(
                [UpdateMany({"_id": {"$in": ids}, "said": last}, done) for last, ids in upto.items()], ordered=False
            )
            if cleared.matched_count < len(carried):  # some have newer events, which their own relay will clear
                await documents.bulk_write(
                    [
                        UpdateMany({"_id": {"$in": ids}}, {"$pull": {"pending": {"ordinal": {"$lte": last}}}})
                        for last, ids in upto.items()
                    ],
                    ordered=False,
                )

    async def overdue(self, age: timedelta, most: int) -> list[tuple[str, list[Pending]]]:
        """What nobody has carried for so long that whoever wrote it must be gone, the oldest first."""
        late = self._documents.find({"pending_since": {"$lt": datetime.now(UTC) - age}}, {"pending": 1})
        with _weather():
            return [(row["_id"], read_pending(row)) async for row in late.sort("pending_since", 1).limit(most)]

    async def pending(self) -> int:
        """How many aggregates have events that the bus has not acknowledged."""
        return await self.count({"pending_since": {"$exists": True}})

    async def _answer_again(self, id: str, once: Once) -> None:
        try:
            row = await self._documents.find_one({"_id": id}, {"answers": 1})
        except PyMongoError:
            return  # then the refusal stands as the answer
        if row and (again := first_answer(row.get("answers", ()), once)):
            raise again

    async def close(self) -> None:
        """Return when all that was asked is done."""
        await self._flights.landed()

    def _enqueue(
        self, id: str, call: Call[A], once: Once | None, cause: Heard[Event] | None = None
    ) -> "asyncio.Future[A]":
        call.once, call.cause = once, cause and cause.envelope
        call.trace = traceparent(cause.envelope.trace if cause else "")
        return self._flights.board(id, call)


class _Documents:
    """The collection as the flights see it: many documents in one read, many in one write."""

    def __init__(self, collection: AsyncIOMotorCollection[Document]) -> None:
        self._collection = collection

    async def read(self, ids: Sequence[str]) -> dict[str, Document]:
        if not ids:
            return {}
        with _weather():
            return {row["_id"]: row async for row in self._collection.find({"_id": {"$in": list(ids)}})}

    async def last_number(self, series: str) -> int:
        last = self._collection.find({"series": series, "number": {"$exists": True}}, {"number": 1})
        with _weather():
            rows = [row async for row in last.sort(NUMBERED.keys).limit(1)]
        return rows[0]["number"] if rows else 0

    async def write(self, lines: Sequence[Line[Any]], *, ordered: bool) -> dict[str, int]:
        if not lines:
            return {}
        with _weather():
            try:
                await self._collection.bulk_write([_operation(line) for line in lines], ordered=ordered)
            except BulkWriteError as partly:
                return _failed(lines, cast("dict[str, list[Document]]", partly.details), ordered=ordered)
        return {}


def _failed(lines: Sequence[Line[Any]], details: dict[str, list[Document]], *, ordered: bool) -> dict[str, int]:
    if details.get("writeConcernErrors"):
        raise Unavailable("a majority did not confirm the write in time")
    failed = {lines[error["index"]].id: int(error["code"]) for error in details["writeErrors"]}
    if ordered:
        first = details["writeErrors"][0]["index"]
        failed |= {line.id: NOT_TRIED for line in lines[first + 1 :]}
    return failed


def _operation(line: Line[Any]) -> Write:
    said = write_pending(line.said)
    if line.row is None:
        return InsertOne({"_id": line.id, "version": 1, **line.change} | ({"pending": said} if said else {}))
    version = line.row["version"]
    update: Document = {"$set": {"version": version + 1, **line.change}}
    if said:
        update["$push"] = {"pending": {"$each": said}}
    # Where the version has moved on, the upsert runs into the `_id` and is reported, one by one, as a duplicate.
    return UpdateOne({"_id": line.id, "version": version}, update, upsert=True)


def _only_new(id: str, decide: Callable[[int], Decision[A]], there: A | None, number: int) -> Decision[A]:
    if there is not None:
        raise Conflict(f"{id} is taken: choose another id.")
    return decide(number)


def _only_known(id: str, decide: Callable[[A, int], Decision[A]], there: A | None, number: int) -> Decision[A]:
    if there is None:
        raise NotFound(f"There is no {id} here: check the id.")
    return decide(there, number)


def _unnumbered(decide: Callable[[A], Decision[A]], there: A, _: int) -> Decision[A]:
    return decide(there)


def _future() -> "asyncio.Future[Any]":
    return asyncio.get_running_loop().create_future()
