"""D6, weak outreach: what comes from which hamlet and by which way, on a phone and on a wide screen."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import WIDTHS
from tests.browser.looking import LANGUAGES, log_in, look_at
from tests.intake.front import OWNER, Front

EXTRACT, COPY = "2.000635", "2.000815"


@pytest.fixture(scope="module", autouse=True)
def received(desk: Front) -> None:
    """From two hamlets, one of them written in two ways, and from nowhere; all of it at the counter."""
    for n, address in enumerate(
        ("Thôn Tân Lâm, xã Đinh Văn Lâm Hà", "thon tan lam, Xa Dinh Van Lam Ha", "Buôn Chuối, xã Mê Linh", "")
    ):
        for procedure in (EXTRACT, COPY)[: 2 - n % 2]:
            desk.file(OWNER | {"address": address}, procedure=procedure, home_by="counter")


@pytest.mark.parametrize("language", LANGUAGES)
def test_d6_the_head_of_an_office_sees_where_to_go_with_leaflets(page: Page, desk: Front, language: str):
    log_in(page, desk, "demo-counter")
    page.goto(f"/counter/list?lang={language}")
    page.get_by_role("link", name={"vi": "Thống kê", "en": "Statistics"}[language], exact=True).click()
    procedures, places = page.get_by_role("table").all()
    most, fewer = procedures.get_by_role("row").all()[1:3]
    expect(most.get_by_role("cell")).to_have_text(["4", "0", "4", "0", "4", "0"])
    leaflet = most.get_by_role("link").get_attribute("href")
    assert leaflet == f"/services/{EXTRACT}/leaflet.pdf"
    assert page.request.get(f"{desk.url}{leaflet}").headers["content-type"] == "application/pdf"
    expect(fewer.get_by_role("rowheader")).to_contain_text(COPY)
    expect(fewer.get_by_role("link")).to_have_count(0)
    few = {"vi": "Nơi có ít hơn 3 hồ sơ, hoặc địa chỉ không", "en": "Places of fewer than 3 dossiers"}[language]
    total = {"vi": "Tổng cộng", "en": "Total"}[language]
    expect(places.locator("tbody, tfoot").get_by_role("rowheader")).to_have_text(
        ["Thôn Tân Lâm, xã Đinh Văn Lâm Hà", re.compile(few), total]
    )
    expect(places.get_by_role("row").last.get_by_role("cell").first).to_have_text("6")
    look_at(page, f"statistics-{language}")


@pytest.mark.parametrize("width", WIDTHS)
def test_d6_days_the_wrong_way_round_are_told_beside_the_field(browser: Browser, desk: Front, width: int):
    """Answered with 422, of which the browser may speak: without the page that complains of it."""
    page = browser.new_page(viewport={"width": width, "height": 740}, base_url=desk.url)
    log_in(page, desk, "demo-counter")
    page.goto("/counter/statistics")
    today = page.locator("#last").input_value()
    page.locator("#last").fill(f"{int(today[:4]) - 1}-12-31")
    page.locator("#first").fill(today)
    page.get_by_role("button", name="Xem").click()
    expect(page.locator("#last-wrong")).to_be_visible()
    expect(page.locator("#last")).to_be_focused()
    look_at(page, "statistics-wrong-vi")
    page.close()


def test_d6_a_leader_looks_at_one_counter_after_the_other(page: Page, desk: Front):
    log_in(page, desk, "demo-leader")
    page.goto("/counter/statistics")
    expect(page.locator(".state .now")).to_be_visible()
    look_at(page, "statistics-nothing-vi")
    page.locator("#office").select_option("H36.202.02")
    page.get_by_role("button", name="Xem").click()
    expect(page.get_by_role("table")).to_have_count(2)
    look_at(page, "statistics-leader-vi")
