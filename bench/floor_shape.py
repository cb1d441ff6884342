"""What both floors share: the request, the documents and the events, as small as they can be with the same content.

A floor decides nothing that could be refused, knows no calendar and speaks plain JSON on the bus.
"""

import hashlib
import os
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import msgspec
from pymongo import IndexModel
from pymongo.asynchronous.database import AsyncDatabase

Document = dict[str, Any]

SERVICE = os.environ.get("FLOOR_SERVICE", "intake")
PREFIX = os.environ.get("MOTCUA_DATABASE_PREFIX", "floor_")
TOPICS = os.environ.get("FLOOR_TOPICS", "floor.")
MONGO = os.environ.get("MOTCUA_MONGO_URL", "") + "&w=majority&journal=true"
KAFKA = os.environ.get("MOTCUA_KAFKA", "")
PEOPLE, DOSSIERS = TOPICS + "intake.people", TOPICS + "intake.dossiers"
CASES, MESSAGES = TOPICS + "processing.cases", TOPICS + "notify.messages"
HEARS = {
    "intake": (CASES, MESSAGES),
    "postal": (PEOPLE, DOSSIERS, CASES),
    "processing": (DOSSIERS,),
    "notify": (PEOPLE, DOSSIERS, CASES),
}
COLLECTIONS = {
    "intake": ("dossiers", "progress"),
    "postal": ("addressees",),
    "processing": ("cases",),
    "notify": ("contacts", "messages"),
}
SAYS = {"intake": ("dossiers",), "processing": ("cases",), "notify": ("messages",)}
"""The collections whose documents have events."""
INDEXES: dict[str, list[IndexModel]] = {
    "dossiers": [
        IndexModel([("series", 1), ("number", -1)], unique=True, partialFilterExpression={"number": {"$exists": True}}),
        IndexModel("state.code"),
        IndexModel("state.tracking"),
        IndexModel([("state.filing.receiving_office", 1), ("state.submitted_at", -1)]),
    ],
    "cases": [IndexModel([("state.competent_office", 1), ("state.outcome", 1), ("state.due_at", 1)])],
    "messages": [
        IndexModel("state.not_before", partialFilterExpression={"state.state": "queued"}),
        IndexModel([("state.dossier", 1), ("state.queued_at", 1)]),
        IndexModel("state.queued_at", partialFilterExpression={"state.state": "call"}),
    ],
}
"""The same questions must be answerable as in the product."""
encode = msgspec.json.Encoder().encode


class Paper(msgspec.Struct):
    code: str
    originals: int = 0
    copies: int = 0
    electronic: int = 0
    scans: tuple[str, ...] = ()


class Applicant(msgspec.Struct):
    name: str
    number: str = ""
    kind: str = "person"
    phone: str = ""
    email: str = ""
    address: str = ""
    language: str = "vi"


class Filing(msgspec.Struct):
    procedure: str
    applicant: Applicant
    case: str = ""
    papers: tuple[Paper, ...] = ()
    channel: str = "direct"
    home_by: str = "counter"
    receiving_office: str = ""
    competent_office: str = ""
    consent: bool = False


class Event(msgspec.Struct):
    """Its `id` is the same each time it is said; `about` is the dossier: the partition's key."""

    id: str
    type: str
    about: str
    at: datetime
    data: Document


Said = tuple[str, str, bytes]
"""Topic, key and value of an event that is to be published."""
read_filing = msgspec.json.Decoder(Filing).decode
read_event = msgspec.json.Decoder(Event).decode


class Tokens:
    """A token's signature is checked once; afterwards it is looked up."""

    def __init__(self) -> None:
        self._keys = jwt.PyJWKClient(os.environ["MOTCUA_JWKS_URL"])
        self._known: dict[str, Document] = {}

    def clerk(self, header: str) -> Document:
        known = self._known.get(header)
        if known is None or known["exp"] < time.time():
            token = header.removeprefix("Bearer ")
            key = self._keys.get_signing_key_from_jwt(token)
            known = jwt.decode(
                token,
                key,
                algorithms=["ES256"],
                audience=os.environ["MOTCUA_AUDIENCE"],
                issuer=os.environ["MOTCUA_ISSUER"],
            )
            self._known[header] = known
        return known


def said(topic: str, event: Event) -> Said:
    return topic, event.about, encode(event)


def series_of(office: str, at: datetime) -> str:
    return f"{office}-{at:%y%m%d}"


def dossier(id: str, filing: Filing, clerk: Document, at: datetime) -> Document:
    """The state of an accepted dossier, but for its number."""
    office = clerk["office"]
    filing.receiving_office, filing.competent_office = office, office.rpartition(".")[0]
    fact = {"at": at, "by": clerk["sub"], "office": office, "detail": ""}
    return {
        "id": id,
        "tracking": secrets.token_hex(6),
        "filing": msgspec.to_builtins(filing),
        "version": 2,
        "terms": {"unit": "working-days", "amount": 3, "supplement": "pause", "steps": ["verify", "sign", "issue"]},
        "state": "accepted",
        "submitted_at": at,
        "assisted_by": clerk["sub"],
        "received_at": at,
        "due_at": at + timedelta(days=5),
        "history": [{**fact, "what": "submitted"}, {**fact, "what": "accepted"}],
    }


def slip(state: Document) -> bytes:
    filing = state["filing"]
    names = ("id", "code", "tracking", "received_at", "due_at")
    offices = {name: filing[name] for name in ("procedure", "receiving_office", "competent_office", "home_by")}
    return encode({name: state[name] for name in names} | offices)


def filed(state: Document) -> list[Said]:
    """What intake says: contact recorded, dossier submitted, dossier accepted."""
    filing, id, at = state["filing"], state["id"], state["submitted_at"]
    offices = {name: filing[name] for name in ("procedure", "channel", "receiving_office", "competent_office")}
    submitted = {**offices, "papers": filing["papers"], "version": 2, "assisted": True}
    accepted = {**offices, "code": state["code"], "terms": state["terms"], "due_at": state["due_at"], "version": 2}
    accepted |= {"home_by": filing["home_by"], "papers_on_paper": 0}
    return [
        said(PEOPLE, Event(f"{id}/people/1", "contact-recorded", id, at, filing["applicant"])),
        said(DOSSIERS, Event(f"{id}/1", "dossier-submitted", id, at, submitted)),
        said(DOSSIERS, Event(f"{id}/2", "dossier-accepted", id, at, accepted)),
    ]


def case(accepted: Event) -> tuple[Document, Said]:
    state: Document = {"id": accepted.about, **accepted.data, "opened_at": accepted.at, "outcome": None, "done": []}
    told: Document = {name: state[name] for name in ("code", "procedure", "version", "competent_office", "due_at")}
    opened = Event(f"{accepted.about}/case/1", "case-opened", accepted.about, accepted.at, told)
    opened.data["steps"] = state["terms"]["steps"]
    return {"_id": accepted.about, "version": 1, "state": state}, said(CASES, opened)


def message(told: Event) -> tuple[Document, Said]:
    id = hashlib.blake2b(told.id.encode(), digest_size=16).hexdigest()
    template = told.type.rpartition("-")[2]
    facts = [told.data["code"], told.data["competent_office"], told.data["due_at"]]
    state = {
        "id": id,
        "dossier": told.about,
        "about": told.id,
        "template": template,
        "facts": facts,
        "queued_at": told.at,
        "not_before": told.at,
        "state": "queued",
        "attempts": 0,
    }
    queued = Event(f"{id}/1", "message-queued", told.about, told.at, {"message": id, "template": template})
    return {"_id": id, "version": 1, "state": state}, said(MESSAGES, queued)


def contact(recorded: Event) -> Document:
    return {"_id": recorded.about, "version": 1, "state": recorded.data, "applied": [recorded.id]}


def progress(opened: Event) -> Document:
    entry = {"at": opened.at, "what": opened.type, "detail": opened.data["due_at"]}
    state = {"id": opened.about, "state": 4, "due_at": opened.data["due_at"], "entries": [entry]}
    return {"_id": opened.about, "version": 1, "state": state, "applied": [opened.id]}


def consequences(event: Event) -> tuple[str, Document, Said | None] | None:
    """What this service writes because of an event: the collection, the document, what is said of it."""
    match SERVICE, event.type:
        case ("postal", "contact-recorded"):
            return "addressees", contact(event), None
        case ("notify", "contact-recorded"):
            return "contacts", contact(event), None
        case ("processing", "dossier-accepted"):
            return "cases", *case(event)
        case ("notify", "dossier-accepted" | "case-opened"):
            return "messages", *message(event)
        case ("intake", "case-opened"):
            return "progress", progress(event), None
        case _:
            return None


async def prepare(database: AsyncDatabase[Document]) -> None:
    for name in COLLECTIONS[SERVICE]:
        pending = IndexModel("pending_since", partialFilterExpression={"pending_since": {"$exists": True}})
        await database[name].create_indexes([pending, *INDEXES.get(name, [])])


def now() -> datetime:
    return datetime.now(UTC)
