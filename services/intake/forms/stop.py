"""Form 05 of TT 03/2025: *Thông báo dừng giải quyết hồ sơ*. TT 01/2018 has no such form."""

from dataclasses import dataclass
from datetime import datetime

from services.intake.domain.progress import national_state
from services.intake.forms.frame import TT_03_2025, Form, Given, NotOnRecord, Owner, WordsMissing

__all__ = ["STOP", "stop"]

STOPPED = 8
"""National code."""


@dataclass(frozen=True, slots=True)
class StopForm:
    owner: Owner
    office: str
    reason: str
    ground: str
    contact: str


def stop(given: Given) -> StopForm:
    """Raises `NotOnRecord` where it goes on, `WordsMissing` where the reason is not given."""
    if national_state(given.dossier, given.progress) != STOPPED:
        raise NotOnRecord("The dossier is not stopped: stop it first, then print the notice.")
    wish = given.dossier.wish
    reason = given.words.reason or (wish.words if wish else "")
    if not reason:
        raise WordsMissing("Say why it is stopped, in words: it is printed on the notice.", about="reason")
    stopped = _stopped_at(given) or given.worded_at or given.received
    return StopForm(
        owner=Owner.of(given),
        office=given.office(given.dossier.filing.competent_office),
        reason=reason,
        ground=given.words.ground,
        contact=given.words.contact or given.office(given.issuer(stopped)),
    )


def _stopped_at(given: Given) -> datetime | None:
    ends = {"stopped", "withdrawal-asked"}
    return max((it.at for it in given.dossier.history if it.what in ends), default=None)


STOP = Form(
    "stop.typ",
    {TT_03_2025: ("05", "Thông báo dừng giải quyết hồ sơ")},
    stop,
    dated=_stopped_at,
)
