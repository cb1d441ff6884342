"""The words of each message, in Vietnamese and English. No procedure's name: it may say too much about a person."""

from dataclasses import dataclass
from datetime import datetime

from services.notify.domain import Contact, Mail, Message
from shared.calendar import VIETNAM

__all__ = ["TEMPLATES", "mail"]

Words = tuple[str, str]
"""Subject and text. `{dossier}` says which one; `{0}`, `{1}` … are the message's facts, read as the template says:
`{0:when}` is a moment, `{0:money}` so many đồng, `{0:home}` how the result goes home, `{0:reason}` why an office said
no, and else the text as it is."""

TEMPLATES: dict[str, dict[str, Words]] = {
    "submitted": {
        "vi": (
            "Hồ sơ nộp trực tuyến {dossier} đã đến nơi",
            "Chúng tôi đã nhận hồ sơ nộp trực tuyến của bạn, mã tra cứu {dossier}. Bạn sẽ được trả lời trước {0:when}.",
        ),
        "en": (
            "Your online filing {dossier} has arrived",
            "We have your online filing; its tracking code is {dossier}. You will have an answer before {0:when}.",
        ),
    },
    "accepted": {
        "vi": (
            "Đã tiếp nhận hồ sơ {dossier}",
            "Hồ sơ {dossier} đã được tiếp nhận tại {0}. Ngày hẹn trả kết quả: {1:when}.",
        ),
        "en": ("Dossier {dossier} received", "Dossier {dossier} was received at {0}. The result is due on {1:when}."),
    },
    "refused": {
        "vi": (
            "Hồ sơ {dossier} không được tiếp nhận",
            "Hồ sơ {dossier} của bạn không được tiếp nhận tại {1}. Lý do: {0:reason}. Xem phiếu từ chối.",
        ),
        "en": (
            "Dossier {dossier} not received",
            "Your dossier {dossier} was not received at {1}. Reason: {0:reason}. See the refusal form.",
        ),
    },
    "supplement": {
        "vi": (
            "Hồ sơ {dossier} cần bổ sung giấy tờ",
            "Hồ sơ {dossier} cần bổ sung: {0}. Hãy nộp tại quầy, hoặc gửi qua bưu điện. Cơ quan yêu cầu: {1}.",
        ),
        "en": (
            "Dossier {dossier}: papers are missing",
            "Your dossier {dossier} needs: {0}. Bring them to the counter, or send them by post. Asked by {1}.",
        ),
    },
    "opened": {
        "vi": (
            "Hồ sơ {dossier} đang được xử lý",
            "Hồ sơ {dossier} đang được xử lý tại {0}. Ngày hẹn trả kết quả: {1:when}.",
        ),
        "en": (
            "Dossier {dossier} is being processed",
            "Dossier {dossier} is being processed at {0}. The result is due on {1:when}.",
        ),
    },
    "moved": {
        "vi": (
            "Hồ sơ {dossier}: ngày hẹn trả kết quả thay đổi",
            "Ngày hẹn mới của hồ sơ {dossier}: {0:when}. Lý do: {1}.",
        ),
        "en": ("Dossier {dossier}: the due date moved", "New due date of dossier {dossier}: {0:when}. Reason: {2}."),
    },
    "decided-positive": {
        "vi": ("Hồ sơ {dossier} đã có kết quả", "Hồ sơ {dossier} đã có kết quả tại {0}. {1:home}"),
        "en": ("Dossier {dossier}: the result is there", "The result of dossier {dossier} is there at {0}. {1:home}"),
    },
    "decided-negative": {
        "vi": (
            "Hồ sơ {dossier} bị từ chối giải quyết",
            "Hồ sơ {dossier} bị {0} từ chối giải quyết; lý do ghi trong phiếu từ chối. {1:home}",
        ),
        "en": (
            "Dossier {dossier} was turned down",
            "Dossier {dossier} was turned down by {0}; the form says why. {1:home}",
        ),
    },
    "out-for-delivery": {
        "vi": (
            "Kết quả hồ sơ {dossier} đang được giao",
            "Bưu tá đang mang kết quả hồ sơ {dossier} đến cho bạn. Hãy chuẩn bị giấy tờ tùy thân.",
        ),
        "en": (
            "The result of dossier {dossier} is on its way",
            "The postman is bringing the result of dossier {dossier}. Have your identity card ready.",
        ),
    },
    "invitation-left": {
        "vi": (
            "Giấy mời nhận kết quả hồ sơ {dossier}",
            "Bưu tá chưa giao được kết quả hồ sơ {dossier} và đã để lại giấy mời. Lần giao tiếp theo: từ {0:when}.",
        ),
        "en": (
            "An invitation was left for dossier {dossier}",
            "The postman left an invitation for the result of dossier {dossier}. Next attempt: from {0:when}.",
        ),
    },
    "invitation-last": {
        "vi": (
            "Giấy mời lần cuối nhận kết quả hồ sơ {dossier}",
            "Bưu tá đã đến hai lần mà chưa giao được kết quả hồ sơ {dossier}. Mời bạn đến bưu điện để nhận.",
        ),
        "en": (
            "Last invitation for the result of dossier {dossier}",
            "The postman came twice with the result of dossier {dossier}. Please collect it at the post office.",
        ),
    },
    "fee-due": {
        "vi": (
            "Hồ sơ {dossier}: cần nộp {0:money}",
            "Hồ sơ {dossier} cần nộp {0:money}. Nộp tại quầy, cho bưu tá, hoặc bằng mã VietQR trên trang tra cứu.",
        ),
        "en": (
            "Dossier {dossier}: {0:money} to pay",
            "Please pay {0:money} for dossier {dossier}: at a counter, to the postman, or on the tracking page.",
        ),
    },
    "fee-paid": {
        "vi": ("Hồ sơ {dossier}: đã nhận {0:money}", "Đã nhận {0:money} cho hồ sơ {dossier}. Còn phải nộp: {1:money}."),
        "en": (
            "Dossier {dossier}: {0:money} received",
            "We received {0:money} for dossier {dossier}. Left: {1:money}.",
        ),
    },
    "fee-refunded": {
        "vi": ("Hồ sơ {dossier}: hoàn lại {0:money}", "Cơ quan hoàn lại {0:money} của hồ sơ {dossier}."),
        "en": ("Dossier {dossier}: {0:money} go back", "{0:money} of dossier {dossier} are given back to you."),
    },
    "withdrawal-asked": {
        "vi": (
            "Đã nhận yêu cầu rút hồ sơ {dossier}",
            "Đã nhận yêu cầu rút hồ sơ {dossier}. Cơ quan giải quyết sẽ trả lời bạn.",
        ),
        "en": (
            "Your wish to withdraw dossier {dossier}",
            "Your wish to withdraw dossier {dossier} was received. The office that decides will answer.",
        ),
    },
    "withdrawn": {
        "vi": ("Hồ sơ {dossier} đã được rút", "Hồ sơ {dossier} đã được rút theo yêu cầu của bạn."),
        "en": ("Dossier {dossier} is withdrawn", "Dossier {dossier} is withdrawn, as you wished."),
    },
    "stopped": {
        "vi": (
            "Hồ sơ {dossier} đã dừng giải quyết",
            "{0} đã dừng giải quyết hồ sơ {dossier}. Mời bạn đến nơi nộp để nhận lại giấy tờ và tiền đã nộp, nếu có.",
        ),
        "en": (
            "Dossier {dossier} was stopped",
            "{0} stopped dossier {dossier}. Collect your papers, and what you paid if anything, where you filed it.",
        ),
    },
    "withdrawal-refused": {
        "vi": (
            "Hồ sơ {dossier} không rút được",
            "{0} không đồng ý cho rút hồ sơ {dossier}. Lý do: {1:reason}. Hồ sơ được giải quyết tiếp.",
        ),
        "en": (
            "Dossier {dossier} cannot be withdrawn",
            "{0} did not agree that dossier {dossier} is withdrawn. Reason: {1:reason}. It goes on.",
        ),
    },
    "handed-over": {
        "vi": (
            "Đã trả kết quả hồ sơ {dossier}",
            "Kết quả hồ sơ {dossier} đã được trao lúc {0:when}. Cảm ơn bạn; hãy cho biết bạn có hài lòng không.",
        ),
        "en": (
            "The result of dossier {dossier} was handed over",
            "The result of dossier {dossier} was handed over on {0:when}. Thank you; tell us whether you are content.",
        ),
    },
}
HOME_BY: dict[str, Words] = {
    "post": ("Kết quả sẽ được gửi qua bưu điện.", "It comes to you by post."),
    "counter": ("Mời bạn đến quầy để nhận kết quả.", "Collect it at the counter."),
    "electronic": ("Kết quả điện tử xem tại trang tra cứu.", "Open it on the tracking page."),
}
REASONS: dict[str, Words] = {
    "not-competent": ("không thuộc thẩm quyền giải quyết", "another office decides this"),
    "not-eligible": ("không đủ điều kiện theo quy định", "the conditions of the law are not met"),
    "wrong-procedure": ("nộp nhầm thủ tục", "it was filed as the wrong procedure"),
    "wrong-office": ("nộp không đúng nơi nhận", "it was filed at the wrong office"),
    "forged": (
        "giấy tờ không hợp lệ hoặc có dấu hiệu giả mạo",
        "papers are not valid, or look as if they were forged",
    ),
    "twice": ("đã có hồ sơ giống như vậy", "there is such a dossier already"),
    "decided-already": ("hồ sơ đã có kết quả", "the dossier was decided already"),
}
"""Why an office said no, by the code. Officials may give others, and the words of those are on the form."""
UNWORDED: Words = ("xin hỏi cơ quan này", "please ask this office")
"""Said of any other reason: a bare code tells people nothing."""
FOOT: dict[str, str] = {
    "vi": "\n\nTra cứu hồ sơ: {url}/track\n",
    "en": "\n\nTrack your dossier: {url}/track\n",
}
SHORT_ID = 8
"""Characters of the dossier's id that tell it from the person's others while no message knows a code."""


@dataclass(frozen=True, slots=True)
class _Fact:
    """A fact in a sentence: the template, not the look of the text, says how it is read."""

    text: str
    language: str

    def __format__(self, how: str) -> str:
        if how == "when":
            return f"{datetime.fromisoformat(self.text).astimezone(VIETNAM):%H:%M %d/%m/%Y}"
        if how == "money":
            dong = f"{int(self.text):,} đồng"
            return dong if self.language == "en" else dong.replace(",", ".")
        if how == "home":
            return HOME_BY[self.text][self.language == "en"]
        if how == "reason":
            return REASONS.get(self.text, UNWORDED)[self.language == "en"]
        return self.text


def mail(message: Message, contact: Contact, public_url: str, code: str = "") -> Mail:
    """A message in the language of its reader; `code` is the dossier's, where another message knew it.

    The dossier is named by its code, legal or for tracking; where no message knew one, by the end of its id (its
    beginning may be a time).
    """
    language = contact.language if contact.language in FOOT else "vi"
    subject, text = TEMPLATES[message.template][language]
    facts = [_Fact(fact, language) for fact in message.facts]
    dossier = message.code or code or message.dossier[-SHORT_ID:]
    foot = FOOT[language].format(url=public_url)
    subject, text = (part.format(*facts, dossier=dossier) for part in (subject, text))
    return Mail(message.id, contact.email, subject, text + foot)
