"""The pages of money in a real browser: the QR and the countdown, the day's cash, one bill; narrow and wide."""

import re
import time
import uuid

import httpx
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from services.intake.domain import pay_link
from shared.calendar import local_day
from shared.clock import server_time
from tests.browser.looking import LANGUAGES, log_in, look_at
from tests.intake.front import OWNER, PROCEDURE, Front
from tests.intake.partners import Bank

EXTRACT = "2.000635"


pytestmark = pytest.mark.usefixtures("behaved")


@pytest.fixture(scope="module")
def desk(banking: Front) -> Front:
    return banking


def file(desk: Front, procedure: str = EXTRACT) -> str:
    offered = desk.app.state.store.catalogue.procedure(procedure, local_day(server_time()))
    filing = {
        "procedure": procedure,
        "applicant": OWNER,
        "papers": [{"code": it.code, "originals": it.originals, "copies": it.copies} for it in offered.papers],
        "consent": True,
        "reviewed": desk.filed[-50:],
    }
    id = str(uuid.uuid4())
    desk.filed.append(id)
    answer = httpx.put(f"{desk.url}/intake/counter/dossiers/{id}", json=filing, headers=desk.headers())
    assert answer.status_code == 201, answer.text
    return id


def link(desk: Front, id: str) -> str:
    return f"/pay/{pay_link.token(id, desk.app.state.link_key, server_time())}"


def order_of(desk: Front, id: str) -> str:
    return httpx.get(f"{desk.url}/intake/dossiers/{id}/bill", headers=desk.headers()).json()["order"]["reference"]


def state_of(desk: Front, id: str) -> str:
    return httpx.get(f"{desk.url}/intake/dossiers/{id}/bill", headers=desk.headers()).json()["state"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_citizen_pays_by_qr_and_the_page_says_by_itself_that_the_money_came(
    page: Page, desk: Front, bank: Bank, language: str, tmp_path: object
):
    id = file(desk)
    page.goto(f"{link(desk, id)}?lang={language}")
    look_at(page, f"pay-open-{language}")
    page.get_by_role("button", name=re.compile("QR")).click()
    expect(page.locator(".qr svg")).to_be_visible()
    expect(page.locator("[data-left]")).to_have_text(re.compile(r"^\(1[45]:\d\d\)$"))
    look_at(page, f"pay-qr-{language}")
    reference = order_of(desk, id)
    picture = f"{tmp_path}/qr.png"
    page.locator(".qr").screenshot(path=picture, scale="css")
    (read,) = zxingcpp.read_barcodes(Image.open(picture))
    assert reference in read.text
    bank.pay(reference, 8_000)
    expect(page.locator(".state .now")).to_have_text(
        {"vi": "Đã nộp đủ", "en": "Paid in full"}[language], timeout=15_000
    )
    look_at(page, f"pay-paid-{language}")


def test_a_phone_whose_clock_is_ahead_counts_what_is_left_and_loads_the_page_once_at_its_end(page: Page, desk: Front):
    page.add_init_script("const now = Date.now; Date.now = () => now() + 3_600_000;")
    page.goto(link(desk, file(desk)))
    page.get_by_role("button", name=re.compile("QR")).click()
    left = page.locator("[data-left]")
    expect(left).to_have_text(re.compile(r"^\(1[45]:\d\d\)$"))
    loads = list[str]()
    page.on("load", lambda it: loads.append(it.url))
    told = left.inner_text()
    expect(left).not_to_have_text(told)
    assert loads == []
    with page.expect_event("load"):
        left.evaluate("it => { it.dataset.left = 0; }")
    expect(left).to_have_text(re.compile(r"^\(1[45]:\d\d\)$"))
    told = left.inner_text()
    expect(left).not_to_have_text(told)
    assert len(loads) == 1


def test_who_has_no_script_says_i_have_paid_and_the_bank_is_asked(page: Page, desk: Front, bank: Bank):
    bank.turn(lose=1)
    id = file(desk)
    page.route("**/pay-*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(link(desk, id))
    page.get_by_role("button", name=re.compile("QR")).click()
    expect(page.locator(".qr svg")).to_be_visible()
    bank.pay(order_of(desk, id), 8_000)
    page.get_by_role("button", name="Tôi đã chuyển tiền").click()
    expect(page.locator(".state .now")).to_have_text("Đã nộp đủ")


def test_who_says_i_have_paid_too_early_is_told_not_to_pay_again(page: Page, desk: Front):
    page.goto(link(desk, file(desk)))
    page.get_by_role("button", name=re.compile("QR")).click()
    page.get_by_role("button", name="Tôi đã chuyển tiền").click()
    expect(page.get_by_text("đừng chuyển lại")).to_be_visible()
    expect(page.locator("#answer")).to_be_focused()
    expect(page.get_by_text("Vietcombank", exact=True)).to_be_visible()
    expect(page.get_by_text("MOT CUA BAN THU", exact=True)).to_be_visible()
    look_at(page, "pay-asked-vi")
    page.get_by_role("link", name="Xem hồ sơ này đến đâu").click()
    expect(page.locator("#code")).to_have_value(re.compile(r"^H36"))


def test_a_refund_that_the_bank_refuses_is_paid_out_from_the_bill_s_page(page: Page, desk: Front, bank: Bank):
    id = file(desk)
    opened = httpx.post(f"{desk.url}/intake/dossiers/{id}/orders", headers=desk.headers()).json()
    bank.pay(opened["reference"], 10_000)
    end = time.monotonic() + 10
    while state_of(desk, id) != "paid" and time.monotonic() < end:
        time.sleep(0.05)
    log_in(page, desk, "demo-counter")
    page.goto(f"/counter/cash/{id}")
    expect(page.get_by_label("Ghi rõ")).to_be_visible()
    bank.books.refund(f"elsewhere-{id}", opened["reference"], 9_000)
    page.get_by_label("Ghi rõ").fill("chuyển thừa")
    page.get_by_role("button", name="Trả lại", exact=True).click()
    expect(page.get_by_text("ngân hàng từ chối")).to_be_visible()
    look_at(page, "bill-refused-vi")
    page.get_by_role("button", name="Đã trả 2.000 đồng tiền mặt").click()
    expect(page.get_by_text("ngân hàng từ chối")).not_to_be_visible()


def test_what_cannot_be_paid_yet_says_so(page: Page, desk: Front):
    page.goto(link(desk, file(desk, PROCEDURE)))
    expect(page.locator(".state .now")).to_have_text("Chưa thể nộp")
    look_at(page, "pay-unknown-vi")


def test_a_link_that_is_over_says_what_to_do(page: Page):
    page.goto(f"/pay/{'A' * 44}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Trang nộp tiền đã hết hạn")
    look_at(page, "pay-over-vi")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_clerk_takes_cash_prints_the_receipt_and_sees_the_day_add_up(page: Page, desk: Front, language: str):
    log_in(page, desk, "demo-counter")
    id = file(desk)
    code = httpx.get(f"{desk.url}/intake/dossiers/{id}/bill", headers=desk.headers()).json()["code"]
    page.goto(f"/counter/cash?lang={language}")
    page.locator("#code").fill(code)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(code)
    look_at(page, f"bill-open-{language}")
    page.get_by_role("button", name=re.compile("8[.,]000")).press("Enter")
    expect(page.locator(".state .now")).to_have_text({"vi": "Đã nộp đủ", "en": "Paid in full"}[language])
    address = page.get_by_role("link", name=re.compile("biên lai|receipt")).get_attribute("href")
    receipt = page.request.get(f"{desk.url}{address}")
    assert receipt.headers["content-type"] == "application/pdf"
    look_at(page, f"bill-paid-{language}")
    page.goto("/counter/cash")
    expect(page.get_by_role("link", name=code)).to_be_visible()
    look_at(page, f"cash-{language}")


def test_the_clerk_enters_an_unknown_amount_and_exempts_with_a_reason(page: Page, desk: Front):
    log_in(page, desk, "demo-counter")
    page.goto(f"/counter/cash/{file(desk, PROCEDURE)}")
    page.get_by_label("Số tiền (đồng)").fill("5.000")
    page.get_by_label("Căn cứ (nghị quyết của hội đồng nhân dân)").fill("Nghị quyết 12/2025/NQ-HĐND")
    look_at(page, "bill-unknown-vi")
    page.get_by_role("button", name="Ghi số tiền").click()
    expect(page.get_by_role("button", name="Đã nhận 5.000 đồng tiền mặt")).to_be_visible()
    page.goto(f"/counter/cash/{file(desk)}")
    page.get_by_text("Miễn:").click()
    page.get_by_label("Mã giấy tờ chứng minh").fill("so-ho-ngheo-2026")
    page.get_by_role("button", name="Miễn khoản này").click()
    expect(page.locator(".state .now")).to_have_text("Được miễn")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_clerk_puts_a_slip_right_on_the_bill_s_page_and_the_reason_stands_there(
    page: Page, desk: Front, language: str
):
    log_in(page, desk, "demo-counter")
    id = file(desk)
    bill = f"{desk.url}/intake/dossiers/{id}/bill"
    why = {"fee": "extract", "exemption": "poor", "evidence": "so-ho-ngheo-2026"}
    httpx.put(
        f"{desk.url}/intake/dossiers/{id}/payments/{uuid.uuid4()}", json={"dong": 8_000}, headers=desk.headers()
    ).raise_for_status()
    httpx.post(f"{bill}/exemptions", json=why, headers=desk.headers()).raise_for_status()
    page.goto(f"/counter/cash/{id}?lang={language}")
    page.get_by_text(re.compile("^(Sửa|Correct):")).click()
    page.get_by_label(re.compile("Số tờ|Pages or copies")).fill("2")
    page.get_by_label(re.compile("Bỏ miễn|No exemption")).check()
    look_at(page, f"bill-correcting-{language}")
    page.get_by_label(re.compile("Lý do sửa|Why it is put right")).fill("Nhầm người, và xin hai bản")
    page.get_by_label(re.compile("Lý do sửa|Why it is put right")).press("Enter")
    expect(page.get_by_role("button", name=re.compile("8[.,]000"))).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("^(Đã sửa|Put right)$"))).to_be_visible()
    expect(page.get_by_text("Nhầm người, và xin hai bản")).to_be_visible()
    expect(page.locator(".bill li", has_text=re.compile("^(Số tiền đã nộp|Paid) 8[.,]000 đồng$"))).to_be_visible()
    look_at(page, f"bill-corrected-{language}")
    page.goto("/counter/cash")
    look_at(page, f"cash-rebooked-{language}")


def test_differences_with_the_bank_are_listed_and_what_was_lost_is_taken_in(page: Page, desk: Front, bank: Bank):
    bank.turn(lose=1)
    id = file(desk)
    opened = httpx.post(f"{desk.url}/intake/dossiers/{id}/orders", headers=desk.headers()).json()
    bank.pay(opened["reference"], 9_000)
    log_in(page, desk, "demo-counter")
    page.goto("/counter/cash")
    expect(page.get_by_text(opened["reference"])).to_be_visible()
    look_at(page, "cash-differences-vi")
    page.get_by_role("button", name="Đối chiếu với ngân hàng").click()
    expect(page.get_by_text("Số tiền không đúng số phải nộp").first).to_be_visible()
    page.goto(f"/counter/cash/{id}")
    expect(page.get_by_role("button", name="Trả lại", exact=True)).to_be_visible()
    page.get_by_label("Ghi rõ").fill("chuyển thừa")
    look_at(page, "bill-overpaid-vi")
    bank.turn(fail=1)
    page.get_by_role("button", name="Trả lại", exact=True).click()
    expect(page.get_by_text("Đang trả lại, chờ ngân hàng")).to_be_visible()
