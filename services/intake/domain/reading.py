"""From the catalogue's plain data, as YAML or a workbook gives it, to its values: all mistakes are told at once."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from difflib import get_close_matches
from functools import partial
from types import UnionType
from typing import Any, Literal, TypeVar, cast, get_args, get_origin, get_type_hints

import msgspec

from services.intake.domain.catalogue import Catalogue, Office, Procedure
from services.intake.domain.checking import check
from services.intake.domain.mistakes import Entry, Line, Mistake, Path, UnreadableCatalogue, nowhere
from shared.codes import AgencyCode, ProcedureCode
from shared.errors import Refusal

__all__ = [
    "IS_MISSING",
    "OFFICES",
    "PROCEDURES",
    "UnreadableCatalogue",
    "office_lines",
    "procedure_lines",
    "read_catalogue",
    "read_lines",
]

T = TypeVar("T")

PROCEDURES, OFFICES = "procedures.yaml", "offices.yaml"
IS_MISSING = "is missing: add it."
LONGEST_TEXT = 10_000
"""Characters of one field."""
CODES: Mapping[type[Any], tuple[Callable[[str], object], str]] = {
    Procedure: (ProcedureCode.of, "2.000815"),
    Office: (AgencyCode.of, "H36.15"),
}
"""How the code of an entry is read, and what one looks like."""
LARGEST_NUMBER = 10**12
"""Of đồng, bytes or days: what is larger is a slip of the finger."""


def read_catalogue(procedures: Entry, offices: Entry) -> Catalogue:
    """The catalogue of `procedures.yaml` and `offices.yaml`; raises `UnreadableCatalogue` with all mistakes."""
    mistakes: list[Mistake] = []
    read = read_lines(Procedure, procedure_lines(procedures, PROCEDURES, mistakes), mistakes)
    places = read_lines(Office, office_lines(offices, OFFICES, mistakes), mistakes)
    mistakes += check(read, places)
    if mistakes:
        raise UnreadableCatalogue(mistakes)
    return Catalogue(tuple(it for _, it in read), tuple(it for _, it in places))


def procedure_lines(
    table: Entry, file: str, mistakes: list[Mistake], number: Callable[[Path], int] = nowhere
) -> list[Line]:
    """An entry holds what its versions share; each version adds to it or replaces it. Steps may be a list's name.

    `number` tells the line of a part of the table.
    """
    lists = table.get("step_lists")
    named: Entry = cast("Entry", lists) if isinstance(lists, Mapping) else {}
    found: list[Line] = []
    for at, entry in enumerate(_entries(table, "procedures", file, mistakes), start=1):
        shared = {name: value for name, value in entry.items() if name != "versions"}
        for counted, own in enumerate(_versions(entry, file, mistakes), start=1):
            version: dict[str, Any] = {"version": counted, **shared, **own}
            label = f"{file}, {version.get('code', '?')}@{version['version']}"
            parts = frozenset(shared) - frozenset(own)
            line = Line(label, version, number=partial(_number, number, at, counted, parts))
            if isinstance(name := version.get("steps"), str) and name not in named:
                vi = f"không có danh sách bước tên {name}: hãy thêm vào step_lists."
                mistakes.append(line.mistake(("steps",), vi, f"there is no list {name}: add it to step_lists."))
                continue
            if isinstance(name, str):
                version["steps"] = named[name]
            found.append(line)
    return found


def _number(number: Callable[[Path], int], entry: int, version: int, shared: frozenset[str], path: Path) -> int:
    """A version's part stands in the version, or beside its versions where they share it."""
    is_shared = path[:1] and path[0] in shared
    return number(("procedures", entry, *(() if is_shared else ("versions", version)), *path))


def office_lines(
    table: Entry, file: str, mistakes: list[Mistake], number: Callable[[Path], int] = nowhere
) -> list[Line]:
    def at(entry: int, path: Path) -> int:
        return number(("offices", entry, *path))

    entries = enumerate(_entries(table, "offices", file, mistakes), start=1)
    return [Line(f"{file}, {it.get('code', '?')}", it, number=partial(at, place)) for place, it in entries]


def read_lines(kind: type[T], lines: Iterable[Line], mistakes: list[Mistake]) -> list[tuple[Line, T]]:
    """The values of those lines that have no mistake, each with its line."""
    return [(line, value) for line in lines if (value := _value(kind, line.fields, line, (), mistakes))]


def _versions(entry: Entry, file: str, mistakes: list[Mistake]) -> list[Entry]:
    versions = entry.get("versions", [{}])
    if isinstance(versions, list) and all(isinstance(it, dict) for it in cast("list[object]", versions)):
        return cast("list[Entry]", versions)
    line = Line(f"{file}, {entry.get('code', '?')}", entry)
    mistakes.append(_no_list(line, ("versions",)))
    return []


def _entries(table: Entry, name: str, file: str, mistakes: list[Mistake]) -> list[Entry]:
    entries = table.get(name)
    if isinstance(entries, list) and all(isinstance(entry, dict) for entry in cast("list[object]", entries)):
        return cast("list[Entry]", entries)
    vi = f"tệp phải có danh sách `{name}:` gồm các mục có trường."
    mistakes.append(Mistake(file, vi, f"it must hold a list `{name}:` whose entries have fields."))
    return []


def _value(kind: type[T], entry: object, line: Line, at: Path, mistakes: list[Mistake]) -> T | None:
    """The dataclass that the entry describes, or None after telling every field that is wrong."""
    if not isinstance(entry, Mapping):
        vi, en = "ở đây cần các trường có dấu hai chấm.", "here belong fields with a colon, for example `code: …`."
        mistakes.append(line.mistake(at, vi, en))
        return None
    given, before = cast("Entry", entry), len(mistakes)
    known = {field.name: field for field in fields(cast("Any", kind))}
    hints = get_type_hints(kind)
    mistakes += [_unknown(name, known, line, at) for name in given if name not in known]
    values = {name: _field(hints[name], given[name], line, (*at, name), mistakes) for name in known if name in given}
    for name, field in known.items():
        if name not in given and field.default is MISSING and field.default_factory is MISSING:
            mistakes.append(line.mistake((*at, name), "còn thiếu: hãy điền vào.", IS_MISSING))
    if kind in CODES and isinstance(values.get("code"), str):
        mistakes += _of_code(*CODES[kind], str(values["code"]), line)
    if len(mistakes) > before:
        return None
    try:
        return kind(**values)
    except ValueError as wrong:
        mistakes.append(line.mistake(at, f"giá trị không hợp lệ ({wrong})", f"{wrong}"))
        return None


def _of_code(read: Callable[[str], object], example: str, code: str, line: Line) -> Iterable[Mistake]:
    try:
        read(code)
    except Refusal as refusal:
        yield line.mistake(("code",), f"mã không đúng dạng, ví dụ {example}.", str(refusal))


def _field(hint: Any, value: object, line: Line, at: Path, mistakes: list[Mistake]) -> object:
    """Nested values are read field by field too, so that a misspelt name in them is told."""
    inner = _dataclass_in(hint)
    if inner is None or value is None:
        return _converted(hint, value, line, at, mistakes)
    if get_origin(hint) is not tuple:
        return _value(inner, value, line, at, mistakes)
    if not isinstance(value, list):
        mistakes.append(_no_list(line, at))
        return ()
    entries = enumerate(cast("list[object]", value), start=1)
    return tuple(_value(inner, entry, line, (*at, number), mistakes) for number, entry in entries)


def _no_list(line: Line, at: Path) -> Mistake:
    vi = "ở đây cần một danh sách: mỗi mục bắt đầu bằng dấu gạch."
    return line.mistake(at, vi, "this is a list: begin each entry with a dash.")


def _dataclass_in(hint: Any) -> type[Any] | None:
    options = get_args(hint) if get_origin(hint) is tuple or isinstance(hint, UnionType) else (hint,)
    return next((option for option in options if isinstance(option, type) and is_dataclass(option)), None)


def _converted(hint: Any, value: object, line: Line, at: Path, mistakes: list[Mistake]) -> object:
    try:
        clean = _clean(value)
        return msgspec.convert(clean, hint)
    except msgspec.ValidationError as error:
        mistakes.append(line.mistake(at, f"cần {expected(hint)}: hãy sửa lại.", f"{error}: correct the value."))
    except ValueError as wrong:
        vi, en = wrong.args
        mistakes.append(line.mistake(at, vi, en))
    return None


def _clean(value: object) -> object:
    """Text composed (NFC), without blanks around it. Raises `ValueError` with what is wrong in both languages."""
    if isinstance(value, list | tuple):
        return [_listed(_clean(inner)) for inner in cast("list[object]", value)]
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, int) and value < 0:
        raise ValueError("không thể là số âm: hãy sửa lại.", "it cannot be negative: correct it.")
    if isinstance(value, int) and value > LARGEST_NUMBER:
        raise ValueError(
            f"số quá lớn: nhiều nhất {LARGEST_NUMBER}.", f"the number is too large: {LARGEST_NUMBER} at most."
        )
    return value


def _listed(value: object) -> object:
    """An entry of a list of words: a sheet writes them in one cell, with semicolons between."""
    if isinstance(value, str) and (not value or ";" in value or "\n" in value):
        raise ValueError(
            "mỗi mục của danh sách phải có chữ và không có dấu chấm phẩy.",
            "an entry of a list is not empty and holds no semicolon.",
        )
    return value


def clean_text(raw: str) -> str:
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n")).strip()
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"dài quá: nhiều nhất {LONGEST_TEXT} ký tự.", f"too long: {LONGEST_TEXT} characters at most.")
    if any(unicodedata.category(letter) in {"Cc", "Cs", "Cn", "Co"} and letter not in "\n\t" for letter in text):
        raise ValueError(
            "có ký tự không in được: hãy gõ lại bằng tay.", "holds a character that cannot be printed: type it again."
        )
    return text


def expected(hint: Any) -> str:
    """What a field takes, in Vietnamese words."""
    options = get_args(hint)
    if get_origin(hint) is Literal:
        return f"một trong các giá trị {', '.join(str(option) for option in options)}"
    if get_origin(hint) is tuple:
        return f"danh sách, mỗi mục là {expected(options[0])}"
    if isinstance(hint, UnionType):
        return expected(next(option for option in options if option is not type(None)))
    words = {str: "chữ", int: "số nguyên", bool: "có hoặc không", date: "ngày, ví dụ 2026-07-01"}
    return words.get(hint, "giá trị đúng kiểu")


def _unknown(name: str, known: Iterable[str], line: Line, at: Path) -> Mistake:
    close = get_close_matches(str(name), known, n=1)
    vi = f"không có trường này: {f'hãy viết {close[0]}' if close else 'hãy bỏ đi'}."
    en = f"there is no such field: {f'write {close[0]}' if close else 'remove it'}."
    return line.mistake((*at, str(name)), vi, en)
