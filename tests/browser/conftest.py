"""A real browser, and intake behind the real gateway, for every test of a page."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from tests.browser.looking import complaints_of
from tests.intake.front import Front
from tests.shared.debian import NEEDED

WIDTHS = (320, 1280)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, NEEDED
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, desk: Front, browser: Browser) -> Iterator[Page]:
    """A new visitor, who complains about anything that the browser refuses or that comes from elsewhere."""
    desk.forget_tries()
    context = browser.new_context(viewport={"width": request.param, "height": 740}, base_url=desk.url)
    visited = context.new_page()
    complaints = complaints_of(visited, desk)
    visited.on("requestfailed", lambda it: None if is_left(it) else complaints.append(it.url))
    yield visited
    context.close()
    assert [it for it in complaints if "404" not in it and "429" not in it] == []


def is_left(request: Request) -> bool:
    """What the browser itself let go of, for the page was left before it was there; nothing that was to be saved."""
    return request.method == "GET" and request.failure == "net::ERR_ABORTED"
