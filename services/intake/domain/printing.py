"""What was printed: who printed which form of a dossier, when, and with which words; so a reprint is known as one."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from shared.calendar import VIETNAM
from shared.errors import Conflict, Refusal
from shared.events import Decision
from shared.people import Person

__all__ = ["Print", "Printing", "TooLong", "Worded"]

MOST_PRINTS = 100
"""Prints that are kept one by one: the first, and the last ones. All are counted."""
LONGEST = 2_000
"""Characters of each text that an official words: more does not fit a form of one page."""
CENTURY = range(2000, 2100)


class TooLong(Refusal):
    """It does not fit the form."""


class NoSuchDate(Refusal):
    """Centuries away."""


class DatedBefore(Conflict):
    """A new date is given once (NĐ 61/2018 art. 19.9)."""


class NoTimeZone(Refusal):
    """A time without its zone may be any of twenty-four."""


@dataclass(frozen=True, slots=True)
class Worded:
    """What an official words on a form, where the dossier itself does not say it.

    A form asks for what it needs and refuses what is missing; the rest may stay empty: then there is a dotted line.
    """

    reason: str = ""
    ground: str = ""
    """The legal ground, as it is cited."""
    contact: str = ""
    """Whom to ask, and the telephone of the office."""
    old_due: datetime | None = None
    """The date that cannot be kept: the one on record when the paper was worded, whatever is given here."""
    new_due: datetime | None = None

    def checked(self) -> Self:
        """The same without blanks around it. Raises `TooLong`, `NoTimeZone`, `NoSuchDate`."""
        for about in ("reason", "ground", "contact"):
            if len(getattr(self, about)) > LONGEST:
                raise TooLong(f"At most {LONGEST} characters fit the form: say it shorter.", about=about)
        for about in ("old_due", "new_due"):
            at: datetime | None = getattr(self, about)
            if at and at.tzinfo is None:
                raise NoTimeZone("Say in which zone it is: 2026-11-24T16:30:00+07:00.", about=about)
            if at and at.year not in CENTURY:
                raise NoSuchDate("This is no date of a dossier: look at the year.", about=about)
        return replace(self, reason=self.reason.strip(), ground=self.ground.strip(), contact=self.contact.strip())


@dataclass(frozen=True, slots=True)
class Print:
    """`by` is an opaque id; `words` those that were given for this print."""

    at: datetime
    by: str
    office: str
    words: Worded | None = None


@dataclass(frozen=True, slots=True)
class Printing:
    """All prints of one form of one dossier. Printing says no event: it changes nothing of the dossier."""

    id: str
    subject: str
    """The dossier."""
    form: str
    prints: tuple[Print, ...] = ()
    count: int = 0
    words: Worded | None = None
    """Those of the last paper that was worded; a reprint repeats them."""
    worded_at: datetime | None = None
    dated: datetime | None = None
    """When what the last paper tells happened."""
    again: int = 0
    """How often that very paper was printed again."""

    @property
    def issued_by(self) -> str:
        """The office that printed the last paper first; empty where a citizen did."""
        return next((it.office for it in self.prints if it.at == self.worded_at), "")

    @classmethod
    def new(cls, dossier: str, form: str) -> Self:
        return cls(cls.id_of(dossier, form), dossier, form)

    @staticmethod
    def id_of(dossier: str, form: str) -> str:
        return f"{dossier}/{form}"

    def printed(self, words: Worded | None, dated: datetime | None, *, by: Person, at: datetime) -> Decision[Self]:
        """Once more. Other words, or another fact, make another paper; else the last one is printed again.

        Raises `DatedBefore`.
        """
        self._keeps_its_date(words)
        is_another = self.count == 0 or dated != self.dated or (words is not None and words != self.words)
        prints = (*self.prints, Print(at, by.id, by.office, words))
        kept = (*prints[:1], *prints[1:][-(MOST_PRINTS - 1) :])
        more = replace(self, prints=kept, count=self.count + 1, again=0 if is_another else self.again + 1)
        if is_another:
            more = replace(more, words=words, worded_at=at, dated=dated)
        return (more,)

    def _keeps_its_date(self, words: Worded | None) -> None:
        """The new date that was given first is the only one, in whatever words it is given again."""
        told = next((it.words.new_due for it in self.prints if it.words and it.words.new_due), None)
        if told and words and words.new_due and words.new_due != told:
            raise DatedBefore(
                f"{told.astimezone(VIETNAM):%H:%M %d/%m/%Y} was given before, and it is given once: print that.",
                about="new_due",
            )
