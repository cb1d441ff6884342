"""The manifest (*bảng kê*): what a bag holds, sealed by one office, ticked and signed for by the other."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Self

from shared.contracts.postal import DiscrepancyFound, ManifestOpened, ManifestReceived, ManifestSealed
from shared.errors import Conflict, Forbidden, Refusal
from shared.events import Decision
from shared.people import Person

__all__ = ["Manifest"]

State = Literal["open", "sealed", "received"]
NOT_SEALED = {
    "open": "This bag is still open: let its sender seal it, then sign for it.",
    "received": "This bag was signed for before: there is nothing left to do; read its manifest for who and when.",
}


class EmptyBag(Refusal):
    """A bag with nothing in it is not sealed."""


class SealMissing(Refusal):
    """A bag is known by the number on its seal."""


class NotSealed(Conflict):
    """Only a sealed bag travels and is received."""


class AlreadySealed(Conflict):
    """A signed manifest is not changed: open another."""


class SameHands(Conflict):
    """A hand-over has two sides: who sealed the bag does not sign for it."""


@dataclass(frozen=True, slots=True)
class Manifest:
    id: str
    sender: str
    recipient: str
    opened_by: str
    opened_at: datetime
    parcels: tuple[str, ...] = ()
    state: State = "open"
    seal: str = ""
    sealed_by: str = ""
    ticked: tuple[str, ...] = ()
    received_by: str = ""
    received_at: datetime | None = None

    @property
    def subject(self) -> str:
        return self.id

    @property
    def record(self) -> str:
        """The SHA-256 of the hand-over record: who, what, when."""
        signed = "\n".join([self.id, self.seal, self.sealed_by, self.received_by, str(self.received_at), *self.ticked])
        return hashlib.sha256(signed.encode()).hexdigest()

    @classmethod
    def open(
        cls, id: str, sender: str, recipient: str, parcels: tuple[str, ...], *, by: Person, at: datetime
    ) -> Decision[Self]:
        manifest = cls(id, sender, recipient, by.id, at, tuple(dict.fromkeys(parcels)))
        return manifest, ManifestOpened(office=by.office, role=by.role, sender=sender, recipient=recipient)

    def close(self, seal: str, more: tuple[str, ...], *, by: Person, at: datetime) -> Decision[Self]:
        """Seal the bag: from now on the list is fixed. By the sender's office, or by a carrier at its counter."""
        if self.state != "open":
            raise AlreadySealed("A signed manifest is not changed: open another one.")
        if not by.acts_for(self.sender) and by.role != "carrier":
            raise Forbidden(f"This bag is sent by {self.sender}: let somebody of that office or a carrier seal it.")
        if not seal.strip():
            raise SealMissing("Give the number on the seal.", about="seal")
        parcels = tuple(dict.fromkeys((*self.parcels, *more)))
        if not parcels:
            raise EmptyBag("There is nothing in the bag: scan a parcel first.", about="parcels")
        sealed = replace(self, state="sealed", seal=seal, parcels=parcels, sealed_by=by.id)
        return sealed, ManifestSealed(
            office=by.office,
            role=by.role,
            seal=seal,
            parcels=parcels,
            sender=self.sender,
            recipient=self.recipient,
            sealed_at=at,
        )

    def receive(self, ticked: tuple[str, ...], *, by: Person, at: datetime) -> Decision[Self]:
        """Count, tick, sign, at the recipient's. What is missing or was not on the list is a fact of its own."""
        if self.state != "sealed":
            raise NotSealed(NOT_SEALED[self.state])
        if not by.acts_for(self.recipient):
            raise Forbidden(f"This bag goes to {self.recipient}: let somebody of that office sign for it.")
        if by.id == self.sealed_by:
            raise SameHands("Who sealed the bag does not sign for it: let a colleague of the office receive it.")
        there = tuple(it for it in self.parcels if it in ticked)
        missing = tuple(it for it in self.parcels if it not in ticked)
        extra = tuple(it for it in ticked if it not in self.parcels)
        received = replace(self, state="received", ticked=there, received_by=by.id, received_at=at)
        said = ManifestReceived(office=by.office, role=by.role, parcels=there, record=received.record, received_at=at)
        if not missing and not extra:
            return received, said
        return received, said, DiscrepancyFound(office=by.office, role=by.role, missing=missing, extra=extra)
