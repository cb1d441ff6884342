"""The hamlet (*thôn, buôn, tổ dân phố*) that an address names, as people write addresses. Pure rules."""

import re
from collections.abc import Sequence
from itertools import dropwhile, takewhile

from services.intake.domain.finding import fold

__all__ = ["NOT_TOLD", "Place", "alike", "place"]

Place = tuple[str, str]
"""A hamlet and its commune."""
NOT_TOLD: Place = ("", "")

PART = re.compile(
    r"[,;\n]|\s-\s|\s+(?=(?:xã|phường|thị trấn|đặc khu|huyện|quận|thị xã|thành phố|tỉnh)\s(?!lộ\b))", re.IGNORECASE
)
"""What parts an address: signs, and where people leave them out, what stands above a hamlet."""
HAMLET = re.compile(
    r"(thon|buon(?! ma thuot)|bon|ap|xom|khoi|khom|tdp|kp|khu pho|khu dan cu|tieu khu|to dan pho|(to|khu)(?= \d))"
    r"(?![a-z])"
)
"""How the name of a hamlet or street group begins, folded."""
WRITTEN = re.compile(
    r"\b(thôn|buôn(?! ma thuột)|ấp|xóm|khối|khóm|khu phố|khu dân cư|tiểu khu|tổ dân phố|(tổ|khu)(?= \d))\b"
    r"|^(làng|bản) ",
    re.IGNORECASE,
)
"""With diacritics, behind other words too: Lê Văn Khôi is no *khối*; Lang Biang no *làng*, an authority no *bản*."""
ABOVE = re.compile(r"(xa|phuong|thi tran|dac khu|huyen|quan|thi xa|thanh pho|tinh)(?! lo\b)(?![a-z])")
"""What stands above a hamlet, folded: behind it none comes, though Buôn Đôn is a district. A *xa lộ* is a road."""
NUMBER = re.compile(r"số|so|nhà|nha|\d\S*", re.IGNORECASE)
"""A word of the number of a house, before the hamlet."""
HOUSE = re.compile(r"(số|nhà|đường|ngõ|ngách|hẻm|kiệt|gần|\(.*|\S*\d{5}\S*)", re.IGNORECASE)
"""The word with which what is behind the name of a hamlet begins: a house, a road, a telephone."""
MOST_WORDS = 4
"""Of the name of a hamlet, behind its kind."""


def place(address: str) -> Place:
    """The hamlet that an address names, and the commune behind it; `NOT_TOLD` where it names none.

    Nothing of a house is left, neither before nor behind the name: a hamlet is counted, and no home.
    """
    parts = [" ".join(part.split()) for part in PART.split(address) if part.strip()]
    for nth, part in enumerate(parts):
        if ABOVE.match(fold(part)):
            break
        if found := _hamlet(part):
            return found, _commune(parts[nth + 1 :])
    return NOT_TOLD


def alike(place: Place) -> Place:
    """As names are compared: without case, blanks, diacritics and leading zeros, *xã Tân Hà* as *Tân Hà*."""
    hamlet, commune = (re.sub(r"\b0+(?=\d)", "", fold(it)) for it in place)
    return "".join(hamlet.split()), "".join(ABOVE.sub("", commune, count=1).split())


def _hamlet(part: str) -> str:
    """Its kind and its name, of one that has a number its number alone; empty where there is none."""
    named = " ".join(dropwhile(NUMBER.fullmatch, part.split()))
    known = HAMLET.match(fold(named))
    if not known:
        known = WRITTEN.search(named)
        named = named[known.start() :] if known else ""
    kind, words = len(known.group().split()) if known else 0, named.split()
    named_by = dropwhile(lambda it: it.lower() == "số", words[kind:])  # khu dân cư số 5
    name = list(takewhile(lambda it: not HOUSE.fullmatch(it), named_by))
    is_numbered = bool(name) and name[0][0].isdigit()
    return " ".join([*words[:kind], *name[: 1 if is_numbered else MOST_WORDS]])


def _commune(parts: Sequence[str]) -> str:
    return next((it for it in parts if ABOVE.match(fold(it))), parts[0] if parts else "")
