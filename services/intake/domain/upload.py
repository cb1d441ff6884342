"""An upload in parts (tus 1.0.0): how much has come, where it lies, and what became of it. Pure."""

import base64
import binascii
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Self

from services.intake.domain.scan import bears_another_name
from shared.errors import Conflict, NotFound, Refusal
from shared.events import Decision
from shared.people import Person

__all__ = [
    "KEPT",
    "MOST_OPEN",
    "Metadata",
    "NoLonger",
    "Part",
    "TooManyUploads",
    "Upload",
    "WrongMetadata",
    "WrongOffset",
    "WrongUpload",
]

KEPT = timedelta(hours=24)
"""So long an upload may be resumed; after that its parts are swept."""
MOST_OPEN = 40
"""Uploads of one person at a time."""
MOST_NAME = 200
MOST_METADATA = 4_000
State = Literal["receiving", "done", "refused", "ended"]


class WrongOffset(Conflict):
    """Bytes for another place than where the upload stands: ask with HEAD, go on from there."""


class WrongUpload(Refusal):
    """Upload-Length is missing or is no number; `about` names the header."""


class WrongMetadata(Refusal):
    """Upload-Metadata is not as tus writes it: names, each with base64 behind it, separated by commas."""


class TooManyUploads(Refusal):
    """Somebody began many and finished none."""

    status = 429


class NoLonger(Conflict):
    """It was finished, refused or swept: nothing can be added."""

    status = 410


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the client says of the file. The name is for showing only; it decides nothing."""

    filename: str = ""

    @classmethod
    def read(cls, header: str) -> Self:
        """Raises `WrongMetadata`."""
        if len(header) > MOST_METADATA:
            raise WrongMetadata(f"At most {MOST_METADATA} characters.", about="Upload-Metadata")
        pairs = (it.strip().partition(" ") for it in header.split(",") if it.strip())
        said = {name: value.strip() for name, _, value in pairs}
        try:
            filename = base64.b64decode(said.get("filename", ""), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as wrong:
            raise WrongMetadata("`filename` must be UTF-8 text in base64.", about="Upload-Metadata") from wrong
        return cls("".join(it for it in filename if it.isprintable())[:MOST_NAME])


@dataclass(frozen=True, slots=True)
class Part:
    """Some bytes of it, kept under a name of their own: two who send the same part do not touch each other's."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Upload:
    """`owner` alone may touch it. `parts` lie in the store until it has ended, done or not; `is_open` says so."""

    id: str
    owner: str
    length: int
    begun_at: datetime
    name: str = ""
    procedure: str = ""
    state: State = "receiving"
    parts: tuple[Part, ...] = ()
    digest: str = ""
    refusal: str = ""
    sentence: str = ""
    status: int = 0
    is_renamed: bool = False
    """Its name's ending said another kind than its content."""
    is_open: bool = True

    @property
    def subject(self) -> str:
        return self.id

    @property
    def offset(self) -> int:
        """Bytes that are kept: from here the next part goes on."""
        return self.length if self.state == "done" else sum(it.size for it in self.parts)

    @property
    def is_over(self) -> bool:
        """Nothing came of it, and nothing can."""
        return self.state in {"refused", "ended"}

    @property
    def is_complete(self) -> bool:
        return self.state == "receiving" and self.offset == self.length

    @classmethod
    def begin(cls, id: str, length: int, said: Metadata, procedure: str, *, by: Person, at: datetime) -> Decision[Self]:
        return (cls(id, by.id, length, at, said.filename, procedure),)

    def of(self, person: Person) -> Self:
        """The upload, for its owner; for anybody else there is none. Raises `NotFound`."""
        if person.id != self.owner:
            raise NotFound("There is no such upload of yours: begin a new one.")
        return self

    def may_go_on(self, offset: int) -> Self:
        """Raises `NoLonger`, `WrongOffset`."""
        if self.state != "receiving":
            raise NoLonger("This upload has ended: ask what became of it, or begin a new one.")
        if offset != self.offset:
            raise WrongOffset(f"The upload stands at {self.offset}: go on from there.")
        return self

    def received(self, parts: tuple[Part, ...], *, offset: int) -> Decision[Self]:
        """More of it is kept. Raises `WrongOffset` where somebody else was faster: those parts are not its own."""
        return (replace(self.may_go_on(offset), parts=(*self.parts, *parts)),)

    def done(self, digest: str, kind: str) -> Decision[Self]:
        """The whole is a paper now. Who finishes it twice says the same twice."""
        other = bears_another_name(self.name, kind)
        done = replace(self, state="done", digest=digest, is_renamed=other)
        return (done if self.state == "receiving" else self,)

    def refused(self, reason: Refusal) -> Decision[Self]:
        refused = replace(self, state="refused", refusal=reason.code, sentence=str(reason), status=reason.status)
        return (refused if self.state == "receiving" else self,)

    def cleared(self) -> Decision[Self]:
        """It has ended, and its parts are gone from the store; the name that the client gave goes too."""
        state = "ended" if self.state == "receiving" else self.state
        return (replace(self, state=state, parts=(), name="", is_open=False),)
