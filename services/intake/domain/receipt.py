"""The receipt (*biên lai*) of money that came in: a number without gap per office and year. Pure.

An aggregate of its own, beside the dossier: a dossier's document has taken its number in the series of dossier codes.
The money is written first; its receipt is made when somebody first asks for it, under an id that follows from the
payment. So a crash between the two loses no number and makes no second receipt: whoever asks next gets the first one.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from services.intake.domain.money import Moved
from shared.calendar import VIETNAM
from shared.contracts.intake import PayWay
from shared.errors import NotFound
from shared.events import Decision
from shared.people import Person

__all__ = ["NoSuchPayment", "Printed", "Receipt", "receipt_id", "series"]

MOST_PRINTS = 200
"""Of more, the oldest after the first go."""


class NoSuchPayment(NotFound):
    """No money came in for this dossier under that id."""


@dataclass(frozen=True, slots=True)
class Printed:
    """When it was printed, and by whom (an opaque id): the first print and each reprint."""

    at: datetime
    by: str
    office: str


@dataclass(frozen=True, slots=True)
class Receipt:
    id: str
    number: str
    """`BL-H36.202.02-2026-000001`."""
    dossier: str
    payment: str
    office: str
    day: str
    dong: int
    phi: int
    le_phi: int
    way: PayWay
    issued_at: datetime
    prints: tuple[Printed, ...] = ()

    @property
    def subject(self) -> str:
        return self.dossier

    @classmethod
    def issue(cls, dossier: str, paid: Moved, number: int, at: datetime) -> Decision[Self]:
        """The next of its series."""
        return (
            cls(
                receipt_id(dossier, paid.id),
                f"{series(paid)}-{number:06}",
                dossier,
                paid.id,
                paid.office,
                paid.day,
                paid.dong,
                paid.phi,
                paid.le_phi,
                paid.way,
                at,
            ),
        )

    def printed(self, *, by: Person, at: datetime) -> Decision[Self]:
        """A copy more: it is written down, and the second says that it is one."""
        prints = (*self.prints, Printed(at, by.id, by.office))
        return (replace(self, prints=(*prints[:1], *prints[1:][-MOST_PRINTS:])),)


def receipt_id(dossier: str, payment: str) -> str:
    return f"{dossier}/{payment}"


def series(paid: Moved) -> str:
    """The office that took the money, and the year in which it did, in Việt Nam."""
    return f"BL-{paid.office or 'NONE'}-{paid.at.astimezone(VIETNAM):%Y}"
