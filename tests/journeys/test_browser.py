"""The pages in a real browser: narrow and wide, both languages, keyboard alone, and what axe finds.

A picture of every page is left in tests/screenshots (not kept by git) for the eye.
"""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from deploy.engines import Engines
from tests.intake.front import LAST_FOUR, START, Front, front, whole_way

SCREENSHOTS = Path(__file__).parent.parent / "screenshots"
WIDTHS = (320, 1280)
LANGUAGES = ("vi", "en")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def desk(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with front(engines, tmp_path_factory.mktemp("front")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "Install Debian's chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, desk: Front, browser: Browser) -> Iterator[Page]:
    """A new visitor, who complains about anything that the browser refuses or that comes from elsewhere."""
    desk.forget_tries()
    context = browser.new_context(viewport={"width": request.param, "height": 740}, base_url=desk.url)
    visited, complaints = context.new_page(), []
    visited.on("console", lambda it: complaints.append(it.text) if it.type == "error" else None)
    visited.on("requestfailed", lambda it: complaints.append(it.url))
    visited.on("request", lambda it: None if it.url.startswith(desk.url) else complaints.append(it.url))
    yield visited
    context.close()
    assert [it for it in complaints if "404" not in it and "429" not in it] == []


@pytest.fixture(scope="module")
def followed(desk: Front) -> dict[str, str]:
    """A dossier to which everything has happened."""
    slip = desk.file()
    desk.tell(slip["id"], 9, *whole_way(), due_at=START + timedelta(days=7), is_decided=True)
    return slip


def look_at(page: Page, name: str) -> None:
    """Nothing sticks out sideways, axe is content, and there is a picture."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, options=RULES).response["violations"]
    assert [f"{it['id']}: {it['help']}: {it['nodes'][0]['html']}" for it in found] == []


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
