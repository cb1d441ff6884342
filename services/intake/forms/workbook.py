"""The catalogue's files: a workbook (XLSX) or YAML, read with distrust and written for people.

What comes from outside may be a trap: an archive that unpacks to gigabytes, a formula, a macro, an anchor that stands
for a million entries. Each is refused with a sentence before it costs anything. Both take processor time: call them in
a thread.
"""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import msgspec
import yaml
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation

from services.intake.domain.catalogue import Catalogue, Office, Procedure
from services.intake.domain.cells import Cell
from services.intake.domain.editing import Upload
from services.intake.domain.mistakes import Mistake
from services.intake.domain.reading import IS_MISSING, office_lines, procedure_lines, read_lines
from services.intake.domain.sheets import SHEETS, Sheet, lines_of, rows_of
from shared.errors import Refusal

__all__ = ["MOST_UPLOAD", "UnreadableFile", "read_upload", "to_workbook", "to_yaml"]

MOST_UPLOAD = 4_000_000
"""Bytes of a file that is read."""
MOST_UNPACKED = 60_000_000
"""Bytes of all that a workbook unpacks to."""
MOST_PARTS, MOST_ROWS, MOST_COLUMNS = 200, 20_000, 60
MOST_NODES, DEEPEST = 400_000, 20
"""Entries and depth of a YAML file, its anchors written out."""
FILE = "catalogue.yaml"
OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
"""With which Excel files before 2007 begin, and every one with a password."""
WIDE = {"name": 48, "summary": 48, "note": 40, "words": 40, "exemptions": 40, "when": 30}


class UnreadableFile(Refusal):
    """The file is no YAML and no workbook that is read here."""


def read_upload(content: bytes) -> Upload:
    """What a file says, decided by its content. Mistakes inside are told in the upload; raises `UnreadableFile`."""
    if len(content) > MOST_UPLOAD:
        raise UnreadableFile(f"At most {MOST_UPLOAD // 1_000_000} MB: split it, an upload changes only what it names.")
    if content.startswith(OLD_OFFICE):
        raise UnreadableFile("This is an old or a locked Excel file: save it as .xlsx without a password.")
    return _from_workbook(content) if content.startswith(b"PK") else _from_yaml(content)


def _from_yaml(content: bytes) -> Upload:
    table, mistakes = _loaded(content), list[Mistake]()
    procedures = procedure_lines(table, FILE, mistakes) if "procedures" in table or "offices" not in table else []
    offices = office_lines(table, FILE, mistakes) if "offices" in table else []
    return Upload(read_lines(Procedure, procedures, mistakes), read_lines(Office, offices, mistakes), mistakes)


def _loaded(content: bytes) -> Mapping[str, Any]:
    try:
        text = content.decode("utf-8-sig")
        _measure(text)
        table: object = yaml.load(text, Loader=yaml.CSafeLoader)  # the safe one, in C
    except UnicodeDecodeError as wrong:
        raise UnreadableFile(
            "This is neither a workbook (.xlsx) nor YAML in UTF-8: save it as one of these."
        ) from wrong
    except (yaml.YAMLError, ValueError, TypeError) as wrong:
        raise UnreadableFile(f"This is not YAML: {' '.join(str(wrong).split())[:300]}") from wrong
    if not isinstance(table, dict):
        raise UnreadableFile("The file must begin with names followed by a colon, for example `procedures:`.")
    return cast("Mapping[str, Any]", table)


def _measure(text: str) -> None:
    """Count entries with every anchor written out, without building one. Raises `UnreadableFile`."""
    known: dict[str, int] = {}
    open_: list[tuple[str | None, int]] = [(None, 0)]
    events: Iterable[Any] = cast("Any", yaml).parse(text, Loader=yaml.CSafeLoader)
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            open_.append((event.anchor, 1))
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, size = open_.pop()
            _count(open_, known, anchor, size)
        elif isinstance(event, yaml.ScalarEvent):
            _count(open_, known, event.anchor, 1)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in known:
                raise UnreadableFile(f"The anchor {event.anchor} is used inside itself: write it out.")
            _count(open_, known, None, known[event.anchor])
        if len(open_) > DEEPEST or open_[-1][1] > MOST_NODES:
            raise UnreadableFile("The file holds too much, or lies too deep: split it.")


def _count(open_: list[tuple[str | None, int]], known: dict[str, int], anchor: str | None, size: int) -> None:
    if anchor:
        known[anchor] = size
    around, before = open_[-1]
    open_[-1] = (around, before + size)


def _from_workbook(content: bytes) -> Upload:
    mistakes: list[Mistake] = []
    procedures, offices = lines_of(_rows(content, mistakes), mistakes)
    told = {it.place for it in mistakes}  # what could not be read is not missing too
    read, places = read_lines(Procedure, procedures, mistakes), read_lines(Office, offices, mistakes)
    return Upload(read, places, [it for it in mistakes if it.en != IS_MISSING or it.place not in told])


def _rows(content: bytes, mistakes: list[Mistake]) -> dict[str, list[list[Cell]]]:
    _inspect(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheets = {it.name: it for it in SHEETS}
        if not sheets.keys() & set(book.sheetnames):
            raise UnreadableFile(f"The workbook has none of the sheets {', '.join(sheets)}: begin from an export.")
        found = {name: _sheet(book[name], mistakes) for name in book.sheetnames if name in sheets}
        book.close()
    except UnreadableFile:
        raise
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError, OSError) as wrong:
        raise UnreadableFile("This workbook cannot be read: open it, and save it again as .xlsx.") from wrong
    return found


def _inspect(content: bytes) -> None:
    """The archive before anything is unpacked. Raises `UnreadableFile`."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(it.file_size for it in parts) > MOST_UNPACKED:
                raise UnreadableFile("The workbook unpacks to too much: keep the catalogue's sheets alone.")
            if any("vbaproject" in it.filename.lower() for it in parts):
                raise UnreadableFile("The workbook holds macros: save it as .xlsx without them.")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(part):
                    raise UnreadableFile("The workbook holds what no workbook needs: save it again as .xlsx.")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as wrong:
        raise UnreadableFile("This workbook cannot be read: open it, and save it again as .xlsx.") from wrong


def _sheet(sheet: Any, mistakes: list[Mistake]) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
        if number > MOST_ROWS:
            raise UnreadableFile(f"The sheet {sheet.title} has more than {MOST_ROWS} rows: remove the empty ones.")
        rows.append(
            [_value(cell, f"{sheet.title}!{get_column_letter(at)}{number}", mistakes) for at, cell in enumerate(row, 1)]
        )
    return rows


def _value(cell: Any, place: str, mistakes: list[Mistake]) -> Cell:
    if cell.data_type == "f":
        vi, en = "ô này có công thức: hãy dán giá trị.", "here stands a formula: paste its value."
        mistakes.append(Mistake(place, vi, en))
        return None
    if cell.data_type == "e":
        mistakes.append(Mistake(place, "ô này có lỗi: hãy sửa lại.", "here stands an error: correct it."))
        return None
    value = cell.value
    return value if isinstance(value, str | int | float | bool) or hasattr(value, "year") else None


def to_workbook(catalogue: Catalogue) -> bytes:
    """All versions and all offices; what is read again from it is the same."""
    book, rows = Workbook(write_only=True), rows_of(catalogue)
    for sheet in SHEETS:
        _fill(book, sheet, rows[sheet.name])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _fill(book: Any, sheet: Sheet, rows: Sequence[Sequence[Cell]]) -> None:
    page = book.create_sheet(sheet.name)
    page.freeze_panes = "B2"
    for at, column in enumerate(sheet.columns, start=1):
        letter = get_column_letter(at)
        page.column_dimensions[letter].width = WIDE.get(column.name, 16)
        if column.options:
            allowed: Any = DataValidation("list", formula1=f'"{",".join(column.options)}"', allow_blank=True)
            allowed.add(f"{letter}2:{letter}{MOST_ROWS}")
            page.data_validations.append(allowed)
    page.append([_drawn(page, value, is_header=True) for value in rows[0]])
    for row in rows[1:]:
        page.append([_drawn(page, value) for value in row])


def _drawn(page: Any, value: Cell, *, is_header: bool = False) -> Any:
    """A text is a text, also where it begins with an equals sign."""
    cell: Any = cast("Any", WriteOnlyCell)(page, value)
    if isinstance(value, str):
        cell.data_type = "s"
        cell.number_format = "@"
    if hasattr(value, "year"):
        cell.number_format = "DD/MM/YYYY"
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if is_header:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E6EFE9")
    return cell


def to_yaml(catalogue: Catalogue) -> bytes:
    """All versions and all offices, each written out; what is a field's default is left out."""
    table = {
        "procedures": [_plain(it) for it in sorted(catalogue.procedures, key=lambda it: (it.code, it.version))],
        "offices": [_plain(it) for it in sorted(catalogue.offices, key=lambda it: it.code)],
    }
    return yaml.dump(table, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=120).encode()


def _plain(value: Any) -> Any:
    """A value as YAML holds it, without what is left at its default."""
    if isinstance(value, tuple | list):
        return [_plain(it) for it in cast("Sequence[Any]", value)]
    if not hasattr(value, "__dataclass_fields__"):
        return msgspec.to_builtins(value, builtin_types=(type(None),)) if hasattr(value, "hour") else value
    fields: Mapping[str, Any] = value.__dataclass_fields__
    given = {name: (getattr(value, name), field) for name, field in fields.items()}
    return {name: _plain(it) for name, (it, field) in given.items() if it != field.default}
