"""A filing that the catalogue takes today."""

from datetime import UTC, datetime
from typing import Any

from services.intake.app import catalogue
from shared.calendar import VIETNAM

COUNTER, COMMUNE = "H36.202.02", "H36.202"
CATALOGUE = catalogue()
TODAY = datetime.now(UTC).astimezone(VIETNAM).date()
PROCEDURE = next(
    it
    for it in CATALOGUE.in_force(TODAY)
    if CATALOGUE.deciding(it, COUNTER, TODAY) == COMMUNE and any(paper.required for paper in it.papers) and it.steps
)


def ticked() -> list[dict[str, Any]]:
    """Everything on the checklist, as paper."""
    return [{"code": it.code, "originals": it.originals, "copies": it.copies} for it in PROCEDURE.papers if it.required]


def filing(**more: Any) -> dict[str, Any]:
    return {
        "procedure": PROCEDURE.code,
        "applicant": {"name": "Ka Thơm", "email": "ka-thom@example.com", "address": "Thôn 1, Đinh Văn"},
        "papers": ticked(),
        "consent": True,
    } | more
