"""Form 03: *Phiếu từ chối tiếp nhận giải quyết hồ sơ*, with the reason and its legal ground.

At the counter the dossier holds the reason; a negative decision is told on the same form (NĐ 61/2018 art. 19.8), and
then an official words it.
"""

from dataclasses import dataclass
from datetime import datetime

from services.intake.forms.frame import TT_01_2018, TT_03_2025, Form, Given, NotOnRecord, Owner, WordsMissing

__all__ = ["REFUSAL", "GroundMissing", "refusal"]

TITLE = "Phiếu từ chối tiếp nhận giải quyết hồ sơ"


class GroundMissing(WordsMissing):
    """A refusal cites the law that it rests on."""


@dataclass(frozen=True, slots=True)
class RefusalForm:
    owner: Owner
    office: str
    reason: str
    ground: str
    contact: str


def refusal(given: Given) -> RefusalForm:
    """Raises `NotOnRecord` where nobody refused it, `WordsMissing`, `GroundMissing` where one is not given."""
    _, who, reason = _refused(given)
    if not (reason or given.words.reason):
        raise WordsMissing("Say why, in words: it is printed on the form.", about="reason")
    if not given.words.ground:
        raise GroundMissing("Say on which legal ground: it is printed on the form.", about="ground")
    return RefusalForm(
        owner=Owner.of(given),
        office=given.office(who),
        reason=reason or given.words.reason,
        ground=given.words.ground,
        contact=given.words.contact,
    )


REFUSAL = Form(
    "refusal.typ",
    {TT_01_2018: ("03", TITLE), TT_03_2025: ("03", TITLE)},
    refusal,
    dated=lambda given: _refused(given)[0],
)


def _refused(given: Given) -> tuple[datetime, str, str]:
    """When, by which office, and why where the dossier says it."""
    refused, why = next((it for it in given.dossier.history if it.what == "refused"), None), given.dossier.refusal
    if refused:
        return refused.at, refused.office, why.words if why else refused.detail
    for entry in given.progress.entries if given.progress else ():
        if entry.what == "case-decided" and entry.detail == "negative":
            return entry.at, entry.office, entry.reason_vi
    raise NotOnRecord("It was not refused: refuse it with the reason first, then print the form.")
