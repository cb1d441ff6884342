"""The screens of an online filing, one thing on each: what a form says, and what is not right yet in it.

A sheet reads anything (a draft keeps what was typed, right or wrong) and tells its mistakes, each beside its field.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import cast

from services.intake.domain.catalogue import Catalogue, Office
from services.intake.domain.dossier import Dossier
from services.intake.domain.fees import MOST_PIECES, Charge, Line, PiecesAbsurd, lines_of, typed_pieces
from services.intake.domain.filing import (
    LONGEST,
    Applicant,
    Authorisation,
    AuthorisationMissing,
    Filing,
    Ground,
    Kind,
    Language,
    NoAddress,
    NoOffice,
    Shown,
)
from services.intake.domain.procedure import ORDINARY, Paper, Procedure
from services.intake.templates import portal_words
from shared.codes import Digest
from shared.contracts.intake import HomeBy, PaperTicked
from shared.errors import Refusal
from shared.people import Person
from shared.web.languages import N_

__all__ = [
    "MOST_SCANS",
    "SHEETS",
    "Mistake",
    "Sheet",
    "bill_lines",
    "by_field",
    "digests",
    "held_in",
    "mistakes",
    "offices",
    "sheet_of",
]

MOST_SCANS = 40
"""Of one paper."""

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Mistake:
    """`about` is the id of the field, `words` what to do; `name` tells fields apart that have the same words."""

    about: str
    words: str
    name: str = ""

    @classmethod
    def of(cls, refusal: Refusal, about: str = "") -> "Mistake":
        return cls(about or refusal.about, portal_words.refusal(refusal))


def by_field(wrong: Iterable[Mistake]) -> dict[str, Mistake]:
    """What to do at each field, in the order of the page; the first word about a field counts."""
    told = dict[str, Mistake]()
    for it in wrong:
        told.setdefault(it.about, it)
    return told


@dataclass(frozen=True, slots=True)
class Held:
    """A paper in an earlier dossier of theirs."""

    dossier: str
    scans: tuple[str, ...]
    at: datetime


def held_in(dossiers: Iterable[Dossier], offered: Catalogue) -> Mapping[str, Held]:
    """By the paper's name, of the newest dossier: the same code may stand for another form elsewhere."""
    held = dict[str, Held]()
    for it in dossiers:
        names = {paper.code: paper.name for paper in offered.version(it.filing.procedure, it.version).papers}
        for paper in it.filing.papers:
            if paper.scans and paper.code in names:
                source = paper.reused_from or it.id
                held.setdefault(names[paper.code], Held(source, paper.scans, it.submitted_at))
    return held


@dataclass(frozen=True, slots=True)
class Asking:
    """What a sheet knows beside the filing itself."""

    procedure: Procedure
    offered: Catalogue
    day: date
    earlier: Mapping[str, Held] = field(default_factory=dict[str, Held])
    """Papers that they sent before, by their names: one need not be sent twice."""

    def knows(self, case: str) -> bool:
        """Whether the procedure has that case: a newer version may have it no more."""
        return case in {"", ORDINARY, *(it.code for it in self.procedure.cases)}

    def papers(self, case: str) -> tuple[Paper, ...]:
        """The checklist; of a case that is no more all papers, so that nothing that was sent is lost."""
        return self.procedure.checklist(case) if self.knows(case) else self.procedure.papers


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    title: str
    read: Callable[[Fields, Filing, Asking], Filing]
    check: Callable[[Filing, Asking], list[Mistake]]

    def is_for(self, filing: Filing) -> bool:
        return self.name != "owner" or filing.owner is not None


def digests(text: str) -> tuple[str, ...]:
    """The scans that a form names; what is no digest is left out."""
    found = list[str]()
    for it in text.split()[:MOST_SCANS]:
        try:
            found.append(Digest.of(it, about="papers").text)
        except Refusal:
            continue
    return tuple(dict.fromkeys(found))


def _person(fields: Fields, before: Applicant, prefix: str = "") -> Applicant:
    card = fields.get(f"{prefix}card", "person")
    kind: Kind = "person" if card not in portal_words.CARDS or card == "passport" else cast("Kind", card)
    shown: Shown = "passport" if card == "passport" else ""
    name, number = fields.get(f"{prefix}name", "")[:200], fields.get(f"{prefix}number", "")[:40]
    return replace(before, name=name, number=number, kind=kind, shown=shown)


def _who(fields: Fields, filing: Filing, _: Asking) -> Filing:
    spoken = fields.get("language", "vi")
    applicant = replace(
        _person(fields, filing.applicant),
        phone=fields.get("phone", "")[:40],
        email=fields.get("email", "")[:200],
        language=cast("Language", spoken) if spoken in portal_words.LANGUAGES else "vi",
    )
    if fields.get("whose") != "other":
        return replace(filing, applicant=applicant, owner=None, authorisation=None)
    return replace(filing, applicant=applicant, owner=filing.owner or Applicant(""))


def _wrong_in(person: Applicant, prefix: str = "") -> list[Mistake]:
    """Each field is checked by itself, so that all mistakes are told at once."""
    wrong = list[Mistake]()
    for name in ("name", "number", "phone", "email"):
        alone = Applicant(person.name if name == "name" else "-", kind=person.kind, shown=person.shown)
        try:
            replace(alone, **{name: getattr(person, name)}).checked()
        except Refusal as refusal:
            wrong.append(Mistake.of(refusal, f"{prefix}{name}"))
    return wrong


def _owner(fields: Fields, filing: Filing, _: Asking) -> Filing:
    ground = fields.get("ground", "")
    said = Authorisation(
        cast("Ground", ground) if ground in portal_words.GROUNDS else "power-of-attorney",
        number=fields.get("authorisation", "")[:100],
        scan=next(iter(digests(fields.get("scan-authorisation", ""))), ""),
    )
    owner = _person(fields, filing.owner or Applicant(""), "owner.")
    return replace(filing, owner=owner, authorisation=said)


def _wrong_owner(filing: Filing, _: Asking) -> list[Mistake]:
    owner = filing.owner or Applicant("")
    wrong = _wrong_in(owner, "owner.")
    if owner.number and owner.number == filing.applicant.number:
        wrong.append(Mistake("owner.number", portal_words.REFUSED["owner-alike"]))
    try:
        (filing.authorisation or Authorisation("power-of-attorney")).checked()
    except AuthorisationMissing as refusal:
        wrong.append(Mistake.of(refusal))
    return wrong


def _papers(fields: Fields, filing: Filing, asking: Asking) -> Filing:
    ticked = list[PaperTicked]()
    for paper in asking.papers(filing.case):
        scans, held = digests(fields.get(f"scan-{paper.code}", "")), asking.earlier.get(paper.name)
        if not paper.electronic:
            continue
        if scans:
            ticked.append(PaperTicked(paper.code, electronic=len(scans), scans=scans))
        elif held and fields.get(f"reuse-{paper.code}"):
            ticked.append(
                PaperTicked(paper.code, electronic=len(held.scans), scans=held.scans, reused_from=held.dossier)
            )
    return replace(filing, papers=tuple(ticked))


def _wrong_papers(filing: Filing, asking: Asking) -> list[Mistake]:
    """What can be sent as a file and is needed. What counts on paper alone is brought to the counter."""
    missing = asking.procedure.missing(filing.papers, filing.case)
    words = portal_words.REFUSED["papers-missing"]
    return [Mistake(f"scan-{it.code}", words, it.name) for it in missing if it.electronic]


def _home(fields: Fields, filing: Filing, asking: Asking) -> Filing:
    home = fields.get("home_by", "")
    applicant = filing.applicant.at(fields.get("address", "")[: LONGEST["address"]])
    charges = [
        Charge(fee.code, typed_pieces(raw))
        for fee in asking.procedure.fees
        if fee.per != "dossier" and (raw := fields.get(f"pieces-{fee.code}", "1"))
    ]
    return replace(
        filing,
        applicant=applicant,
        home_by=cast("HomeBy", home) if home in portal_words.HOME_BY else "counter",
        receiving_office=fields.get("office", "")[:40],
        competent_office="",
        charges=tuple(charges),
    )


def offices(asking: Asking) -> list[Office]:
    """Where the procedure can be handed in: the counters that somebody decides for."""
    receiving = asking.offered.receiving(asking.day)
    return [it for it in receiving if asking.offered.deciding(asking.procedure, it.code, asking.day)]


def _wrong_home(filing: Filing, asking: Asking) -> list[Mistake]:
    wrong = list[Mistake]()
    if filing.receiving_office not in {it.code for it in offices(asking)}:
        wrong.append(Mistake.of(NoOffice(""), "office"))
    if filing.home_by == "post" and not filing.applicant.address.strip():
        wrong.append(Mistake.of(NoAddress(""), "address"))
    try:
        asking.procedure.check("online", filing.home_by, filing.case)
    except Refusal as refusal:
        wrong.append(Mistake.of(refusal))
    absurd = [it for it in filing.charges if not 1 <= it.pieces <= MOST_PIECES]
    return wrong + [Mistake.of(PiecesAbsurd(""), f"pieces-{it.fee}") for it in absurd]


SHEETS = (
    Sheet("who", N_("Người nộp"), _who, lambda filing, _: _wrong_in(filing.applicant)),
    Sheet("owner", N_("Chủ hồ sơ"), _owner, _wrong_owner),
    Sheet("papers", N_("Giấy tờ"), _papers, _wrong_papers),
    Sheet("home", N_("Nơi nhận và cách nhận kết quả"), _home, _wrong_home),
)


def sheet_of(name: str) -> Sheet | None:
    return next((it for it in SHEETS if it.name == name), None)


def mistakes(filing: Filing, asking: Asking) -> list[tuple[Sheet, list[Mistake]]]:
    """The sheets that are not right yet, in order."""
    told = ((it, it.check(filing, asking)) for it in SHEETS if it.is_for(filing))
    return [(sheet, wrong) for sheet, wrong in told if wrong]


def bill_lines(filing: Filing, procedure: Procedure, by: Person) -> tuple[Line, ...]:
    """What it will cost; nothing while the filing says something absurd of it."""
    try:
        return lines_of(procedure.fees, filing.charges, by)
    except Refusal:
        return ()
