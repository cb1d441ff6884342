"""The pages in a real browser: narrow and wide, both languages, keyboard alone, and what axe finds.

A picture of every page is left in tests/screenshots (not kept by git) for the eye.
"""

import re
from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import LANGUAGES, look_at
from tests.intake.front import LAST_FOUR, START, Front, whole_way


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
