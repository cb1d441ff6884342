"""What codes mean in words. The words are Vietnamese; their English is in `en.po` beside this file.

A sentence's `%(detail)s` is the entry's detail, with codes and moments in words.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from services.intake.domain.tracking import Happened
from services.intake.templates.money import amount
from services.intake.templates.portal_words import FIELDS
from shared.web.languages import N_, Language

__all__ = [
    "CODES",
    "HOME_BY",
    "NEXT",
    "OVERDUE",
    "OVERDUE_WHEN_ASKED",
    "SENTENCES",
    "STAGES",
    "STATES",
    "coming",
    "once",
    "sentence",
    "stage",
]

STATES: dict[int, str] = {
    1: N_("Mới đăng ký"),
    2: N_("Được tiếp nhận"),
    3: N_("Không được tiếp nhận"),
    4: N_("Đang xử lý"),
    5: N_("Yêu cầu bổ sung giấy tờ"),
    6: N_("Yêu cầu thực hiện nghĩa vụ tài chính"),
    7: N_("Công dân yêu cầu rút hồ sơ"),
    8: N_("Dừng xử lý"),
    9: N_("Đã xử lý xong"),
    10: N_("Đã trả kết quả"),
}
"""The national codes of a dossier's state."""
NEXT: dict[int, str] = {
    1: N_("Cơ quan sẽ kiểm tra giấy tờ rồi cấp mã hồ sơ và ngày hẹn."),
    2: N_("Hồ sơ đang được chuyển đến cơ quan giải quyết."),
    3: N_("Xem lý do ở phần diễn biến, sửa lại rồi nộp hồ sơ mới."),
    4: N_("Bạn không cần làm gì lúc này."),
    5: N_("Hãy mang giấy tờ còn thiếu đến nơi nhận hồ sơ, hoặc gửi qua bưu điện."),
    6: N_("Hãy nộp khoản tiền theo thông báo; xong thì hồ sơ được xử lý tiếp."),
    7: N_("Cơ quan đang xem yêu cầu rút hồ sơ của bạn."),
    8: N_("Hồ sơ đã dừng. Hỏi nơi nhận hồ sơ để nhận lại giấy tờ."),
    9: N_("Kết quả đã có và sẽ được trả theo cách bạn đã chọn."),
    10: N_("Hồ sơ đã hoàn thành."),
}
"""What comes next, for the one who waits."""
OVERDUE = N_(
    "Đã quá ngày hẹn trả kết quả. Cơ quan giải quyết phải xin lỗi và hẹn lại ngày trả; bạn có thể hỏi nơi nhận hồ sơ."
)
OVERDUE_WHEN_ASKED = N_(
    "Khi cơ quan yêu cầu bổ sung thì đã quá ngày hẹn trả kết quả. Thời hạn được tính tiếp từ khi có đủ giấy tờ."
)
YOURS = N_("Hồ sơ đang chờ bạn: xem việc của bạn ở trên.")

STAGES = (N_("Đã nộp"), N_("Đã tiếp nhận"), N_("Đã có kết quả"), N_("Đã trả"))
_STAGE = {1: 1, 2: 2, 4: 2, 5: 2, 6: 2, 7: 2, 9: 3, 10: 4}

HOME_BY = {
    "counter": N_("Nhận tại nơi nộp hồ sơ"),
    "post": N_("Bưu tá mang đến nhà"),
    "electronic": N_("Nhận bản điện tử"),
}

SENTENCES: dict[str, str] = {
    "dossier-submitted": N_("Đã nộp hồ sơ."),
    "dossier-accepted": N_("Hồ sơ được tiếp nhận, mã hồ sơ %(detail)s."),
    "dossier-refused": N_("Hồ sơ không được tiếp nhận. Lý do: %(detail)s"),
    "dossier-supplement-asked": N_("Nơi nhận đề nghị bổ sung: %(detail)s."),
    "dossier-supplemented": N_("Đã nộp thêm: %(detail)s."),
    "dossier-reviewed": N_("Nơi nhận đã xem: đây là hồ sơ khác với hồ sơ bạn nộp trước."),
    "dossier-corrected": N_("Đã sửa: %(detail)s."),
    "dossier-home-chosen": N_("Đã đổi cách nhận kết quả: %(detail)s."),
    "dossier-home-kept": N_("Kết quả đã được gửi đi trước khi đổi cách nhận, nên vẫn đi theo cách cũ: %(detail)s."),
    "dossier-withdrawal-asked": N_("Bạn đã đề nghị rút hồ sơ."),
    "dossier-stopped": N_("Hồ sơ dừng giải quyết."),
    "dossier-rated": N_("Bạn đã đánh giá: %(detail)s trên 5."),
    "fee-paid": N_("Đã nộp %(detail)s đồng."),
    "fee-refund-asked": N_("Đang trả lại %(detail)s đồng qua ngân hàng; ngân hàng chưa báo xong."),
    "fee-refund-refused": N_("Ngân hàng không trả lại được %(detail)s đồng: hãy đến quầy để nhận tiền mặt."),
    "fee-refunded": N_("Đã trả lại %(detail)s đồng."),
    "dossier-handed-over": N_("Đã trả kết quả: %(detail)s."),
    "case-opened": N_("Cơ quan giải quyết đã nhận hồ sơ. Hẹn trả kết quả: %(detail)s."),
    "step-completed": N_("Xong bước: %(detail)s."),
    "supplement-requested": N_("Cơ quan giải quyết yêu cầu bổ sung: %(detail)s. Thời hạn tạm dừng."),
    "clock-resumed": N_("Hồ sơ được giải quyết tiếp, thời hạn được tính tiếp."),
    "deadline-moved": N_("Ngày hẹn đổi thành %(detail)s."),
    "deadline-kept": N_("Ngày hẹn được tính lại và giữ nguyên: %(detail)s."),
    "case-decided": N_("Đã có kết quả: %(detail)s."),
    "case-stopped": N_("Cơ quan giải quyết đã dừng hồ sơ: %(detail)s."),
    "withdrawal-refused": N_("Cơ quan chưa cho rút hồ sơ: %(detail)s. Hồ sơ được giải quyết tiếp."),
    "parcel-ordered": N_("Bưu điện nhận chuyển, số hiệu bưu gửi %(detail)s."),
    "out-for-delivery": N_("Bưu tá đang mang đi phát."),
    "attempt-failed": N_("Bưu tá chưa phát được: %(detail)s."),
    "invitation-left": N_("Bưu tá để lại giấy mời; lần phát tiếp theo từ %(detail)s."),
    "parcel-delivered": N_("Bưu điện đã phát: %(detail)s."),
    "message-sent": N_("Đã gửi tin báo cho bạn qua %(detail)s."),
    "call-task-opened": N_(
        "Tin này được báo qua điện thoại; nếu chưa ai gọi, hãy hỏi tại quầy. Mọi tin đều có ở trang này."
    ),
}
"""Every `what` of a timeline."""
OF_STAFF: Mapping[str, str] = {
    "dossier-reviewed": N_("Đã xem: đây là hồ sơ khác với hồ sơ đã nộp trước."),
    "dossier-withdrawal-asked": N_("Người nộp đã đề nghị rút hồ sơ."),
    "dossier-rated": N_("Người nộp đã đánh giá: %(detail)s trên 5."),
    "fee-refund-refused": N_("Ngân hàng không trả lại được %(detail)s đồng: trả tiền mặt tại quầy."),
    "message-sent": N_("Đã gửi tin báo cho người nộp qua %(detail)s."),
    "call-task-opened": N_("Tin này phải báo qua điện thoại: cần gọi cho người nộp, hoặc báo khi họ đến quầy."),
}
"""The same for officials, where `SENTENCES` speak to the applicant."""
OTHERWISE = N_("Hồ sơ có cập nhật.")

CODES: dict[str, str] = {
    "counter": N_("tại quầy"),
    "post": N_("qua bưu điện"),
    "electronic": N_("bản điện tử"),
    "positive": N_("đồng ý giải quyết"),
    "negative": N_("không đồng ý giải quyết, lý do ghi trong phiếu trả kết quả"),
    "file": N_("giấy tờ đã đến cơ quan giải quyết"),
    "result": N_("kết quả đã đến tay người nhận"),
    "applicants-wish": N_("theo đề nghị của người nộp"),
    "withdrawn": N_("người nộp rút hồ sơ"),
    "no-supplement": N_("quá hạn mà chưa bổ sung giấy tờ"),
    "decided-already": N_("đã có kết quả"),
    "email": N_("thư điện tử"),
    "call": N_("điện thoại"),
    "nobody-there": N_("không có người ở nhà"),
    "wrong-address": N_("địa chỉ chưa đúng"),
    "refused": N_("người nhận từ chối"),
    "moved": N_("người nhận đã chuyển đi"),
}
"""Codes that stand in the detail of an entry."""

Read = Callable[[str, Language], str]


def stage(state: int) -> int:
    """How many of the four stages are behind; 0 where the dossier ended before its result."""
    return _STAGE.get(state, 0)


def coming(state: int, *, is_theirs: bool) -> str:
    """What comes next. `is_theirs`: the page says above what they are to do, and nothing else may contradict it."""
    return YOURS if is_theirs else NEXT[state]


def once(lines: Sequence[Happened]) -> Sequence[Happened]:
    """That a call will come is said with the newest alone: each message that finds no way is a line of its own."""
    newest = next((it for it in lines if it.what == "call-task-opened"), None)
    return [it for it in lines if it.what != "call-task-opened" or it is newest]


def sentence(it: Happened, language: Language, *, of_staff: bool = False) -> str:
    """What happened, in words: for the applicant, or for officials."""
    said = (OF_STAFF.get(it.what) if of_staff else None) or SENTENCES.get(it.what, OTHERWISE)
    words = language.of(said)
    return words % {"detail": _DETAILS.get(it.what, _as_it_is)(it.detail, language)}


def _as_it_is(detail: str, _: Language) -> str:
    return detail.rstrip(".")


def _code(detail: str, language: Language) -> str:
    return language.of(CODES.get(detail, detail))


def _channel(detail: str, language: Language) -> str:
    return _code(detail.rpartition("(")[2].rstrip(")"), language)


def _moment(detail: str, language: Language) -> str:
    try:
        return language.moment(datetime.fromisoformat(detail))
    except ValueError:
        return detail


def _money(detail: str, language: Language) -> str:
    return amount(int(detail), language) if detail.isdecimal() else detail


def _fields(detail: str, language: Language) -> str:
    """Papers have their names already; fields get theirs."""
    return ", ".join(language.of(FIELDS.get(it, it)) for it in detail.split(", "))


_DETAILS: dict[str, Read] = {
    "dossier-handed-over": _code,
    "dossier-home-chosen": _code,
    "dossier-home-kept": _code,
    "dossier-supplement-asked": _fields,
    "dossier-corrected": _fields,
    "fee-paid": _money,
    "fee-refund-asked": _money,
    "fee-refund-refused": _money,
    "fee-refunded": _money,
    "case-stopped": _code,
    "withdrawal-refused": _code,
    "case-opened": _moment,
    "deadline-moved": _moment,
    "deadline-kept": _moment,
    "case-decided": _code,
    "attempt-failed": _code,
    "invitation-left": _moment,
    "parcel-delivered": _code,
    "message-sent": _channel,
}
