"""What processing tells the others: how a case goes, when it is due, what was decided."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from shared.contracts.acting import Acted
from shared.contracts.intake import HomeBy

__all__ = [
    "CaseDecided",
    "CaseOpened",
    "CaseStopped",
    "ClockResumed",
    "ClockStopped",
    "DeadlineMoved",
    "StepCompleted",
    "SupplementRequested",
    "WithdrawalRefused",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened(Acted):
    topic: ClassVar[str] = "processing.cases"
    type: ClassVar[str] = "case-opened.v1"

    code: str
    procedure: str
    version: int
    competent_office: str
    steps: tuple[str, ...]
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCompleted(Acted):
    topic: ClassVar[str] = "processing.cases"
    type: ClassVar[str] = "step-completed.v1"

    step: str
    next_step: str
    """Empty after the last one."""
    completed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementRequested(Acted):
    topic: ClassVar[str] = "processing.cases"
    type: ClassVar[str] = "supplement-requested.v1"

    papers: tuple[str, ...]
    reason: str
    """A code; the words are on the form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStopped(Acted):
    topic: ClassVar[str] = "processing.cases"
    type: ClassVar[str] = "clock-stopped.v1"

    stopped_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockResumed(Acted):
    topic: ClassVar[str] = "processing.cases"
    type: ClassVar[str] = "clock-resumed.v1"

    resumed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineMoved(Acted):
    topic: ClassVar[str] = "processing.cases"
    type: ClassVar[str] = "deadline-moved.v1"

    was_due_at: datetime
    due_at: datetime
    reason_vi: str
    reason_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDecided(Acted):
    """State 9; whether it is late is decided here and never again (QĐ 766/QĐ-TTg)."""

    topic: ClassVar[str] = "processing.cases"
    type: ClassVar[str] = "case-decided.v1"

    code: str
    outcome: Literal["positive", "negative"]
    reason: str
    """A code, where the outcome is negative."""
    result: str
    """SHA-256 of the signed result."""
    competent_office: str
    receiving_office: str
    home_by: HomeBy
    late: bool
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStopped(Acted):
    """State 8: nothing more is done; what was handed in goes back (TT 03/2025, form 05)."""

    topic: ClassVar[str] = "processing.cases"
    type: ClassVar[str] = "case-stopped.v1"

    reason: str
    """A code; the words are on the form."""
    late: bool
    stopped_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalRefused(Acted):
    """The applicant asked to withdraw and may not: the case goes on (state 4)."""

    topic: ClassVar[str] = "processing.cases"
    type: ClassVar[str] = "withdrawal-refused.v1"

    reason: str
    refused_at: datetime
