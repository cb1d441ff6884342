# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (the driver is only half typed; what leaves this module is typed)
"""The repository: one aggregate, one document, one write. The only module that knows MongoDB's driver.

A document holds the aggregate's `state`, its `version`, the `pending` events that the bus has not yet
acknowledged, in `applied` how far each source has been heard, and in `answers` what was first answered under
a key. All of it is written together or not at all, so there is no outbox, no inbox and no transaction.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import partial
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar, cast

import msgspec
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo import ASCENDING, DESCENDING, InsertOne, UpdateMany, UpdateOne, WriteConcern
from pymongo.errors import BulkWriteError, PyMongoError

from shared.decisions import Behind, Call, Line, Once, Pending, holds_back, read_pending, write_pending
from shared.errors import Conflict, NotFound, Unavailable
from shared.events import Decision, Event, Heard
from shared.telemetry import traceparent

__all__ = ["Aggregate", "Database", "Index", "Repository", "connect", "is_reachable"]

Document = dict[str, Any]
Database = AsyncIOMotorDatabase[Document]
Write = InsertOne[Document] | UpdateOne

DUPLICATE_KEY = 11000
MOST_LINES = 500
"""Aggregates in one flush."""
MOST_SERIES = 2_000
"""Series of numbers whose last one is remembered; a forgotten one is read again."""


class Aggregate(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def subject(self) -> str:
        """The key under which its events travel: the dossier's id, where it belongs to a dossier."""
        ...


A = TypeVar("A", bound=Aggregate)
Carry = Callable[["Repository[Any]", str, Sequence[Pending]], None]


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


class _Lane(Enum):
    """Flights that go beside one another; an aggregate is in one of them at a time.

    NUMBERED goes alone and in order, so that a number is written only behind the one before it.
    """

    FRESH = 0
    KNOWN = 1
    NUMBERED = 2


def connect(url: str, name: str) -> Database:
    """A database whose acknowledged writes are journaled by a majority. Gives up waiting after some seconds."""
    client = AsyncIOMotorClient[Document](
        url, tz_aware=True, w="majority", journal=True, serverSelectionTimeoutMS=3_000, timeoutMS=10_000
    )
    return client[name]


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

    def __init__(self, database: Database, kind: type[A], *, service: str, plural: str, carry: Carry) -> None:
        self.name = plural
        self._documents: AsyncIOMotorCollection[Document] = database[plural]
        self._kind = kind
        self._service = service
        self._carry = carry
        self._waiting: dict[str, deque[Call[A]]] = {}
        self._busy: set[str] = set()
        self._flights: dict[_Lane, asyncio.Task[None]] = {}
        self._numbers: dict[str, int] = {}

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
        return self._enqueue(id, Call(_only_new(id, lambda _: decide()), _future(), fresh=True), once, cause)

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
        return self._enqueue(id, Call(_only_new(id, decide), _future(), series=series, fresh=True), once, cause)

    def change(
        self,
        id: str,
        decide: Callable[[A], Decision[A]],
        *,
        once: Once | None = None,
        cause: Heard[Event] | None = None,
    ) -> "asyncio.Future[A]":
        """Load, decide, write; decide again if someone else was faster."""
        return self._enqueue(id, Call(_only_known(id, lambda there, _: decide(there)), _future()), once, cause)

    def change_numbered(
        self, id: str, series: str, decide: Callable[[A, int], Decision[A]], *, once: Once | None = None
    ) -> "asyncio.Future[A]":
        """Change an aggregate that takes the next number of a series."""
        return self._enqueue(id, Call(_only_known(id, decide), _future(), series=series), once)

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

    async def find(
        self, wanted: Mapping[str, Any], *, sort: Sequence[str] = (), limit: int = 100, skip: int = 0
    ) -> list[A]:
        """Aggregates by what is in their documents: for `store.py`, which names the index of each query."""
        found = self._documents.find(dict(wanted), {"state": 1}).limit(limit).skip(skip)
        if sort:
            found = found.sort(Index(tuple(sort), "").keys)
        try:
            return [msgspec.convert(row["state"], self._kind) async for row in found]
        except PyMongoError as away:
            raise Unavailable(str(away)) from away

    async def count(self, wanted: Mapping[str, Any]) -> int:
        try:
            return await self._documents.count_documents(dict(wanted))
        except PyMongoError as away:
            raise Unavailable(str(away)) from away

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
        try:
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
        except PyMongoError as away:
            raise Unavailable(str(away)) from away

    async def overdue(self, age: timedelta, most: int) -> list[tuple[str, list[Pending]]]:
        """What nobody has carried for so long that whoever wrote it must be gone, the oldest first."""
        late = self._documents.find({"pending_since": {"$lt": datetime.now(UTC) - age}}, {"pending": 1})
        try:
            return [(row["_id"], read_pending(row)) async for row in late.sort("pending_since", 1).limit(most)]
        except PyMongoError as away:
            raise Unavailable(str(away)) from away

    async def pending(self) -> int:
        """How many aggregates have events that the bus has not acknowledged."""
        return await self.count({"pending_since": {"$exists": True}})

    async def close(self) -> None:
        """Return when all that was asked is done."""
        while self._flights:
            await asyncio.wait(self._flights.values())

    def _enqueue(
        self, id: str, call: Call[A], once: Once | None, cause: Heard[Event] | None = None
    ) -> "asyncio.Future[A]":
        call.once, call.cause = once, cause and cause.envelope
        call.trace = traceparent(cause.envelope.trace if cause else "")
        line = self._waiting.setdefault(id, deque())
        line.append(call)
        self._start(_lane(line))
        return call.answer

    def _start(self, lane: _Lane) -> None:
        if lane not in self._flights:
            self._flights[lane] = asyncio.create_task(self._fly(lane))

    async def _fly(self, lane: _Lane) -> None:
        """Do all that waits, then all that came meanwhile, until nothing waits."""
        try:
            while calls := self._take(lane):
                self._busy.update(calls)
                await self._do(lane, calls)
                self._busy.difference_update(calls)
                for other in _Lane:
                    if other is not lane and self._waiting:
                        self._start(other)
        finally:
            del self._flights[lane]

    def _take(self, lane: _Lane) -> "dict[str, deque[Call[A]]]":
        ready = (id for id, line in self._waiting.items() if id not in self._busy and _lane(line) is lane)
        return {id: self._waiting.pop(id) for id in list(islice(ready, MOST_LINES))}

    async def _do(self, lane: _Lane, calls: "Mapping[str, deque[Call[A]]]") -> None:
        try:
            rows = await self._read([id for id, line in calls.items() if not all(call.fresh for call in line)])
            await self._look_up({call.series for line in calls.values() for call in line if call.series})
            inserts_first = sorted(calls, key=rows.__contains__)  # runs of one kind go to the server together
            lines = [self._decide(id, calls[id], rows.get(id)) for id in inserts_first]
            failed = await self._write([it for it in lines if it.is_write], ordered=lane is _Lane.NUMBERED)
        except Exception as fault:  # noqa: BLE001  whatever it is, every caller hears of it
            self._numbers.clear()
            for line in calls.values():
                _fail(line, fault)
            return
        for line in lines:
            self._land(line, failed.get(line.id, 0))

    def _land(self, line: Line[A], failure: int) -> None:
        if failure == 0:
            if line.carry:
                self._carry(self, line.id, line.carry)
            for answer in line.answers:
                answer()
        elif failure in (DUPLICATE_KEY, _NOT_TRIED):  # someone else was faster, or the one before it was not
            for series in line.taken:
                self._numbers.pop(series, None)
            for call in line.calls:
                call.fresh = call.fresh and failure == _NOT_TRIED
            self._waiting[line.id] = deque([*line.calls, *self._waiting.get(line.id, ())])
        else:
            _fail(line.calls, Unavailable(f"store error {failure}"))

    async def _read(self, ids: Sequence[str]) -> dict[str, Document]:
        if not ids:
            return {}
        return {row["_id"]: row async for row in self._documents.find({"_id": {"$in": list(ids)}})}

    async def _look_up(self, series: Iterable[str]) -> None:
        """Learn the last number of each series that is not known here."""
        if len(self._numbers) > MOST_SERIES:
            self._numbers.clear()
        for name in series:
            if name not in self._numbers:
                last = self._documents.find({"series": name, "number": {"$exists": True}}, {"number": 1})
                rows = [row async for row in last.sort([("series", 1), ("number", -1)]).limit(1)]
                self._numbers[name] = rows[0]["number"] if rows else 0

    def _decide(self, id: str, calls: "deque[Call[A]]", row: Document | None) -> Line[A]:
        """What cannot be read or encoded is the fault of its own callers, not of the others in this flush."""
        line: Line[A] = Line(id, calls, lambda topic: f"/{topic.replace('.', '/')}/{id}", lambda it: it.subject, row)
        try:
            line.decide(self._kind, self._numbers)
        except Exception as fault:  # noqa: BLE001
            for series in line.taken:
                self._numbers[series] -= 1
            if len(calls) > 1:  # whose fault is it? The first is decided alone, the others in the next flush
                self._waiting[id] = deque([*islice(calls, 1, None), *self._waiting.get(id, ())])
                while len(calls) > 1:
                    calls.pop()
                return self._decide(id, calls, row)
            failed: Line[A] = Line(id, calls, line.source, line.subject, row)
            failed.answers = [partial(call.fail, fault) for call in calls]
            if calls[0].cause and holds_back(fault):
                self._hold_back(id, calls[0].cause.source)
            return failed
        return line

    def _hold_back(self, id: str, source: str) -> None:
        waiting = self._waiting.pop(id, deque())
        stuck = [call for call in waiting if call.cause and call.cause.source == source]
        _fail(stuck, Behind())
        if left := deque(call for call in waiting if call not in stuck):
            self._waiting[id] = left

    async def _write(self, lines: Sequence[Line[A]], *, ordered: bool) -> dict[str, int]:
        """One bulk write for all; answers the ids of those that were not written, with the reason's code."""
        if not lines:
            return {}
        try:
            await self._documents.bulk_write([_operation(line) for line in lines], ordered=ordered)
        except BulkWriteError as partly:
            details = cast("dict[str, list[Document]]", partly.details)
            if details.get("writeConcernErrors"):
                raise
            failed = {lines[error["index"]].id: int(error["code"]) for error in details["writeErrors"]}
            if ordered:
                first = details["writeErrors"][0]["index"]
                failed |= {line.id: _NOT_TRIED for line in lines[first + 1 :]}
            return failed
        return {}


_NOT_TRIED = -1


def _lane(line: "deque[Call[Any]]") -> _Lane:
    if any(call.series for call in line):
        return _Lane.NUMBERED
    return _Lane.FRESH if all(call.fresh for call in line) else _Lane.KNOWN


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


def _only_new(id: str, decide: Callable[[int], Decision[A]]) -> Callable[[A | None, int], Decision[A]]:
    def checked(there: A | None, number: int) -> Decision[A]:
        if there is not None:
            raise Conflict(f"{id} is taken: choose another id.")
        return decide(number)

    return checked


def _only_known(id: str, decide: Callable[[A, int], Decision[A]]) -> Callable[[A | None, int], Decision[A]]:
    def checked(there: A | None, number: int) -> Decision[A]:
        if there is None:
            raise NotFound(f"There is no {id} here: check the id.")
        return decide(there, number)

    return checked


def _future() -> "asyncio.Future[Any]":
    return asyncio.get_running_loop().create_future()


def _fail(calls: "Iterable[Call[Any]]", fault: Exception) -> None:
    for call in calls:
        call.fail(Unavailable(str(fault)) if isinstance(fault, PyMongoError) else fault)
