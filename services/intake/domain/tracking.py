"""What somebody may see of a dossier who knows its code, and what more with a second factor. Pure rules.

Without the second factor there are only the code and how far it is (TT 01/2018/TT-VPCP art. 16). With it there is
everything that the applicant needs, and still no name or number in full: a slip may be lost.
"""

import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Self

from shared.calendar import local_day
from shared.codes import DossierCode, TrackingCode
from shared.contracts.intake import HomeBy
from shared.errors import NotFound, Refusal

from .catalogue import Catalogue
from .dossier import CLOSED, Dossier
from .filing import Applicant
from .money import Moved
from .procedure import Procedure
from .progress import Entry, Progress, due_of, is_overdue, national_state, timeline

__all__ = [
    "Details",
    "NoSuchCode",
    "NotTracked",
    "Tracked",
    "is_factor",
    "is_numbered",
    "last_four",
    "masked",
    "second_factor",
    "typed_code",
]

HIDDEN = "***"
"""The same for a short and a long word, so that its length is not told."""
FACTOR = 4
"""Digits."""
OF_PAPERS = {"dossier-supplement-asked", "dossier-supplemented", "supplement-requested"}
"""Entries whose detail is a list of papers."""
TELLING = {*OF_PAPERS, "step-completed", "dossier-refused"}
"""Entries whose detail would give a sensitive procedure away."""


class NoSuchCode(Refusal):
    """It can be no code at all; whether a well-formed one exists is not said."""


class NotTracked(NotFound):
    """No dossier has this code, or the digits are not its own: which of both is not said."""


def typed_code(raw: str) -> str:
    """A tracking code or a legal code in its normal form, typed in any case and with blanks anywhere."""
    forms: tuple[Callable[[str], TrackingCode | DossierCode], ...] = (TrackingCode.of, DossierCode.of)
    for form in forms:
        try:
            return form(re.sub(r"\s", "", raw)).text
        except Refusal:
            continue
    raise NoSuchCode("This is no dossier code and no tracking code: copy it from the slip.", about="code")


def is_numbered(code: str) -> bool:
    """Whether it is a legal code: they run from 1 each day, so all of them are known. A tracking code is random."""
    try:
        return bool(DossierCode.of(code).number)
    except Refusal:
        return False


def last_four(applicant: Applicant) -> str:
    """Of the identity or tax number; of the phone where there is no number; empty where there is neither."""
    return _end_of(applicant.number or applicant.phone)


def second_factor(applicant: Applicant) -> str:
    """The last four digits that belong to a code; empty where there are none, and the counter tells the rest.

    A tax number is public, and a branch's ends in 001: of whoever has one it is the phone.
    """
    return last_four(applicant) if applicant.kind == "person" else _end_of(applicant.phone)


def _end_of(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    return digits[-FACTOR:] if len(digits) >= FACTOR else ""


def masked(name: str) -> str:
    """A name of which its owner knows that it is theirs: `Nguyễn Văn Ba` is `N*** V*** B***`."""
    return " ".join(f"{word[0]}{HIDDEN}" for word in name.split())


@dataclass(frozen=True, slots=True)
class Happened:
    """A line of the timeline; office, step and papers by their names."""

    at: datetime
    what: str
    office: str
    detail: str
    reason_vi: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Details:
    """What the second factor opens."""

    owner: str
    """Masked where nobody is logged in."""
    procedure: str
    """Hidden where it is sensitive and nobody is logged in, as are its steps and papers."""
    receiving_office: str
    competent_office: str
    submitted_at: datetime
    received_at: datetime | None
    due_at: datetime | None
    is_late: bool
    home_by: HomeBy
    parcel: str
    """The number of the last postal item; empty where there was none."""
    moves: tuple[Happened, ...]
    """Why the due date is not the one on the slip, the oldest first."""
    timeline: tuple[Happened, ...]
    """The newest first."""
    owed: int = 0
    """In đồng; 0 too while an amount is not known yet."""
    pay: str = ""
    """The path of the payment page, good for half an hour; empty where nothing can be paid online."""
    handled_at: tuple[str, ...] = ()
    """Where the work goes on, if the office that decided is no more."""
    is_over: bool = False
    """Whether it can be said how it went."""
    score: int = 0
    """1 to 5, once it was said."""
    is_hidden: bool = False
    is_overdue: bool = False
    """Its time ran past the due date, nothing is decided; while papers are waited for, as when they were asked for."""
    result_at: Literal["", "login", "counter"] = ""
    """Where an electronic result is had: by who filed it, once logged in, or at the counter; empty: nowhere."""

    @classmethod
    def of(
        cls, dossier: Dossier, progress: Progress | None, offered: Catalogue, at: datetime, *, logged_in: bool = False
    ) -> Self:
        names = {office.code: office.name for office in offered.offices}
        procedure = offered.version(dossier.filing.procedure, dossier.version)
        hidden = procedure.sensitive and not logged_in
        entries = [_hidden(it) if hidden else _named(it, procedure) for it in told(dossier, progress)]
        filing, lines = dossier.filing, _happened(entries, names)
        bill = dossier.bill
        parcels = [it.detail for it in lines if it.what == "parcel-ordered"]
        return cls(
            owner=filing.holder.name if logged_in else masked(filing.holder.name),
            procedure=HIDDEN if hidden else procedure.name,
            receiving_office=names.get(filing.receiving_office, filing.receiving_office),
            competent_office=names.get(filing.competent_office, filing.competent_office),
            submitted_at=dossier.submitted_at,
            received_at=dossier.received_at,
            due_at=due_of(dossier, progress),
            is_late=progress is not None and progress.is_late,
            home_by=filing.home_by,
            parcel=parcels[-1] if parcels else "",
            moves=tuple(it for it in lines if it.what == "deadline-moved"),
            timeline=tuple(reversed(lines)),
            owed=max(bill.owed, 0) if bill and not bill.unknown else 0,
            handled_at=heirs(filing.competent_office, offered, at),
            is_over=dossier.state in CLOSED,
            score=dossier.score,
            is_hidden=hidden,
            is_overdue=is_overdue(dossier, progress, at),
            result_at=_result_at(dossier, progress),
        )


@dataclass(frozen=True, slots=True)
class Tracked:
    """The answer of the tracking page."""

    code: str
    """As it was asked for."""
    state: int
    """National code, 1 to 10."""
    dossier_code: str = ""
    """The legal code, once the dossier is accepted; told with the second factor."""
    details: Details | None = None

    @classmethod
    def minimal(cls, code: str, dossier: Dossier, progress: Progress | None) -> Self:
        return cls(code, national_state(dossier, progress))

    @classmethod
    def whole(
        cls,
        code: str,
        dossier: Dossier,
        progress: Progress | None,
        offered: Catalogue,
        at: datetime,
        *,
        logged_in: bool = False,
    ) -> Self:
        details = Details.of(dossier, progress, offered, at, logged_in=logged_in)
        return cls(code, national_state(dossier, progress), dossier.code, details)


def told(dossier: Dossier, progress: Progress | None) -> Sequence[Entry]:
    """Everything that happened with the money's way among it, the oldest first."""
    book = dossier.bill.book if dossier.bill else ()
    money = [Entry(it.at, _moved(it), it.office, str(it.dong)) for it in book if it.what != "rebooked"]
    return sorted([*timeline(dossier, progress), *money], key=lambda it: it.at)


def _moved(it: Moved) -> str:
    """Given back is only what is: before, it is asked for, or refused by the bank."""
    return "fee-refund-asked" if it.is_open else "fee-refund-refused" if it.is_refused else f"fee-{it.what}"


def _result_at(dossier: Dossier, progress: Progress | None) -> Literal["", "login", "counter"]:
    """Where the electronic result is had. Who filed at a counter has no login to which the dossier belongs."""
    if progress is None or not progress.is_decided:
        return ""
    if progress.result and not dossier.assisted_by:
        return "login"
    return "counter" if dossier.filing.home_by == "electronic" and dossier.state == "accepted" else ""


def heirs(office: str, offered: Catalogue, at: datetime) -> tuple[str, ...]:
    """The names of the offices that took over, where this one is no more."""
    after = offered.successors(office, local_day(at))
    return tuple(it.name for it in after if it.code != office)


def opened_by(found: Sequence[Dossier], code: str, given: str, unseal: Callable[[str], str]) -> Dossier | None:
    """The dossier among those of one code to which these digits belong: the applicant's or the owner's."""
    for it in found:
        if any(is_factor(factor, given) for factor in _factors(it, code, unseal)):
            return it
    return None


def _factors(dossier: Dossier, code: str, unseal: Callable[[str], str]) -> Sequence[str]:
    """The digits that open a dossier.

    Of an organisation of which nobody's number is known the slip alone tells: its tracking code, which cannot be
    guessed, is opened by the last four digits of its legal code.
    """
    filing = dossier.filing.sealed(unseal)
    factors = [it for person in (filing.applicant, filing.holder) if (it := second_factor(person))]
    by_slip = not factors and filing.holder.kind != "person" and code == dossier.tracking
    return [dossier.code[-FACTOR:]] if by_slip else factors


def is_factor(factor: str, given: str) -> bool:
    """Whether the digits are these, in a time that does not tell how many of them."""
    return bool(factor) and hmac.compare_digest(factor.encode(), given.encode())


def _happened(entries: Sequence[Entry], offices: Mapping[str, str]) -> list[Happened]:
    return [
        Happened(it.at, it.what, offices.get(it.office, it.office), it.detail, it.reason_vi, it.reason_en)
        for it in entries
    ]


def _hidden(it: Entry) -> Entry:
    return replace(it, detail=HIDDEN) if it.what in TELLING else it


def _named(it: Entry, procedure: Procedure) -> Entry:
    """With the names that the catalogue has for steps and papers in its detail."""
    if it.what == "step-completed":
        names = {step.code: step.name for step in procedure.steps}
        return replace(it, detail=names.get(it.detail, it.detail))
    if it.what in OF_PAPERS:
        names = {paper.code: paper.name for paper in procedure.papers}
        return replace(it, detail=", ".join(names.get(code, code) for code in it.detail.split(", ")))
    return it
