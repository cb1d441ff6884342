"""What a state registry says of a person, so that it need not be typed: with its source and its time. Pure rules."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from services.intake.domain.filing import Prefilled
from services.intake.domain.legible import legible
from shared.errors import Conflict, NotFound, Refusal
from shared.identifiers import identity_number

__all__ = [
    "BY_HAND",
    "DoesNotMatch",
    "Known",
    "NoRegistry",
    "NotInRegistry",
    "PersonFound",
    "Question",
    "RegistryAway",
    "WrongQuestion",
]

BY_HAND = "go on by hand"
SOURCE = "population-registry"
OLDEST = 130
"""Years."""


class NoRegistry(Refusal):
    """No registry is configured here."""

    status = 501


class RegistryAway(Refusal):
    """It did not answer in time, or not in words that we know."""

    status = 503


class NotInRegistry(NotFound):
    """The registry knows of nobody with this number."""


class DoesNotMatch(Conflict):
    """There is such a number, with another birth date or name. Nothing of it is shown."""


class WrongQuestion(Refusal):
    """The number or the birth date cannot be one."""


@dataclass(frozen=True, slots=True)
class Question:
    """Whom to look up. The birth date is asked for, so that nobody can leaf through the registry by number alone."""

    number: str
    born: date
    name: str = ""

    def checked(self, today: date) -> Self:
        """With the number in its normal form. Raises the number's refusal, or `WrongQuestion`."""
        if not self.number.strip():
            raise WrongQuestion("Which number? Scan the card, or type its 12 digits.", about="number")
        if not 0 <= today.year - self.born.year <= OLDEST or self.born > today:
            raise WrongQuestion("Give the birth date as it stands on the card.", about="born")
        return type(self)(identity_number(self.number).text, self.born, legible(self.name))


@dataclass(frozen=True, slots=True)
class Known:
    """What the registry answers."""

    name: str
    born: date
    address: str


@dataclass(frozen=True, slots=True)
class PersonFound:
    """What may be taken over, and from where it is: send `prefilled` along with the filing."""

    number: str
    name: str
    born: date
    address: str
    source: str
    at: datetime
    prefilled: tuple[Prefilled, ...]

    @classmethod
    def of(cls, asked: Question, known: Known | None, at: datetime) -> Self:
        """Raises `NotInRegistry`, or `DoesNotMatch` where number, birth date and name are not one person's."""
        if known is None:
            raise NotInRegistry(f"The registry knows nobody with this number: compare it with the card, or {BY_HAND}.")
        if known.born != asked.born or (asked.name and _plain(asked.name) != _plain(known.name)):
            raise DoesNotMatch(f"Number and person do not fit in the registry: compare with the card, or {BY_HAND}.")
        name, address = legible(known.name), legible(known.address)
        filled = ("applicant.name", "applicant.address") if address else ("applicant.name",)
        prefilled = tuple(Prefilled(it, SOURCE, at) for it in filled)
        return cls(asked.number, name, known.born, address, SOURCE, at, prefilled)


def _plain(name: str) -> str:
    return " ".join(legible(name).casefold().split())
