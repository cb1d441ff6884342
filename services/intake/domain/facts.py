"""What a dossier is made of: what happened, what was asked, wished, corrected, handed out; and why a rule says no."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.intake.domain.filing import Applicant
from services.intake.domain.legible import legible
from shared.contracts.intake import ContactRecorded
from shared.errors import Conflict, Forbidden, NotFound, Refusal

__all__ = [
    "AlreadyAccepted",
    "AlreadyClosed",
    "Asked",
    "Correction",
    "Fact",
    "Handed",
    "NoBill",
    "NotAccepted",
    "NotReviewed",
    "NotYourOffice",
    "NotYours",
    "PapersMissing",
    "ReasonMissing",
    "Received",
    "Resembling",
    "Withdrawal",
    "contact_of",
    "worded",
]

MOST_WORDS = 1_000
"""Characters of a reason in words."""


class PapersMissing(Refusal):
    """Not everything on the checklist is there (NĐ 61/2018 art. 17.1)."""


class AlreadyAccepted(Conflict):
    pass


class AlreadyClosed(Conflict):
    """Refused, stopped, or handed over: nothing more can be done with it."""


class NotAccepted(Conflict):
    pass


class NotYours(Forbidden):
    """Another citizen filed it."""


class NotYourOffice(Forbidden):
    """Neither the office that received it nor the one that decides."""


class ReasonMissing(Refusal):
    """A refusal says why, with a code and in words."""


class NotReviewed(Conflict):
    """It looks like another dossier of the same person: somebody looks at both first."""


class NoBill(NotFound):
    """Nothing is to be paid for this dossier."""


@dataclass(frozen=True, slots=True)
class Received:
    """What the counter promises when it takes a dossier: it stays with the dossier to its end."""

    due_at: datetime
    support_point: str
    forward_by: datetime | None = None
    """Until when it is on its way to who decides (NĐ 61/2018 art. 18)."""
    is_slip_due: bool = True
    """False where the result itself is handed over (NĐ 61/2018 art. 17.4): then a slip is printed for who asks."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the dossier's own history. `by` is an opaque id."""

    at: datetime
    what: str
    by: str = ""
    office: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that is missing or wrong: on which paper or in which field, and why."""

    about: Literal["paper", "field"]
    code: str
    """The paper's code, or the field's name."""
    reason: str = "missing"
    """A code: missing, unreadable, expired, wrong, …"""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """A field as it was and as it is; numbers sealed."""

    at: datetime
    by: str
    field: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Resembling:
    """Another dossier that this one looks like, and why."""

    dossier: str
    reason: Literal["same-procedure", "same-scans"]
    filed_by: str = ""
    """An opaque id: a citizen is told of their own alone, for a number may be anybody's."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The applicant wants to withdraw."""

    at: datetime
    reason: str
    words: str
    answer: Literal["", "granted", "refused"] = ""


@dataclass(frozen=True, slots=True)
class Handed:
    """Who took the result, and what they showed and signed. `number`: where it was another's card, and sealed."""

    at: datetime
    document: str
    number: str
    authorised: str
    signature: str


def contact_of(applicant: Applicant) -> ContactRecorded:
    """How to reach them, for notify and the post."""
    return ContactRecorded(
        name=applicant.name,
        language=applicant.language,
        phone=applicant.phone,
        email=applicant.email,
        address=applicant.address_today or applicant.address,
        prefers=applicant.prefers,
    )


def worded(words: str) -> str:
    """Words that will be printed. Raises `ReasonMissing`."""
    words = legible(words)
    if not words or len(words) > MOST_WORDS:
        raise ReasonMissing(f"Say why in words, at most {MOST_WORDS}: it is printed on the form.", about="words")
    return words
