"""Taking a file in: examined, scanned for malware, kept under its digest, written down. The same for every way in."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import IO, Protocol

from services.intake.domain.scan import Infected, Look, Scan, Verdict
from services.intake.domain.upload import Upload
from services.intake.scans.reading import Readers
from shared.documents import Documents, OnDisk
from shared.errors import Conflict, Refusal
from shared.events import Decision
from shared.people import Person
from shared.repository import Repository

__all__ = ["Malware", "Taking", "parts_of", "thumbnail_of"]

log = logging.getLogger(__name__)

MOST_AT_ONCE = 4
"""Uploads that are put together, and papers that are looked at, at the same time: each is a file on the disk here."""


Take = Callable[[Scan | None], Decision[Scan]]


class Malware(Protocol):
    async def knows(self, file: IO[bytes]) -> str:
        """The name of what is in it; empty: nothing. Raises `Unavailable`."""
        ...


def parts_of(upload: str) -> str:
    """Where the parts of an upload lie until it has ended."""
    return f"uploads/{upload}/"


def thumbnail_of(digest: str) -> str:
    return f"thumbnails/{digest}.png"


@dataclass(frozen=True, slots=True)
class Taking:
    """`malware` None: none is configured, and each scan says that it was not scanned."""

    papers: Documents
    readers: Readers
    malware: Malware | None
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_ONCE))

    async def take(self, whole: OnDisk, scans: Repository[Scan], by: Person, at: datetime) -> Scan:
        """Nothing can be read before it was examined and scanned; what is refused leaves nothing behind.

        Raises `Infected`, what `Readers.examined` raises, `Unavailable`.
        """
        found = await self.readers.examined(whole.path)
        verdict = await self._scanned(whole)
        take = partial(Scan.take, id=whole.digest, size=whole.size, found=found, verdict=verdict, by=by, at=at)
        written = self._written(scans, whole.digest, take)
        _, scan = await asyncio.gather(self.papers.keep(whole, found.kind), written)
        return scan

    async def finish(self, upload: Upload, uploads: Repository[Upload], scans: Repository[Scan], by: Person) -> Upload:
        """Make a paper of an upload that is complete. Asked again, it comes to the same; a crash before is no harm.

        Raises `Unavailable`; where the file is refused, the upload says so.
        """
        async with self.turns:
            try:
                with await self.papers.together([it.name for it in upload.parts]) as whole:
                    scan = await self.take(whole, scans, by, upload.begun_at)
                await uploads.change(upload.id, lambda it: it.done(scan.id, scan.kind))
            except Refusal as no:
                refusal = no
                await uploads.change(upload.id, lambda it: it.refused(refusal))
        await self.papers.clear(parts_of(upload.id))
        return await uploads.change(upload.id, Upload.cleared)

    async def look(self, scan: Scan, scans: Repository[Scan]) -> Scan:
        """Look at its pages, once; the thumbnail is kept beside the paper. Raises `NotFound`, `Unavailable`."""
        if scan.look:
            return scan
        async with self.turns:
            with await self.papers.whole(scan.id) as whole:
                look, picture = await self.readers.looked(whole.path, scan.kind)
        if picture:
            await self.papers.lay(thumbnail_of(scan.id), picture, "image/png")
        return await scans.change(scan.id, lambda it: it.looked(look))

    async def thumbnail(self, scan: Scan, scans: Repository[Scan]) -> bytes:
        """PNG; empty where the kind has none. Raises as `look`."""
        there: Look | None = (await self.look(scan, scans)).look
        return await self.papers.beside(thumbnail_of(scan.id)) if there and there.has_thumbnail else b""

    async def _written(self, scans: Repository[Scan], digest: str, take: Take) -> Scan:
        """Most scans are new: nothing is read before it is known that this one is not."""
        try:
            return await scans.create(digest, partial(take, None))
        except Conflict:
            return await scans.change(digest, take)

    async def _scanned(self, whole: OnDisk) -> Verdict:
        if self.malware is None:
            return "unscanned"
        if found := await self.malware.knows(whole.file):
            log.warning("a scan of %d bytes was refused: the malware scanner calls it %s", whole.size, found)
            raise Infected("The malware scanner found something in this file: do not open it, scan the paper itself.")
        return "clean"
