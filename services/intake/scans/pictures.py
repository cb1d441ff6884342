"""JPEG, PNG and TIFF: whole to their end, and not of a size that fills the memory of whoever opens them.

Checked by their structure, without unpacking a pixel: it is quick, and a bomb stays shut.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import IO, Any, cast

from PIL import Image

from services.intake.domain.scan import (
    JPEG,
    MOST_PAGES,
    PNG,
    TIFF,
    BrokenPaper,
    Examined,
    LooksLikeTwo,
    TooManyPages,
    TooMuchInside,
)

__all__ = ["jpeg", "pages", "png", "tiff"]

MOST_PIXELS = 150_000_000
"""Of one page: A3 at 600 dpi has 70 million."""
MOST_DRAWN = 80_000_000
LARGEST = 2_000
"""Pixels of the longer edge at which a page is looked at."""
PIECE = 1024 * 1024
STRIPS = ((273, 279), (324, 325))
"""TIFF 6.0: where the strips or tiles of a page begin, and how long they are."""

Image.MAX_IMAGE_PIXELS = None  # the bounds here are our own, and come with a sentence


def jpeg(file: IO[bytes], size: int) -> Examined:
    """Raises `BrokenPaper`, `TooMuchInside`."""
    _sized(_opened(file))
    if not _jpeg_ends(file, size):
        raise _broken("JPEG")
    return Examined(JPEG, 1)


def png(file: IO[bytes], size: int) -> Examined:
    """Every chunk is there with its check sum, and IEND is the last. Raises as `jpeg`, and `LooksLikeTwo`."""
    _sized(_opened(file))
    file.seek(8)
    name = b""
    while name != b"IEND":
        length, name = _head(file)
        if length > size - file.tell():
            raise _broken("PNG")
        sum = zlib.crc32(name)
        while length:
            piece = file.read(min(length, PIECE))
            sum, length = zlib.crc32(piece, sum), length - len(piece)
        if file.read(4) != struct.pack(">I", sum):
            raise _broken("PNG")
    if file.read(1):
        raise LooksLikeTwo("Something follows the end of the PNG: save it anew.")
    return Examined(PNG, 1)


def tiff(file: IO[bytes], size: int) -> Examined:
    """Raises `BrokenPaper`, `TooManyPages`, `TooMuchInside`."""
    image, count = _opened(file), 0
    while True:
        count += 1
        if count > MOST_PAGES:
            raise TooManyPages(f"More than {MOST_PAGES} pages: scan each paper by itself.")
        _sized(image)
        _strips_are_there(image, size)
        try:
            image.seek(count)
        except EOFError:
            return Examined(TIFF, count)
        except Exception as wrong:
            raise _broken("TIFF") from wrong


def pages(file: IO[bytes], most: int) -> Iterator[Image.Image]:
    """The first pages as grey pictures of a bounded size."""
    image = _opened(file)
    for n in range(min(most, getattr(image, "n_frames", 1))):
        image.seek(n)
        if image.width * image.height > MOST_DRAWN:
            continue
        image.draft("L", (LARGEST, LARGEST))
        grey = image.convert("L")
        grey.thumbnail((LARGEST, LARGEST), reducing_gap=2.0)
        yield grey


def _opened(file: IO[bytes]) -> Image.Image:
    file.seek(0)
    try:
        return Image.open(file, formats=("JPEG", "PNG", "TIFF"))
    except Exception as wrong:
        raise _broken("picture") from wrong


def _sized(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise TooMuchInside(f"{image.width} x {image.height} pixels are too many: scan it at 150 to 300 dpi.")


def _head(file: IO[bytes]) -> tuple[int, bytes]:
    head = file.read(8)
    if len(head) < 8:  # noqa: PLR2004  a chunk's length and name
        raise _broken("PNG")
    length, name = struct.unpack(">I4s", head)
    return length, name


def _jpeg_ends(file: IO[bytes], size: int) -> bool:
    """Whether the picture's end (FFD9) comes after its data begin (FFDA); what phones lay behind it is passed over."""
    at = _jpeg_data(file, size)
    if not at:
        return False
    file.seek(at)
    last = b""
    while piece := file.read(PIECE):
        if b"\xff\xd9" in last + piece:
            return True
        last = piece[-1:]
    return False


def _jpeg_data(file: IO[bytes], size: int) -> int:
    """Where the picture's data begin, past all segments before them; 0 where they do not."""
    at = 2
    while at < size:
        file.seek(at)
        mark = file.read(4)
        if len(mark) < 4 or mark[0] != 0xFF:  # noqa: PLR2004
            return 0
        if mark[1] == 0xFF:  # noqa: PLR2004  a fill byte
            at += 1
            continue
        at += 2 + struct.unpack(">H", mark[2:])[0]
        if mark[1] == 0xDA:  # noqa: PLR2004  start of scan
            return at
    return 0


def _strips_are_there(image: Image.Image, size: int) -> None:
    tags = cast("dict[int, Any]", getattr(image, "tag_v2", {}))
    for begins, lengths in STRIPS:
        pairs = zip(_many(tags.get(begins)), _many(tags.get(lengths)), strict=False)
        if any(begin + length > size for begin, length in pairs):
            raise _broken("TIFF")


def _many(value: object) -> tuple[int, ...]:
    return cast("tuple[int, ...]", value) if isinstance(value, tuple) else (cast("int", value),) if value else ()


def _broken(what: str) -> BrokenPaper:
    return BrokenPaper(f"The {what} is damaged or cut off: copy it again, or scan the paper again.")
