"""The leaflet of a procedure (A5), and the poster for a post office's wall (A4), each with the QR of its page."""

from dataclasses import dataclass

from services.intake.forms.frame import compiled, json_of

__all__ = ["Leaflet", "Listed", "Poster", "print_leaflet", "print_poster"]

TEMPLATE = "leaflet.typ"


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
    counters: tuple[str, ...]
    """Where it can be handed in."""
    code: str


@dataclass(frozen=True, slots=True)
class Poster:
    kind: str
    qr: str
    url: str
    events: tuple[str, ...]


def print_leaflet(form: Leaflet) -> bytes:
    """One sheet of A5 as PDF. Takes processor time: call it in a thread."""
    return compiled(TEMPLATE, {"form": json_of(form)})


def print_poster(form: Poster) -> bytes:
    """One sheet of A4 as PDF."""
    return compiled(TEMPLATE, {"form": json_of(form)})
