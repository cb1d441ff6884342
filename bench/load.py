"""The generator: a process of its own that files dossiers, in a closed loop or at a given rate, and notes the times.

`python -m bench.load FILE` reads its `Order` as JSON from the file, and leaves `Filed` in its place.
"""

import asyncio
import resource
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import cast

import msgspec
import uvloop

from bench.filing import dossier_id, request

CREATED = b"HTTP/1.1 201 "


class Order(msgspec.Struct):
    """`rate` 0: a closed loop, each connection asks again when it was answered; else so many a second, on schedule."""

    port: int
    run: int
    connections: int
    seconds: float
    tokens: tuple[str, ...]
    rate: float = 0.0


class Filed(msgspec.Struct):
    """For each dossier, in the order of its number: when it was due to be sent and when it was answered (seconds)."""

    began: list[float]
    answered: list[float]
    refused: int
    first_refusal: str
    cpu: float


class Work:
    """What all connections share."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.end = time.time() + order.seconds
        self.began: list[float] = []
        self.answered: list[float] = []
        self.refused = 0
        self.first_refusal = ""
        self.idle: deque[Clerk] = deque()
        self.busy = 0

    def file(self, clerk: "Clerk", due: float) -> None:
        number = len(self.began)
        self.began.append(due)
        self.answered.append(0.0)
        self.busy += 1
        clerk.send(number, request(dossier_id(self.order.run, number), clerk.token))

    def done(self, clerk: "Clerk", answer: bytes) -> None:
        self.busy -= 1
        if answer.startswith(CREATED):
            self.answered[clerk.number] = time.time()
        else:
            self.refused += 1
            self.first_refusal = self.first_refusal or answer[:400].decode(errors="replace")
        self.free(clerk)

    def free(self, clerk: "Clerk") -> None:
        if self.order.rate:
            self.idle.append(clerk)
        elif (now := time.time()) < self.end:
            self.file(clerk, now)


class Clerk(asyncio.Protocol):
    """One connection, which asks one thing at a time."""

    def __init__(self, work: Work, token: str) -> None:
        self.work = work
        self.token = token
        self.number = 0
        self._got = b""
        self._expected = 0
        self._write: Callable[[bytes], None]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._write = cast("asyncio.Transport", transport).write
        self.work.free(self)

    def send(self, number: int, what: bytes) -> None:
        self.number = number
        self._write(what)

    def data_received(self, data: bytes) -> None:
        self._got += data
        if not self._expected:
            head, there, _ = self._got.partition(b"\r\n\r\n")
            if not there:
                return
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            self._expected = len(head) + 4 + int(length)
        if len(self._got) >= self._expected:
            answer, self._got, self._expected = self._got, b"", 0
            self.work.done(self, answer)


async def drive(order: Order) -> Work:
    """Until the time is over and the last is answered (or was waited for, for five seconds)."""
    work = Work(order)
    loop = asyncio.get_running_loop()
    for nth in range(order.connections):
        token = order.tokens[nth % len(order.tokens)]
        await loop.create_connection(lambda token=token: Clerk(work, token), "127.0.0.1", order.port)
    if order.rate:
        await _on_schedule(work)
    await asyncio.sleep(max(0.0, work.end - time.time()))
    for _ in range(500):
        if not work.busy:
            break
        await asyncio.sleep(0.01)
    return work


async def _on_schedule(work: Work) -> None:
    """A late answer does not delay the next question: its time counts from when it was due."""
    start, sent = time.time(), 0
    while (now := time.time()) < work.end:
        due = int((now - start) * work.order.rate)
        while sent < due and work.idle:
            work.file(work.idle.popleft(), start + sent / work.order.rate)
            sent += 1
        await asyncio.sleep(0.001)


def main() -> None:
    file = Path(sys.argv[1])
    order = msgspec.json.decode(file.read_bytes(), type=Order)
    work = uvloop.run(drive(order))
    used = resource.getrusage(resource.RUSAGE_SELF)
    filed = Filed(work.began, work.answered, work.refused, work.first_refusal, used.ru_utime + used.ru_stime)
    file.write_bytes(msgspec.json.encode(filed))


if __name__ == "__main__":
    main()
