"""What the road tells the others: parcels and manifests. No address travels here."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from shared.contracts.acting import Acted

__all__ = [
    "AttemptFailed",
    "DiscrepancyFound",
    "InvitationLeft",
    "ManifestOpened",
    "ManifestReceived",
    "ManifestSealed",
    "MoneyCollected",
    "OutForDelivery",
    "ParcelDelivered",
    "ParcelKind",
    "ParcelOrdered",
    "ParcelSealed",
]

ParcelKind = Literal["file", "result"]
"""`file`: the papers, from the counter to the office that decides. `result`: from that office to the citizen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelOrdered(Acted):
    topic: ClassVar[str] = "postal.parcels"
    type: ClassVar[str] = "parcel-ordered.v1"

    parcel: str
    kind: ParcelKind
    tracking: str
    """UPU S10."""
    sender: str
    recipient: str
    """An office's code; empty where it goes to a person."""
    promised_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelSealed(Acted):
    """It lies in a bag whose manifest is signed."""

    topic: ClassVar[str] = "postal.parcels"
    type: ClassVar[str] = "parcel-sealed.v1"

    parcel: str
    manifest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutForDelivery(Acted):
    topic: ClassVar[str] = "postal.parcels"
    type: ClassVar[str] = "out-for-delivery.v1"

    parcel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFailed(Acted):
    topic: ClassVar[str] = "postal.parcels"
    type: ClassVar[str] = "attempt-failed.v1"

    parcel: str
    attempt: int
    reason: str
    attempted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationLeft(Acted):
    topic: ClassVar[str] = "postal.parcels"
    type: ClassVar[str] = "invitation-left.v1"

    parcel: str
    invitation: int
    next_attempt_after: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelDelivered(Acted):
    topic: ClassVar[str] = "postal.parcels"
    type: ClassVar[str] = "parcel-delivered.v1"

    parcel: str
    kind: ParcelKind
    proof: str
    """SHA-256 of the signed proof; who signed it is not said here."""
    delivered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyCollected(Acted):
    topic: ClassVar[str] = "postal.parcels"
    type: ClassVar[str] = "money-collected.v1"

    parcel: str
    dong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestOpened(Acted):
    topic: ClassVar[str] = "postal.manifests"
    type: ClassVar[str] = "manifest-opened.v1"

    sender: str
    recipient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestSealed(Acted):
    topic: ClassVar[str] = "postal.manifests"
    type: ClassVar[str] = "manifest-sealed.v1"

    seal: str
    parcels: tuple[str, ...]
    sender: str
    recipient: str
    sealed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestReceived(Acted):
    """The hand-over record, signed by both (QĐ 45/2016 art. 7.4)."""

    topic: ClassVar[str] = "postal.manifests"
    type: ClassVar[str] = "manifest-received.v1"

    parcels: tuple[str, ...]
    """Those that were ticked."""
    record: str
    """SHA-256 of the signed record."""
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscrepancyFound(Acted):
    topic: ClassVar[str] = "postal.manifests"
    type: ClassVar[str] = "discrepancy-found.v1"

    missing: tuple[str, ...]
    extra: tuple[str, ...]
