"""Finding a procedure in plain words: without diacritics, in any case, by what happened in somebody's life.

"dang ky khai sinh", "làm giấy cho con mới đẻ" and "1.001193" all find *Đăng ký khai sinh*. The index is made once per
catalogue and day; a question then looks at the words that it holds, and not at every procedure.
"""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from math import log

from services.intake.domain.catalogue import Catalogue, Procedure
from services.intake.domain.procedure import LifeEvent

__all__ = ["LIFE_EVENTS", "Finder", "fields_of", "finder", "fold"]

LIFE_EVENTS: Mapping[LifeEvent, str] = {
    "birth": "Sinh con",
    "marriage": "Kết hôn",
    "death": "Người thân mất",
    "home": "Làm nhà",
    "business": "Kinh doanh",
    "land": "Đất đai",
    "copies": "Chứng thực, sao y",
    "family-papers": "Giấy tờ hộ tịch",
    "hardship": "Khó khăn, khuyết tật",
    "school": "Đi học",
}
"""Each by its name, in the order in which they are shown."""

NAME, WORDS, SUMMARY, FIELD = 8.0, 6.0, 2.0, 2.0
"""What a word is worth by where it stands."""
PART = 0.6
"""What the beginning of a word is worth: people see answers while they type."""
BEGINNING, TYPED = 3, 2
"""Letters from which on a word may be the beginning of another; of the last word, which is still being typed."""
WEAK = 0.4
"""Answers worth less than this share of the best are left out."""
EMPTY_WORDS = frozenset(
    {"toi", "em", "anh", "chi", "minh", "muon", "can", "lam", "xin", "cho", "cua", "va", "thi", "o", "dau", "gi", "the"}
    | {"nao", "duoc", "de", "voi", "mot", "bi", "la", "nay", "cach", "hoi", "phai"}
)
"""Said in every question, and nothing of what is looked for."""
_WORD = re.compile(r"[0-9a-z.]+")


def fold(text: str) -> str:
    """Small letters without diacritics: `Đăng ký` is `dang ky`."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


@lru_cache(maxsize=50_000)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, folded. Kept, as versions and catalogues share most of their texts."""
    return tuple(word.strip(".") for word in _WORD.findall(fold(text)) if word.strip("."))


@dataclass(frozen=True, eq=False, repr=False)
class Finder:
    """The procedures of one day, prepared to be found."""

    procedures: Sequence[Procedure]
    _standing: Mapping[str, Sequence[tuple[int, float]]] = field(init=False)
    """For each word in which procedures it stands, and what it is worth there."""
    _known: Sequence[str] = field(init=False)
    """The words in order, for those that begin alike."""
    _names: Sequence[str] = field(init=False)

    def __post_init__(self) -> None:
        standing: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, procedure in enumerate(self.procedures):
            for word, worth in _worths(procedure).items():
                standing[word].append((place, worth))
        object.__setattr__(self, "_standing", dict(standing))
        object.__setattr__(self, "_known", sorted(standing))
        object.__setattr__(self, "_names", [_spaced(it) for it in self.procedures])

    def find(self, query: str, limit: int = 20) -> list[Procedure]:
        """The best first; none where no word of the question is known."""
        asked, wanted = _wanted(query)
        scores: dict[int, float] = {}
        for word in dict.fromkeys(wanted):
            shortest = TYPED if word == asked[-1] else BEGINNING
            for place, worth in self._worth(word, shortest).items():
                scores[place] = scores.get(place, 0) + worth
        phrase = " ".join(wanted)
        for place in scores:
            if len(wanted) > 1 and phrase in self._names[place]:
                scores[place] *= 2
        best = max(scores.values(), default=0)
        ranked = sorted(scores, key=lambda place: (-scores[place], len(self.procedures[place].name)))
        return [self.procedures[place] for place in ranked if scores[place] >= best * WEAK][:limit]

    def unknown(self, query: str) -> list[str]:
        """The words of the question that stand in no procedure: answers are then about the others alone."""
        asked, wanted = _wanted(query)
        return [word for word in wanted if not self._worth(word, TYPED if word == asked[-1] else BEGINNING)]

    def _worth(self, word: str, shortest: int) -> dict[int, float]:
        """What a word is worth for each procedure: more where it is rare, less where it is only a beginning."""
        found: dict[int, float] = {}
        for known in self._beginning(word, shortest):
            standing = self._standing[known]
            rare = log(1 + len(self.procedures) / len(standing)) * (1 if known == word else PART)
            for place, worth in standing:
                found[place] = max(found.get(place, 0), worth * rare)
        return found

    def _beginning(self, word: str, shortest: int) -> Iterable[str]:
        start = bisect_left(self._known, word)
        for known in self._known[start : start + 200]:
            if not known.startswith(word):
                return
            if known == word or len(word) >= shortest:
                yield known

    def look(self, asked: str, event: str, field: str, most: int) -> list[Procedure]:
        """By words, at most so many; without any all of what happened in one's life, else all of a field."""
        if asked.strip():
            return self.find(asked.strip(), most)
        return self.of_life_event(event) if event else self.of_field(field)

    def of_life_event(self, event: str) -> list[Procedure]:
        return [it for it in self.procedures if event in it.life_events]

    def of_field(self, name: str) -> list[Procedure]:
        return [it for it in self.procedures if it.field == name]


def _wanted(query: str) -> tuple[Sequence[str], Sequence[str]]:
    """The words of a question, and those of them that say what is looked for."""
    asked = words_of(query[:200])
    return asked, [word for word in asked if word not in EMPTY_WORDS] or asked


@lru_cache(maxsize=4)
def finder(offered: Catalogue, on: date) -> Finder:
    """Kept for the catalogue and the day that were asked for last."""
    return Finder(offered.in_force(on))


def fields_of(procedures: Iterable[Procedure]) -> list[tuple[str, int]]:
    """The fields, each with the number of its procedures."""
    counted = Counter(it.field for it in procedures)
    return sorted(counted.items(), key=lambda it: fold(it[0]))


def _worths(procedure: Procedure) -> dict[str, float]:
    """Every word of a procedure, with the best that it is worth there."""
    events = " ".join(LIFE_EVENTS[event] for event in procedure.life_events)
    texts = (
        (procedure.name, NAME),
        (" ".join((*procedure.words, events)), WORDS),
        (procedure.summary, SUMMARY),
        (procedure.field, FIELD),
        (procedure.code, NAME),
    )
    worths: dict[str, float] = {}
    for text, worth in texts:
        for word in words_of(text):
            worths[word] = max(worths.get(word, 0), worth)
    return worths


def _spaced(procedure: Procedure) -> str:
    """The name and the words by which it is called, folded, each between bars, for whole phrases."""
    return " | ".join(" ".join(words_of(text)) for text in (procedure.name, *procedure.words))
