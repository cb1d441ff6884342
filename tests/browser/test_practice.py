"""Practice at the counter in a real browser: the very screen and the very rules, and nothing is written."""

import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, Request, expect

from deploy.engines import Engines
from services.intake.pages.counter.practice import PEOPLE
from shared import door
from shared.calendar import VIETNAM
from tests.browser.conftest import WIDTHS
from tests.browser.counting import FIVE, MOUSE, clerk_at, counter_of_five, wand
from tests.browser.looking import LANGUAGES, look_at
from tests.browser.test_counter import choose_procedure, council, opened, tick_all, walk
from tests.intake.front import Front

ASKS = re.compile(
    r"GET /intake/(static/[^/]+|procedures/[^/]+)|POST /intake/(dossiers/outlook|people/card|people/address)|GET /counter/practice"
)
"""All that may leave the browser."""
MAN, WOMAN, DAUGHTER = PEOPLE


@pytest.fixture(scope="module")
def desk(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with counter_of_five(engines, tmp_path_factory.mktemp("practice")) as running:
        yield running


@pytest.fixture(params=WIDTHS)
def clerk(request: pytest.FixtureRequest, browser: Browser, desk: Front) -> Iterator[Page]:
    """A clerk who practises. Nothing leaves but questions, none is refused, and no document comes of them."""
    before = kept(desk)
    page, complaints = clerk_at(browser, desk, request.param), list[str]()
    page.on("console", lambda it: complaints.append(it.text) if it.type == "error" else None)
    page.on("pageerror", lambda it: complaints.append(str(it)))
    page.on("request", lambda it: complaints.append(_asked(it)) if not ASKS.fullmatch(_asked(it)) else None)
    yield page
    page.goto("about:blank")  # so that what the screen saves when it is left is seen
    page.context.close()
    assert complaints == []
    assert kept(desk) == before


def _asked(it: Request) -> str:
    return f"{it.method} {urlsplit(it.url).path}"


def kept(desk: Front) -> dict[str, int]:
    """How many documents each collection holds, but the catalogue's, which is written behind the start.

    It shows that a question leaves none behind. That nothing else is sent, by which one could change, shows `ASKS`.
    """

    async def count() -> dict[str, int]:
        database = desk.app.state.frame.database
        names = set(await database.list_collection_names()) - {"offices", "procedures", "publications"}
        return {name: await database[name].count_documents({}) for name in names}

    return desk.do(count())


def practice(page: Page, more: str = "") -> Page:
    return opened(page, f"/counter/practice{more}")


def look_from_the_top(page: Page, name: str) -> None:
    """Where the band covers nothing: further down it lies over part of what scrolls by."""
    page.evaluate("scrollTo(0, 0)")
    look_at(page, name)


def open_people(page: Page) -> None:
    walk(page, ".people summary")
    page.keyboard.press("Enter")
    expect(page.locator(".people")).to_have_attribute("open", "")


def test_d4_a_whole_filing_is_practised_by_the_keyboard_alone_and_nothing_is_written(clerk: Page):
    page, address = clerk, f"/counter/practice?draft={uuid4()}"
    page.add_init_script(MOUSE)
    opened(page, address)
    assert page.title().startswith("Luyện tập")
    open_people(page)
    look_from_the_top(page, "practice-people-vi")

    page.keyboard.press("F2")
    expect(page.locator("#called")).to_have_text("1")
    expect(page.locator("#said")).to_have_text("Luyện tập: số 1 đến quầy 1. Không ai được gọi thật.")
    expect(page.locator("#procedure")).to_be_focused()
    choose_procedure(page)
    expect(page.locator("#case")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#card")).to_be_focused()
    wand(page, read_from(page, MAN.name))
    expect(page.locator("#name")).to_have_value(MAN.name)
    expect(page.locator("#born")).to_have_value("15/03/2001")
    expect(page.locator("#address_today")).not_to_have_value("")

    mistyped(page)
    walk(page, "#paper-request")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("Luyện tập không quét")
    tick_all(page)
    walk(page, "#paid")
    page.keyboard.press("Space")
    walk(page, "#consent")
    page.keyboard.press("Space")
    expect(page.locator("#saved")).to_contain_text("Luyện tập nên không lưu gì.")
    expect(page.locator("#file-words")).to_have_text("Tập tiếp nhận, có giấy hẹn")
    page.keyboard.press("F9")

    expect(page.locator("#print")).to_be_focused()
    expect(page.locator("#print")).to_have_text("Ở màn hình thật, lúc này in giấy hẹn.")
    expect(page.locator("#result-title")).to_have_text("Tập xong: không có hồ sơ nào được nộp")
    expect(page.locator("#result-code")).to_have_text("LUYỆN-TẬP")
    expect(page.locator("#result-due")).to_contain_text("hẹn trả kết quả: ")
    expect(page.locator("#result-money")).to_have_text("Đã tập thu 77.000 đồng.")
    expect(page.locator("#result a")).to_have_count(0)
    look_from_the_top(page, "practice-result-vi")
    assert page.url.endswith(address), "no draft stands in the address"

    page.keyboard.press("F2")
    expect(page.locator("#called")).to_have_text("2")
    expect(page.locator("#procedure")).to_be_focused()
    expect(page.locator("#left")).to_be_hidden()
    assert page.evaluate("window.mouseEvents") == []
    assert page.evaluate("localStorage.length") == 0


def mistyped(page: Page) -> None:
    """Filed with a phone that is none, before papers and consent: all of it is told, as at work."""
    expect(page.locator("#phone")).to_be_focused()
    page.keyboard.type("0912")
    page.keyboard.press("F9")
    expect(page.locator("#phone-error")).to_contain_text("Số điện thoại chưa đúng: 10 chữ số")
    expect(page.locator("#consent-error")).to_be_visible()
    expect(page.locator("#paper-request-error")).to_contain_text("Chưa đủ giấy tờ")
    expect(page.locator("#phone")).to_be_focused()
    look_from_the_top(page, "practice-wrong-vi")
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")


def read_from(page: Page, name: str) -> str:
    """What a wand reads from the picture on the screen."""
    picture = page.get_by_role("img", name=f"Mã QR trên thẻ của {name}").screenshot()
    (read,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    return read.text


def test_d4_whoever_practises_sees_it_wherever_they_are_on_the_screen(clerk: Page):
    practice(clerk)
    band = clerk.get_by_text("LUYỆN TẬP: không có gì được ghi lại")
    for place in ("#called", "#papers", "#consent", "footer"):
        clerk.locator(place).scroll_into_view_if_needed()
        expect(band).to_be_in_viewport(ratio=1)
    walk(clerk, "#consent")
    clerk.evaluate("scrollTo(0, document.body.scrollHeight)")
    for _ in range(40):
        clerk.keyboard.press("Shift+Tab")
        assert clerk.evaluate(COVERED) is False
    expect(clerk.get_by_role("link", name="Về màn hình làm việc")).to_have_attribute("href", "/counter")


COVERED = """() => {
  const [band, it] = [document.querySelector(".practice"), document.activeElement];
  return !band.contains(it) && it.closest("main") !== null && it.getBoundingClientRect().top < band.getBoundingClientRect().bottom;
}"""
"""Whether the band covers what has the focus."""


def test_d4_the_daughter_files_for_her_mother_with_the_keys_beside_the_cards(clerk: Page):
    practice(clerk)
    open_people(clerk)
    for it in DAUGHTER.cards:
        clerk.get_by_role("button", name=f"Quét thẻ này: {it.name}").press("Enter")
        expect(clerk.locator("#said")).to_have_text(f"Đã đọc thẻ của {it.name}.")
    expect(clerk.locator("#for-other")).to_be_checked()
    assert [clerk.locator(it).input_value() for it in ("#name", "#owner-name")] == [it.name for it in DAUGHTER.cards]
    clerk.locator("#procedure").focus()
    wand(clerk, DAUGHTER.procedure)
    expect(clerk.locator("#chosen")).to_contain_text(DAUGHTER.procedure)
    clerk.keyboard.press("F9")
    expect(clerk.locator("#authorisation-error")).to_be_visible()
    expect(clerk.locator("#papers li")).not_to_have_count(0)
    look_from_the_top(clerk, "practice-for-another-vi")
    clerk.locator("#authorisation").fill(DAUGHTER.typed["Số văn bản"])
    clerk.locator("#consent").press("Space")
    clerk.keyboard.press("F9")
    expect(clerk.locator("#counter")).not_to_have_attribute("aria-busy", "true")
    expect(clerk.locator("#ask-all")).to_be_visible()
    clerk.locator("#ask-all").press("Enter")
    expect(clerk.locator("#print")).to_be_focused()
    expect(clerk.locator("#result-title")).to_have_text("Tập xong: không có yêu cầu nào được gửi")
    later = "Ở màn hình thật, khi tiếp nhận sẽ phải thu: 75.000 đồng."
    expect(clerk.locator("#result-money")).to_have_text(later)
    expect(clerk.locator("#result-code")).to_have_text("LUYỆN-TẬP")
    clerk.get_by_role("button", name=f"Quét thẻ này: {MAN.name}").press("Enter")
    expect(clerk.locator("#said")).to_have_text("Nhấn F2 trước, rồi quét thẻ.")


def test_d4_who_has_no_card_is_typed_and_the_registry_is_not_asked(clerk: Page):
    practice(clerk)
    clerk.locator("#procedure").focus()
    wand(clerk, WOMAN.procedure)
    expect(clerk.locator("#chosen")).to_contain_text(WOMAN.procedure)
    for field, text in zip(("number", "born", "address"), WOMAN.typed.values(), strict=True):
        clerk.locator(f"#{field}").fill(text)
    clerk.locator("#name").fill(WOMAN.name)
    clerk.locator("#lookup").press("Enter")
    expect(clerk.locator("#alert")).to_contain_text("Luyện tập không hỏi cơ sở dữ liệu dân cư")
    clerk.locator("#paper-declaration").press("Space")
    expect(clerk.locator("#due")).to_contain_text("hẹn trả kết quả")
    clerk.locator("#consent").press("Space")
    clerk.keyboard.press("F9")
    expect(clerk.locator("#result-code")).to_have_text("LUYỆN-TẬP")
    expect(clerk.locator("#result-money")).to_have_text("Không phải nộp tiền.")


def test_d4_an_amount_is_entered_by_its_resolution_and_taken_once_the_result_is_there(clerk: Page):
    practice(clerk)
    council(clerk)
    expect(clerk.locator("#sum")).to_contain_text("chưa kể khoản chưa ghi số tiền")
    clerk.locator("#fee-civil-status-dong").fill("15.000")
    clerk.keyboard.press("F9")
    expect(clerk.locator("#fee-civil-status-because-error")).to_contain_text("Theo nghị quyết nào?")
    clerk.locator("#fee-civil-status-because").fill("Nghị quyết 10/2025")
    clerk.keyboard.press("F9")
    expect(clerk.locator("#result-money")).to_have_text("Ở màn hình thật, còn phải thu: 15.000 đồng.")
    clerk.locator("#take").press("Enter")
    expect(clerk.locator("#result-money")).to_have_text("Đã tập thu 15.000 đồng.")
    expect(clerk.locator("#take")).to_be_hidden()


def test_d4_the_number_of_practice_is_called_again_twice_before_it_is_passed_over(clerk: Page):
    practice(clerk)
    clerk.locator("#desk").fill("7")
    clerk.keyboard.press("F2")
    expect(clerk.locator("#called")).to_have_text("1")
    clerk.locator("#absent").press("Enter")
    expect(clerk.locator("#alert")).to_contain_text("đủ hai lần")
    for _ in range(2):
        clerk.locator("#recall").press("Enter")
        expect(clerk.locator("#counter")).not_to_have_attribute("aria-busy", "true")
    expect(clerk.locator("#said")).to_have_text("Luyện tập: gọi lại số 1. Không ai được gọi thật.")
    clerk.locator("#recall").press("Enter")
    expect(clerk.locator("#alert")).to_contain_text("đã gọi lại đủ hai lần")
    clerk.locator("#absent").press("Enter")
    expect(clerk.locator("#said")).to_have_text("Luyện tập: số 1 vắng mặt. Không có gì được ghi lại.")
    expect(clerk.locator("#called")).to_have_text("–")
    clerk.keyboard.press("F2")
    expect(clerk.locator("#called")).to_have_text("2")


def test_d4_where_the_result_is_given_at_once_the_key_says_that_it_is_practised(
    clerk: Page, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(door, "server_time", lambda: datetime(2026, 11, 25, 10, tzinfo=VIETNAM))
    practice(clerk)
    expect(clerk.locator("#file-words")).to_have_text("Tập tiếp nhận, có giấy hẹn")
    clerk.locator("#procedure").focus()
    wand(clerk, "2.000884")
    for paper in ("identity", "paper"):
        clerk.locator(f"#paper-{paper}").press("Space")
    expect(clerk.locator("#file-words")).to_have_text("Tập tiếp nhận, trả kết quả ngay")


def test_d4_a_card_to_practise_with_is_refused_where_it_is_work(browser: Browser, desk: Front):
    page = practice(clerk_at(browser, desk))
    open_people(page)
    card, before = read_from(page, MAN.name), kept(desk)["dossiers"]
    opened(page)
    page.locator("#procedure").focus()
    wand(page, MAN.procedure)
    expect(page.locator("#chosen")).to_contain_text(MAN.procedure)
    wand(page, card)
    expect(page.locator("#name")).to_have_value(MAN.name)
    for paper in page.locator("#papers input[type=checkbox]").all():
        paper.press("Space")
    page.locator("#consent").press("Space")
    page.keyboard.press("F9")
    expect(page.locator("#number-error")).to_contain_text("người dựng lên để luyện tập, nên không nộp được")
    expect(page.locator("#number")).to_be_focused()
    expect(page.locator("#result")).to_be_hidden()
    assert kept(desk)["dossiers"] == before
    look_from_the_top(page, "practice-card-at-work-vi")
    page.context.close()


CALL = """async ([method, path]) => {
  const { call } = await import(document.getElementById("counter").dataset.practice);
  return call(method, path, {}).then(() => "answered", (wrong) => wrong.message);
}"""
UNKNOWN = (
    ("PUT", "/dossiers/1/acceptance"),
    ("POST", "/papers"),
    ("GET", "/drafts"),
    ("POST", "/drafts/opening"),
    ("POST", "/procedures/search"),
    ("GET", "/procedures/1.001193/offer"),
    ("POST", "/people/card/keep"),
    ("DELETE", "/dossiers/outlook"),
)


def test_d4_a_call_that_practice_does_not_know_is_not_sent_and_says_so(clerk: Page):
    practice(clerk)
    for method, path in UNKNOWN:
        told: Any = clerk.evaluate(CALL, [method, path])
        assert told == f'Practice knows no "{method} {path}": it was not sent.'


@pytest.mark.parametrize("language", LANGUAGES)
def test_d4_practice_fits_its_screen_in_both_languages_and_axe_finds_nothing(clerk: Page, language: str):
    practice(clerk, f"?lang={language}")
    open_people(clerk)
    clerk.locator("#procedure").fill(FIVE)
    clerk.keyboard.press("Enter")
    expect(clerk.locator("#papers li")).not_to_have_count(0)
    told = {"vi": "bản quét được gửi ở đây", "en": "the scan is sent here"}[language]
    expect(clerk.get_by_text(told)).to_have_count(1)
    clerk.locator("#for-other").check()
    look_from_the_top(clerk, f"practice-open-{language}")
