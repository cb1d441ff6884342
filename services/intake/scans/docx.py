"""DOCX (ECMA-376): a ZIP with a text in it; no macros, no archive inside, nothing that grows beyond all bounds."""

import zipfile
import zlib
from typing import IO

from services.intake.domain.scan import (
    DOCX,
    BrokenPaper,
    Examined,
    LooksLikeTwo,
    NotAPaper,
    PaperLocked,
    TooMuchInside,
    WithMacros,
)

__all__ = ["examined"]

MOST_ENTRIES = 2_000
MOST_UNPACKED = 300_000_000
"""Bytes of everything inside together."""
MOST_RATIO = 100
"""How many times larger it may be unpacked, where that is more than `SMALL`."""
SMALL = 20_000_000
PIECE = 65_536
ENCRYPTED = 0x1
TYPES, TEXT = "[Content_Types].xml", "word/document.xml"
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ")


def examined(file: IO[bytes], size: int) -> Examined:
    """Raises `NotAPaper`, `BrokenPaper`, `PaperLocked`, `LooksLikeTwo`, `TooMuchInside`, `WithMacros`."""
    try:
        with zipfile.ZipFile(file) as archive:
            _bounded(archive, size)
            _one_text(archive)
            _unpacked(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError) as wrong:
        raise BrokenPaper("The DOCX is damaged or cut off: save it anew, or print it and scan it.") from wrong
    return Examined(DOCX, 0)


def _bounded(archive: zipfile.ZipFile, size: int) -> None:
    entries = archive.infolist()
    unpacked = sum(it.file_size for it in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or (unpacked > SMALL and unpacked > MOST_RATIO * size):
        raise TooMuchInside("The DOCX would be far too large when unpacked: print it and scan it.")
    if not _ends(archive, size) or not entries or min(it.header_offset for it in entries):
        raise LooksLikeTwo("The DOCX has something before or behind it: save it anew.")


def _ends(archive: zipfile.ZipFile, size: int) -> bool:
    """Whether the end record, without a comment, is the last thing in the file."""
    assert archive.fp  # noqa: S101  it is open
    archive.fp.seek(max(0, size - 22))
    return archive.fp.read(4) == b"PK\x05\x06" and not archive.comment


def _one_text(archive: zipfile.ZipFile) -> None:
    names = {it.filename for it in archive.infolist()}
    if not {TYPES, TEXT} <= names:
        raise NotAPaper("This archive is no DOCX: send a PDF, JPEG, PNG, TIFF or DOCX.")
    if len(names) != len(archive.infolist()):
        raise LooksLikeTwo("The DOCX holds two files of one name: save it anew.")
    if any(it.flag_bits & ENCRYPTED for it in archive.infolist()):
        raise PaperLocked("The DOCX asks for a password: save it without one.")
    types = archive.open(TYPES).read(1_000_000).lower()
    if b"macroenabled" in types or any("vbaproject" in it.lower() for it in names):
        raise WithMacros("The DOCX holds a program (macros): save it as a PDF.")


def _unpacked(archive: zipfile.ZipFile) -> None:
    """Everything inside is read once, piece by piece: what it weighs in truth, its check sums, and how it begins."""
    left = MOST_UNPACKED
    for entry in archive.infolist():
        with archive.open(entry) as inside:
            beginning = piece = inside.read(PIECE)
            if beginning.startswith(ARCHIVES):
                raise TooMuchInside("The DOCX holds another archive: save it as a PDF.")
            while piece:
                left -= len(piece)
                if left < 0:
                    raise TooMuchInside("The DOCX would be far too large when unpacked: print it and scan it.")
                piece = inside.read(PIECE)
