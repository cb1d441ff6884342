"""*Giấy xác nhận đã nộp hồ sơ*: the number of a filing on paper from its first second (D3: paper for certainty).

No form of the circulars: the slip is, and comes with acceptance. It says so, and until when the office answers.
"""

from dataclasses import dataclass

from services.intake.forms.frame import TT_01_2018, TT_03_2025, Form, Given, Owner, moment
from services.intake.forms.slip import PrintedPaper, papers_of

__all__ = ["FILED", "filed"]

TITLE = "Giấy xác nhận đã nộp hồ sơ"


@dataclass(frozen=True, slots=True)
class FiledForm:
    owner: Owner
    papers: tuple[PrintedPaper, ...]
    submitted: str
    office: str
    answered: str
    """Until when, where there is a time for it."""


def filed(given: Given) -> FiledForm:
    """Of every dossier, whatever became of it."""
    dossier = given.dossier
    return FiledForm(
        owner=Owner.of(given),
        papers=papers_of(given),
        submitted=moment(dossier.submitted_at),
        office=given.office(dossier.filing.receiving_office),
        answered=moment(dossier.respond_by) if dossier.respond_by else "",
    )


FILED = Form(
    "filed.typ",
    {TT_01_2018: ("", TITLE), TT_03_2025: ("", TITLE)},
    filed,
    dated=lambda given: given.dossier.submitted_at,
)
