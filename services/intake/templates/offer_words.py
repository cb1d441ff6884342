"""What the catalogue means in words: terms, papers, fees, channels, and the fields that an edit changes.

The words are Vietnamese; their English is in `catalogue.en.po` beside this file.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from services.intake.domain.catalogue import Fee, Paper, Power, Procedure
from services.intake.domain.finding import LIFE_EVENTS
from services.intake.domain.procedure import ORDINARY
from services.intake.domain.sheet_words import HEADERS
from services.intake.templates.money import amount
from shared.calendar import Term
from shared.contracts.intake import Terms
from shared.web.languages import N_, Language

__all__ = ["CHANNELS", "EVENTS", "POWERS", "WHATS", "WORDS", "fee", "field", "pieces", "state", "term", "value", "word"]

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
POWERS: Mapping[Power, str] = {"P": N_("ở cấp tỉnh"), "D": N_("ở cấp huyện"), "C": N_("ở cấp xã")}
WHATS: Mapping[str, str] = {
    "added": N_("Thêm mới"),
    "changed": N_("Sửa đổi"),
    "withdrawn": N_("Thu hồi"),
    "closed": N_("Kết thúc"),
}
_TERMS: Mapping[str, tuple[str, str]] = {
    "working-days": (N_("%(count)s ngày làm việc"), N_("%(count)s ngày làm việc (nhiều)")),
    "calendar-days": (N_("%(count)s ngày, kể cả ngày nghỉ"), N_("%(count)s ngày, kể cả ngày nghỉ (nhiều)")),
    "hours": (N_("%(count)s giờ làm việc"), N_("%(count)s giờ làm việc (nhiều)")),
    "half-days": (N_("%(count)s buổi làm việc"), N_("%(count)s buổi làm việc (nhiều)")),
}
SAME_DAY = N_("Trong ngày; hồ sơ nhận sau 15 giờ thì ngày làm việc tiếp theo")
ORIGINALS, COPIES, CERTIFIED = N_("%(count)s bản chính"), N_("%(count)s bản sao"), N_("%(count)s bản sao chứng thực")
OR_FILE = N_("%(pieces)s; nộp trực tuyến thì gửi ảnh chụp hoặc bản quét")
FILE = N_("ảnh chụp hoặc tệp điện tử")
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
WORDS: Mapping[str, Mapping[str, str]] = {
    "channels": {code: name for code, (name, _) in CHANNELS.items()},
    "unit": {
        "working-days": N_("ngày làm việc"),
        "calendar-days": N_("ngày"),
        "hours": N_("giờ làm việc"),
        "half-days": N_("buổi"),
    },
    "supplement": {
        "restart": N_("Đủ giấy tờ thì tính lại thời hạn từ đầu"),
        "pause": N_("Tạm dừng khi chờ, đủ giấy tờ thì tính tiếp"),
    },
    "per": {"dossier": N_("hồ sơ"), "page": N_("trang"), "copy": N_("bản")},
    "competent": {**POWERS},
    "at": {**POWERS},
    "by": {
        "one-stop-officer": N_("cán bộ một cửa"),
        "specialist": N_("chuyên viên"),
        "leader": N_("lãnh đạo"),
        "registry-clerk": N_("văn thư"),
    },
    "kind": {
        "one-stop": N_("Bộ phận một cửa"),
        "post-counter": N_("Quầy tại bưu điện"),
        "competent": N_("Cơ quan giải quyết"),
        "commune": N_("Ủy ban nhân dân cấp xã"),
        "land-office": N_("Văn phòng đăng ký đất đai"),
        "school": N_("Trường học"),
    },
    "level": {"province": N_("Cấp tỉnh"), "district": N_("Cấp huyện"), "commune": N_("Cấp xã")},
    "cases": {ORDINARY: N_("Thông thường")},
    "life_events": EVENTS,
}
"""What the codes in a field mean."""
_OF_TERM = {"amount": N_("Bao nhiêu"), "unit": N_("Đơn vị")}
_MONEY = {"amount", "reduced", "most"}
_PARTS = re.compile(r"\[([^\]]*)\]|([^.\[\]]+)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def term(terms: Terms | Term, language: Language) -> str:
    """How long it takes, in words."""
    if not terms.amount:
        return language.of(SAME_DAY)
    one, many = _TERMS[terms.unit]
    if language.code == "vi":
        return one % {"count": terms.amount}
    return language.counted(one, many, terms.amount) % {"count": terms.amount}


def pieces(paper: Paper, language: Language, *, is_online: bool) -> str:
    """So many originals and copies; and what does instead, where it may be filed online."""
    copies = CERTIFIED if paper.certified else COPIES
    counted = ((paper.originals, ORIGINALS), (paper.copies, copies))
    on_paper = ", ".join(language.of(words) % {"count": count} for count, words in counted if count)
    if not on_paper:
        return language.of(FILE)
    return language.of(OR_FILE) % {"pieces": on_paper} if paper.electronic and is_online else on_paper


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


def field(path: str, parts: Sequence[str], language: Language) -> str:
    """`fees[extract].amount` as `Phí, lệ phí › Trích lục › Mức thu (đồng)`; `parts` are the names of its codes."""
    named, steps = iter(parts), list(_PARTS.finditer(path))
    told = [next(named, it[1]) if it[1] else HEADERS.get(it[2], it[2]) for it in steps]
    if [it[2] for it in steps[-2:-1]] == ["term"]:
        told[-1] = _OF_TERM.get(steps[-1][2], told[-1])
    return " › ".join(language.of(it) for it in told)


def value(path: str, text: str, language: Language) -> str:
    """One side of a change of `path`: days and money as people write them, codes in words."""
    if _DAY.fullmatch(text):
        return f"{date.fromisoformat(text):%d/%m/%Y}"
    name = path.rpartition(".")[2].partition("[")[0]
    is_money = path.startswith("fees[") and name in _MONEY
    if text.isdecimal() and (is_money or name == "largest_scan"):
        return amount(int(text), language)
    if text in _VALUES:
        return language.of(_VALUES[text])
    return ", ".join(word(name, it, language) for it in text.split(", ")) if name in WORDS else text


def word(name: str, code: str, language: Language) -> str:
    """What a code means in a field of that name; the code itself where it has no words."""
    return language.of(WORDS[name].get(code, code))


def state(procedure: Procedure, *, is_in_force: bool, is_coming: bool) -> str:
    """How a version stands today, in Vietnamese."""
    if is_in_force:
        return STATES["in-force"]
    if procedure.withdrawn_from:
        return STATES["withdrawn"]
    return STATES["coming" if is_coming else "ended"]
