"""Form 04: the apology for a late result, with the new date (NĐ 61/2018 art. 19.9: a day before at least, once only).

TT 01/2018 calls it *Phiếu xin lỗi và hẹn lại ngày trả kết quả*; in TT 03/2025 it asks for the extension too.
"""

from dataclasses import dataclass
from datetime import timedelta

from services.intake.domain.facts import NotAccepted
from services.intake.forms.frame import TT_01_2018, TT_03_2025, Form, Given, WordsMissing, moment
from shared.errors import Conflict, Refusal

__all__ = ["APOLOGY", "NotLater", "TooLateToApologise", "apology"]


BEFORE = timedelta(days=1)


class TooLateToApologise(Conflict):
    """It is sent at least a day before the date that cannot be kept (NĐ 61/2018 art. 19.9)."""


class NotLater(Refusal):
    """An apology moves the date back, never forward."""


@dataclass(frozen=True, slots=True)
class ApologyForm:
    to: str
    address: str
    receiving: str
    competent: str
    procedure: str
    received: str
    reason: str
    old_due: str
    new_due: str
    contact: str


def apology(given: Given) -> ApologyForm:
    """Raises `NotAccepted`, `WordsMissing`, `NotLater`, `TooLateToApologise`."""
    dossier, words = given.dossier, given.words
    old_due = words.old_due or given.due_at
    if not dossier.received_at or not old_due:
        raise NotAccepted("It was never accepted: there is no date that could be late.")
    if not words.reason or not words.new_due:
        raise WordsMissing(
            "Give the reason and the new date: both are printed on the form.",
            about="new_due" if words.reason else "reason",
        )
    if words.new_due <= old_due:
        raise NotLater(f"The date on record is {moment(old_due)}: give a later one.", about="new_due")
    if given.worded_at and given.worded_at > old_due - BEFORE:
        raise TooLateToApologise(
            f"It had to be printed a day before {moment(old_due)}: the date on record stands, and the result is late."
        )
    holder = dossier.filing.holder
    return ApologyForm(
        to=holder.name,
        address=holder.address,
        receiving=given.office(given.issuer(dossier.received_at)),
        competent=given.office(dossier.filing.competent_office),
        procedure=given.procedure.name,
        received=moment(dossier.received_at),
        reason=words.reason,
        old_due=moment(old_due),
        new_due=moment(words.new_due),
        contact=words.contact,
    )


APOLOGY = Form(
    "apology.typ",
    {
        TT_01_2018: ("04", "Phiếu xin lỗi và hẹn lại ngày trả kết quả"),
        TT_03_2025: ("04", "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết"),
    },
    apology,
    dated=lambda _: None,
)
