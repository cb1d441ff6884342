"""What is said at the counter, in Vietnamese; the English is in `counter.en.po` beside this file."""

from collections.abc import Mapping

from shared.web.languages import N_

__all__ = [
    "ASKED_BECAUSE",
    "DONE",
    "FIELDS",
    "FORMS",
    "GROUNDS",
    "IN_PRACTICE",
    "REFUSALS",
    "REFUSED_BECAUSE",
    "SAID",
    "UNWORDED",
]

REFUSALS: Mapping[str, str] = {
    "offline": N_("Không có mạng. Mọi thứ đã gõ vẫn còn trên màn hình; có mạng lại thì nhấn phím đó lần nữa."),
    "unavailable": N_("Hệ thống đang bận. Mọi thứ đã gõ vẫn còn; đợi vài giây rồi nhấn lại, không gây hại gì."),
    "fault": N_("Hệ thống gặp lỗi, đã được ghi lại. Mọi thứ đã gõ vẫn còn; xin thử lại sau."),
    "unauthorized": N_("Phiên đăng nhập đã hết. Hãy đăng nhập lại ở một thẻ khác của trình duyệt rồi nhấn lại."),
    "forbidden": N_("Tài khoản này không được làm việc đó: hãy nhờ người ở quầy."),
    "too-many-tries": N_("Thử quá nhiều lần: hãy đợi một lúc."),
    "nobody-waits": N_("Không còn ai đợi. Số tiếp theo do máy lấy số phát ra."),
    "not-a-desk": N_("Bàn số mấy? Gõ một số hoặc một chữ, ví dụ 2."),
    "call-first": N_("Hãy gọi lại số này đủ hai lần trước khi ghi vắng mặt."),
    "called-often": N_("Số này đã gọi lại đủ hai lần: hãy ghi vắng mặt."),
    "unreadable-card": N_("Đây không phải mã QR trên thẻ căn cước: quét lại, hoặc gõ vào các ô dưới."),
    "procedure-not-in-force": N_("Hôm nay không có thủ tục này: hãy chọn trong danh sách."),
    "name-missing": N_("Hồ sơ của ai? Ghi họ tên như trên giấy tờ."),
    "invalid-citizen-number": N_(
        "Số giấy tờ chưa đúng: so lại từng chữ số với thẻ. Căn cước có 12 chữ số, chứng minh nhân dân có 9."
    ),
    "invalid-tax-number": N_("Mã số thuế chưa đúng: 10, 12 hoặc 13 chữ số, như trên giấy đăng ký."),
    "invalid-passport": N_("Số hộ chiếu chưa đúng: hãy so lại với hộ chiếu."),
    "invalid-phone": N_("Số điện thoại chưa đúng: 10 chữ số, bắt đầu bằng 0. Không có thì để trống."),
    "invalid-email": N_("Địa chỉ thư điện tử chưa đúng. Không có thì để trống."),
    "wrong-date": N_("Ngày chưa đúng: gõ ngày/tháng/năm, ví dụ 01/01/1990."),
    "must-file-online": N_("Cơ quan nhà nước phải nộp trực tuyến, bằng tài khoản của cơ quan."),
    "no-address": N_("Bưu tá mang đến đâu? Ghi địa chỉ, hoặc chọn nhận tại quầy."),
    "consent-missing": N_("Hãy hỏi người nộp có đồng ý để bạn nhập thay không, rồi đánh dấu."),
    "authorisation-missing": N_("Nộp thay thì theo văn bản nào? Ghi số văn bản ủy quyền, hoặc quét văn bản."),
    "no-office": N_("Chưa biết cơ quan nào giải quyết thủ tục này: hãy hỏi bộ phận quản lý danh mục."),
    "office-not-open": N_("Cơ quan này hiện không hoạt động: hãy xem danh sách cơ quan."),
    "unknown-case": N_("Thủ tục này không có trường hợp đó: hãy chọn lại."),
    "channel-not-offered": N_("Thủ tục này không nhận tại quầy."),
    "no-postal-return": N_("Kết quả của thủ tục này không gửi qua bưu điện: hãy chọn nhận tại quầy."),
    "papers-missing": N_("Chưa đủ giấy tờ: hãy xem những dòng được đánh dấu, hoặc yêu cầu bổ sung tất cả một lần."),
    "not-reviewed": N_("Người này đã có hồ sơ giống hồ sơ này: hãy xem hồ sơ đó, nếu khác thì đánh dấu."),
    "unknown-scan": N_("Có bản quét chưa tải lên xong: hãy quét lại giấy tờ đó."),
    "not-your-scan": N_("Bản quét này do nơi khác quét: hãy quét lại tại đây."),
    "no-such-ticket": N_("Không có số thứ tự này. Nhấn F9 lần nữa để nộp không kèm số."),
    "not-called": N_("Số thứ tự này không còn ở quầy. Nhấn F9 lần nữa để nộp không kèm số."),
    "not-your-queue": N_("Số thứ tự này của nơi khác. Nhấn F9 lần nữa để nộp không kèm số."),
    "not-reusable": N_("Giấy tờ này không nằm trong hồ sơ trước của cùng một người: hãy quét."),
    "scan-too-large": N_("Bản quét quá lớn đối với thủ tục này: hãy quét ở 150 đến 200 dpi."),
    "exemption-not-offered": N_("Khoản này không được miễn vì lý do đó."),
    "reason-needed": N_("Giấy tờ nào chứng minh? Ghi số hoặc mã của giấy tờ."),
    "not-a-code": N_("Ở đây chỉ ghi chữ không dấu, số, dấu chấm và gạch nối."),
    "pieces-absurd": N_("Số tờ không hợp lý: gõ từ 1 đến 10 000."),
    "wrong-amount": N_("Số tiền chưa đúng: hãy xem lại số phải thu."),
    "no-amount": N_("Đây không phải số tiền: chỉ gõ chữ số, ví dụ 15000 hoặc 15.000."),
    "no-resolution": N_("Theo nghị quyết nào? Ghi số nghị quyết của hội đồng nhân dân."),
    "amount-unknown": N_("Còn khoản chưa biết số tiền: hãy ghi số tiền theo nghị quyết."),
    "conflict": N_("Không làm được vì hồ sơ đã khác: mở lại hồ sơ để xem."),
    "wrong-field": N_("Có ô chưa đúng: hãy xem lại."),
    "no-such-draft": N_("Không có bản nháp nào có mã và bốn số này: hãy so lại cả hai."),
    "no-such-code": N_("Đây không phải mã nào của hồ sơ: hãy xem lại."),
    "not-your-draft": N_("Bản nháp này do người khác bắt đầu: mở bằng mã và bốn số cuối."),
    "not-your-office": N_("Hồ sơ này do nơi khác nhận: hãy để người ở đó làm."),
    "already-accepted": N_("Hồ sơ đã được tiếp nhận rồi: chỉ cần in lại giấy hẹn."),
    "already-closed": N_("Hồ sơ đã kết thúc: hãy nộp hồ sơ mới."),
    "not-accepted": N_("Hồ sơ chưa được tiếp nhận, nên chưa có kết quả để trả."),
    "not-decided": N_("Chưa có kết quả: hãy xem ngày hẹn."),
    "reason-missing": N_("Hãy ghi lý do bằng lời: lý do được in trên phiếu."),
    "receiver-missing": N_("Hãy quét thẻ của người nhận: kết quả chỉ trao cho người nộp."),
    "not-the-receiver": N_("Thẻ này không phải của người nộp: hãy hỏi văn bản ủy quyền."),
    "not-signed": N_("Người nhận cần ký: quét chữ ký, hoặc ký vào sổ rồi đánh dấu."),
    "no-such-field": N_("Không có gì để sửa: hãy ghi vào ít nhất một ô."),
    "asked-before": N_("Đã có yêu cầu rút hồ sơ, đang chờ trả lời."),
    "too-late": N_("Đã có kết quả, nên không làm được nữa."),
    "not-on-record": N_("Chưa có gì để in trên phiếu này."),
    "dated-before": N_("Phiếu xin lỗi chỉ hẹn lại một lần: hãy in lại phiếu có ngày đã hẹn."),
    "not-later": N_("Ngày hẹn mới phải sau ngày hẹn đang ghi nhận: hãy chọn ngày muộn hơn."),
    "too-late-to-apologise": N_(
        "Phiếu xin lỗi phải gửi trước ngày hẹn ít nhất một ngày: ngày hẹn đang ghi nhận được giữ, hồ sơ tính là trễ."
    ),
    "no-registry": N_("Nơi này chưa nối với cơ sở dữ liệu dân cư: hãy gõ tay."),
    "registry-away": N_("Cơ sở dữ liệu dân cư không trả lời: hãy gõ tay."),
    "not-in-registry": N_("Cơ sở dữ liệu dân cư không có số này: so lại với thẻ, hoặc gõ tay."),
    "does-not-match": N_("Số, ngày sinh và họ tên không phải của cùng một người: so lại với thẻ, hoặc gõ tay."),
    "wrong-question": N_("Cần có số căn cước và ngày sinh như trên thẻ."),
    "ground-missing": N_("Hãy ghi căn cứ pháp lý: căn cứ được in trên phiếu từ chối."),
    "only-practice": N_(
        "Số giấy tờ này là của người dựng lên để luyện tập, nên không nộp được: quét thẻ của người đến quầy. "
        "Muốn tập thì mở màn hình luyện tập."
    ),
    "words-missing": N_("Hãy chọn lý do ở ít nhất một giấy tờ hoặc một ô cần bổ sung."),
}
"""By the code of the refusal; the sentences of the others are in `refusal_words`."""

SAID: Mapping[str, str] = {
    "called": N_("Mời số {number} đến quầy {desk}. Còn {waiting} người đợi."),
    "recalled": N_("Đã gọi lại số {number}."),
    "passed": N_("Đã ghi số {number} vắng mặt."),
    "unfiled": N_("Hồ sơ này chưa nộp. Nhấn F2 lần nữa để cất thành bản nháp và mời người tiếp theo."),
    "unkept": N_("Không cất được thành bản nháp. Làm lại lần nữa thì bỏ những gì đã gõ và sang hồ sơ khác."),
    "unsettled": N_("Hồ sơ vừa rồi còn việc chưa xong. F9: làm nốt; F2 lần nữa: bỏ qua và mời người tiếp theo."),
    "found": N_("{count} thủ tục. Phím ↓ để chọn."),
    "none-found": N_("Không tìm thấy thủ tục nào: thử chữ khác."),
    "chosen": N_("Đã chọn {name}."),
    "ordinary": N_("Thông thường"),
    "card-read": N_("Đã đọc thẻ của {name}."),
    "registry-read": N_("Đã lấy từ cơ sở dữ liệu dân cư."),
    "originals": N_("bản chính: {n}"),
    "copies": N_("bản sao: {n}"),
    "electronic": N_("hoặc bản điện tử: {n}"),
    "optional": N_("nếu có"),
    "needs": N_("Cần"),
    "lacking": N_("còn thiếu"),
    "enough": N_("đủ"),
    "reuse": N_("Dùng lại bản quét đã nộp ngày {day}"),
    "first-page": N_("Trang đầu của bản quét"),
    "same-procedure": N_("cùng thủ tục này, đang giải quyết"),
    "same-scans": N_("có cùng bản quét"),
    "is-another": N_("Đã xem: đây là hồ sơ khác"),
    "look-at": N_("Xem hồ sơ {code}"),
    "per/page": N_("{dong} đồng mỗi trang"),
    "per/copy": N_("{dong} đồng mỗi bản"),
    "per/dossier": N_("{dong} đồng"),
    "unknown-amount": N_("hội đồng nhân dân tỉnh quy định"),
    "sum": N_("Phải thu: {dong} đồng"),
    "sum-unknown": N_("Phải thu: {dong} đồng, chưa kể khoản chưa ghi số tiền"),
    "nothing-due": N_("Chưa có khoản thu nào."),
    "due": N_("Nếu tiếp nhận lúc này, hẹn trả kết quả: {when}."),
    "at-once": N_("Nếu tiếp nhận lúc này: trả kết quả ngay, không cần giấy hẹn."),
    "file-with-slip": N_("Tiếp nhận và in giấy hẹn"),
    "file-at-once": N_("Tiếp nhận, trả kết quả ngay"),
    "saved": N_("Đã lưu nháp lúc {time}. Mã bản nháp: {code}"),
    "filed": N_("Đã tiếp nhận"),
    "filed-due": N_("Hẹn trả kết quả: {when}."),
    "filed-at-once": N_("Kết quả được trả ngay, chậm nhất {when}: không cần giấy hẹn. Người nộp yêu cầu thì vẫn in."),
    "money-paid": N_("Đã thu {dong} đồng."),
    "money-owed": N_("Còn phải thu: {dong} đồng."),
    "money-open": N_("Còn khoản chưa biết số tiền: mở hồ sơ để ghi."),
    "money-later": N_("Khi tiếp nhận sẽ phải thu: {dong} đồng."),
    "money-later-open": N_("Khi tiếp nhận sẽ phải thu: {dong} đồng, chưa kể khoản chưa ghi số tiền."),
    "money-none": N_("Không phải nộp tiền."),
    "asked": N_("Đã yêu cầu bổ sung"),
    "asked-note": N_("Hồ sơ được giữ; người nộp mang giấy tờ còn thiếu đến bất cứ quầy nào."),
    "print-slip": N_("In giấy hẹn"),
    "print-slip-asked": N_("Người nộp yêu cầu: vẫn in giấy hẹn"),
    "print-supplement": N_("In phiếu yêu cầu bổ sung"),
    "left": N_("Đã cất bản nháp {code}. Cần làm tiếp thì mở ở cuối trang này, mục Mở bản nháp đã có."),
    "no-drafts": N_("Bạn không có bản nháp nào khác."),
    "no-name": N_("chưa ghi họ tên"),
    "no-procedure": N_("Chưa chọn thủ tục"),
    "draft-saved": N_("lưu lúc {when}"),
    "resumed": N_("Đã mở bản nháp: xem lại rồi nộp."),
    "scanned": N_("Đã có bản quét của {name}."),
    "not-scanned": N_("Chưa tải lên được: {sentence}"),
    "again": N_("Nhấn F9 để thử lại."),
}
"""What the counter's script says; it knows no language itself. `{name}` is filled in there."""

IN_PRACTICE: Mapping[str, str] = {
    "called": N_("Luyện tập: số {number} đến quầy {desk}. Không ai được gọi thật."),
    "recalled": N_("Luyện tập: gọi lại số {number}. Không ai được gọi thật."),
    "passed": N_("Luyện tập: số {number} vắng mặt. Không có gì được ghi lại."),
    "unfiled": N_("Hồ sơ này chưa nộp. Nhấn F2 lần nữa để bỏ và tập với người tiếp theo."),
    "unsettled": N_("Lần tập vừa rồi còn việc chưa xong. F9: làm nốt; F2 lần nữa: bỏ qua và tập với người tiếp theo."),
    "file-with-slip": N_("Tập tiếp nhận, có giấy hẹn"),
    "file-at-once": N_("Tập tiếp nhận, trả kết quả ngay"),
    "saved": N_("Luyện tập nên không lưu gì. Ở màn hình thật, đã có bản nháp lúc {time}."),
    "filed": N_("Tập xong: không có hồ sơ nào được nộp"),
    "asked": N_("Tập xong: không có yêu cầu nào được gửi"),
    "asked-note": N_("Ở màn hình thật, hồ sơ được giữ; người nộp mang giấy tờ còn thiếu đến bất cứ quầy nào."),
    "filed-due": N_("Ở màn hình thật, hẹn trả kết quả: {when}."),
    "filed-at-once": N_("Ở màn hình thật, kết quả được trả ngay, chậm nhất {when}: không cần giấy hẹn."),
    "money-paid": N_("Đã tập thu {dong} đồng."),
    "money-owed": N_("Ở màn hình thật, còn phải thu: {dong} đồng."),
    "money-open": N_("Ở màn hình thật, còn khoản chưa biết số tiền: mở hồ sơ để ghi."),
    "money-later": N_("Ở màn hình thật, khi tiếp nhận sẽ phải thu: {dong} đồng."),
    "money-later-open": N_("Ở màn hình thật, khi tiếp nhận sẽ phải thu: {dong} đồng, chưa kể khoản chưa ghi số tiền."),
    "print-slip": N_("Ở màn hình thật, lúc này in giấy hẹn."),
    "print-slip-asked": N_("Ở màn hình thật, người nộp yêu cầu thì in giấy hẹn."),
    "print-supplement": N_("Ở màn hình thật, lúc này in phiếu yêu cầu bổ sung."),
    "refused/no-registry": N_("Luyện tập không hỏi cơ sở dữ liệu dân cư: quét thẻ, hoặc gõ tay."),
    "no-code": N_("LUYỆN-TẬP"),
    "no-scan": N_("Luyện tập không quét: đánh dấu bằng phím cách, hoặc gõ số bản."),
    "next-first": N_("Nhấn F2 trước, rồi quét thẻ."),
}
"""The same where it is practised: what is said otherwise, and what is said there alone."""

DONE: Mapping[str, str] = {
    "accept": N_("Đã tiếp nhận. Tiếp theo: in giấy hẹn."),
    "accept-at-once": N_("Đã tiếp nhận. Kết quả được trả ngay: không cần giấy hẹn."),
    "refuse": N_("Đã từ chối. Tiếp theo: in phiếu từ chối, ở mục In phiếu có lời của cán bộ."),
    "ask": N_("Đã yêu cầu bổ sung. Tiếp theo: in phiếu yêu cầu bổ sung."),
    "supplement": N_("Đã nhận giấy tờ bổ sung."),
    "review": N_("Đã ghi: đây là hồ sơ khác."),
    "correct": N_("Đã sửa thông tin."),
    "home": N_("Đã đổi cách nhận kết quả."),
    "withdraw": N_("Đã ghi yêu cầu rút hồ sơ."),
    "hand-over": N_("Đã trả kết quả."),
    "pay": N_("Đã thu đủ tiền. Tiếp theo: in biên lai, ở khoản thu của hồ sơ."),
    "amount": N_("Đã ghi số tiền."),
}
"""What was done, and what comes next, by the action."""
TO_PRINT: Mapping[str, str] = {"accept": "slip", "ask": "supplement"}
"""The form that is handed over once it is done."""
UNWORDED: Mapping[str, str] = {
    "reason": N_("Hãy ghi lý do: lý do được in trên phiếu."),
    "new_due": N_("Hãy chọn ngày hẹn mới: ngày đó được in trên phiếu."),
}
"""What a form lacks, by its field."""

REFUSED_BECAUSE: Mapping[str, str] = {
    "not-competent": N_("Không thuộc thẩm quyền giải quyết"),
    "not-eligible": N_("Không đủ điều kiện theo quy định"),
    "wrong-procedure": N_("Nộp nhầm thủ tục"),
    "forged": N_("Giấy tờ không hợp lệ hoặc có dấu hiệu giả mạo"),
    "twice": N_("Đã có hồ sơ giống như vậy"),
    "other": N_("Lý do khác"),
}
ASKED_BECAUSE: Mapping[str, str] = {
    "missing": N_("Chưa có"),
    "unreadable": N_("Không đọc được"),
    "expired": N_("Đã hết hạn"),
    "wrong": N_("Chưa đúng"),
    "not-certified": N_("Chưa được chứng thực"),
    "not-signed": N_("Chưa ký"),
}
"""As the supplement form prints them."""

FORMS: Mapping[str, str] = {
    "filed": N_("Giấy xác nhận đã nộp hồ sơ"),
    "slip": N_("Giấy tiếp nhận và hẹn trả"),
    "supplement": N_("Phiếu yêu cầu bổ sung"),
    "refusal": N_("Phiếu từ chối"),
    "apology": N_("Phiếu xin lỗi và hẹn lại"),
    "stop": N_("Thông báo dừng giải quyết"),
    "control": N_("Phiếu kiểm soát"),
}
GROUNDS: Mapping[str, str] = {
    "power-of-attorney": N_("Văn bản ủy quyền"),
    "law": N_("Đại diện theo pháp luật (cha, mẹ, người giám hộ)"),
    "employee": N_("Giấy giới thiệu của tổ chức"),
}
_PERSON = {
    "name": N_("Họ và tên người nộp"),
    "number": N_("Số giấy tờ của người nộp"),
    "phone": N_("Điện thoại của người nộp"),
    "email": N_("Thư điện tử của người nộp"),
    "address": N_("Địa chỉ của người nộp"),
}
_OWNER = {
    "owner.name": N_("Họ và tên chủ hồ sơ"),
    "owner.number": N_("Số giấy tờ của chủ hồ sơ"),
    "owner.phone": N_("Điện thoại của chủ hồ sơ"),
    "owner.email": N_("Thư điện tử của chủ hồ sơ"),
    "owner.address": N_("Địa chỉ của chủ hồ sơ"),
}
FIELDS: Mapping[str, str] = {**_PERSON, **_OWNER}
"""What may be corrected or asked for."""
