"""Which indexes intake has, what each serves, and the questions that lean on them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, get_args

from services.intake.domain.dossier import CLOSED, State
from services.intake.domain.register import after, codes_from
from services.intake.domain.ticket import Ticket
from shared.repository import Index

OPEN = sorted({*get_args(State)} - CLOSED)
"""The states of a dossier that is not closed."""
WAITING = ["submitted", "supplement-asked"]
"""The states of a dossier that a counter has still to accept."""
BY_CODE = Index(("state.code",), "a dossier by its legal code")
BY_TRACKING = Index(("state.tracking",), "a dossier by its tracking code")
QUEUE = Index(
    ("state.office", "state.day", "state.state", "state.place_at"), "who waits at an office, the next one first"
)
FILING = Index(("state.day",), "numbers with which something is being filed", only={"state.filing": {"$gt": ""}})
CALLED = Index(("state.office", "state.day", "-state.called_at"), "who was called at an office, the latest first")
OF_OFFICE = Index(("state.filing.receiving_office", "-state.submitted_at"), "the counter's list, the newest first")
OF_PERSON = Index(
    ("state.marks", "-state.submitted_at"), "the dossiers of a person", only={"state.marks.0": {"$exists": True}}
)
OF_CITIZEN = Index(
    ("state.history.0.by", "-state.submitted_at"), "what a citizen filed", only={"state.assisted_by": ""}
)
OPEN_OF_CITIZEN = Index(
    ("state.history.0.by", "state.submitted_at"),
    "what a citizen filed and is not closed, the oldest first",
    only={"state.assisted_by": "", "state.state": {"$in": OPEN}},
)
ONLINE = Index(
    ("state.filing.receiving_office", "state.respond_by"),
    "online filings that wait for an answer, the most urgent first",
    only={"state.state": "submitted", "state.filing.channel": "online"},
)
UNACCEPTED = Index(
    ("state.filing.receiving_office", "state.submitted_at"),
    "what came in at an office and was neither accepted nor refused, the oldest first",
    only={"state.state": {"$in": WAITING}},
)
DRAFTS_OF = Index(("state.by", "-state.saved_at"), "somebody's drafts, the newest first")
DRAFT_BY_CODE = Index(("state.code",), "a draft by its code")
UPLOADS_LEFT = Index(("state.begun_at",), "uploads that were left open", only={"state.is_open": True})
UPLOADS_OF = Index(("state.owner",), "how many uploads a person has open", only={"state.is_open": True})
DRAFTS_OVER = Index(("state.until",), "drafts whose days are over")
DRAFTS_OPEN = Index(("state.is_filed", "state.until"), "drafts of which it is not known that they were filed")
HANDED = Index(
    ("state.handed.number",),
    "results that others took, by the key of the seal",
    only={"state.handed.number": {"$gt": ""}},
)
CORRECTED_FROM = Index(
    ("state.corrections.field", "state.corrections.was"),
    "numbers that stood there before, by the key of the seal",
    only={"state.corrections.0": {"$exists": True}},
)
CORRECTED_TO = Index(
    ("state.corrections.field", "state.corrections.now"),
    "numbers that were put right, by the key of the seal",
    only={"state.corrections.0": {"$exists": True}},
)
DRAFTS_SEALED = Index(
    ("state.filing.applicant.number",),
    "drafts by the key of the seal",
    only={"state.filing.applicant.number": {"$gt": ""}},
)
DRAFTS_OWNED = Index(
    ("state.filing.owner.number",),
    "drafts for somebody else, by the key of the seal",
    only={"state.filing.owner.number": {"$gt": ""}},
)

SCANNED = Index(
    ("state.filing.papers.scans",),
    "whether a scan stands in a dossier",
    only={"state.filing.papers.scans": {"$gt": ""}},
)
AUTHORISED = Index(
    ("state.filing.authorisation.scan",),
    "whether a scan is a dossier's power of attorney",
    only={"state.filing.authorisation.scan": {"$gt": ""}},
)
SIGNED = Index(
    ("state.handed.signature",),
    "whether a scan is the signature of who took a result",
    only={"state.handed.signature": {"$gt": ""}},
)
SCAN_PLACES = ("state.filing.papers.scans", "state.filing.authorisation.scan", "state.handed.signature")
"""Where a scan stands in a dossier; served by `SCANNED`, `AUTHORISED` and `SIGNED`."""
DRAFT_SCANNED = Index(
    ("state.filing.papers.scans",), "whether a scan stands in a draft", only={"state.filing.papers.scans": {"$gt": ""}}
)
DRAFT_AUTHORISED = Index(
    ("state.filing.authorisation.scan",),
    "whether a scan is a draft's power of attorney",
    only={"state.filing.authorisation.scan": {"$gt": ""}},
)

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
BY_ORDER = Index(
    ("state.bill.orders.reference",),
    "the dossier of a payment at the bank",
    only={"state.bill.orders.reference": {"$exists": True}},
)
AT_BANK = Index(
    ("state.bill.ask_at",),
    "what the bank is to be asked about, the longest due first",
    only={"state.bill.ask_at": {"$gt": BEGINNING}},
)
CASH = Index(
    ("state.bill.book.office", "state.bill.book.day"),
    "an office's money of one day",
    only={"state.bill.book.day": {"$exists": True}},
)
UNPAID = Index(
    ("state.bill.office", "state.bill.state", "-state.submitted_at"),
    "an office's bills that are not paid, the newest dossier first",
    only={"state.bill.state": {"$exists": True}},
)


SCANS_OVER = Index(
    ("state.until",),
    "scans of which it is to be asked whether anything needs them",
    only={"state.until": {"$gt": BEGINNING}},
)


def held(marks: Sequence[str]) -> Mapping[str, Any]:
    """Dossiers whose holder's number has one of these marks: the last of `state.marks`. Served by `OF_PERSON`."""
    is_holders = {"$in": [{"$arrayElemAt": ["$state.marks", -1]}, list(marks)]}
    theirs = {"$or": [{"state.filing.owner": None}, {"state.filing.owner.number": {"$gt": ""}}]}
    return {"state.marks": {"$in": list(marks)}, "state.marks.0": {"$exists": True}, "$expr": is_holders, **theirs}


def sealed_otherwise(key: str) -> Sequence[Mapping[str, Any]]:
    """Dossiers with a number under another key; served by `OF_PERSON`, `HANDED`, `CORRECTED_FROM`, `CORRECTED_TO`."""
    before, after = {"$lt": f"{key}."}, {"$gte": f"{key}/"}
    asked = list[Mapping[str, Any]]()
    for it in (before, after):
        sealed = {"$gt": "", **it}
        asked.append({"state.marks.0": {"$exists": True}, "state.marks": it})
        asked.append({"state.handed.number": sealed})
        for side in ("was", "now"):
            number = {"field": {"$in": ["number", "owner.number"]}, side: sealed}
            asked.append({"state.corrections.0": {"$exists": True}, "state.corrections": {"$elemMatch": number}})
    return asked


def drafts_sealed_otherwise(key: str) -> Sequence[Mapping[str, Any]]:
    """Served by `DRAFTS_SEALED` and `DRAFTS_OWNED`."""
    places = ("state.filing.applicant.number", "state.filing.owner.number")
    ranges = ({"$lt": f"{key}."}, {"$gte": f"{key}/"})
    return [{place: {"$gt": "", **it}} for place in places for it in ranges]


def scans_over(at: datetime) -> Mapping[str, Any]:
    """Served by `SCANS_OVER`."""
    return {"state.until": {"$gt": BEGINNING, "$lte": at}}


def received(office: str, first: date, last: date) -> Mapping[str, Any]:
    """By the legal codes, which begin with the office and the day; served by `BY_CODE`."""
    return {"state.code": {"$gte": codes_from(office, first), "$lt": codes_from(office, after(last))}}


def waiting_before(ticket: Ticket) -> Mapping[str, Any]:
    """Who stands before a number in its queue; served by `QUEUE`."""
    wanted = {"state.office": ticket.office, "state.day": ticket.day.isoformat(), "state.state": "waiting"}
    return {**wanted, "state.place_at": {"$lt": ticket.place_at}}


def with_orders(references: Sequence[str]) -> Mapping[str, Any]:
    """Served by `BY_ORDER`."""
    return {"state.bill.orders.reference": {"$in": list(references)}}


def at_bank(at: datetime) -> Mapping[str, Any]:
    """Served by `AT_BANK`."""
    return {"state.bill.ask_at": {"$gt": BEGINNING, "$lte": at}}


def with_cash(office: str, day: str) -> Mapping[str, Any]:
    """One line of the book with both; served by `CASH`, whose condition the second part repeats."""
    return {"state.bill.book": {"$elemMatch": {"office": office, "day": day}}, "state.bill.book.day": day}


def unpaid(office: str) -> Mapping[str, Any]:
    """Served by `UNPAID`."""
    return {"state.bill.office": office, "state.bill.state": {"$in": ["unpaid", "waiting"]}}
