"""The catalogue as sheets: one row for each procedure, paper, fee, step, case, office, under headers a clerk reads.

`rows_of` and `lines_of` are each other's inverse.
"""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field as Attribute, dataclass, fields
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

from services.intake.domain.catalogue import Case, Catalogue, Fee, Office, Paper, Procedure, Step
from services.intake.domain.cells import NO, YES, Cell, plain, written
from services.intake.domain.mistakes import Line, Mistake, Path
from services.intake.domain.sheet_words import HEADERS

__all__ = ["SHEETS", "Cell", "Rows", "Sheet", "lines_of", "rows_of"]

Rows = Mapping[str, Sequence[Sequence[Cell]]]
"""For each sheet its rows, the headers first."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    """The field of the dataclass."""
    hint: Any
    is_needed: bool

    @property
    def header(self) -> str:
        return HEADERS.get(self.name, self.name)

    @property
    def options(self) -> tuple[str, ...]:
        """What may stand in it, where that is a short list."""
        if self.hint is bool:
            return (YES, NO)
        inner = next((it for it in (self.hint, *get_args(self.hint)) if get_origin(it) is Literal), None)
        is_list = get_origin(self.hint) is tuple
        return tuple(str(it) for it in get_args(inner)) if inner and not is_list else ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """`part` is the field of a procedure whose entries these rows are; empty: the rows stand for themselves."""

    name: str
    kind: type[Any]
    part: str = ""

    @property
    def columns(self) -> list[Column]:
        hints = get_type_hints(self.kind)
        own = [Column(it.name, hints[it.name], _is_needed(it)) for it in fields(self.kind) if not self._has_sheet(it)]
        if not self.part:
            return own
        return [Column("procedure", str, is_needed=True), Column("procedure_version", int, is_needed=True), *own]

    def _has_sheet(self, field: "Attribute[Any]") -> bool:
        return self.kind is Procedure and field.name in {it.part for it in SHEETS}


SHEETS = (
    Sheet("Procedures", Procedure),
    Sheet("Papers", Paper, "papers"),
    Sheet("Fees", Fee, "fees"),
    Sheet("Steps", Step, "steps"),
    Sheet("Cases", Case, "cases"),
    Sheet("Offices", Office),
)


def rows_of(catalogue: Catalogue) -> Rows:
    """All versions and all offices, by code."""
    procedures = sorted(catalogue.procedures, key=lambda it: (it.code, it.version))
    things: dict[str, list[tuple[Procedure | None, object]]] = {
        "Procedures": [(None, it) for it in procedures],
        "Offices": [(None, it) for it in sorted(catalogue.offices, key=lambda it: it.code)],
    }
    for sheet in SHEETS:
        if sheet.part:
            things[sheet.name] = [(it, entry) for it in procedures for entry in getattr(it, sheet.part)]
    return {sheet.name: [_headers(sheet), *(_row(sheet, *it) for it in things[sheet.name])] for sheet in SHEETS}


def _headers(sheet: Sheet) -> list[Cell]:
    return [column.header for column in sheet.columns]


def _row(sheet: Sheet, of: Procedure | None, thing: object) -> list[Cell]:
    owner: list[Cell] = [of.code, of.version] if of else []
    return [*owner, *(written(getattr(thing, it.name)) for it in sheet.columns[len(owner) :])]


def lines_of(rows: Rows, mistakes: list[Mistake]) -> tuple[list[Line], list[Line]]:
    """The entries of procedures and of offices, each field with its cell; what cannot be read is told by its cell."""
    read = {sheet.name: _entries(sheet, rows.get(sheet.name, ()), mistakes) for sheet in SHEETS}
    procedures, offices = read["Procedures"], read["Offices"]
    for sheet in SHEETS:
        if sheet.part:
            _hang(sheet, procedures, read[sheet.name], mistakes)
    return [it.line() for it in procedures], [it.line() for it in offices]


@dataclass(slots=True)
class _Entry:
    place: str
    """The cell with which its row begins."""
    fields: dict[str, Any]
    cells: dict[Path, str]

    @property
    def key(self) -> tuple[Any, Any]:
        return self.fields.get("procedure", self.fields.get("code")), self.fields.get(
            "procedure_version", self.fields.get("version", 1)
        )

    def line(self) -> Line:
        return Line(self.place, self.fields, {(): self.place, **self.cells})


def _hang(sheet: Sheet, procedures: list[_Entry], entries: list[_Entry], mistakes: list[Mistake]) -> None:
    """Each row to its procedure's version."""
    owners = {it.key: it for it in procedures}
    for owner in procedures:
        owner.fields[sheet.part] = []
    for entry in entries:
        owner = owners.get(entry.key)
        if owner is None:
            code, version = entry.key
            vi = f"trang Procedures không có thủ tục {code} bản {version}: hãy sửa mã, hoặc thêm thủ tục."
            en = f"there is no {code} version {version} on the sheet Procedures: correct the code, or add it there."
            mistakes.append(Mistake(entry.place, vi, en))
            continue
        listed = cast("list[Any]", owner.fields[sheet.part])
        listed.append({name: value for name, value in entry.fields.items() if not name.startswith("procedure")})
        at = (sheet.part, len(listed))
        owner.cells[at] = entry.place
        owner.cells |= {(*at, *path): cell for path, cell in entry.cells.items()}


def _entries(sheet: Sheet, rows: Sequence[Sequence[Cell]], mistakes: list[Mistake]) -> list[_Entry]:
    if not rows:
        return []
    columns = _columns(sheet, rows[0], mistakes)
    found: list[_Entry] = []
    for number, row in enumerate(rows[1:], start=2):
        if any(value not in {None, ""} for value in row):
            found.append(_entry(sheet, columns, number, row, mistakes))
    return found


def _columns(sheet: Sheet, headers: Sequence[Cell], mistakes: list[Mistake]) -> dict[int, Column]:
    """Which column stands where: by its header, or by the field's own name."""
    known = {name.lower(): it for it in sheet.columns for name in (it.header, it.name)}
    found: dict[int, Column] = {}
    for place, header in enumerate(headers):
        column = known.get(str(header or "").strip().lower())
        if column and column not in found.values():
            found[place] = column
        elif header not in {None, ""}:
            cell = _cell(sheet, place, 1)
            vi = "không có cột này, hoặc cột có hai lần: hãy bỏ đi hoặc sửa tên."
            mistakes.append(
                Mistake(cell, vi, "there is no such column, or it is there twice: remove it, or correct it.")
            )
    for column in sheet.columns:
        if column.is_needed and column not in found.values():
            vi, en = f"thiếu cột {column.header}: hãy thêm vào.", f"the column {column.header} is missing: add it."
            mistakes.append(Mistake(_cell(sheet, 0, 1), vi, en))
    return found


def _entry(
    sheet: Sheet, columns: Mapping[int, Column], number: int, row: Sequence[Cell], mistakes: list[Mistake]
) -> _Entry:
    entry = _Entry(_cell(sheet, 0, number), {}, {})
    for place, column in columns.items():
        cell = _cell(sheet, place, number)
        entry.cells[(column.name,)] = cell
        value = row[place] if place < len(row) else None
        try:
            _put(entry.fields, column, value)
        except ValueError as wrong:
            vi, en = wrong.args
            mistakes.append(Mistake(cell, vi, en))
    return entry


def _put(given: dict[str, Any], column: Column, value: Cell) -> None:
    value = value.strip() if isinstance(value, str) else value
    if value is None or value == "":
        if type(None) in get_args(column.hint):
            given[column.name] = None  # a fee of an unknown amount says so by an empty cell
        return
    given[column.name] = plain(column.hint, value, column.name)


def _is_needed(field: "Attribute[Any]") -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _cell(sheet: Sheet, column: int, row: int) -> str:
    letters = ""
    while column >= 0:
        column, letter = divmod(column, 26)
        letters = chr(ord("A") + letter) + letters
        column -= 1
    return f"{sheet.name}!{letters}{row}"
