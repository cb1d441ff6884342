"""Addresses as cards write them and as they are since 1/7/2025: districts ended, communes were joined.

By the package vietnamadminunits (MIT). What it would take from Unidecode (GPL) is our own folding: for Vietnamese the
same. It is loaded with the first question, for it takes seconds and some 70 MB, which filing does not need.
"""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from services.intake.domain.finding import fold

__all__ = ["LONGEST", "Address", "today"]

LONGEST = 300
"""Characters that are looked at."""
DISTRICTS = {"huyen", "h", "quan", "q", "thi", "tx", "thanh", "tp"}
"""How the name of a district, town or city of a province began."""


@dataclass(frozen=True, slots=True)
class Address:
    """`today` is empty where the commune was not found: then `written` is all there is."""

    written: str
    today: str = ""
    commune: str = ""
    commune_code: str = ""
    """Of the General Statistics Office."""
    province_code: str = ""


async def today(written: str) -> Address:
    """The address in today's units; the street or hamlet stays as it was written."""
    return await asyncio.to_thread(_looked_up, written[:LONGEST])


def _looked_up(written: str) -> Address:
    convert, parse = _package()
    try:
        found = convert(written)
        if not _names_a_district(written, getattr(found, "OldAdminUnit", None)):
            found = parse(written)  # it is in today's units already
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        return Address(written)  # the package's way of not finding
    if not found.ward_code:
        return Address(written)
    return Address(written, found.get_address(), found.ward, found.ward_code, found.province_code)


def _names_a_district(written: str, old: Any) -> bool:
    """Only addresses of before July 2025 do; the package takes every address for one."""
    if old is None or not old.short_district:
        return False
    names = (fold(old.district), fold(old.short_district))
    parts = [" ".join(fold(part).replace(".", " ").split()) for part in written.split(",")]
    return any(part in names or (part.endswith(names[1]) and part.split()[0] in DISTRICTS) for part in parts if part)


@cache
def _package() -> tuple[Callable[[str], Any], Callable[[str], Any]]:
    folding = ModuleType("unidecode")
    folding.unidecode = fold  # type: ignore[attr-defined]  # all that the package takes from it
    sys.modules.setdefault("unidecode", folding)
    from vietnamadminunits import convert_address, parse_address  # noqa: PLC0415  slow, and rarely needed

    return convert_address, parse_address
