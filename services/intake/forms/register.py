"""*Sổ theo dõi hồ sơ* (06 of TT 01/2018, 07 of TT 03/2025): the register of an office, A4 and as a sheet."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from services.intake.domain.catalogue import Catalogue
from services.intake.domain.register import Page, Row
from services.intake.forms.frame import TT_01_2018, TT_03_2025, Head, compiled, drawn, edition, json_of, national, short
from shared.calendar import local_day

__all__ = ["COLUMNS", "Book", "register_pdf", "register_xlsx"]

TITLE = "Sổ theo dõi hồ sơ"
NUMBERS = {TT_01_2018: "06", TT_03_2025: "07"}
COLUMNS = (
    "Số thứ tự",
    "Mã hồ sơ",
    "Tên thủ tục hành chính",
    "Số bộ hồ sơ",
    "Tên cá nhân, tổ chức",
    "Địa chỉ, số điện thoại",
    "Cơ quan giải quyết",
    "Tiếp nhận",
    "Hẹn trả kết quả",
    "Chuyển đến cơ quan giải quyết",
    "Nhận kết quả từ cơ quan giải quyết",
    "Trả kết quả",
    "Phương thức nhận kết quả",
    "Ghi chú",
)
WIDTHS = (8, 24, 40, 8, 28, 40, 36, 17, 17, 17, 17, 17, 18, 14)
"""Of the sheet's columns, in characters."""
HOW = {"counter": "tại quầy", "post": "qua bưu điện", "electronic": "bản điện tử"}
BOLD = Font(bold=True)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What a sheet cannot hold."""


@dataclass(frozen=True, slots=True)
class Book:
    """The pages of a register that are printed."""

    page: Page
    rows: tuple[Row, ...]
    offered: Catalogue
    at: datetime

    @property
    def head(self) -> Head:
        """The set of forms is that of the last day: a volume of 2025 holds dossiers of both."""
        offices = {it.code: it for it in self.offered.offices}
        office = offices.get(self.page.office)
        parent = offices.get(office.parent) if office else None
        holds = edition(self.page.last)
        return Head(
            title=TITLE,
            number=f"Mẫu số {NUMBERS[holds]}",
            circular=holds.circular,
            qr=drawn(f"{self.page.office}|{self.page.volume}||{TITLE}"),
            agency=parent.name if parent else "",
            office=office.name if office else self.page.office,
            dated=f"Quyển số {self.page.volume}",
            reprint=f"In lúc {short(self.at)}",
        )

    @property
    def period(self) -> str:
        return f"từ ngày {self.page.first:%d/%m/%Y} đến ngày {self.page.last:%d/%m/%Y}"

    @property
    def closing(self) -> str:
        """The line that ends a volume; empty while its year goes on."""
        if not self.page.closes(local_day(self.at)):
            return ""
        last = self.rows[-1].nth if self.rows else 0
        return f"Khóa sổ ngày {self.page.last:%d/%m/%Y}: quyển {self.page.volume} có {last} hồ sơ" + (
            f", từ số 1 đến số {last}." if last else "."
        )

    def lines(self) -> Iterator[list[str]]:
        """The rows in words, a text for each of `COLUMNS`."""
        offices = {it.code: it.name for it in self.offered.offices}
        names = {(it.code, it.version): it.name for it in self.offered.procedures}
        for row in self.rows:
            dossier, filing = row.dossier, row.dossier.filing
            holder = filing.holder
            yield [
                str(row.nth),
                dossier.code,
                names.get((filing.procedure, dossier.version), filing.procedure),
                "1",
                holder.name,
                "\n".join(it for it in (holder.address, national(holder.phone)) if it),
                offices.get(filing.competent_office, filing.competent_office),
                short(dossier.received_at),
                short(row.due_at),
                short(row.sent_at),
                short(row.back_at),
                short(row.returned_at),
                HOW.get(row.returned_by or filing.home_by, ""),
                "Quá hạn" if row.is_late else "",
            ]


def register_pdf(book: Book) -> bytes:
    """A4, lying. Call it in a thread: a thousand rows take about a second."""
    form = {"period": book.period, "closing": book.closing, "columns": COLUMNS, "rows": list(book.lines())}
    return compiled("register.typ", {"head": json_of(book.head), "form": json_of(form)})


def register_xlsx(book: Book) -> bytes:
    """One sheet, written row by row. Nothing in it is a formula, whatever a name begins with. Call it in a thread."""
    made = Workbook(write_only=True)
    sheet: Any = made.create_sheet(f"Quyển {book.page.volume}")
    for n, width in enumerate(WIDTHS):
        sheet.column_dimensions[chr(ord("A") + n)].width = width
    sheet.freeze_panes = "A4"
    title = f"{TITLE.upper()}, quyển {book.page.volume}"
    sheet.append([_cell(sheet, title, bold=True)])
    sheet.append([_cell(sheet, f"{book.head.office}, {book.period}")])
    sheet.append([_cell(sheet, it, bold=True) for it in COLUMNS])
    for line in book.lines():
        sheet.append([_cell(sheet, it.replace("\n", ", ")) for it in line])
    if book.closing:
        sheet.append([_cell(sheet, book.closing, bold=True)])
    filled = io.BytesIO()
    made.save(filled)
    return filled.getvalue()


def _cell(sheet: Any, text: str, *, bold: bool = False) -> Any:
    """Text as it is: only what would be a formula, or is bold, needs a cell of its own."""
    text = CONTROL.sub("", text)
    if not bold and not text.startswith("="):
        return text
    cell = cast("Any", WriteOnlyCell(sheet, text))
    cell.data_type = "s"
    if bold:
        cell.font = BOLD
    return cell
