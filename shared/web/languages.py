"""Vietnamese, in which every page is written, and English, looked up in the catalogues `en.po` and `*.en.po`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from babel.dates import format_datetime
from babel.messages.pofile import read_po

from shared.calendar import VIETNAM

__all__ = ["LANGUAGES", "N_", "Language", "catalogue", "languages"]

LANGUAGES = ("vi", "en")
"""The first is shown to whoever has not chosen: phones here are often set to English by their makers."""

_MOMENT = {"vi": "HH:mm EEEE, 'ngày' d/M/y", "en": "HH:mm, EEEE d MMMM y"}


def N_(text: str) -> str:  # noqa: N802  gettext's own name for "translate this later"
    """Marks words that a template will translate."""
    return text


@dataclass(frozen=True, slots=True)
class Language:
    """One of the two. What a catalogue does not have is shown in Vietnamese."""

    code: str
    words: Mapping[str, str]

    def of(self, text: str) -> str:
        return self.words.get(text) or text

    def counted(self, one: str, many: str, count: int) -> str:
        return self.of(one if count == 1 else many)

    def moment(self, at: datetime) -> str:
        """A point in time in Việt Nam's time, as people read it: 16:30 Thứ Ba, ngày 24/11/2026."""
        return format_datetime(at.astimezone(VIETNAM), _MOMENT[self.code], locale=self.code)


def catalogue(file: Path) -> Mapping[str, str]:
    """The messages of a `.po` file; one without a translation is left out."""
    with file.open("rb") as opened:
        messages = list(cast("Iterable[object]", read_po(opened, locale="en", abort_invalid=True)))
    pairs = ((getattr(it, "id", ""), getattr(it, "string", "")) for it in messages)
    return {str(id): str(text) for id, text in pairs if id and text}


def languages(folders: Iterable[Path], read: Callable[[Path], Mapping[str, str]] = catalogue) -> dict[str, Language]:
    """Both languages, with the catalogues of these folders; a later one wins. A room of pages may have its own."""
    english: dict[str, str] = {}
    for file in (file for folder in folders for file in [*sorted(folder.glob("*.en.po")), folder / "en.po"]):
        english |= read(file)
    return {"vi": Language("vi", {}), "en": Language("en", english)}
