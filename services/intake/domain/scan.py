"""The scan: one file of a paper, named by what it holds (SHA-256), and what was found out about it. Pure."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Literal, Self

from shared.errors import Forbidden, Refusal
from shared.events import Decision
from shared.people import Person

__all__ = [
    "DOCX",
    "JPEG",
    "KEPT_UNFILED",
    "KINDS",
    "LEAVING",
    "MOST_PAGES",
    "PDF",
    "PNG",
    "REFUSALS",
    "TIFF",
    "BrokenPaper",
    "Examined",
    "Infected",
    "Look",
    "LooksLikeTwo",
    "NotAPaper",
    "NotYourScan",
    "NothingInIt",
    "PaperLocked",
    "Scan",
    "ScanTooLarge",
    "TooManyPages",
    "TooMuchInside",
    "Verdict",
    "Warned",
    "WithMacros",
    "bears_another_name",
]

PDF, JPEG, PNG, TIFF = "application/pdf", "image/jpeg", "image/png", "image/tiff"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
KINDS: dict[str, tuple[str, ...]] = {
    PDF: (".pdf",),
    JPEG: (".jpg", ".jpeg"),
    PNG: (".png",),
    TIFF: (".tif", ".tiff"),
    DOCX: (".docx",),
}
"""The kinds of file that are papers, and the endings that their names usually have."""
MOST_PAGES = 1_000
"""Pages of one scan. The thickest dossiers of land and building come to some hundreds."""
MOST_OWNERS = 50
KEPT_UNFILED = timedelta(days=45)
"""So long a scan waits to be filed: longer than a draft that nobody touches."""
LEAVING = timedelta(hours=1)
"""Between the last moment at which it can be filed and its end: longer than any filing is on its way."""

Verdict = Literal["clean", "unscanned"]
"""What the malware scanner said; `unscanned` where none is configured."""
Flaw = Literal["blurred", "empty", "skewed", "unreadable", "renamed"]


class NotAPaper(Refusal):
    """A paper is a PDF, a JPEG, a PNG, a TIFF or a DOCX; what it holds decides, not its name."""

    status = 415


class NothingInIt(Refusal):
    """A file of 0 bytes."""


class BrokenPaper(Refusal):
    """Cut off, or damaged: it cannot be read to its end."""


class PaperLocked(Refusal):
    """It opens only with a password: nobody at the office could read it."""


class LooksLikeTwo(Refusal):
    """A file that two programs would read as two different things: something before, behind or inside the paper."""


class TooMuchInside(Refusal):
    """Small outside and huge when unpacked, or an archive inside."""


class TooManyPages(Refusal):
    pass


class WithMacros(Refusal):
    """A text with a program inside."""


class Infected(Refusal):
    """The malware scanner knows it."""


class ScanTooLarge(Refusal):
    """Larger than this procedure takes."""

    status = 413


class NotYourScan(Forbidden):
    """Somebody else uploaded it."""


REFUSALS: dict[str, type[Refusal]] = {
    it.__name__: it
    for it in (NotAPaper, NothingInIt, BrokenPaper, PaperLocked, LooksLikeTwo, TooMuchInside, TooManyPages, WithMacros)
}
"""What an examination may come to, by name: it is done in a process of its own."""


@dataclass(frozen=True, slots=True)
class Examined:
    """`pages` is 0 where it depends on who prints it (DOCX)."""

    kind: str
    pages: int


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that a person should look at; `page` counts from 1, 0 is the whole."""

    what: Flaw
    page: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """What came of looking at the pages as pictures; the thumbnail is kept beside the paper."""

    has_thumbnail: bool
    warnings: tuple[Warned, ...] = ()


@dataclass(frozen=True, slots=True)
class Scan:
    """`id` is the SHA-256 of the file, which is its name in the store too; `owners` are who brought it (opaque ids)."""

    id: str
    kind: str
    size: int
    pages: int
    verdict: Verdict
    at: datetime
    owners: tuple[str, ...] = field(default=())
    offices: tuple[str, ...] = ()
    """Where officials brought it."""
    look: Look | None = None
    until: datetime | None = None
    """When it is asked next whether anything needs it; None: it stands in a dossier, or is gone."""
    is_leaving: bool = False
    """It can be filed no more, and goes soon or is gone: uploaded again it is as new."""

    @property
    def subject(self) -> str:
        return self.id

    @classmethod
    def take(
        cls, there: "Scan | None", id: str, size: int, found: Examined, verdict: Verdict, *, by: Person, at: datetime
    ) -> Decision["Scan"]:
        """The first time it is new; after that, one more person has it, and the newer verdict of the scanner counts."""
        if there is None:
            there = cls(id, found.kind, size, found.pages, verdict, at, until=at)
        owners, offices = _with(there.owners, by.id), _with(there.offices, by.office)
        better = "clean" if "clean" in {verdict, there.verdict} else "unscanned"
        until = at + KEPT_UNFILED if there.until or there.is_leaving else None
        return (replace(there, owners=owners, offices=offices, verdict=better, until=until, is_leaving=False),)

    def looked(self, look: Look) -> Decision[Self]:
        return (replace(self, look=look),)

    def stays(self) -> Decision[Self]:
        """It stands in a dossier, and is asked about no more."""
        return (replace(self, until=None, is_leaving=False),)

    def waits(self, at: datetime) -> Decision[Self]:
        """It stands in a draft."""
        return (replace(self, until=at + KEPT_UNFILED, is_leaving=False),)

    def leaves(self, at: datetime) -> Decision[Self]:
        """Nothing needs it. What is being filed at this moment is seen when it is asked about once more."""
        is_over = self.until is not None and self.until <= at and not self.is_leaving
        return (replace(self, until=at + LEAVING, is_leaving=True) if is_over else self,)

    def gone(self) -> Decision[Self]:
        """The file is no more, and nothing here says whose it was. Where it was brought again meanwhile it counts."""
        return (replace(self, owners=(), offices=(), look=None, until=None) if self.is_leaving else self,)

    def is_of(self, person: Person) -> bool:
        """Whether they brought it themselves or, of an official, a colleague did."""
        return person.id in self.owners or person.acts_for(*self.offices)

    def brought_by(self, person: Person) -> None:
        """Raises `NotYourScan`."""
        if not self.is_of(person):
            raise NotYourScan("Somebody else uploaded this scan: upload your own.", about=self.id)

    def filed_by(self, person: Person, most: int) -> None:
        """Whether it may stand in a dossier of a procedure that takes `most` bytes (0: no limit of its own).

        An official also files what a citizen brought, from their draft. Raises `NotYourScan`, `ScanTooLarge`.
        """
        if person.role == "citizen":
            self.brought_by(person)
        if most and self.size > most:
            raise ScanTooLarge(
                f"This procedure takes scans up to {most} bytes: scan it at 150 to 200 dpi.", about=self.id
            )


def _with(there: tuple[str, ...], one: str) -> tuple[str, ...]:
    return there if not one or one in there else (*there, one)[-MOST_OWNERS:]


def bears_another_name(name: str, kind: str) -> bool:
    """Whether the ending of a file's name says another kind than its content; one without an ending says nothing."""
    ending = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    return bool(ending) and ending not in KINDS[kind]
