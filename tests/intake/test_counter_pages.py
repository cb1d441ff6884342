"""The clerk's pages: what they offer, in which words, and where their links lead."""

import re
import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.intake.domain.progress import Entry
from tests.intake.front import LAST_FOUR, START, Front

EXTRACT = "2.000635"
"""8.000 đồng a copy."""
COUNTER = "H36.202.02"
CALL = "Chưa nhắn tin được"


def ask(desk: Front, path: str, data: dict[str, str] | None = None, **more: Any) -> httpx.Response:
    """A page as the counter's clerk gets it; with fields it is a form that was sent."""
    headers = desk.headers() | {"accept": "text/html"}
    method = "GET" if data is None else "POST"
    return httpx.request(method, f"{desk.url}{path}", data=data, headers=headers, timeout=20, **more)


def words(answer: httpx.Response) -> str:
    main = answer.text.partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def priced(desk: Front) -> dict[str, Any]:
    """Accepted, with 8.000 đồng to pay."""
    return desk.file(procedure=EXTRACT, charges=[{"fee": "extract", "pieces": 1}])


@pytest.mark.parametrize("action", ["ask", "pay", "withdraw", "print", "no-such-action"])
def test_after_a_refused_action_the_other_language_leads_to_the_dossier(desk: Front, action: str):
    id = desk.file(accept=False)["id"]
    refused = ask(desk, f"/counter/dossiers/{id}/{action}", {})
    assert refused.status_code >= 400
    (address,) = re.findall(r'href="([^"]+)" lang="en"', refused.text)
    assert address == f"/counter/dossiers/{id}?lang=en"
    assert ask(desk, address).status_code == 200


def test_after_a_refused_action_the_other_language_of_a_citizens_page_leads_to_a_page_too(desk: Front):
    citizen = desk.headers("demo-citizen") | {"accept": "text/html"}
    refused = httpx.post(f"{desk.url}/my/{uuid.uuid4()}/home", data={"home_by": "post"}, headers=citizen)
    (address,) = re.findall(r'href="([^"]+)" lang="en"', refused.text)
    assert refused.status_code == 404
    assert httpx.get(f"{desk.url}{address}", headers=citizen).status_code != 405


def test_money_is_written_as_the_readers_language_writes_it(desk: Front):
    id = priced(desk)["id"]
    there = f"/counter/dossiers/{id}"
    assert "8.000 đồng" in words(ask(desk, there))
    english = words(ask(desk, f"{there}?lang=en"))
    assert "8,000 đồng" in english
    assert "8.000" not in english


@pytest.mark.parametrize("typed", ["8000", "8.000", "8,000"])
def test_an_amount_is_read_as_either_language_writes_it(desk: Front, typed: str):
    id = priced(desk)["id"]
    paid = ask(desk, f"/counter/dossiers/{id}/pay", {"key": str(uuid.uuid4()), "dong": typed})
    assert paid.headers["location"] == f"/counter/dossiers/{id}?done=pay"


def test_that_no_message_came_through_is_said_once_to_the_citizen_and_of_each_message_to_the_clerk(desk: Front):
    slip = desk.file()
    said = [Entry(START + timedelta(hours=n), "call-task-opened", "", f"message-{n}") for n in range(4)]
    desk.tell(slip["id"], 4, *said)
    desk.forget_tries()
    tracked = httpx.post(f"{desk.url}/track", data={"code": slip["code"], "last_four": LAST_FOUR})
    assert words(tracked).count(CALL) == 1
    assert words(ask(desk, f"/counter/dossiers/{slip['id']}")).count(CALL) == 4


def test_a_clerk_is_not_spoken_to_as_the_applicant(desk: Front):
    id = desk.file()["id"]
    done = ask(desk, f"/counter/dossiers/{id}/withdraw", {"words": "Đổi ý"}, follow_redirects=True)
    assert "Người nộp đã đề nghị rút hồ sơ." in words(done)
    assert "Bạn đã" not in words(done)


def test_the_list_and_the_dossier_tell_its_state_in_the_same_words(desk: Front):
    slip = desk.file()
    desk.tell(slip["id"], 4)
    page = words(ask(desk, f"/counter/dossiers/{slip['id']}"))
    line = words(ask(desk, "/counter/list")).partition(slip["code"])[2].partition(" · ")[0]
    assert "Đang xử lý" in page
    assert line.endswith("Đang xử lý")


def test_the_dossier_shows_its_tracking_code_the_number_they_came_with_and_which_office_typed_for_them(desk: Front):
    with httpx.Client(base_url=f"{desk.url}/intake", headers=desk.headers()) as api:
        number = api.put(f"/queue/tickets/{uuid.uuid4()}", json={"office": COUNTER}).json()["number"]
        called = api.post("/queue/next", json={"desk": "7"}).json()
        while called["number"] != number:
            called = api.post("/queue/next", json={"desk": "7"}).json()
    slip = desk.file(ticket=called["id"])
    page = words(ask(desk, f"/counter/dossiers/{slip['id']}"))
    whole = httpx.get(f"{desk.url}/intake/dossiers/{slip['id']}", headers=desk.headers()).json()
    tracking = whole["dossier"]["tracking"]
    assert f"Mã tra cứu {tracking}" in page
    assert f"Số thứ tự ở quầy {number}" in page
    assert "Cán bộ nhập thay Điểm tiếp nhận tại Bưu điện Lâm Hà (xã Đinh Văn Lâm Hà) (mã cán bộ demo-counter )" in page


def test_after_each_action_the_page_says_what_was_done_and_offers_what_is_printed_next(desk: Front):
    id = desk.file(accept=False)["id"]
    done = ask(desk, f"/counter/dossiers/{id}/accept", {}, follow_redirects=True).text
    told = done.partition('id="done" role="status" tabindex="-1" autofocus')[2].partition("</div>")[0]
    assert "Đã tiếp nhận" in told
    assert f"/dossiers/{id}/slip.pdf" in told
    asked = desk.file(accept=False)["id"]
    fields = {"field-phone": "wrong"}
    done = ask(desk, f"/counter/dossiers/{asked}/ask", fields, follow_redirects=True).text
    told = done.partition('id="done"')[2].partition("</div>")[0]
    assert "Tiếp theo: in phiếu yêu cầu bổ sung." in told
    assert f"/dossiers/{asked}/forms/supplement.pdf" in told


def test_only_forms_that_the_dossier_has_come_to_are_worded_and_what_one_lacks_is_named(desk: Front):
    def offered(id: str) -> list[str]:
        page = ask(desk, f"/counter/dossiers/{id}").text
        return re.findall(r'<option value="(\w+)"', page.partition('id="form-name"')[2].partition("</select>")[0])

    filed, accepted = desk.file(accept=False)["id"], desk.file()["id"]
    assert (offered(filed), offered(accepted)) == ([], ["apology"])
    empty = ask(desk, f"/counter/dossiers/{accepted}/print", {"form": "apology"})
    assert (empty.status_code, "Hãy ghi lý do: lý do được in trên phiếu." in empty.text) == (422, True)
    undated = ask(desk, f"/counter/dossiers/{accepted}/print", {"form": "apology", "reason": "Mất điện"})
    assert "Hãy chọn ngày hẹn mới" in undated.text
    ask(desk, f"/counter/dossiers/{filed}/refuse", {"reason": "other", "words": "Nhầm"})
    assert offered(filed) == ["refusal"]


def test_asking_for_nothing_is_told_in_the_words_of_that_form(desk: Front):
    id = desk.file(accept=False)["id"]
    assert "Hãy chọn lý do ở ít nhất một giấy tờ" in ask(desk, f"/counter/dossiers/{id}/ask", {}).text


@pytest.mark.parametrize("path", ["/counter", "/counter/list", "/counter/online", "/counter/cash", "/queue/desk"])
def test_every_page_of_the_counter_leads_to_all_the_others(desk: Front, path: str):
    menu = ask(desk, path).text.partition('class="doors-line"')[2].partition("</nav>")[0]
    assert re.findall(r'href="([^"]+)"', menu) == [
        "/counter",
        "/counter/list",
        "/counter/online",
        "/queue/desk",
        "/counter/cash",
        "/intake/register.pdf",
    ]
    assert re.findall(r'href="([^"]+)" aria-current="page"', menu) == [path]


def test_the_days_cash_leads_to_each_dossier_that_is_not_paid(desk: Front):
    slip = priced(desk)
    page = ask(desk, "/counter/cash").text
    assert '<a href="#open">' in page
    unpaid = page.partition('id="open"')[2].partition("</ul>")[0]
    assert f'<a href="/counter/cash/{slip["id"]}">{slip["code"]}</a>' in unpaid
    httpx.put(
        f"{desk.url}/intake/dossiers/{slip['id']}/payments/{uuid.uuid4()}", json={"dong": 8_000}, headers=desk.headers()
    ).raise_for_status()
    again = ask(desk, "/counter/cash").text
    assert slip["id"] not in again.partition('id="open"')[2].partition("</ul>")[0]
    assert "<table" not in again
