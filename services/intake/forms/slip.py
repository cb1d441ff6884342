"""Form 01: *Giấy tiếp nhận hồ sơ và hẹn trả kết quả*, the same in TT 01/2018 and in TT 03/2025."""

from dataclasses import dataclass

from services.intake.domain.dossier import Dossier
from services.intake.domain.facts import NotAccepted
from services.intake.forms.frame import TT_01_2018, TT_03_2025, Form, Given, Owner, moment
from shared.contracts.intake import PaperTicked, Terms

__all__ = ["SLIP", "PrintedPaper", "SlipForm", "papers_of", "slip"]

TITLE = "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"
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

    office: str
    owner: Owner
    papers: tuple[PrintedPaper, ...]
    time_allowed: str
    received: str
    due: str
    place: str
    volume: str
    nth: str


def slip(given: Given) -> SlipForm:
    """The form of an accepted dossier; raises `NotAccepted` before that (NĐ 61/2018 art. 17.3)."""
    dossier = given.dossier
    if not dossier.received_at or not dossier.due_at:
        raise NotAccepted("There is no slip before the dossier is accepted: accept it first.")
    office = given.office(given.issuer(dossier.received_at))
    return SlipForm(
        office=office,
        owner=Owner.of(given),
        papers=papers_of(given),
        time_allowed=allowed(dossier.terms),
        received=moment(dossier.received_at),
        due=moment(dossier.due_at),
        place=_place(dossier, office),
        volume=given.volume,
        nth=given.nth,
    )


SLIP = Form(
    "slip.typ",
    {TT_01_2018: ("01", TITLE), TT_03_2025: ("01", TITLE)},
    slip,
    dated=lambda given: given.dossier.received_at,
    is_two_copies=True,
)


def papers_of(given: Given) -> tuple[PrintedPaper, ...]:
    """What was handed in, each with so many pieces."""
    names = {paper.code: paper.name for paper in given.procedure.papers}
    return tuple(PrintedPaper(names.get(it.code, it.code), _pieces(it)) for it in given.dossier.filing.papers)


def _pieces(paper: PaperTicked) -> str:
    counted = ((paper.originals, "bản chính"), (paper.copies, "bản sao"), (paper.electronic, "bản điện tử"))
    return ", ".join(f"{count} {kind}" for count, kind in counted if count)


def allowed(terms: Terms) -> str:
    return f"{terms.amount} {UNITS[terms.unit]}" if terms.amount else "trong ngày"


def _place(dossier: Dossier, office: str) -> str:
    match dossier.filing.home_by:
        case "post":
            return f"nhà người nhận, qua bưu điện: {dossier.filing.applicant.address}"
        case "electronic":
            return f"{office} (bản điện tử)" if dossier.assisted_by else "trang hồ sơ, sau khi đăng nhập (bản điện tử)"
        case "counter":
            return office
