"""Finding a service and knowing what to bring, in a real browser: narrow and wide, both languages, without a script."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import current_thread

import httpx
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from services.intake.app import catalogue
from services.intake.domain.checking import LONGEST_LINE, MOST_LINES
from services.intake.domain.procedure import FormLine
from services.intake.forms.leaflet import print_leaflet
from services.intake.forms.printer import Printer
from services.intake.forms.sample import print_sample
from services.intake.pages import leaflets
from shared.calendar import local_day
from tests.browser.looking import LANGUAGES, look_at
from tests.intake.front import Front
from tests.intake.printed import codes, size, texts

OFFERED = catalogue().procedure("1.001193", local_day(datetime.now(UTC)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/services", "services"),
        ("/services?q=xay+nha", "services-found"),
        ("/services?q=qwerty", "services-nothing"),
        ("/services?event=birth", "services-event"),
        ("/services/1.000894?case=elsewhere", "service-case"),
        ("/services/2.000815", "service-fee"),
    ],
)
def test_every_page_of_the_services_fits_and_axe_finds_nothing(page: Page, address: str, name: str, language: str):
    page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
    expect(page.locator("html")).to_have_attribute("lang", language)
    look_at(page, f"{name}-{language}")


@pytest.mark.parametrize("asked", ["dang ky khai sinh", "làm giấy cho con mới đẻ", "KHAI SINH", "1.001193"])
def test_row_97_plain_words_without_diacritics_find_the_service(page: Page, asked: str):
    page.goto("/services")
    page.locator("#q").fill(asked)
    page.keyboard.press("Enter")
    expect(page.locator(".doors a").first).to_have_text("Đăng ký khai sinh")
    expect(page.locator("#q")).to_have_value(asked)


def test_row_97_the_text_is_vietnamese_with_its_diacritics(page: Page):
    page.goto("/services")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bạn cần làm việc gì?")
    expect(page.locator("html")).to_have_attribute("lang", "vi")


def test_d1_somebody_who_knows_no_name_finds_the_checklist_by_what_happened(page: Page):
    page.goto("/services")
    page.get_by_role("link", name="Sinh con").click()
    page.get_by_role("link", name="Đăng ký khai sinh").click()
    expect(page.locator(".papers li").first).to_contain_text("Tờ khai đăng ký khai sinh")
    assert page.locator("h2").first.inner_text() in {"Trường hợp của bạn", "Giấy tờ cần mang"}


def test_d5_the_case_changes_the_list_of_papers(page: Page):
    page.goto("/services/1.013225")
    expect(page.locator(".papers")).not_to_contain_text("Bản cam kết")
    page.get_by_role("link", name="Có công trình liền kề").click()
    expect(page.locator(".papers")).to_contain_text("Bản cam kết bảo đảm an toàn")
    expect(page.get_by_role("link", name="Có công trình liền kề")).to_have_attribute("aria-current", "page")


def test_d5_the_stages_of_a_difficult_procedure_are_shown(page: Page):
    page.goto("/services/1.012784")
    page.get_by_text("Hồ sơ qua những bước nào?").click()
    expect(page.get_by_text("Kiểm tra thực địa và đo đạc")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "at", "level"),
    [
        ("vi", "Niêm yết công khai tại xã (ở cấp xã)", "Mức độ trực tuyến (2020): 3"),
        ("en", "(at the commune)", "(2020): 3"),
    ],
)
def test_d5_a_stage_at_another_level_and_the_online_level_are_told(desk: Front, language: str, at: str, level: str):
    page = httpx.get(f"{desk.url}/services/1.012786?lang={language}").text
    text = " ".join(re.sub(r"<[^>]+>", "", page).split())
    assert (at in text, level in text) == (True, True)


def test_a_replaced_code_leads_to_the_procedure_that_replaced_it(page: Page):
    page.goto("/services/1.009994")
    assert page.url.endswith("/services/1.013225")


def test_an_unknown_service_or_case_is_answered_with_a_page(page: Page, desk: Front):
    page.goto("/services/9.999999")
    expect(page.get_by_role("heading", level=1)).to_have_text("Không có trang này")
    for language, words in (("vi", "Hãy chọn lại."), ("en", "Choose again.")):
        where = f"{desk.url}/services/1.001193?case=unheard&lang={language}"
        answer = httpx.get(where, headers={"accept": "text/html"})
        assert answer.status_code == 422
        assert words in answer.text


def test_finding_works_without_javascript(desk: Front, browser: Browser):
    context = browser.new_context(java_script_enabled=False, base_url=desk.url)
    visited = context.new_page()
    visited.goto("/services")
    visited.locator("#q").fill("mat so do")
    visited.get_by_role("button", name="Tìm").click()
    expect(visited.locator(".doors a").first).to_have_text(re.compile("do bị mất"))
    context.close()


def drawn(pdf: bytes) -> Image.Image:
    return PdfDocument(pdf)[0].render(scale=3).to_pil()


def test_d6_the_leaflet_holds_the_checklist_and_its_qr_leads_to_the_page(desk: Front):
    answer = httpx.get(f"{desk.url}/services/1.013225/leaflet.pdf", timeout=20)
    assert answer.headers["content-type"] == "application/pdf"
    read = PdfReader(io.BytesIO(answer.content))
    text = read.pages[0].extract_text()
    assert len(read.pages) == 1
    for words in (
        "Cấp giấy phép xây dựng nhà ở riêng lẻ",
        "Bản vẽ thiết kế xây dựng",
        "Có công trình liền kề",
        "75.000 đ",
    ):
        assert words in text
    (code,) = zxingcpp.read_barcodes(drawn(answer.content))
    assert code.text == f"{desk.url}/services/1.013225"


@pytest.mark.parametrize("language", LANGUAGES)
def test_d1_how_a_form_is_filled_in_stands_beside_its_paper(page: Page, language: str):
    page.goto(f"/services/1.001193?lang={language}")
    (paper, *_), summary = page.locator(".papers > li").all(), re.compile("mẫu điền sẵn|a sample")
    expect(paper.get_by_text("KA NGỌC ÁNH")).to_be_hidden()
    paper.get_by_text(summary).click()
    expect(paper.get_by_text("KA NGỌC ÁNH")).to_be_visible()
    expect(paper.locator("dl")).to_have_attribute("lang", "vi")
    assert paper.locator("dt").first.inner_text() == "Kính gửi"
    expect(page.get_by_text(summary)).to_have_count(1)
    look_at(page, f"service-sample-{language}")


def test_d1_a_sample_to_print_is_read_without_its_diacritics_lost_and_its_qr_leads_to_the_page(page: Page, desk: Front):
    page.goto("/services/1.001193")
    page.get_by_text("Cách ghi (mẫu điền sẵn)").click()
    link = page.get_by_role("link", name="Mẫu này để in (PDF)").get_attribute("href")
    answer = httpx.get(f"{desk.url}{link}", timeout=20)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'inline; filename="1.001193-declaration-mau.pdf"'
    assert size(answer.content) == (210, 297)
    sheets = texts(answer.content)
    assert all("MẪU ĐIỀN SẴN, người trong mẫu không có thật" in it for it in sheets)
    for words in (
        "Tờ khai đăng ký khai sinh",
        "Thủ tục: Đăng ký khai sinh",
        "Quan hệ với người được khai sinh",
        "KA NGỌC ÁNH",
        "Thẻ căn cước số 068196000000, Bộ Công an cấp ngày 15/7/2024",
    ):
        assert words in sheets[0]
    assert "Ký, rồi ghi rõ họ, chữ đệm, tên Ka Nhiêm" in sheets[-1]
    ((code, right, down),) = codes(answer.content, "sample")
    assert code == f"{desk.url}/services/1.001193"
    assert (right < 0.3, down < 0.3) == (True, True), "at the top left of the first sheet"


def test_d1_the_longest_sample_goes_on_over_several_sheets_with_head_and_number_on_each():
    def full(begin: str) -> str:
        return f"{begin} {'Họ, chữ đệm, tên ' * LONGEST_LINE}"[:LONGEST_LINE].strip().ljust(LONGEST_LINE, "x")

    lines = tuple(FormLine(full(f"Mục {n}"), full(f"Nội dung {n}")) for n in range(MOST_LINES))
    longest = replace(OFFERED.filled_in("declaration"), sample=lines)
    pdf = print_sample(leaflets.sample(OFFERED, longest, "https://motcua.example"))
    sheets = texts(pdf)
    assert len(sheets) > 2
    for n, sheet in enumerate(sheets, start=1):
        assert "MẪU ĐIỀN SẴN, người trong mẫu không có thật" in sheet
        assert f"https://motcua.example/services/{OFFERED.code} Mã thủ tục: {OFFERED.code}" in sheet
        assert f"Trang {n} / {len(sheets)}" in sheet
    whole = " ".join(sheets)
    assert [it for line in lines for it in (line.label, line.answer) if it not in whole] == []
    ((code, *_),) = codes(pdf, "sample-longest")
    assert code == f"https://motcua.example/services/{OFFERED.code}"


@pytest.mark.parametrize("paper", ["birth-notice", "unheard"])
def test_a_paper_without_a_sample_is_answered_with_a_page(desk: Front, paper: str):
    for language, words in (("vi", "Giấy này không có mẫu điền sẵn"), ("en", "This paper has no sample")):
        where = f"{desk.url}/services/1.001193/samples/{paper}.pdf?lang={language}"
        answer = httpx.get(where, headers={"accept": "text/html"})
        assert (answer.status_code, words in answer.text) == (404, True)


def test_a_crowd_that_wants_one_leaflet_has_it_printed_once(desk: Front, monkeypatch: pytest.MonkeyPatch):
    made = list[str]()

    def printed(form: leaflets.Leaflet) -> bytes:
        made.append(f"{form.code} {current_thread().name}")
        return print_leaflet(form)

    monkeypatch.setattr(leaflets, "print_leaflet", printed)
    monkeypatch.setitem(desk.app.state._state, "printer", Printer())
    with ThreadPoolExecutor(4) as crowd:
        wanted = [f"{desk.url}/services/{code}/leaflet.pdf" for code in ("1.001193", "1.000894") for _ in range(4)]
        answers = list(crowd.map(lambda url: httpx.get(url, timeout=30), wanted))
    assert {it.headers["content-type"] for it in answers} == {"application/pdf"}
    assert len({it.content for it in answers}) == 2
    assert sorted(it.partition(" ")[0] for it in made) == ["1.000894", "1.001193"]
    assert all(" printer" in it for it in made)  # not on the threads that logins wait for


def test_d1_the_poster_says_start_here_and_its_qr_leads_to_the_search(desk: Front):
    answer = httpx.get(f"{desk.url}/services/poster.pdf", timeout=20)
    read = PdfReader(io.BytesIO(answer.content))
    assert "BẮT ĐẦU Ở ĐÂY" in read.pages[0].extract_text()
    assert len(read.pages) == 1
    (code,) = zxingcpp.read_barcodes(drawn(answer.content))
    assert code.text == f"{desk.url}/services"
