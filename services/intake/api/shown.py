"""What is answered of a dossier, and to whom."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from services.intake.domain.catalogue import Catalogue
from services.intake.domain.changing import sealed
from services.intake.domain.dossier import Dossier
from services.intake.domain.facts import Asked
from services.intake.domain.procedure import Procedure
from services.intake.domain.progress import Entry, Progress, due_of, national_state, timeline
from shared.contracts.intake import HomeBy
from shared.people import Person
from shared.sealing import Seals

__all__ = ["Filed", "Slip", "Whole", "told_to"]


@dataclass(frozen=True, slots=True)
class Filed:
    """The answer to a filing. The tracking code is the receipt's number, with its check symbol, from this second on."""

    id: str
    tracking: str
    state: str
    submitted_at: datetime
    respond_by: datetime | None = None
    """Until when an online filing is answered."""
    resembles: tuple[str, ...] = ()
    """Open dossiers of the same person that somebody will compare it with first."""
    asked: tuple[Asked, ...] = ()
    """What the counter asked for and still waits for."""

    @classmethod
    def to(cls, by: Person) -> Callable[[Dossier], Self]:
        """What is answered to this person: a citizen is told of dossiers that they filed themselves alone."""
        return lambda dossier: cls.of(dossier, by)

    @classmethod
    def of(cls, dossier: Dossier, by: Person) -> Self:
        alike = tuple(it.dossier for it in dossier.resembles if by.role != "citizen" or it.filed_by == by.id)
        return cls(
            dossier.id,
            dossier.tracking,
            dossier.state,
            dossier.submitted_at,
            dossier.respond_by,
            alike,
            dossier.still_asked,
        )


@dataclass(frozen=True, slots=True)
class Slip:
    """What the reception slip says (form 1 of TT 01/2018)."""

    id: str
    code: str
    tracking: str
    procedure: str
    receiving_office: str
    competent_office: str
    received_at: datetime
    due_at: datetime
    home_by: HomeBy
    owed: int = 0
    """In đồng."""
    forward_by: datetime | None = None
    """Until when it is on its way to who decides: after 15:00 the next morning (NĐ 61/2018 art. 18)."""
    is_slip_due: bool = True
    """False where the result is handed over at once (NĐ 61/2018 art. 17.4): print the slip for who asks for it."""

    @classmethod
    def of(cls, dossier: Dossier) -> Self:
        filing = dossier.filing
        return cls(
            dossier.id,
            dossier.code,
            dossier.tracking,
            filing.procedure,
            filing.receiving_office,
            filing.competent_office,
            dossier.received_at or dossier.submitted_at,
            dossier.due_at or dossier.submitted_at,
            filing.home_by,
            dossier.bill.owed if dossier.bill else 0,
            dossier.forward_by,
            dossier.is_slip_due,
        )


@dataclass(frozen=True, slots=True)
class Whole:
    """A dossier as its offices see it, with the numbers as they stand on the cards."""

    dossier: Dossier
    national_state: int
    due_at: datetime | None
    timeline: tuple[Entry, ...]

    @classmethod
    def of(cls, dossier: Dossier, progress: Progress | None, seals: Seals) -> Self:
        opened = replace(sealed(dossier, seals.open), marks=())
        return cls(
            opened, national_state(dossier, progress), due_of(dossier, progress), tuple(timeline(dossier, progress))
        )


def told_to(by: Person, dossiers: Iterable[Dossier], offered: Catalogue) -> list[Dossier]:
    """Those that may be listed for somebody of an office: of a sensitive procedure its own alone."""
    return [it for it in dossiers if it.is_handled_by(by) or not _procedure(it, offered).sensitive]


def _procedure(it: Dossier, offered: Catalogue) -> Procedure:
    return offered.version(it.filing.procedure, it.version)
