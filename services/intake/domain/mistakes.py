"""What is wrong with the catalogue's data, and exactly where: a field of a file, or a cell of a sheet."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Entry", "Line", "Mistake", "Path", "UnreadableCatalogue", "nowhere"]

Entry = Mapping[str, Any]
Path = tuple[str | int, ...]
"""From an entry inwards: `("fees", 1, "amount")` is the amount of its first fee."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake, or one warning; the sentence says what to do, in Vietnamese and in English."""

    place: str
    """`procedures.yaml, 2.000815@1, fees[1], amount`, or `Papers!D7`."""
    vi: str
    en: str
    line: int = 0
    """Of a YAML file, counted from 1; 0: a cell says where, or the file has no such place."""

    def __str__(self) -> str:
        return f"{self.place}: {self.en}"


def nowhere(_: Path) -> int:
    """Whoever reads plain data knows no lines."""
    return 0


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the data as it was given, and what its places are called."""

    label: str
    fields: Entry
    cells: Mapping[Path, str] = field(default_factory=dict[Path, str])
    """Where each part of it stands in a workbook; empty for YAML."""
    number: Callable[[Path], int] = nowhere
    """The line of a part of it, or of what is nearest around it, in a YAML file."""
    is_published: bool = False
    """It is not part of what is being read, but stands published already."""

    def place(self, *path: str | int) -> str:
        """The name of a part: its own cell, or that of the nearest thing around it."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.cells:
                return self.cells[path[:end]]
        return ", ".join((self.label, *_named(path)))

    def mistake(self, path: Path, vi: str, en: str) -> Mistake:
        return Mistake(self.place(*path), vi, en, self.number(path))


class UnreadableCatalogue(ValueError):
    """The data files have mistakes: `.mistakes` names file, entry and field of each and says what to do."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(str(mistake) for mistake in mistakes)
        super().__init__("\n".join(("The catalogue cannot be used until this is mended:", *self.mistakes)))


def _named(path: Path) -> list[str]:
    """`("fees", 1, "amount")` as `fees[1]`, `amount`."""
    names: list[str] = []
    for part in path:
        if isinstance(part, int) and names:
            names[-1] += f"[{part}]"
        else:
            names.append(str(part))
    return names
