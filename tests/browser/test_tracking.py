"""The pages in a real browser: narrow and wide, both languages, keyboard alone, and what axe finds.

A picture of every page is left in tests/screenshots (not kept by git) for the eye.
"""

import re
from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from services.intake.domain.progress import Entry
from shared.clock import server_time
from tests.browser.looking import LANGUAGES, log_in, look_at
from tests.intake.front import LAST_FOUR, START, Front, whole_way
from tests.intake.test_papers import CITIZEN, decided


@pytest.fixture(scope="module")
def followed(desk: Front) -> dict[str, str]:
    """A dossier to which everything has happened."""
    slip = desk.file()
    desk.tell(slip["id"], 9, *whole_way(), due_at=START + timedelta(days=7), is_decided=True)
    return slip


def ask(page: Page, code: str, digits: str = "") -> None:
    page.locator("#code").fill(code)
    page.locator("#last_four").fill(digits)
    page.get_by_role("button", name=re.compile("Xem hồ sơ|Show the dossier")).click()


@pytest.mark.parametrize(
    ("address", "language"),
    [
        *((address, language) for address in ("/", "/track", "/intake/no-such-page") for language in LANGUAGES),
        ("/intake/docs", "vi"),  # its content is English in both
    ],
)
def test_every_page_fits_its_screen_and_axe_finds_nothing(page: Page, address: str, language: str):
    page.goto(f"{address}?lang={language}")
    expect(page.locator("html")).to_have_attribute("lang", language)
    look_at(page, f"{address.strip('/').replace('/', '-') or 'start'}-{language}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_followed_dossier_fits_its_screen_and_axe_finds_nothing(page: Page, followed: dict[str, str], language: str):
    page.goto(f"/track?code={followed['tracking']}&lang={language}")
    ask(page, followed["code"], LAST_FOUR)
    expect(page.get_by_role("heading", level=1)).to_contain_text(followed["code"])
    expect(page.locator(".timeline li")).to_have_count(15)
    look_at(page, f"tracked-{language}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_far_it_is_is_shown_without_the_digits(page: Page, followed: dict[str, str], language: str):
    page.goto(f"/track?lang={language}")
    ask(page, followed["code"])
    expect(page.locator(".state .now")).to_have_text({"vi": "Đã xử lý xong", "en": "Result is ready"}[language])
    look_at(page, f"minimal-{language}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_does_not_fit_is_said_beside_the_form(page: Page, followed: dict[str, str], language: str):
    page.goto(f"/track?lang={language}")
    ask(page, followed["code"], "9999")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#code")).to_have_value(followed["code"])
    look_at(page, f"wrong-{language}")


def test_whoever_guesses_too_often_gets_a_page_that_says_so(page: Page, desk: Front, followed: dict[str, str]):
    for _ in range(6):
        httpx.post(f"{desk.url}/intake/tracking", json={"code": followed["code"], "last_four": "9999"})
    page.goto("/track")
    ask(page, followed["code"], LAST_FOUR)
    expect(page.get_by_role("heading", level=1)).to_have_text("Bạn đã thử quá nhiều lần")
    look_at(page, "too-many-vi")


def test_the_form_needs_nothing_but_the_keyboard(page: Page, followed: dict[str, str]):
    page.goto("/track")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Đến nội dung chính")).to_be_focused()
    expect(page.get_by_role("link", name="Đến nội dung chính")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type(followed["code"].lower())
    page.keyboard.press("Tab")
    page.keyboard.type(LAST_FOUR)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Xem hồ sơ")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".state .now")).to_have_text("Đã xử lý xong")


def test_the_focus_can_be_seen(page: Page):
    page.goto("/track")
    for _ in range(5):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert float(outline.removesuffix("px")) >= 3


def test_the_language_can_be_switched_on_the_answer_and_stays(page: Page, followed: dict[str, str]):
    page.goto("/track")
    ask(page, followed["code"], LAST_FOUR)
    page.get_by_role("button", name="English").click()
    expect(page.locator(".state .now")).to_have_text("Result is ready")
    page.get_by_role("link", name="Track another dossier").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert LAST_FOUR not in page.url


OVERDUE = {
    "vi": "Đã quá ngày hẹn trả kết quả. Cơ quan giải quyết phải xin lỗi và hẹn lại ngày trả; "
    "bạn có thể hỏi nơi nhận hồ sơ.",
    "en": "The day on which the result was promised is past. The deciding office has to apologise and name a new day; "
    "you can ask the office that received your dossier.",
}
NOTHING_TO_DO = re.compile("Bạn không cần làm gì|There is nothing for you to do")
OPEN = re.compile("Mở kết quả|Open the result")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_dossier_that_is_overdue_says_so_and_not_that_there_is_nothing_to_do(page: Page, desk: Front, language: str):
    id, _ = decided(desk, filed_by=CITIZEN)
    desk.tell(id, 4, *whole_way()[:1], due_at=START + timedelta(days=5))
    page.goto(f"/track?lang={language}")
    ask(page, desk.do(desk.app.state.store.dossiers.known(id)).code, LAST_FOUR)
    expect(page.locator(".state")).to_contain_text(OVERDUE[language])
    expect(page.locator(".state")).not_to_contain_text(NOTHING_TO_DO)
    look_at(page, f"tracked-overdue-{language}")
    log_in(page, desk, CITIZEN)
    page.goto(f"/my/{id}")
    expect(page.locator(".state")).to_contain_text(OVERDUE[language])
    expect(page.locator(".state")).not_to_contain_text(NOTHING_TO_DO)


ASKED = {"vi": "Khi cơ quan yêu cầu bổ sung thì đã quá ngày hẹn", "en": "When the office asked for more, the day"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_that_waits_for_papers_that_were_asked_for_too_late_says_both(page: Page, desk: Front, language: str):
    slip = desk.file()
    desk.tell(slip["id"], 5, Entry(START + timedelta(days=6), "supplement-requested"), due_at=START + timedelta(days=5))
    page.goto(f"/track?lang={language}")
    ask(page, slip["code"], LAST_FOUR)
    expect(page.locator(".state")).to_contain_text(ASKED[language])
    expect(page.locator(".state")).not_to_contain_text(OVERDUE[language])
    look_at(page, f"tracked-overdue-waiting-{language}")


def test_one_whose_day_is_still_to_come_is_not_said_to_be_overdue(page: Page, desk: Front):
    slip = desk.file()
    desk.tell(slip["id"], 4, due_at=server_time() + timedelta(days=5))
    page.goto("/track")
    ask(page, slip["code"], LAST_FOUR)
    expect(page.locator(".state")).to_contain_text(NOTHING_TO_DO)
    expect(page.locator(".state")).not_to_contain_text(OVERDUE["vi"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("filed_by", "where"),
    [
        (CITIZEN, {"vi": "Mở được sau khi đăng nhập", "en": "It opens after you log in"}),
        ("", {"vi": "Mở được tại quầy nơi nhận hồ sơ.", "en": "It is opened at the counter"}),
    ],
    ids=["online", "counter"],
)
def test_without_a_login_it_is_said_where_an_electronic_result_opens_and_nothing_opens_it(
    page: Page, desk: Front, language: str, filed_by: str, where: dict[str, str]
):
    id, _ = decided(desk, filed_by=filed_by)
    page.goto(f"/track?lang={language}")
    ask(page, desk.do(desk.app.state.store.dossiers.known(id)).code, LAST_FOUR)
    expect(page.locator(".todo")).to_contain_text(where[language])
    expect(page.get_by_role("button", name=OPEN)).to_have_count(0)
    look_at(page, f"tracked-result-{'login' if filed_by else 'counter'}-{language}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("home_by", ["electronic", "post"])
def test_who_filed_it_finds_the_button_that_opens_the_result(page: Page, desk: Front, language: str, home_by: str):
    id, _ = decided(desk, home_by, filed_by=CITIZEN)
    log_in(page, desk, CITIZEN)
    page.goto(f"/my/{id}?lang={language}")
    expect(page.get_by_role("button", name=OPEN)).to_be_visible()
    look_at(page, f"portal-result-{home_by}-{language}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_a_result_without_a_file_it_is_said_where_to_ask(page: Page, desk: Front, language: str):
    id, _ = decided(desk, filed_by=CITIZEN)
    desk.tell(id, 9, is_decided=True)
    log_in(page, desk, CITIZEN)
    page.goto(f"/my/{id}?lang={language}")
    expect(page.get_by_role("button", name=OPEN)).to_have_count(0)
    expect(page.locator(".todo")).to_contain_text(re.compile("không có tệp điện tử|has no electronic file"))
    look_at(page, f"portal-result-without-file-{language}")


def test_the_result_opens_without_javascript_and_the_dossier_is_closed_with_it(desk: Front, browser: Browser):
    id, content = decided(desk, filed_by=CITIZEN)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640}, base_url=desk.url)
    visited = context.new_page()
    log_in(visited, desk, CITIZEN)
    visited.goto(f"/my/{id}")
    with visited.expect_response(re.compile("/intake/papers/links/")) as opened:
        visited.get_by_role("button", name="Mở kết quả").click()
    assert opened.value.status == 200
    assert opened.value.header_value("content-length") == str(len(content))
    after = context.new_page()
    after.goto(f"/my/{id}")
    expect(after.locator(".state .now")).to_have_text("Đã trả kết quả")
    expect(after.locator(".timeline")).to_contain_text("Đã trả kết quả: bản điện tử.")
    expect(after.get_by_role("button", name="Mở kết quả")).to_be_visible()
    context.close()


def test_somebody_elses_result_is_not_there(desk: Front):
    id, _ = decided(desk, filed_by=CITIZEN)
    headers = desk.headers("demo-citizen-2") | {"accept": "text/html"}
    answer = httpx.post(f"{desk.url}/my/{id}/result", headers=headers)
    assert (answer.status_code, "Bạn không có hồ sơ hay bản nháp này" in answer.text) == (404, True)
    assert desk.do(desk.app.state.store.links.find({"state.dossier": id})) == []
