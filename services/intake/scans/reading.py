"""Asking the reader: one file at a time, no longer than so many seconds, and with a new reader where one died."""

import asyncio
import base64
import logging
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from services.intake.domain.scan import DOCX, REFUSALS, BrokenPaper, Examined, Look, Warned
from services.intake.scans.reader import Answer, Ask
from shared.errors import Unavailable

__all__ = ["Reader", "Readers"]

log = logging.getLogger(__name__)

LONGEST_ANSWER = 2_000_000
"""Bytes of a line: a small picture and the warnings of some pages."""
KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH")
"""Of the environment; what holds secrets is not for a process that opens strangers' files."""


class Gone(Exception):
    """The reader died, or was too slow and was ended."""


@dataclass(slots=True)
class Reader:
    """One process, started at the first question."""

    patience: float
    """Seconds for one file."""
    process: Process | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ask(self, ask: Ask) -> Answer:
        """Raises `Gone`, `Unavailable`."""
        async with self.turn:
            process = self.process = await self._running()
            try:
                async with asyncio.timeout(self.patience):
                    return await _asked(process, ask)
            except BaseException as reason:
                await self._end()
                if isinstance(reason, TimeoutError | OSError | ValueError | EOFError):
                    raise Gone from reason
                raise

    async def close(self) -> None:
        async with self.turn:
            await self._end()

    async def _running(self) -> Process:
        if self.process and self.process.returncode is None:
            return self.process
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        command = (sys.executable, "-m", "services.intake.scans.reader")
        try:
            return await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment, limit=LONGEST_ANSWER, cwd=_root()
            )
        except OSError as away:
            raise Unavailable(f"the reader of scans does not start: {type(away).__name__}") from away

    async def _end(self) -> None:
        process, self.process = self.process, None
        if process and process.returncode is None:
            process.kill()
            await process.wait()


async def _asked(process: Process, ask: Ask) -> Answer:
    assert process.stdin  # noqa: S101  both are pipes
    assert process.stdout  # noqa: S101
    process.stdin.write(msgspec.json.encode(ask) + b"\n")
    await process.stdin.drain()
    line = await process.stdout.readline()
    if not line:
        raise EOFError
    return msgspec.json.decode(line, type=Answer)


def _root() -> Path:
    return Path(__file__).parents[3]


@dataclass(slots=True)
class Readers:
    """One that examines what comes in, and one that looks at pages: the slow work never waits before the quick."""

    examining: Reader = field(default_factory=lambda: Reader(20))
    looking: Reader = field(default_factory=lambda: Reader(40))

    async def examined(self, path: Path) -> Examined:
        """Raises one of `REFUSALS`; `BrokenPaper` where the file is more than a reader can bear; `Unavailable`."""
        try:
            answer = await self.examining.ask(Ask(str(path)))
        except Gone as gone:
            raise BrokenPaper("The file cannot be read in the time there is: save it anew as a PDF.") from gone
        if answer.refusal:
            raise REFUSALS[answer.refusal](answer.sentence)
        assert answer.examined  # noqa: S101
        return answer.examined

    async def looked(self, path: Path, kind: str) -> tuple[Look, bytes]:
        """What there is to warn of, and the thumbnail (PNG; empty where there is none). Raises `Unavailable`."""
        if kind == DOCX:
            return Look(has_thumbnail=False), b""
        try:
            answer = await self.looking.ask(Ask(str(path), kind))
        except Gone:
            log.warning("a scan could not be looked at in the time there is")
            answer = Answer(refusal=BrokenPaper.__name__)
        if answer.refusal:
            return Look(has_thumbnail=False, warnings=(Warned("unreadable"),)), b""
        picture = base64.b64decode(answer.thumbnail)
        return Look(has_thumbnail=bool(picture), warnings=answer.warnings), picture

    async def close(self) -> None:
        await self.examining.close()
        await self.looking.close()
