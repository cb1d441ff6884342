"""The days off of Việt Nam as the `holidays` package knows them, and what people call them in two languages."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

SWAPPED = "Ngày nghỉ hoán đổi"
TET = "Tết"

ENGLISH: Mapping[str, str] = {
    "Tết Dương lịch": "New Year",
    TET: "Tết (Lunar New Year)",
    "Giỗ Tổ Hùng Vương": "Hùng Kings' Day",
    "Ngày Chiến thắng": "Reunification Day",
    "Quốc tế Lao động": "Labour Day",
    "Quốc khánh": "National Day",
    "Ngày Văn hóa Việt Nam": "Việt Nam Culture Day",
    SWAPPED: "Swapped day off",
}
"""Each occasion and its English name. "Tết" stands for all of the days around the lunar new year."""


@lru_cache(maxsize=8)
def published(first: int, last: int) -> tuple[Mapping[date, str], frozenset[date]]:
    """Days off with their names, and weekend days that are worked.

    The years next to `first` and `last` are there too: a swap reaches across the new year (31/12/2018 for 5/1/2019).
    """
    from holidays.countries.vietnam import Vietnam  # noqa: PLC0415 (half a second; only where a calendar is built)

    known = Vietnam(years=range(first - 1, last + 2), expand=False, language="vi")
    return {day: occasion(name) for day, name in known.items()}, frozenset(known.weekend_workdays)


def occasion(name: str) -> str:
    """What people call a day off: "Mùng hai Tết Nguyên Đán" is Tết, a day in lieu bears the name of its holiday."""
    if name.startswith("Ngày nghỉ"):
        return SWAPPED
    if "Tết Nguyên Đán" in name or name.startswith("29 Tết"):
        return TET
    return next((known for known in ENGLISH if known in name and known != TET), name)
