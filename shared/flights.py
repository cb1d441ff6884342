"""Flights: calls that meet share one read and one write (group commit).

While a flight is under way the next calls gather; it starts when the last one has landed, so a lone call never waits.
An aggregate is in one flight at a time, and its calls keep their order. Knows no database: it is handed a `Storage`.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from functools import partial
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

from shared.decisions import Aggregate, Behind, Call, Line, Pending, holds_back
from shared.errors import Unavailable

__all__ = ["DUPLICATE_KEY", "NOT_TRIED", "Flights", "Storage"]

Document = dict[str, Any]

DUPLICATE_KEY = 11000
NOT_TRIED = -1
"""What stood behind a failure in an ordered write."""
MOST_LINES = 500
"""Aggregates in one flight."""
MOST_SERIES = 2_000
"""Series of numbers whose last one is remembered; a forgotten one is read again."""


A = TypeVar("A", bound=Aggregate)


class Storage(Protocol):
    """Reads and writes the documents of many aggregates at once. Raises `Unavailable` where nobody answers."""

    async def read(self, ids: Sequence[str]) -> dict[str, Document]: ...

    async def write(self, lines: Sequence[Line[Any]], *, ordered: bool) -> dict[str, int]:
        """Answers the ids of those that were not written, with the reason's code."""
        ...

    async def last_number(self, series: str) -> int:
        """0 where the series has none yet."""
        ...


class _Lane(Enum):
    """Flights that go beside one another; an aggregate is in one of them at a time.

    NUMBERED goes alone and in order, so that a number is written only behind the one before it.
    """

    FRESH = 0
    KNOWN = 1
    NUMBERED = 2


class Flights(Generic[A]):
    def __init__(self, storage: Storage, kind: type[A], carry: Callable[[str, Sequence[Pending]], None]) -> None:
        self._storage = storage
        self._kind = kind
        self._carry = carry
        self._waiting: dict[str, deque[Call[A]]] = {}
        self._busy: set[str] = set()
        self._flights: dict[_Lane, asyncio.Task[None]] = {}
        self._numbers: dict[str, int] = {}

    def board(self, id: str, call: Call[A]) -> "asyncio.Future[A]":
        """Take a call on the next flight; its answer comes when that has landed."""
        line = self._waiting.setdefault(id, deque())
        line.append(call)
        self._start(_lane(line))
        return call.answer

    async def landed(self) -> None:
        """Return when all that was asked is done."""
        while self._flights:
            await asyncio.wait(self._flights.values())

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
            rows = await self._storage.read([id for id, line in calls.items() if not all(call.fresh for call in line)])
            await self._look_up({call.series for line in calls.values() for call in line if call.series})
            inserts_first = sorted(calls, key=rows.__contains__)  # runs of one kind go to the server together
            lines = [self._decide(id, calls[id], rows.get(id)) for id in inserts_first]
            failed = await self._storage.write([it for it in lines if it.is_write], ordered=lane is _Lane.NUMBERED)
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
                self._carry(line.id, line.carry)
            for answer in line.answers:
                answer()
        elif failure in (DUPLICATE_KEY, NOT_TRIED):  # someone else was faster, or the one before it was not
            for series in line.taken:
                self._numbers.pop(series, None)
            for call in line.calls:
                call.fresh = call.fresh and failure == NOT_TRIED
            self._waiting[line.id] = deque([*line.calls, *self._waiting.get(line.id, ())])
        else:
            _fail(line.calls, Unavailable(f"store error {failure}"))

    async def _look_up(self, series: Iterable[str]) -> None:
        """Learn the last number of each series that is not known here."""
        if len(self._numbers) > MOST_SERIES:
            self._numbers.clear()
        for name in series:
            if name not in self._numbers:
                self._numbers[name] = await self._storage.last_number(name)

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


def _lane(line: "deque[Call[Any]]") -> _Lane:
    if any(call.series for call in line):
        return _Lane.NUMBERED
    return _Lane.FRESH if all(call.fresh for call in line) else _Lane.KNOWN


def _fail(calls: "Iterable[Call[Any]]", fault: Exception) -> None:
    for call in calls:
        call.fail(fault)
