"""The citizen's own pages on a phone and a wide screen: from the checklist to the rating, with the clerk by the API."""

import io
import itertools
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from services.intake.domain.catalogue import Catalogue
from services.intake.domain.progress import Entry
from services.intake.gateways.bank import payments
from shared.calendar import local_day
from shared.clock import server_time
from shared.errors import Unavailable
from tests.browser.conftest import WIDTHS
from tests.browser.looking import LANGUAGES, complaints_of, log_in, look_at
from tests.intake import sheets_of_paper as sheets
from tests.intake.front import Front
from tests.intake.partners import KEY, Bank, sandbox_bank

BUSINESS = "1.001612"
"""A household business: two papers, a third and fourth in one case, a fee, the post brings the result."""
COUNTER = "H36.202.02"
PHOTOS = itertools.count()


@pytest.fixture(scope="module")
def bank(desk: Front) -> Iterator[Bank]:
    with sandbox_bank() as opened:
        desk.app.state.bank = payments(opened.url, KEY)
        yield opened


@pytest.fixture
def phone(desk: Front, browser: Browser) -> Iterator[Page]:
    """A phone of 320 px with a citizen's login."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, base_url=desk.url, has_touch=True)
    page = context.new_page()
    log_in(page, desk, "demo-citizen")
    yield page
    context.close()


@pytest.fixture(params=WIDTHS)
def citizen(request: pytest.FixtureRequest, desk: Front, browser: Browser) -> Iterator[Page]:
    """As `page`, logged in; and a form that is not right yet is answered with 422, what is not there with 404, of which the browser may speak."""
    desk.forget_tries()
    context = browser.new_context(viewport={"width": request.param, "height": 740}, base_url=desk.url)
    visited = context.new_page()
    complaints = complaints_of(visited, desk)
    log_in(visited, desk, "demo-citizen")
    yield visited
    context.close()
    assert [it for it in complaints if "422" not in it and "404" not in it] == []


def photo(name: str) -> FilePayload:
    """A photo of a paper, each of 264 another one."""
    n = next(PHOTOS)
    sheet = sheets.page(lines=8 + n % 24, turn=n % 11 / 11)
    return {"name": name, "mimeType": "image/jpeg", "buffer": sheets.jpeg(sheet)}


def send(page: Page, paper: str, *names: str) -> None:
    """Photos into the box of a paper, until each has its digest in the form."""
    for name in names:
        box = page.locator(f"input[name=scan-{paper}]")
        before = len(box.input_value().split())
        page.locator(f"#scan-{paper}").set_input_files(photo(name))
        expect(box).to_have_value(re.compile(rf"^([0-9a-f]{{64}} ?){{{before + 1}}}$"), timeout=15_000)


def on(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^(Tiếp tục|Continue)$")).click()


def begin(page: Page, procedure: str = BUSINESS, case: str = "") -> str:
    """A new draft, with who files; answers its id."""
    page.goto(f"/file/{procedure}")
    if page.get_by_role("radio").count():
        if case:
            page.locator(f"input[name=case][value={case}]").check()
        page.get_by_role("button", name=re.compile("Xem giấy tờ cần có|Show the papers")).click()
    page.get_by_role("button", name=re.compile("^(Bắt đầu|Begin)$")).click()
    expect(page.locator("#number")).to_be_visible()
    return page.url.split("/")[-2]


def who(page: Page, number: str) -> None:
    page.locator("#number").fill(number)
    page.locator("#phone").fill("0912 345 678")
    on(page)


def home(page: Page, way: str = "counter", address: str = "") -> None:
    page.locator("#office").select_option(COUNTER)
    page.locator(f"input[name=home_by][value={way}]").check()
    page.locator("#address").fill(address)
    on(page)


def number() -> str:
    """Another person's identity number each time."""
    return f"068201{uuid.uuid4().int % 1_000_000:06d}"


def filed(page: Page, person: str) -> str:
    """A dossier of two papers, sent; answers its id."""
    id = begin(page)
    who(page, person)
    send(page, "request", "don.jpg")
    send(page, "identity", "cccd.jpg")
    on(page)
    home(page)
    page.get_by_role("button", name=re.compile("Gửi hồ sơ|Send the dossier")).click()
    expect(page).to_have_url(re.compile(rf"/my/{id}/receipt$"))
    return id


def clerk(desk: Front, path: str, body: Any = None, method: str = "POST") -> Any:
    answer = httpx.request(method, f"{desk.url}/intake{path}", json=body, headers=desk.headers())
    assert answer.is_success, answer.text
    return answer.json()


def test_the_whole_way_on_a_phone_from_finding_it_to_rating_it(phone: Page, desk: Front, bank: Bank):
    person = number()
    phone.goto("/services?q=mo+cua+hang")
    phone.get_by_role("link", name="Đăng ký thành lập hộ kinh doanh").first.click()
    phone.get_by_role("link", name="Nộp trực tuyến").click()
    id = _filed_with_a_pause(phone, person)
    _tracked_without_an_account(phone, person)
    _supplied(phone, desk, id)
    _accepted_and_to_pay(phone, desk, id)
    _handed_over(phone, desk, id, person)
    _rated(phone, id)


def _filed_with_a_pause(phone: Page, person: str) -> str:
    id = begin(phone)
    who(phone, person)
    send(phone, "request", "don-1.jpg", "don-2.jpg")
    phone.get_by_role("button", name="Lưu, làm tiếp sau").click()
    phone.get_by_role("link", name="Đăng ký thành lập hộ kinh doanh").click()
    expect(phone).to_have_url(re.compile(rf"/my/drafts/{id}/papers$"))
    expect(phone.locator("input[name=scan-request]")).to_have_value(re.compile(r"^[0-9a-f]{64} [0-9a-f]{64}$"))
    send(phone, "identity", "cccd.jpg")
    on(phone)
    phone.reload()
    home(phone, "post", "Thôn Tân Lâm, xã Đinh Văn Lâm Hà")
    expect(phone.get_by_text("100.000")).to_be_visible()
    phone.get_by_role("button", name="Gửi hồ sơ").click()
    expect(phone.get_by_role("status")).to_contain_text("Đã gửi")
    return id


def _tracked_without_an_account(phone: Page, person: str) -> None:
    tracking = phone.locator(".big-code").inner_text()
    phone.goto("/track")
    phone.locator("#code").fill(tracking)
    phone.locator("#last_four").fill(person[-4:])
    phone.get_by_role("button", name="Xem hồ sơ").click()
    expect(phone.locator(".state .now")).to_have_text("Mới đăng ký")


def _supplied(phone: Page, desk: Front, id: str) -> None:
    asked = [
        {"about": "paper", "code": "identity", "reason": "unreadable", "words": "Ảnh mặt sau bị lóa."},
        {"about": "field", "code": "address", "reason": "wrong", "words": "Thiếu số nhà."},
    ]
    clerk(desk, f"/dossiers/{id}/supplement-request", {"items": asked})
    phone.goto("/my")
    expect(phone.get_by_text("Việc của bạn: gửi thêm giấy tờ").first).to_be_visible()
    phone.goto(f"/my/{id}")
    expect(phone.locator(".todo")).to_contain_text("không đọc được. Ảnh mặt sau bị lóa.")
    look_at(phone, "portal-asked-of-me-vi")
    phone.get_by_role("link", name="Gửi những thứ này").click()
    expect(phone.locator("input[type=file]")).to_have_count(1)
    phone.get_by_label("Địa chỉ của người nộp").fill("12 thôn Tân Lâm, xã Đinh Văn Lâm Hà, Lâm Đồng")
    send(phone, "identity", "cccd-sau.jpg")
    phone.get_by_role("button", name="Gửi cho nơi nhận").click()
    expect(phone.get_by_role("status")).to_contain_text("Đã gửi")
    expect(phone.locator(".todo")).to_have_count(0)


def _accepted_and_to_pay(phone: Page, desk: Front, id: str) -> None:
    slip = clerk(desk, f"/dossiers/{id}/acceptance")
    phone.goto(f"/my/{id}")
    expect(phone.get_by_role("heading", level=1)).to_contain_text(slip["code"])
    expect(phone.locator(".due")).to_contain_text("Ngày hẹn trả kết quả")
    look_at(phone, "portal-to-pay-vi")
    phone.get_by_role("link", name="Nộp bằng mã QR").click()
    expect(phone.locator("main")).to_contain_text("100.000")
    phone.goto(f"/my/{id}/home")
    phone.get_by_label("Tôi đến quầy nhận").check()
    phone.get_by_role("button", name="Lưu cách nhận").click()
    expect(phone.get_by_role("status")).to_have_text("Đã đổi cách nhận kết quả.")


def _handed_over(phone: Page, desk: Front, id: str, person: str) -> None:
    clerk(desk, f"/dossiers/{id}/payments/{uuid.uuid4()}", {"dong": 100_000}, "PUT")
    desk.tell(id, 9, Entry(server_time(), "case-decided", "H36.202", "positive"), is_decided=True)
    clerk(desk, f"/dossiers/{id}/hand-over", {"by": "counter", "receiver": {"number": person, "signature": "register"}})
    phone.goto(f"/my/{id}")
    expect(phone.locator(".state .now")).to_have_text("Đã trả kết quả")


def _rated(phone: Page, id: str) -> None:
    phone.get_by_role("link", name="Đánh giá, mất nửa phút").click()
    phone.get_by_label("4 – Hài lòng").check()
    phone.get_by_label("Phải chờ lâu").check()
    phone.get_by_role("button", name="Gửi đánh giá").click()
    expect(phone.get_by_role("status")).to_have_text("Cảm ơn bạn đã đánh giá.")
    expect(phone.locator(".timeline")).to_contain_text("Bạn đã đánh giá: 4 trên 5.")
    expect(phone.locator(".timeline")).to_contain_text("Đã nộp 100.000 đồng.")
    look_at(phone, "portal-ended-vi")


def test_without_javascript_everything_goes_but_the_photos_and_the_page_says_what_to_do(desk: Front, browser: Browser):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640}, base_url=desk.url)
    page = context.new_page()
    log_in(page, desk, "demo-citizen")
    begin(page)
    who(page, number())
    expect(page.locator("noscript, .wrong")).to_contain_text(["mang giấy tờ đến quầy và đọc mã bản nháp"])
    expect(page.locator(".big-code")).to_be_visible()
    page.goto(page.url.replace("/papers", "/home"))
    home(page, "post", "Thôn Tân Lâm")
    expect(page.get_by_role("alert")).to_contain_text("Giấy tờ tùy thân (xuất trình): Hãy gửi kèm giấy tờ này")
    page.get_by_role("link", name="Sửa nơi nhận và cách nhận").click()
    expect(page.locator("#address")).to_have_value("Thôn Tân Lâm")
    context.close()


def test_a_filing_needs_nothing_but_the_keyboard(citizen: Page, desk: Front):
    begin(citizen)
    citizen.get_by_label("Họ và tên người nộp").focus()
    citizen.keyboard.press("Tab")
    citizen.keyboard.press("Tab")
    citizen.keyboard.type(number())
    for _ in range(4):
        citizen.keyboard.press("Tab")
        outline = citizen.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert float(outline.removesuffix("px")) >= 3
    expect(citizen.get_by_role("button", name="Tiếp tục")).to_be_focused()
    citizen.keyboard.press("Enter")
    expect(citizen.get_by_role("heading", level=1)).to_have_text("Giấy tờ")


def test_row_14_the_qr_of_the_receipt_opens_the_tracking_page_of_its_code(citizen: Page, desk: Front):
    id = filed(citizen, number())
    picture = Image.open(io.BytesIO(citizen.locator(".qr").screenshot()))
    (read,) = zxingcpp.read_barcodes(picture)
    assert read.text == f"{desk.url}/track?code={citizen.locator('.big-code').inner_text()}"
    citizen.goto(read.text)
    expect(citizen.locator("#code")).not_to_be_empty()
    assert id not in read.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_row_94_who_tracks_without_an_account_can_pay_and_say_how_it_went(
    citizen: Page, desk: Front, bank: Bank, language: str
):
    person = number()
    id = filed(citizen, person)
    slip = clerk(desk, f"/dossiers/{id}/acceptance")
    citizen.context.clear_cookies()
    citizen.goto(f"/track?lang={language}")
    tracked(citizen, slip["code"], person)
    look_at(citizen, f"tracked-owed-{language}")
    citizen.get_by_role("link", name=re.compile("Nộp bằng mã QR|Pay by QR code")).click()
    expect(citizen).to_have_url(re.compile("/pay/[A-Za-z0-9_-]{44}$"))
    clerk(desk, f"/dossiers/{id}/payments/{uuid.uuid4()}", {"dong": 100_000}, "PUT")
    desk.tell(id, 9, Entry(server_time(), "case-decided", "H36.202", "positive"), is_decided=True)
    clerk(desk, f"/dossiers/{id}/hand-over", {"by": "counter", "receiver": {"number": person, "signature": "register"}})
    citizen.goto("/track")
    tracked(citizen, slip["code"], person)
    citizen.locator("summary").click()
    citizen.get_by_role("button", name=re.compile("Gửi đánh giá|Send the rating")).click()
    expect(citizen.get_by_role("alert")).to_be_focused()
    look_at(citizen, f"tracked-rating-wrong-{language}")
    citizen.locator("input[name=score][value='5']").check()
    citizen.get_by_role("button", name=re.compile("Gửi đánh giá|Send the rating")).click()
    expect(citizen.get_by_role("status")).to_have_text(re.compile("Cảm ơn|Thank you"))
    expect(citizen.locator("summary")).to_have_count(0)
    look_at(citizen, f"tracked-rated-{language}")


def tracked(page: Page, code: str, person: str) -> None:
    page.locator("#code").fill(code)
    page.locator("#last_four").fill(person[-4:])
    page.get_by_role("button", name=re.compile("Xem hồ sơ|Show the dossier")).click()


@pytest.mark.parametrize("language", LANGUAGES)
def test_row_96_every_screen_of_a_filing_fits_and_axe_finds_nothing(citizen: Page, desk: Front, language: str):
    page = citizen
    page.goto(f"/file/{BUSINESS}?lang={language}")
    look_at(page, f"portal-case-{language}")
    page.locator("input[name=case][value=family]").check()
    page.get_by_role("button", name=re.compile("Xem giấy tờ cần có|Show the papers")).click()
    look_at(page, f"portal-start-{language}")
    id = begin(page)
    page.get_by_label(re.compile("Cho người khác|For somebody else")).check()
    page.locator("#number").fill("123")
    page.locator("#phone").fill("12")
    on(page)
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(page.locator("#number")).to_have_value("123")
    look_at(page, f"portal-who-wrong-{language}")
    summary.get_by_role("link").first.click()
    expect(page.locator("#number")).to_be_focused()
    who(page, number())
    on(page)
    look_at(page, f"portal-owner-wrong-{language}")
    page.locator("[id='owner.name']").fill("Ka Duyên")
    page.get_by_label(re.compile("Cha, mẹ|Parent")).check()
    on(page)
    on(page)
    look_at(page, f"portal-papers-wrong-{language}")
    page.goto(f"/my/drafts/{id}/review")
    look_at(page, f"portal-review-wrong-{language}")
    page.goto(f"/my/drafts/{id}/papers")
    send(page, "request", "don.jpg")
    send(page, "identity", "cccd.jpg")
    look_at(page, f"portal-papers-{language}")
    on(page)
    page.locator("input[name=home_by][value=post]").check()
    on(page)
    look_at(page, f"portal-home-wrong-{language}")
    home(page, "post", "Thôn Tân Lâm")
    look_at(page, f"portal-review-{language}")
    page.goto("/my")
    look_at(page, f"portal-mine-{language}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_row_96_what_a_citizen_does_with_a_dossier_fits_and_axe_finds_nothing(
    citizen: Page, desk: Front, language: str
):
    page = citizen
    page.goto(f"/my?lang={language}")
    id = filed(page, number())
    look_at(page, f"portal-receipt-{language}")
    asked = [{"about": "paper", "code": "identity", "reason": "unreadable", "words": "Ảnh bị lóa."}]
    asked.append({"about": "field", "code": "phone", "reason": "wrong", "words": ""})
    clerk(desk, f"/dossiers/{id}/supplement-request", {"items": asked})
    page.goto(f"/my/{id}/asked")
    page.get_by_role("button").last.click()
    expect(page.get_by_role("alert")).to_be_focused()
    look_at(page, f"portal-asked-wrong-{language}")
    for action in ("", "/home", "/withdrawal", "/rating"):
        page.goto(f"/my/{id}{action}")
        look_at(page, f"portal-dossier{action.replace('/', '-')}-{language}")
    page.goto(f"/my/{id}/withdrawal")
    page.get_by_role("button", name=re.compile("Rút hồ sơ này|Withdraw this dossier")).click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.locator("#words").fill("Tôi nộp nhầm thủ tục.")
    page.get_by_role("button", name=re.compile("Rút hồ sơ này|Withdraw this dossier")).click()
    expect(page.locator(".state .now")).to_have_text(re.compile("Dừng xử lý|Stopped"))
    page.goto(f"/my/{id}/rating")
    page.get_by_role("button", name=re.compile("Gửi đánh giá|Send the rating")).click()
    expect(page.get_by_role("alert")).to_be_focused()
    look_at(page, f"portal-rating-wrong-{language}")
    page.goto("/my")
    look_at(page, f"portal-mine-filed-{language}")


def test_what_was_typed_when_the_login_ended_comes_back_after_the_next_one_and_is_gone_once_it_is_sent(
    phone: Page, desk: Front
):
    begin(phone)
    who_files = number()
    phone.locator("#number").fill(who_files)
    phone.locator("#phone").fill("0912 345 678")
    phone.locator("input[name=whose][value=other]").check()
    phone.context.clear_cookies()
    on(phone)
    expect(phone.get_by_text("Những gì bạn vừa ghi chưa mất")).to_be_visible()
    look_at(phone, "portal-session-ended-vi")
    then = phone.get_by_role("link", name="Đăng nhập").last.get_attribute("href") or ""
    log_in(phone, desk, "demo-citizen")
    phone.goto(unquote(then.partition("then=")[2]))
    expect(phone.locator("#number")).to_have_value(who_files)
    expect(phone.locator("#phone")).to_have_value("0912 345 678")
    expect(phone.locator("input[name=whose][value=other]")).to_be_checked()
    expect(phone.get_by_role("status")).to_be_focused()
    on(phone)
    expect(phone).to_have_url(re.compile(r"/owner$"))
    assert phone.evaluate("Object.keys(sessionStorage)") == []
    phone.go_back()
    expect(phone.get_by_text("đã được điền lại")).to_have_count(0)


def away(*_: object, **__: object) -> None:
    raise Unavailable


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_typed_while_something_was_away_comes_back_when_it_is_tried_again(
    phone: Page, desk: Front, monkeypatch: pytest.MonkeyPatch, language: str
):
    id = begin(phone)
    phone.goto(f"/my/drafts/{id}/who?lang={language}")
    phone.locator("#number").fill("068201")
    with monkeypatch.context() as instead:
        instead.setattr(desk.app.state.store.drafts, "get", away)
        on(phone)
        kept = {"vi": "Những gì bạn vừa ghi chưa mất", "en": "What you typed is not lost"}[language]
        expect(phone.get_by_text(kept)).to_be_visible()
        look_at(phone, f"problem-away-{language}")
    phone.get_by_role("link", name=re.compile("^(Thử lại|Try again)$")).click()
    expect(phone.locator("#number")).to_have_value("068201")
    expect(phone.get_by_role("status")).to_be_focused()
    assert phone.evaluate("Object.keys(sessionStorage)") == []


def test_a_clerks_reasons_come_back_after_the_next_login_and_nothing_else_of_the_form_was_kept(
    desk: Front, browser: Browser
):
    id = desk.file(accept=False)["id"]
    context = browser.new_context(viewport={"width": 1280, "height": 740}, base_url=desk.url)
    page = context.new_page()
    log_in(page, desk, "demo-counter")
    page.goto(f"/counter/dossiers/{id}")
    form = page.locator("form[action$='/refuse']")
    words = form.locator("[name=words]")
    page.evaluate("document.querySelectorAll('details').forEach((it) => { it.open = true; })")
    words.fill("Đất này không thuộc thẩm quyền của xã.")
    context.clear_cookies()
    form.get_by_role("button").last.click()
    expect(page.get_by_text("Những gì bạn vừa ghi chưa mất")).to_be_visible()
    kept = page.evaluate("JSON.parse(sessionStorage.typed).fields.map(([name]) => name)")
    assert set(kept) == {"words", "reason"}
    log_in(page, desk, "demo-counter")
    page.goto(f"/counter/dossiers/{id}")
    expect(words).to_have_value("Đất này không thuộc thẩm quyền của xã.")
    expect(words).to_be_visible()
    expect(page.get_by_text("đã được điền lại")).to_have_count(1)
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nothing_is_the_page_tells_what_it_knows_and_where_one_goes_on(citizen: Page, language: str):
    told = {
        f"/my/drafts/{uuid.uuid4()}": (
            "You have no such dossier or draft",
            "Bạn không có hồ sơ hay bản nháp này",
            "/my",
        ),
        "/services/9.999999": ("There is no such procedure today", "Hôm nay không có thủ tục này", "/services"),
    }
    for address, (en, vi, onward) in told.items():
        citizen.goto(f"{address}?lang={language}")
        expect(citizen.get_by_role("main")).to_contain_text({"vi": vi, "en": en}[language])
        expect(citizen.locator(f"main a.button[href='{onward}']")).to_be_visible()
        look_at(citizen, f"problem-{onward.strip('/')}-{language}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_drafts_that_cannot_go_on_say_what_to_do(citizen: Page, desk: Front, language: str):
    gone, open = begin(citizen), begin(citizen, case="family")
    published = desk.app.state.store.published
    before = published.catalogue
    try:
        published.catalogue = changed(before, cases=())
        citizen.goto(f"/my/drafts/{open}")
        citizen.goto(f"{citizen.url}?lang={language}")
        look_at(citizen, f"portal-case-gone-{language}")
        on(citizen)
        expect(citizen).to_have_url(re.compile(rf"/{open}/papers$"))
        published.catalogue = changed(before, withdrawn_from=local_day(server_time()), successor="2.000635")
        citizen.goto("/my")
        draft = citizen.get_by_role("listitem").filter(has=citizen.locator(f"form[action*='{gone}']"))
        expect(draft).to_contain_text(re.compile("không còn nhận hồ sơ nữa|takes no dossiers any more"))
        draft.locator("summary").click()
        look_at(citizen, f"portal-mine-withdrawn-{language}")
        draft.get_by_role("button", name=re.compile("^(Xóa hẳn|Delete for good)")).click()
        expect(citizen.get_by_role("status")).to_be_visible()
        expect(citizen.locator(f"form[action*='{gone}']")).to_have_count(0)
    finally:
        published.catalogue = before


def changed(offered: Catalogue, **fields: Any) -> Catalogue:
    """The catalogue with every version of one procedure changed."""
    procedures = (replace(it, **fields) if it.code == BUSINESS else it for it in offered.procedures)
    return Catalogue(tuple(procedures), offered.offices)


def test_a_list_of_what_to_mend_goes_when_the_last_paper_has_come(phone: Page):
    begin(phone)
    who(phone, number())
    on(phone)
    expect(phone.get_by_role("alert")).to_be_focused()
    send(phone, "request", "don.jpg")
    expect(phone.get_by_role("alert").get_by_role("listitem")).to_have_count(1)
    send(phone, "identity", "cccd.jpg")
    expect(phone.get_by_role("alert")).to_have_count(0)
    expect(phone).to_have_title(re.compile("^Giấy tờ"))


def test_d1_how_the_form_is_filled_in_is_read_at_its_paper_and_nothing_of_the_filing_is_left(phone: Page):
    begin(phone)
    who(phone, number())
    on(phone)
    phone.get_by_text("Cách ghi (mẫu điền sẵn)").click()
    expect(phone.get_by_text("HỘ KINH DOANH TẠP HÓA LÁ XANH")).to_be_visible()
    look_at(phone, "portal-papers-sample-vi")
    with phone.expect_popup() as opened:
        phone.get_by_role("link", name="Mẫu này để in (PDF)").click()
    assert opened.value.url.endswith(f"/services/{BUSINESS}/samples/request.pdf")
    expect(phone).to_have_url(re.compile(r"/papers$"))


def kept_by_itself(page: Page) -> None:
    expect(page.get_by_text("Đã lưu vào bản nháp.")).to_be_visible(timeout=15_000)


def test_a_photo_that_was_sent_is_in_the_draft_before_anything_is_pressed(phone: Page):
    id = begin(phone)
    who(phone, number())
    with phone.expect_response(f"**/my/drafts/{id}/papers") as saved:
        send(phone, "request", "don.jpg")
    assert saved.value.status == 204
    kept_by_itself(phone)
    look_at(phone, "portal-papers-kept-vi")
    held = phone.locator("input[name=scan-request]").input_value()
    for leave in (phone.reload, phone.get_by_role("link", name="English").click):
        leave()
        expect(phone.locator("input[name=scan-request]")).to_have_value(held)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Papers")
    phone.get_by_role("button", name="Back").click()
    expect(phone).to_have_url(re.compile(r"/who$"))
    phone.go_back()
    expect(phone.locator("input[name=scan-request]")).to_have_value(held)
    phone.get_by_role("button", name=re.compile("^Remove")).click()
    expect(phone.get_by_text("Saved in the draft.")).to_be_visible()
    phone.reload()
    expect(phone.locator("input[name=scan-request]")).to_have_value("")


def test_photos_that_come_while_one_is_being_saved_are_saved_after_it_and_the_last_state_counts(phone: Page):
    id = begin(phone)
    who(phone, number())
    asked, waiting = list[str](), list[Route]()

    def hold(route: Route) -> None:
        if route.request.method == "POST":
            asked.append(route.request.post_data or "")
            if len(asked) == 1:
                waiting.append(route)
                return
        route.continue_()

    phone.wait_for_url("**/papers")  # whole: what is routed while a page still comes may slip through
    phone.route(f"**/my/drafts/{id}/papers", hold)
    send(phone, "request", "don-1.jpg", "don-2.jpg")
    send(phone, "identity", "cccd.jpg")
    assert len(asked) == 1
    waiting[0].continue_()
    kept_by_itself(phone)
    assert len(asked) == 2
    assert len(re.findall(r"[0-9a-f]{64}", asked[1])) == 3


def test_that_a_sheet_was_saved_is_said_only_when_it_was_and_tried_again_when_the_line_is_back(phone: Page):
    id = begin(phone)
    who(phone, number())
    phone.wait_for_url("**/papers")
    phone.route(f"**/my/drafts/{id}/papers", lambda route: route.abort())
    send(phone, "request", "don.jpg")
    expect(phone.get_by_text("Chưa lưu được vào bản nháp.")).to_be_visible()
    expect(phone.get_by_text("Đã lưu")).to_have_count(0)
    look_at(phone, "portal-papers-not-kept-vi")
    phone.unroute(f"**/my/drafts/{id}/papers")
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    kept_by_itself(phone)


@pytest.mark.parametrize("way", ["Quay lại", "English"])
def test_what_stands_on_a_sheet_is_kept_by_going_back_and_by_the_other_language(phone: Page, way: str):
    id = begin(phone)
    phone.locator("#number").fill("12")
    phone.get_by_text(way, exact=True).click()
    expect(phone.get_by_role("heading", level=1)).not_to_have_text("Người nộp")
    phone.goto(f"/my/drafts/{id}/who")
    expect(phone.locator("#number")).to_have_value("12")


def test_a_box_takes_so_many_scans_and_says_of_each_more_that_it_was_not_sent(phone: Page):
    begin(phone)
    who(phone, number())
    phone.route("**/papers/uploads*", lambda route: route.abort())
    nothing: list[FilePayload] = [{"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": b"-"} for n in range(41)]
    phone.locator("#scan-request").set_input_files(nothing)
    expect(phone.get_by_text("Nhiều nhất 40 tệp cho một giấy tờ: tệp này không được gửi.")).to_have_count(1)


def test_what_was_typed_when_the_login_ended_is_gone_with_any_other_page(phone: Page):
    begin(phone)
    phone.locator("#number").fill(number())
    phone.context.clear_cookies()
    on(phone)
    expect(phone.get_by_text("Những gì bạn vừa ghi chưa mất")).to_be_visible()
    assert phone.evaluate("Object.keys(sessionStorage)") == ["typed"]
    phone.goto("/")
    assert phone.evaluate("Object.keys(sessionStorage)") == []


def test_what_was_typed_outside_of_ones_own_pages_is_kept_nowhere(phone: Page):
    phone.goto("/track")
    tracked(phone, "H36.202.02-000000-0000", number())
    expect(phone.get_by_role("alert")).to_be_visible()
    assert phone.evaluate("Object.keys(sessionStorage)") == []
