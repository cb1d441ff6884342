"""One cell of a sheet and the value that it stands for: text, number, day, yes or no, a list, a term.

A cell holds text, a number, a date or nothing; an empty cell is the field's default. What is nested is written in the
cell: a list with semicolons between, exemptions one to a line with bars between, a filled form with a colon on each.
"""

import re
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from types import UnionType
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

import msgspec

from services.intake.domain.procedure import FormLine
from services.intake.domain.sheet_words import UNITS
from shared.calendar import Term

__all__ = ["NO", "YES", "Cell", "plain", "quoted", "written"]

Cell = str | int | float | bool | date | datetime | None

BEGINNING = 40
"""Characters."""
YES, NO = "có", "không"
_YES, _NO = {"có", "co", "x", "yes", "true", "1"}, {"không", "khong", "no", "false", "0"}
_TERM = re.compile(r"(\d{1,6})\s*(\S.*)")


def written(value: Any) -> Cell:
    """What stands in the cell of a value."""
    if isinstance(value, tuple):
        return _joined(cast("tuple[Any, ...]", value))
    match value:
        case bool():
            return YES if value else NO
        case Term():
            return f"{value.amount} {UNITS[value.unit]}"
        case str():
            return value or None
        case _:
            return value


def _joined(parts: tuple[Any, ...]) -> Cell:
    if any(is_dataclass(it) for it in parts):
        return "\n".join(_noted(it) for it in parts)
    return "; ".join(str(it) for it in parts) or None


def _noted(value: Any) -> str:
    """A small value on one line: its fields in their order, between bars, without what is left at its default."""
    if isinstance(value, FormLine):
        return f"{value.label}: {value.answer}"
    texts = ["" if it is None else str(written(it) or "") for it in (getattr(value, f.name) for f in fields(value))]
    return " | ".join(texts).rstrip(" |")


def plain(hint: Any, value: Cell, name: str) -> Any:
    """What the cell says, as YAML would say it. Raises `ValueError` with what is wrong in both languages."""
    options = [it for it in get_args(hint) if it is not type(None)] if isinstance(hint, UnionType) else [hint]
    kind = options[0]
    if get_origin(kind) is tuple:
        return _parts(get_args(kind)[0], str(value))
    if kind is str or (get_origin(kind) is Literal and isinstance(get_args(kind)[0], str)):
        return _text(value, name)
    read = {bool: _truth, date: _day, Term: _term}.get(kind, _number)
    return read(value)


def _text(value: Cell, name: str) -> str:
    """Numbers that stand for text: a procedure's code has six digits after the point, also where Excel drops zeros."""
    if isinstance(value, float):
        return f"{value:.6f}" if name in {"code", "procedure", "successor"} else f"{value:g}"
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)


def _number(value: Cell) -> Cell:
    """A whole number, also where the sheet has it as text."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return (
        int(value) if isinstance(value, str) and value.isdecimal() and len(value) < len("1000000000000000") else value
    )


def _truth(value: Cell) -> bool:
    text = str(value).strip().lower()
    if text not in _YES | _NO:
        raise ValueError(f"hãy ghi {YES} hoặc {NO}.", f"write {YES} or {NO}.")
    return text in _YES


def _day(value: Cell) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(str(value), form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    raise ValueError("hãy ghi ngày, ví dụ 01/07/2026.", "write a day, for example 01/07/2026.")


def _term(value: Cell) -> dict[str, Any]:
    match = _TERM.fullmatch(str(value))
    unit = next((unit for unit, word in UNITS.items() if match and match[2].strip().lower() in {unit, word}), None)
    if match is None or unit is None:
        known = ", ".join(UNITS.values())
        raise ValueError(
            f"hãy ghi số và đơn vị ({known}), ví dụ 5 ngày làm việc.", f"write a number and one of: {known}."
        )
    return {"unit": unit, "amount": int(match[1])}


def _parts(inner: Any, text: str) -> list[Any]:
    if inner is FormLine:
        return _form_lines(text)
    if not is_dataclass(inner):
        between = "[;,]" if get_origin(inner) is Literal else ";"
        return [it.strip() for it in re.split(between, text) if it.strip()]
    names, hints = [it.name for it in fields(inner)], get_type_hints(inner)
    parts: list[Any] = []
    for line in text.splitlines():
        texts = [it.strip() for it in line.split("|")]
        if len(texts) > len(names):
            raise ValueError("quá nhiều phần giữa các gạch đứng.", "too many parts between the bars.")
        noted = {name: _noted_part(hints[name], it, name) for name, it in zip(names, texts, strict=False) if it}
        parts.append(noted)
    return parts


def _form_lines(text: str) -> list[dict[str, str]]:
    typed = [line for line in text.splitlines() if line.strip()]
    lines = [[it.strip() for it in line.partition(":")] for line in typed]
    if wrong := [quoted(line) for line, parts in zip(typed, lines, strict=True) if not all(parts)]:
        raise ValueError(
            f"dòng {', '.join(wrong)}: hãy ghi tên mục, dấu hai chấm, rồi nội dung, ví dụ Nơi sinh: xã Nam Hà.",
            f"the line {', '.join(wrong)}: write what the form asks, a colon, and the answer.",
        )
    return [{"label": label, "answer": answer} for label, _, answer in lines]


def quoted(line: str) -> str:
    """How a line of a cell begins, to be found there: it has no number that a sheet shows."""
    return f"“{line.strip()[:BEGINNING]}”"


def _noted_part(hint: Any, text: str, name: str) -> Any:
    try:
        return msgspec.convert(text, hint, strict=False) if hint in {int, float} else plain(hint, text, name)
    except msgspec.ValidationError as wrong:
        raise ValueError(f"{text} không phải là số.", f"{wrong}") from wrong
