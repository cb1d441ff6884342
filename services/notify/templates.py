"""The words of each message, in Vietnamese and English. No procedure's name: it may say too much about a person."""

from datetime import datetime

from services.notify.domain import Contact, Mail, Message
from shared.calendar import VIETNAM

__all__ = ["TEMPLATES", "mail"]

Words = tuple[str, str]
"""Subject and text; `{0}`, `{1}` … are the message's facts."""

TEMPLATES: dict[str, dict[str, Words]] = {
    "accepted": {
        "vi": ("Đã tiếp nhận hồ sơ {0}", "Hồ sơ {0} đã được tiếp nhận tại {1}. Ngày hẹn trả kết quả: {2}."),
        "en": ("Dossier {0} received", "Dossier {0} was received at {1}. The result is due on {2}."),
    },
    "refused": {
        "vi": (
            "Hồ sơ không được tiếp nhận",
            "Hồ sơ của bạn không được tiếp nhận tại {1} (mã lý do: {0}). Xem phiếu từ chối.",
        ),
        "en": ("Dossier not received", "Your dossier was not received at {1} (reason {0}). See the refusal form."),
    },
    "supplement": {
        "vi": (
            "Cần bổ sung giấy tờ",
            "Hồ sơ của bạn cần bổ sung: {0}. Hãy nộp tại quầy, hoặc gửi qua bưu điện. Cơ quan yêu cầu: {1}.",
        ),
        "en": (
            "Papers are missing",
            "Your dossier needs: {0}. Bring them to the counter, or send them by post. Asked by {1}.",
        ),
    },
    "opened": {
        "vi": ("Hồ sơ {0} đang được xử lý", "Hồ sơ {0} đang được xử lý tại {1}. Ngày hẹn trả kết quả: {2}."),
        "en": ("Dossier {0} is being processed", "Dossier {0} is being processed at {1}. The result is due on {2}."),
    },
    "moved": {
        "vi": ("Ngày hẹn trả kết quả thay đổi", "Ngày hẹn mới: {0}. Lý do: {1}."),
        "en": ("The due date moved", "New due date: {0}. Reason: {2}."),
    },
    "decided-positive": {
        "vi": ("Hồ sơ {0} đã có kết quả", "Hồ sơ {0} đã có kết quả tại {1}. {2}"),
        "en": ("Dossier {0}: the result is there", "The result of dossier {0} is there at {1}. {2}"),
    },
    "decided-negative": {
        "vi": (
            "Hồ sơ {0} bị từ chối giải quyết",
            "Hồ sơ {0} bị {1} từ chối giải quyết; lý do ghi trong phiếu từ chối. {2}",
        ),
        "en": ("Dossier {0} was turned down", "Dossier {0} was turned down by {1}; the form says why. {2}"),
    },
    "out-for-delivery": {
        "vi": ("Kết quả đang được giao", "Bưu tá đang mang kết quả đến cho bạn. Hãy chuẩn bị giấy tờ tùy thân."),
        "en": ("The result is on its way", "The postman is bringing the result. Have your identity card ready."),
    },
    "attempt-failed": {
        "vi": ("Chưa giao được kết quả", "Bưu tá chưa giao được kết quả (mã lý do: {0}). Chúng tôi sẽ giao lại."),
        "en": (
            "The result could not be delivered",
            "The postman could not deliver the result ({0}). He will come again.",
        ),
    },
    "invitation-left": {
        "vi": ("Giấy mời nhận kết quả", "Bưu tá đã để lại giấy mời. Lần giao tiếp theo: từ {0}."),
        "en": ("An invitation was left", "The postman left an invitation. Next attempt: from {0}."),
    },
    "handed-over": {
        "vi": (
            "Đã trả kết quả",
            "Kết quả đã được trao lúc {0}. Cảm ơn bạn; hãy cho chúng tôi biết bạn có hài lòng không.",
        ),
        "en": (
            "The result was handed over",
            "The result was handed over on {0}. Thank you; tell us whether you are content.",
        ),
    },
}
HOME_BY: dict[str, Words] = {
    "post": ("Kết quả sẽ được gửi qua bưu điện.", "It comes to you by post."),
    "counter": ("Mời bạn đến quầy để nhận kết quả.", "Collect it at the counter."),
    "electronic": ("Kết quả điện tử xem tại trang tra cứu.", "Open it on the tracking page."),
}
FOOT: dict[str, str] = {
    "vi": "\n\nTra cứu hồ sơ: {url}/track\n",
    "en": "\n\nTrack your dossier: {url}/track\n",
}


def mail(message: Message, contact: Contact, public_url: str) -> Mail:
    """A message in the language of its reader. Dates are told as people read them."""
    language = contact.language if contact.language in FOOT else "vi"
    subject, text = TEMPLATES[message.template][language]
    facts = [_told(fact, language) for fact in message.facts]
    foot = FOOT[language].format(url=public_url)
    return Mail(message.id, contact.email, subject.format(*facts), text.format(*facts) + foot)


def _told(fact: str, language: str) -> str:
    if fact in HOME_BY:
        return HOME_BY[fact][language == "en"]
    try:
        at = datetime.fromisoformat(fact)
    except ValueError:
        return fact
    return f"{at.astimezone(VIETNAM):%H:%M %d/%m/%Y}"
