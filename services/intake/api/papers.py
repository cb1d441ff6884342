"""Papers over HTTP: scans come in whole, and are shown with what there is to warn of."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Self
from uuid import UUID

from fastapi import Request, Response
from fastapi.params import Path

from services.intake.api.given import Kept, Offered, Takings
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.scan import NotYourScan, Scan, Verdict, Warned
from services.intake.store import Store
from shared import door
from shared.auth import Filer
from shared.calendar import local_day
from shared.documents import Documents, received
from shared.door import FromApp, Now
from shared.errors import NotFound
from shared.people import Person
from shared.web.limits import TOO_OFTEN, Allowance

__all__ = [
    "Bringing",
    "Preview",
    "Taken",
    "UnknownPaper",
    "Warn",
    "bringing",
    "may_bring",
    "most_for",
    "router",
    "unknown",
    "warned",
]

log = logging.getLogger(__name__)

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
HEADERS = {"cache-control": "private, no-store", "x-content-type-options": "nosniff"}
"""A counter's computer is shared: what was seen there stays nowhere."""

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


@router.post("/papers", status_code=201, responses=TOO_OFTEN)
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
async def preview(
    digest: Digest, request: Request, by: Filer, kept: Kept, taking: Takings, reused_from: UUID | None = None
) -> Preview:
    """How a scan looks: pages, a small picture, and what should be scanned again. The first time it takes seconds.

    For who brought it, their office, the offices of a dossier in which it stands, and who was given its draft; at a
    counter also to use it again, with the earlier dossier of the same person in `reused_from`. Each look is logged.
    """
    scan = await taking.look(await seen(digest, kept, by, reused_from), kept.scans)
    assert scan.look  # noqa: S101  it was looked at just now
    root = request.scope.get("root_path", "").rstrip("/")
    asked = f"?reused_from={reused_from}" if reused_from else ""
    thumbnail = f"{root}/papers/{digest}/thumbnail{asked}" if scan.look.has_thumbnail else ""
    return Preview(digest, scan.kind, scan.size, scan.pages, thumbnail, warned(scan.look.warnings))


@router.get("/papers/{digest}/thumbnail")
async def thumbnail(
    digest: Digest, by: Filer, kept: Kept, taking: Takings, reused_from: UUID | None = None
) -> Response:
    """The first page, small (PNG), for whom the preview is. Each look is logged."""
    picture = await taking.thumbnail(await seen(digest, kept, by, reused_from), kept.scans)
    if not picture:
        raise UnknownPaper("This kind of file has no small picture: open the paper itself.")
    return Response(picture, media_type="image/png", headers=HEADERS)


def bringing() -> Allowance:
    """A citizen's scans: two hundred at once, and as many more within a day. Each replica counts its own."""
    return Allowance(200, timedelta(minutes=7))


def may_bring(by: Person, bringing: Allowance, at: datetime) -> None:
    """Raises `TooManyTries`; never for who works at an office, who scans for everybody."""
    if by.role == "citizen":
        bringing.take(by.id, at)


async def seen(digest: str, kept: Store, by: Person, reused_from: UUID | None) -> Scan:
    """A scan for who may see it, which is logged. Raises `UnknownPaper`, `NotYourScan`."""
    scan = await kept.scan_of(digest)
    if scan is None or scan.is_leaving:
        raise UnknownPaper("No scan has this SHA-256: upload it first.")
    if not scan.is_of(by) and not (by.role != "citizen" and await _handled(digest, kept, by, reused_from)):
        raise NotYourScan("It is seen by who brought it, and where its dossier is handled: upload your own.")
    log.info("%s of %s looked at scan %s", by.id, by.office or "no office", digest)
    return scan


async def _handled(digest: str, kept: Store, by: Person, reused_from: UUID | None) -> bool:
    """In a dossier of their office, in a draft that was opened to them, or to be used again."""
    return (
        await kept.stands_at(digest, by.offices)
        or await kept.is_helped_with(digest, by.id)
        or (reused_from is not None and await kept.is_reusable(digest, str(reused_from)))
    )


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
