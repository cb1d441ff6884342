"""Documents on a real MinIO: named by what they hold, checked, away without harm, and never all in memory."""

import asyncio
import hashlib
import io
import tempfile
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy.engines import Engines
from shared.documents import (
    Corrupted,
    Documents,
    DocumentTooLarge,
    EmptyDocument,
    Stored,
    UnknownKind,
    received,
    recognised,
)
from shared.errors import NotFound, Refusal, Unavailable
from tests.shared.toys import fresh

PDF = "application/pdf"


def place(engines: Engines, url: str = "") -> Documents:
    settings = SimpleNamespace(
        minio_url=url or engines.minio_url,
        minio_access_key=engines.minio_access_key,
        minio_secret_key=engines.minio_secret_key,
    )
    return Documents(settings, fresh("bucket-"))  # type: ignore[arg-type]


@pytest.fixture
def documents(engines: Engines) -> Documents:
    made = place(engines)
    made.make_bucket()
    return made


async def chunks(*content: bytes) -> AsyncIterator[bytes]:
    for chunk in content:
        yield chunk


async def put(documents: Documents, *content: bytes, most: int = 100_000_000) -> Stored:
    return await documents.put(chunks(*content), PDF, most=most)


async def test_what_was_put_comes_back_under_its_digest(documents: Documents):
    stored = await put(documents, b"a sc", b"", b"an")
    assert stored == Stored(hashlib.sha256(b"a scan").hexdigest(), 6, PDF)
    assert await documents.get(stored.digest) == b"a scan"
    assert await documents.has(stored.digest)


async def test_the_same_content_is_stored_once(documents: Documents):
    first, *others = await asyncio.gather(*(put(documents, b"the same") for _ in range(5)))
    assert {first, *others, await put(documents, b"the", b" same")} == {first}
    assert [it.object_name for it in documents._client.list_objects(documents._bucket)] == [first.digest]


async def test_what_lies_there_damaged_is_whole_again_when_it_is_put_again(documents: Documents):
    stored = await put(documents, b"a scan")
    documents._client.put_object(documents._bucket, stored.digest, io.BytesIO(b"rotten"), 6)
    await put(documents, b"a scan")
    assert await documents.get(stored.digest) == b"a scan"


async def test_what_changes_between_here_and_there_is_not_kept(documents: Documents):
    with await received(chunks(b"a scan"), most=100) as whole:
        whole.file.seek(0)
        whole.file.write(b"forged")
        whole.file.flush()
        with pytest.raises(Unavailable):
            await documents.keep(whole, PDF)
    assert not await documents.has(whole.digest)


async def test_content_that_was_changed_behind_our_back_is_detected(documents: Documents):
    stored = await put(documents, b"a scan")
    documents._client.put_object(documents._bucket, stored.digest, io.BytesIO(b"forged"), 6)
    with pytest.raises(Corrupted):
        await documents.get(stored.digest)


async def test_an_empty_file_is_refused_and_not_kept(documents: Documents):
    with pytest.raises(EmptyDocument):
        await put(documents)
    assert list(documents._client.list_objects(documents._bucket)) == []


async def test_a_file_that_is_too_large_is_refused_before_it_is_read_to_its_end(documents: Documents):
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1000
            yield b"x" * 1000

    with pytest.raises(DocumentTooLarge):
        await documents.put(endless(), PDF, most=10_000)
    assert read == 11_000
    assert (await put(documents, b"x" * 10_000, most=10_000)).size == 10_000
    assert len(list(documents._client.list_objects(documents._bucket))) == 1


async def test_a_document_that_is_not_there_is_not_found(documents: Documents):
    assert not await documents.has("0" * 64)
    with pytest.raises(NotFound):
        await documents.get("0" * 64)


async def test_a_copy_on_disk_is_the_whole_document_and_is_gone_when_it_is_closed(documents: Documents):
    stored = await put(documents, b"a scan")
    with await documents.whole(stored.digest) as copy:
        assert (copy.file.read(), copy.size, copy.path.read_bytes()) == (b"a scan", 6, b"a scan")
    assert not copy.path.exists()


async def test_a_copy_of_what_was_changed_behind_our_back_is_given_to_nobody(
    documents: Documents, caplog: pytest.LogCaptureFixture
):
    stored = await put(documents, b"a scan")
    documents._client.put_object(documents._bucket, stored.digest, io.BytesIO(b"forged"), 6)
    with pytest.raises(Corrupted):
        await documents.whole(stored.digest)
    assert f"ALARM: {stored.digest}" in caplog.text


async def test_what_lies_beside_the_documents_is_found_put_together_and_cleared_without_touching_them(
    documents: Documents,
):
    stored = await put(documents, b"a scan")
    for name in ("uploads/1/a", "uploads/1/b", "uploads/12/a"):
        await documents.lay(name, name.encode())
    assert await documents.beside("uploads/1/b") == b"uploads/1/b"
    with await documents.together(["uploads/1/b", "uploads/1/a"]) as both:
        assert both.file.read() == b"uploads/1/buploads/1/a"
    await documents.clear("uploads/1/")
    await documents.clear("uploads/none/")
    left = {it.object_name for it in documents._client.list_objects(documents._bucket, recursive=True)}
    assert left == {stored.digest, "uploads/12/a"}
    with pytest.raises(NotFound):
        await documents.together(["uploads/12/a", "uploads/1/a"])


async def test_what_is_refused_leaves_no_file_on_the_disk_here(
    documents: Documents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for content in ((), (b"x" * 11,)):
        with pytest.raises(Refusal):
            await put(documents, *content, most=10)
    await put(documents, b"x")
    assert list(tmp_path.iterdir()) == []


async def test_making_the_bucket_twice_keeps_what_is_in_it(documents: Documents):
    stored = await put(documents, b"a scan")
    documents.make_bucket()
    assert await documents.has(stored.digest)


async def test_with_the_documents_away_everything_says_so(engines: Engines):
    away = place(engines, "http://127.0.0.1:1")
    for asking in (put(away, b"a scan"), away.get("0" * 64), away.has("0" * 64)):
        with pytest.raises(Unavailable):
            await asking
    assert not await away.is_reachable()


async def test_a_large_file_is_never_in_memory_as_a_whole(documents: Documents):
    async def large() -> AsyncIterator[bytes]:
        for _ in range(120):
            yield bytes(1_000_000)

    tracemalloc.start()
    try:
        stored = await documents.put(large(), PDF, most=200_000_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert stored.size == 120_000_000
    assert peak < 60_000_000
    assert documents._client.stat_object(documents._bucket, stored.digest).size == 120_000_000


@pytest.mark.parametrize(
    ("begins", "kind"),
    [
        (b"%PDF-1.7 and more", PDF),
        (b"\xff\xd8\xff\xe0 and more", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n and more", "image/png"),
        (b"II*\x00 and more", "image/tiff"),
    ],
)
async def test_a_paper_is_known_by_how_it_begins_however_it_comes_in_pieces(begins: bytes, kind: str):
    for pieces in ((begins,), tuple(begins[n : n + 1] for n in range(len(begins)))):
        found, whole = await recognised(chunks(*pieces))
        assert (found, b"".join([it async for it in whole])) == (kind, begins)


@pytest.mark.parametrize("content", [b"<html><script>", b"MZ\x90\x00 a program", b"%PD"])
async def test_what_is_no_paper_is_refused_whatever_it_is_called(content: bytes):
    with pytest.raises(UnknownKind, match="PDF, JPEG, PNG or TIFF"):
        await recognised(chunks(content))


async def test_what_is_no_digest_names_no_document(documents: Documents):
    assert [await documents.has(it) for it in ("", ".", "../x", "A" * 64, "a" * 64)] == [False] * 5
