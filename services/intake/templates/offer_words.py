"""What the catalogue means in words: terms, papers, fees, channels, and the fields that an edit changes.

The words are Vietnamese; their English is in `catalogue.en.po` beside this file.
"""

import re
from collections.abc import Mapping
from datetime import date

from services.intake.domain.catalogue import Fee, Paper, Procedure
from services.intake.domain.finding import LIFE_EVENTS
from services.intake.domain.sheet_words import HEADERS
from services.intake.templates.money import amount
from shared.calendar import Term
from shared.contracts.intake import Terms
from shared.web.languages import N_, Language

__all__ = ["CHANNELS", "EVENTS", "WHATS", "fee", "field", "pieces", "state", "term", "value"]

EVENTS: Mapping[str, str] = {**LIFE_EVENTS}
CHANNELS: Mapping[str, tuple[str, str]] = {
    "direct": (
        N_("Tại quầy"),
        N_("Mang giấy tờ đến quầy. Không cần máy tính hay điện thoại: người ở quầy nhập giúp bạn."),
    ),
    "online": (N_("Trực tuyến"), N_("Điền trên điện thoại hoặc máy tính và gửi ảnh chụp giấy tờ.")),
    "post": (
        N_("Qua bưu điện"),
        N_("Bưu tá đến nhà lấy giấy tờ. Hồ sơ tính là đã nộp khi cơ quan ký nhận từ bưu điện."),
    ),
}
WHATS: Mapping[str, str] = {
    "added": N_("Thêm mới"),
    "changed": N_("Sửa đổi"),
    "withdrawn": N_("Thu hồi"),
    "closed": N_("Kết thúc"),
}
_TERMS: Mapping[str, tuple[str, str]] = {
    "working-days": (N_("%(count)s ngày làm việc"), N_("%(count)s ngày làm việc (nhiều)")),
    "calendar-days": (N_("%(count)s ngày"), N_("%(count)s ngày (nhiều)")),
    "hours": (N_("%(count)s giờ làm việc"), N_("%(count)s giờ làm việc (nhiều)")),
    "half-days": (N_("%(count)s buổi làm việc"), N_("%(count)s buổi làm việc (nhiều)")),
}
SAME_DAY = N_("Trong ngày; hồ sơ nhận sau 15 giờ thì ngày làm việc tiếp theo")
ORIGINALS, COPIES, CERTIFIED = N_("%(count)s bản chính"), N_("%(count)s bản sao"), N_("%(count)s bản sao chứng thực")
OR_FILE, FILE = N_("%(pieces)s, hoặc ảnh chụp"), N_("ảnh chụp hoặc tệp điện tử")
UNKNOWN_FEE = N_("do Hội đồng nhân dân tỉnh quy định; hỏi tại quầy")
_PER: Mapping[str, str] = {
    "dossier": N_("%(amount)s một hồ sơ"),
    "page": N_("%(amount)s một trang"),
    "copy": N_("%(amount)s một bản"),
}
_REDUCED = N_("từ thứ %(from)s: %(amount)s")
_MOST = N_("nhiều nhất %(amount)s")
_VALUES = {"true": N_("có"), "false": N_("không"), "": N_("(trống)")}
STATES: Mapping[str, str] = {
    "in-force": N_("Đang có hiệu lực"),
    "coming": N_("Sắp có hiệu lực"),
    "ended": N_("Đã hết hiệu lực"),
    "withdrawn": N_("Đã thu hồi"),
}
_PARTS = re.compile(r"[.\[\]]+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def term(terms: Terms | Term, language: Language) -> str:
    """How long it takes, in words."""
    if not terms.amount:
        return language.of(SAME_DAY)
    one, many = _TERMS[terms.unit]
    if language.code == "vi":
        return one % {"count": terms.amount}
    return language.counted(one, many, terms.amount) % {"count": terms.amount}


def pieces(paper: Paper, language: Language) -> str:
    """So many originals, copies and files: `1 bản chính, hoặc ảnh chụp`."""
    copies = CERTIFIED if paper.certified else COPIES
    counted = ((paper.originals, ORIGINALS), (paper.copies, copies))
    on_paper = ", ".join(language.of(words) % {"count": count} for count, words in counted if count)
    if not on_paper:
        return language.of(FILE)
    return language.of(OR_FILE) % {"pieces": on_paper} if paper.electronic else on_paper


def fee(line: Fee, language: Language) -> str:
    """What a fee comes to, in words."""
    if line.amount is None:
        return language.of(UNKNOWN_FEE)
    told = [language.of(_PER[line.per]) % {"amount": _dong(line.amount, language)}]
    if line.reduced_from:
        told.append(language.of(_REDUCED) % {"from": line.reduced_from, "amount": _dong(line.reduced, language)})
    if line.most is not None:
        told.append(language.of(_MOST) % {"amount": _dong(line.most, language)})
    return "; ".join(told)


def _dong(dong: int, language: Language) -> str:
    return f"{amount(dong, language)} đ"


def field(path: str, language: Language) -> str:
    """`fees[extract].amount` as `Phí, lệ phí › extract › Mức thu (đồng)`."""
    parts = [part for part in _PARTS.split(path) if part]
    return " › ".join(language.of(HEADERS[part]) if part in HEADERS else part for part in parts)


def value(text: str, language: Language) -> str:
    """One side of a change: days as people write them."""
    if _DAY.fullmatch(text):
        return f"{date.fromisoformat(text):%d/%m/%Y}"
    return language.of(_VALUES.get(text, text))


def state(procedure: Procedure, *, is_in_force: bool, is_coming: bool) -> str:
    """How a version stands today, in Vietnamese."""
    if is_in_force:
        return STATES["in-force"]
    if procedure.withdrawn_from:
        return STATES["withdrawn"]
    return STATES["coming" if is_coming else "ended"]
