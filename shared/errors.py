"""Refusals are answers; `Unavailable` is weather; anything else is a fault of ours.

A refusal becomes problem+json (RFC 9457) on HTTP and a parked message on the bus. While something is
unavailable, HTTP answers 503 with Retry-After and the bus waits: the same batch is taken again.
"""

import re
import traceback
from typing import ClassVar

__all__ = [
    "Conflict",
    "Forbidden",
    "Malformed",
    "NotFound",
    "NotYet",
    "Refusal",
    "Repeated",
    "Unauthorized",
    "Unavailable",
    "place",
    "way",
]


class Refusal(Exception):
    """A rule said no. The sentence says what to do; `about` names the field or paper it is about."""

    status: ClassVar[int] = 422

    def __init__(self, sentence: str, *, about: str = "") -> None:
        super().__init__(sentence)
        self.about = about

    @property
    def code(self) -> str:
        """The refusal's name on the wire: `PapersMissing` is `papers-missing`. Never changes once published."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()


class NotFound(Refusal):
    status = 404


class Conflict(Refusal):
    status = 409


class Unauthorized(Refusal):
    """Nobody is known to be asking: log in."""

    status = 401


class Forbidden(Refusal):
    """Who is asking may not do this."""

    status = 403


class Malformed(Refusal):
    """What came cannot be read, or is of a version nobody here knows."""

    status = 400


class NotYet(Refusal):
    """It depends on something that another topic has yet to bring. The bus tries again for a while, then parks."""

    status = 409


class Unavailable(Exception):
    """The store, the bus or the documents did not answer. Whether a write happened is unknown; asking again is safe."""


class Repeated(Exception):
    """This was asked before under the same key, with the same words; `answer` is what was answered then (JSON)."""

    def __init__(self, answer: bytes, status: int) -> None:
        super().__init__("asked before")
        self.answer = answer
        self.status = status


def place(fault: BaseException) -> str:
    """What a fault is and where it happened; not its words, for they may hold personal data."""
    *_, last = ["", *way(fault).split(" > ")]
    return f"{type(fault).__name__} at {last}" if last else type(fault).__name__


def way(fault: BaseException) -> str:
    """The functions and lines through which a fault came, the innermost last: for the log."""
    return " > ".join(f"{frame.f_code.co_qualname}:{line}" for frame, line in traceback.walk_tb(fault.__traceback__))
