# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportMissingTypeStubs=false
# (pypdfium2 is only half typed; what leaves this module is typed)
"""PDF (ISO 32000), read by PDFium: whole, without a password, and not endless."""

from collections.abc import Iterator
from typing import IO

import pypdfium2 as pdfium
import pypdfium2.raw
from PIL import Image

from services.intake.domain.scan import MOST_PAGES, PDF, BrokenPaper, Examined, LooksLikeTwo, PaperLocked, TooManyPages

__all__ = ["examined", "pages"]

END = b"%%EOF"
TAIL = 2048
BLANKS = b"\0\t\n\f\r \x1a"
LARGEST = 2_000
"""Pixels of the longer edge of a page that is drawn: an A4 page at about 170 dpi."""


def examined(file: IO[bytes], size: int) -> Examined:
    """Pages are counted, not drawn. Raises `BrokenPaper`, `PaperLocked`, `LooksLikeTwo`, `TooManyPages`."""
    file.seek(max(0, size - TAIL))
    tail = file.read()
    if END not in tail:
        raise BrokenPaper("The PDF is cut off before its end: copy it again, or scan the paper again.")
    if tail.rpartition(END)[2].strip(BLANKS):
        raise LooksLikeTwo("Something follows the end of the PDF: save it anew as a PDF.")
    with _opened(file) as document:
        count = len(document)
        if not count:
            raise BrokenPaper("The PDF has no page: scan the paper again.")
        if count > MOST_PAGES:
            raise TooManyPages(f"{count} pages; one scan has at most {MOST_PAGES}: scan each paper by itself.")
        document.get_page_size(count - 1)  # a table of pages may promise what is not there
    return Examined(PDF, count)


def pages(file: IO[bytes], most: int) -> Iterator[Image.Image]:
    """The first pages as grey pictures."""
    with _opened(file) as document:
        for n in range(min(most, len(document))):
            page = document[n]
            scale = LARGEST / max(*page.get_size(), 1.0)
            yield page.render(scale=min(scale, 170 / 72), grayscale=True).to_pil()


def _opened(file: IO[bytes]) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(file.name)  # by its name PDFium reads it itself
    except pdfium.PdfiumError as wrong:
        if getattr(wrong, "err_code", 0) == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise PaperLocked("The PDF asks for a password: save it without one, or scan the paper.") from wrong
        raise BrokenPaper("The PDF is damaged: save it anew, or scan the paper again.") from wrong
