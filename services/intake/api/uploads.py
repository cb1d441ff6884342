"""Large scans in parts that can be resumed: the tus protocol 1.0.0 (core, creation, termination, checksum).

Any replica goes on with an upload that another began. What was received before a line broke is kept.
"""

import base64
import binascii
import hashlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self
from uuid import UUID, uuid4

import msgspec
from fastapi import Request, Response
from starlette.requests import ClientDisconnect

from services.intake.api.given import Kept, Offered, Papers, Takings
from services.intake.api.papers import Bringing, Warn, may_bring, most_for, warned
from services.intake.domain.scan import NothingInIt, Scan, ScanTooLarge, Warned
from services.intake.domain.upload import MOST_OPEN, Metadata, Part, TooManyUploads, Upload, WrongUpload
from services.intake.scans.taking import parts_of
from services.intake.store import Store
from shared import door
from shared.auth import Filer
from shared.documents import Documents
from shared.door import Now
from shared.errors import Refusal, Unavailable
from shared.problems import Problem
from shared.web.limits import TOO_OFTEN

__all__ = ["router"]

VERSION = {"tus-resumable": "1.0.0"}
PART = 4 * 1024 * 1024
"""Bytes that are kept at once; so much of an upload is in memory, however large it is."""
BODY = "application/offset+octet-stream"
CHECKED_OTHERWISE = 460
"""tus: the checksum that came with a part is another one than that of the part."""
SUMS = ("sha1", "sha256")

OTHER_TUS: dict[int | str, dict[str, Any]] = {412: {"description": "Another version of tus than 1.0.0"}}
NOT_TAKEN: dict[int | str, dict[str, Any]] = OTHER_TUS | {
    415: {"description": "Not application/offset+octet-stream; or, with the last part, not a kind of paper"},
    460: {"description": "The part is not what Upload-Checksum says"},
}

router = door.router(tags=["uploads"])


class OtherVersion(Refusal):
    status = 412


class NotAPart(Refusal):
    """The body of a PATCH is application/offset+octet-stream."""

    status = 415


class MoreThanToldOf(Refusal):
    """More bytes came than Upload-Length said."""

    status = 413


class WrongChecksum(Refusal):
    """Upload-Checksum is an algorithm (sha1, sha256) and the sum in base64."""

    status = 400


@dataclass(frozen=True, slots=True)
class Shown:
    """What became of an upload. `state`: receiving, done, refused, ended (swept or taken back)."""

    id: str
    state: str
    offset: int
    length: int
    digest: str = ""
    kind: str = ""
    pages: int = 0
    size: int = 0
    verdict: str = ""
    refusal: str = ""
    sentence: str = ""
    warnings: tuple[Warn, ...] = ()

    @classmethod
    def of(cls, it: Upload, scan: Scan | None) -> Self:
        told = warned((Warned("renamed"),)) if it.is_renamed else ()
        if scan is None:
            return cls(it.id, it.state, it.offset, it.length, refusal=it.refusal, sentence=it.sentence)
        found = (scan.id, scan.kind, scan.pages, scan.size, scan.verdict)
        return cls(it.id, it.state, it.offset, it.length, *found, warnings=told)


@router.options("/papers/uploads", status_code=204, include_in_schema=False)
async def offers(request: Request, _: Filer) -> Response:
    """What of tus is spoken here."""
    most = request.app.state.settings.largest_scan
    told = {
        "tus-version": "1.0.0",
        "tus-extension": "creation,termination,checksum",
        "tus-checksum-algorithm": ",".join(SUMS),
        "tus-max-size": str(most),
    }
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=VERSION | told)


@router.post("/papers/uploads", status_code=201, responses=OTHER_TUS | TOO_OFTEN)
async def begin(
    request: Request, by: Filer, kept: Kept, offered: Offered, bringing: Bringing, now: Now, procedure: str = ""
) -> Response:
    """Begin an upload (tus creation): `Upload-Length`; in `Upload-Metadata` a `filename` to show. See `Location`."""
    _speaks_tus(request)
    length, said = _number(request, "Upload-Length"), Metadata.read(request.headers.get("upload-metadata", ""))
    _may_be_long(length, most_for(procedure, request, offered, now))
    if await kept.uploads_of(by.id) >= MOST_OPEN:
        raise TooManyUploads(f"You have {MOST_OPEN} uploads open: finish them or take them back.")
    may_bring(by, bringing, now)
    id = str(uuid4())
    await kept.uploads.create(id, lambda: Upload.begin(id, length, said, procedure, by=by, at=now))
    root = request.scope.get("root_path", "").rstrip("/")
    return Response(status_code=HTTPStatus.CREATED, headers=VERSION | {"location": f"{root}/papers/uploads/{id}"})


@router.head("/papers/uploads/{upload_id}")
async def stands_at(upload_id: UUID, by: Filer, kept: Kept) -> Response:
    """How much of it is kept (`Upload-Offset`): go on from there. 410 where nothing can come of it any more."""
    upload = (await kept.uploads.get(str(upload_id))).of(by)
    status = HTTPStatus.GONE if upload.is_over else HTTPStatus.OK
    told = {"upload-offset": str(upload.offset), "upload-length": str(upload.length), "cache-control": "no-store"}
    return Response(status_code=status, headers=VERSION | told)


@router.patch("/papers/uploads/{upload_id}", status_code=204, responses=NOT_TAKEN)
async def go_on(upload_id: UUID, request: Request, by: Filer, kept: Kept, taking: Takings) -> Response:
    """The next bytes (tus), from `Upload-Offset` on. With the last of them the file is checked: see `Motcua-Paper`."""
    _speaks_tus(request)
    if request.headers.get("content-type") != BODY:
        raise NotAPart(f"Send the bytes as {BODY}.")
    offset, checksum = _number(request, "Upload-Offset"), Checksum.of(request.headers.get("upload-checksum", ""))
    upload = (await kept.uploads.get(str(upload_id))).of(by).may_go_on(offset)
    _fits(upload, request.headers.get("content-length", ""))
    coming = Coming(kept, taking.papers, upload, checksum)
    await coming.take(request.stream())
    if checksum.sums and not checksum.holds:
        return Response(b"The checksum is another one: send this part again.", CHECKED_OTHERWISE, VERSION)
    upload = coming.upload
    if upload.is_complete:
        upload = await taking.finish(upload, kept.uploads, kept.scans, by)
    if upload.refusal:
        return _refused(upload)
    told = {"upload-offset": str(upload.offset)} | ({"motcua-paper": upload.digest} if upload.digest else {})
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=VERSION | told)


@router.get("/papers/uploads/{upload_id}")
async def became(upload_id: UUID, by: Filer, kept: Kept, taking: Takings) -> Shown:
    """What became of it: the digest of the paper, or why it was refused. Finishes what a crash left unfinished."""
    upload = (await kept.uploads.get(str(upload_id))).of(by)
    if upload.is_complete:
        upload = await taking.finish(upload, kept.uploads, kept.scans, by)
    return Shown.of(upload, await kept.scan_of(upload.digest) if upload.digest else None)


@router.delete("/papers/uploads/{upload_id}", status_code=204)
async def take_back(upload_id: UUID, by: Filer, kept: Kept, papers: Papers) -> Response:
    """End it (tus termination): nothing of its parts is left. A paper that came of it stays."""
    upload = (await kept.uploads.get(str(upload_id))).of(by)
    await papers.clear(parts_of(upload.id))
    await kept.uploads.change(upload.id, Upload.cleared)
    await papers.clear(parts_of(upload.id))  # a part may have come in between
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=VERSION)


@dataclass(slots=True)
class Checksum:
    """The sum that came with a part, and the one that it has. Without one everything holds."""

    wanted: bytes = b""
    sums: Any = None

    @classmethod
    def of(cls, header: str) -> Self:
        """Raises `WrongChecksum`."""
        if not header:
            return cls()
        name, _, text = header.partition(" ")
        try:
            wanted = base64.b64decode(text.strip(), validate=True)
        except binascii.Error as wrong:
            raise WrongChecksum("The sum must be in base64.", about="Upload-Checksum") from wrong
        if name not in SUMS:
            raise WrongChecksum(f"One of {', '.join(SUMS)}.", about="Upload-Checksum")
        return cls(wanted, hashlib.new(name, usedforsecurity=False))

    def add(self, block: bytes) -> None:
        if self.sums:
            self.sums.update(block)

    @property
    def holds(self) -> bool:
        return not self.sums or self.sums.digest() == self.wanted


@dataclass(slots=True)
class Coming:
    """The bytes of one PATCH, kept part by part; with a checksum all of them or none."""

    kept: Store
    papers: Documents
    upload: Upload
    checksum: Checksum
    waiting: list[Part] = field(default_factory=list[Part])
    came: int = 0

    async def take(self, stream: AsyncIterator[bytes]) -> None:
        """Raises `MoreThanToldOf`, `NoLonger`, `WrongOffset`, `Unavailable`; `ClientDisconnect` once what came is kept.

        Of a part that is not kept nothing is left, however the upload ended meanwhile.
        """
        try:
            await self._take(stream)
        finally:
            for part in self.waiting:
                await self.papers.clear(part.name)

    async def _take(self, stream: AsyncIterator[bytes]) -> None:
        block, left = bytearray(), self.upload.length - self.upload.offset
        try:
            async for chunk in stream:
                self.came += len(chunk)
                if self.came > left:
                    raise MoreThanToldOf(f"The upload has {self.upload.length} bytes, as you told: send no more.")
                block += chunk
                if len(block) >= PART:
                    await self._lay(bytes(block))
                    block.clear()
        except ClientDisconnect:
            await self._end(bytes(block), whole=False)
            raise
        await self._end(bytes(block), whole=True)

    async def _end(self, rest: bytes, *, whole: bool) -> None:
        if rest:
            await self._lay(rest)
        if self.waiting and whole and self.checksum.holds:
            await self._write()

    async def _lay(self, block: bytes) -> None:
        self.checksum.add(block)
        part = Part(f"{parts_of(self.upload.id)}{self.upload.offset:012}-{secrets.token_hex(6)}", len(block))
        await self.papers.lay(part.name, block)
        self.waiting.append(part)
        if not self.checksum.sums:
            await self._write()

    async def _write(self) -> None:
        parts, offset = tuple(self.waiting), self.upload.offset
        try:
            self.upload = await self.kept.uploads.change(self.upload.id, lambda it: it.received(parts, offset=offset))
        except Unavailable:
            self.waiting.clear()  # it may be written: then these are its parts
            raise
        self.waiting.clear()


def _refused(upload: Upload) -> Response:
    """Why nothing came of it, as a refusal is told everywhere; said again whenever it is asked (see `became`)."""
    status = upload.status or HTTPStatus.UNPROCESSABLE_ENTITY
    told = Problem(f"/problems/{upload.refusal}", HTTPStatus(status).phrase, status, upload.refusal, upload.sentence)
    return Response(msgspec.json.encode(told), status, VERSION, media_type="application/problem+json")


def _may_be_long(length: int, most: int) -> None:
    if not length:
        raise NothingInIt("The file is empty: choose it again, or scan the paper again.")
    if length > most:
        raise ScanTooLarge(f"A scan here has at most {most} bytes: scan it at 150 to 200 dpi.")


def _fits(upload: Upload, told: str) -> None:
    if told.isdecimal() and int(told) > upload.length - upload.offset:
        raise MoreThanToldOf(f"The upload has {upload.length} bytes, as you told: send no more.")


def _speaks_tus(request: Request) -> None:
    if request.headers.get("tus-resumable") != VERSION["tus-resumable"]:
        raise OtherVersion("This is tus 1.0.0: send `Tus-Resumable: 1.0.0`.")


def _number(request: Request, name: str) -> int:
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):  # noqa: PLR2004  below a petabyte
        raise WrongUpload(f"{name} must be a number of bytes.", about=name)
    return int(text)
