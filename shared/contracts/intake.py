"""What intake tells the others: catalogue, offices, dossiers, and (restricted) how to reach people."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal

from shared.contracts.acting import Acted
from shared.events import Event

__all__ = [
    "Channel",
    "ContactErased",
    "ContactRecorded",
    "DossierAccepted",
    "DossierCorrected",
    "DossierRated",
    "DossierRefused",
    "DossierSubmitted",
    "DossierSupplemented",
    "FeeDue",
    "FeeLine",
    "FeePaid",
    "FeeRefunded",
    "HomeBy",
    "HomeChosen",
    "OfficeClosed",
    "OfficeOpened",
    "PaperTicked",
    "PayWay",
    "ProcedurePublished",
    "ProcedureWithdrawn",
    "ResultHandedOver",
    "SupplementAskedAtCounter",
    "Terms",
    "WithdrawalAsked",
]

Channel = Literal["direct", "online", "post"]
"""*KenhThucHien* 1, 2, 3 of the national codes."""
HomeBy = Literal["counter", "post", "electronic"]
"""How the result goes home."""
PayWay = Literal["counter", "post", "online"]
"""Where money comes in: to the authority at its counter, to the postman, to the authority's account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedurePublished(Event):
    topic: ClassVar[str] = "intake.procedures"
    type: ClassVar[str] = "procedure-published.v1"

    code: str
    version: int
    name: str
    field: str
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureWithdrawn(Event):
    """Says again what `ProcedurePublished` said: of a withdrawn version the compacted topic keeps this alone."""

    topic: ClassVar[str] = "intake.procedures"
    type: ClassVar[str] = "procedure-withdrawn.v1"

    code: str
    version: int
    name: str
    field: str
    valid_from: date
    withdrawn_from: date
    """Filed before that day, a dossier stays on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeOpened(Event):
    topic: ClassVar[str] = "intake.offices"
    type: ClassVar[str] = "office-opened.v1"

    code: str
    name: str
    kind: str
    valid_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeClosed(Event):
    """Says again what `OfficeOpened` said: the topic is compacted, so of a closed office this alone is kept."""

    topic: ClassVar[str] = "intake.offices"
    type: ClassVar[str] = "office-closed.v1"

    code: str
    name: str
    kind: str
    valid_from: date
    valid_until: date
    successors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaperTicked:
    """One line of the checklist as it was handed in."""

    code: str
    originals: int = 0
    copies: int = 0
    electronic: int = 0
    scans: tuple[str, ...] = ()
    """SHA-256 of each scan."""
    reused_from: str = ""
    """The earlier dossier of the same person that holds these scans (TT 01/2023/TT-VPCP)."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the procedure version promises for this dossier; it keeps them to its end."""

    unit: Literal["working-days", "calendar-days", "hours", "half-days"]
    amount: int
    supplement: Literal["restart", "pause"]
    """NĐ 61/2018 art. 19.4, or the QĐ 766 index."""
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierSubmitted(Acted):
    topic: ClassVar[str] = "intake.dossiers"
    type: ClassVar[str] = "dossier-submitted.v1"

    procedure: str
    version: int
    channel: Channel
    assisted: bool
    receiving_office: str
    competent_office: str
    papers: tuple[PaperTicked, ...]
    submitted_at: datetime
    tracking: str = ""
    """The code by which it is followed until it has a legal one."""
    respond_by: datetime | None = None
    """Until when an online filing is answered; None where a clerk does so at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierAccepted(Acted):
    """Received officially: the clock runs (NĐ 61/2018 art. 17.3)."""

    topic: ClassVar[str] = "intake.dossiers"
    type: ClassVar[str] = "dossier-accepted.v1"

    code: str
    procedure: str
    version: int
    channel: Channel
    receiving_office: str
    competent_office: str
    support_point: str
    """The counter at which the papers lie; empty where nothing is on paper."""
    papers_on_paper: int
    terms: Terms
    received_at: datetime
    due_at: datetime
    home_by: HomeBy


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierRefused(Acted):
    topic: ClassVar[str] = "intake.dossiers"
    type: ClassVar[str] = "dossier-refused.v1"

    reason: str
    """A code; the words are on the form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementAskedAtCounter(Acted):
    """Everything that is missing, once (NĐ 61/2018 art. 15.3)."""

    topic: ClassVar[str] = "intake.dossiers"
    type: ClassVar[str] = "supplement-asked-at-counter.v1"

    papers: tuple[str, ...]
    fields: tuple[str, ...] = ()
    """What on the form is wrong or missing, by the fields' names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierSupplemented(Acted):
    topic: ClassVar[str] = "intake.dossiers"
    type: ClassVar[str] = "dossier-supplemented.v1"

    accepted: bool
    """Whether it was accepted before, so that a case may wait for these papers."""
    papers: tuple[PaperTicked, ...]
    supplemented_at: datetime


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One *phí* or *lệ phí*, in whole đồng."""

    code: str
    kind: Literal["phí", "lệ phí"]
    dong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeDue(Acted):
    """So much is to be paid now; said again, whole, where it changes. Lines that are free or unknown are left out."""

    topic: ClassVar[str] = "intake.dossiers"
    type: ClassVar[str] = "fee-due.v1"

    dong: int
    lines: tuple[FeeLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeePaid(Acted):
    """Money came in. `owed` is what is still to be paid; below zero, so much too much came."""

    topic: ClassVar[str] = "intake.dossiers"
    type: ClassVar[str] = "fee-paid.v1"

    dong: int
    phi: int
    le_phi: int
    way: PayWay
    owed: int
    paid_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRefunded(Acted):
    """Money went back, the way that it came."""

    topic: ClassVar[str] = "intake.dossiers"
    type: ClassVar[str] = "fee-refunded.v1"

    dong: int
    way: PayWay
    reason: str
    """A code; the words are with the bill."""
    refunded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultHandedOver(Acted):
    """State 10: the dossier is closed."""

    topic: ClassVar[str] = "intake.dossiers"
    type: ClassVar[str] = "result-handed-over.v1"

    by: HomeBy
    handed_over_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierCorrected(Acted):
    """What was written down wrong is put right, as a new fact; what stood there before is kept."""

    topic: ClassVar[str] = "intake.dossiers"
    type: ClassVar[str] = "dossier-corrected.v1"

    fields: tuple[str, ...]
    reason: str
    """A code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeChosen(Acted):
    """The result shall go home another way than was said before."""

    topic: ClassVar[str] = "intake.dossiers"
    type: ClassVar[str] = "home-chosen.v1"

    home_by: HomeBy
    accepted: bool
    """Whether it was accepted before, so that a case holds the old choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalAsked(Acted):
    """State 7. Where it was not accepted, nobody need agree: it is closed with this (8)."""

    topic: ClassVar[str] = "intake.dossiers"
    type: ClassVar[str] = "withdrawal-asked.v1"

    accepted: bool
    reason: str
    """A code; the words are with the dossier."""
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierRated(Acted):
    """How content the applicant is, from 1 to 5 (QĐ 766/QĐ-TTg: satisfaction)."""

    topic: ClassVar[str] = "intake.dossiers"
    type: ClassVar[str] = "dossier-rated.v1"

    score: int
    reasons: tuple[str, ...]
    """Codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRecorded(Event):
    """Personal data: on this topic and on no other."""

    topic: ClassVar[str] = "intake.people"
    type: ClassVar[str] = "contact-recorded.v1"

    name: str
    language: str
    phone: str = ""
    email: str = ""
    address: str = ""
    """Where the postman finds them."""
    prefers: str = ""
    """The channel by which they want to be told; empty: whatever reaches them first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactErased(Event):
    topic: ClassVar[str] = "intake.people"
    type: ClassVar[str] = "contact-erased.v1"
    erases: ClassVar[bool] = True
