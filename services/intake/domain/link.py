"""A link that opens one file of one dossier for some minutes; who asked for it, and when it was used. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Self

from services.intake.domain.dossier import Dossier
from shared.errors import Conflict, Forbidden, NotFound
from shared.events import Decision
from shared.people import Person

__all__ = ["LIVES", "Link", "LinkOver", "NotForYou", "PaperNotInDossier", "held", "may_read"]

LIVES = timedelta(minutes=5)
MOST_USES = 50


class LinkOver(Conflict):
    """It was a link, and its minutes are over, or it was used too often, or it was never ours."""

    status = 410


class NotForYou(Forbidden):
    """Neither the office that received the dossier, nor the one that decides, nor who filed it."""


class PaperNotInDossier(NotFound):
    """The dossier has no such scan."""


@dataclass(frozen=True, slots=True)
class Link:
    """The record of one link, never changed but for one more use: who, which dossier, which file, when."""

    id: str
    digest: str
    dossier: str
    person: str
    role: str
    office: str
    issued_at: datetime
    expires_at: datetime
    used: tuple[datetime, ...] = ()
    opens: Literal["paper", "result"] = "paper"

    @property
    def subject(self) -> str:
        return self.dossier

    @property
    def by(self) -> Person:
        """Who asked for it, without a name."""
        return Person(self.person, "", self.role, self.office)

    @classmethod
    def issue(
        cls,
        id: str,
        digest: str,
        dossier: str,
        *,
        by: Person,
        at: datetime,
        opens: Literal["paper", "result"] = "paper",
    ) -> Decision[Self]:
        return (cls(id, digest, dossier, by.id, by.role, by.office, at, at + LIVES, opens=opens),)

    def use(self, at: datetime) -> Decision[Self]:
        """Raises `LinkOver`."""
        if at >= self.expires_at or len(self.used) >= MOST_USES:
            raise LinkOver("This link is over: open it from the dossier again.")
        return (replace(self, used=(*self.used, at)),)


def held(dossier: Dossier) -> frozenset[str]:
    """The digests of all that was scanned for it: papers, by what right somebody files, who signed for the result."""
    filing, handed = dossier.filing, dossier.handed
    others = (filing.authorisation.scan if filing.authorisation else "", handed.signature if handed else "")
    return frozenset((*(scan for paper in filing.papers for scan in paper.scans), *others)) - {"", "register"}


def may_read(person: Person, *, offices: tuple[str, ...], owner: str) -> None:
    """Who acts for the offices that received and decide it, and the citizen who filed it. Raises `NotForYou`."""
    allowed = bool(owner) and person.id == owner if person.role == "citizen" else person.acts_for(*offices)
    if not allowed:
        raise NotForYou("The papers of a dossier are read by its offices and by who filed it: ask them.")
