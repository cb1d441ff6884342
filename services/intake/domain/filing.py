"""What is handed in, and by whom. Pure rules."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from shared.contracts.intake import Channel, HomeBy, PaperTicked
from shared.errors import Refusal
from shared.identifiers import Email, Phone, TaxNumber, identity_number
from shared.people import Person

__all__ = ["Applicant", "Filing", "MustFileOnline", "NameMissing", "NoAddress", "NoOffice"]

Kind = Literal["person", "household", "organisation", "state-agency"]


class MustFileOnline(Refusal):
    """State agencies file online (Lâm Hà's counters refuse their paper)."""


class NameMissing(Refusal):
    pass


class NoOffice(Refusal):
    pass


class NoAddress(Refusal):
    """The post needs an address to bring the result to."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who owns the dossier, and how to reach them. A phone is not needed (D2)."""

    name: str
    number: str = ""
    """CCCD, CMND or tax number, checked."""
    kind: Kind = "person"
    phone: str = ""
    email: str = ""
    address: str = ""
    language: str = "vi"

    def checked(self) -> "Applicant":
        """The same with its numbers in their normal form. Raises the refusal of the number that cannot be one."""
        if not self.name.strip():
            raise NameMissing("Who owns the dossier? Give the name as it stands on the identity card.", about="name")
        read = identity_number if self.kind == "person" else TaxNumber.of
        number = read(self.number).text if self.number else ""
        phone = Phone.of(self.phone).text if self.phone else ""
        return replace(self, number=number, phone=phone, email=Email.of(self.email).text if self.email else "")


@dataclass(frozen=True, slots=True)
class Filing:
    """What is handed in: by the applicant, or by a clerk who types for them."""

    procedure: str
    applicant: Applicant
    case: str = ""
    """The case (*trường hợp*) of the procedure; empty is the ordinary one."""
    papers: tuple[PaperTicked, ...] = ()
    channel: Channel = "direct"
    home_by: HomeBy = "counter"
    receiving_office: str = ""
    competent_office: str = ""
    consent: bool = False
    """The applicant agreed that somebody else types for them (NĐ 13/2023, Law 91/2025)."""

    def placed(self, by: Person, deciding: Callable[[str], str]) -> "Filing":
        """The same with its offices: if nothing else is said, it is received where the clerk sits.

        `deciding` knows who decides for a receiving office; filing regardless of boundary names both.
        """
        receiving = self.receiving_office or by.office
        if not receiving:
            raise NoOffice("Which office shall receive it? Give receiving_office.", about="receiving_office")
        competent = self.competent_office or deciding(receiving)
        if not competent:
            raise NoOffice("Which office decides? Give competent_office: see /offices.", about="competent_office")
        return replace(self, receiving_office=receiving, competent_office=competent)
