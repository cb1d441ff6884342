"""The queue in a real browser: the machine at the door, the number on a phone, the board in the hall, the desk."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import Page, expect

from services.intake.api.queue import Turns
from shared.clock import server_time
from shared.web.limits import Allowance
from tests.browser.looking import LANGUAGES, log_in, look_at
from tests.intake.front import Front

OFFICE = "H36.202.02"
MACHINE = f"/queue?office={OFFICE}"


@pytest.fixture(autouse=True)
def empty(desk: Front) -> Iterator[None]:
    """Nobody waits, and nobody is at the clerk's desk."""
    desk.app.state.turns = Turns(Allowance(10_000, timedelta(seconds=1)))
    api = httpx.Client(base_url=f"{desk.url}/intake", headers=desk.headers(), timeout=30)
    while (called := api.post("/queue/next", json={"desk": "9"})).is_success:
        assert api.post(f"/queue/tickets/{called.json()['id']}/done").is_success
    yield
    api.close()


def take(desk: Front) -> tuple[int, str]:
    """A number, and the address of its place."""
    id = uuid.uuid4()
    answer = httpx.put(f"{desk.url}/intake/queue/tickets/{id}", json={"office": OFFICE, "what": "result"})
    return answer.json()["number"], f"/queue/ticket/{id}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_row_18_one_touch_gives_a_number_and_its_place(page: Page, desk: Front, language: str):
    page.goto(f"/queue?lang={language}")
    expect(page.locator("html")).to_have_attribute("lang", language)
    look_at(page, f"queue-offices-{language}")
    page.get_by_role("link", name="Điểm tiếp nhận tại Bưu điện Lâm Hà (xã Đinh Văn Lâm Hà)", exact=True).click()
    look_at(page, f"queue-machine-{language}")
    page.get_by_text({"vi": "Hoặc chọn đúng thủ tục", "en": "Or choose the exact procedure"}[language]).click()
    look_at(page, f"queue-machine-open-{language}")
    page.get_by_role("button", name="Đăng ký khai tử", exact=True).click()
    expect(page.locator(".now")).to_have_text({"vi": "Bạn là người tiếp theo", "en": "You are next"}[language])
    look_at(page, f"queue-ticket-{language}")


def test_the_machine_needs_nothing_but_the_keyboard(page: Page):
    page.goto(MACHINE)
    page.get_by_role("radio", name="Không thuộc diện ưu tiên").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Từ 80 tuổi trở lên")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Nộp hồ sơ mới")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".number")).to_be_visible()


def test_the_place_on_the_phone_tells_itself_anew_when_the_number_is_called(page: Page, desk: Front):
    _, address = take(desk)
    page.goto(address)
    expect(page.locator(".now")).to_have_text("Bạn là người tiếp theo")
    httpx.post(f"{desk.url}/intake/queue/next", json={"desk": "3"}, headers=desk.headers())
    expect(page.locator(".now")).to_have_text("Mời bạn đến bàn 3", timeout=15_000)
    look_at(page, "queue-called-vi")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_board_shows_numbers_and_desks_and_no_names_and_tells_itself_anew(page: Page, desk: Front, language: str):
    numbers = [take(desk)[0] for _ in range(3)]
    api = httpx.Client(base_url=f"{desk.url}/intake/queue", headers=desk.headers())
    for at in ("1", "2"):
        called = api.post("/next", json={"desk": at}).json()
        api.post(f"/tickets/{called['id']}/serve", json={})
    page.goto(f"/queue/display/{OFFICE}?lang={language}")
    expect(page.locator("tbody tr").first).to_have_text(f"{numbers[1]}2")
    expect(page.get_by_role("link")).to_have_text([{"vi": "Đến nội dung chính", "en": "Skip to the content"}[language]])
    look_at(page, f"queue-board-{language}")
    api.post("/next", json={"desk": "4"})
    expect(page.locator("tbody tr").first).to_have_text(f"{numbers[2]}4", timeout=15_000)
    expect(page.locator("tbody tr").first).to_have_class("latest")
    look_at(page, f"queue-board-called-{language}")


def test_a_board_that_cannot_be_read_again_says_that_it_may_be_old_until_it_can(page: Page):
    address = f"/queue/display/{OFFICE}"
    page.goto(address)
    page.locator("[data-live]").evaluate("it => { it.dataset.live = 0.1; }")
    page.route(f"**{address}", lambda route: route.fulfill(status=404, body=""))
    expect(page.get_by_role("alert")).to_contain_text("có thể đã cũ", timeout=15_000)
    look_at(page, "queue-board-old-vi")
    page.unroute(f"**{address}")
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_queue_of_an_office_that_is_no_more_says_where_its_work_goes_on(page: Page, language: str):
    for address in ("/queue?office=H36.15&", "/queue/display/H36.15?"):
        answer = page.goto(f"{address}lang={language}")
        assert answer
        assert answer.status == 404
        heading = {"vi": "Nơi này hiện không hoạt động", "en": "This office is not open"}[language]
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        expect(page.get_by_role("listitem").filter(has_text="Ủy ban nhân dân xã Đinh Văn Lâm Hà")).not_to_have_count(0)
    look_at(page, f"queue-gone-{language}")
    expect(page.get_by_role("heading", level=3).first).to_contain_text("Lâm Hà")
    page.get_by_role("heading", level=3).first.get_by_role("link").click()
    expect(page.get_by_role("group").first).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_of_another_day_says_that_it_is_called_no_more(page: Page, desk: Front, language: str):
    _, address = take(desk)

    async def age() -> None:
        tickets = desk.app.state.store.tickets._documents
        await tickets.update_one(
            {"_id": address.split("/")[-1]},
            {"$set": {"state.taken_at": server_time() - timedelta(days=1), "state.day": "2026-01-01"}},
        )

    desk.do(age())
    page.goto(f"{address}?lang={language}")
    over = {"vi": "Số này của một ngày khác, không còn được gọi", "en": "This number is of another day"}[language]
    expect(page.locator(".now")).to_contain_text(over)
    look_at(page, f"queue-ticket-over-{language}")
    page.get_by_role("link", name={"vi": "Lấy số khác", "en": "Take another number"}[language]).click()
    expect(page.locator(".touch").first).to_be_visible()


def test_the_board_rings_only_if_somebody_wants_it_to(page: Page):
    page.goto(f"/queue/display/{OFFICE}")
    bell = page.get_by_role("button", name="Tiếng chuông khi gọi số")
    expect(bell).to_have_attribute("aria-pressed", "false")
    bell.click()
    expect(bell).to_have_attribute("aria-pressed", "true")
    bell.click()
    expect(bell).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("language", LANGUAGES)
def test_row_18_a_clerk_calls_calls_again_passes_over_and_takes_back_with_one_key_each(
    page: Page, desk: Front, language: str
):
    words = {
        "vi": ("Mời người tiếp theo", "Gọi lại", "Không có mặt", "Đã quay lại: gọi", "Đã đến bàn", "Xong"),
        "en": ("Next, please", "Call again", "Not here", "Came back: call", "They are here", "Done"),
    }
    following, again, not_there, back, here, done = words[language]
    number, _ = take(desk)
    log_in(page, desk, "demo-counter")
    page.goto(f"/queue/desk?lang={language}")
    page.get_by_label({"vi": "Bàn số", "en": "Your desk"}[language]).fill("2")
    page.get_by_role("button", name=following).click()
    expect(page.locator(".number")).to_contain_text(str(number))
    look_at(page, f"queue-desk-{language}")
    page.get_by_role("button", name=not_there).click()
    expect(page.get_by_role("alert")).to_be_visible()
    look_at(page, f"queue-desk-wrong-{language}")
    for _ in range(2):
        page.get_by_role("button", name=again, exact=True).click()
    page.get_by_role("button", name=not_there).click()
    expect(page.locator(".number")).to_have_count(0)
    look_at(page, f"queue-desk-passed-{language}")
    page.get_by_role("button", name=f"{back} {number}").click()
    page.get_by_role("button", name=here).click()
    page.get_by_role("button", name=done, exact=True).click()
    expect(page.locator(".number")).to_have_count(0)
    page.get_by_role("button", name=following).click()
    expect(page.get_by_role("alert")).to_be_visible()


def test_a_stranger_does_not_call_numbers(page: Page, desk: Front):
    assert httpx.get(f"{desk.url}/queue/desk").status_code == 401
    assert httpx.post(f"{desk.url}/queue/desk", data={"do": "next", "desk": "1"}).status_code == 401
