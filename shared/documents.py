"""Papers and scans in MinIO: named by what they hold (SHA-256), checked at both ends, linked for minutes."""

import asyncio
import hashlib
import re
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from minio import Minio
from minio.error import MinioException, S3Error
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
    "Stored",
    "UnknownKind",
    "recognised",
]

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
IN_MEMORY = 4 * 1024 * 1024
"""Bytes; what is larger waits on disk while its digest is made, so memory does not grow with the file."""
LINK_LIVES = timedelta(minutes=5)


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


class Documents:
    """One bucket. Putting the same content twice stores it once."""

    def __init__(self, settings: Settings, bucket: str) -> None:
        address = urlsplit(settings.minio_url)
        self._bucket = bucket
        self._client = Minio(
            endpoint=address.netloc,
            access_key=settings.minio_access_key,
            secret_key=settings.minio_secret_key,
            secure=address.scheme == "https",
            region="us-east-1",
            http_client=PoolManager(timeout=Timeout(connect=2, read=20), retries=False, maxsize=16),
        )

    async def put(self, chunks: AsyncIterable[bytes], kind: str, *, most: int) -> Stored:
        """Keep a document; its digest is made on the way. Raises `DocumentTooLarge`, `EmptyDocument`, `Unavailable`."""
        digest, size = hashlib.sha256(), 0
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
            async for chunk in chunks:
                size += len(chunk)
                if size > most:
                    raise DocumentTooLarge(f"The file is larger than {most} bytes: scan it at a lower resolution.")
                digest.update(chunk)
                file.write(chunk)
            if not size:
                raise EmptyDocument("The file is empty: choose it again, or scan the paper again.")
            stored = Stored(digest.hexdigest(), size, kind)
            file.seek(0)
            await self._asked(self._put, cast("BinaryIO", file), stored)
        return stored

    async def get(self, digest: str) -> bytes:
        """What was put, checked. Raises `NotFound`, `Corrupted`, `Unavailable`."""
        content = await self._asked(self._get, digest)
        if hashlib.sha256(content).hexdigest() != digest:
            raise Corrupted(f"{digest} in {self._bucket} is not what was put there")
        return content

    async def has(self, digest: str) -> bool:
        """Whether such a document is kept. What is no SHA-256 names none."""
        if not _DIGEST.fullmatch(digest):
            return False
        try:
            await self._asked(self._client.stat_object, self._bucket, digest)
        except NotFound:
            return False
        return True

    async def link(self, digest: str) -> str:
        """An address that opens the document for five minutes, without a login."""
        return await self._asked(self._client.presigned_get_object, self._bucket, digest, LINK_LIVES)

    async def is_reachable(self) -> bool:
        try:
            return await self._asked(self._client.bucket_exists, self._bucket)
        except Unavailable:
            return False

    def make_bucket(self) -> None:
        """Idempotent; for `motcua provision`."""
        if not self._client.bucket_exists(self._bucket):
            self._client.make_bucket(self._bucket)

    def _put(self, file: BinaryIO, stored: Stored) -> None:
        try:
            self._client.stat_object(self._bucket, stored.digest)
        except S3Error as missing:
            if missing.code != "NoSuchKey":
                raise
            self._client.put_object(self._bucket, stored.digest, file, stored.size, content_type=stored.kind)

    def _get(self, digest: str) -> bytes:
        answer = self._client.get_object(self._bucket, digest)
        try:
            return answer.read()
        finally:
            answer.close()
            answer.release_conn()

    async def _asked(self, ask: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        try:
            return await asyncio.to_thread(ask, *given, **named)
        except S3Error as wrong:
            if wrong.code == "NoSuchKey":
                raise NotFound("There is no such document here: check its SHA-256.") from wrong
            raise Unavailable(f"the documents did not answer: {wrong.code}") from wrong
        except (MinioException, HTTPError, OSError) as away:
            raise Unavailable(f"the documents are away: {type(away).__name__}") from away


async def recognised(chunks: AsyncIterable[bytes]) -> tuple[str, AsyncIterator[bytes]]:
    """The media type of what comes, told by how it begins, and all of it again. Raises `UnknownKind`."""
    stream = aiter(chunks)
    begun = b""
    async for chunk in stream:
        begun += chunk
        if len(begun) >= _LONGEST_BEGINNING:
            break
    kind = next((kind for beginning, kind in _BEGINNINGS.items() if begun.startswith(beginning)), "")
    if begun and not kind:
        raise UnknownKind("This is no PDF, JPEG, PNG or TIFF: scan the paper again in one of these.")

    async def whole() -> AsyncIterator[bytes]:
        yield begun
        async for chunk in stream:
            yield chunk

    return kind, whole()
