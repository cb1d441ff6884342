"""Online filings with their timer, the day's list, and what is done with a dossier from its page."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.demo.people import COUNTER, ONE_STOP
from services.intake.domain.facts import Handed
from services.intake.pages.counter.online import TimeLeft
from services.intake.pages.counter.typed import asked_for, brought_in, put_right
from shared.reference import working_calendar
from tests.browser.conftest import WIDTHS
from tests.browser.counting import clerk_at, fresh_card, wand
from tests.browser.looking import LANGUAGES, look_at
from tests.intake.front import Front
from tests.intake.test_papers import fresh_pdf

PERMIT = "1.013225"
"""Leave to build a house: three papers."""
PAPERS = ("request", "land-paper", "drawings")


@pytest.fixture(params=WIDTHS)
def clerk(request: pytest.FixtureRequest, desk: Front, browser: Browser) -> Iterator[Page]:
    page = clerk_at(browser, desk, request.param)
    yield page
    page.context.close()


@pytest.fixture
def wide(desk: Front, browser: Browser) -> Iterator[Page]:
    page = clerk_at(browser, desk)
    yield page
    page.context.close()


def online(desk: Front, number: str = "", papers: tuple[str, ...] = PAPERS, **more: Any) -> dict[str, Any]:
    """A filing by a citizen, with scans."""
    with httpx.Client(base_url=f"{desk.url}/intake", headers=desk.headers("demo-citizen"), timeout=30) as api:
        ticked = [
            {"code": it, "electronic": 1, "scans": [api.post("/papers", content=fresh_pdf()).json()["digest"]]}
            for it in papers
        ]
        filing = {
            "procedure": PERMIT,
            "applicant": {"name": "Ka Thơm", "number": number or fresh_card().partition("|")[0], "phone": "0912345678"},
            "papers": ticked,
            "channel": "online",
            "receiving_office": COUNTER,
        }
        answer = api.put(f"/dossiers/{uuid.uuid4()}", json=filing | more)
        assert answer.status_code == 201, answer.text
        return answer.json()


def state(desk: Front, id: str, person: str = "demo-counter") -> dict[str, Any]:
    return httpx.get(f"{desk.url}/intake/dossiers/{id}", headers=desk.headers(person)).json()["dossier"]


def at_dossier(page: Page, id: str) -> Page:
    page.goto(f"/counter/dossiers/{id}")
    return page


def open_part(page: Page, name: str) -> None:
    page.locator("summary").get_by_text(name, exact=True).focus()
    page.keyboard.press("Enter")


@pytest.mark.parametrize("language", LANGUAGES)
def test_online_filings_show_the_working_time_that_is_left_and_lead_to_their_page(
    clerk: Page, desk: Front, language: str
):
    filed = online(desk)
    clerk.goto(f"/counter/online?lang={language}")
    line = clerk.locator(".lines > li", has_text=filed["tracking"])
    left = {
        "vi": r"^Còn 7 giờ \d+ phút làm việc$|^Còn 8 giờ 0 phút làm việc$",
        "en": r"^[78] h \d+ min of working time left$",
    }
    expect(line.locator(".left")).to_have_text(re.compile(left[language]))
    look_at(clerk, f"online-{language}")
    line.get_by_role("link").click()
    expect(clerk.get_by_role("heading", level=1)).to_contain_text(filed["tracking"])
    look_at(clerk, f"counter-dossier-{language}")
    for summary in clerk.locator("summary").all():
        summary.click()
    look_at(clerk, f"counter-dossier-open-{language}")


def test_less_than_two_working_hours_are_urgent_and_what_is_over_says_since_when():
    working, monday = working_calendar(), datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    by = monday + timedelta(hours=3)
    assert TimeLeft.of(by, monday, working) == TimeLeft(3, 0, is_over=False, is_urgent=False)
    assert TimeLeft.of(by, monday + timedelta(minutes=61), working) == TimeLeft(1, 59, is_over=False, is_urgent=True)
    assert TimeLeft.of(by, by + timedelta(minutes=20), working).is_over


def test_an_online_filing_is_accepted_from_its_page_and_its_slip_is_there(wide: Page, desk: Front):
    filed = online(desk)
    at_dossier(wide, filed["id"]).get_by_role("button", name="Tiếp nhận, cấp mã và ngày hẹn").press("Enter")
    expect(wide.locator("#done")).to_be_focused()
    expect(wide.locator("#done p").first).to_have_text("Đã tiếp nhận. Tiếp theo: in giấy hẹn.")
    expect(wide.locator("#done").get_by_role("link", name="Giấy tiếp nhận và hẹn trả")).to_be_visible()
    assert state(desk, filed["id"])["code"].startswith(f"{COUNTER}-")


def test_row_16_more_is_asked_for_once_on_the_exact_paper_and_field_with_the_reason_and_history_is_kept(
    wide: Page, desk: Front
):
    filed = online(desk)
    at_dossier(wide, filed["id"])
    open_part(wide, "Yêu cầu bổ sung, một lần cho tất cả")
    wide.locator("#ask-paper-drawings").select_option("unreadable")
    wide.locator("#ask-words-paper-drawings").fill("Trang 2 bị mờ")
    wide.locator("#ask-field-phone").select_option("wrong")
    wide.get_by_role("button", name="Yêu cầu bổ sung", exact=True).press("Enter")
    expect(wide.locator(".due").first).to_contain_text("Trang 2 bị mờ")
    there = state(desk, filed["id"])
    asked = [(it["about"], it["code"], it["reason"], it["words"]) for it in there["asked"]]
    assert asked == [("paper", "drawings", "unreadable", "Trang 2 bị mờ"), ("field", "phone", "wrong", "")]
    look_at(wide, "counter-asked-vi")

    wide.locator("[name=originals-drawings]").fill("2")
    wide.get_by_role("button", name="Nhận giấy tờ bổ sung").press("Enter")
    expect(wide.locator("#done")).to_have_text("Đã nhận giấy tờ bổ sung.")
    there = state(desk, filed["id"])
    assert [it["what"] for it in there["history"]] == ["submitted", "supplement-asked", "supplemented"]
    assert [it["code"] for it in there["filing"]["papers"]] == [*PAPERS, "drawings"], "what lay there before is kept"


def test_a_refusal_needs_words_and_what_was_chosen_stays(wide: Page, desk: Front):
    filed = online(desk)
    at_dossier(wide, filed["id"])
    open_part(wide, "Từ chối tiếp nhận")
    wide.locator("#refuse-reason").select_option("wrong-procedure")
    wide.locator("#refuse-words").evaluate("it => it.required = false")
    wide.get_by_role("button", name="Từ chối hồ sơ này").press("Enter")
    expect(wide.get_by_role("alert")).to_contain_text("Hãy ghi lý do bằng lời")
    expect(wide.locator("#refuse-reason")).to_have_value("wrong-procedure")
    look_at(wide, "counter-refusing-vi")
    wide.locator("#refuse-words").fill("Thủ tục này do tỉnh giải quyết.")
    wide.get_by_role("button", name="Từ chối hồ sơ này").press("Enter")
    expect(wide.locator(".state .now")).to_have_text("Không được tiếp nhận")
    expect(wide.locator("#done")).to_contain_text("in phiếu từ chối")
    expect(wide.locator("summary")).to_have_count(1)  # only printing is left
    assert state(desk, filed["id"])["refusal"]["words"] == "Thủ tục này do tỉnh giải quyết."


def test_d4_what_was_written_wrong_is_put_right_and_what_stood_there_is_kept(wide: Page, desk: Front):
    slip = desk.file()
    at_dossier(wide, slip["id"])
    open_part(wide, "Sửa thông tin ghi sai")
    wide.locator('[id="now-name"]').fill("Nguyễn Văn Bính")
    wide.locator('[id="now-phone"]').fill("")
    wide.locator("#correct").get_by_role("button", name="Ghi lại").press("Enter")
    expect(wide.locator("#done")).to_have_text("Đã sửa thông tin.")
    there = state(desk, slip["id"])
    assert (there["filing"]["applicant"]["name"], there["filing"]["applicant"]["phone"]) == ("Nguyễn Văn Bính", "")
    was = {it["field"]: it["was"] for it in there["corrections"]}
    assert was == {"name": "Nguyễn Văn Bình", "phone": "+84912345678"}


def test_a_result_is_handed_to_whoever_shows_the_applicants_card_and_to_nobody_else(wide: Page, desk: Front):
    card = fresh_card()
    owner = {"name": "Nguyễn Văn Bình", "number": card.partition("|")[0]}
    slip = desk.file(owner, home_by="counter")
    desk.tell(slip["id"], 9, is_decided=True)
    at_dossier(wide, slip["id"])
    open_part(wide, "Trả kết quả")
    wide.locator("#receiver").fill(fresh_card())
    wide.locator("#register").check()
    wide.get_by_role("button", name="Đã trả kết quả").press("Enter")
    expect(wide.get_by_role("alert")).to_contain_text("không phải của người nộp")
    look_at(wide, "counter-wrong-receiver-vi")
    wide.locator("#receiver").fill("")
    wide.locator("#receiver").focus()
    wand(wide, card)
    expect(wide.locator(".state .now")).to_have_text("Đã trả kết quả")
    handed = state(desk, slip["id"])["handed"]
    assert (handed["document"], handed["signature"]) == ("card", "register")


def test_money_is_taken_once_its_amount_is_entered_with_the_ground(wide: Page, desk: Front):
    slip = desk.file()
    at_dossier(wide, slip["id"]).locator("#dong-civil-status").fill("15.000")
    wide.locator("#because-civil-status").fill("Nghị quyết 10/2025")
    wide.get_by_role("button", name="Ghi số tiền").press("Enter")
    expect(wide.locator(".bill .total")).to_contain_text("15.000 đ")
    wide.get_by_role("button", name="Đã thu đủ tiền mặt").press("Enter")
    expect(wide.locator(".bill .total")).to_contain_text("0 đ")
    look_at(wide, "counter-paid-vi")
    assert state(desk, slip["id"])["bill"]["state"] == "paid"


def test_a_dossier_is_withdrawn_on_behalf_of_the_applicant(wide: Page, desk: Front):
    slip = desk.file(accept=False)
    at_dossier(wide, slip["id"])
    open_part(wide, "Rút hồ sơ theo yêu cầu người nộp")
    wide.locator("#withdraw-words").fill("Người nộp đổi ý.")
    wide.get_by_role("button", name="Ghi yêu cầu rút").press("Enter")
    expect(wide.locator(".state .now")).to_have_text("Dừng xử lý")


def test_a_second_new_date_on_an_apology_is_refused_and_the_page_says_which_date_stands(clerk: Page, desk: Front):
    slip = desk.file()
    address = f"{desk.url}/intake/dossiers/{slip['id']}/forms/apology.pdf"
    words = {"reason": "Xác minh ở nơi khác chưa xong", "new_due": "2099-01-05T10:00:00+07:00"}
    assert httpx.post(address, json=words, headers=desk.headers()).status_code == 200
    at_dossier(clerk, slip["id"])
    open_part(clerk, "In phiếu có lời của cán bộ")
    expect(clerk.get_by_text("Ngày hẹn đang ghi nhận vẫn giữ")).to_be_visible()
    clerk.locator("#form-reason").fill("Máy chủ hỏng")
    clerk.locator("#form-due").fill("2099-02-05T10:00")
    clerk.get_by_role("button", name="In phiếu", exact=True).press("Enter")
    expect(clerk.get_by_text("Phiếu xin lỗi chỉ hẹn lại một lần").first).to_be_visible()
    look_at(clerk, "counter-apology-once")


def test_row_13_a_dossier_that_resembles_another_is_accepted_once_somebody_looked(wide: Page, desk: Front):
    number = fresh_card().partition("|")[0]
    first, second = online(desk, number), online(desk, number)
    at_dossier(wide, second["id"])
    expect(wide.get_by_role("button", name="Tiếp nhận, cấp mã và ngày hẹn")).to_have_count(0)
    expect(wide.get_by_role("link", name="Mở hồ sơ kia để so")).to_have_attribute(
        "href", f"/counter/dossiers/{first['id']}"
    )
    wide.locator(f"[id='other-{first['id']}']").press("Space")
    wide.get_by_role("button", name="Xác nhận đã xem").press("Enter")
    wide.get_by_role("button", name="Tiếp nhận, cấp mã và ngày hẹn").press("Enter")
    expect(wide.locator(".state .now")).to_have_text("Được tiếp nhận")


def test_a_scan_opens_by_a_link_of_minutes(wide: Page, desk: Front):
    filed = online(desk)
    at_dossier(wide, filed["id"])
    expect(wide.locator(".thumb img").first).to_have_js_property("complete", value=True)
    with (
        wide.context.expect_page() as opened,
        wide.context.expect_event("response", lambda it: "/papers/links/" in it.url) as answer,
    ):
        wide.get_by_role("button", name="Mở bản quét 1").first.press("Enter")
    assert answer.value.headers["content-type"] == "application/pdf"
    opened.value.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_days_list_finds_a_dossier_by_the_slips_qr_by_its_code_and_by_the_card(
    clerk: Page, desk: Front, language: str
):
    card = fresh_card()
    number = card.partition("|")[0]
    slip = desk.file({"name": "Nguyễn Văn Bình", "number": number}, home_by="counter")
    for text in (f"{slip['code']}|1.004873|{number}|Giấy tiếp nhận", slip["tracking"].lower(), card, number):
        clerk.goto(f"/counter/list?lang={language}")
        expect(clerk.locator("#text")).to_be_focused()
        wand(clerk, text)
        expect(clerk.get_by_role("heading", level=1)).to_contain_text(slip["code"])
        assert number not in clerk.url
    clerk.goto("/counter/list")
    expect(clerk.get_by_role("link", name=slip["code"])).to_be_visible()
    look_at(clerk, f"counter-list-{language}")
    wand(clerk, "không phải mã")
    expect(clerk.get_by_role("alert")).to_be_visible()


def test_another_offices_clerk_sees_no_person_and_may_take_in_what_was_brought(
    browser: Browser, desk: Front, wide: Page
):
    filed = online(desk, papers=("request",), receiving_office=f"{ONE_STOP}.01", competent_office=ONE_STOP)
    at_dossier(wide, filed["id"])
    expect(wide.locator("main")).not_to_contain_text("Ka Thơm")
    open_part(wide, "Nhận giấy tờ bổ sung")
    wide.locator("[name=copies-land-paper]").fill("1")
    wide.get_by_role("button", name="Nhận giấy tờ bổ sung").press("Enter")
    expect(wide.locator("#done")).to_have_text("Đã nhận giấy tờ bổ sung.")
    papers = state(desk, filed["id"], "demo-one-stop")["filing"]["papers"]
    assert [it["code"] for it in papers] == ["request", "land-paper"]
    look_at(wide, "counter-elsewhere-vi")


def test_whoever_is_no_clerk_is_turned_away_from_every_page_of_the_counter(desk: Front):
    paths = ["/counter", "/counter/online", "/counter/list", f"/counter/dossiers/{uuid.uuid4()}"]
    with httpx.Client(base_url=desk.url) as nobody:
        assert [nobody.get(it).status_code for it in paths] == [401] * 4
        assert [nobody.get(it, headers=desk.headers("demo-citizen")).status_code for it in paths] == [403] * 4


def test_a_forms_fields_are_read_as_the_api_takes_them():
    asked = list(asked_for({"paper-a": "missing", "words-paper-a": "x", "field-owner.name": "wrong", "key": "k"}))
    assert [(it.about, it.code, it.reason, it.words) for it in asked] == [
        ("paper", "a", "missing", "x"),
        ("field", "owner.name", "wrong", ""),
    ]
    (brought,) = brought_in({"originals-b-c": "2", "copies-b-c": "x", "scan-b-c": "d1 d2", "originals-d": "0"})
    assert (brought.code, brought.originals, brought.copies, brought.scans) == ("b-c", 2, 0, ("d1", "d2"))
    assert put_right({"was-name": "A", "now-name": "B", "was-phone": "1", "was-email": "e", "now-email": "e"}) == {
        "name": "B",
        "phone": "",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_by_what_right_somebody_files_and_who_signed_can_be_opened(clerk: Page, desk: Front, language: str):
    with httpx.Client(base_url=f"{desk.url}/intake", headers=desk.headers("demo-citizen"), timeout=30) as api:
        right = api.post("/papers", content=fresh_pdf()).json()["digest"]
    owner, shown = {"name": "Ka Hằng"}, {"ground": "power-of-attorney", "number": "12/2026", "scan": right}
    filed = online(desk, owner=owner, authorisation=shown)
    signed(desk, filed["id"], right)
    at_dossier(clerk, f"{filed['id']}?lang={language}")
    for name in ("Mở bản quét văn bản ủy quyền|Open the scan of the auth", "Mở chữ ký|Open the signature"):
        button = clerk.get_by_role("button", name=re.compile(name))
        expect(button).to_be_visible()
    look_at(clerk, f"counter-authorised-{language}")
    opened = clerk.request.post(f"/counter/dossiers/{filed['id']}/papers/{right}", headers={"origin": desk.url})
    assert (opened.status, opened.headers["content-type"]) == (200, "application/pdf")


def signed(desk: Front, id: str, signature: str) -> None:
    """Handed over, and the receiver's signature was scanned."""
    handed = Handed(datetime.now(UTC), "Ka Hằng", "", "", signature)

    async def write() -> None:
        await desk.app.state.store.dossiers.change(id, lambda it: (replace(it, state="handed-over", handed=handed),))

    desk.do(write())
