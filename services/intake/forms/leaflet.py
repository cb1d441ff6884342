"""The leaflet of a procedure (A5), and the poster for a post office's wall (A4), each with the QR of its page."""

import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import cast

import msgspec
import segno
import typst

__all__ = ["Leaflet", "Listed", "Poster", "print_leaflet", "print_poster", "qr_svg"]

TEMPLATE = Path(__file__).with_name("leaflet.typ")


@dataclass(frozen=True, slots=True)
class Listed:
    name: str
    pieces: str
    only: str
    """The cases in which it is asked for, or what makes it needed; empty: always."""


@dataclass(frozen=True, slots=True)
class Leaflet:
    """What stands on the sheet, in the words in which it is printed."""

    kind: str
    qr: str
    """SVG."""
    url: str
    name: str
    summary: str
    papers: tuple[Listed, ...]
    terms: tuple[tuple[str, str], ...]
    """The time in each case."""
    fees: tuple[tuple[str, str], ...]
    channels: tuple[tuple[str, str], ...]
    home: str
    code: str


@dataclass(frozen=True, slots=True)
class Poster:
    kind: str
    qr: str
    url: str
    events: tuple[str, ...]


def print_leaflet(form: Leaflet) -> bytes:
    """One sheet of A5 as PDF. Takes processor time: call it in a thread."""
    return _printed(msgspec.json.encode(form).decode())


def print_poster(form: Poster) -> bytes:
    """One sheet of A4 as PDF."""
    return _printed(msgspec.json.encode(form).decode())


def _printed(form: str) -> bytes:
    with _ONE_AT_A_TIME:
        return cast("bytes", _compiler().compile(format="pdf", sys_inputs={"form": form}))


_ONE_AT_A_TIME = Lock()


@cache
def _compiler() -> typst.Compiler:
    """With the fonts inside typst alone, so that every machine prints the same."""
    return typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=typst.Fonts(include_system_fonts=False))


def qr_svg(text: str) -> str:
    drawn = io.BytesIO()
    segno.make(text, error="m", encoding="utf-8", micro=False).save(drawn, kind="svg", border=2, xmldecl=False)
    return drawn.getvalue().decode()
