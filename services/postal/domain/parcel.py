"""The parcel: the paper file on its way to the office, or the result on its way home (QĐ 45/2016)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Self

from shared.calendar import Calendar, Term
from shared.codes import Digest
from shared.contracts.intake import ContactRecorded
from shared.contracts.postal import (
    AttemptFailed,
    InvitationLeft,
    MoneyCollected,
    OutForDelivery,
    ParcelDelivered,
    ParcelKind,
    ParcelOrdered,
    ParcelSealed,
)
from shared.errors import Conflict, Refusal
from shared.events import Decision
from shared.people import SYSTEM, Person

__all__ = ["Addressee", "Attempt", "Parcel", "parcel_id"]

State = Literal["ordered", "sealed", "out-for-delivery", "attempt-failed", "delivered"]
IdKind = Literal["cccd", "cmnd", "passport"]

INVITATIONS = 2
"""At least two, before a parcel goes back (QĐ 45/2016)."""
BETWEEN_INVITATIONS = Term("working-days", 2)


class NotOnTheRoad(Conflict):
    """It is not with a postman."""


class AlreadyDelivered(Conflict):
    """Nothing more happens to it."""


class GoesBack(Conflict):
    """Both invitations were left and nobody came: it is not brought a third time (QĐ 45/2016)."""


class GoesInABag(Conflict):
    """A paper file goes to its office in a bag with a manifest; a postman brings results home."""


class NotAnAmount(Refusal):
    """Money is a positive whole number of đồng."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where the postman finds the people of a dossier. The id is the dossier's."""

    id: str
    name: str = ""
    phone: str = ""
    address: str = ""

    @property
    def subject(self) -> str:
        return self.id

    @classmethod
    def record(cls, dossier: str, said: ContactRecorded) -> Decision[Self]:
        return (cls(dossier, said.name, said.phone, said.address),)

    def erase(self) -> Decision[Self]:
        return (type(self)(self.id),)


@dataclass(frozen=True, slots=True)
class Attempt:
    at: datetime
    reason: str
    by: str


def parcel_id(dossier: str, kind: ParcelKind) -> str:
    """One file and one result for each dossier: ordering twice is ordering once."""
    return f"{dossier}-{kind}"


@dataclass(frozen=True, slots=True)
class Parcel:
    id: str
    dossier: str
    kind: ParcelKind
    tracking: str
    sender: str
    recipient: str
    ordered_at: datetime
    promised_by: datetime
    state: State = "ordered"
    manifest: str = ""
    attempts: tuple[Attempt, ...] = ()
    invitations: int = 0
    next_attempt_after: datetime | None = None
    """Set by a failed attempt."""
    proof: str = ""
    shown: str = ""
    delivered_at: datetime | None = None
    dong: int = 0

    @property
    def subject(self) -> str:
        return self.dossier

    @classmethod
    def order(
        cls,
        dossier: str,
        kind: ParcelKind,
        tracking: str,
        sender: str,
        recipient: str,
        *,
        working: Calendar,
        at: datetime,
    ) -> Decision[Self]:
        """Same district: promised for the day after (QĐ 45/2016: J+1)."""
        promised = working.due(at, Term("working-days", 1))
        parcel = cls(parcel_id(dossier, kind), dossier, kind, tracking, sender, recipient, at, promised)
        return parcel, ParcelOrdered(
            office=sender,
            role=SYSTEM.role,
            parcel=parcel.id,
            kind=kind,
            tracking=tracking,
            sender=sender,
            recipient=recipient,
            promised_by=promised,
        )

    def seal(self, manifest: str, *, office: str, role: str) -> Decision[Self]:
        """It lies in a sealed bag. A parcel that moved on meanwhile stays where it is."""
        if self.state != "ordered":
            return (self,)
        sealed = replace(self, state="sealed", manifest=manifest)
        return sealed, ParcelSealed(office=office, role=role, parcel=self.id, manifest=manifest)

    def arrive(self, proof: str, *, office: str, role: str, at: datetime) -> Decision[Self]:
        """The office signed for the bag: the paper file is delivered."""
        if self.state == "delivered" or self.kind == "result":
            return (self,)
        return self._delivered(proof, "", Person("", "", role, office), at)

    def go_out(self, *, by: Person) -> Decision[Self]:
        """On the postman's list of the day; after two failed attempts it is not brought again."""
        self._still_open()
        if self.kind == "file":
            raise GoesInABag("A paper file goes to its office in a bag: put it on a manifest.")
        if self.state == "out-for-delivery":
            return (self,)
        if self.invitations >= INVITATIONS:
            raise GoesBack(
                f"It was brought {INVITATIONS} times and nobody took it: bring it to the office, and it goes back."
            )
        out = replace(self, state="out-for-delivery")
        return out, OutForDelivery(office=by.office, role=by.role, parcel=self.id)

    def attempt_failed(self, reason: str, working: Calendar, *, by: Person, at: datetime) -> Decision[Self]:
        """Nobody there, or it was not taken: an invitation is left, two of them at least two working days apart."""
        self._on_the_road()
        attempts = (*self.attempts, Attempt(at, reason, by.id))
        invitation = self.invitations + 1
        after = working.due(at, BETWEEN_INVITATIONS)
        failed = replace(
            self, state="attempt-failed", attempts=attempts, invitations=invitation, next_attempt_after=after
        )
        said = AttemptFailed(
            office=by.office, role=by.role, parcel=self.id, attempt=len(attempts), reason=reason, attempted_at=at
        )
        return (
            failed,
            said,
            InvitationLeft(
                office=by.office,
                role=by.role,
                parcel=self.id,
                invitation=invitation,
                next_attempt_after=after,
            ),
        )

    def deliver(self, proof: str, shown: IdKind, *, by: Person, at: datetime) -> Decision[Self]:
        """At the door: the identity card is checked, the recipient signs."""
        self._on_the_road()
        return self._delivered(Digest.of(proof, about="proof").text, shown, by, at)

    def collect(self, dong: int, *, by: Person) -> Decision[Self]:
        """Money collected with a result at the door, in đồng: on the round or after it."""
        if self.kind == "file":
            raise GoesInABag("A paper file goes in a bag and nothing is paid for it: collect with the result.")
        if self.state != "delivered":
            self._on_the_road()
        if dong <= 0:
            raise NotAnAmount("How much was collected? A positive whole number of đồng.", about="dong")
        return replace(self, dong=self.dong + dong), MoneyCollected(
            office=by.office, role=by.role, parcel=self.id, dong=dong
        )

    def _delivered(self, proof: str, shown: str, by: Person, at: datetime) -> Decision[Self]:
        delivered = replace(self, state="delivered", proof=proof, shown=shown, delivered_at=at)
        return delivered, ParcelDelivered(
            office=by.office, role=by.role, parcel=self.id, kind=self.kind, proof=proof, delivered_at=at
        )

    def _still_open(self) -> None:
        if self.state == "delivered":
            raise AlreadyDelivered("It was delivered before, so nothing is left to do: check the number on the parcel.")

    def _on_the_road(self) -> None:
        self._still_open()
        if self.state != "out-for-delivery":
            raise NotOnTheRoad("It is not on a postman's list: take it out for delivery first.")
