"""Reads a PNG of 8 bits a channel into its grey values (ISO/IEC 15948), so that a test needs no imaging library."""

import struct
import zlib


def top_quarter(png: bytes) -> tuple[int, memoryview]:
    """The picture's width, and one byte for each point of its upper quarter, row by row."""
    at, packed, width, height, kind = 8, b"", 0, 0, 0
    while at < len(png):
        size, name = struct.unpack(">I4s", png[at : at + 8])
        content = png[at + 8 : at + 8 + size]
        if name == b"IHDR":
            width, height, _, kind = struct.unpack(">IIBB", content[:10])
        packed += content if name == b"IDAT" else b""
        at += size + 12
    channels = {0: 1, 2: 3, 6: 4}[kind]
    rows = _rows(zlib.decompress(packed), width * channels, height // 4, channels)
    return width, memoryview(b"".join(row[::channels] for row in rows)).cast("B", (len(rows), width))


def _rows(raw: bytes, length: int, height: int, step: int) -> list[bytearray]:
    rows, above = [], bytearray(length)
    for n in range(height):
        start = n * (length + 1)
        above = _unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + length]), above, step)
        rows.append(above)
    return rows


def _unfiltered(filter: int, row: bytearray, above: bytearray, step: int) -> bytearray:
    if filter == 0:
        return row
    for i in range(len(row)):
        left, corner = (row[i - step], above[i - step]) if i >= step else (0, 0)
        up = above[i]
        row[i] = (row[i] + (left, up, (left + up) // 2, _paeth(left, up, corner))[filter - 1]) & 255
    return row


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda it: abs(guess - it))
