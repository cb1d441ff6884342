"""The register (*Sổ theo dõi hồ sơ*): one volume for each office and year, its numbers without a gap.

A number is not given, it follows. An office's codes run from 1 each day without gap (TT 01/2018 art. 19), and a day
that is over gets no more of them; so a dossier's number in the year is how many were received on the days before it,
and its number of that day. Nothing is written for it, and nothing can be written into it afterwards.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.intake.domain.catalogue import Catalogue
from services.intake.domain.dossier import Dossier
from services.intake.domain.progress import Progress, due_of, ran_over
from shared.codes import AgencyCode, DossierCode
from shared.errors import Forbidden, Refusal
from shared.people import Person

__all__ = [
    "MOST_ROWS",
    "Page",
    "Row",
    "TooManyRows",
    "TwoVolumes",
    "after",
    "codes_from",
    "kept_at",
    "may_read",
    "numbered",
]

MOST_ROWS = 5_000
"""Dossiers in one print or sheet."""
CENTURY = range(2000, 2100)
"""Years that a code can tell."""


class TwoVolumes(Refusal):
    """A volume is one year."""


class NoSuchVolume(Refusal):
    """A year of which there are no codes."""


class TooManyRows(Refusal):
    """More than fits one print."""


class NotYourRegister(Forbidden):
    """It holds names and telephones: for the people of the office, and of the agency above it."""


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked for: an office's register from one day to another, both included."""

    office: str
    first: date
    last: date

    def checked(self) -> "Page":
        """Raises `NoSuchVolume`, `TwoVolumes`."""
        for about, day in (("first", self.first), ("last", self.last)):
            if day.year not in CENTURY:
                raise NoSuchVolume("A code tells its year by two digits: from 2000 to 2099.", about=about)
        if self.first.year != self.last.year or self.last < self.first:
            raise TwoVolumes("A volume is one year: give a first and a last day of the same year.", about="last")
        return self

    @property
    def volume(self) -> str:
        return str(self.first.year)

    @property
    def year_begins(self) -> date:
        return date(self.first.year, 1, 1)

    def closes(self, today: date) -> bool:
        """Whether it reaches the end of a year that is over: then the volume is closed with its last number."""
        return self.last == date(self.last.year, 12, 31) and today > self.last

    def fits(self, rows: int) -> None:
        """Raises `TooManyRows`."""
        if rows > MOST_ROWS:
            raise TooManyRows(f"These are {rows} dossiers, and one print holds {MOST_ROWS}: choose a shorter time.")


@dataclass(frozen=True, slots=True)
class Row:
    """One line. Days and moments as they are; words come where it is printed."""

    nth: int
    dossier: Dossier
    sent_at: datetime | None = None
    """To the office that decides."""
    back_at: datetime | None = None
    """With its result."""
    returned_at: datetime | None = None
    returned_by: str = ""
    due_at: datetime | None = None
    is_late: bool = False


def kept_at(receiving: str, by: Person, offered: Catalogue, on: date) -> str:
    """The office that numbers what `by` accepts: where it was received; once that has ended, where it is accepted.

    So a volume is closed with its office, and what its heirs accept stands in their own, each without a gap.
    """
    lives = receiving in {it.code for it in offered.successors(receiving, on)}
    return receiving if lives or not by.office else by.office


def is_read_by(by: Person, office: str) -> bool:
    """The office itself, the agency above it, and its heirs."""
    return by.acts_for(office) or bool(by.office and AgencyCode.of(office).is_within(AgencyCode.of(by.office)))


def may_read(office: str, by: Person) -> None:
    """Raises `NotYourRegister`."""
    if not is_read_by(by, office):
        raise NotYourRegister(f"This is the register of {office}: ask there, or at the agency above it.")


def codes_from(office: str, day: date) -> str:
    """Before all codes of that day, behind all of the day before: codes are compared as text."""
    return f"{AgencyCode.of(office).text}-{day:%y%m%d}-"


def after(day: date) -> date:
    return day + timedelta(days=1)


def numbered(before: int, dossiers: Iterable[Dossier], known: Sequence[Progress], *, at: datetime) -> tuple[Row, ...]:
    """The rows in the order of acceptance; `before` dossiers were received in the year on the days before these."""
    codes = sorted(((DossierCode.of(it.code), it) for it in dossiers), key=lambda pair: (pair[0].day, pair[0].number))
    on_day = Counter(code.day for code, _ in codes)
    bases, base = dict[date, int](), before
    for day in sorted(on_day):
        bases[day] = base
        base += on_day[day]
    progress = {it.id: it for it in known}
    return tuple(_row(bases[code.day] + code.number, it, progress.get(it.id), at) for code, it in codes)


def _row(nth: int, dossier: Dossier, progress: Progress | None, at: datetime) -> Row:
    happened = {it.what: it.at for it in progress.entries} if progress else {}
    handed = next((it for it in dossier.history if it.what == "handed-over"), None)
    back_at = happened.get("case-decided")
    is_overdue = back_at is None and handed is None and ran_over(dossier, progress, at)
    return Row(
        nth=nth,
        dossier=dossier,
        sent_at=happened.get("case-opened"),
        back_at=back_at,
        returned_at=handed.at if handed else None,
        returned_by=handed.detail if handed else "",
        due_at=due_of(dossier, progress),
        is_late=is_overdue or (progress is not None and progress.is_late),
    )
