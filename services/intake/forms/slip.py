"""Form 1: *Giấy tiếp nhận hồ sơ và hẹn trả kết quả*, the same in TT 01/2018 and in TT 03/2025 (from 1/7/2025)."""

import io
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import cast

import msgspec
import segno
import typst

from services.intake.domain.catalogue import Catalogue, Procedure
from services.intake.domain.dossier import Dossier, NotAccepted
from shared.calendar import VIETNAM
from shared.contracts.intake import PaperTicked, Terms
from shared.identifiers import Phone

__all__ = ["PAPER", "TEMPLATE", "SlipForm", "inputs", "print_slip", "qr_text", "slip"]

PAPER = "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"
TEMPLATE = Path(__file__).with_name("slip.typ")
UNITS = {
    "working-days": "ngày làm việc",
    "calendar-days": "ngày",
    "hours": "giờ làm việc",
    "half-days": "buổi làm việc",
}


@dataclass(frozen=True, slots=True)
class PrintedPaper:
    name: str
    form: str
    """So many originals, copies and files, in words."""


@dataclass(frozen=True, slots=True)
class SlipForm:
    """What stands on the form, in the words in which it is printed."""

    code: str
    tracking: str
    url: str
    qr: str
    """SVG."""
    agency: str
    office: str
    owner: str
    address: str
    phone: str
    email: str
    procedure: str
    papers: tuple[PrintedPaper, ...]
    time_allowed: str
    received: str
    due: str
    dated: str
    place: str


def slip(dossier: Dossier, offered: Catalogue, public_url: str) -> SlipForm:
    """The form of an accepted dossier; raises `NotAccepted` before that (NĐ 61/2018 art. 17.3)."""
    if not dossier.received_at or not dossier.due_at:
        raise NotAccepted("There is no slip before the dossier is accepted: accept it first.")
    offices = {office.code: office for office in offered.offices}
    filing, procedure = dossier.filing, offered.version(dossier.filing.procedure, dossier.version)
    receiving = offices.get(filing.receiving_office)
    parent = offices.get(receiving.parent) if receiving else None
    applicant = filing.applicant
    return SlipForm(
        code=dossier.code,
        tracking=dossier.tracking,
        url=f"{public_url}/track?code={dossier.tracking}",
        qr=_qr(qr_text(dossier)),
        agency=parent.name if parent else "",
        office=receiving.name if receiving else filing.receiving_office,
        owner=applicant.name,
        address=applicant.address,
        phone=Phone.of(applicant.phone).national if applicant.phone else "",
        email=applicant.email,
        procedure=procedure.name,
        papers=_papers(filing.papers, procedure),
        time_allowed=_allowed(dossier.terms),
        received=_moment(dossier.received_at),
        due=_moment(dossier.due_at),
        dated=_day(dossier.received_at),
        place=_place(dossier, receiving.name if receiving else filing.receiving_office),
    )


def qr_text(dossier: Dossier) -> str:
    """What the QR says: dossier, procedure, applicant, paper, with bars between (TT 01/2023/TT-VPCP; TCVN 7322)."""
    filing = dossier.filing
    return f"{dossier.code}|{filing.procedure}|{filing.applicant.number}|{PAPER}"


def print_slip(form: SlipForm) -> bytes:
    """One PDF with two copies, for the applicant and for the file.

    The first takes a quarter of a second of CPU, the others some milliseconds: call it in a thread. One at a time, as
    the compiler keeps what it has learnt.
    """
    with _ONE_AT_A_TIME:
        return cast("bytes", _compiler().compile(format="pdf", sys_inputs=inputs(form)))


def inputs(form: SlipForm) -> dict[str, str]:
    """What the template reads."""
    return {"form": msgspec.json.encode(form).decode()}


_ONE_AT_A_TIME = Lock()


@cache
def _compiler() -> typst.Compiler:
    """With the fonts inside typst alone, so that every machine prints the same."""
    return typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=typst.Fonts(include_system_fonts=False))


def _qr(text: str) -> str:
    drawn = io.BytesIO()
    segno.make(text, error="m", encoding="utf-8", micro=False).save(drawn, kind="svg", border=2, xmldecl=False)
    return drawn.getvalue().decode()


def _papers(ticked: tuple[PaperTicked, ...], procedure: Procedure) -> tuple[PrintedPaper, ...]:
    names = {paper.code: paper.name for paper in procedure.papers}
    return tuple(PrintedPaper(names.get(it.code, it.code), _pieces(it)) for it in ticked)


def _pieces(paper: PaperTicked) -> str:
    counted = ((paper.originals, "bản chính"), (paper.copies, "bản sao"), (paper.electronic, "bản điện tử"))
    return ", ".join(f"{count} {kind}" for count, kind in counted if count)


def _allowed(terms: Terms) -> str:
    return f"{terms.amount} {UNITS[terms.unit]}" if terms.amount else "trong ngày"


def _moment(at: datetime) -> str:
    local = at.astimezone(VIETNAM)
    return f"{local:%H} giờ {local:%M} phút, {_day(at)}"


def _day(at: datetime) -> str:
    local = at.astimezone(VIETNAM)
    return f"ngày {local:%d} tháng {local:%m} năm {local:%Y}"


def _place(dossier: Dossier, office: str) -> str:
    match dossier.filing.home_by:
        case "post":
            return f"nhà người nhận, qua bưu điện: {dossier.filing.applicant.address}"
        case "electronic":
            return "trang tra cứu (bản điện tử)"
        case "counter":
            return office
