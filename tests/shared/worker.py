"""Another process that changes the same aggregates: `python -m tests.shared.worker WHAT MONGO DATABASE …`."""

import asyncio
import sys

from shared.repository import connect
from tests.shared.toys import Counter, counters, fresh


async def add(url: str, name: str, id: str, tasks: str, times: str) -> None:
    """So many tasks add one so many times each."""
    repository = counters(connect(url, name))

    async def often() -> None:
        for _ in range(int(times)):
            await repository.change(id, lambda it: it.add())

    print("ready", flush=True)
    sys.stdin.readline()
    await asyncio.gather(*(often() for _ in range(int(tasks))))


async def number(url: str, name: str, series: str, tasks: str, times: str) -> None:
    """So many tasks take numbers of a series, and are refused every third time; without end where `times` is 0."""
    repository = counters(connect(url, name))

    async def often(task: int) -> None:
        done = 0
        while not int(times) or done < int(times):
            id = fresh()
            await repository.create_numbered(id, series, lambda nth, it=id: Counter(it).numbered(nth))
            done += 1
            if (done + task) % 3 == 0:
                await asyncio.gather(
                    repository.create_numbered(fresh(), series, lambda _: Counter("").refuse()), return_exceptions=True
                )

    print("ready", flush=True)
    sys.stdin.readline()
    await asyncio.gather(*(often(it) for it in range(int(tasks))))


if __name__ == "__main__":
    asyncio.run({"add": add, "number": number}[sys.argv[1]](*sys.argv[2:]))
