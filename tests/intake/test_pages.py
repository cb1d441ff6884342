"""Intake's pages: what a person sees of a dossier, what a stranger does not, in both languages."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from babel.messages.extract import extract_from_dir
from starlette.requests import Request

import services.intake
import shared.web
from services.intake.consumers import HEARS
from services.intake.domain import pay_link
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.filing import Applicant
from services.intake.domain.progress import Entry
from services.intake.domain.tracking import Happened, NoSuchCode, masked, second_factor, typed_code
from services.intake.pages import TEMPLATES
from services.intake.pages.tracking import Tries
from services.intake.templates import words
from shared.clock import server_time
from shared.errors import Unavailable
from shared.web.languages import languages
from shared.web.limits import Allowance, TooManyTries, neighbourhood, whence
from shared.web.pages import HERE
from tests.intake.front import LAST_FOUR, OWNER, START, Front, whole_way
from tests.intake.printed import codes, texts

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
WILL = "2.001019"
"""A sensitive procedure."""


@pytest.fixture
def site(desk: Front) -> Iterator[httpx.Client]:
    desk.forget_tries()
    with httpx.Client(base_url=desk.url, headers={"accept": "text/html"}) as client:
        yield client


def text(answer: httpx.Response) -> str:
    """A page's words as a person reads them."""
    main = answer.text.partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).replace("&#39;", "'").split())


def test_the_start_page_leads_to_tracking_and_to_the_apis_and_says_loudly_that_it_is_a_demo(site: httpx.Client):
    page = site.get("/").text
    assert '<html lang="vi">' in page
    assert "BẢN THỬ" in page
    for address in ("/track", "/demo/", "/intake/docs", "/postal/docs", "/processing/docs", "/notify/docs"):
        assert f'href="{address}"' in page


def test_without_the_second_factor_only_the_code_and_how_far_it_is_are_shown(desk: Front, site: httpx.Client):
    slip = desk.file()
    page = text(site.post("/track", data={"code": slip["code"]}))
    assert slip["code"] in page
    assert "Được tiếp nhận" in page
    for hidden in ("N***", "Đinh Văn", "Ngày hẹn", slip["tracking"], "hôn nhân"):
        assert hidden not in page


def test_with_the_last_four_digits_everything_is_told_in_words_and_personal_data_is_masked(
    desk: Front, site: httpx.Client
):
    slip = desk.file()
    desk.tell(slip["id"], 9, *whole_way(), due_at=START + timedelta(days=7), is_decided=True)
    page = text(site.post("/track", data={"code": slip["tracking"].lower().replace("-", " "), "last_four": LAST_FOUR}))
    for shown in (
        slip["code"],
        "Đã xử lý xong",
        "N*** V*** B***",
        "09:00 Thứ Sáu, ngày 27/11/2026",
        "dừng 2 ngày làm việc chờ bổ sung",
        "EE123456785VN",
        "Ủy ban nhân dân xã Đinh Văn Lâm Hà",
        "Bưu tá chưa phát được: không có người ở nhà.",
        "kết quả đã đến tay người nhận",
    ):
        assert shown in page
    for hidden in ("Bình", OWNER["number"], "912345678", OWNER["address"]):
        assert hidden not in page


def test_a_sensitive_procedure_is_given_away_nowhere_without_a_login_and_is_named_to_who_has_one(
    desk: Front, site: httpx.Client
):
    slip = desk.file(procedure=WILL, home_by="counter")
    id, factor = slip["id"], {"code": slip["code"], "last_four": LAST_FOUR}
    said = [("supplement-requested", "draft"), ("step-completed", "compare")]
    desk.tell(id, 5, *(Entry(START, what, "H36.202", detail) for what, detail in said))
    paid = f"{desk.url}/intake/dossiers/{id}/payments/{(payment := uuid4())}"
    assert httpx.put(paid, json={"dong": 50_000}, headers=desk.headers()).is_success
    link = pay_link.token(id, desk.app.state.link_key, server_time())
    receipt = f"{desk.url}/intake/payments/links/{link}/receipts/{payment}.pdf"
    open_to_all = [
        site.post("/track", data=factor).text,
        site.post("/intake/tracking", json=factor).text,
        site.get(f"/pay/{link}").text,
        site.get(f"/intake/payments/links/{link}").text,
        *texts(httpx.get(receipt).content),
        *(code for code, *_ in codes(httpx.get(receipt).content, "receipt")),
    ]
    for told in open_to_all:
        assert slip["code"] in told
        for hidden in ("di chúc", "Đối chiếu", WILL):
            assert hidden not in told
    assert "Việc riêng tư, không nêu ở đây." in open_to_all[0]
    inside = httpx.get(f"{desk.url}/counter/dossiers/{id}", headers=desk.headers()).text
    for named in ("Chứng thực di chúc", "Dự thảo di chúc", "Phí chứng thực di chúc"):
        assert named in inside
    (whole,) = texts(httpx.get(f"{paid}/receipt.pdf", headers=desk.headers()).content)
    assert "Chứng thực di chúc" in whole


def test_the_same_in_english_and_the_choice_is_remembered(desk: Front, site: httpx.Client):
    slip = desk.file()
    desk.tell(slip["id"], 4, *whole_way()[:7], due_at=START + timedelta(days=7))
    assert '<html lang="en">' in site.get("/track?lang=en").text
    page = text(site.post("/track", data={"code": slip["code"], "last_four": LAST_FOUR}))
    for shown in (
        "Being processed",
        "stopped for 2 working days to wait for papers",
        "09:00, Friday 27 November 2026",
        "The work goes on, and the clock runs again.",
    ):
        assert shown in page
    assert "dừng 2 ngày" not in page


def test_a_wrong_code_and_wrong_digits_get_the_same_answer(desk: Front, site: httpx.Client):
    slip = desk.file()
    unknown = "H36.202.02-200101-9998"
    wrong_digits = site.post("/track", data={"code": slip["code"], "last_four": "9999"})
    wrong_code = site.post("/track", data={"code": unknown, "last_four": LAST_FOUR})
    assert wrong_digits.status_code == wrong_code.status_code == 404
    assert text(wrong_digits).replace(slip["code"], "") == text(wrong_code).replace(unknown, "")
    answers = [
        site.post("/intake/tracking", json=asked, headers={"accept": "application/json"})
        for asked in ({"code": slip["code"], "last_four": "9999"}, {"code": unknown, "last_four": LAST_FOUR})
    ]
    assert answers[0].status_code == 404
    assert answers[0].content == answers[1].content


def test_what_can_be_no_code_is_told_at_once_and_the_form_keeps_it(site: httpx.Client):
    answer = site.post("/track", data={"code": "<b>7KM2P", "last_four": ""})
    assert answer.status_code == 422
    assert 'value="&lt;b&gt;7KM2P"' in answer.text
    assert 'role="alert"' in answer.text


def test_a_tracking_form_that_found_nothing_says_so_in_its_title_takes_the_focus_and_keeps_both_fields(
    desk: Front, site: httpx.Client
):
    page = site.post("/track", data={"code": desk.file()["code"], "last_four": "9998"}).text
    assert "<title>Lỗi: Tra cứu hồ sơ" in page
    assert re.search(r'<div[^>]*id="wrong"[^>]*autofocus', page)
    assert 'value="9998"' in page
    assert page.count('aria-invalid="true"') == 2
    no_code = site.post("/track", data={"code": "???", "last_four": "9998"}).text
    assert no_code.count('aria-invalid="true"') == 1, "the digits may be right"


def test_a_login_leads_back_to_the_address_that_people_have(site: httpx.Client):
    for address, then in (
        ("/counter/list?on=2026-11-24", "/counter/list%3Fon%3D2026-11-24"),
        ("/my", "/my"),
        ("/intake/register.pdf", "/intake/register.pdf"),
    ):
        page = site.get(address)
        assert page.status_code == 401
        assert f'href="/login?then={then}"' in page.text
    dossier, draft = f"/counter/dossiers/{uuid4()}", f"/my/drafts/{uuid4()}"
    for action, form in (
        (f"{dossier}/accept", dossier),
        ("/catalogue/check", "/catalogue"),
        ("/catalogue/publish", "/catalogue"),
        (f"{draft}/throw-away", draft),
        (f"{draft}/who", f"{draft}/who"),
    ):
        page = site.post(action, data={"do": "x"})
        assert page.status_code == 401
        assert f'href="/login?then={form}"' in page.text
    forged = site.get("/my", headers={"x-forwarded-prefix": "/intake"})
    assert 'href="/login?then=/my"' in forged.text


def test_a_service_s_page_tells_what_does_online_how_days_count_and_where_it_is_taken(desk: Front, site: httpx.Client):
    page = text(site.get("/services/1.004873"))
    assert "nộp trực tuyến thì gửi ảnh chụp hoặc bản quét" in page
    assert "hoặc ảnh chụp" not in page
    assert "45 ngày, kể cả ngày nghỉ" in text(site.get("/services/3.000182"))
    assert "45 days, days off included" in text(site.get("/services/3.000182?lang=en"))
    assert "The names of services, papers and offices are the official ones, in Vietnamese." in text(
        site.get("/services")
    )
    at_counter = text(site.get("/services/1.001699?lang=vi"))
    assert "trực tuyến" not in at_counter.partition("Bao lâu")[0]
    assert "không bắt buộc" not in at_counter, "“Nếu có” says so"


def test_where_an_office_has_an_address_and_a_telephone_the_service_s_page_tells_them(
    desk: Front, site: httpx.Client, monkeypatch: pytest.MonkeyPatch
):
    offered = desk.app.state.store.catalogue
    told = [replace(it, address="Số 1, đường Thử", phone="0263 000 000") for it in offered.offices]
    monkeypatch.setattr(desk.app.state.store.published, "catalogue", Catalogue(offered.procedures, tuple(told)))
    page = site.get("/services/1.004873")
    assert "Số 1, đường Thử" in page.text
    assert 'href="tel:0263000000"' in page.text
    (leaflet,) = texts(site.get("/services/1.004873/leaflet.pdf").content)
    assert "Số 1, đường Thử" in " ".join(leaflet.split())


def test_words_that_stand_in_no_service_are_said_to_be_unknown(site: httpx.Client):
    assert "Không có thủ tục nào nói đến “truong”." in text(site.get("/services?q=chuyển trường"))
    assert "nói đến" not in text(site.get("/services?q=xây nhà"))


def test_english_words_find_the_services_that_people_look_for_most(site: httpx.Client):
    for asked, name in (
        ("building permit", "Cấp giấy phép xây dựng nhà ở riêng lẻ"),
        ("birth certificate", "Đăng ký khai sinh"),
        ("business registration", "Đăng ký thành lập hộ kinh doanh"),
    ):
        found = re.findall(r'<h3><a href="/services/[^"]+">([^<]+)', site.get(f"/services?q={asked}").text)
        assert found[0] == name


def test_the_address_on_the_slip_brings_the_code_and_shows_nothing_yet(desk: Front, site: httpx.Client):
    slip = desk.file()
    page = site.get(f"/track?code={slip['tracking']}")
    assert f'value="{slip["tracking"]}"' in page.text
    assert "Được tiếp nhận" not in page.text


def test_the_json_form_tells_the_same(desk: Front, site: httpx.Client):
    slip = desk.file()
    asked = {"code": slip["code"]}
    minimal = site.post("/intake/tracking", json=asked).json()
    assert minimal == {"code": slip["code"], "state": 2, "dossier_code": "", "details": None}
    whole = site.post("/intake/tracking", json=asked | {"last_four": LAST_FOUR}).json()
    assert whole["details"]["owner"] == "N*** V*** B***"
    assert datetime.fromisoformat(whole["details"]["due_at"]) == datetime.fromisoformat(slip["due_at"])


def test_an_online_filing_is_found_by_its_tracking_code_before_it_has_another(desk: Front, site: httpx.Client):
    receipt = desk.file(accept=False)
    page = text(site.post("/track", data={"code": receipt["tracking"], "last_four": LAST_FOUR}))
    assert "Mới đăng ký" in page
    assert "Ngày hẹn" not in page


def test_guessing_the_digits_of_one_code_ends_after_six_and_says_how_long_to_wait(desk: Front, site: httpx.Client):
    slip = desk.file()
    wrong = {"code": slip["code"], "last_four": "9999"}
    assert [site.post("/intake/tracking", json=wrong).status_code for _ in range(7)] == [404] * 6 + [429]
    blocked = site.post("/track", data={"code": slip["code"], "last_four": LAST_FOUR})
    assert blocked.status_code == 429
    assert 500 < int(blocked.headers["retry-after"]) <= 600
    assert "Bạn đã thử quá nhiều lần" in blocked.text
    assert "Thử lại sau 10 phút." in blocked.text
    assert site.post("/track", data={"code": slip["code"]}).status_code == 200


def test_both_codes_of_a_dossier_share_its_tries(desk: Front, site: httpx.Client):
    desk.forget_tries()
    slip = desk.file()
    codes = [slip["code"], slip["tracking"]] * 4
    wrong = [site.post("/intake/tracking", json={"code": it, "last_four": "9999"}).status_code for it in codes]
    assert wrong == [404] * 6 + [429] * 2
    right = {"code": slip["tracking"], "last_four": LAST_FOUR}
    assert site.post("/intake/tracking", json=right).status_code == 429


def test_a_code_that_there_is_not_is_answered_like_one_that_there_is(desk: Front, site: httpx.Client):
    desk.forget_tries()
    wrong = {"code": "H36.202.02-200101-9997", "last_four": "9999"}
    assert [site.post("/intake/tracking", json=wrong).status_code for _ in range(7)] == [404] * 6 + [429]


def test_who_has_the_code_and_the_digits_rates_by_json_too_within_the_same_tries(desk: Front, site: httpx.Client):
    desk.forget_tries()
    slip = desk.file()
    said = {"code": slip["tracking"], "last_four": LAST_FOUR, "score": 4, "reasons": ["quick"]}
    early = site.post("/intake/tracking/rating", json=said)
    assert early.status_code == 409, early.text
    handed_over(desk, slip["id"])
    rated = site.post("/intake/tracking/rating", json=said)
    assert (rated.status_code, rated.json()["details"]["score"]) == (200, 4)
    without = site.post("/intake/tracking/rating", json=said | {"last_four": ""})
    assert without.status_code == 404
    wrong = said | {"last_four": "9999", "score": 1}
    codes = [site.post("/intake/tracking/rating", json=wrong).status_code for _ in range(7)]
    assert codes == [404] * 5 + [429] * 2
    tracked = site.post("/intake/tracking/rating", json=said)
    assert tracked.status_code == 429
    assert desk.do(desk.app.state.store.dossiers.find({"_id": slip["id"]}))[0].score == 4


def handed_over(desk: Front, id: str) -> None:
    async def write() -> None:
        await desk.app.state.store.dossiers.change(id, lambda it: (replace(it, state="handed-over"),))

    desk.do(write())


def test_a_clerk_finds_a_dossier_by_each_of_its_codes_by_json_and_no_person_is_in_the_answer(desk: Front):
    slip, clerk = desk.file(), desk.headers()
    address = f"{desk.url}/intake/dossiers/search"
    for code in (slip["code"].lower(), slip["tracking"], f"{slip['code']}|1.004873|{OWNER['number']}|Tờ khai"):
        answer = httpx.post(address, json={"code": code}, headers=clerk)
        assert answer.status_code == 200, answer.text
        (found,) = answer.json()
        assert (found["id"], found["state"], found["receiving_office"]) == (slip["id"], "accepted", "H36.202.02")
        assert OWNER["name"] not in answer.text
        assert OWNER["number"] not in answer.text
    nobody = httpx.post(address, json={"code": "H36.202.02-200101-9996"}, headers=clerk)
    assert (nobody.status_code, nobody.json()["code"]) == (404, "not-tracked")
    assert httpx.post(address, json={"code": "rubbish"}, headers=clerk).json()["code"] == "no-such-code"
    assert httpx.post(address, json={"code": slip["code"]}, headers=desk.headers("demo-citizen")).status_code == 403


def test_the_digits_of_a_draft_are_not_found_by_trying(desk: Front):
    draft = {"procedure": "1.004873", "applicant": OWNER}
    kept = httpx.put(f"{desk.url}/intake/drafts/{uuid4()}", json=draft, headers=desk.headers("demo-citizen"))

    def opened(last_four: str) -> int:
        asked = {"code": kept.json()["code"], "last_four": last_four}
        return httpx.post(f"{desk.url}/intake/drafts/opening", json=asked, headers=desk.headers()).status_code

    assert [opened(LAST_FOUR) for _ in range(8)] == [200] * 8
    assert [opened("9999") for _ in range(7)] == [404] * 6 + [429]
    assert opened(LAST_FOUR) == 429


def test_an_owner_may_look_as_often_as_they_like_within_the_address_allowance(desk: Front, site: httpx.Client):
    slip = desk.file()
    right = {"code": slip["code"], "last_four": LAST_FOUR}
    assert {site.post("/intake/tracking", json=right).status_code for _ in range(20)} == {200}


def test_one_address_is_slowed_down_and_its_neighbours_are_not(desk: Front):
    desk.forget_tries()
    code = {"code": "H36.202.02-200101-9998"}
    with httpx.Client(base_url=desk.direct) as direct:
        seen = [
            direct.post("/tracking", json=code, headers={"x-forwarded-for": "203.0.113.7"}).status_code
            for _ in range(40)
        ]
        other = direct.post("/tracking", json=code, headers={"x-forwarded-for": "203.0.113.8"})
    assert seen[:30] == [404] * 30
    assert 429 in seen
    assert other.status_code == 404


def test_a_bucket_fills_again_with_time():
    bucket = Allowance(2, timedelta(seconds=10))
    bucket.take("a", AT)
    bucket.take("a", AT)
    with pytest.raises(TooManyTries) as refused:
        bucket.take("a", AT + timedelta(seconds=3))
    assert refused.value.seconds == 7
    bucket.take("b", AT + timedelta(seconds=3))
    bucket.take("a", AT + timedelta(seconds=10))
    bucket.give_back("a")
    bucket.take("a", AT + timedelta(seconds=10))


def test_a_flood_of_keys_takes_no_more_memory_than_agreed():
    bucket = Allowance(2, timedelta(seconds=10), most_keys=100)
    for n in range(1_000):
        bucket.take(str(n), AT)
    assert len(bucket._full_at) == 100


def test_an_ipv6_household_is_one_neighbourhood():
    assert neighbourhood("2001:db8:1:2::1") == neighbourhood("2001:db8:1:2:ffff::9")
    assert neighbourhood("2001:db8:1:2::1") != neighbourhood("2001:db8:1:3::1")
    assert neighbourhood("203.0.113.7") != neighbourhood("203.0.113.8")


def test_whoever_asks_is_told_by_the_address_that_the_server_trusts_and_not_by_a_header_of_theirs():
    headers = [(b"x-forwarded-for", b"198.51.100.1")]
    asked = {"type": "http", "headers": headers, "client": ("2001:db8:1:2::1", 1234)}
    assert whence(Request(asked)) == neighbourhood("2001:db8:1:2::2")
    assert whence(Request({**asked, "client": None})) == ""


def test_the_tries_of_one_dossier_are_shared_by_all_addresses():
    tries = Tries()
    for _ in range(6):
        tries.of_dossier.take("code", AT)
    with pytest.raises(TooManyTries):
        tries.of_dossier.take("code", AT)


@pytest.mark.parametrize(
    ("applicant", "factor"),
    [
        (Applicant("A", number="068201000123", phone="+84912345678"), "0123"),
        (Applicant("A", number="0100109106-001", kind="organisation"), ""),
        (Applicant("A", number="0100109106-001", kind="organisation", phone="+84912345678"), "5678"),
        (Applicant("A", number="0100109106", kind="household"), ""),
        (Applicant("A", phone="+84912345678"), "5678"),
        (Applicant("A"), ""),
    ],
)
def test_the_second_factor_is_a_person_s_number_then_the_phone_and_no_tax_number_which_all_can_read(
    applicant: Applicant, factor: str
):
    assert second_factor(applicant) == factor


BRANCH = {"name": "Chi nhánh Tân Lâm", "number": "0100109106-001", "kind": "organisation"}


def opened_with(site: httpx.Client, slip: dict[str, Any], last_four: str) -> tuple[int, int]:
    """By the legal code, and by the tracking code."""
    asked = [{"code": slip[it], "last_four": last_four} for it in ("code", "tracking")]
    legal, tracking = (site.post("/intake/tracking", json=it).status_code for it in asked)
    return legal, tracking


def test_a_branch_is_tracked_by_its_phone_and_not_by_its_tax_number(desk: Front, site: httpx.Client):
    desk.forget_tries()
    slip = desk.file(BRANCH | {"phone": "0912345678"}, home_by="counter")
    assert opened_with(site, slip, "6001") == (404, 404)
    assert opened_with(site, slip, slip["code"][-4:]) == (404, 404)
    assert opened_with(site, slip, "5678") == (200, 200)


def test_a_branch_is_tracked_by_the_number_of_who_files_for_it(desk: Front, site: httpx.Client):
    desk.forget_tries()
    path, filing = desk.filing(home_by="counter")
    filing |= {"owner": BRANCH, "authorisation": {"ground": "employee"}}
    slip = site.put(f"/intake{path}", json=filing, headers=desk.headers()).json()
    assert opened_with(site, slip, "6001") == (404, 404)
    assert opened_with(site, slip, LAST_FOUR) == (200, 200)


def test_a_branch_of_which_no_number_is_known_is_tracked_by_both_codes_of_its_slip(desk: Front, site: httpx.Client):
    desk.forget_tries()
    slip = desk.file(BRANCH, home_by="counter")
    assert opened_with(site, slip, "6001") == (404, 404)
    assert opened_with(site, slip, slip["code"][-4:]) == (404, 200)


def test_sweeping_the_codes_of_a_day_from_one_address_ends_after_twenty_and_the_tracking_code_opens_all_the_same(
    desk: Front,
):
    desk.forget_tries()
    slip = desk.file()

    def asked(code: str, last_four: str, whence: str = "203.0.113.7") -> int:
        body, headers = {"code": code, "last_four": last_four}, {"x-forwarded-for": whence}
        return httpx.post(f"{desk.direct}/tracking", json=body, headers=headers).status_code

    swept = [asked(f"H36.202.02-200102-{number:04}", "9999") for number in range(1, 25)]
    assert swept == [404] * 20 + [429] * 4
    assert asked(slip["code"], LAST_FOUR) == 429
    assert asked(slip["tracking"], LAST_FOUR) == 200
    assert asked(slip["code"], LAST_FOUR, "203.0.113.8") == 200


def test_right_digits_are_no_sweep(desk: Front):
    desk.forget_tries()
    slips = [desk.file() for _ in range(25)]
    with httpx.Client(base_url=desk.direct, headers={"x-forwarded-for": "203.0.113.9"}) as site:
        asked = [site.post("/tracking", json={"code": it["code"], "last_four": LAST_FOUR}) for it in slips]
    assert {it.status_code for it in asked} == {200}


def test_who_gave_neither_number_nor_phone_is_shown_to_nobody(desk: Front, site: httpx.Client):
    slip = desk.file({"name": "Ka Thơm"}, home_by="counter")
    for digits in ("0000", "1234"):
        assert site.post("/track", data={"code": slip["code"], "last_four": digits}).status_code == 404
    assert site.post("/track", data={"code": slip["code"]}).status_code == 200


@pytest.mark.parametrize(
    "typed", ["H36.15-200122-0042", " h36.15-200122-0042 ", "H36.15 - 200122 - 0042", "000.00.15.H36-200122-0042"]
)
def test_a_code_is_read_in_any_case_and_with_blanks(typed: str):
    assert typed_code(typed).endswith("-200122-0042")


@pytest.mark.parametrize("typed", ["", "hello", "7KM2P", "H36-0042", "1" * 500])
def test_what_is_no_code_is_refused(typed: str):
    with pytest.raises(NoSuchCode):
        typed_code(typed)


def test_a_masked_name_tells_neither_letters_nor_length():
    assert masked("Nguyễn Văn Ba") == "N*** V*** B***"
    assert masked("K'Brèo") == "K***"


def test_every_fact_that_intake_hears_or_does_has_words_of_its_own():
    heard = {kind.partition(".v")[0] for topic in HEARS for kind in topic.handlers}
    own = {
        f"dossier-{it}"
        for it in (
            "submitted",
            "accepted",
            "refused",
            "supplement-asked",
            "supplemented",
            "reviewed",
            "corrected",
            "home-chosen",
            "home-kept",
            "withdrawal-asked",
            "stopped",
            "handed-over",
            "rated",
        )
    }
    in_the_book = {"money-collected"}  # of the bill, as `fee-paid`
    refunds = {"fee-refund-asked", "fee-refund-refused", "fee-refunded"}
    assert (heard - in_the_book) | own | {"fee-paid", *refunds} <= set(words.SENTENCES)
    assert set(words.STATES) == set(words.NEXT) == set(range(1, 11))


def test_a_fact_without_words_is_still_a_line():
    line = Happened(AT, "comet-seen", "", "100% sure", "", "")
    assert words.sentence(line, languages((HERE, TEMPLATES))["en"]) == "The dossier was updated."


def test_a_detail_with_a_percent_sign_is_shown_as_it_is():
    line = Happened(AT, "dossier-refused", "", "thiếu 50% giấy tờ.", "", "")
    told = words.sentence(line, languages((HERE, TEMPLATES))["vi"])
    assert told == "Hồ sơ không được tiếp nhận. Lý do: thiếu 50% giấy tờ"


@pytest.mark.parametrize("package", [shared.web, services.intake])
def test_every_vietnamese_sentence_has_an_english_one_with_the_same_blanks(package: object):
    folder = Path(str(package.__file__)).parent
    methods = [("**.py", "python"), ("**.html", "jinja2.ext.babel_extract")]
    found = {it[2] for it in extract_from_dir(folder, methods, keywords={"N_": None, "_": None})}
    english = languages((HERE, TEMPLATES))["en"].words
    assert len(found) > 10
    assert found - set(english) == set()
    blanks = re.compile(r"%\(\w+\)s")
    assert [it for it in found if blanks.findall(it) != blanks.findall(english[it])] == []


def test_pages_may_load_only_from_here_and_are_not_kept_by_caches(site: httpx.Client):
    for address in ("/", "/track", "/intake/docs", "/intake/no-such-page"):
        answer = site.get(address)
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert re.findall(r'<script(?! type="module" src="/)', answer.text) == []
        assert re.findall(r'(?:src|href)="(?:https?:)?//', answer.text) == []


def test_the_stylesheet_is_kept_for_ever_under_the_name_of_its_content(site: httpx.Client):
    (address,) = re.findall(r'href="([^"]+\.css)"', site.get("/").text)
    sheet = site.get(address)
    assert sheet.headers["content-type"].startswith("text/css")
    assert "immutable" in sheet.headers["cache-control"]
    assert site.get("/intake/static/style.css").status_code == 404


def test_a_browser_gets_a_page_in_words_and_a_program_problem_json(desk: Front, site: httpx.Client):
    page = site.get("/intake/no-such-page")
    assert page.status_code == 404
    assert "Không có trang này" in page.text
    answer = httpx.get(f"{desk.url}/intake/no-such-page")
    assert answer.headers["content-type"] == "application/problem+json"


def test_while_the_store_is_away_the_page_says_so_and_when_to_ask_again(
    desk: Front, site: httpx.Client, monkeypatch: pytest.MonkeyPatch
):
    async def away(_: str) -> None:
        raise Unavailable("gone")

    monkeypatch.setattr(desk.app.state.store, "tracked", away)
    answer = site.post("/track", data={"code": "H36.202.02-200101-9998"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"
    assert "Hệ thống đang bận" in answer.text
    assert "gone" not in answer.text


def test_a_form_that_is_far_too_long_is_refused(site: httpx.Client):
    assert site.post("/track", data={"code": "x" * 30_000}).status_code == 413


def test_the_api_is_described_on_a_page_of_our_own_with_who_may(site: httpx.Client):
    page = text(site.get("/intake/docs"))
    assert "PUT /counter/dossiers/{dossier_id}" in page
    assert "counter-clerk, one-stop-officer" in page
    assert "POST /tracking" in page
    assert site.get("/intake/redoc").status_code == 404


def test_names_and_words_from_outside_are_shown_as_text_and_not_as_html(desk: Front, site: httpx.Client):
    slip = desk.file()
    desk.tell(slip["id"], 4, Entry(START, "attempt-failed", "", "<script>alert(1)</script>"))
    answer = site.post("/track", data={"code": slip["code"], "last_four": LAST_FOUR})
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text
