"""What is a paper, and what is not: told by the content, in the reader's own process."""

import asyncio
import io
import resource
import signal
import struct
import zlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from services.intake.domain import scan as rules
from services.intake.domain.scan import DOCX, JPEG, PDF, PNG, TIFF, Examined, bears_another_name
from services.intake.scans.reader import MEMORY
from services.intake.scans.reading import Reader, Readers
from tests.intake import sheets_of_paper as sheets


@pytest.fixture
async def readers() -> AsyncIterator[Readers]:
    made = Readers()
    yield made
    await made.close()


@pytest.fixture
def kept(tmp_path: Path) -> Callable[[bytes], Path]:
    def keep(content: bytes) -> Path:
        file = tmp_path / "file.bin"
        file.write_bytes(content)
        return file

    return keep


WHOLE: list[tuple[Callable[[], bytes], Examined]] = [
    (sheets.pdf, Examined(PDF, 1)),
    (lambda: sheets.pdf_of(*[sheets.page()] * 3), Examined(PDF, 3)),
    (lambda: sheets.pdf() + b"\r\n\0\0", Examined(PDF, 1)),
    (sheets.jpeg, Examined(JPEG, 1)),
    (lambda: sheets.jpeg() + b"\0\0\0\x18ftypmp42" + b"m" * 500, Examined(JPEG, 1)),  # a phone's moving picture
    (sheets.png, Examined(PNG, 1)),
    (sheets.tiff, Examined(TIFF, 1)),
    (lambda: sheets.tiff(*[sheets.page()] * 2), Examined(TIFF, 2)),
    (sheets.docx, Examined(DOCX, 0)),
]


@pytest.mark.parametrize(("content", "found"), WHOLE)
async def test_row_08_a_paper_of_each_kind_is_known_by_its_content_and_its_pages_are_counted(
    content: Callable[[], bytes], found: Examined, readers: Readers, kept: Callable[[bytes], Path]
):
    assert await readers.examined(kept(content())) == found


def damaged_png() -> bytes:
    content = bytearray(sheets.png())
    content[len(content) // 2] ^= 0xFF
    return bytes(content)


def endless_docx() -> bytes:
    return sheets.docx({"word/media/image1.bmp": b"\0" * 40_000_000})


def pdf_in_a_picture() -> bytes:
    note = sheets.pdf()
    segment = b"\xff\xfe" + struct.pack(">H", len(note) + 2) + note
    return b"\xff\xd8" + segment + sheets.jpeg()[2:]


def script_in_a_picture() -> bytes:
    return b"\xff\xd8\xff\xe0" + b"/*" + b"x" * (0x2F2A - 2) + sheets.jpeg()[2:]


REFUSED: list[tuple[str, Callable[[], bytes]]] = [
    ("NothingInIt", lambda: b""),
    ("NotAPaper", lambda: b"<html><script>alert(1)</script>"),
    ("NotAPaper", lambda: b"MZ\x90\0" + b"x" * 2000),
    ("NotAPaper", lambda: b"\n" + sheets.pdf()),  # something before it
    ("NotAPaper", sheets.archive),
    ("NotAPaper", lambda: sheets.docx({})[:0] + b"%PD"),
    ("BrokenPaper", lambda: sheets.pdf_of(sheets.page())[:-3000]),
    ("BrokenPaper", lambda: b"%PDF-1.7\n" + b"x" * 500 + b"\n%%EOF\n"),
    ("BrokenPaper", lambda: sheets.jpeg()[:-2000]),
    ("BrokenPaper", lambda: sheets.jpeg()[:30]),
    ("BrokenPaper", lambda: sheets.png()[:-20]),
    ("BrokenPaper", damaged_png),
    ("BrokenPaper", lambda: sheets.tiff()[: len(sheets.tiff()) // 2]),
    ("BrokenPaper", lambda: sheets.docx({"word/x.xml": b"y" * 9000})[:-400]),
    ("PaperLocked", sheets.locked_pdf),
    ("LooksLikeTwo", lambda: sheets.pdf() + sheets.archive()),
    ("LooksLikeTwo", lambda: sheets.pdf() + b"<script>alert(1)</script>"),
    ("LooksLikeTwo", lambda: sheets.pdf().replace(b"%PDF-1.4\n", b"%PDF-1.4\n%<HTML><script>alert(1)</script>\n")),
    ("LooksLikeTwo", lambda: sheets.jpeg() + sheets.archive()),
    ("LooksLikeTwo", lambda: sheets.png() + b"MZ"),
    ("LooksLikeTwo", lambda: sheets.docx() + b"more"),
    ("LooksLikeTwo", pdf_in_a_picture),
    ("LooksLikeTwo", script_in_a_picture),
    ("TooMuchInside", endless_docx),
    ("TooMuchInside", lambda: sheets.docx({"word/embeddings/inside.zip": sheets.archive()})),
    ("TooMuchInside", lambda: sheets.docx({"word/inside.bin": zlib.compress(b"") and b"\x1f\x8b\x08rest"})),
    ("TooMuchInside", lambda: sheets.docx({f"word/{n}.xml": b"" for n in range(2500)})),
    ("TooMuchInside", lambda: sheets.huge_png(60_000, 60_000)),
    ("TooManyPages", lambda: sheets.many_pages(10_000)),
    ("WithMacros", lambda: sheets.docx({"word/vbaProject.bin": b"macros"})),
    ("WithMacros", lambda: sheets.docx(kind="application/vnd.ms-word.document.macroEnabled.main+xml")),
]


@pytest.mark.parametrize(("refusal", "content"), REFUSED)
async def test_row_08_what_is_no_sound_paper_is_refused_with_its_reason(
    refusal: str, content: Callable[[], bytes], readers: Readers, kept: Callable[[bytes], Path]
):
    with pytest.raises(rules.REFUSALS[refusal], match=r": |\."):
        await readers.examined(kept(content()))


async def test_pages_are_counted_up_to_the_last_that_is_allowed(readers: Readers, kept: Callable[[bytes], Path]):
    assert await readers.examined(kept(sheets.many_pages(rules.MOST_PAGES))) == Examined(PDF, rules.MOST_PAGES)


@pytest.mark.parametrize(
    ("name", "kind", "other"),
    [
        ("don.pdf", PDF, False),
        ("ĐƠN.PDF", PDF, False),
        ("ảnh.jpeg", JPEG, False),
        ("ảnh.jpg", PDF, True),
        ("virus.pdf.exe", PDF, True),
        ("C:\\scan\\don.png", PNG, False),
        ("don", PDF, False),
        ("", PDF, False),
    ],
)
def test_row_08_a_name_decides_nothing_and_is_told_where_it_says_another_kind(name: str, kind: str, other: bool):
    assert bears_another_name(name, kind) is other


async def test_a_file_on_which_the_reader_dies_is_refused_and_the_next_one_is_read(
    readers: Readers, kept: Callable[[bytes], Path]
):
    whole = kept(sheets.pdf())
    await readers.examined(whole)
    process = readers.examining.process
    assert process
    process.send_signal(signal.SIGSTOP)
    asked = asyncio.create_task(readers.examined(whole))
    await asyncio.sleep(0)  # now it waits for the answer, which does not come
    process.kill()
    with pytest.raises(rules.BrokenPaper):
        await asked
    assert await readers.examined(whole) == Examined(PDF, 1)
    assert readers.examining.process is not process


async def test_a_page_that_would_fill_the_memory_ends_the_reader_is_told_as_unreadable_and_the_next_one_is_read(
    readers: Readers, kept: Callable[[bytes], Path]
):
    bomb = kept(sheets.bomb(MEMORY))
    assert bomb.stat().st_size < 4_000_000
    assert await readers.examined(bomb) == Examined(PDF, 1), "nothing is unpacked while it comes in"
    look, thumbnail = await readers.looked(bomb, PDF)
    assert ([it.what for it in look.warnings], thumbnail, readers.looking.process) == (["unreadable"], b"", None)
    look, thumbnail = await readers.looked(kept(sheets.pdf_of(sheets.page())), PDF)
    assert (look.warnings, thumbnail[:4]) == ((), b"\x89PNG")
    for reader in (readers.examining, readers.looking):
        assert reader.process
        assert resource.prlimit(reader.process.pid, resource.RLIMIT_AS) == (MEMORY, MEMORY)


async def test_a_file_that_takes_the_reader_too_long_is_refused_and_the_reader_is_ended(kept: Callable[[bytes], Path]):
    readers = Readers(examining=Reader(0.001))
    with pytest.raises(rules.BrokenPaper, match="in the time"):
        await readers.examined(kept(sheets.pdf()))
    assert readers.examining.process is None


FLAWS = [
    (sheets.page, []),
    (lambda: sheets.page(lines=3), []),
    (lambda: sheets.page(turn=1), []),
    (lambda: sheets.page(blur=3), ["blurred"]),
    (sheets.blank, ["empty"]),
    (lambda: sheets.page(turn=5), ["skewed"]),
]


@pytest.mark.parametrize(("picture", "flaws"), FLAWS)
@pytest.mark.parametrize("kind", [JPEG, PDF, PNG, TIFF])
async def test_row_12_a_blurred_an_empty_and_a_crooked_page_are_told_of_and_a_good_one_is_not(
    picture: Callable[[], sheets.Image.Image],
    flaws: list[str],
    kind: str,
    readers: Readers,
    kept: Callable[[bytes], Path],
):
    write = {JPEG: sheets.jpeg, PDF: sheets.pdf_of, PNG: sheets.png, TIFF: sheets.tiff}[kind]
    look, thumbnail = await readers.looked(kept(write(picture())), kind)
    assert [(it.what, it.page) for it in look.warnings] == [(it, 1) for it in flaws]
    small = sheets.Image.open(io.BytesIO(thumbnail))
    assert small.format == "PNG"
    assert max(small.size) <= 280


async def test_row_12_the_page_that_should_be_scanned_again_is_named(readers: Readers, kept: Callable[[bytes], Path]):
    content = sheets.pdf_of(sheets.page(), sheets.blank(), sheets.page(), sheets.page(blur=3))
    look, _ = await readers.looked(kept(content), PDF)
    assert [(it.what, it.page) for it in look.warnings] == [("empty", 2), ("blurred", 4)]
