"""The words of each message, in Vietnamese and English. No procedure's name: it may say too much about a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.notify.domain import WRITTEN, Contact, Known, Mail, Message
from shared.web.languages import Language

__all__ = ["TEMPLATES", "mail", "words"]

Words = tuple[str, str]
"""Subject and text. `{dossier}` says which one; `{0}`, `{1}` … are the message's facts, read as the template says:
`{0:when}` is a moment, `{0:office}` an office by its name, `{0:money}` so many đồng, `{0:home}` how the result goes
home, `{0:reason}` why an office said no, and else the text as it is."""

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
            "Hồ sơ {dossier} đã được tiếp nhận tại {0:office}. Ngày hẹn trả kết quả: {1:when}.",
        ),
        "en": (
            "Dossier {dossier} received",
            "Dossier {dossier} was received at {0:office}. The result is due at {1:when}.",
        ),
    },
    "refused": {
        "vi": (
            "Hồ sơ {dossier} không được tiếp nhận",
            "Hồ sơ {dossier} của bạn không được tiếp nhận tại {1:office}. Lý do: {0:reason}. Xem phiếu từ chối.",
        ),
        "en": (
            "Dossier {dossier} not received",
            "Your dossier {dossier} was not received at {1:office}. Reason: {0:reason}. See the refusal form.",
        ),
    },
    "supplement": {
        "vi": (
            "Hồ sơ {dossier} cần bổ sung giấy tờ",
            (
                "Hồ sơ {dossier} của bạn cần bổ sung giấy tờ hoặc thông tin. Nơi yêu cầu: {1:office}. "
                "Trang tra cứu ghi rõ cần bổ sung những gì. Bạn hãy mang đến quầy, hoặc gửi qua bưu điện."
            ),
        ),
        "en": (
            "Dossier {dossier}: papers are missing",
            (
                "Your dossier {dossier} needs more papers or details. Asked for by: {1:office}. "
                "The tracking page says which. Please bring them to a counter, or send them by post."
            ),
        ),
    },
    "supplement-online": {
        "vi": (
            "Hồ sơ {dossier} cần bổ sung giấy tờ",
            (
                "Hồ sơ {dossier} của bạn cần bổ sung giấy tờ hoặc thông tin. Nơi yêu cầu: {1:office}. "
                "Trang hồ sơ của bạn và trang tra cứu ghi rõ cần bổ sung những gì. "
                "Bạn hãy gửi ngay trên trang hồ sơ của bạn, mang đến quầy, hoặc gửi qua bưu điện."
            ),
        ),
        "en": (
            "Dossier {dossier}: papers are missing",
            (
                "Your dossier {dossier} needs more papers or details. Asked for by: {1:office}. "
                "The page of your dossier and the tracking page say which. "
                "Please send them on the page of your dossier, bring them to a counter, or send them by post."
            ),
        ),
    },
    "opened": {
        "vi": (
            "Hồ sơ {dossier} đang được xử lý",
            "Hồ sơ {dossier} đang được xử lý tại {0:office}. Ngày hẹn trả kết quả: {1:when}.",
        ),
        "en": (
            "Dossier {dossier} is being processed",
            "Dossier {dossier} is being processed at {0:office}. The result is due at {1:when}.",
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
        "vi": ("Hồ sơ {dossier} đã có kết quả", "Hồ sơ {dossier} đã có kết quả tại {0:office}. {1:home}"),
        "en": (
            "Dossier {dossier}: the result is there",
            "The result of dossier {dossier} is there at {0:office}. {1:home}",
        ),
    },
    "decided-negative": {
        "vi": (
            "Hồ sơ {dossier} bị từ chối giải quyết",
            "Hồ sơ {dossier} bị {0:office} từ chối giải quyết; lý do ghi trong phiếu từ chối. {1:home}",
        ),
        "en": (
            "Dossier {dossier} was turned down",
            "Dossier {dossier} was turned down by {0:office}; the form says why. {1:home}",
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
            (
                "{0:office} đã dừng giải quyết hồ sơ {dossier}. "
                "Mời bạn đến nơi nộp để nhận lại giấy tờ và tiền đã nộp, nếu có."
            ),
        ),
        "en": (
            "Dossier {dossier} was stopped",
            (
                "{0:office} stopped dossier {dossier}. "
                "Collect your papers, and what you paid if anything, where you filed it."
            ),
        ),
    },
    "withdrawal-refused": {
        "vi": (
            "Hồ sơ {dossier} không rút được",
            "{0:office} không đồng ý cho rút hồ sơ {dossier}. Lý do: {1:reason}. Hồ sơ được giải quyết tiếp.",
        ),
        "en": (
            "Dossier {dossier} cannot be withdrawn",
            "{0:office} did not agree that dossier {dossier} is withdrawn. Reason: {1:reason}. It goes on.",
        ),
    },
    "handed-over": {
        "vi": (
            "Đã trả kết quả hồ sơ {dossier}",
            "Kết quả hồ sơ {dossier} đã được trao lúc {0:when}. Cảm ơn bạn; hãy cho biết bạn có hài lòng không.",
        ),
        "en": (
            "The result of dossier {dossier} was handed over",
            "The result of dossier {dossier} was handed over at {0:when}. Thank you; tell us whether you are content.",
        ),
    },
}
HOME_BY: dict[str, Words] = {
    "post": ("Kết quả sẽ được gửi qua bưu điện.", "It comes to you by post."),
    "counter": ("Mời bạn đến quầy để nhận kết quả.", "Collect it at the counter."),
    "electronic": (
        "Mời bạn đến quầy nơi nộp hồ sơ để mở kết quả điện tử.",
        "Come to the counter where you filed to open the electronic result.",
    ),
    "electronic-online": (
        "Hãy mở kết quả điện tử ở trang hồ sơ của bạn.",
        "Open the electronic result on the page of your dossier.",
    ),
}
"""Who filed online by themselves has a page to open it on."""
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
    "vi": "Tra cứu hồ sơ: {url}/track\n",
    "en": "Track your dossier: {url}/track\n",
}
PAGE: dict[str, str] = {
    "vi": "Trang hồ sơ của bạn (cần đăng nhập): {url}/my/{id}\n",
    "en": "The page of your dossier (log in first): {url}/my/{id}\n",
}
"""For who filed online by themselves; nobody else has such a page."""
SHORT_ID = 8
"""Characters of the dossier's id that tell it from the person's others while no message knows a code."""


@dataclass(frozen=True, slots=True)
class _Fact:
    """A fact in a sentence: the template, not the look of the text, says how it is read."""

    text: str
    language: str
    offices: Mapping[str, str]
    is_online: bool

    def __format__(self, how: str) -> str:
        if how == "when":
            return Language(self.language, {}).moment(datetime.fromisoformat(self.text))
        if how == "office":
            return self.offices.get(self.text, self.text)
        if how == "money":
            dong = f"{int(self.text):,} đồng"
            return dong if self.language == "en" else dong.replace(",", ".")
        if how == "home":
            online = HOME_BY.get(f"{self.text}-online") if self.is_online else None
            return (online or HOME_BY[self.text])[self.language == "en"]
        if how == "reason":
            return REASONS.get(self.text, UNWORDED)[self.language == "en"]
        return self.text


def words(message: Message, known: Known, language: str = "vi") -> Words:
    """What a message says, without the addresses at its foot: for a mail, or for who calls.

    The dossier is named by its code, legal or for tracking; where no message knew one, by the end of its id (its
    beginning may be a time). An office whose name is not known yet is named by its code.
    """
    is_online = message.dossier in known.online
    online = f"{message.template}-online" if is_online else ""
    subject, text = TEMPLATES.get(online, TEMPLATES[message.template])[language]
    facts = [_Fact(fact, language, known.offices, is_online) for fact in message.facts]
    dossier = message.code or known.codes.get(message.dossier) or message.dossier[-SHORT_ID:]
    return subject.format(*facts, dossier=dossier), text.format(*facts, dossier=dossier)


def mail(message: Message, contact: Contact, public_url: str, known: Known) -> Mail:
    """A message in the language of its reader: Vietnamese, where nobody writes theirs and they left no number."""
    language = contact.language if contact.language in WRITTEN else "vi"
    subject, text = words(message, known, language)
    page = PAGE[language] if message.dossier in known.online else ""
    foot = f"{page}{FOOT[language]}".format(url=public_url, id=message.dossier)
    return Mail(message.id, contact.email, subject, f"{text}\n\n{foot}")
