"""Why a due date moved, in Vietnamese and in English, for the slip and the tracking page."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

from shared.data.days_off import ENGLISH

Unit = Literal["working-days", "calendar-days", "hours", "half-days"]
Words = tuple[str, str]
"""A sentence in Vietnamese and in English."""

_UNITS: dict[Unit, Words] = {
    "working-days": ("ngày làm việc", "working day"),
    "calendar-days": ("ngày", "day"),
    "hours": ("giờ làm việc", "working hour"),
    "half-days": ("buổi", "half-day"),
}


def restarted(amount: int, unit: Unit, resumed: date) -> Words:
    """The whole term is counted again from the day when the papers were complete."""
    day, (vi, en) = f"{resumed:%d/%m/%Y}", _UNITS[unit]
    again = (f"{amount} {vi}", _many(amount, en)) if amount else ("trong ngày", "the same day")
    return (
        f"tính lại từ đầu ({again[0]}) từ ngày {day} khi đã đủ giấy tờ",
        f"counted again from the start ({again[1]}) from {day}, when the papers were complete",
    )


def waited(count: int | timedelta, unit: Unit) -> Words:
    """The clock stood still for so many units, or for so much office time."""
    if isinstance(count, timedelta):
        hours, minutes = divmod(count // timedelta(minutes=1), 60)
        vi, en = f"{hours} giờ {minutes:02} phút làm việc", f"{hours} h {minutes:02} min of office time"
    elif count:
        vi, en = f"{count} {_UNITS[unit][0]}", _many(count, _UNITS[unit][1])
    else:
        vi, en = f"chưa đến 1 {_UNITS[unit][0]}", f"less than 1 {_UNITS[unit][1]}"
    return f"dừng {vi} chờ bổ sung", f"stopped for {en} to wait for papers"


def with_days_off(why: Words, occasions: Iterable[str]) -> Words:
    """The reason, followed by the days off that fell into the wait: "…, Tết 5 ngày"."""
    closed = Counter(occasions)
    vi = [why[0], *(f"{name} {count} ngày" for name, count in closed.items())]
    en = [why[1], *(f"{ENGLISH.get(name, name)} {_many(count, 'day')}" for name, count in closed.items())]
    return ", ".join(vi), ", ".join(en)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
