"""The process that opens strangers' files: `python -m services.intake.scans.reader`, a question and an answer a line.

It may hold at most so much memory, and be killed at any time: it keeps nothing.
"""

import base64
import io
import resource
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import IO

import msgspec
from PIL import Image

from services.intake.domain.scan import PDF, Examined, Warned
from services.intake.scans import kinds, pdf, pictures, quality
from shared.errors import Refusal

__all__ = ["Answer", "Ask"]

MEMORY = 1_500_000_000
"""Bytes of address space: two pages of the largest size, and the program."""
MOST_LOOKED = 30
"""Pages that are drawn and looked at."""


class Ask(msgspec.Struct):
    """`kind` empty: examine the file. Else: look at its pages."""

    path: str
    kind: str = ""


class Answer(msgspec.Struct):
    """What was found, or the name of the refusal and its sentence."""

    examined: Examined | None = None
    thumbnail: str = ""
    warnings: tuple[Warned, ...] = ()
    refusal: str = ""
    sentence: str = ""


def answer(ask: Ask) -> Answer:
    with Path(ask.path).open("rb") as file:
        try:
            return _looked(file, ask.kind) if ask.kind else Answer(kinds.examined(file))
        except Refusal as no:
            return Answer(refusal=type(no).__name__, sentence=str(no))


def _looked(file: IO[bytes], kind: str) -> Answer:
    drawn = (pdf if kind == PDF else pictures).pages(file, MOST_LOOKED)
    first = next(drawn, None)
    if first is None:
        return Answer()
    return Answer(thumbnail=_png(quality.thumbnail(first)), warnings=quality.warnings(_all(first, drawn)))


def _all(first: Image.Image, rest: Iterator[Image.Image]) -> Iterator[Image.Image]:
    yield from chain((first,), rest)


def _png(picture: Image.Image) -> str:
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return base64.b64encode(out.getvalue()).decode()


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(msgspec.json.encode(answer(msgspec.json.decode(line, type=Ask))) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
