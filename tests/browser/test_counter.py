"""The counter in a real browser: one screen from "next, please" to the printed slip, by keyboard and wand alone."""

import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect

from deploy.demo.people import COUNTER, ONE_STOP
from deploy.engines import Engines
from shared import door
from shared.calendar import VIETNAM
from shared.web.languages import Language
from tests.browser.conftest import WIDTHS
from tests.browser.counting import FIVE, MOUSE, clerk_at, counter_of_five, fresh_card, fresh_tax_number, ticket, wand
from tests.browser.looking import LANGUAGES, look_at
from tests.intake import sheets_of_paper as sheets
from tests.intake.front import Front
from tests.intake.test_papers import fresh_pdf

PAPERS = ("request", "land-paper", "drawings", "photos", "commitment")


@pytest.fixture(scope="module")
def desk(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with counter_of_five(engines, tmp_path_factory.mktemp("counter")) as running:
        yield running


@pytest.fixture(params=WIDTHS)
def clerk(request: pytest.FixtureRequest, browser: Browser, desk: Front) -> Iterator[Page]:
    """A clerk's browser, which may complain of nothing but an empty queue.

    What it still saves when it is closed is cut off: that may.
    """
    page, complaints = clerk_at(browser, desk, request.param), list[str]()
    page.on("console", lambda it: complaints.append(_said(it)) if it.type == "error" else None)
    page.on("pageerror", lambda it: complaints.append(str(it)))
    page.on("request", lambda it: None if it.url.startswith(desk.url) else complaints.append(it.url))
    yield page
    told = [it for it in complaints if not it.endswith("404 (Not Found) /intake/queue/next")]
    page.context.close()
    assert told == []


def _said(it: ConsoleMessage) -> str:
    """With the path that it is about."""
    return f"{it.text} {urlsplit(it.location['url']).path}"


@pytest.fixture
def screen(clerk: Page) -> Page:
    """The counter, ready, with a clerk before it."""
    return opened(clerk)


def opened(page: Page, address: str = "/counter") -> Page:
    page.goto(address)
    expect(page.locator("#counter")).to_have_attribute("data-ready", "true")
    return page


def choose_procedure(page: Page, typed: str = "nam giay to") -> None:
    page.keyboard.type(typed)
    expect(page.locator("#procedures [role=option]")).not_to_have_count(0)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#chosen")).to_contain_text(FIVE)


def scan(page: Page, tmp_path: Path, code: str) -> None:
    """The scanner's file, chosen in the dialog that Enter opens."""
    file = tmp_path / f"{code}.pdf"
    file.write_bytes(fresh_pdf())
    expect(page.locator(f"#paper-{code}")).to_be_focused()
    page.once("filechooser", lambda dialog: dialog.set_files(file))
    page.keyboard.press("Enter")
    expect(page.locator(f"[name=scan-{code}]")).not_to_have_value("")


def test_row_93_a_dossier_of_five_papers_is_filed_from_next_please_to_the_slip_without_a_single_mouse_event(
    clerk: Page, desk: Front, tmp_path: Path
):
    page, number = clerk, ticket(desk)
    page.add_init_script(MOUSE)
    page.on("filechooser", lambda _: None)  # so that the browser opens no dialog of its own between two scans
    opened(page)

    page.keyboard.press("F2")
    expect(page.locator("#called")).to_have_text(str(number))
    expect(page.locator("#procedure")).to_be_focused()
    choose_procedure(page)
    expect(page.locator("#case")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#case")).to_have_value("shared-wall")
    page.keyboard.press("Enter")
    expect(page.locator("#card")).to_be_focused()
    wand(page, fresh_card())
    expect(page.locator("#name")).to_have_value("Nguyễn Văn Bình")
    expect(page.locator("#phone")).to_be_focused()

    walk(page, "#paper-request")
    for place, code in enumerate(PAPERS):
        scan(page, tmp_path, code)
        expect(page.locator(f"#paper-{code}")).to_be_checked()
        if place < len(PAPERS) - 1:
            page.keyboard.press("ArrowDown")
    expect(page.locator(".paper .flag:visible")).to_have_text(["đủ"] * 5)
    expect(page.locator("#sum")).to_have_text("Phải thu: 77.000 đồng")
    look_at(page, "counter-filled-vi")

    walk(page, "#paid")
    page.keyboard.press("Space")
    walk(page, "#home-counter")
    page.keyboard.press("ArrowDown")
    walk(page, "#consent")
    page.keyboard.press("Space")
    page.keyboard.press("F9")

    expect(page.locator("#print")).to_be_focused()
    expect(page.locator("#result-code")).to_contain_text("H36.202.02-")
    expect(page.locator("#result-money")).to_have_text("Đã thu 77.000 đồng.")
    look_at(page, "counter-result-vi")
    with page.context.expect_page() as slip, page.context.expect_event("response") as answered:
        page.keyboard.press("Enter")
    assert answered.value.headers["content-type"] == "application/pdf"
    slip.value.close()
    assert page.evaluate("window.mouseEvents") == []

    filed = whole(desk, page)
    assert filed["state"] == "accepted"
    assert filed["filing"]["home_by"] == "post"
    assert [(it["code"], len(it["scans"])) for it in filed["filing"]["papers"]] == [(it, 1) for it in PAPERS]
    assert filed["bill"]["state"] == "paid"
    assert [it["dossiers"] for it in at_hand(desk, number)] == [[filed["id"]]]
    assert not page.locator("#recall").is_visible()


def test_row_18_a_number_that_is_done_meanwhile_is_told_and_the_dossier_is_filed_without_it(
    browser: Browser, desk: Front
):
    screen, number = opened(clerk_at(browser, desk)), ticket(desk)
    screen.keyboard.press("F2")
    expect(screen.locator("#called")).to_have_text(str(number))
    (mine,) = at_hand(desk, number)
    done = httpx.post(f"{desk.url}/intake/queue/tickets/{mine['id']}/done", headers=desk.headers())
    assert done.status_code == 200
    fill(screen, fresh_card())
    tick_all(screen)
    with screen.expect_response("**/counter/dossiers/*") as refused:
        screen.keyboard.press("F9")
    assert refused.value.status == 409
    expect(screen.locator("#alert")).to_contain_text("Số thứ tự này không còn ở quầy")
    expect(screen.locator("#called")).to_have_text("–")
    screen.keyboard.press("F9")
    expect(screen.locator("#print")).to_be_focused()
    assert whole(desk, screen)["filing"]["ticket"] == ""
    screen.context.close()


def test_row_18_whoever_is_at_the_desk_is_there_still_after_a_reload_and_in_another_window(
    browser: Browser, desk: Front
):
    number = ticket(desk)
    page = opened(clerk_at(browser, desk))
    page.locator("#desk").fill("7")
    page.keyboard.press("F2")
    expect(page.locator("#called")).to_have_text(str(number))
    page.reload()
    expect(page.locator("#called")).to_have_text(str(number))
    other = opened(page.context.new_page())
    expect(other.locator("#called")).to_have_text(str(number))
    expect(other.locator("#desk")).to_have_value("7")
    expect(other.locator("#recall")).to_be_visible()
    other.locator("#procedure").focus()
    choose_procedure(other)
    other.locator("#name").fill("Ka Thơm")
    with other.expect_request("**/drafts/*") as saved:
        other.locator("#phone").fill("0912345678")
    assert (saved.value.post_data_json or {})["ticket"]
    page.context.close()


def test_row_18_a_draft_that_is_resumed_for_who_was_called_is_tied_to_their_number(browser: Browser, desk: Front):
    page, number = opened(clerk_at(browser, desk)), ticket(desk)
    page.keyboard.press("F2")
    expect(page.locator("#called")).to_have_text(str(number))
    fill(page, fresh_card())
    tick_all(page)
    expect(page.locator("#saved")).not_to_have_text("")
    page.reload()
    expect(page.locator("#counter")).to_have_attribute("data-ready", "true")
    expect(page.locator("#called")).to_have_text(str(number))
    page.keyboard.press("F9")
    expect(page.locator("#print")).to_be_focused()
    assert [it["dossiers"] for it in at_hand(desk, number)] == [[whole(desk, page)["id"]]]
    page.context.close()


def test_row_18_both_dossiers_of_who_was_called_are_tied_to_their_number_a_reload_between(
    browser: Browser, desk: Front
):
    page, number = opened(clerk_at(browser, desk)), ticket(desk)
    page.keyboard.press("F2")
    filed: list[str] = []
    for _ in range(2):
        expect(page.locator("#called")).to_have_text(str(number))
        fill(page, fresh_card())
        tick_all(page)
        page.keyboard.press("F9")
        expect(page.locator("#print")).to_be_focused()
        filed.append(whole(desk, page)["id"])
        page.reload()
        expect(page.locator("#counter")).to_have_attribute("data-ready", "true")
    assert [it["dossiers"] for it in at_hand(desk, number)] == [filed]
    page.context.close()


def walk(page: Page, to: str) -> None:
    """By Tab, as far as it takes: every step is one that a person can take."""
    for _ in range(120):
        if page.locator(to).evaluate("it => it === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{to} cannot be reached by the keyboard")


def whole(desk: Front, page: Page, person: str = "demo-counter") -> dict[str, Any]:
    """The dossier that the screen shows, as somebody of its office sees it."""
    id = (page.locator("#open").get_attribute("href") or "").rpartition("/")[2]
    answer = httpx.get(f"{desk.url}/intake/dossiers/{id}", headers=desk.headers(person))
    assert answer.status_code == 200, answer.text
    return answer.json()["dossier"]


def at_hand(desk: Front, number: int) -> list[dict[str, Any]]:
    hand = httpx.get(f"{desk.url}/intake/queue/at-hand", headers=desk.headers()).json()["mine"]
    return [it for it in hand if it["number"] == number]


def number_of(card: str) -> str:
    return card.partition("|")[0]


def file_five(desk: Front, number: str, **more: Any) -> dict[str, Any]:
    """A dossier of four papers, with a scan of the drawings, filed by a program."""
    with httpx.Client(base_url=f"{desk.url}/intake", headers=desk.headers(), timeout=30) as api:
        scan = api.post("/papers", content=fresh_pdf()).json()["digest"]
        papers = [
            {"code": "request", "originals": 1},
            {"code": "land-paper", "copies": 1},
            {"code": "drawings", "originals": 2, "scans": [scan]},
            {"code": "photos", "copies": 1},
        ]
        filing = {
            "procedure": FIVE,
            "applicant": {"name": "Nguyễn Văn Bình", "number": number},
            "papers": papers,
            "consent": True,
        }
        answer = api.put(f"/counter/dossiers/{uuid.uuid4()}", json=filing | more)
        assert answer.status_code == 201, answer.text
        return answer.json() | {"scan": scan}


def fill(page: Page, card: str) -> None:
    """Everything but the papers."""
    page.locator("#procedure").focus()
    wand(page, f"http://example.test/services/{FIVE}")  # as a leaflet's QR has it
    expect(page.locator("#case")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#card")).to_be_focused()
    wand(page, card)
    expect(page.locator("#number")).to_have_value(number_of(card))
    page.locator("#consent").focus()
    page.keyboard.press("Space")


def tick_all(page: Page, of: int = 4) -> None:
    page.locator("#paper-request").focus()
    for _ in range(of):
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
    expect(page.locator(".paper .flag:visible")).to_have_text(["đủ"] * of)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_counter_fits_its_screen_and_axe_finds_nothing(screen: Page, language: str):
    screen.goto(f"/counter?lang={language}")
    expect(screen.locator("#counter")).to_have_attribute("data-ready", "true")
    look_at(screen, f"counter-empty-{language}")
    screen.locator("#procedure").fill("nam giay to")
    expect(screen.locator("#procedures [role=option]")).not_to_have_count(0)
    look_at(screen, f"counter-choosing-{language}")
    screen.keyboard.press("Enter")
    screen.locator("#for-other").check()
    screen.locator("summary").first.click()
    look_at(screen, f"counter-open-{language}")


def test_row_06_a_blocked_filing_marks_what_is_missing_and_asks_for_all_of_it_at_once(browser: Browser, desk: Front):
    page = opened(clerk_at(browser, desk, 320))
    fill(page, fresh_card())
    page.locator("#paper-request").focus()
    page.keyboard.press("Space")
    page.keyboard.press("F9")
    expect(page.locator("#paper-land-paper")).to_be_focused()
    expect(page.locator("#paper-land-paper-error")).to_contain_text("Chưa đủ giấy tờ")
    expect(page.locator(".paper.lacking")).to_have_count(3)
    look_at(page, "counter-missing-vi")
    owed = page.locator("#sum").inner_text().removeprefix("Phải thu: ")
    page.locator("#ask-all").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#print")).to_be_focused()
    expect(page.locator("#result-money")).to_have_text(f"Khi tiếp nhận sẽ phải thu: {owed}.")
    expect(page.locator("#print")).to_have_text("In phiếu yêu cầu bổ sung")
    filed = whole(desk, page)
    assert filed["state"] == "supplement-asked"
    assert [it["code"] for it in filed["asked"]] == ["land-paper", "drawings", "photos"]
    form = httpx.get(f"{desk.url}{page.locator('#print').get_attribute('href')}", headers=desk.headers())
    assert form.content.startswith(b"%PDF-")
    page.context.close()


AT_ONCE = {
    10: ("Tiếp nhận, trả kết quả ngay", "không cần giấy hẹn", "Người nộp yêu cầu: vẫn in giấy hẹn", "#result"),
    16: ("Tiếp nhận và in giấy hẹn", "Hẹn trả kết quả", "In giấy hẹn", "#print"),
}
"""By the hour of a working day; from 15:00 on a slip is due: the key, the note, the link, and what the keyboard is on."""


@pytest.mark.parametrize("hour", AT_ONCE)
def test_where_the_result_is_given_at_once_the_screen_says_that_no_slip_is_needed_and_prints_it_for_who_asks(
    hour: int, screen: Page, desk: Front, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(door, "server_time", lambda: datetime(2026, 11, 25, hour, tzinfo=VIETNAM))
    screen.locator("#procedure").focus()
    wand(screen, "http://example.test/services/2.000884")
    expect(screen.locator("#chosen")).to_contain_text("2.000884")
    screen.locator("#card").focus()
    wand(screen, fresh_card())
    expect(screen.locator("#phone")).to_be_focused()
    for paper in ("identity", "paper"):
        screen.locator(f"#paper-{paper}").focus()
        screen.keyboard.press("Space")
    expect(screen.locator(".paper .flag:visible")).to_have_text(["đủ"] * 2)
    expect(screen.locator("#due")).not_to_be_empty()
    foretold = screen.locator("#file-words").inner_text()
    screen.locator("#consent").focus()
    screen.keyboard.press("Space")
    screen.keyboard.press("F9")
    expect(screen.locator("#result")).to_be_visible()
    key, note, link, focused = AT_ONCE[hour]
    assert whole(desk, screen)["is_slip_due"] == (hour >= 15)
    assert foretold == key
    expect(screen.locator("#result-due")).to_contain_text(note)
    expect(screen.locator("#print")).to_have_text(link)
    expect(screen.locator(focused)).to_be_focused()
    look_at(screen, "counter-at-once-vi")
    slip = httpx.get(f"{desk.url}{screen.locator('#print').get_attribute('href')}", headers=desk.headers())
    assert slip.content.startswith(b"%PDF-")
    screen.keyboard.press("F2")
    expect(screen.locator("#file-words")).to_have_text("Tiếp nhận và in giấy hẹn")


def test_row_07_the_dossier_is_the_applicants_and_the_clerk_who_typed_is_recorded(screen: Page, desk: Front):
    card = fresh_card("K'Brèo")
    fill(screen, card)
    tick_all(screen)
    screen.keyboard.press("F9")
    expect(screen.locator("#print")).to_be_focused()
    filed = whole(desk, screen)
    assert (filed["filing"]["applicant"]["name"], filed["assisted_by"]) == ("K'Brèo", "demo-counter")
    assert filed["filing"]["applicant"]["phone"] == "", "no phone is needed"
    assert filed["filing"]["consent"]


def test_row_12_a_blurred_page_is_told_at_the_desk_with_a_button_to_scan_it_again(screen: Page, tmp_path: Path):
    fill(screen, fresh_card())
    file = tmp_path / "blurred.png"
    file.write_bytes(sheets.png(sheets.page(blur=6)))
    screen.locator("#scan-request").set_input_files(file)
    warned = screen.locator(".paper").first.locator(".sent > li")
    expect(warned).to_contain_text("mờ")
    expect(warned.get_by_role("button", name="Quét lại")).to_be_visible()
    look_at(screen, "counter-blurred-vi")


def test_row_13_a_likely_twin_is_shown_with_its_reason_and_must_be_looked_at(browser: Browser, desk: Front):
    card = fresh_card()
    before = file_five(desk, number_of(card))
    page = opened(clerk_at(browser, desk))
    fill(page, card)
    expect(page.locator("#resembling")).to_contain_text("cùng thủ tục này")
    expect(page.locator("#resembling a")).to_have_attribute("href", f"/counter/dossiers/{before['id']}")
    tick_all(page)
    look_at(page, "counter-twin-vi")
    page.keyboard.press("F9")
    expect(page.locator("#resembling input")).to_be_focused()
    expect(page.locator("#resembling-error")).to_be_visible()
    page.keyboard.press("Space")
    page.keyboard.press("F9")
    expect(page.locator("#print")).to_be_focused()
    assert whole(desk, page)["filing"]["reviewed"] == [before["id"]]
    page.context.close()


def test_a_paper_that_the_person_filed_before_is_used_again_with_one_tick(screen: Page, desk: Front):
    card = fresh_card()
    before = file_five(desk, number_of(card))
    fill(screen, card)
    screen.locator("#resembling input").focus()
    screen.keyboard.press("Space")
    tick_all(screen)
    screen.locator("#paper-drawings").focus()
    screen.keyboard.press("Space")
    expect(screen.locator("#paper-drawings")).not_to_be_checked()
    screen.locator(f"#reuse-drawings-{before['id']}").focus()
    screen.keyboard.press("Space")
    expect(screen.locator("#paper-drawings")).to_be_checked()
    picture = screen.locator(f".reuse img[src$='{before['scan']}/thumbnail?reused_from={before['id']}']")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("it => it.naturalHeight") > 0, "what is used again is seen"
    look_at(screen, "counter-reused-vi")
    expect(screen.locator(".paper .flag:visible")).to_have_text(["đủ"] * 4)
    screen.keyboard.press("F9")
    expect(screen.locator("#print")).to_be_focused()
    (drawings,) = [it for it in whole(desk, screen)["filing"]["papers"] if it["code"] == "drawings"]
    assert (drawings["reused_from"], drawings["scans"]) == (before["id"], [before["scan"]])


def test_row_14_the_answer_is_the_legal_code_the_due_date_in_words_and_the_slip_to_print(screen: Page, desk: Front):
    fill(screen, fresh_card())
    tick_all(screen)
    screen.keyboard.press("F9")
    expect(screen.locator("#print")).to_be_focused()
    filed = whole(desk, screen)
    expect(screen.locator("#result-code")).to_have_text(filed["code"])
    due = Language("vi", {}).moment(datetime.fromisoformat(filed["due_at"]))
    expect(screen.locator("#result-due")).to_have_text(f"Hẹn trả kết quả: {due}.")
    slip = httpx.get(f"{desk.url}{screen.locator('#print').get_attribute('href')}", headers=desk.headers())
    assert slip.content.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("vi", "Số điện thoại chưa đúng"), ("en", "This is no telephone number")],
)
def test_a_refusal_stands_beside_its_field_which_gets_the_focus_and_nothing_typed_is_lost(
    browser: Browser, desk: Front, language: str, sentence: str
):
    page = opened(clerk_at(browser, desk), f"/counter?lang={language}")
    fill(page, fresh_card())
    page.locator("#paper-request").focus()
    page.keyboard.press("Space")
    page.locator("#phone").fill("12")
    page.keyboard.press("F9")
    expect(page.locator("#phone")).to_be_focused()
    expect(page.locator("#phone")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#phone-error")).to_contain_text(sentence)
    expect(page.locator("#phone")).to_have_value("12")
    expect(page.locator("#paper-request")).to_be_checked()
    look_at(page, f"counter-refused-{language}")
    page.context.close()


def test_while_the_line_is_down_everything_stays_and_the_same_key_files_it_once(browser: Browser, desk: Front):
    page = opened(clerk_at(browser, desk))
    fill(page, fresh_card())
    tick_all(page)
    page.context.set_offline(True)
    page.keyboard.press("F9")
    expect(page.locator("#alert")).to_contain_text("Không có mạng")
    expect(page.locator("#name")).to_have_value("Nguyễn Văn Bình")
    page.context.set_offline(False)
    page.keyboard.press("F9")
    expect(page.locator("#print")).to_be_focused()
    assert whole(desk, page)["state"] == "accepted"
    page.context.close()


def test_an_answer_that_was_lost_is_given_again_and_there_is_one_dossier(browser: Browser, desk: Front):
    page = opened(clerk_at(browser, desk))
    fill(page, fresh_card())
    tick_all(page)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/counter/dossiers/*", lose, times=1)
    page.keyboard.press("F9")
    expect(page.locator("#alert")).to_contain_text("Không có mạng")
    page.keyboard.press("F9")
    expect(page.locator("#print")).to_be_focused()
    assert [it["what"] for it in whole(desk, page)["history"]] == ["submitted", "accepted"]
    page.context.close()


def test_a_draft_survives_a_reload_and_is_opened_at_another_desk_and_nothing_personal_is_in_the_browser(
    browser: Browser, desk: Front, tmp_path: Path
):
    page, card = opened(clerk_at(browser, desk)), fresh_card("Ka Thơm")
    fill(page, card)
    page.on("filechooser", lambda _: None)
    page.locator("#paper-request").focus()
    scan(page, tmp_path, "request")
    expect(page.locator("#saved")).to_contain_text("Mã bản nháp", timeout=15_000)
    kept = page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    for secret in ("Ka Thơm", number_of(card), number_of(card)[-4:]):
        assert secret not in kept
        assert secret not in page.url
    code = page.locator("#saved").inner_text().rpartition(" ")[2]

    page.reload()
    expect(page.locator("#name")).to_have_value("Ka Thơm")
    expect(page.locator("#paper-request")).to_be_checked()
    expect(page.locator(".paper .sent > li")).to_have_count(1)
    page.context.close()

    other = opened(clerk_at(browser, desk, person="demo-one-stop"))
    open_draft(other, code.lower(), card)
    expect(other.locator("#name")).to_have_value("Ka Thơm")
    expect(other.locator(".paper .sent > li")).to_have_count(1)
    tick_all_left(other)
    other.keyboard.press("F9")
    expect(other.locator("#print")).to_be_focused()
    assert whole(desk, other, "demo-one-stop")["filing"]["applicant"]["number"] == number_of(card)
    other.context.close()


def open_draft(page: Page, code: str, card: str) -> None:
    page.locator(".drafts summary").focus()
    page.keyboard.press("Enter")
    page.locator("#draft-code").fill(code)
    page.locator("#draft-four").fill(number_of(card)[-4:])
    page.keyboard.press("Enter")


def kept_draft(desk: Front, card: str, **more: Any) -> dict[str, Any]:
    """A draft of the five papers' procedure, saved by a colleague."""
    applicant = {"name": "Ka Thơm", "number": number_of(card)}
    papers = [{"code": "request", "originals": 1}]
    filing = {"procedure": FIVE, "applicant": applicant, "papers": papers, "consent": True} | more
    saved = httpx.put(
        f"{desk.url}/intake/drafts/{uuid.uuid4()}", json=filing, headers=desk.headers("demo-one-stop"), timeout=30
    )
    assert saved.is_success, saved.text
    return saved.json()


def hold(page: Page, pattern: str) -> list[Route]:
    """The first of these calls waits until it is let go."""
    held: list[Route] = []

    def wait(route: Route) -> None:
        held.append(route)

    page.route(pattern, wait, times=1)
    return held


def test_once_a_draft_is_on_the_screen_nothing_that_is_answered_later_takes_the_clerk_elsewhere(
    screen: Page, desk: Front
):
    card = fresh_card("Ka Thơm")
    draft = kept_draft(desk, card)
    held = hold(screen, "**/dossiers/outlook")
    with screen.expect_request("**/dossiers/outlook"):
        open_draft(screen, draft["code"], card)
    expect(screen.locator("#name")).to_have_value("Ka Thơm")
    screen.locator("#paper-land-paper").focus()
    with screen.expect_response("**/dossiers/outlook"):
        held[0].continue_()
    expect(screen.locator("#sum")).to_have_text("Phải thu: 77.000 đồng")
    expect(screen.locator("#counter")).not_to_have_attribute("aria-busy", "true")
    screen.keyboard.press("Space")
    expect(screen.locator("#paper-land-paper")).to_be_checked()
    expect(screen.locator("#paper-land-paper")).to_be_focused()
    for code in ("drawings", "photos"):
        screen.locator(f"#paper-{code}").focus()
        screen.keyboard.press("Space")
    expect(screen.locator(".paper .flag:visible")).to_have_text(["đủ"] * 4)


def test_a_dossier_is_filed_while_it_is_not_yet_known_what_they_filed_before(screen: Page, desk: Front):
    card = fresh_card("Ka Thơm")
    all_four = ("request", "originals"), ("land-paper", "copies"), ("drawings", "originals"), ("photos", "copies")
    draft = kept_draft(desk, card, papers=[{"code": code, kind: 2} for code, kind in all_four])
    held = hold(screen, "**/people/dossiers")
    with screen.expect_request("**/people/dossiers"):
        open_draft(screen, draft["code"], card)
    expect(screen.locator("#procedure")).to_be_focused()
    screen.keyboard.press("F9")
    expect(screen.locator("#print")).to_be_focused()
    held[0].continue_()


def test_what_is_typed_while_a_draft_is_on_its_way_is_kept_as_a_draft_of_its_own(screen: Page, desk: Front):
    card = fresh_card("Ka Thơm")
    draft = kept_draft(desk, card)
    held = hold(screen, "**/procedures/*")
    with screen.expect_request("**/procedures/*"):
        open_draft(screen, draft["code"], card)
    early = f"Lò Văn Sớm {uuid.uuid4().hex[:6]}"
    screen.locator("#name").fill(early)
    screen.locator("#phone").fill("0912345678")
    held[0].continue_()
    expect(screen.locator("#name")).to_have_value("Ka Thơm")
    expect(screen.locator("#phone")).to_have_value("")
    drafts = httpx.get(f"{desk.url}/intake/drafts", headers=desk.headers()).json()
    kept = [it["filing"]["applicant"] for it in drafts if it["filing"]["applicant"]["name"] == early]
    assert [it["phone"] for it in kept] == ["0912345678"]
    theirs = httpx.get(f"{desk.url}/intake/drafts/{draft['id']}", headers=desk.headers()).json()
    assert theirs["filing"]["applicant"]["name"] == "Ka Thơm"


def test_a_card_that_is_read_late_leaves_the_clerk_where_they_went_meanwhile(screen: Page):
    screen.locator("#procedure").focus()
    wand(screen, FIVE)
    expect(screen.locator("#case")).to_be_focused()
    held = hold(screen, "**/people/card")
    screen.locator("#card").focus()
    with screen.expect_request("**/people/card"):
        wand(screen, fresh_card())
    screen.locator("#paper-request").focus()
    held[0].continue_()
    expect(screen.locator("#name")).to_have_value("Nguyễn Văn Bình")
    screen.keyboard.press("Space")
    expect(screen.locator("#paper-request")).to_be_checked()


def test_a_procedure_that_is_found_when_the_next_filing_has_begun_is_not_in_it(screen: Page):
    held = hold(screen, "**/procedures/*")
    screen.locator("#procedure").focus()
    with screen.expect_request("**/procedures/*"):
        wand(screen, FIVE)
    with screen.expect_response("**/queue/next"):
        screen.keyboard.press("F2")
    expect(screen.locator("#counter")).not_to_have_attribute("aria-busy", "true")
    with screen.expect_response("**/procedures/*") as found:
        held[0].continue_()
    found.value.finished()
    screen.evaluate("new Promise((then) => setTimeout(then))")
    expect(screen.locator("#procedure")).to_have_value("")
    expect(screen.locator("#chosen")).to_be_hidden()


@pytest.mark.parametrize("typed", ["", "ket hon"])
def test_what_they_asked_for_at_the_machine_is_chosen_unless_something_was_typed_meanwhile(
    browser: Browser, desk: Front, typed: str
):
    page = opened(clerk_at(browser, desk))
    wish = {"office": COUNTER, "what": FIVE}
    taken = httpx.put(f"{desk.url}/intake/queue/tickets/{uuid.uuid4()}", json=wish)
    assert taken.is_success, taken.text
    held = hold(page, "**/procedures/0.*")
    with page.expect_request("**/procedures/0.*"):
        page.keyboard.press("F2")
    page.keyboard.type(typed)
    held[0].continue_()
    expect(page.locator("#counter")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#called")).to_have_text(str(taken.json()["number"]))
    expect(page.locator("#procedure")).to_have_value(typed or "Cấp phép sửa chữa nhà ở có năm giấy tờ")
    page.context.close()


def tick_all_left(page: Page) -> None:
    for code in ("land-paper", "drawings", "photos"):
        page.locator(f"#paper-{code}").focus()
        page.keyboard.press("Space")
    expect(page.locator(".paper .flag:visible")).to_have_text(["đủ"] * 4)


def test_somebody_files_for_an_organisation_with_its_tax_number_by_a_power_of_attorney(screen: Page, desk: Front):
    number = fresh_tax_number()
    fill(screen, fresh_card())
    screen.locator("#for-other").focus()
    screen.keyboard.press("Space")
    screen.locator("#owner-number").fill(number)
    screen.locator("#owner-name").fill("Công ty Tân Lâm")
    screen.locator("#owner-name").press("Enter")
    expect(screen.locator("#owner-kind")).to_have_value("organisation")
    screen.locator("#authorisation").fill("15/UQ-2026")
    tick_all(screen)
    screen.locator("#owner-number").fill("06820")
    screen.keyboard.press("F9")
    expect(screen.locator("#owner-number-error")).to_be_visible()
    expect(screen.locator("#number-error")).to_have_count(0)
    screen.locator("#owner-number").fill(number)
    screen.keyboard.press("F9")
    expect(screen.locator("#print")).to_be_focused()
    filing = whole(desk, screen)["filing"]
    assert (filing["owner"]["name"], filing["owner"]["number"]) == ("Công ty Tân Lâm", number)
    assert filing["authorisation"]["number"] == "15/UQ-2026"


def test_an_owner_with_a_passport_is_entered_and_what_a_draft_says_of_them_beside_is_kept(screen: Page, desk: Front):
    card, passport = fresh_card("Ka Thơm"), f"C{uuid.uuid4().int % 10_000_000:07d}"
    owner = {"name": "Anna Müller", "number": passport, "shown": "passport", "phone": "+84912345678"}
    draft = kept_draft(desk, card, owner=owner, authorisation={"ground": "power-of-attorney", "number": "12/UQ"})
    open_draft(screen, draft["code"], card)
    expect(screen.locator("#owner-number")).to_have_value(passport)
    expect(screen.locator("#owner-shown")).to_have_value("passport")
    tick_all_left(screen)
    screen.keyboard.press("F9")
    expect(screen.locator("#result")).to_be_visible()
    kept = whole(desk, screen)["filing"]["owner"]
    assert {it: kept[it] for it in owner} == owner


def test_what_the_owner_filed_before_is_shown_too(screen: Page, desk: Front):
    card = fresh_card()
    before = file_five(desk, number_of(card))
    fill(screen, fresh_card("K'Brèo"))
    screen.locator("#for-other").focus()
    screen.keyboard.press("Space")
    screen.locator("#owner-number").focus()
    wand(screen, card)
    expect(screen.locator("#owner-name")).to_have_value("Nguyễn Văn Bình")
    expect(screen.locator("#ground")).to_be_focused()
    expect(screen.locator("#resembling a")).to_have_attribute("href", f"/counter/dossiers/{before['id']}")


def test_a_number_that_nobody_answers_to_is_called_again_twice_and_passed_over(screen: Page, desk: Front):
    first, second = ticket(desk), ticket(desk)
    screen.keyboard.press("F2")
    expect(screen.locator("#called")).to_have_text(str(first))
    for _ in range(2):
        screen.locator("#recall").focus()
        screen.keyboard.press("Enter")
        expect(screen.locator("#said")).to_have_text(f"Đã gọi lại số {first}.")
        expect(screen.locator("#counter")).not_to_have_attribute("aria-busy", "true")
    screen.locator("#absent").focus()
    screen.keyboard.press("Enter")
    expect(screen.locator("#called")).to_have_text("–")
    screen.keyboard.press("F2")
    expect(screen.locator("#called")).to_have_text(str(second))
    empty_the_queue(desk)


@pytest.fixture(autouse=True)
def nobody_waits(desk: Front) -> None:
    empty_the_queue(desk)


def empty_the_queue(desk: Front) -> None:
    with httpx.Client(base_url=f"{desk.url}/intake", headers=desk.headers(), timeout=30) as api:
        while (called := api.post("/queue/next", json={"desk": "9"})).is_success:
            assert api.post(f"/queue/tickets/{called.json()['id']}/done").is_success


def test_next_please_asks_again_and_then_keeps_as_a_draft_what_is_not_filed(screen: Page, desk: Front):
    card = fresh_card()
    fill(screen, card)
    screen.keyboard.press("F2")
    expect(screen.locator("#said")).to_contain_text("chưa nộp")
    expect(screen.locator("#name")).to_have_value("Nguyễn Văn Bình")
    screen.keyboard.press("F2")
    expect(screen.locator("#name")).to_have_value("")
    expect(screen.locator("#counter")).not_to_have_attribute("aria-busy", "true")
    drafts = httpx.get(f"{desk.url}/intake/drafts", headers=desk.headers()).json()
    assert number_of(card) in {it["filing"]["applicant"]["number"] for it in drafts}


def test_what_was_put_by_is_said_with_its_code_and_found_among_ones_own_though_nobody_has_its_number(screen: Page):
    name = f"Ka Hằng {uuid.uuid4().hex[:6]}"
    screen.locator("#procedure").focus()
    wand(screen, FIVE)
    expect(screen.locator("#case")).to_be_focused()
    screen.locator("#name").fill(name)
    screen.keyboard.press("F2")
    screen.keyboard.press("F2")
    expect(screen.locator("#left")).to_contain_text("Đã cất bản nháp")
    expect(screen.locator("#name")).to_have_value("")
    expect(screen.locator("#counter")).not_to_have_attribute("aria-busy", "true")
    walk(screen, ".drafts summary")
    screen.keyboard.press("Enter")
    newest = screen.locator("#own-drafts li").first
    expect(newest).to_contain_text(name)
    expect(newest).to_contain_text("Cấp phép sửa chữa nhà ở có năm giấy tờ")
    code = newest.locator("code").inner_text()
    expect(screen.locator("#left")).to_contain_text(code)
    look_at(screen, "counter-drafts-vi")
    walk(screen, "#own-drafts li:first-child button")
    screen.keyboard.press("Enter")
    expect(screen.locator("#name")).to_have_value(name)
    expect(screen.locator("#procedure")).to_be_focused()
    expect(screen.locator("#left")).to_be_hidden()
    expect(screen.locator("#own-drafts")).not_to_contain_text(name)
    screen.keyboard.press("F2")
    expect(screen.locator("#left")).to_contain_text(code)
    screen.goto("/counter?lang=en")
    expect(screen.locator("#counter")).to_have_attribute("data-ready", "true")
    screen.locator(".drafts summary").press("Enter")
    expect(screen.locator("#own-drafts li").first).to_contain_text(f"Open {code}: {name}")
    look_at(screen, "counter-drafts-en")


@pytest.mark.parametrize("goes", ["case", "next"])
def test_a_scan_on_its_way_when_its_line_goes_is_stopped_and_holds_the_next_filing_back_no_more(
    browser: Browser, desk: Front, tmp_path: Path, goes: str
):
    page = opened(clerk_at(browser, desk))
    fill(page, fresh_card())
    page.locator("#case").select_option("shared-wall")
    tick_all(page, of=5)
    file = tmp_path / "commitment.pdf"
    file.write_bytes(fresh_pdf())
    hold(page, "**/papers/uploads/*")
    with page.expect_request(lambda it: it.method == "PATCH"):
        page.locator("#scan-commitment").set_input_files(file)
    with page.expect_response(lambda it: it.request.method == "DELETE" and "/papers/uploads/" in it.url) as stopped:
        if goes == "case":
            page.locator("#case").select_option("")
        else:
            page.keyboard.press("F2")
            page.keyboard.press("F2")
    assert stopped.value.status == 204
    expect(page.locator("#counter")).not_to_have_attribute("aria-busy", "true")
    if goes == "next":
        fill(page, fresh_card())
        tick_all(page)
    page.keyboard.press("F9")
    expect(page.locator("#print")).to_be_focused()
    page.context.close()


def test_a_fee_whose_amount_nobody_entered_is_told_and_not_taken_for_nothing(screen: Page):
    council(screen)
    screen.keyboard.press("F9")
    expect(screen.locator("#result-money")).to_have_text("Còn khoản chưa biết số tiền: mở hồ sơ để ghi.")


def council(page: Page) -> None:
    """A filing whose only fee is set by the province's council."""
    page.locator("#procedure").focus()
    wand(page, "1.004873")
    expect(page.locator("#card")).to_be_focused()
    wand(page, fresh_card())
    expect(page.locator("#phone")).to_be_focused()
    page.locator("#paper-declaration").focus()
    page.keyboard.press("Space")
    page.locator("#consent").check()


@pytest.mark.parametrize(
    ("dong", "because", "is_paid", "field", "words"),
    [
        ("15.000", "", False, "because", "Theo nghị quyết nào?"),
        ("0", "Nghị quyết 10/2025", False, "dong", "Số tiền chưa đúng"),
        ("0", "", False, "dong", "Số tiền chưa đúng"),
        ("", "", True, "dong", "Còn khoản chưa biết số tiền"),
    ],
)
def test_an_amount_that_no_bill_would_take_is_told_beside_its_field_before_anything_is_filed(
    screen: Page, dong: str, because: str, is_paid: bool, field: str, words: str
):
    filed: list[str] = []
    screen.on("request", lambda it: filed.append(it.url) if "/counter/dossiers/" in it.url else None)
    council(screen)
    screen.locator("#fee-civil-status-dong").fill(dong)
    screen.locator("#fee-civil-status-because").fill(because)
    expect(screen.locator("#sum")).to_contain_text("chưa kể khoản chưa ghi số tiền")
    screen.locator("#paid").set_checked(is_paid)
    screen.keyboard.press("F9")
    expect(screen.locator(f"#fee-civil-status-{field}-error")).to_contain_text(words)
    expect(screen.locator(f"#fee-civil-status-{field}")).to_be_focused()
    expect(screen.locator("#fee-civil-status-because-error")).to_have_count(0 if because or is_paid else 1)
    assert filed == []
    screen.locator("#fee-civil-status-dong").fill("15000")
    screen.locator("#fee-civil-status-because").fill("Nghị quyết 10/2025")
    screen.keyboard.press("F9")
    expect(screen.locator("#result-money")).to_have_text(f"{'Đã thu' if is_paid else 'Còn phải thu:'} 15.000 đồng.")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("status", "code"), [(422, "wrong-amount"), (503, "unavailable")])
def test_a_fee_that_could_not_be_written_is_still_to_be_set_and_the_result_leads_to_its_bill(
    browser: Browser, desk: Front, width: int, status: int, code: str
):
    page = opened(clerk_at(browser, desk, width))
    council(page)
    page.locator("#fee-civil-status-dong").fill("15000")
    page.locator("#fee-civil-status-because").fill("Nghị quyết 10/2025")
    expect(page.locator("#paid")).to_be_visible()
    page.locator("#paid").check()
    refuse(page, "**/bill/amounts", "POST", status, code)
    page.keyboard.press("F9")
    expect(page.locator("#alert")).to_be_visible()
    expect(page.locator("#result-money")).to_have_text("Còn khoản chưa biết số tiền: mở hồ sơ để ghi.")
    expect(page.locator("#open-money")).to_have_attribute("href", f"/counter/cash/{whole(desk, page)['id']}")
    expect(page.locator("#open-money")).to_be_visible()
    look_at(page, f"counter-amount-{status}-vi")
    page.unroute("**/bill/amounts")
    if status == 503:
        expect(page.locator("#alert")).to_contain_text("Nhấn F9 để thử lại.")
        page.keyboard.press("F9")
        expect(page.locator("#result-money")).to_have_text("Đã thu 15.000 đồng.")
    else:
        expect(page.locator("#alert")).not_to_contain_text("F9")
        page.keyboard.press("F2")
        expect(page.locator("#result")).to_be_hidden()
    page.context.close()


def test_row_17_the_population_registry_fills_in_name_and_address_with_their_source(screen: Page, desk: Front):
    screen.locator("#number").fill("068185004567")
    screen.locator("#born").fill("02091985")
    screen.locator("#lookup").focus()
    screen.keyboard.press("Enter")
    expect(screen.locator("#name")).to_have_value("Ka Thơm")
    expect(screen.locator("#address")).to_have_value("Thôn Đạ Sa, xã Nam Hà Lâm Hà, tỉnh Lâm Đồng")
    screen.locator("#procedure").focus()
    wand(screen, "2.000908")
    for code in ("request", "identity"):
        screen.locator(f"#paper-{code}").focus()
        screen.keyboard.press("Space")
    screen.locator("#consent").focus()
    screen.keyboard.press("Space")
    for tick in screen.locator("#resembling input").all():
        tick.check()
    screen.keyboard.press("F9")
    expect(screen.locator("#print")).to_be_focused()
    sources = {it["field"]: it["source"] for it in whole(desk, screen)["filing"]["prefilled"]}
    assert set(sources) == {"applicant.name", "applicant.address"}


def test_an_amount_that_the_catalogue_does_not_know_is_entered_with_its_ground_and_paid(screen: Page, desk: Front):
    council(screen)
    expect(screen.locator("#sum")).to_contain_text("chưa kể khoản chưa ghi số tiền")
    screen.locator("#fee-civil-status-dong").fill("15.5")
    screen.keyboard.press("F9")
    expect(screen.locator("#fee-civil-status-dong")).to_be_focused()
    expect(screen.locator("#fee-civil-status-dong-error")).to_contain_text("Đây không phải số tiền")
    screen.locator("#fee-civil-status-dong").fill("15.000")
    expect(screen.locator("#fee-civil-status-dong-error")).to_have_count(0)
    screen.locator("#fee-civil-status-because").fill("Nghị quyết 10/2025")
    screen.locator("#paid").focus()
    screen.keyboard.press("Space")
    screen.keyboard.press("F9")
    expect(screen.locator("#result-money")).to_have_text("Đã thu 15.000 đồng.")
    bill = whole(desk, screen)["bill"]
    assert (bill["state"], bill["lines"][0]["set_because"]) == ("paid", "Nghị quyết 10/2025")


def test_an_exemption_needs_the_paper_that_shows_it_and_is_then_not_in_the_sum(browser: Browser, desk: Front):
    page = opened(clerk_at(browser, desk))
    fill(page, fresh_card())
    tick_all(page)
    page.locator("#fee-copies-exemption").select_option("poor")
    page.keyboard.press("F9")
    expect(page.locator("#fee-copies-evidence")).to_be_focused()
    page.locator("#fee-copies-evidence").fill("HN-2026-15")
    expect(page.locator("#sum")).to_have_text("Phải thu: 75.000 đồng")
    look_at(page, "counter-exempt-vi")
    page.keyboard.press("F9")
    expect(page.locator("#result-money")).to_have_text("Còn phải thu: 75.000 đồng.")
    page.context.close()


def test_what_the_post_brought_is_recorded_as_come_by_post_when_the_hand_over_was_signed(screen: Page, desk: Front):
    fill(screen, fresh_card())
    tick_all(screen)
    screen.locator("#channel").focus()
    screen.keyboard.press("ArrowDown")
    expect(screen.locator("#channel")).to_have_value("post")
    screen.keyboard.press("F9")
    expect(screen.locator("#print")).to_be_focused()
    assert whole(desk, screen)["filing"]["channel"] == "post"


def test_a_scan_that_is_no_card_is_replaced_by_the_next_one(browser: Browser, desk: Front):
    page = opened(clerk_at(browser, desk))
    page.locator("#card").focus()
    wand(page, f"http://example.test/services/{FIVE}")
    expect(page.locator("#card-error")).to_contain_text("không phải mã QR trên thẻ căn cước")
    expect(page.locator("#card")).to_be_focused()
    wand(page, fresh_card())
    expect(page.locator("#name")).to_have_value("Nguyễn Văn Bình")
    expect(page.locator("#card")).to_have_value("")
    expect(page.locator("#card-error")).to_have_count(0)
    page.context.close()


@pytest.mark.parametrize("field", ["procedure", "name", "phone", "address"])
def test_a_card_is_a_card_wherever_it_is_scanned_and_what_stood_there_stays(screen: Page, desk: Front, field: str):
    asked: list[str] = []
    screen.on("request", lambda it: asked.append(it.url))
    card = fresh_card()
    screen.locator(f"#{field}").focus()
    wand(screen, card)
    expect(screen.locator("#number")).to_have_value(number_of(card))
    expect(screen.locator("#name")).to_have_value("Nguyễn Văn Bình")
    expect(screen.locator("#procedure")).to_be_focused()
    expect(screen.locator("#chosen")).to_be_hidden()
    assert [it for it in asked if number_of(card) in it] == [], "a number is in no address"
    screen.keyboard.type("nam giay to")
    wand(screen, fresh_card("Ka Thơm"))
    expect(screen.locator("#name")).to_have_value("Ka Thơm")
    expect(screen.locator("#procedure")).to_have_value("nam giay to")


def test_all_that_is_wrong_is_told_at_once_and_each_is_taken_back_once_it_is_mended(screen: Page):
    screen.keyboard.press("F9")
    for field in ("procedure", "name", "consent"):
        expect(screen.locator(f"#{field}-error")).to_be_visible()
    expect(screen.locator("#procedure")).to_be_focused()
    look_at(screen, "counter-all-wrong-vi")
    wand(screen, FIVE)
    expect(screen.locator("#procedure-error")).to_have_count(0)
    expect(screen.locator("#sum")).to_have_text("Phải thu: 77.000 đồng")
    with screen.expect_response("**/dossiers/outlook"):
        screen.locator("#phone").fill("12")
    screen.keyboard.press("F9")
    for field in ("name", "phone", "paper-request", "consent"):
        expect(screen.locator(f"#{field}-error")).to_be_visible()
    expect(screen.locator("#name")).to_be_focused()
    screen.locator("#card").focus()
    wand(screen, fresh_card())
    expect(screen.locator("#name-error")).to_have_count(0)
    expect(screen.locator("#name")).not_to_have_attribute("aria-invalid", "true")
    expect(screen.locator("#phone-error")).to_be_visible()


def test_what_is_still_owed_is_taken_on_the_screen_of_the_result(screen: Page, desk: Front):
    fill(screen, fresh_card())
    tick_all(screen)
    screen.keyboard.press("F9")
    expect(screen.locator("#print")).to_be_focused()
    expect(screen.locator("#result-money")).to_contain_text("Còn phải thu:")
    id = whole(desk, screen)["id"]
    expect(screen.locator("#open-money")).to_have_attribute("href", f"/counter/cash/{id}")
    look_at(screen, "counter-owed-vi")
    screen.locator("#take").focus()
    screen.keyboard.press("Enter")
    expect(screen.locator("#result-money")).to_contain_text("Đã thu")
    expect(screen.locator("#take")).to_be_hidden()
    assert whole(desk, screen)["bill"]["state"] == "paid"


@pytest.mark.parametrize("is_saved", [False, True])
def test_a_draft_ends_with_its_filing_and_none_is_asked_for_that_there_is_not(
    screen: Page, desk: Front, is_saved: bool
):
    saved: list[str] = []
    ended: list[str] = []
    screen.on("request", lambda it: saved.append(it.url) if it.method == "PUT" and "/drafts/" in it.url else None)
    screen.on("request", lambda it: ended.append(it.url) if it.method == "DELETE" else None)
    fill(screen, fresh_card())
    tick_all(screen)
    if is_saved:
        expect(screen.locator("#saved")).to_contain_text("Mã bản nháp", timeout=15_000)
    screen.keyboard.press("F9")
    expect(screen.locator("#print")).to_be_focused()
    screen.wait_for_load_state("networkidle")
    id = whole(desk, screen)["id"]
    assert httpx.get(f"{desk.url}/intake/drafts/{id}", headers=desk.headers()).status_code == 404
    assert saved or not is_saved
    assert ended == ([f"{desk.url}/intake/drafts/{id}"] if saved else []), "a slow machine saves one meanwhile"


def refuse(page: Page, pattern: str, method: str, status: int = 503, code: str = "unavailable") -> None:
    """The server is out of order for these calls, until they are let through again; or refuses them for good."""

    def answer(route: Route) -> None:
        if route.request.method == method:
            route.fulfill(status=status, json={"code": code, "status": status})
        else:
            route.fallback()

    page.route(pattern, answer)


def test_a_draft_that_cannot_be_saved_stays_on_the_screen_and_nobody_is_called(browser: Browser, desk: Front):
    page, card = opened(clerk_at(browser, desk)), fresh_card()
    number = ticket(desk)
    refuse(page, "**/drafts/*", "PUT")
    fill(page, card)
    page.keyboard.press("F2")
    page.keyboard.press("F2")
    expect(page.locator("#alert")).to_contain_text("chưa nộp")
    expect(page.locator("#alert")).to_contain_text("đang bận")
    expect(page.locator("#number")).to_have_value(number_of(card))
    expect(page.locator("#called")).to_have_text("–")
    page.locator(".drafts summary").press("Enter")
    page.locator("#draft-code").fill("ABCD")
    page.locator("#draft-four").fill("1234")
    asked: list[str] = []
    page.on("request", lambda it: asked.append(urlsplit(it.url).path))
    with page.expect_response("**/drafts/*"):
        page.keyboard.press("Enter")
    expect(page.locator("#counter")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#number")).to_have_value(number_of(card))
    assert "/intake/drafts/opening" not in asked
    page.unroute("**/drafts/*")
    page.keyboard.press("F2")
    page.keyboard.press("F2")
    expect(page.locator("#called")).to_have_text(str(number))
    expect(page.locator("#number")).to_have_value("")
    page.context.close()


def test_what_is_typed_into_a_draft_that_is_over_meanwhile_is_kept_as_a_draft_of_its_own(browser: Browser, desk: Front):
    page, card = opened(clerk_at(browser, desk)), fresh_card("Ka Thơm")
    draft = kept_draft(desk, card)
    open_draft(page, draft["code"], card)
    expect(page.locator("#procedure")).to_be_focused()
    colleague = httpx.delete(f"{desk.url}/intake/drafts/{draft['id']}", headers=desk.headers("demo-one-stop"))
    assert colleague.is_success, colleague.text
    page.locator("#address").fill("Thôn Tân Lâm")
    page.keyboard.press("F2")
    page.keyboard.press("F2")
    expect(page.locator("#name")).to_have_value("")
    drafts = httpx.get(f"{desk.url}/intake/drafts", headers=desk.headers()).json()
    (kept,) = [it["filing"] for it in drafts if it["filing"]["applicant"]["number"] == number_of(card)]
    assert (kept["applicant"]["address"], [it["code"] for it in kept["papers"]]) == ("Thôn Tân Lâm", ["request"])
    page.context.close()


@pytest.mark.parametrize(("status", "code"), [(409, "conflict"), (422, "wrong-field")])
def test_a_draft_that_is_refused_for_good_is_told_and_left_with_the_same_key_once_more(
    browser: Browser, desk: Front, status: int, code: str
):
    page, card = opened(clerk_at(browser, desk)), fresh_card()
    number = ticket(desk)
    refuse(page, "**/drafts/*", "PUT", status, code)
    fill(page, card)
    page.keyboard.press("F2")
    page.keyboard.press("F2")
    expect(page.locator("#alert")).to_contain_text("Không cất được thành bản nháp")
    expect(page.locator("#number")).to_have_value(number_of(card))
    expect(page.locator("#called")).to_have_text("–")
    page.locator("#phone").fill("0912345678")
    page.keyboard.press("F2")
    expect(page.locator("#said")).to_contain_text("chưa nộp")
    page.keyboard.press("F2")
    expect(page.locator("#counter")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#phone")).to_have_value("0912345678")  # what was typed since is not left unasked
    page.keyboard.press("F2")
    expect(page.locator("#called")).to_have_text(str(number))
    expect(page.locator("#number")).to_have_value("")
    expect(page.locator("#alert")).to_be_hidden()
    page.context.close()


def test_whom_the_last_one_resembles_is_not_told_of_the_next(screen: Page, desk: Front):
    card = fresh_card()
    file_five(desk, number_of(card))
    held = hold(screen, "**/people/dossiers")
    screen.locator("#card").focus()
    with screen.expect_request("**/people/dossiers"):
        wand(screen, card)
    screen.keyboard.press("F2")
    screen.keyboard.press("F2")
    expect(screen.locator("#name")).to_have_value("")
    with screen.expect_response("**/people/dossiers") as known:
        held[0].continue_()
    known.value.finished()
    screen.evaluate("new Promise((then) => setTimeout(then))")
    expect(screen.locator("#earlier")).to_be_hidden()
    expect(screen.locator("#resembling")).to_be_hidden()


def test_a_later_answer_leaves_the_clerk_on_the_line_where_they_are(screen: Page, desk: Front):
    card = fresh_card()
    before = file_five(desk, number_of(card))
    fill(screen, card)
    expect(screen.locator("#resembling")).to_be_visible()
    held = hold(screen, "**/people/dossiers")
    with screen.expect_request("**/people/dossiers"):
        screen.locator("#number").dispatch_event("change")
    screen.locator(f"#another-{before['id']}").focus()
    tick = screen.locator(f"#another-{before['id']}").element_handle()
    held[0].continue_()
    screen.wait_for_function("(it) => !it.isConnected", arg=tick)
    screen.keyboard.press("Space")
    expect(screen.locator(f"#another-{before['id']}")).to_be_checked()


def test_a_card_that_is_read_when_the_next_filing_has_begun_is_not_in_it(screen: Page):
    held = hold(screen, "**/people/card")
    screen.locator("#card").focus()
    with screen.expect_request("**/people/card"):
        wand(screen, fresh_card())
    with screen.expect_response("**/queue/next"):
        screen.keyboard.press("F2")
    expect(screen.locator("#counter")).not_to_have_attribute("aria-busy", "true")
    expect(screen.locator("#procedure")).to_be_focused()
    with screen.expect_response("**/people/card") as read:
        held[0].continue_()
    read.value.finished()
    screen.evaluate("new Promise((then) => setTimeout(then))")
    expect(screen.locator("#number")).to_have_value("")
    expect(screen.locator("#name")).to_have_value("")


def test_a_persons_number_in_the_box_of_the_procedure_is_in_no_address(screen: Page):
    asked: list[str] = []
    screen.on("request", lambda it: asked.append(it.url))
    screen.locator("#procedure").fill("068185004567")
    screen.keyboard.press("Enter")
    with screen.expect_request("**/procedures/search?q=nam*"):
        screen.locator("#procedure").fill("nam giay to")
    assert [it for it in asked if "068185004567" in it] == []


def test_what_was_paid_in_another_window_meanwhile_is_not_asked_for_again(browser: Browser, desk: Front):
    page = opened(clerk_at(browser, desk))
    fill(page, fresh_card())
    tick_all(page)
    page.keyboard.press("F9")
    expect(page.locator("#take")).to_be_visible()
    id = whole(desk, page)["id"]
    answer = httpx.put(
        f"{desk.url}/intake/dossiers/{id}/payments/{uuid.uuid4()}", json={"dong": 77_000}, headers=desk.headers()
    )
    assert answer.is_success, answer.text
    page.locator("#take").press("Enter")
    expect(page.locator("#result-money")).to_have_text("Đã thu 77.000 đồng.")
    expect(page.locator("#take")).to_be_hidden()
    expect(page.locator("#alert")).to_be_hidden()
    page.context.close()


def test_a_filing_that_is_refused_is_saved_as_a_draft(browser: Browser, desk: Front):
    page = opened(clerk_at(browser, desk))
    refuse(page, "**/counter/dossiers/*", "PUT")
    fill(page, fresh_card())
    tick_all(page)
    expect(page.locator("#saved")).to_contain_text("Mã bản nháp", timeout=15_000)
    with page.expect_request("**/drafts/*", timeout=15_000):
        page.keyboard.press("F9")
        expect(page.locator("#alert")).to_contain_text("đang bận")
    page.context.close()


def test_all_that_is_about_no_field_is_told_and_what_is_about_a_group_is_over_with_any_of_it(
    browser: Browser, desk: Front
):
    page = opened(clerk_at(browser, desk))
    fill(page, fresh_card())
    tick_all(page)

    def more(route: Route) -> None:
        answer = route.fetch()
        told = [("offline", ""), ("unavailable", ""), ("consent-missing", "home_by"), ("invalid-phone", "phone")]
        wrong = [{"code": code, "about": about, "detail": ""} for code, about in told]
        route.fulfill(response=answer, json=answer.json() | {"wrong": wrong})

    page.route("**/dossiers/outlook", more)
    page.keyboard.press("F9")
    expect(page.locator("#alert p")).to_have_count(2)
    expect(page.locator("#home-error")).to_be_visible()
    page.locator("#home-post").check()
    expect(page.locator("#home-error")).to_have_count(0)
    expect(page.locator("#home-counter")).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("#phone-error")).to_be_visible()
    page.context.close()


def test_a_paper_of_another_case_is_asked_for_and_received_by_the_keyboard(screen: Page, desk: Front):
    papers = [{"code": code, "originals": 2, "copies": 1} for code in PAPERS[:4]]
    id = desk.file(procedure=FIVE, accept=False, home_by="counter", papers=papers)["id"]
    screen.goto(f"/counter/dossiers/{id}")
    screen.get_by_text("Yêu cầu bổ sung, một lần cho tất cả").focus()
    screen.keyboard.press("Enter")
    form = screen.locator(f"form[action='/counter/dossiers/{id}/ask']")
    expect(form.locator("#ask-paper-commitment")).to_be_hidden()
    form.locator("summary").focus()
    screen.keyboard.press("Enter")
    screen.keyboard.press("Tab")
    expect(form.locator("#ask-paper-commitment")).to_be_focused()
    screen.keyboard.press("ArrowDown")
    look_at(screen, "counter-ask-others-vi")
    form.get_by_role("button").press("Enter")
    expect(screen.locator(".due").first).to_contain_text("Bản cam kết với nhà liền kề: Chưa có")
    screen.locator("[name=originals-commitment]").fill("1")
    screen.keyboard.press("Enter")
    expect(screen.locator("#done")).to_have_text("Đã nhận giấy tờ bổ sung.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_d3_whoever_filed_online_reads_out_the_code_at_any_counter_and_gets_the_number_on_paper(
    clerk: Page, desk: Front, language: str
):
    number = number_of(fresh_card())
    filing = {"procedure": FIVE, "applicant": {"name": "Ka Thơm", "number": number}, "channel": "online"}
    elsewhere = {"receiving_office": f"{ONE_STOP}.01", "competent_office": ONE_STOP}
    filed = httpx.put(
        f"{desk.url}/intake/dossiers/{uuid.uuid4()}", json=filing | elsewhere, headers=desk.headers("demo-citizen")
    )
    assert filed.status_code == 201, filed.text
    clerk.goto(f"/counter/list?lang={language}")
    expect(clerk.locator("#text")).to_be_focused()
    wand(clerk, filed.json()["tracking"])
    paper = clerk.get_by_role(
        "link", name={"vi": "Giấy xác nhận đã nộp hồ sơ", "en": "Confirmation that it was filed"}[language]
    )
    expect(paper).to_be_visible()
    expect(clerk.locator("main")).not_to_contain_text("Ka Thơm")
    look_at(clerk, f"counter-filed-elsewhere-{language}")
    with clerk.context.expect_page() as opens, clerk.context.expect_event("response") as answered:
        paper.press("Enter")
    assert (answered.value.status, answered.value.headers["content-type"]) == (200, "application/pdf")
    opens.value.close()
