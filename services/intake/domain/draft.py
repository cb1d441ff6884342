"""A draft: a filing that is not finished, kept on the server and resumed on another channel. Pure rules.

Its id is the dossier's to be, so what is filed from it is filed once, from wherever.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from services.intake.domain.filing import Applicant, Filing
from shared.errors import Forbidden, NotFound
from shared.events import Decision
from shared.people import Person

__all__ = ["Draft", "NoSuchDraft", "NotYourDraft"]

KEPT_FOR = timedelta(days=30)
"""After the last saving; then nothing of it is left but its code. What was typed goes once it is filed."""


class NoSuchDraft(NotFound):
    """None was saved here under this code, or it is over, or the digits are not its own: which is not said."""


class NotYourDraft(Forbidden):
    """Somebody else began it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """`filing` is sealed like a dossier's. `by` began it; a clerk goes on with it by its code and the digits."""

    id: str
    code: str
    """A tracking code, to say at the counter."""
    by: str
    filing: Filing
    saved_at: datetime
    until: datetime | None
    """None: it was thrown away, or is over."""
    helpers: tuple[str, ...] = ()
    """Clerks to whom it was opened."""
    is_filed: bool = False
    """Its dossier is there, and holds what was typed; until the draft is over it tells whose dossier that is."""

    @property
    def subject(self) -> str:
        return self.id

    @property
    def is_over(self) -> bool:
        """Nothing of what was typed is left."""
        return self.until is None or self.is_filed

    @classmethod
    def begin(cls, id: str, filing: Filing, *, code: str, by: Person, at: datetime) -> Decision[Self]:
        return (cls(id, code, by.id, filing.legible(), at, at + KEPT_FOR),)

    def save(self, filing: Filing, *, by: Person, at: datetime) -> Decision[Self]:
        """What is there now, whole: the last saving counts."""
        self.open_to(by)
        return (replace(self, filing=filing.legible(), saved_at=at, until=at + KEPT_FOR),)

    def help(self, *, by: Person) -> Decision[Self]:
        """A clerk goes on with it, for somebody who gave its code and the digits."""
        if by.id == self.by or by.id in self.helpers:
            return (self,)
        return (replace(self, helpers=(*self.helpers, by.id)),)

    def throw_away(self, *, by: Person) -> Decision[Self]:
        self.open_to(by)
        return self.end()

    def end(self) -> Decision[Self]:
        """Nothing of what was typed is left."""
        return (replace(self, filing=Filing("", Applicant("")), until=None, helpers=()),)

    def filed(self, at: datetime) -> Decision[Self]:
        """Under its id a dossier came in then: what was typed need not be kept twice."""
        (ended,) = self.end()
        return (replace(ended, until=self.until, is_filed=True) if self.became(at) else ended,)

    def resealed(self, seal: Callable[[str], str]) -> Decision[Self]:
        """The same under the key that is current now."""
        return (replace(self, filing=self.filing.sealed(seal)),)

    def became(self, filed_at: datetime) -> bool:
        """Whether what was filed at that time under its id came from it: a draft saved later is a stranger's."""
        return self.saved_at <= filed_at

    def open_to(self, by: Person) -> None:
        """Raises `NotYourDraft`, `NoSuchDraft`."""
        if by.id != self.by and by.id not in self.helpers:
            raise NotYourDraft("Somebody else began this: open it with its code and the last four digits.")
        if self.is_over:
            raise NoSuchDraft("This draft is over: begin a new one.")
