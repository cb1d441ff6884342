"""The catalogue's files: a workbook (XLSX) or YAML, read with distrust and written for people.

What comes from outside may be a trap: an archive that unpacks to gigabytes, a formula, a macro, an anchor that stands
for a million entries. Each is refused with a sentence before it costs anything. Both take processor time: call them in
a thread.
"""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
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
from services.intake.domain.mistakes import Mistake, Path
from services.intake.domain.reading import IS_MISSING, office_lines, procedure_lines, read_lines
from services.intake.domain.sheets import SHEETS, Sheet, lines_of, rows_of
from shared.errors import Refusal

__all__ = ["FILE", "MOST_UPLOAD", "UnreadableFile", "read_upload", "to_workbook", "to_yaml"]

MOST_UPLOAD = 4_000_000
"""Bytes of a file that is read."""
MOST_UNPACKED = 60_000_000
"""Bytes of all that a workbook unpacks to."""
MOST_PARTS, MOST_ROWS, MOST_COLUMNS = 200, 20_000, 60
MOST_NODES, DEEPEST = 400_000, 20
"""Entries and depth of a YAML file, its anchors written out."""
FILE = "catalogue.yaml"
NO_WORKBOOK = (
    "This workbook cannot be read: open it, and save it again as .xlsx.",
    "Không đọc được bảng tính này: hãy mở ra rồi lưu lại thành .xlsx.",
)
OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
"""With which Excel files before 2007 begin, and every one with a password."""
WIDE = {"name": 48, "summary": 48, "note": 40, "words": 40, "exemptions": 40, "when": 30, "sample": 60}
HOW = {"sample": "Mỗi mục một dòng: tên mục, dấu hai chấm, nội dung. Ví dụ: Nơi sinh: xã Nam Hà."}
"""What the cells of a column say to whoever stands on one."""


class UnreadableFile(Refusal):
    """The file is no YAML and no workbook that is read here; `vi` says so in Vietnamese."""

    def __init__(self, sentence: str, vi: str) -> None:
        super().__init__(sentence)
        self.vi = vi


def read_upload(content: bytes, name: str = FILE) -> Upload:
    """What a file says, decided by its content. Mistakes inside are told in the upload, under the file's `name`.

    Raises `UnreadableFile`.
    """
    if len(content) > MOST_UPLOAD:
        raise UnreadableFile(
            f"At most {MOST_UPLOAD // 1_000_000} MB: split it, an upload changes only what it names.",
            f"Nhiều nhất {MOST_UPLOAD // 1_000_000} MB: hãy chia nhỏ, mỗi lần tải lên chỉ đổi những gì có trong tệp.",
        )
    if content.startswith(OLD_OFFICE):
        raise UnreadableFile(
            "This is an old or a locked Excel file: save it as .xlsx without a password.",
            "Đây là tệp Excel kiểu cũ hoặc có mật khẩu: hãy lưu thành .xlsx, không có mật khẩu.",
        )
    return _from_workbook(content) if content.startswith(b"PK") else _from_yaml(content, name)


def _from_yaml(content: bytes, name: str) -> Upload:
    table, number, mistakes = _loaded(content, name)
    has_procedures = "procedures" in table or "offices" not in table
    procedures = procedure_lines(table, name, mistakes, number) if has_procedures else []
    offices = office_lines(table, name, mistakes, number) if "offices" in table else []
    return Upload(read_lines(Procedure, procedures, mistakes), read_lines(Office, offices, mistakes), mistakes)


def _loaded(content: bytes, name: str) -> tuple[Mapping[str, Any], Callable[[Path], int], list[Mistake]]:
    """The data, the line of each part of it, and the names of which it would keep the last alone."""
    try:
        text = content.decode("utf-8-sig")
        _measure(text)
        loader: Any = yaml.CSafeLoader(text)  # the safe one, in C
        node = loader.get_single_node()
        mistakes = list(_named_twice(node, name, set()))
        table: object = loader.construct_document(node) if node else None
    except UnicodeDecodeError as wrong:
        raise UnreadableFile(
            "This is neither a workbook (.xlsx) nor YAML in UTF-8: save it as one of these.",
            "Đây không phải bảng tính (.xlsx), cũng không phải YAML mã UTF-8: hãy lưu thành một trong hai.",
        ) from wrong
    except (yaml.YAMLError, ValueError, TypeError) as wrong:
        raise UnreadableFile(f"This is not YAML: {' '.join(str(wrong).split())[:300]}", _not_yaml(wrong)) from wrong
    if not isinstance(table, dict):
        raise UnreadableFile(
            "The file must begin with names followed by a colon, for example `procedures:`.",
            "Tệp phải bắt đầu bằng tên có dấu hai chấm, ví dụ `procedures:`.",
        )
    return cast("Mapping[str, Any]", table), partial(_line_of, node), mistakes


def _named_twice(node: Any, file: str, seen: set[int]) -> Iterable[Mistake]:
    """Each name that stands twice in one entry; of what an anchor repeats once."""
    if not isinstance(node, yaml.CollectionNode) or id(node) in seen:
        return
    seen.add(id(node))
    lines: dict[str, int] = {}
    for part in node.value:
        key, inner = part if isinstance(node, yaml.MappingNode) else (None, part)
        if isinstance(key, yaml.ScalarNode):
            line = key.start_mark.line + 1
            if first := lines.get(key.value):
                vi = f"đã có ở dòng {first} của cùng mục này: hãy bỏ một."
                en = f"stands on line {first} of the same entry: remove one."
                yield Mistake(f"{file}, {key.value}", vi, en, line)
            lines.setdefault(key.value, line)
        yield from _named_twice(inner, file, seen)


def _not_yaml(wrong: Exception) -> str:
    """Where what could not be read begins and ends. The reader's own words are English, so they are not repeated."""
    marks = (getattr(wrong, name, None) for name in ("context_mark", "problem_mark"))
    lines = list(dict.fromkeys(mark.line + 1 for mark in marks if mark))
    place = f", ở dòng {' đến dòng '.join(map(str, lines))}" if lines else ""
    return f"Tệp này không đúng cách viết YAML{place}: hãy xem lại dấu ngoặc, dấu hai chấm và khoảng trắng đầu dòng."


def _line_of(node: Any, path: Path) -> int:
    """The line of a part of a document, or of what is nearest around it."""
    line = node.start_mark.line
    for part in path:
        inner = _inner(node, part)
        if inner is None:
            break
        line, node = inner
    return line + 1


def _inner(node: Any, part: str | int) -> tuple[int, Any] | None:
    if isinstance(node, yaml.MappingNode):
        pairs = ((key.start_mark.line, value) for key, value in node.value if key.value == part)
        return next(pairs, None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and 0 < part <= len(node.value):
        return node.value[part - 1].start_mark.line, node.value[part - 1]
    return None


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
                raise UnreadableFile(
                    f"The anchor {event.anchor} is used inside itself: write it out.",
                    f"Mỏ neo {event.anchor} được dùng ngay bên trong nó: hãy viết đầy đủ ra.",
                )
            _count(open_, known, None, known[event.anchor])
        if len(open_) > DEEPEST or open_[-1][1] > MOST_NODES:
            raise UnreadableFile(
                "The file holds too much, or lies too deep: split it.",
                "Tệp chứa quá nhiều, hoặc lồng quá sâu: hãy chia nhỏ.",
            )


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
            raise UnreadableFile(
                f"The workbook has none of the sheets {', '.join(sheets)}: begin from an export.",
                f"Bảng tính không có trang nào trong số {', '.join(sheets)}: hãy bắt đầu từ tệp xuất ra.",
            )
        found = {name: _sheet(book[name], mistakes) for name in book.sheetnames if name in sheets}
        book.close()
    except UnreadableFile:
        raise
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError, OSError) as wrong:
        raise UnreadableFile(*NO_WORKBOOK) from wrong
    return found


def _inspect(content: bytes) -> None:
    """The archive before anything is unpacked. Raises `UnreadableFile`."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(it.file_size for it in parts) > MOST_UNPACKED:
                raise UnreadableFile(
                    "The workbook unpacks to too much: keep the catalogue's sheets alone.",
                    "Bảng tính bung ra quá lớn: hãy chỉ giữ các trang của danh mục.",
                )
            if any("vbaproject" in it.filename.lower() for it in parts):
                raise UnreadableFile(
                    "The workbook holds macros: save it as .xlsx without them.",
                    "Bảng tính có macro: hãy lưu thành .xlsx không có macro.",
                )
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(part):
                    raise UnreadableFile(
                        "The workbook holds what no workbook needs: save it again as .xlsx.",
                        "Trong tệp có thứ mà bảng tính không cần: hãy lưu lại thành .xlsx.",
                    )
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as wrong:
        raise UnreadableFile(*NO_WORKBOOK) from wrong


def _sheet(sheet: Any, mistakes: list[Mistake]) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
        if number > MOST_ROWS:
            raise UnreadableFile(
                f"The sheet {sheet.title} has more than {MOST_ROWS} rows: remove the empty ones.",
                f"Trang {sheet.title} có hơn {MOST_ROWS} dòng: hãy bỏ các dòng trống.",
            )
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
        rule: Any = None
        if column.options:
            rule = DataValidation("list", formula1=f'"{",".join(column.options)}"', allow_blank=True)
        elif column.name in HOW:
            rule = DataValidation(prompt=HOW[column.name], showInputMessage=True, allow_blank=True)
        if rule:
            rule.add(f"{letter}2:{letter}{MOST_ROWS}")
            page.data_validations.append(rule)
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
