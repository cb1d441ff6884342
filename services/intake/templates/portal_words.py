"""The words of the citizen's pages: refusals, reasons, fields. Vietnamese; their English is in `portal.en.po`."""

from shared.errors import Refusal
from shared.web.languages import N_

__all__ = [
    "CARDS",
    "DONE",
    "FIELDS",
    "GROUNDS",
    "HOME_BY",
    "LANGUAGES",
    "PER",
    "RATING",
    "REASONS",
    "REFUSED",
    "SCORES",
    "refusal",
]

REFUSED: dict[str, str] = {
    "name-missing": N_("Hãy ghi họ tên như trên thẻ căn cước."),
    "invalid-citizen-number": N_(
        "Số này không phải số căn cước (12 chữ số) hay CMND (9 chữ số). Hãy xem lại trên thẻ."
    ),
    "invalid-passport": N_("Số hộ chiếu có 6 đến 9 chữ cái và chữ số. Hãy chép từ trang có ảnh."),
    "invalid-tax-number": N_("Mã số thuế chưa đúng. Hãy xem lại từng chữ số trên giấy chứng nhận."),
    "invalid-phone": N_("Số điện thoại chưa đúng. Ví dụ: 0912 345 678."),
    "invalid-email": N_("Thư điện tử chưa đúng. Ví dụ: ten@vidu.vn. Không có thì để trống."),
    "no-address": N_("Hãy ghi địa chỉ để bưu tá mang kết quả đến, hoặc chọn nhận tại quầy."),
    "authorisation-missing": N_("Hãy ghi số giấy ủy quyền, hoặc chụp giấy ủy quyền."),
    "no-office": N_("Hãy chọn nơi nhận hồ sơ."),
    "office-not-open": N_("Nơi nhận này không còn hoạt động. Hãy chọn nơi khác trong danh sách."),
    "no-postal-return": N_("Kết quả của thủ tục này không gửi qua bưu điện. Hãy chọn cách khác."),
    "channel-not-offered": N_("Thủ tục này chưa nộp trực tuyến được. Hãy mang giấy tờ đến quầy."),
    "must-come-in-person": N_("Thủ tục này phải đến quầy: bạn ký hoặc xuất trình giấy tờ trước mặt cán bộ."),
    "pieces-absurd": N_("Hãy ghi số bản bằng chữ số, từ 1 trở lên."),
    "unknown-scan": N_("Ảnh này chưa gửi lên đầy đủ. Hãy bỏ ra và chụp lại."),
    "not-reusable": N_("Giấy tờ này không có trong hồ sơ trước của bạn. Hãy chụp lại."),
    "unknown-case": N_("Trường hợp này không còn trong danh mục. Hãy chọn lại."),
    "reason-missing": N_("Hãy ghi lý do bằng lời của bạn, tối đa 1.000 chữ cái."),
    "wrong-score": N_("Hãy chọn từ 1 đến 5."),
    "papers-missing": N_("Hãy gửi kèm giấy tờ này: chụp ảnh hoặc chọn tệp."),
    "field-unchanged": N_("Nơi nhận đề nghị sửa ô này. Hãy ghi lại cho đúng."),
    "owner-alike": N_("Chủ hồ sơ chính là bạn? Hãy quay lại và chọn nộp cho mình."),
    "too-late": N_("Kết quả đã có rồi, việc này không làm được nữa. Cần gì thêm, hãy hỏi tại quầy."),
    "already-closed": N_("Hồ sơ này đã kết thúc, việc này không làm được nữa."),
    "asked-before": N_("Bạn đã đề nghị rút hồ sơ này rồi. Hãy chờ cơ quan trả lời."),
    "not-over": N_("Hồ sơ chưa kết thúc. Có kết quả rồi, mời bạn quay lại đánh giá."),
}
"""By the refusal's code on the wire."""
OTHERWISE = N_("Chưa đúng. Hãy xem lại ô này.")

CARDS: dict[str, str] = {
    "person": N_("Cá nhân, có thẻ căn cước hoặc CMND"),
    "passport": N_("Cá nhân, dùng hộ chiếu"),
    "household": N_("Hộ kinh doanh (mã số thuế)"),
    "organisation": N_("Doanh nghiệp, tổ chức (mã số thuế)"),
    "state-agency": N_("Cơ quan nhà nước (mã số thuế)"),
}
GROUNDS: dict[str, str] = {
    "power-of-attorney": N_("Có giấy ủy quyền"),
    "law": N_("Cha, mẹ, người giám hộ theo pháp luật"),
    "employee": N_("Người của cơ quan, tổ chức đó"),
}
LANGUAGES: dict[str, str] = {
    "vi": N_("Tiếng Việt"),
    "en": N_("Tiếng Anh"),
    "kho": N_("Tiếng K'Ho (gọi điện)"),
    "ma": N_("Tiếng Mạ (gọi điện)"),
    "churu": N_("Tiếng Chu Ru (gọi điện)"),
    "tay": N_("Tiếng Tày (gọi điện)"),
    "nung": N_("Tiếng Nùng (gọi điện)"),
}
HOME_BY: dict[str, str] = {
    "counter": N_("Tôi đến quầy nhận"),
    "post": N_("Bưu tá mang đến nhà"),
    "electronic": N_("Tôi chỉ cần bản điện tử"),
}
PER: dict[str, str] = {
    "page": N_("Số trang"),
    "copy": N_("Số bản"),
}

REASONS: dict[str, str] = {
    "missing": N_("chưa có"),
    "unreadable": N_("không đọc được"),
    "expired": N_("đã hết hạn"),
    "wrong": N_("chưa đúng"),
    "not-certified": N_("chưa được chứng thực"),
    "not-signed": N_("chưa ký"),
}
"""Why a paper or a field is asked for; for any other code the official's own words stand alone."""

FIELDS: dict[str, str] = {
    "name": N_("Họ và tên người nộp"),
    "number": N_("Số căn cước hoặc mã số thuế của người nộp"),
    "phone": N_("Số điện thoại của người nộp"),
    "email": N_("Thư điện tử của người nộp"),
    "address": N_("Địa chỉ của người nộp"),
    "owner.name": N_("Họ và tên chủ hồ sơ"),
    "owner.number": N_("Số căn cước hoặc mã số thuế của chủ hồ sơ"),
    "owner.phone": N_("Số điện thoại của chủ hồ sơ"),
    "owner.email": N_("Thư điện tử của chủ hồ sơ"),
    "owner.address": N_("Địa chỉ của chủ hồ sơ"),
}

SCORES: dict[int, str] = {
    5: N_("Rất hài lòng"),
    4: N_("Hài lòng"),
    3: N_("Bình thường"),
    2: N_("Không hài lòng"),
    1: N_("Rất không hài lòng"),
}
RATING: dict[str, str] = {
    "waiting": N_("Phải chờ lâu"),
    "attitude": N_("Thái độ của cán bộ"),
    "unclear": N_("Hướng dẫn khó hiểu"),
    "many-visits": N_("Phải đi lại nhiều lần"),
}
"""What was not good, as codes that a rating carries."""

DONE: dict[str, str] = {
    "supplied": N_("Đã gửi. Nơi nhận sẽ xem tiếp hồ sơ của bạn."),
    "supplied-part": N_("Đã gửi. Nơi nhận còn chờ những thứ dưới đây rồi mới xem tiếp hồ sơ của bạn."),
    "home": N_("Đã đổi cách nhận kết quả."),
    "withdrawn": N_("Đã ghi nhận bạn rút hồ sơ này."),
    "rated": N_("Cảm ơn bạn đã đánh giá."),
    "saved": N_("Đã lưu bản nháp. Bạn làm tiếp lúc nào cũng được."),
    "thrown-away": N_("Đã xóa bản nháp và mọi điều đã ghi trong đó."),
}
"""What was just done, told once on the page after it."""


def refusal(it: Refusal) -> str:
    """A refusal in plain words."""
    return REFUSED.get(it.code, OTHERWISE)
