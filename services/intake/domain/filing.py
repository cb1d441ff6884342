"""What is handed in, and by whom. Pure rules.

An identity number comes in as it stands on the card, is checked, and is sealed before a dossier holds it
(`shared.sealing`): in a dossier `number` is never readable without a key.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from services.intake.domain.fees import Charge
from services.intake.domain.legible import legible
from shared import codes
from shared.contracts.intake import Channel, HomeBy, PaperTicked
from shared.errors import Refusal
from shared.identifiers import Email, Passport, Phone, TaxNumber, identity_number
from shared.people import Person

__all__ = [
    "Applicant",
    "Authorisation",
    "AuthorisationMissing",
    "CitizensFileOnline",
    "ConsentMissing",
    "Filing",
    "Language",
    "MustFileOnline",
    "NameMissing",
    "NoAddress",
    "NoOffice",
    "NotSoMany",
    "Prefilled",
    "ReceivedElsewhere",
    "ScanMissing",
    "TooLong",
    "check_papers",
    "number_of",
]

Kind = Literal["person", "household", "organisation", "state-agency"]
Shown = Literal["", "passport"]
Language = Literal["vi", "en", "kho", "ma", "churu", "tay", "nung"]
"""How somebody wants to be spoken to: the first two in writing, K'Ho, Mạ, Chu Ru, Tày and Nùng by voice."""
Means = Literal["", "email", "sms", "zalo", "call", "letter"]
Ground = Literal["power-of-attorney", "law", "employee"]

Seal = Callable[[str], str]
MOST_PIECES = 1_000
"""Of one paper in one dossier, and scans of it."""
MOST_LINES = 1_000
"""Papers, prefilled fields and compared dossiers in one filing."""
LONGEST = {"name": 200, "address": 500, "address_today": 500}
LONGEST_WORD = 200
"""Characters of what is written down beside the fields: a document's number, a ticket, a source."""


class MustFileOnline(Refusal):
    """State agencies file online (Lâm Hà's counters refuse their paper)."""


class NameMissing(Refusal):
    pass


class NoOffice(Refusal):
    pass


class NoAddress(Refusal):
    """The post needs an address to bring the result to."""


class ConsentMissing(Refusal):
    """Who types for somebody needs their agreement (Law 91/2025/QH15; before 2026 NĐ 13/2023)."""


class CitizensFileOnline(Refusal):
    """What comes to a counter or by post is recorded there."""


class ReceivedElsewhere(Refusal):
    """A counter receives for itself; who decides may be anybody (Decree 118/2025)."""


class ScanMissing(Refusal):
    """From far away a paper is its scan; what is on paper comes to a counter."""


class NotSoMany(Refusal):
    """So many pieces of a paper there cannot be."""


class TooLong(Refusal):
    """More than such a field holds; `about` names it."""


class AuthorisationMissing(Refusal):
    """Who files for another shows by what right (Civil Code 2015, art. 134 to 138)."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody in a dossier, and how to reach them. Neither a number nor a phone is needed (D2)."""

    name: str
    number: str = ""
    """CCCD, CMND, passport or tax number; sealed once it is in a dossier."""
    kind: Kind = "person"
    shown: Shown = ""
    """Another card than CCCD and CMND, which are told apart by their lengths."""
    born: date | None = None
    phone: str = ""
    email: str = ""
    address: str = ""
    """As they say it, or as their card says it: in the units of its time."""
    address_today: str = ""
    """The same in the units since 1/7/2025, where it is known: there the postman goes."""
    language: Language = "vi"
    prefers: Means = ""
    """How they want to be told; empty: whatever reaches them first."""

    def checked(self, about: str = "") -> "Applicant":
        """The same, legible, with its numbers in their normal form. Raises the refusal of what cannot be one."""
        person = self.legible()
        if not person.name:
            raise NameMissing("Whose is it? Give the name as it stands on the identity card.", about=f"{about}name")
        person.fits(about)
        number = _read(lambda raw: number_of(self.kind, self.shown, raw), self.number, f"{about}number")
        phone = _read(lambda raw: Phone.of(raw).text, self.phone, f"{about}phone")
        email = _read(lambda raw: Email.of(raw).text, self.email, f"{about}email")
        return replace(person, number=number, phone=phone, email=email)

    def legible(self) -> "Applicant":
        """The same with its words as they are kept; a name is one line."""
        name, address, today = legible(self.name), legible(self.address), legible(self.address_today)
        return replace(self, name=" ".join(name.split()), address=address, address_today=today)

    def at(self, address: str) -> "Applicant":
        """The same at that address: what is known of it in today's units belongs to the one for which it was found."""
        address = legible(address)
        return self if address == legible(self.address) else replace(self, address=address, address_today="")

    def fits(self, about: str = "") -> None:
        """Raises `TooLong`."""
        for field, most in LONGEST.items():
            _fits(getattr(self, field), most, f"{about}{field}")

    def sealed(self, seal: Seal) -> "Applicant":
        return replace(self, number=seal(self.number)) if self.number else self


def _fits(text: str, most: int, about: str) -> None:
    if len(text) > most:
        raise TooLong(f"{about} has at most {most} characters: shorten it.", about=about)


def _read(read: Callable[[str], str], raw: str, about: str) -> str:
    """In its normal form; what refuses it says of which field."""
    try:
        return read(raw) if raw else ""
    except Refusal as refusal:
        refusal.about = about
        raise


def number_of(kind: Kind, shown: Shown, raw: str) -> str:
    """The number in its normal form; refuses what cannot be one for this kind of applicant and card."""
    if kind != "person":
        return TaxNumber.of(raw).text
    return Passport.of(raw).text if shown == "passport" else identity_number(raw).text


@dataclass(frozen=True, slots=True)
class Authorisation:
    """By what right somebody files for the owner (*ủy quyền*)."""

    ground: Ground
    number: str = ""
    """Of the certified document, as it stands on it."""
    dated: date | None = None
    scan: str = ""
    """SHA-256 of the document."""

    def legible(self) -> "Authorisation":
        """The same with its words as they are kept."""
        return replace(self, number=legible(self.number))

    def checked(self) -> None:
        """Raises `AuthorisationMissing`, `TooLong`."""
        _fits(self.number, LONGEST_WORD, "authorisation")
        if self.ground == "power-of-attorney" and not (self.number.strip() or self.scan):
            raise AuthorisationMissing(
                "Give the number of the power of attorney, or scan it: it is shown to whoever asks.",
                about="authorisation",
            )


@dataclass(frozen=True, slots=True)
class Prefilled:
    """A field that was not typed: from which source it came, and when (row 17: reuse what the State already knows)."""

    field: str
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Filing:
    """What is handed in: by the applicant, or by a clerk who types for them."""

    procedure: str
    applicant: Applicant
    """Who files (*người nộp*)."""
    owner: Applicant | None = None
    """Whose dossier it is (*chủ hồ sơ*); None: the applicant's own."""
    authorisation: Authorisation | None = None
    case: str = ""
    """The case (*trường hợp*) of the procedure; empty is the ordinary one."""
    papers: tuple[PaperTicked, ...] = ()
    charges: tuple[Charge, ...] = ()
    """What is asked for of each fee; empty: one of each."""
    channel: Channel = "direct"
    home_by: HomeBy = "counter"
    receiving_office: str = ""
    competent_office: str = ""
    consent: bool = False
    """The applicant agreed that somebody else types for them."""
    ticket: str = ""
    """The queue ticket with which they came to the counter."""
    prefilled: tuple[Prefilled, ...] = ()
    reviewed: tuple[str, ...] = ()
    """Dossiers that look like this one, which the clerk looked at and found to be others."""

    @property
    def holder(self) -> Applicant:
        """Whose dossier it is."""
        return self.owner or self.applicant

    def placed(self, by: Person, deciding: Callable[[str], str]) -> "Filing":
        """The same with its offices: if nothing else is said, it is received where the clerk sits.

        `deciding` knows who decides for a receiving office; filing regardless of boundary names both.
        """
        if by.office and self.receiving_office not in {"", by.office}:
            raise ReceivedElsewhere(f"You receive at {by.office}: leave it empty.", about="receiving_office")
        receiving = self.receiving_office or by.office
        if not receiving:
            raise NoOffice("Which office shall receive it? Give receiving_office.", about="receiving_office")
        competent = self.competent_office or deciding(receiving)
        if not competent:
            raise NoOffice("Which office decides? Give competent_office: see /offices.", about="competent_office")
        return replace(self, receiving_office=receiving, competent_office=competent)

    def checked(self, by: Person, *, agencies_online: bool = True) -> "Filing":
        """The same in its normal form; refuses what cannot be filed by this person.

        `agencies_online`: of this procedure, state agencies bring nothing to a counter.
        """
        applicant = self.applicant.checked()
        owner = self.owner.checked("owner.") if self.owner else None
        right = self.authorisation.legible() if self.authorisation else None
        filing = replace(self, applicant=applicant, owner=owner, authorisation=right)
        if agencies_online and filing.holder.kind == "state-agency" and self.channel != "online":
            raise MustFileOnline("A state agency files online: open the portal with the agency's account.")
        if self.home_by == "post" and not applicant.address.strip():
            raise NoAddress(
                "Where shall the postman bring it? Give an address, or choose the counter.", about="address"
            )
        if by.role != "citizen" and not self.consent:
            raise ConsentMissing("Ask whether they agree that you type for them, and tick it.", about="consent")
        if owner and not self.authorisation:
            raise AuthorisationMissing(
                "They file for somebody else: by what right? Give authorisation.", about="authorisation"
            )
        if right:
            right.checked()
        check_papers(self.papers, by)
        self._check_rest()
        if by.role == "citizen" and self.channel != "online":
            raise CitizensFileOnline("From here you file online; at a counter a clerk files with you.", about="channel")
        return replace(filing, reviewed=(), ticket="") if by.role == "citizen" else filing

    def legible(self) -> "Filing":
        """The same with what was typed as it is kept: in a draft too, of which nothing is checked."""
        owner, right = self.owner, self.authorisation
        return replace(
            self,
            applicant=self.applicant.legible(),
            owner=owner.legible() if owner else None,
            authorisation=right.legible() if right else None,
        )

    def _check_rest(self) -> None:
        """Raises `TooLong`."""
        for about, lines in (("prefilled", self.prefilled), ("reviewed", self.reviewed)):
            if len(lines) > MOST_LINES:
                raise TooLong(f"{about} has at most {MOST_LINES} lines: leave out the others.", about=about)
        _fits(self.ticket, LONGEST_WORD, "ticket")
        for it in self.reviewed:
            _fits(it, LONGEST_WORD, "reviewed")
        for it in self.prefilled:
            _fits(max(it.field, it.source, key=len), LONGEST_WORD, "prefilled")

    def sealed(self, seal: Seal) -> "Filing":
        """The same with its identity numbers sealed."""
        if not self.applicant.number and not self.owner:
            return self
        return replace(
            self, applicant=self.applicant.sealed(seal), owner=self.owner.sealed(seal) if self.owner else None
        )

    def numbers(self) -> tuple[str, ...]:
        """The identity numbers in it, each once; readable only before it is sealed."""
        people = (self.applicant, self.owner) if self.owner else (self.applicant,)
        return tuple(dict.fromkeys(it.number for it in people if it.number))


def check_papers(papers: tuple[PaperTicked, ...], by: Person) -> None:
    """What can be handed in by this person. Raises `NotACode`, `NotSoMany`, `ScanMissing`, `TooLong`.

    Free text travels in no event: a paper is named by its code.
    """
    if len(papers) > MOST_LINES:
        raise TooLong(f"A filing has at most {MOST_LINES} papers: count their pieces instead.", about="papers")
    for paper in papers:
        codes.code(paper.code, "papers")
        pieces = (paper.originals, paper.copies, paper.electronic, len(paper.scans))
        if min(pieces) < 0 or max(pieces) > MOST_PIECES:
            raise NotSoMany(f"Count the pieces of {paper.code} again: 0 to {MOST_PIECES}.", about="papers")
        on_paper = paper.originals + paper.copies > 0
        if by.role == "citizen" and (on_paper or not paper.scans or paper.electronic < 1):
            raise ScanMissing(
                f"Send a scan or a photo of {paper.code}; paper itself comes to a counter.", about="papers"
            )
