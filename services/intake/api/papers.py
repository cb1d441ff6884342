"""Papers over HTTP: scans come in whole, and are shown with what there is to warn of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Self

from fastapi import Request, Response
from fastapi.params import Path

from services.intake.api.given import Kept, Offered, Takings
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.scan import Scan, Verdict, Warned
from services.intake.store import Store
from shared import door
from shared.auth import Filer
from shared.calendar import local_day
from shared.documents import Documents, received
from shared.door import FromApp, Now
from shared.errors import NotFound
from shared.people import Person
from shared.web.limits import Allowance

__all__ = [
    "Bringing",
    "Preview",
    "Taken",
    "UnknownPaper",
    "Warn",
    "bringing",
    "known_scan",
    "may_bring",
    "most_for",
    "router",
    "unknown",
    "warned",
]

router = door.router(tags=["papers"])

WORDS: dict[str, tuple[str, str]] = {
    "blurred": ("Bị mờ, khó đọc.", "Blurred, hard to read."),
    "empty": ("Trang trống.", "Empty."),
    "skewed": ("Bị lệch.", "Crooked."),
    "unreadable": ("Không xem trước được tệp này.", "There is no preview of this file."),
    "renamed": (
        "Đuôi tên tệp không đúng với nội dung; tệp được nhận theo nội dung.",
        "The ending of the file's name says another kind; it is taken for what it holds.",
    ),
}
FOR_EVER = {"cache-control": "private, max-age=31536000, immutable", "x-content-type-options": "nosniff"}

Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
"""SHA-256 of a file, hexadecimal."""


Bringing = Annotated[Allowance, FromApp("bringing")]


class UnknownPaper(NotFound):
    """No scan has this digest."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What was kept. `verdict` is the malware scanner's; `unscanned` where none is configured."""

    digest: str
    size: int
    kind: str
    pages: int
    verdict: Verdict

    @classmethod
    def of(cls, it: Scan) -> Self:
        return cls(it.id, it.size, it.kind, it.pages, it.verdict)


@dataclass(frozen=True, slots=True)
class Warn:
    """Something that a person should look at. `page` counts from 1; 0 is the whole file."""

    page: int
    what: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Preview:
    """`thumbnail` is the address of a PNG of the first page; empty where the kind has none."""

    digest: str
    kind: str
    size: int
    pages: int
    thumbnail: str
    warnings: tuple[Warn, ...]


def warned(warnings: Iterable[Warned]) -> tuple[Warn, ...]:
    return tuple(Warn(it.page, it.what, *WORDS[it.what]) for it in warnings)


@router.post("/papers", status_code=201)
async def upload(
    request: Request,
    by: Filer,
    kept: Kept,
    taking: Takings,
    offered: Offered,
    bringing: Bringing,
    now: Now,
    procedure: str = "",
) -> Taken:
    """Keep a scan (PDF, JPEG, PNG, TIFF, DOCX); its SHA-256 is its name. Tick it in the filing's papers.

    For programs, and for what is small: through the gateway up to 64 MB. What is larger, and what comes from a phone
    or a weak line, is uploaded in parts (`/papers/uploads`). One that is not filed within 45 days is forgotten.
    """
    may_bring(by, bringing, now)
    with await received(request.stream(), most=most_for(procedure, request, offered, now)) as whole:
        return Taken.of(await taking.take(whole, kept.scans, by, now))


@router.get("/papers/{digest}/preview")
async def preview(digest: Digest, request: Request, by: Filer, kept: Kept, taking: Takings) -> Preview:
    """How a scan looks: pages, a small picture, and what should be scanned again. The first time it takes seconds."""
    scan = await taking.look(await known_scan(digest, kept, by), kept.scans)
    assert scan.look  # noqa: S101  it was looked at just now
    root = request.scope.get("root_path", "").rstrip("/")
    thumbnail = f"{root}/papers/{digest}/thumbnail" if scan.look.has_thumbnail else ""
    return Preview(digest, scan.kind, scan.size, scan.pages, thumbnail, warned(scan.look.warnings))


@router.get("/papers/{digest}/thumbnail")
async def thumbnail(digest: Digest, by: Filer, kept: Kept, taking: Takings) -> Response:
    """The first page, small (PNG)."""
    picture = await taking.thumbnail(await known_scan(digest, kept, by), kept.scans)
    if not picture:
        raise UnknownPaper("This kind of file has no small picture: open the paper itself.")
    return Response(picture, media_type="image/png", headers=FOR_EVER)


def bringing() -> Allowance:
    """A citizen's scans: two hundred at once, and as many more within a day. Each replica counts its own."""
    return Allowance(200, timedelta(minutes=7))


def may_bring(by: Person, bringing: Allowance, at: datetime) -> None:
    """Raises `TooManyTries`; never for who works at an office, who scans for everybody."""
    if by.role == "citizen":
        bringing.take(by.id, at)


async def known_scan(digest: str, kept: Store, by: Person) -> Scan:
    """Raises `UnknownPaper`, `NotYourScan`."""
    scan = await kept.scan_of(digest)
    if scan is None or scan.is_leaving:
        raise UnknownPaper("No scan has this SHA-256: upload it first.")
    scan.shown_to(by)
    return scan


async def unknown(digests: Iterable[str], kept: Store, papers: Documents, by: Person, most: int) -> list[str]:
    """Before scans are filed in a dossier of a procedure that takes `most` bytes each: those that are not here.

    Raises `NotYourScan`, `ScanTooLarge`, `Unavailable`.
    """
    wanted = sorted(set(digests))
    scans = {it.id: it for it in await kept.scans_of(wanted) if not it.is_leaving}
    for scan in scans.values():
        scan.filed_by(by, most)
    return [it for it in wanted if it not in scans or not await papers.has(it)]


def most_for(procedure: str, request: Request, offered: Catalogue, now: datetime) -> int:
    """Bytes that a scan may have: what this procedure takes, where one is named, and never more than the setting."""
    most: int = request.app.state.settings.largest_scan
    return min(most, offered.procedure(procedure, local_day(now)).largest_scan) if procedure else most
