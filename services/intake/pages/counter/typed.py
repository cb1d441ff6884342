"""What stands in the forms of a dossier's page, as the values that the API takes."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, cast, get_args
from uuid import UUID

from services.intake.domain.card import Card
from services.intake.domain.facts import Asked
from services.intake.domain.filing import Shown
from services.intake.domain.handing import Receiver
from services.intake.forms import FormName
from shared.calendar import VIETNAM
from shared.contracts.intake import HomeBy, PaperTicked
from shared.door import WrongField
from shared.errors import Refusal

__all__ = [
    "Fields",
    "NoAmount",
    "asked_for",
    "brought_in",
    "dong",
    "form_name",
    "home_by",
    "key",
    "moment",
    "put_right",
    "receiver",
]

Fields = Mapping[str, str]
MOST_PIECES = 99
MOST_DIGITS = 13
"""As many as the largest amount has that can be due."""
AMOUNT = re.compile(r"[0-9]{1,3}(?:([.,\s])[0-9]{3}(?:\1[0-9]{3})*)?|[0-9]+")
"""Thousands in groups, or no groups at all: 15.5 is neither."""


class NoAmount(Refusal):
    """What was typed is no amount of money in whole đồng."""


def asked_for(fields: Fields) -> Iterator[Asked]:
    """Each paper and field that has a reason."""
    for name, reason in fields.items():
        about, _, code = name.partition("-")
        if about == "paper":
            yield Asked("paper", code, reason, fields.get(f"words-{name}", ""))
        elif about == "field":
            yield Asked("field", code, reason, fields.get(f"words-{name}", ""))


def brought_in(fields: Fields) -> Iterator[PaperTicked]:
    """Each paper of which a piece or a scan is there. The codes are those of the fields' names."""
    kinds = ("originals", "copies", "electronic", "scan")
    codes = dict.fromkeys(code for name in fields for kind, _, code in [name.partition("-")] if kind in kinds)
    for code in codes:
        originals, copies, electronic = (_pieces(fields, f"{kind}-{code}") for kind in kinds[:3])
        scans = tuple(fields.get(f"scan-{code}", "").split())
        if originals or copies or electronic or scans:
            yield PaperTicked(code, originals, copies, electronic, scans)


def put_right(fields: Fields) -> dict[str, str]:
    """Only what was changed on the form; a field that was emptied is not sent by a browser's form reader."""
    then = {name.removeprefix("was-"): "" for name in fields if name.startswith("was-")}
    then |= {name.removeprefix("now-"): text for name, text in fields.items() if name.startswith("now-")}
    return {name: text for name, text in then.items() if text != fields.get(f"was-{name}", "")}


def receiver(fields: Fields) -> Receiver:
    """Who stands there: by the card's QR, or by what was typed. Raises `UnreadableCard`."""
    raw, shown = fields.get("number", ""), fields.get("shown", "")
    number = Card.of(raw).number if "|" in raw else raw
    return Receiver(
        number,
        cast("Shown", _one_of(Shown, shown, "shown")),
        slip=bool(fields.get("slip")),
        authorised=fields.get("authorised", ""),
        signature="register" if fields.get("register") else fields.get("scan-signature", ""),
    )


def old_number(fields: Fields) -> str:
    """The number that their card replaced; empty where it was typed, or the card tells none."""
    raw = fields.get("number", "")
    return Card.of(raw).old_number if "|" in raw else ""


def home_by(fields: Fields) -> HomeBy:
    return cast("HomeBy", _one_of(HomeBy, fields.get("home_by", ""), "home_by"))


def form_name(fields: Fields) -> FormName:
    return cast("FormName", _one_of(FormName, fields.get("form", ""), "form"))


def dong(fields: Fields) -> int:
    """Whole đồng, as people write them: `15000`, `15.000`, `15,000` and `15 000` are the same. Raises `NoAmount`."""
    text = fields.get("dong", "")
    digits = re.sub(r"[.,\s]", "", text)
    if not AMOUNT.fullmatch(text) or len(digits) > MOST_DIGITS:
        raise NoAmount("Give the amount in whole đồng, in digits: 15000 or 15.000.", about="dong")
    return int(digits)


def key(fields: Fields) -> UUID:
    """The form's own, by which the same form sent twice is done once. Raises `WrongField`."""
    try:
        return UUID(fields.get("key", ""))
    except ValueError as wrong:
        raise WrongField("The form brings no key of its own: open the dossier again.", about="key") from wrong


def moment(text: str) -> datetime | None:
    """`2026-11-30T16:30` as a browser writes it, in Việt Nam's time. Raises `WrongField`."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)
    except ValueError as wrong:
        raise WrongField("This is no date with a time: choose one.", about="new_due") from wrong


def _pieces(fields: Fields, name: str) -> int:
    text = fields.get(name, "")
    return min(int(text), MOST_PIECES) if text.isascii() and text.isdecimal() else 0


def _one_of(kind: Any, text: str, about: str) -> str:
    if text not in get_args(kind):
        raise WrongField(f"`{about}` is none of those that may be chosen.", about=about)
    return text
