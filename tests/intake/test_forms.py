"""Every printed form of both sets, read back as a person, a scanner and a search would."""

import io
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from pypdf import PdfReader

from services.intake.domain.facts import NotAccepted
from services.intake.domain.printing import Worded
from services.intake.domain.progress import Progress
from services.intake.forms import FORMS, FormName
from services.intake.forms.apology import NotLater, TooLateToApologise
from services.intake.forms.frame import NotOnRecord, NotPrinted, WordsMissing
from services.intake.forms.printer import Printer
from services.intake.forms.refusal import GroundMissing
from tests.intake.front import Front
from tests.intake.printed import (
    NEW,
    NUMBER,
    OLD,
    REASON,
    REGIMES,
    Regime,
    accepted,
    asked,
    code_of,
    codes,
    filed,
    given,
    pages,
    size,
    worked_on,
)

PRINTED: list[tuple[Regime, FormName, str, str]] = [
    (OLD, "slip", "01", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"),
    (OLD, "supplement", "02", "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ"),
    (OLD, "refusal", "03", "Phiếu từ chối tiếp nhận giải quyết hồ sơ"),
    (OLD, "apology", "04", "Phiếu xin lỗi và hẹn lại ngày trả kết quả"),
    (OLD, "control", "05", "Phiếu kiểm soát quá trình giải quyết hồ sơ"),
    (NEW, "slip", "01", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"),
    (NEW, "supplement", "02", "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ"),
    (NEW, "refusal", "03", "Phiếu từ chối tiếp nhận giải quyết hồ sơ"),
    (NEW, "apology", "04", "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết"),
    (NEW, "stop", "05", "Thông báo dừng giải quyết hồ sơ"),
    (NEW, "control", "06", "Phiếu kiểm soát quá trình giải quyết hồ sơ"),
]
WORDS: dict[FormName, tuple[str, ...]] = {
    "filed": (),
    "slip": ("Quyển số:", "Số thứ tự: 1042", "1 bản chính, 2 bản sao", "Liên 1", "0912 345 678"),
    "supplement": ("không đọc được: trang hai bị nhòe", "chưa có", "Địa chỉ của người nộp", "thiếu tên thôn"),
    "refusal": ("Không thuộc thẩm quyền của ủy ban nhân dân cấp xã", "Điều 7 Luật Hộ tịch 2014"),
    "apology": (REASON, "02633 850 123", "xin lỗi Ông/Bà"),
    "stop": ("Người nộp hồ sơ đề nghị rút hồ sơ", "Điều 20 Nghị định 118/2025/NĐ-CP"),
    "control": ("Yêu cầu bổ sung, tạm dừng thời hạn", "Đã có kết quả", "Trước hạn", "Người nộp hồ sơ"),
}
HOSTILE = '#panic("x") *đậm* $x$ \\ <nhãn> @trích [ngoặc] `mã` // không'


@pytest.mark.parametrize(("it", "name", "number", "title"), PRINTED, ids=[f"{it[0].name}-{it[1]}" for it in PRINTED])
def test_row_14_each_form_of_both_sets_bears_its_number_its_words_and_a_qr_at_the_top_left(
    it: Regime, name: FormName, number: str, title: str
):
    pdf = FORMS[name].pdf(given(it, name))
    read = codes(pdf, f"form-{it.name}-{name}")
    assert size(pdf) == (148, 210)
    known = accepted(it).code if name not in {"supplement", "refusal"} else "7KM2P-XQ4RT"
    assert {text for text, _, _ in read} == {f"{known}|{it.procedure}|{NUMBER}|{title}"}
    assert all(right < 1 / 4 and down < 1 / 5 for _, right, down in read)
    text = " ".join(pages(name, given(it, name)))
    for words in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", title.upper(), *WORDS[name]):
        assert words in text
    assert f"(Mẫu số {number}, {it.circular})" in text


@pytest.mark.parametrize("it", REGIMES, ids=lambda it: it.name)
@pytest.mark.parametrize("name", FORMS)
def test_every_font_of_a_form_is_in_the_file_with_what_its_letters_mean(it: Regime, name: FormName):
    if (it, name) == (OLD, "stop"):
        return  # that set has none
    read = PdfReader(io.BytesIO(FORMS[name].pdf(given(it, name))))
    fonts = [font.get_object() for page in read.pages for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
    assert fonts
    for font in fonts:
        assert "/ToUnicode" in font
        (inner,) = font["/DescendantFonts"]
        assert {"/FontFile2", "/FontFile3"} & set(inner.get_object()["/FontDescriptor"])


@pytest.mark.parametrize("it", REGIMES, ids=lambda it: it.name)
def test_row_14_a_filing_has_its_number_on_paper_before_it_is_accepted(it: Regime):
    pdf = FORMS["filed"].pdf(given(it, "filed"))
    ((text, right, down),) = codes(pdf, f"form-{it.name}-filed")
    assert text == f"7KM2P-XQ4RT|{it.procedure}|{NUMBER}|Giấy xác nhận đã nộp hồ sơ"
    assert (right < 1 / 4, down < 1 / 5) == (True, True)
    (page,) = pages("filed", given(it, "filed"))
    for words in ("Mã tra cứu 7KM2P-XQ4RT", "chưa được tiếp nhận chính thức", "trả lời chậm nhất", "1 bản chính"):
        assert words in page
    assert "Mẫu số" not in page
    assert "chưa được tiếp nhận" not in " ".join(pages("filed", replace(given(it, "filed"), dossier=accepted(it))))


@pytest.mark.parametrize("odd", ["\x00\x07", "\u202egnort", "𠀋 🏤", "a" * 3_000, "\u200b" * 50, "ا ب", "1. + - / = #"])
def test_no_character_breaks_a_form(odd: str):
    for name in ("filed", "slip", "apology"):
        assert FORMS[name].pdf(given(NEW, name, name=f"Nguyễn {odd}", address=odd)).startswith(b"%PDF")


def test_the_set_changes_with_the_day_of_reception_and_not_with_the_day_of_printing():
    last = replace(OLD, at=OLD.at.replace(year=2025, month=9, day=14, hour=16, minute=59))
    first = replace(last, at=last.at + timedelta(minutes=1))
    received = given(OLD, "slip")
    texts = [
        " ".join(pages("slip", replace(received, dossier=replace(received.dossier, received_at=at))))
        for at in (last.at, first.at)
    ]
    assert "Thông tư 01/2018/TT-VPCP" in texts[0]
    assert "Thông tư 03/2025/TT-VPCP" in texts[1]


def test_the_old_set_has_no_stop_notice_and_says_what_to_do():
    with pytest.raises(NotPrinted, match="write a letter"):
        FORMS["stop"].check(given(OLD, "stop"))


def test_a_reprint_says_which_one_it_is_and_when():
    again = replace(given(NEW, "slip"), again=2)
    first, second = pages("slip", again)
    assert "In lại lần 2, lúc 15:05 20/11/2026" in first
    assert "In lại lần 2" in second
    assert "In lại" not in " ".join(pages("slip", given(NEW, "slip")))


@pytest.mark.parametrize("it", REGIMES, ids=lambda it: it.name)
@pytest.mark.parametrize("name", ["slip", "supplement", "refusal", "apology", "control"])
def test_words_of_an_applicant_are_printed_and_never_run_as_typst(it: Regime, name: FormName):
    hostile = given(it, name, name="Nguyễn Thị " + "Hường " * 30 + "#let", address=HOSTILE, phone="", email="")
    words = replace(hostile.words, reason=hostile.words.reason and f"{REASON} {HOSTILE}", contact=HOSTILE)
    text = " ".join(pages(name, replace(hostile, words=words)))
    assert (HOSTILE in text) or name == "control"
    codes(FORMS[name].pdf(replace(hostile, words=words)), f"hostile-{it.name}-{name}")


@pytest.mark.parametrize("it", REGIMES, ids=lambda it: it.name)
def test_what_is_not_known_becomes_a_dotted_line(it: Regime):
    for name in ("slip", "supplement", "refusal"):
        words = Worded(ground="Điều 7 Luật Hộ tịch 2014") if name == "refusal" else Worded()
        empty = replace(given(it, name, address="", phone="", email=""), words=words, volume="", nth="")
        assert "Địa chỉ: ......" in " ".join(pages(name, empty))


@pytest.mark.parametrize("it", REGIMES, ids=lambda it: it.name)
def test_forty_papers_run_over_to_further_pages_and_all_are_there(it: Regime):
    slip = replace(given(it, "slip"), dossier=accepted(it, papers=40))
    assert all(" ".join(pages("slip", slip)).count(f"paper-{n}:") == 2 for n in range(40))
    supplement = replace(given(it, "supplement"), dossier=asked(it, items=40))
    read = pages("supplement", supplement)
    assert len(read) > 1
    assert all(f"paper-{n}." in " ".join(read) for n in range(40))
    assert f"Trang 2 / {len(read)}" in read[1]


def test_the_control_sheet_says_of_each_hop_who_gave_who_took_when_and_whether_in_time():
    it = replace(given(NEW, "control"), progress=worked_on(NEW, steps=12, late=True))
    read = pages("control", it)
    text = " ".join(read)
    assert len(read) > 2
    assert text.count("Xong bước:") == 12
    assert text.count("Giao:") == text.count("Nhận:") == 17
    assert text.count("Trước hạn") == 12
    assert text.count("Quá hạn") == 1
    assert "11 giờ 05 phút, ngày 20 tháng 11 năm 2026" in text
    assert all("Tên cơ quan" in page or "Kết quả:" in page for page in read)


def test_there_is_no_form_for_what_did_not_happen():
    for name in ("slip", "apology", "control"):
        with pytest.raises(NotAccepted):
            FORMS[name].check(replace(given(NEW, name), dossier=filed(NEW)))
    for name in ("supplement", "refusal", "stop"):
        with pytest.raises(NotOnRecord):
            FORMS[name].check(replace(given(NEW, name), dossier=accepted(NEW)))


def test_what_an_official_has_to_word_is_asked_for_by_name():
    for words, about in ((Worded(), "reason"), (Worded(reason="vì bão"), "new_due")):
        with pytest.raises(WordsMissing) as refusal:
            FORMS["apology"].check(replace(given(NEW, "apology"), words=words))
        assert refusal.value.about == about
    earlier = Worded(reason="vì bão", new_due=NEW.at)
    with pytest.raises(NotLater):
        FORMS["apology"].check(replace(given(NEW, "apology"), words=earlier))
    with pytest.raises(WordsMissing):
        FORMS["stop"].check(replace(given(NEW, "stop"), words=Worded()))


@pytest.mark.parametrize("it", REGIMES, ids=lambda it: it.name)
def test_a_refusal_is_not_printed_without_its_legal_ground(it: Regime):
    with pytest.raises(GroundMissing) as refusal:
        FORMS["refusal"].check(replace(given(it, "refusal"), words=Worded()))
    assert refusal.value.about == "ground"


def test_an_apology_is_made_out_a_day_before_the_date_on_record_at_least_and_printed_again_later():
    it = given(NEW, "apology")
    due = it.due_at
    assert due
    day_before = due - timedelta(days=1)
    FORMS["apology"].check(replace(it, worded_at=day_before, at=due + timedelta(days=3)))
    for late in (day_before + timedelta(minutes=1), due, due + timedelta(days=3)):
        with pytest.raises(TooLateToApologise):
            FORMS["apology"].check(replace(it, worded_at=late, at=late))


def test_a_supplement_that_the_deciding_office_asked_for_is_printed_too():
    asked_later = replace(given(NEW, "supplement"), dossier=accepted(NEW), progress=worked_on(NEW))
    text = " ".join(pages("supplement", asked_later))
    assert "Tờ khai" in text
    assert f"Mã hồ sơ: {code_of(NEW)}" in text


def test_a_negative_decision_is_told_on_the_form_of_a_refusal():
    decided = worked_on(NEW)
    negative = replace(decided, entries=(*decided.entries[:-1], replace(decided.entries[-1], detail="negative")))
    it = replace(given(NEW, "refusal"), dossier=accepted(NEW), progress=negative)
    with pytest.raises(WordsMissing):
        FORMS["refusal"].check(replace(it, words=Worded()))
    worded = replace(it, words=Worded(reason="Đang có vợ theo sổ hộ tịch", ground="Điều 5 Luật Hôn nhân và gia đình"))
    assert "Đang có vợ theo sổ hộ tịch" in " ".join(pages("refusal", worded))


def test_nothing_is_decided_before_anything_was_said():
    with pytest.raises(NotOnRecord):
        FORMS["refusal"].check(replace(given(NEW, "refusal"), dossier=accepted(NEW), progress=Progress("one")))


async def test_a_sheet_that_failed_is_tried_again_and_one_that_is_there_is_not():
    answers = [OSError("no font"), b"%PDF-"]

    def make() -> bytes:
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    printer = Printer()
    with pytest.raises(OSError, match="no font"):
        await printer.once("sheet", make)
    assert [await printer.once("sheet", make) for _ in range(2)] == [b"%PDF-"] * 2


def test_the_page_asks_for_the_legal_ground_of_a_refusal_and_offers_the_form_again_once_it_was_given(desk: Front):
    id, clerk = desk.file(accept=False)["id"], desk.headers()
    because = {"reason": "not-competent", "words": "Không thuộc thẩm quyền"}
    httpx.post(f"{desk.url}/intake/dossiers/{id}/refusal", json=because, headers=clerk).raise_for_status()
    page, again = f"{desk.url}/counter/dossiers/{id}", f"/dossiers/{id}/forms/refusal.pdf"

    def printed(ground: str) -> httpx.Response:
        return httpx.post(f"{page}/print", data={"form": "refusal", "ground": ground}, headers=clerk, timeout=20)

    without = printed("")
    assert (without.status_code, "Hãy ghi căn cứ pháp lý" in without.text) == (422, True)
    assert again not in httpx.get(page, headers=clerk).text
    assert printed("Điều 7 Luật Hộ tịch 2014").headers["content-type"] == "application/pdf"
    assert again in httpx.get(page, headers=clerk).text
    reprint = httpx.get(f"{desk.url}/intake{again}", headers=clerk, timeout=20)
    assert "Điều 7 Luật Hộ tịch 2014" in PdfReader(io.BytesIO(reprint.content)).pages[0].extract_text()
