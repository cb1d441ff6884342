"""Form 02: *Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ*: everything that is missing, at once (NĐ 61/2018 art. 15.3)."""

from dataclasses import dataclass
from datetime import datetime

from services.intake.domain.facts import Asked
from services.intake.forms.frame import TT_01_2018, TT_03_2025, Form, Given, NotOnRecord, Owner

__all__ = ["SUPPLEMENT", "Missing", "supplement"]

TITLE = "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ"
_PERSON = {
    "name": "Họ và tên",
    "number": "Số căn cước hoặc mã số thuế",
    "phone": "Số điện thoại",
    "email": "Thư điện tử",
    "address": "Địa chỉ",
}
FIELDS = {it: f"{name} của người nộp" for it, name in _PERSON.items()} | {
    f"owner.{it}": f"{name} của chủ hồ sơ" for it, name in _PERSON.items()
}
REASONS = {
    "missing": "chưa có",
    "unreadable": "không đọc được",
    "expired": "đã hết hạn",
    "wrong": "chưa đúng",
    "not-certified": "chưa được chứng thực",
    "not-signed": "chưa ký",
}
"""Codes of reasons in words; for any other the official's own words stand alone."""


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing to bring or to correct, and why where a reason was given for it alone."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class SupplementForm:
    owner: Owner
    missing: tuple[Missing, ...]
    reason: str
    contact: str


def supplement(given: Given) -> SupplementForm:
    """Raises `NotOnRecord` where nothing was asked for."""
    at, missing = _asked(given)
    return SupplementForm(
        owner=Owner.of(given),
        missing=missing,
        reason=given.words.reason,
        contact=given.words.contact or given.office(given.issuer(at)),
    )


SUPPLEMENT = Form(
    "supplement.typ",
    {TT_01_2018: ("02", TITLE), TT_03_2025: ("02", TITLE)},
    supplement,
    dated=lambda given: _asked(given)[0],
)


def _asked(given: Given) -> tuple[datetime, tuple[Missing, ...]]:
    """When it was asked for last, and what: by the counter, each with its reason, or by who decides."""
    names = {paper.code: paper.name for paper in given.procedure.papers} | FIELDS
    others = given.progress.entries if given.progress else ()
    for entry in reversed(others):
        if entry.what == "supplement-requested":
            return entry.at, tuple(Missing(names.get(it, it), "") for it in entry.detail.split(", "))
    for fact in given.dossier.history:
        if fact.what == "supplement-asked":
            return fact.at, tuple(Missing(names.get(it.code, it.code), _why(it)) for it in given.dossier.asked)
    raise NotOnRecord("Nothing was asked for: ask for the papers first, then print what is missing.")


def _why(it: Asked) -> str:
    return ": ".join(word for word in (REASONS.get(it.reason, ""), it.words) if word)
