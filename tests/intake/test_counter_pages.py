"""The clerk's pages: what they offer, in which words, and where their links lead."""

import io
import logging
import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from services.intake.domain.progress import Entry
from tests.intake.front import LAST_FOUR, START, Front

EXTRACT = "2.000635"
"""8.000 đồng a copy."""
COUNTER = "H36.202.02"
TWO_UNKNOWN = "1.012784"
"""Two fees that the council sets."""
BIRTH = "1.001193"
"""A paper of its own for each of two cases."""
CALL = "báo qua điện thoại"


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


def paid_by(desk: Front, page: str, id: str, amount: str) -> httpx.Response:
    """Money taken on one of the two pages that take it."""
    own = str(uuid.uuid4())
    if page == "bill":
        return ask(desk, f"/counter/cash/{id}", {"do": "pay", "id": own, "dong": amount})
    return ask(desk, f"/counter/dossiers/{id}/pay", {"key": own, "dong": amount})


@pytest.mark.parametrize("page", ["dossier", "bill"])
@pytest.mark.parametrize("typed", ["8000", "8.000", "8,000", "8 000", "8\N{NO-BREAK SPACE}000"])
def test_an_amount_is_read_as_either_language_writes_it(desk: Front, page: str, typed: str):
    id = priced(desk)["id"]
    assert paid_by(desk, page, id, typed).status_code == 303
    bill = httpx.get(f"{desk.url}/intake/dossiers/{id}/bill", headers=desk.headers()).json()
    assert (bill["paid"], bill["owed"]) == (8_000, 0)


@pytest.mark.parametrize("page", ["dossier", "bill"])
@pytest.mark.parametrize("typed", ["", "tám nghìn", "8.0", "800.0", "8.000,000", "-8000", "8k", "٨٠٠٠", "9" * 5_000])
def test_what_is_no_amount_is_told_in_words_and_nothing_is_taken(desk: Front, page: str, typed: str):
    id = priced(desk)["id"]
    refused = paid_by(desk, page, id, typed)
    assert refused.status_code == 422
    assert "Đây không phải số tiền" in words(refused)
    bill = httpx.get(f"{desk.url}/intake/dossiers/{id}/bill", headers=desk.headers()).json()
    assert (bill["paid"], bill["owed"]) == (0, 8_000)


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
        "/counter/statistics",
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


def birth(desk: Front, *, accept: bool = True) -> str:
    """A birth to be registered, of the ordinary case and for the child, with a paper that no list has."""
    papers = [{"code": it, "originals": 1} for it in ("declaration", "birth-notice", "hospital-letter")]
    path, filing = desk.filing(procedure=BIRTH, papers=papers, accept=accept, authorisation={"ground": "law"})
    answer = httpx.put(f"{desk.url}/intake{path}", json=filing | {"owner": {"name": "Ka Hằng"}}, headers=desk.headers())
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def taken(page: str, action: str, name: str) -> tuple[list[str], list[str]]:
    """What a form of the dossier's page takes by fields of that name: at sight, and behind its `details`."""
    form = page.partition(f'action="/counter/dossiers/{action}"')[2].partition("</form>")[0]
    sight, _, others = form.partition("<details")
    return re.findall(rf'name="{name}-([^"]+)"', sight), re.findall(rf'name="{name}-([^"]+)"', others)


def test_the_counter_may_ask_for_everything_that_the_api_allows_the_cases_own_papers_first(desk: Front):
    id = birth(desk, accept=False)
    there = f"/dossiers/{id}/supplement-request"

    def allowed(about: str) -> list[str]:
        nothing = {"items": [{"about": about, "code": "unicorn"}]}
        refused = httpx.post(f"{desk.url}/intake{there}", json=nothing, headers=desk.headers())
        assert refused.status_code == 422
        return refused.json()["detail"].partition("choose one of ")[2].rstrip(".").split(", ")

    page = ask(desk, f"/counter/dossiers/{id}").text
    papers = taken(page, f"{id}/ask", "paper")
    assert papers == (["declaration", "birth-notice", "marriage"], ["hospital-letter", "witness"])
    assert sorted([*papers[0], *papers[1]]) == allowed("paper")
    fields = re.findall(r'name="field-([^"]+)"', page)
    assert sorted(fields) == allowed("field")
    assert "owner.name" in fields
    every = {f"paper-{it}": "missing" for it in [*papers[0], *papers[1]]} | {f"field-{it}": "wrong" for it in fields}
    assert ask(desk, f"/counter/dossiers/{id}/ask", every).status_code == 303
    asked = httpx.get(f"{desk.url}/intake/dossiers/{id}", headers=desk.headers()).json()["dossier"]["asked"]
    assert sorted(it["code"] for it in asked) == sorted([*allowed("paper"), *fields])
    waiting = taken(ask(desk, f"/counter/dossiers/{id}").text, f"{id}/supplement", "originals")
    assert sorted(waiting[0]) == allowed("paper"), "and all of it can be received"


def test_a_paper_of_another_case_that_was_refused_stays_typed_and_in_sight(desk: Front):
    id = birth(desk, accept=False)
    refused = ask(
        desk, f"/counter/dossiers/{id}/ask", {"paper-witness": "unreadable", "words-paper-witness": "x" * 1_001}
    )
    assert refused.status_code == 422
    form = refused.text.partition(f'action="/counter/dossiers/{id}/ask"')[2].partition("</form>")[0]
    assert "<details open>" in form
    assert '<option value="unreadable" selected>' in form.partition("<details")[2]


@pytest.mark.parametrize("code", ["witness", "medical-report"])
def test_what_the_deciding_office_asks_for_is_shown_and_received_though_no_checklist_has_it(desk: Front, code: str):
    id = birth(desk)
    there = f"/counter/dossiers/{id}"
    name = {"witness": "Văn bản của người làm chứng xác nhận việc sinh"}.get(code, code)
    assert "còn chờ" not in words(ask(desk, there))
    desk.tell(id, 5, Entry(datetime.now(UTC), "supplement-requested", "H36.202", f"{code}, marriage"))
    page = ask(desk, there)
    assert f"Cơ quan giải quyết yêu cầu bổ sung, còn chờ: {name} Giấy chứng nhận kết hôn của cha, mẹ" in words(page)
    sight, others = taken(page.text, f"{id}/supplement", "originals")
    assert sight == [code, "marriage", "declaration", "birth-notice"]
    assert code not in others
    brought = ask(desk, f"{there}/supplement", {f"originals-{code}": "1"}, follow_redirects=True)
    assert "còn chờ: Giấy chứng nhận kết hôn của cha, mẹ" in words(brought)
    assert code not in taken(brought.text, f"{id}/supplement", "originals")[0]
    kept = httpx.get(f"{desk.url}/intake/dossiers/{id}", headers=desk.headers()).json()["dossier"]["filing"]["papers"]
    assert (kept[-1]["code"], kept[-1]["originals"]) == (code, 1)


def test_d3_any_counter_prints_the_number_of_a_filing_that_waits_and_nothing_else_of_it(desk: Front):
    id, decides = str(uuid.uuid4()), {"receiving_office": "H36.202.01", "competent_office": "H36.202"}
    applicant = {"name": "Ka Thơm", "number": "068195004321", "phone": "0912345678", "address": "Thôn Tân Lâm"}
    filing = {"procedure": "1.004873", "applicant": applicant, "channel": "online"}
    citizen, theirs = desk.headers("demo-citizen"), desk.headers("demo-one-stop")
    filed = httpx.put(f"{desk.url}/intake/dossiers/{id}", json=filing | decides, headers=citizen)
    assert filed.status_code == 201, filed.text
    tracking = filed.json()["tracking"]
    there = f"/counter/dossiers/{id}"
    assert ask(desk, "/counter/list", {"text": tracking}).headers["location"] == there

    def offered(headers: dict[str, str]) -> list[str]:
        return re.findall(
            r'href="/intake(/dossiers/[^"]+\.pdf)"', httpx.get(f"{desk.url}{there}", headers=headers).text
        )

    paper = f"/dossiers/{id}/forms/filed.pdf"
    assert (offered(desk.headers()), offered(theirs)) == ([paper], [paper])
    printed = [httpx.get(f"{desk.url}/intake{paper}", headers=desk.headers(), timeout=20) for _ in range(2)]
    texts = [PdfReader(io.BytesIO(it.content)).pages[0].extract_text() for it in printed]
    assert [(tracking in it, "Ka Thơm" in it, "In lại lần 1" in it) for it in texts] == [
        (True, True, False),
        (True, True, True),
    ]
    ours = PdfReader(io.BytesIO(httpx.get(f"{desk.url}/intake{paper}", headers=theirs, timeout=20).content))
    private = ("0912345678", "Thôn Tân Lâm")
    assert [it in ours.pages[0].extract_text().replace(" ", "") for it in ("0912345678", "ThônTânLâm")] == [True, True]
    assert not [it for it in private for text in texts if it.replace(" ", "") in text.replace(" ", "")]
    kept = httpx.get(f"{desk.url}/intake/dossiers/{id}/printings/filed", headers=theirs).json()
    assert [(it["by"], it["office"]) for it in kept["prints"]] == [
        *[("demo-counter", COUNTER)] * 2,
        ("demo-one-stop", "H36.202"),
    ]
    for other in ("supplement", "control", "slip"):
        refused = httpx.get(f"{desk.url}/intake/dossiers/{id}/forms/{other}.pdf", headers=desk.headers())
        assert refused.json()["code"] == "not-your-office"
    because = {"reason": "other", "words": "Nhầm"}
    httpx.post(f"{desk.url}/intake/dossiers/{id}/refusal", json=because, headers=theirs).raise_for_status()
    assert (offered(desk.headers()), offered(theirs)) == ([], [])
    closed = httpx.get(f"{desk.url}/intake{paper}", headers=desk.headers())
    assert closed.json()["code"] == "not-your-office"


def test_once_it_has_its_code_the_slip_is_its_paper(desk: Front):
    slip = desk.file()
    page = ask(desk, f"/counter/dossiers/{slip['id']}").text
    assert f"{slip['id']}/slip.pdf" in page
    assert "filed.pdf" not in page


def test_of_two_unknown_fees_the_refused_one_alone_keeps_what_was_typed_and_says_what_is_wrong(desk: Front):
    id = desk.file(procedure=TWO_UNKNOWN, competent_office="H36.02.15")["id"]
    typed = {"fee": "appraisal", "dong": "0", "because": "Nghị quyết 10/2025"}
    refused = ask(desk, f"/counter/dossiers/{id}/amount", typed)
    assert refused.status_code == 422
    assert re.findall(r'id="wrong"', refused.text) == ['id="wrong"']
    forms = refused.text.split(f'action="/counter/dossiers/{id}/amount"')[1:]
    wrong, other = sorted((it.partition("</form>")[0] for it in forms), key=lambda it: 'value="appraisal"' not in it)
    assert ('id="wrong"' in wrong, 'value="0"' in wrong, "Nghị quyết 10/2025" in wrong) == (True, True, True)
    assert ('id="wrong"' in other, 'value="0"' in other, "Nghị quyết 10/2025" in other) == (False, False, False)


def anybody() -> dict[str, str]:
    """Another person each time, so that nothing resembles anything."""
    return {"name": "Ka Nai", "number": f"068302{uuid.uuid4().int % 1_000_000:06d}", "address": "Thôn Tân Lâm"}


def given_result(desk: Front, home_by: str) -> tuple[str, bytes]:
    """An accepted dossier, and its result as processing keeps it."""
    id, content = desk.file(anybody(), home_by=home_by)["id"], f"%PDF-1.4 of {uuid.uuid4()}".encode()

    async def pieces() -> AsyncIterator[bytes]:
        yield content

    stored = desk.do(desk.app.state.results.put(pieces(), "application/pdf", most=1000))
    desk.tell(id, 9, is_decided=True, result=stored.digest)
    return id, content


@pytest.mark.parametrize(("home_by", "then"), [("electronic", "handed-over"), ("counter", "accepted")])
def test_the_clerk_opens_the_signed_result_and_is_told_where_that_hands_it_over(desk: Front, home_by: str, then: str):
    id, content = given_result(desk, home_by)
    shown = ask(desk, f"/counter/dossiers/{id}")
    assert f'action="/counter/dossiers/{id}/result"' in shown.text
    assert ("hồ sơ được ghi là đã trả kết quả" in words(shown)) == (home_by == "electronic")
    opened = ask(desk, f"/counter/dossiers/{id}/result", {}, follow_redirects=True)
    assert (opened.status_code, opened.content) == (200, content)
    assert desk.do(desk.app.state.store.dossiers.known(id)).state == then


def test_where_no_result_is_there_nothing_offers_to_open_one(desk: Front):
    id = desk.file(anybody())["id"]
    assert f"/counter/dossiers/{id}/result" not in ask(desk, f"/counter/dossiers/{id}").text
    assert ask(desk, f"/counter/dossiers/{id}/result", {}).status_code == 409


@pytest.mark.parametrize("text", ["không phải mã", "068399000001", "7KM2P-XQ4RT", "1|2|3|4|5|6"])
def test_what_is_no_number_and_what_nobody_has_is_told_beside_the_search(desk: Front, text: str):
    refused = ask(desk, "/counter/list", {"text": text})
    assert refused.status_code in {404, 422}, refused.text
    assert 'id="text-wrong"' in refused.text


def test_what_was_filed_on_an_earlier_day_and_never_accepted_stands_on_the_list(desk: Front):
    today, before, accepted = (desk.file(anybody(), accept=it) for it in (False, False, True))
    dossiers = desk.app.state.store.dossiers

    async def filed_before(id: str) -> None:
        await dossiers.change(id, lambda it: (replace(it, submitted_at=it.submitted_at - timedelta(days=1)),))

    for it in (before, accepted):
        desk.do(filed_before(it["id"]))
    of_today, of_before = ask(desk, "/counter/list").text.split('id="waiting"')
    assert today["tracking"] in of_today
    assert before["tracking"] not in of_today
    assert before["tracking"] in of_before
    assert today["tracking"] not in of_before
    assert accepted["code"] not in of_today + of_before


def test_a_dossier_is_found_by_a_passport_and_by_the_number_that_a_card_replaced(desk: Front):
    passport, old = f"C{uuid.uuid4().int % 10_000_000:07d}", f"{uuid.uuid4().int % 1_000_000_000:09d}"
    for owner in ({"name": "Ka Thơm", "number": passport, "shown": "passport"}, {"name": "Ka Nai", "number": old}):
        slip = desk.file(owner, home_by="counter")
        card = f"068301{uuid.uuid4().int % 1_000_000:06d}|{old}|Ka Nai|01021985|Nữ|Thôn Tân Lâm|01012021"
        found = ask(desk, "/counter/list", {"text": card if owner["number"] == old else passport})
        assert (found.status_code, found.headers.get("location")) == (303, f"/counter/dossiers/{slip['id']}")


def test_whose_numbers_and_dossiers_a_clerk_looked_at_is_on_record_without_the_number(
    desk: Front, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    number = f"068185{uuid.uuid4().int % 1_000_000:06d}"
    slip = desk.file(anybody() | {"number": number})
    ask(desk, "/counter/list", {"text": number})
    ask(desk, f"/counter/dossiers/{slip['id']}")
    said = [it.getMessage() for it in caplog.records if ".pages.counter." in it.name]
    assert [it for it in said if "demo-counter" in it and COUNTER in it and slip["id"] in it]
    assert [it for it in said if "demo-counter" in it and "somebody's number" in it]
    assert number not in "".join(said)
