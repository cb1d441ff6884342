"""What every form has in common: when it holds, its head with the QR, who owns the dossier, how it becomes a PDF.

A form is a template (`.typ`) and a function that says in words what stands on it; everything else is here.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, cast

import msgspec
import segno
import typst

from services.intake.domain.catalogue import Catalogue, Office
from services.intake.domain.dossier import Dossier
from services.intake.domain.printing import Worded
from services.intake.domain.procedure import Procedure
from services.intake.domain.progress import Progress
from shared.calendar import VIETNAM, Calendar, local_day
from shared.errors import Conflict, NotFound, Refusal
from shared.identifiers import Phone

__all__ = [
    "EDITIONS",
    "Edition",
    "Form",
    "Given",
    "Head",
    "NotOnRecord",
    "NotPrinted",
    "Owner",
    "WordsMissing",
    "compiled",
    "day",
    "drawn",
    "edition",
    "json_of",
    "moment",
    "national",
    "qr",
    "short",
]

HERE = Path(__file__).parent
NO_WORDS = Worded()


class NotPrinted(NotFound):
    """The set of forms that holds for this dossier has no such form."""


class NotOnRecord(Conflict):
    """Nothing happened to the dossier that this form could tell."""


class WordsMissing(Refusal):
    """The form says something that an official has to word."""


@dataclass(frozen=True, slots=True)
class Edition:
    """A set of forms, and the first day on which a dossier received is given it."""

    circular: str
    since: date


TT_01_2018 = Edition("Thông tư 01/2018/TT-VPCP", date.min)
TT_03_2025 = Edition("Thông tư 03/2025/TT-VPCP", date(2025, 9, 15))
"""Its forms apply from the day on which it was issued (thuviennhadat.vn 708489; QĐ 128/2025 of Thanh Hóa)."""
EDITIONS = (TT_03_2025, TT_01_2018)
"""The newest first."""


def edition(on: date) -> Edition:
    """The set that holds for what was received on that day: a dossier keeps it to its end."""
    return next(it for it in EDITIONS if it.since <= on)


@dataclass(frozen=True, slots=True)
class Given:
    """Everything that a form may be made from."""

    dossier: Dossier
    offered: Catalogue
    identifier: str
    """The applicant's number in clear: it stands in the QR alone."""
    public_url: str
    progress: Progress | None = None
    working: Calendar | None = None
    words: Worded = NO_WORDS
    worded_at: datetime | None = None
    """When this paper was printed first."""
    again: int = 0
    """How often this very paper was printed before."""
    at: datetime | None = None
    """When it is printed."""
    volume: str = ""
    nth: str = ""
    """Its place in the register, once it is accepted."""
    issued_by: str = ""
    """The office that printed this paper first."""

    @property
    def received(self) -> datetime:
        """The moment that decides which set of forms holds."""
        return self.dossier.received_at or self.dossier.submitted_at

    @property
    def procedure(self) -> Procedure:
        return self.offered.version(self.dossier.filing.procedure, self.dossier.version)

    @property
    def due_at(self) -> datetime | None:
        """The due date as it stands now."""
        return self.progress.due_at if self.progress and self.progress.due_at else self.dossier.due_at

    def issuer(self, at: datetime) -> str:
        """The office in whose name a paper stands that tells what happened then: that of the dossier's reception.

        Once that has ended, it is the heir that did it, else the one that printed it.
        """
        receiving = self.dossier.filing.receiving_office
        goes_on_at = {it.code for it in self.offered.successors(receiving, local_day(at))}
        if receiving in goes_on_at:
            return receiving
        acted = [it.office for it in self.dossier.history if it.at == at]
        return next((it for it in (*acted, self.issued_by) if it in goes_on_at), receiving)

    def office(self, code: str) -> str:
        """An office's name, open or not; its code where it is not known."""
        known = self._office(code)
        return known.name if known else code

    def parent(self, code: str) -> str:
        known = self._office(code)
        return self.office(known.parent) if known and known.parent else ""

    def instead_of(self, office: str) -> str:
        """The name of the office at which the dossier was filed, where another one stands on the paper."""
        filed_at = self.dossier.filing.receiving_office
        return self.office(filed_at) if filed_at != office else ""

    def _office(self, code: str) -> Office | None:
        return next((it for it in self.offered.offices if it.code == code), None)


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above and below each form."""

    title: str
    number: str
    circular: str
    code: str = ""
    tracking: str = ""
    url: str = ""
    qr: str = ""
    """SVG."""
    agency: str = ""
    office: str = ""
    instead_of: str = ""
    """The office that has ended, at which the dossier was filed."""
    dated: str = ""
    reprint: str = ""
    of_pages: bool = True
    """Whether its pages are counted; not where a PDF holds two copies."""


@dataclass(frozen=True, slots=True)
class Owner:
    name: str
    address: str
    phone: str
    email: str
    procedure: str

    @classmethod
    def of(cls, given: Given) -> "Owner":
        holder = given.dossier.filing.holder
        return cls(holder.name, holder.address, national(holder.phone), holder.email, given.procedure.name)


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of paper. `fill` answers what its template reads, or refuses with what is missing."""

    template: str
    titles: Mapping[Edition, tuple[str, str]]
    """Its number and its title in each set that has it; without a number it is a paper of ours."""
    fill: Callable[[Given], object]
    dated: Callable[[Given], datetime | None]
    """When what it tells happened; None: when it was worded. It bears that day, and not that of a reprint."""
    is_two_copies: bool = False

    def head(self, given: Given) -> Head:
        """Raises `NotPrinted` where the dossier's set has no such form."""
        holds = edition(local_day(given.received))
        if holds not in self.titles:
            raise NotPrinted(f"{holds.circular} has no such form: choose another one, or write a letter.")
        number, title = self.titles[holds]
        dossier, dated = given.dossier, self.dated(given) or given.worded_at or given.at
        office = given.issuer(dated or given.received)
        return Head(
            title=title,
            number=f"Mẫu số {number}" if number else "",
            circular=holds.circular if number else "",
            code=dossier.code,
            tracking=dossier.tracking,
            url=f"{given.public_url}/track?code={dossier.tracking}",
            qr=qr(given, title),
            agency=given.parent(office),
            office=given.office(office),
            instead_of=given.instead_of(office),
            dated=day(dated) if dated else "",
            reprint=f"In lại lần {given.again}, lúc {short(given.at)}" if given.again and given.at else "",
            of_pages=not self.is_two_copies,
        )

    def check(self, given: Given) -> None:
        """Raises what stands in the way of printing it, without printing."""
        self.head(given)
        self.fill(given)

    def inputs(self, given: Given) -> dict[str, str]:
        """What the template reads."""
        return {"head": json_of(self.head(given)), "form": json_of(self.fill(given))}

    def pdf(self, given: Given) -> bytes:
        """Call it in a thread: the first of each form takes a quarter of a second of CPU, the others milliseconds."""
        return compiled(self.template, self.inputs(given))


def qr(given: Given, title: str) -> str:
    """The QR of a paper: dossier, procedure, applicant, paper, with bars between (TT 01/2023/TT-VPCP; TCVN 7322)."""
    dossier = given.dossier
    return drawn(f"{dossier.code or dossier.tracking}|{dossier.filing.procedure}|{given.identifier}|{title}")


def drawn(text: str) -> str:
    """A QR code as SVG."""
    svg = io.BytesIO()
    segno.make(text, error="m", encoding="utf-8", micro=False).save(svg, kind="svg", border=2, xmldecl=False)
    return svg.getvalue().decode()


def compiled(template: str, inputs: dict[str, str]) -> bytes:
    """The PDF. One at a time of each template, as its compiler keeps what it has learnt: a long register holds up none.

    With the fonts inside typst alone, so that every machine prints the same.
    """
    compiler, one_at_a_time = _compiler(template)
    with one_at_a_time:
        return cast("bytes", compiler.compile(format="pdf", sys_inputs=inputs))


@cache
def _compiler(template: str) -> tuple[typst.Compiler, Lock]:
    fonts = typst.Fonts(include_system_fonts=False)
    return typst.Compiler(HERE / template, root=HERE, font_paths=fonts), Lock()


def json_of(it: Any) -> str:
    """What a template reads."""
    return msgspec.json.encode(it).decode()


def national(phone: str) -> str:
    return Phone.of(phone).national if phone else ""


def moment(at: datetime) -> str:
    local = at.astimezone(VIETNAM)
    return f"{local:%H} giờ {local:%M} phút, {day(at)}"


def day(at: datetime) -> str:
    local = at.astimezone(VIETNAM)
    return f"ngày {local:%d} tháng {local:%m} năm {local:%Y}"


def short(at: datetime | None) -> str:
    """As it fits a column: 10:05 20/11/2026."""
    return f"{at.astimezone(VIETNAM):%H:%M %d/%m/%Y}" if at else ""
