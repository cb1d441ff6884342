"""An office's money of one day as a workbook (XLSX), for the one who keeps its books."""

import io
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from services.intake.domain.cash import Cash
from shared.calendar import VIETNAM

__all__ = ["WORKBOOK", "workbook"]

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WAYS = {"counter": "Tại quầy", "post": "Bưu điện thu hộ", "online": "Trực tuyến"}
WHAT = {"paid": "Thu", "refunded": "Hoàn trả", "rebooked": "Ghi lại"}
KINDS = {
    "wrong-amount": "Số tiền không đúng số phải nộp",
    "unknown-reference": "Ngân hàng có, không rõ của hồ sơ nào",
    "missing-here": "Ngân hàng có, sổ chưa ghi",
    "missing-there": "Sổ có, sao kê không có",
    "amount-differs": "Số tiền trong sổ và sao kê khác nhau",
    "refund-refused": "Ngân hàng không trả lại được, phải trả tại quầy",
}
MONEY = "#,##0"
SUMS = ("Cách nộp", "Thu hay hoàn", "Số lượt", "Số tiền (đồng)", "Phí", "Lệ phí", "Thừa")
LINES = (
    "Lúc", "Mã hồ sơ", "Thu hay hoàn", "Cách nộp", "Số tiền (đồng)", "Phải nộp", "Phí", "Lệ phí", "Số biên lai",
    "Tham chiếu", "Lý do",
)  # fmt: skip
DIFFERENCES = ("Sai lệch", "Tham chiếu", "Trong sổ (đồng)", "Tại ngân hàng (đồng)", "Số của ngân hàng")


def workbook(cash: Cash) -> bytes:
    """Three sheets: sums, lines, differences. Call it in a thread."""
    book: Any = Workbook()
    book.remove(book.active)
    _sheet(book, "Tổng hợp", SUMS, [
        (WAYS[it.way], WHAT[it.what], it.count, it.dong, it.phi, it.le_phi, it.other) for it in cash.sums
    ])  # fmt: skip
    _sheet(book, "Chi tiết", LINES, [_line(it.code, it.receipt, it.moved) for it in cash.lines])
    _sheet(book, "Sai lệch", DIFFERENCES, [
        (KINDS[it.kind], it.reference, it.here, it.there, it.id) for it in cash.differences
    ])  # fmt: skip
    book.properties.title = f"Thu phí, lệ phí {cash.office} ngày {cash.day}"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _line(code: str, receipt: str, it: Any) -> tuple[object, ...]:
    at = f"{it.at.astimezone(VIETNAM):%H:%M:%S %d/%m/%Y}"
    what = f"{WHAT[it.what]}{', chờ ngân hàng' if it.is_open else ', ngân hàng từ chối' if it.is_refused else ''}"
    return (at, code, what, WAYS[it.way], it.dong, it.expected, it.phi, it.le_phi, receipt, it.reference, it.reason)


def _sheet(book: Any, title: str, head: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    sheet: Any = book.create_sheet(title)
    sheet.append(head)
    for row in rows:
        sheet.append([_inert(it) for it in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for number, name in enumerate(head, start=1):
        longest = max((len(str(row[number - 1])) for row in rows), default=0)
        sheet.column_dimensions[get_column_letter(number)].width = max(len(name), longest) + 2
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.number_format = MONEY if isinstance(cell.value, int) else cell.number_format
    sheet.freeze_panes = "A2"


def _inert(value: object) -> object:
    """A text that a spreadsheet would run as a formula is made a text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@"} else value
