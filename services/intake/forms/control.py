"""*Phiếu kiểm soát quá trình giải quyết hồ sơ* (05 of TT 01/2018, 06 of TT 03/2025): each hop, made from the facts.

Nobody fills it in, so nobody can fill it in backwards: times are the server's, results follow from them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.intake.domain.facts import NotAccepted
from services.intake.domain.procedure import Procedure
from services.intake.domain.progress import Entry, timeline
from services.intake.forms.frame import TT_01_2018, TT_03_2025, Form, Given, moment
from shared.calendar import local_day

__all__ = ["CONTROL", "Hop", "control"]

TITLE = "Phiếu kiểm soát quá trình giải quyết hồ sơ"
APPLICANT = "Người nộp hồ sơ"
ROLES = {
    "one-stop-officer": "Công chức một cửa",
    "specialist": "Chuyên viên",
    "leader": "Lãnh đạo",
    "registry-clerk": "Văn thư",
}
STOPS = {"dossier-supplement-asked", "supplement-requested"}
NOTES: Mapping[str, str] = {
    "dossier-accepted": "Tiếp nhận hồ sơ",
    "case-opened": "Chuyển hồ sơ giải quyết",
    "case-decided": "Đã có kết quả",
    "dossier-handed-over": "Trả kết quả",
    "dossier-stopped": "Dừng giải quyết",
    "dossier-supplement-asked": "Yêu cầu bổ sung",
    "supplement-requested": "Yêu cầu bổ sung, tạm dừng thời hạn",
    "dossier-supplemented": "Nhận bổ sung",
    "clock-resumed": "Giải quyết tiếp, tính tiếp thời hạn",
}
"""What makes a hop or stops the clock; the rest of a dossier's history is not on this sheet."""
TIMED = {"step-completed", "case-decided"}
"""Hops that are early, on time or late."""
BEFORE, ON_TIME, LATE = "Trước hạn", "Đúng hạn", "Quá hạn"


@dataclass(frozen=True, slots=True)
class Hop:
    office: str
    giver: str
    receiver: str
    at: str
    result: str
    note: str


@dataclass(frozen=True, slots=True)
class ControlForm:
    receiving: str
    competent: str
    procedure: str
    due: str
    hops: tuple[Hop, ...]


def control(given: Given) -> ControlForm:
    """Raises `NotAccepted` before there is a hop."""
    dossier, due_at = given.dossier, given.due_at
    if not dossier.received_at or not due_at:
        raise NotAccepted("The sheet begins with the acceptance: accept the dossier first.")
    return ControlForm(
        receiving=given.office(given.issuer(dossier.received_at)),
        competent=given.office(dossier.filing.competent_office),
        procedure=given.procedure.name,
        due=moment(due_at),
        hops=tuple(_hops(given, due_at)),
    )


CONTROL = Form(
    "control.typ",
    {TT_01_2018: ("05", TITLE), TT_03_2025: ("06", TITLE)},
    control,
    dated=lambda given: given.dossier.received_at,
)


def _hops(given: Given, due_at: datetime) -> Iterable[Hop]:
    since: datetime | None = None
    """When the step that now ends began; None: not known, or the clock stood still in between."""
    for it in timeline(given.dossier, given.progress):
        if it.what not in NOTES and it.what != "step-completed":
            continue
        giver, receiver = _hands(given, it)
        result = _result(given, it, since, due_at) if it.what in TIMED else ""
        note = NOTES.get(it.what) or f"Xong bước: {_step(given.procedure, it.detail)}"
        yield Hop(given.office(it.office), giver, receiver, moment(it.at), result, note)
        since = None if it.what in STOPS else it.at


def _hands(given: Given, it: Entry) -> tuple[str, str]:
    """Who gives the dossier to whom."""
    filing = given.dossier.filing
    receiving = given.office(given.issuer(given.received))
    competent = given.office(filing.competent_office)
    match it.what:
        case "dossier-accepted" | "dossier-supplemented":
            return APPLICANT, receiving
        case "case-opened":
            return receiving, competent
        case "clock-resumed":  # by the counter that took the last paper, or by who decides and waits no longer
            return given.office(it.office) if it.office else receiving, competent
        case "dossier-handed-over" | "dossier-supplement-asked":
            return receiving, APPLICANT
        case "step-completed":
            return _of_step(given.procedure, it.detail, receiving)
        case _:
            return competent, receiving


def _of_step(procedure: Procedure, code: str, receiving: str) -> tuple[str, str]:
    roles = [(step.code, ROLES[step.by]) for step in procedure.steps]
    place = next((n for n, (step, _) in enumerate(roles) if step == code), None)
    if place is None:
        return "", ""
    return roles[place][1], roles[place + 1][1] if place + 1 < len(roles) else receiving


def _result(given: Given, it: Entry, since: datetime | None, due_at: datetime) -> str:
    """Against the step's own time where it has one and ran without a stop, else against the date promised."""
    term = next((step.term for step in given.procedure.steps if step.code == it.detail), None)
    if term and since and given.working:
        due_at = given.working.due(since, term)
    if it.what == "case-decided" and given.progress and given.progress.is_late:
        return LATE
    if it.at > due_at:
        return LATE
    is_same_day = local_day(it.at) == local_day(due_at)
    return ON_TIME if is_same_day else BEFORE


def _step(procedure: Procedure, code: str) -> str:
    return next((step.name for step in procedure.steps if step.code == code), code)
