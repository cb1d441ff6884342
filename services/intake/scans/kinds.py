"""What a file is, told by its content; refused where it is broken, locked, a bomb, or two things in one.

A file is one thing when its kind begins at its first byte, nothing but blanks follows its end, and no other reader
would find another file in it: no archive's directory at its end (ZIP), no `%PDF-` near the beginning of a picture, no
page or script (`<html`, `<script`, `<!doctype`, `<?php`) near the beginning of a PDF, no JPEG that opens a JavaScript
comment with its first segment. Behind a JPEG's end phones lay more (a film, a second picture, the maker's notes): that
is left there, unless it is one of these.
"""

import io
import re
import struct
from collections.abc import Callable
from typing import IO

from services.intake.domain.scan import (
    DOCX,
    JPEG,
    PDF,
    PNG,
    TIFF,
    Examined,
    LooksLikeTwo,
    NotAPaper,
    NothingInIt,
)
from services.intake.scans import docx, pdf, pictures

__all__ = ["examined"]

BEGINNINGS = {
    b"%PDF-": PDF,
    b"\xff\xd8\xff": JPEG,
    b"\x89PNG\r\n\x1a\n": PNG,
    b"II*\x00": TIFF,
    b"MM\x00*": TIFF,
    b"PK\x03\x04": DOCX,
}
NEAR = 1024
"""Bytes at the beginning within which readers look for a PDF's head, and browsers for a page's."""
LONGEST_TAIL = 65_557
"""Bytes at the end within which the directory of an archive begins: 22 of its own and a comment (APPNOTE 4.3.16)."""
PAGE = re.compile(rb"<\s*(html|script|!doctype|\?php|svg|iframe)", re.IGNORECASE)

Examine = Callable[[IO[bytes], int], Examined]
EXAMINE: dict[str, Examine] = {
    PDF: pdf.examined,
    JPEG: pictures.jpeg,
    PNG: pictures.png,
    TIFF: pictures.tiff,
    DOCX: docx.examined,
}


def examined(file: IO[bytes]) -> Examined:
    """The kind and the pages. Raises one of `services.intake.domain.scan.REFUSALS`."""
    size = file.seek(0, io.SEEK_END)
    if not size:
        raise NothingInIt("The file is empty: choose it again, or scan the paper again.")
    file.seek(0)
    head = file.read(NEAR)
    kind = next((kind for beginning, kind in BEGINNINGS.items() if head.startswith(beginning)), "")
    if not kind:
        raise NotAPaper("This is no PDF, JPEG, PNG, TIFF or DOCX: scan the paper again in one of these.")
    _is_one_thing(file, kind, head, size)
    return EXAMINE[kind](file, size)


def _is_one_thing(file: IO[bytes], kind: str, head: bytes, size: int) -> None:
    hides = {
        "a PDF": kind != PDF and b"%PDF-" in head,
        "a page or a script": kind == PDF and PAGE.search(head) is not None,
        "a script": kind == JPEG and head[4:6] == b"/*",
        "an archive": kind != DOCX and _ends_as_archive(file, size),
    }
    found = next((what for what, is_there in hides.items() if is_there), "")
    if found:
        raise LooksLikeTwo(f"The file is also {found}: print it and scan it, or save it anew as a PDF.")


def _ends_as_archive(file: IO[bytes], size: int) -> bool:
    """Whether a reader of ZIP would find its directory: the end record, and a comment just as long as it says."""
    file.seek(max(0, size - LONGEST_TAIL))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        record = tail[at : at + 22]
        if len(record) == 22 and struct.unpack("<H", record[20:])[0] <= len(tail) - at - 22:  # noqa: PLR2004  its length
            return True
        at = tail.rfind(b"PK\x05\x06", 0, at)
    return False
