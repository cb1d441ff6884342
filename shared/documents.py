"""Papers and scans in MinIO: named by what they hold (SHA-256), checked at both ends. MinIO itself stays inside."""

import asyncio
import base64
import hashlib
import io
import logging
import re
import tempfile
import zlib
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import IO, BinaryIO, ParamSpec, Self, TypeVar, cast
from urllib.parse import urlsplit

from minio import Minio
from minio.credentials.credentials import Credentials
from minio.deleteobjects import DeleteObject
from minio.error import MinioException, S3Error
from minio.signer import sign_v4_s3
from minio.time import to_amz_date
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError

from shared.errors import NotFound, Refusal, Unavailable
from shared.settings import Settings

__all__ = [
    "BUCKETS",
    "Corrupted",
    "DocumentTooLarge",
    "Documents",
    "EmptyDocument",
    "OnDisk",
    "Stored",
    "UnknownKind",
    "received",
    "recognised",
]

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

PAPERS = "motcua-papers"
RESULTS = "motcua-results"
BUCKETS = (PAPERS, RESULTS)

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_BEGINNINGS = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
}
"""How a file of each kind begins."""
_LONGEST_BEGINNING = 8
REGION = "us-east-1"
UNSIGNED = "UNSIGNED-PAYLOAD"
"""The signature is over the name, the length and the check sum; a second SHA-256 would cost as much as all the rest."""
PIECE = 1024 * 1024
"""Bytes that are moved at once between MinIO and the disk: memory does not grow with the file."""


class DocumentTooLarge(Refusal):
    status = 413


class EmptyDocument(Refusal):
    """A file of 0 bytes is no paper."""


class UnknownKind(Refusal):
    """A paper is a PDF, a JPEG, a PNG or a TIFF; what it holds decides, not its name."""

    status = 415


class Corrupted(Exception):
    """What the store gave back is not what was put there."""


@dataclass(frozen=True, slots=True)
class Stored:
    digest: str
    """SHA-256, hexadecimal: the object's name too."""
    size: int
    kind: str


@dataclass(slots=True)
class OnDisk:
    """A whole file in the folder for temporary files, under its digest; gone when it is closed."""

    file: IO[bytes]
    digest: str
    size: int
    sum: int
    """CRC-32: MinIO compares it with what arrives."""

    @property
    def kind(self) -> str:
        """The media type, told by how it begins; empty where it is none that `recognised` lets in."""
        self.file.seek(0)
        begun = self.file.read(_LONGEST_BEGINNING)
        self.file.seek(0)
        return _kind_of(begun)

    @property
    def path(self) -> Path:
        return Path(self.file.name)

    def close(self) -> None:
        self.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


async def received(chunks: AsyncIterable[bytes], *, most: int) -> OnDisk:
    """What comes in, on disk; its digest is made on the way. Raises `DocumentTooLarge`, `EmptyDocument`."""
    file = _scratch()
    try:
        digest, size, sum = hashlib.sha256(), 0, 0
        async for chunk in chunks:
            size += len(chunk)
            if size > most:
                raise DocumentTooLarge(f"The file is larger than {most} bytes: scan it at a lower resolution.")
            digest.update(chunk)
            sum = zlib.crc32(chunk, sum)
            file.write(chunk)
        if not size:
            raise EmptyDocument("The file is empty: choose it again, or scan the paper again.")
    except BaseException:
        file.close()
        raise
    return OnDisk(file, digest.hexdigest(), size, sum)


class Documents:
    """One bucket. Putting the same content twice stores it once.

    Beside the documents lie things with a slash in their names, which are no documents: the parts of an upload that is
    on its way, and small pictures.
    """

    def __init__(self, settings: Settings, bucket: str) -> None:
        address = urlsplit(settings.minio_url)
        self._bucket, self._url = bucket, f"{address.scheme}://{address.netloc}"
        self._credentials = Credentials(settings.minio_access_key, settings.minio_secret_key)
        self._pool = PoolManager(
            timeout=Timeout(connect=2, read=20), retries=False, maxsize=16, blocksize=PIECE // 4, block=False
        )
        self._client = Minio(
            endpoint=address.netloc,
            access_key=settings.minio_access_key,
            secret_key=settings.minio_secret_key,
            secure=address.scheme == "https",
            region=REGION,
            http_client=self._pool,
        )

    async def put(self, chunks: AsyncIterable[bytes], kind: str, *, most: int) -> Stored:
        """Keep a document. Raises `DocumentTooLarge`, `EmptyDocument`, `Unavailable`."""
        with await received(chunks, most=most) as whole:
            return await self.keep(whole, kind)

    async def keep(self, whole: OnDisk, kind: str) -> Stored:
        """Keep what was received, under its digest; what lay there damaged is whole again. Raises `Unavailable`."""
        await self._asked(self._put, whole.digest, whole.file, whole.size, whole.sum, kind)
        return Stored(whole.digest, whole.size, kind)

    async def get(self, digest: str) -> bytes:
        """What was put, checked, in memory: for what is small. Raises `NotFound`, `Corrupted`, `Unavailable`."""
        with await self.whole(digest) as whole:
            return whole.file.read()

    async def whole(self, digest: str) -> OnDisk:
        """A copy on disk, read to its end and checked before anybody sees its first byte.

        Raises `NotFound`, `Corrupted` (and an alarm in the log), `Unavailable`.
        """
        copy = await self.together([digest])
        if copy.digest != digest:
            copy.close()
            log.error("ALARM: %s in %s is not what was put there", digest, self._bucket)
            raise Corrupted(f"{digest} in {self._bucket} is not what was put there")
        return copy

    async def together(self, names: Sequence[str]) -> OnDisk:
        """These objects one behind the other, on disk. Raises `NotFound`, `Unavailable`."""
        file = _scratch()
        try:
            return await self._asked(self._copy, names, file)
        except BaseException:
            file.close()
            raise

    async def lay(self, name: str, content: bytes, kind: str = "application/octet-stream") -> None:
        """Lay something small beside the documents. Raises `Unavailable`."""
        await self._asked(self._put, name, io.BytesIO(content), len(content), zlib.crc32(content), kind)

    async def beside(self, name: str) -> bytes:
        """What was laid there. Raises `NotFound`, `Unavailable`."""
        with await self.together([name]) as copy:
            return copy.file.read()

    async def clear(self, beginning: str) -> None:
        """Take away everything that lies beside the documents under names with this beginning. Raises `Unavailable`."""
        assert "/" in beginning  # noqa: S101  a document is never taken away by mistake
        await self._asked(self._clear, beginning)

    async def remove(self, digest: str) -> None:
        """Take a document away; where it is gone already, nothing happens. Raises `Unavailable`."""
        assert _DIGEST.fullmatch(digest)  # noqa: S101  nothing else is taken away by mistake
        await self._asked(self._client.remove_object, self._bucket, digest)

    async def has(self, digest: str) -> bool:
        """Whether such a document is kept. What is no SHA-256 names none."""
        if not _DIGEST.fullmatch(digest):
            return False
        try:
            await self._asked(self._client.stat_object, self._bucket, digest)
        except NotFound:
            return False
        return True

    async def is_reachable(self) -> bool:
        try:
            return await self._asked(self._client.bucket_exists, self._bucket)
        except Unavailable:
            return False

    def make_bucket(self) -> None:
        """Idempotent; for `motcua provision`."""
        if not self._client.bucket_exists(self._bucket):
            self._client.make_bucket(self._bucket)

    def _put(self, name: str, file: IO[bytes], size: int, sum: int, kind: str) -> None:
        """One request, whatever the size; MinIO refuses it where what arrives has another check sum."""
        file.seek(0)
        date = datetime.now(UTC)
        url = urlsplit(f"{self._url}/{self._bucket}/{name}")
        told = {
            "Host": url.netloc,
            "Content-Type": kind,
            "Content-Length": str(size),
            "x-amz-content-sha256": UNSIGNED,
            "x-amz-checksum-crc32": base64.b64encode(sum.to_bytes(4)).decode(),
            "x-amz-date": to_amz_date(date),
        }
        signed = sign_v4_s3(
            method="PUT",
            url=url,
            region=REGION,
            headers=cast("dict[str, str | list[str] | tuple[str]]", told),
            credentials=self._credentials,
            content_sha256=UNSIGNED,
            date=date,
        )
        answer = self._pool.request(
            "PUT", url.geturl(), body=cast("BinaryIO", file), headers=cast("dict[str, str]", signed)
        )
        if answer.status != HTTPStatus.OK:
            raise Unavailable(f"the documents did not answer: {answer.status}")

    def _copy(self, names: Iterable[str], file: IO[bytes]) -> OnDisk:
        digest, size, sum = hashlib.sha256(), 0, 0
        for name in names:
            answer = self._client.get_object(self._bucket, name)
            try:
                while piece := answer.read(PIECE):
                    digest.update(piece)
                    sum = zlib.crc32(piece, sum)
                    size += file.write(piece)
            finally:
                answer.close()
                answer.release_conn()
        file.seek(0)
        return OnDisk(file, digest.hexdigest(), size, sum)

    def _clear(self, beginning: str) -> None:
        there = self._client.list_objects(self._bucket, beginning, recursive=True)
        doomed = [DeleteObject(it.object_name) for it in there if it.object_name]
        for wrong in self._client.remove_objects(self._bucket, doomed):
            raise Unavailable(f"the documents did not answer: {wrong.code}")

    async def _asked(self, ask: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        try:
            return await asyncio.to_thread(ask, *given, **named)
        except S3Error as wrong:
            if wrong.code == "NoSuchKey":
                raise NotFound("There is no such document here: check its SHA-256.") from wrong
            raise Unavailable(f"the documents did not answer: {wrong.code}") from wrong
        except (MinioException, HTTPError, OSError) as away:
            raise Unavailable(f"the documents are away: {type(away).__name__}") from away


def _kind_of(begun: bytes) -> str:
    return next((kind for beginning, kind in _BEGINNINGS.items() if begun.startswith(beginning)), "")


def _scratch() -> IO[bytes]:
    return tempfile.NamedTemporaryFile(prefix="motcua-", buffering=0)


async def recognised(chunks: AsyncIterable[bytes]) -> tuple[str, AsyncIterator[bytes]]:
    """The media type of what comes, told by how it begins, and all of it again. Raises `UnknownKind`."""
    stream = aiter(chunks)
    begun = b""
    async for chunk in stream:
        begun += chunk
        if len(begun) >= _LONGEST_BEGINNING:
            break
    kind = _kind_of(begun)
    if begun and not kind:
        raise UnknownKind("This is no PDF, JPEG, PNG or TIFF: scan the paper again in one of these.")

    async def whole() -> AsyncIterator[bytes]:
        yield begun
        async for chunk in stream:
            yield chunk

    return kind, whole()
