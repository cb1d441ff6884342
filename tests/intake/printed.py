"""Dossiers to print, and papers read back as a person, a scanner and a search would read them."""

import io
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdfium2
import zxingcpp
from pypdf import PdfReader

from services.intake.app import catalogue
from services.intake.domain.dossier import Dossier
from services.intake.domain.facts import Asked, Received
from services.intake.domain.filing import Applicant, Filing
from services.intake.domain.printing import Worded
from services.intake.domain.progress import Entry, Progress
from services.intake.forms import FORMS, FormName, Given
from shared.contracts.intake import PaperTicked
from shared.people import Person
from shared.reference import working_calendar

OFFERED = catalogue()
WORKING = working_calendar()
NUMBER = "068301000123"
SCREENSHOTS = Path(__file__).parent.parent / "screenshots"
MILLIMETRES = 25.4 / 72


@dataclass(frozen=True)
class Regime:
    """A set of forms, with an office and a procedure of its time."""

    name: str
    at: datetime
    procedure: str
    receiving: str
    competent: str
    circular: str

    @property
    def clerk(self) -> Person:
        return Person("clerk", "Clerk", "counter-clerk", self.receiving)


OLD = Regime(
    "2018", datetime(2020, 1, 21, 2, 5, tzinfo=UTC), "1.001612", "H36.15.01", "H36.15.03", "Thông tư 01/2018/TT-VPCP"
)
NEW = Regime(
    "2025", datetime(2026, 11, 20, 3, 5, tzinfo=UTC), "1.004873", "H36.202.02", "H36.202", "Thông tư 03/2025/TT-VPCP"
)
REGIMES = (OLD, NEW)
REASON = "Người ký vắng mặt; việc xác minh tại nơi cư trú trước đây chưa xong"


def filed(it: Regime, papers: int = 0, **applicant: str) -> Dossier:
    version = OFFERED.procedure(it.procedure, it.at.date())
    ticked = tuple(PaperTicked(paper.code, 1, 2) for paper in version.papers)
    ticked += tuple(PaperTicked(f"paper-{n}", 1) for n in range(papers))
    given = {"name": "Nguyễn Thị Hường Quỳnh", "address": "Thôn Tân Lâm", "phone": "0912345678"} | applicant
    filing = Filing(
        it.procedure, Applicant(**given), papers=ticked, receiving_office=it.receiving, competent_office=it.competent
    )
    made, *_ = Dossier.submit(
        "one", filing, version.version, version.terms(), tracking="7KM2P-XQ4RT", by=it.clerk, at=it.at
    )
    return made


def code_of(it: Regime) -> str:
    return f"{it.receiving}-{it.at:%y%m%d}-0042"


def accepted(it: Regime, papers: int = 0, **applicant: str) -> Dossier:
    received = Received(it.at + timedelta(days=3, hours=4), "")
    made, *_ = filed(it, papers, **applicant).accept(received, code_of(it), (), by=it.clerk, at=it.at)
    return made


def asked(it: Regime, items: int = 0, **applicant: str) -> Dossier:
    wanted = (
        Asked("paper", "declaration", "unreadable", "trang hai bị nhòe"),
        Asked("paper", "identity", "missing"),
        Asked("field", "address", "wrong", "thiếu tên thôn"),
        *(Asked("paper", f"paper-{n}", "missing") for n in range(items)),
    )
    made, *_ = filed(it, **applicant).ask_supplement(wanted, by=it.clerk, at=it.at + timedelta(hours=1))
    return made


def refused(it: Regime, words: str = "Không thuộc thẩm quyền của ủy ban nhân dân cấp xã", **applicant: str) -> Dossier:
    made, *_ = filed(it, **applicant).refuse("not-competent", words, by=it.clerk, at=it.at + timedelta(hours=1))
    return made


def stopped(it: Regime, **applicant: str) -> Dossier:
    return replace(accepted(it, **applicant), state="stopped")


def worked_on(it: Regime, *, steps: int = 1, late: bool = False) -> Progress:
    """Opened, stopped for a paper, gone on with, decided."""
    first, *_ = OFFERED.procedure(it.procedure, it.at.date()).steps
    hour = timedelta(hours=1)
    decided = it.at + timedelta(days=5 if late else 2)
    entries = (
        Entry(it.at + hour, "case-opened", it.competent, (it.at + timedelta(days=3)).isoformat()),
        Entry(it.at + 2 * hour, "supplement-requested", it.competent, "declaration"),
        Entry(it.at + 3 * hour, "clock-resumed", it.competent),
        *(Entry(it.at + (4 + n) * hour, "step-completed", it.competent, first.code) for n in range(steps)),
        Entry(decided, "case-decided", it.competent, "positive"),
    )
    return Progress("one", 9, due_at=it.at + timedelta(days=3, hours=4), entries=entries, is_late=late, is_decided=True)


def given(it: Regime, form: FormName, /, **applicant: str) -> Given:
    """Everything that this form needs, as it should be."""
    apology = Worded(reason=REASON, new_due=it.at + timedelta(days=10), contact="bà Hồng, 02633 850 123")
    stop = Worded(reason="Người nộp hồ sơ đề nghị rút hồ sơ", ground="Điều 20 Nghị định 118/2025/NĐ-CP")
    facts: dict[FormName, tuple[Dossier, Progress | None, Worded]] = {
        "filed": (replace(filed(it, **applicant), respond_by=it.at + timedelta(hours=30)), None, Worded()),
        "slip": (accepted(it, **applicant), None, Worded()),
        "supplement": (asked(it, **applicant), None, Worded()),
        "refusal": (refused(it, **applicant), None, Worded(ground="Điều 7 Luật Hộ tịch 2014")),
        "apology": (accepted(it, **applicant), None, apology),
        "stop": (stopped(it, **applicant), None, stop),
        "control": (accepted(it, **applicant), worked_on(it), Worded()),
    }
    dossier, progress, words = facts[form]
    later = it.at + timedelta(hours=5)
    return Given(
        dossier,
        OFFERED,
        NUMBER,
        "https://motcua.example",
        progress=progress,
        working=WORKING,
        words=words,
        worded_at=later,
        at=later,
        volume=str(it.at.year) if form == "slip" else "",
        nth="1042" if form == "slip" else "",
    )


def pages(name: FormName, it: Given) -> list[str]:
    return texts(FORMS[name].pdf(it))


def texts(pdf: bytes) -> list[str]:
    """Each page's words, one blank between them wherever the line broke."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def size(pdf: bytes) -> tuple[int, int]:
    """Millimetres."""
    box = PdfReader(io.BytesIO(pdf)).pages[0].mediabox
    return round(float(box.width) * MILLIMETRES), round(float(box.height) * MILLIMETRES)


def codes(pdf: bytes, name: str = "") -> list[tuple[str, float, float]]:
    """What a real decoder reads on each page: the text, and how far right and down it ends, as parts of the page.

    A picture of each page is left in tests/screenshots for the eye.
    """
    found = []
    with pypdfium2.PdfDocument(pdf) as document:
        for n, page in enumerate(document):
            picture = page.render(scale=2).to_pil()
            if name:
                SCREENSHOTS.mkdir(exist_ok=True)
                picture.save(SCREENSHOTS / f"{name}-{n + 1}.png")
            for it in zxingcpp.read_barcodes(picture):
                end = it.position.bottom_right
                found.append((it.text, end.x / picture.width, end.y / picture.height))
    return found
