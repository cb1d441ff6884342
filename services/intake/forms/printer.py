"""What anybody may have printed: on threads of its own, so that a crowd there holds up no login, bank or form."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import ParamSpec

__all__ = ["Printer"]

P = ParamSpec("P")
MOST_KEPT = 1_000
"""Sheets; a leaflet has some ten kilobytes."""


@dataclass(slots=True)
class Printer:
    """Two threads, and the sheets that are the same for everybody, each printed once."""

    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2, "printer"))
    _kept: dict[object, "asyncio.Future[bytes]"] = field(default_factory=dict[object, "asyncio.Future[bytes]"])

    async def print(self, make: Callable[P, bytes], *given: P.args, **named: P.kwargs) -> bytes:
        """A sheet that nobody else wants."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.threads, partial(make, *given, **named))

    async def once(self, key: object, make: Callable[[], bytes]) -> bytes:
        """The sheet of this key: of many who ask at once, for one it is made. One that failed is tried again."""
        there = self._kept.get(key)
        if there is None or (there.done() and (there.cancelled() or there.exception())):
            there = self._kept[key] = asyncio.ensure_future(self.print(make))
            if len(self._kept) > MOST_KEPT:
                del self._kept[next(iter(self._kept))]
        return await asyncio.shield(there)
