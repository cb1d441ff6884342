"""What every page is looked at for. A picture of each is left in tests/screenshots (not kept by git) for the eye."""

import time
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from shared.auth import LOGIN
from tests.intake.front import Front

__all__ = ["LANGUAGES", "complaints_of", "log_in", "look_at"]

SCREENSHOTS = Path(__file__).parent.parent / "screenshots"
LANGUAGES = ("vi", "en")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def look_at(page: Page, name: str) -> None:
    """Nothing sticks out sideways, axe is content, and there is a picture."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, options=RULES).response["violations"]
    assert [f"{it['id']}: {it['help']}: {it['nodes'][0]['html']}" for it in found] == []


def complaints_of(page: Page, desk: Front) -> list[str]:
    """What the browser calls an error from now on, and what is fetched from elsewhere; it grows."""
    complaints = list[str]()
    page.on("console", lambda it: complaints.append(it.text) if it.type == "error" else None)
    page.on("request", lambda it: None if it.url.startswith(desk.url) else complaints.append(it.url))
    return complaints


def log_in(page: Page, desk: Front, person: str) -> None:
    """The browser holds that person's login, as after the issuer's page."""
    page.context.add_cookies(
        [
            {
                "name": LOGIN,
                "value": desk.issuer.token(person, time.time()),
                "url": desk.url,
                "httpOnly": True,
                "sameSite": "Lax",
            }
        ]
    )
