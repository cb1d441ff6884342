"""The citizen's own pages: a filing step by step, what was asked for, what is nobody else's, and the tracking page."""

import re
import uuid
from collections.abc import Awaitable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest
from starlette.routing import Route

from deploy.engines import Engines
from services.intake.app import catalogue
from services.intake.consumers import cases
from services.intake.domain.asking import still_asked
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.dossier import Dossier
from services.intake.domain.progress import Entry, Progress
from services.intake.domain.tracking import heirs
from shared.auth import LOGIN
from shared.calendar import VIETNAM, Term, local_day
from shared.clock import server_time
from shared.contracts.processing import DeadlineMoved
from shared.events import Envelope, Heard
from tests.intake import sheets_of_paper as sheets
from tests.intake.front import Front, front

EXTRACT = "2.000635"
"""A copy from the register: one paper, 8.000 đồng a copy, online, by post."""
BUSINESS = "1.001612"
TERMINATION = "1.001266"
"""Online, but for the certificate itself, which is brought."""
COUNTER = "H36.202.02"
HERE = {"sec-fetch-site": "same-origin", "accept": "text/html"}
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def desk(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with front(engines, tmp_path_factory.mktemp("front")) as running:
        yield running


def visitor(desk: Front, person: str) -> httpx.Client:
    """A browser with that person's login."""
    token = desk.headers(person)["authorization"].removeprefix("Bearer ")
    return httpx.Client(base_url=desk.url, headers=HERE, cookies={LOGIN: token}, follow_redirects=True)


@pytest.fixture
def site(desk: Front) -> Iterator[httpx.Client]:
    desk.forget_tries()
    with visitor(desk, "demo-citizen") as client:
        yield client


@pytest.fixture
def other(desk: Front) -> Iterator[httpx.Client]:
    with visitor(desk, "demo-citizen-2") as client:
        yield client


def words(answer: httpx.Response) -> str:
    main = answer.text.partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).replace("&#39;", "'").split())


def number() -> str:
    """Another person's identity number each time."""
    return f"068201{uuid.uuid4().int % 1_000_000:06d}"


def scan(desk: Front) -> str:
    """Another photo each time, kept; its digest."""
    lines = uuid.uuid4().int % 30 + 8
    photo = sheets.jpeg(sheets.page(lines=lines, turn=uuid.uuid4().int % 1_000 / 1_000), quality=70)
    answer = httpx.post(f"{desk.url}/intake/papers", content=photo, headers=desk.headers("demo-citizen"))
    assert answer.status_code == 201, answer.text
    return answer.json()["digest"]


def begin(site: httpx.Client, procedure: str = EXTRACT) -> str:
    id = str(uuid.uuid4())
    assert site.post(f"/file/{procedure}", data={"id": id}).status_code == 200
    return id


def save(site: httpx.Client, id: str, step: str, **fields: str) -> httpx.Response:
    return site.post(f"/my/drafts/{id}/{step}", data=fields)


def draft(site: httpx.Client, desk: Front, person: str, procedure: str = EXTRACT, **papers: str) -> str:
    """A draft that lacks nothing; answers its id."""
    id = begin(site, procedure)
    save(site, id, "who", name="Ka Thơm", number=person, phone="0912345678")
    save(
        site,
        id,
        "papers",
        **{f"scan-{code}": digest for code, digest in (papers or {"declaration": scan(desk)}).items()},
    )
    save(site, id, "home", office=COUNTER, home_by="counter", **{"pieces-extract": "2"})
    return id


def filed(site: httpx.Client, desk: Front, person: str, procedure: str = EXTRACT, **papers: str) -> str:
    id = draft(site, desk, person, procedure, **papers)
    sent = site.post(f"/my/drafts/{id}/review")
    assert sent.url.path == f"/my/{id}/receipt", words(sent)
    return id


def clerk(desk: Front, path: str, body: Any = None, method: str = "POST") -> Any:
    answer = httpx.request(method, f"{desk.url}/intake{path}", json=body, headers=desk.headers())
    assert answer.is_success, answer.text
    return answer.json()


def document(desk: Front, id: str) -> str:
    """A draft as it lies in the store."""

    async def load() -> str:
        return str(await desk.app.state.store.drafts._documents.find_one({"_id": id}))

    return desk.do(load())


def kept(desk: Front, id: str) -> Dossier:
    async def load() -> Dossier:
        return await desk.app.state.store.dossiers.get(id)

    return desk.do(load())


def test_d1_what_is_needed_how_long_it_takes_and_how_to_file_is_told_before_anything_is_asked(site: httpx.Client):
    page = site.get(f"/file/{EXTRACT}")
    told = words(page)
    for plain in ("Trước khi bắt đầu, hãy để sẵn", "Tờ khai cấp bản sao trích lục hộ tịch", "chụp ảnh hoặc gửi tệp"):
        assert plain in told
    assert re.findall(r'<(?:input|select)(?![^>]*type="hidden")', page.text.partition("<main")[2]) == []
    cases = words(site.get(f"/file/{BUSINESS}"))
    assert "Bạn thuộc trường hợp nào?" in cases
    assert "Bắt đầu" not in cases
    assert "Biên bản họp thành viên hộ gia đình" in words(site.get(f"/file/{BUSINESS}?case=family"))
    assert "Biên bản họp thành viên hộ gia đình" not in words(site.get(f"/file/{BUSINESS}?case=ordinary"))


def test_the_page_of_a_dossier_never_contradicts_what_waits_for_them_and_names_its_owner_whole(
    desk: Front, site: httpx.Client
):
    id = filed(site, desk, number())
    quiet = words(site.get(f"/my/{id}"))
    assert "Hồ sơ đang chờ bạn" not in quiet
    assert "Chủ hồ sơ Ka Thơm" in quiet
    clerk(
        desk,
        f"/dossiers/{id}/supplement-request",
        {"items": [{"about": "paper", "code": "declaration", "reason": "unreadable", "words": ""}]},
    )
    page = words(site.get(f"/my/{id}"))
    assert "Gửi những thứ này" in page
    assert "Hồ sơ đang chờ bạn: xem việc của bạn ở trên." in page
    assert "Hãy mang giấy tờ còn thiếu" not in page


def test_a_review_names_each_number(desk: Front, site: httpx.Client):
    person = number()
    page = words(site.get(f"/my/drafts/{draft(site, desk, person)}/review"))
    assert f"Số căn cước hoặc CMND: {person}" in page
    assert "Số điện thoại: 0912345678" in page


def test_a_box_for_scans_says_how_large_and_how_many_they_may_be(desk: Front, site: httpx.Client):
    page = save(site, begin(site), "who", name="Ka Thơm", number=number())
    assert "Mỗi tệp lớn nhất 50 MB. Nhiều nhất 40 tệp." in words(page)
    assert 'data-most="40"' in page.text


def test_row_03_a_draft_is_kept_at_every_step_and_goes_on_where_it_stopped(desk: Front, site: httpx.Client):
    id = begin(site)
    save(site, id, "who", name="Ka Thơm", number=number(), later="1")
    assert words(site.get(f"/my/drafts/{id}")).find("Giấy tờ") > 0
    assert "Mã để đọc ở quầy:" in words(site.get("/my"))
    save(site, id, "papers", **{"scan-declaration": scan(desk)})
    resumed = site.get(f"/my/drafts/{id}")
    assert resumed.url.path.endswith("/home")
    assert "068201" not in document(desk, id)


def test_a_sheet_that_saves_itself_is_answered_that_it_was_saved_and_going_back_saves_too(
    desk: Front, site: httpx.Client
):
    id, held = begin(site), scan(desk)
    saved = save(site, id, "papers", **{"scan-declaration": held}, later="here")
    assert (saved.status_code, saved.text) == (204, "")
    assert held in site.get(f"/my/drafts/{id}/papers").text
    back = save(site, id, "papers", back="1")
    assert back.url.path == f"/my/drafts/{id}/who"
    assert held not in site.get(f"/my/drafts/{id}/papers").text
    assert save(site, id, "who", name="", back="1").url.path == f"/file/{EXTRACT}"
    owner = save(site, id, "who", name="Ka Thơm", number=number(), whose="other")
    assert owner.url.path == f"/my/drafts/{id}/owner"
    assert save(site, id, "papers", back="1").url.path == f"/my/drafts/{id}/owner"


def test_what_was_typed_is_kept_right_or_wrong_and_each_mistake_stands_at_its_field(site: httpx.Client):
    id = begin(site)
    page = save(site, id, "who", name="", number="12345", phone="1", email="nobody")
    assert page.status_code == 422
    assert page.text.count('class="mend"') == 4
    assert page.text.count('aria-invalid="true"') == 4
    for typed in ("12345", "nobody"):
        assert f'value="{typed}"' in page.text
    assert 'value="12345"' in site.get(f"/my/drafts/{id}/who").text


def test_row_06_nothing_is_sent_while_a_needed_paper_is_missing_and_the_page_names_it(desk: Front, site: httpx.Client):
    id = draft(site, desk, number(), BUSINESS, request=scan(desk))
    answer = site.post(f"/my/drafts/{id}/review")
    assert answer.status_code == 422
    assert "Giấy tờ tùy thân (xuất trình) : Hãy gửi kèm giấy tờ này" in words(answer)
    assert httpx.get(f"{desk.url}/intake/dossiers/{id}", headers=desk.headers()).status_code == 404
    save(site, id, "papers", **{"scan-request": scan(desk), "scan-identity": scan(desk)})
    assert site.post(f"/my/drafts/{id}/review").url.path == f"/my/{id}/receipt"


def test_a_paper_that_they_sent_before_is_used_again_by_a_tick(desk: Front, site: httpx.Client):
    person, held = number(), scan(desk)
    first = filed(site, desk, person, BUSINESS, request=scan(desk), identity=held)
    id = draft(site, desk, person, BUSINESS, request=scan(desk))
    assert 'name="reuse-identity"' in site.get(f"/my/drafts/{id}/papers").text
    save(site, id, "papers", **{"scan-request": scan(desk), "reuse-identity": "1"})
    assert re.search(r'name="reuse-identity" value="1" checked', site.get(f"/my/drafts/{id}/papers").text)
    assert site.post(f"/my/drafts/{id}/review").url.path == f"/my/{id}/receipt"
    (again,) = [it for it in kept(desk, id).filing.papers if it.code == "identity"]
    assert (again.scans, again.reused_from) == ((held,), first)


def test_nobody_elses_paper_is_used_again(desk: Front, site: httpx.Client, other: httpx.Client):
    filed(site, desk, number(), BUSINESS, request=scan(desk), identity=scan(desk))
    id = begin(other, BUSINESS)
    assert "reuse-identity" not in other.get(f"/my/drafts/{id}/papers").text
    save(other, id, "papers", **{"reuse-identity": "1"})
    assert "Giấy tờ tùy thân (xuất trình): chưa có" in re.sub(" (?=:)", "", words(other.get(f"/my/drafts/{id}/review")))


def test_a_scan_that_was_never_sent_here_is_told_on_the_page_and_nothing_is_filed(desk: Front, site: httpx.Client):
    id = draft(site, desk, number(), declaration="ab" * 32)
    answer = site.post(f"/my/drafts/{id}/review")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert httpx.get(f"{desk.url}/intake/dossiers/{id}", headers=desk.headers()).status_code == 404


def test_sending_twice_files_once_and_nothing_of_the_draft_is_left(desk: Front, site: httpx.Client):
    id = filed(site, desk, number())
    before = kept(desk, id)
    assert site.post(f"/my/drafts/{id}/review").url.path == f"/my/{id}"
    assert kept(desk, id) == before
    for step in ("", "/who", "/review"):
        assert site.get(f"/my/drafts/{id}{step}").url.path == f"/my/{id}"
    assert "Ka Thơm" not in document(desk, id)


def test_the_fee_and_both_dates_are_told_before_it_is_sent(desk: Front, site: httpx.Client):
    page = words(site.get(f"/my/drafts/{draft(site, desk, number())}/review"))
    assert "× 2: 16.000 đồng" in page
    assert "Được trả lời trước" in page
    assert "Có kết quả trước" in page


def test_row_13_a_likely_twin_is_told_before_and_after_and_is_accepted_only_after_a_look(
    desk: Front, site: httpx.Client
):
    person = number()
    first = filed(site, desk, person)
    twin = draft(site, desk, person)
    assert "Có thể bạn đã nộp hồ sơ này rồi." in words(site.get(f"/my/drafts/{twin}/review"))
    receipt = site.post(f"/my/drafts/{twin}/review")
    assert "giống một hồ sơ đang mở của bạn" in words(receipt)
    refused = httpx.post(f"{desk.url}/intake/dossiers/{twin}/acceptance", headers=desk.headers())
    assert (refused.status_code, refused.json()["code"]) == (409, "not-reviewed")
    clerk(desk, f"/dossiers/{twin}/review", {"others": [first]})
    assert clerk(desk, f"/dossiers/{twin}/acceptance")["code"]
    assert "đây là hồ sơ khác" in words(site.get(f"/my/{twin}"))


def test_row_14_the_receipt_shows_a_number_whose_last_character_catches_a_slip(desk: Front, site: httpx.Client):
    id = filed(site, desk, number())
    page, code = site.get(f"/my/{id}/receipt"), kept(desk, id).tracking
    assert code in words(page)
    assert "<svg" in page.text
    slipped = ("B" if code[0] != "B" else "C") + code[1:]
    assert "Đây không phải mã hồ sơ hay mã tra cứu" in words(site.post("/track", data={"code": slipped}))


def test_row_16_exactly_the_paper_and_the_field_that_were_asked_for_are_taken_in_one_write_and_history_is_kept(
    desk: Front, site: httpx.Client
):
    before = {"request": scan(desk), "identity": scan(desk)}
    id = filed(site, desk, number(), BUSINESS, **before)
    asked = [
        {"about": "paper", "code": "identity", "reason": "unreadable", "words": "Mặt sau bị lóa."},
        {"about": "field", "code": "phone", "reason": "wrong", "words": "Số này không gọi được."},
    ]
    clerk(desk, f"/dossiers/{id}/supplement-request", {"items": asked})
    page = site.get(f"/my/{id}/asked")
    assert re.findall(r'<input type="file" id="([^"]+)"', page.text) == ["scan-identity"]
    assert re.findall(r'name="(field-[^"]+)"', page.text) == ["field-phone"]
    assert "không đọc được: Mặt sau bị lóa." in words(page)
    key = re.findall(r'name="key" value="([^"]+)"', page.text)[0]
    unchanged = {"field-phone": "+84912345678", "scan-identity": scan(desk), "key": key}
    refused = site.post(f"/my/{id}/asked", data=unchanged)
    assert refused.status_code == 422
    assert kept(desk, id).state == "supplement-asked"
    again = scan(desk)
    sent = {"field-phone": "0987 654 321", "scan-identity": again, "field-name": "Another", "key": key}
    for _ in range(2):
        assert site.post(f"/my/{id}/asked", data=sent).url.path == f"/my/{id}"
    dossier = kept(desk, id)
    assert dossier.state == "submitted"
    assert (dossier.filing.applicant.phone, dossier.filing.applicant.name) == ("+84987654321", "Ka Thơm")
    assert [it.scans for it in dossier.filing.papers if it.code == "identity"] == [(before["identity"],), (again,)]
    assert [(it.field, it.was) for it in dossier.corrections] == [("phone", "+84912345678")]
    assert [it.what for it in dossier.history] == ["submitted", "supplement-asked", "corrected", "supplemented"]
    assert "Hiện không cần gửi thêm gì." in words(site.get(f"/my/{id}/asked"))


def test_who_sends_by_file_what_can_be_is_told_that_the_rest_is_still_waited_for_and_what_it_is(
    desk: Front, site: httpx.Client
):
    id = filed(site, desk, number(), TERMINATION, notice=scan(desk), **{"tax-notice": scan(desk)})
    asked = [{"about": "paper", "code": it, "reason": "missing", "words": ""} for it in ("notice", "certificate")]
    clerk(desk, f"/dossiers/{id}/supplement-request", {"items": asked})
    page = site.post(f"/my/{id}/asked", data={"scan-notice": scan(desk), "key": str(uuid.uuid4())})
    assert "Nơi nhận còn chờ những thứ dưới đây" in words(page)
    assert "Nơi nhận sẽ xem tiếp" not in words(page)
    assert kept(desk, id).state == "supplement-asked"
    inside = words(httpx.get(f"{desk.url}/counter/dossiers/{id}", headers=desk.headers()))
    assert "còn chờ: Bản gốc Giấy chứng nhận đăng ký hộ kinh doanh : Chưa có" in inside
    brought = clerk(desk, f"/dossiers/{id}/supplements", {"papers": [{"code": "certificate", "originals": 1}]})
    assert (brought["state"], brought["asked"]) == ("submitted", [])


def test_what_the_deciding_office_asks_for_later_can_be_sent_the_same_way(desk: Front, site: httpx.Client):
    id = filed(site, desk, number())
    clerk(desk, f"/dossiers/{id}/acceptance")
    desk.tell(id, 5, Entry(datetime.now(UTC), "supplement-requested", "H36.202", "declaration"))
    assert "Tờ khai cấp bản sao trích lục hộ tịch" in words(site.get(f"/my/{id}"))
    site.post(f"/my/{id}/asked", data={"scan-declaration": scan(desk), "key": str(uuid.uuid4())})
    assert "Nơi nhận cần thêm" not in words(site.get(f"/my/{id}"))
    assert kept(desk, id).history[-1].what == "supplemented"


@pytest.mark.parametrize("path", ["", "/receipt", "/asked", "/home", "/withdrawal", "/rating"])
def test_of_somebody_elses_dossier_not_even_that_it_is_there_is_told(
    desk: Front, site: httpx.Client, other: httpx.Client, path: str
):
    id = filed(site, desk, number())
    unknown = str(uuid.uuid4())
    theirs, nobodys = other.get(f"/my/{id}{path}"), other.get(f"/my/{unknown}{path}")
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.text.replace(id, "") == nobodys.text.replace(unknown, "")
    if path not in {"", "/receipt"}:
        assert other.post(f"/my/{id}{path}", data={"words": "x", "score": "1"}).status_code == 404


def test_of_somebody_elses_draft_not_even_that_it_is_there_is_told(
    desk: Front, site: httpx.Client, other: httpx.Client
):
    id, unknown = draft(site, desk, number()), str(uuid.uuid4())
    for step in ("who", "review"):
        theirs, nobodys = other.get(f"/my/drafts/{id}/{step}"), other.get(f"/my/drafts/{unknown}/{step}")
        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.text.replace(id, "") == nobodys.text.replace(unknown, "")
    assert other.post(f"/my/drafts/{id}/throw-away").status_code == 404
    assert other.post(f"/file/{EXTRACT}", data={"id": id}).status_code == 404
    assert site.get(f"/my/drafts/{id}/who").status_code == 200


def test_a_draft_made_afterwards_under_the_id_of_somebodys_dossier_tells_nothing_of_it(
    desk: Front, site: httpx.Client, other: httpx.Client
):
    id = filed(site, desk, number())
    code = kept(desk, id).tracking
    other.post(f"/file/{EXTRACT}", data={"id": id})
    filing = {"procedure": EXTRACT, "applicant": {"name": "Nguyễn Văn Bình"}}
    httpx.put(f"{desk.url}/intake/drafts/{id}", json=filing, headers=desk.headers("demo-citizen-2"))
    for page in (other.get(f"/my/drafts/{id}/review"), other.get(f"/my/drafts/{id}"), other.get("/my")):
        assert code not in page.text


def test_d3_the_receipt_is_printed_on_paper_too_and_after_acceptance_the_slip(desk: Front, site: httpx.Client):
    id = filed(site, desk, number())
    for name in ("filed", "slip"):
        page = site.get(f"/my/{id}/receipt").text
        (address,) = re.findall(r'href="([^"]+\.pdf)"', page)
        assert address.endswith(f"/{name}.pdf")
        assert site.get(address).content.startswith(b"%PDF")
        if name == "filed":
            clerk(desk, f"/dossiers/{id}/acceptance")


def test_without_a_login_the_pages_ask_for_one_and_come_back(desk: Front):
    answer = httpx.get(f"{desk.url}/file/{EXTRACT}", headers=HERE)
    assert answer.status_code == 401
    assert re.search(rf'href="/login\?then=[^"]*file(?:/|%2F){re.escape(EXTRACT)}"', answer.text)


def test_a_procedure_that_needs_a_visit_says_so_before_anything_is_typed(site: httpx.Client):
    page = words(site.get("/file/2.000884"))
    assert "Thủ tục này phải đến quầy" in page
    assert "Bắt đầu" not in page


def test_a_draft_that_is_thrown_away_leaves_nothing(desk: Front, site: httpx.Client):
    id = draft(site, desk, number())
    assert "Đã xóa bản nháp" in words(site.post(f"/my/drafts/{id}/throw-away"))
    assert site.get(f"/my/drafts/{id}").status_code == 404


@contextmanager
def otherwise(desk: Front, code: str, **fields: Any) -> Generator[None]:
    """The catalogue with one procedure changed in all its versions, as long as this lasts."""
    published = desk.app.state.store.published
    before = published.catalogue
    changed = tuple(replace(it, **fields) if it.code == code else it for it in before.procedures)
    published.catalogue = Catalogue(changed, before.offices)
    try:
        yield
    finally:
        published.catalogue = before


def test_every_draft_of_the_list_can_be_deleted_after_a_question_and_nobody_elses(
    desk: Front, site: httpx.Client, other: httpx.Client
):
    id = begin(site)
    page = site.get("/my").text
    asked = re.search(rf"<details[^>]*>(?:(?!</details>).)*/my/drafts/{id}/throw-away.*?</details>", page, re.DOTALL)
    assert asked
    assert "Xóa rồi thì không lấy lại được" in asked[0]
    assert other.post(f"/my/drafts/{id}/throw-away").status_code == 404
    for _ in range(2):
        assert "Đã xóa bản nháp" in words(site.post(f"/my/drafts/{id}/throw-away"))
    assert id not in site.get("/my").text


def test_a_draft_whose_procedure_was_withdrawn_says_so_and_is_only_deleted(desk: Front, site: httpx.Client):
    id = begin(site)
    yesterday = local_day(server_time()) - timedelta(days=1)
    with otherwise(desk, EXTRACT, withdrawn_from=yesterday, successor=BUSINESS):
        page = site.get("/my")
        assert "Thủ tục này không còn nhận hồ sơ nữa" in words(page)
        assert f'href="/my/drafts/{id}"' not in page.text
        assert f'href="/services/{BUSINESS}"' in page.text
        assert "Thay bằng: Đăng ký thành lập hộ kinh doanh" in words(page)
        assert "takes no dossiers any more" in words(site.get("/my?lang=en"))
        gone = site.get(f"/my/drafts/{id}?lang=vi")
        assert gone.status_code == 404
        assert "Đã xóa bản nháp" in words(site.post(f"/my/drafts/{id}/throw-away"))
    assert site.get(f"/my/drafts/{id}").status_code == 404


def test_a_draft_whose_case_is_no_more_is_asked_for_it_again_and_loses_nothing(desk: Front, site: httpx.Client):
    id, person, held = str(uuid.uuid4()), number(), scan(desk)
    site.post(f"/file/{BUSINESS}", data={"id": id, "case": "family"})
    save(site, id, "who", name="Ka Thơm", number=person)
    with otherwise(desk, BUSINESS, cases=()):
        for step in ("", "/who", "/papers", "/review"):
            assert site.get(f"/my/drafts/{id}{step}").url.path == f"/my/drafts/{id}/case"
        for step, sent in (("review", {}), ("papers", {"scan-request": held}), ("case", {"case": "family"})):
            assert save(site, id, step, **sent).url.path == f"/my/drafts/{id}/case"
        page = site.get(f"/my/drafts/{id}/case")
        assert "Trường hợp này không còn trong danh mục. Hãy chọn lại." in words(page)
        assert re.findall(r'name="case" value="([^"]+)"', page.text) == ["ordinary"]
        assert save(site, id, "case", case="ordinary").url.path == f"/my/drafts/{id}/papers"
        review = words(site.get(f"/my/drafts/{id}/review"))
        assert person in review
        assert held in site.get(f"/my/drafts/{id}/papers").text


@contextmanager
def more_of(desk: Front, id: str, count: int) -> Generator[list[str]]:
    """The ids of so many dossiers more like this one, filed an hour after it and later, as long as this lasts."""
    documents = desk.app.state.store.dossiers._documents

    async def copy() -> list[str]:
        one = await documents.find_one({"_id": id})
        first, ids = one["state"]["submitted_at"], [str(uuid.uuid4()) for _ in range(count)]
        for n, other in enumerate(ids):
            at = first + timedelta(hours=1, minutes=n)
            state = {**one["state"], "id": other, "tracking": other[:10].upper(), "submitted_at": at}
            await documents.insert_one({"_id": other, "version": 1, "applied": {}, "state": state})
        return ids

    async def remove(ids: list[str]) -> None:
        await documents.delete_many({"_id": {"$in": ids}})

    copies = desk.do(copy())
    try:
        yield copies
    finally:
        desk.do(remove(copies))


def test_what_waits_is_seen_however_old_it_is_and_a_list_says_that_it_goes_on(desk: Front, site: httpx.Client):
    old, waits = filed(site, desk, number()), filed(site, desk, number())
    with more_of(desk, old, 60) as newer:
        clerk(desk, f"/dossiers/{waits}/supplement-request", {"items": [{"about": "field", "code": "address"}]})
        first = site.get("/my")
        shown = re.findall(r'<h2 class="plain"><a href="/my/([0-9a-f-]{36})"', first.text)
        assert waits in shown
        assert old not in shown
        assert [it for it in shown if it in newer] == newer[:9:-1]
        assert shown.index(waits) < shown.index(newer[-1])
        assert "Trên đây là 50 hồ sơ nộp gần nhất" in words(first)
        second = site.get("/my?page=2")
        rest = re.findall(r'<h2 class="plain"><a href="/my/([0-9a-f-]{36})"', second.text)
        assert rest[:10] == newer[9::-1]
        assert old in rest
        assert 'href="/my?page=2"' in first.text
        assert 'href="/my">Xem hồ sơ mới hơn' in second.text
        assert "Không còn hồ sơ nào nộp trước đó." in words(site.get("/my?page=9"))
        assert words(site.get("/my?page=0")) == words(first)


def test_the_way_home_is_changed_as_long_as_there_is_no_result(desk: Front, site: httpx.Client):
    id = filed(site, desk, number())
    no_address = site.post(f"/my/{id}/home", data={"home_by": "post"})
    assert no_address.status_code == 422
    assert 'href="#address"' in no_address.text
    site.post(f"/my/{id}/home", data={"home_by": "post", "address": "Thôn 2, Đinh Văn Lâm Hà"})
    assert kept(desk, id).filing.home_by == "post"
    clerk(desk, f"/dossiers/{id}/acceptance")
    desk.tell(id, 9, Entry(datetime.now(UTC), "case-decided", "H36.202", "positive"), is_decided=True)
    assert site.post(f"/my/{id}/home", data={"home_by": "counter"}).status_code == 409
    assert kept(desk, id).filing.home_by == "post"


def test_withdrawing_tells_what_follows_and_before_acceptance_needs_nobody(desk: Front, site: httpx.Client):
    id = filed(site, desk, number())
    assert "Hồ sơ dừng ngay, không ai phải đồng ý." in words(site.get(f"/my/{id}/withdrawal"))
    assert site.post(f"/my/{id}/withdrawal", data={"words": ""}).status_code == 422
    assert "Dừng xử lý" in words(site.post(f"/my/{id}/withdrawal", data={"words": "Tôi nộp nhầm."}))
    accepted = filed(site, desk, number())
    clerk(desk, f"/dossiers/{accepted}/acceptance")
    assert "Cơ quan giải quyết xem đề nghị của bạn" in words(site.get(f"/my/{accepted}/withdrawal"))
    asked = site.post(f"/my/{accepted}/withdrawal", data={"words": "Tôi nộp nhầm."})
    assert "Công dân yêu cầu rút hồ sơ" in words(asked)
    assert site.post(f"/my/{accepted}/withdrawal", data={"words": "Lần nữa."}).status_code == 409


def test_the_list_puts_first_what_waits_for_the_citizen(desk: Front, site: httpx.Client):
    waits, quiet = filed(site, desk, number()), filed(site, desk, number())
    clerk(desk, f"/dossiers/{waits}/supplement-request", {"items": [{"about": "field", "code": "address"}]})
    page = site.get("/my").text
    assert page.index(waits) < page.index(quiet)
    assert "Việc của bạn: gửi thêm giấy tờ hoặc sửa thông tin." in page


def test_row_94_without_an_account_the_code_and_four_digits_tell_everything_masked(desk: Front, site: httpx.Client):
    person = number()
    id = filed(site, desk, person)
    slip = clerk(desk, f"/dossiers/{id}/acceptance")
    stranger = httpx.Client(base_url=desk.url, headers={"accept": "text/html"})
    page = words(stranger.post("/track", data={"code": slip["code"], "last_four": person[-4:]}))
    for told in ("K*** T***", "Ngày hẹn trả kết quả", "Cần nộp: 16.000 đồng", "Nộp tại quầy nơi nhận hồ sơ."):
        assert told in page
    for hidden in ("Thơm", person, "912345678"):
        assert hidden not in page
    minimal = words(stranger.post("/track", data={"code": slip["code"]}))
    assert "Được tiếp nhận" in minimal
    assert "K***" not in minimal
    for _ in range(6):
        stranger.post("/track", data={"code": slip["code"], "last_four": "x999"})
    guessed = stranger.post("/track", data={"code": slip["code"], "last_four": person[-4:]})
    assert guessed.status_code == 429


def test_row_95_the_due_date_is_exact_and_every_move_of_it_has_its_reason(desk: Front, site: httpx.Client):
    person = number()
    id = filed(site, desk, person)
    clerk(desk, f"/dossiers/{id}/acceptance")
    due = datetime(2026, 12, 3, 10, 0, tzinfo=UTC)
    waited = ("dừng 3 ngày làm việc chờ bổ sung", "stopped for 3 working days to wait for papers")
    tet = ("nghỉ Tết 5 ngày", "5 days off for Tết")
    moves = [
        Entry(NOW + timedelta(days=n), "deadline-moved", "H36.202", due.isoformat(), *why)
        for n, why in enumerate((waited, tet))
    ]
    desk.tell(id, 4, *moves, due_at=due)
    asked = {"code": kept(desk, id).tracking, "last_four": person[-4:]}
    page, english = words(site.post("/track", data=asked)), words(site.post("/track?lang=en", data=asked))
    assert "17:00 Thứ Năm, ngày 3/12/2026" in page
    assert "17:00, Thursday 3 December 2026" in english
    for vi, en in (waited, tet):
        assert vi in page
        assert en in english
    assert waited[0] in words(site.get(f"/my/{id}?lang=vi"))


def test_row_95_a_due_date_that_moved_over_new_year_is_told_in_the_words_of_the_calendar(
    desk: Front, site: httpx.Client
):
    person = number()
    id = filed(site, desk, person)
    clerk(desk, f"/dossiers/{id}/acceptance")
    due, stopped, resumed = (datetime(2026, 2, day, 9, tzinfo=VIETNAM) for day in (13, 11, 24))
    moved = desk.app.state.calendar.moved(due, stopped, resumed, "pause", Term("working-days", 5))
    why = (moved.reason_vi, moved.reason_en)
    said = DeadlineMoved(
        office="H36.202", role="system", was_due_at=due, due_at=moved.due, reason_vi=why[0], reason_en=why[1]
    )
    desk.do(hear(said, id, resumed, desk))
    asked = {"code": kept(desk, id).tracking, "last_four": person[-4:]}
    page, english = words(site.post("/track", data=asked)), words(site.post("/track?lang=en", data=asked))
    assert "17:00 Thứ Năm, ngày 26/2/2026" in page
    assert "dừng 4 ngày làm việc chờ bổ sung, Tết 5 ngày" in page
    assert "stopped for 4 working days to wait for papers, Tết (Lunar New Year) 5 days" in english


async def hear(said: DeadlineMoved, dossier: str, at: datetime, desk: Front) -> None:
    """As if the bus had brought it."""
    envelope = Envelope(said.topic, said.type, "/processing", 1, dossier, at.isoformat(), "", b"")
    await cast("Awaitable[None]", cases.handlers[said.type][1](Heard(said, envelope), desk.app.state.store))


def test_who_has_the_code_and_the_digits_may_say_how_it_went_and_nobody_else(desk: Front, site: httpx.Client):
    person = number()
    id = filed(site, desk, person)
    asked = {"code": kept(desk, id).tracking, "last_four": person[-4:]}
    assert "Đánh giá việc giải quyết hồ sơ" not in words(site.post("/track", data=asked))
    too_early = site.post("/track/rating", data={**asked, "rate": "1", "score": "5"})
    assert too_early.status_code == 422
    site.post(f"/my/{id}/withdrawal", data={"words": "Tôi nộp nhầm."})
    assert "Đánh giá việc giải quyết hồ sơ" in words(site.post("/track", data=asked))
    wrong = site.post("/track/rating", data={**asked, "last_four": "x999", "rate": "1", "score": "1"})
    none = site.post("/track/rating", data={**asked, "last_four": "", "rate": "1", "score": "1"})
    unsaid = site.post("/track/rating", data={**asked, "rate": "1"})
    assert [it.status_code for it in (wrong, none, unsaid)] == [404, 404, 422]
    assert kept(desk, id).score == 0
    thanks = site.post("/track/rating", data={**asked, "rate": "1", "score": "2", "because-waiting": "1"})
    assert "Cảm ơn bạn đã đánh giá." in words(thanks)
    assert (kept(desk, id).score, kept(desk, id).history[-1].by) == (2, "")
    switched = site.post("/track/rating?lang=en", data=asked)
    assert "You rated it: 2 of 5." in words(switched)
    assert len([it for it in kept(desk, id).history if it.what == "rated"]) == 1


def test_a_dossier_of_an_office_that_is_no_more_shows_where_its_work_goes_on():
    offered = catalogue()
    after = heirs("H36.15", offered, NOW)
    assert len(after) == 6
    assert "Ủy ban nhân dân xã Đinh Văn Lâm Hà" in after
    assert heirs("H36.15", offered, datetime(2025, 6, 30, 4, 0, tzinfo=UTC)) == ()


def test_nothing_is_asked_once_it_came_once_the_clock_runs_again_or_once_it_is_over(desk: Front, site: httpx.Client):
    id = filed(site, desk, number())
    clerk(desk, f"/dossiers/{id}/supplement-request", {"items": [{"about": "field", "code": "email"}]})
    asked = kept(desk, id)
    assert [it.code for it in still_asked(asked, None)] == ["email"]
    site.post(f"/my/{id}/asked", data={"field-email": "ka.thom@example.vn"})
    assert still_asked(kept(desk, id), None) == ()
    clerk(desk, f"/dossiers/{id}/acceptance")
    there = kept(desk, id)
    wanted = Entry(datetime.now(UTC), "supplement-requested", "", "declaration")
    resumed = Entry(datetime.now(UTC), "clock-resumed")
    assert [it.code for it in still_asked(there, Progress(id, entries=(wanted,)))] == ["declaration"]
    assert still_asked(there, Progress(id, entries=(wanted, resumed))) == ()


def test_every_page_of_intake_can_be_found_from_the_start_page(desk: Front, site: httpx.Client):
    start = site.get("/").text
    found = set(re.findall(r'href="(/[^"?#]*)', start))
    pages = {
        it.path
        for it in desk.app.routes
        if isinstance(it, Route) and "GET" in (it.methods or ()) and not getattr(it, "include_in_schema", True)
    }
    inside = {"/", "/login", "/login/done", "/logout", "/docs", "/openapi.json", "/asyncapi.json"}
    doors = {it for it in pages if "{" not in it} - inside
    assert doors > {"/services", "/track", "/my", "/queue", "/catalogue"}
    assert {it for it in doors if it not in found and it.rpartition("/")[0] not in found} == set()


def test_every_door_of_the_start_page_leads_somewhere(desk: Front, site: httpx.Client):
    doors = set(re.findall(r'href="(/[^"?#]*)', site.get("/").text.partition("<main")[2]))
    ours = {it for it in doors if not it.startswith(("/demo", "/postal", "/processing", "/notify"))}
    assert len(ours) > 12
    stranger = httpx.Client(base_url=desk.url, headers={"accept": "text/html"})
    assert {it: status for it in ours if (status := stranger.get(it).status_code) not in {200, 401}} == {}


def test_the_drafts_of_somebody_that_became_dossiers_are_found_by_an_index(desk: Front):
    drafts = desk.app.state.store.drafts
    wanted = {"state.by": "demo-citizen", "state.until": {"$gt": datetime.now(UTC)}}
    plan = desk.do(drafts.explain(wanted, sort=("-state.saved_at",)))["queryPlanner"]["winningPlan"]
    assert "IXSCAN" in str(plan)
    assert "COLLSCAN" not in str(plan)


def test_the_words_of_every_refusal_that_the_portal_knows_belong_to_a_refusal():
    from services.intake.templates.portal_words import REFUSED
    from shared.errors import Refusal

    def all_of(kind: type[Refusal]) -> set[str]:
        return {re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower()}.union(
            *(all_of(it) for it in kind.__subclasses__())
        )

    ours = {"field-unchanged", "owner-alike"}
    assert set(REFUSED) - ours <= all_of(Refusal)


@pytest.mark.parametrize(
    ("typed", "today"), [("Thôn 2, xã Đông Thanh", "Thôn 2, xã Nam Ban"), ("Thôn 5, xã Phú Sơn", "")]
)
def test_what_a_clerk_found_of_an_address_goes_when_the_citizen_writes_another(
    site: httpx.Client, desk: Front, typed: str, today: str
):
    id = str(uuid.uuid4())
    applicant = {"name": "Ka Thơm", "address": "Thôn 2, xã Đông Thanh", "address_today": "Thôn 2, xã Nam Ban"}
    filing = {"procedure": EXTRACT, "channel": "online", "applicant": applicant}
    api = httpx.Client(base_url=f"{desk.url}/intake", headers=desk.headers("demo-citizen"))
    assert api.put(f"/drafts/{id}", json=filing).is_success
    site.post(f"/my/drafts/{id}/home", data={"office": COUNTER, "home_by": "post", "address": typed, "later": "1"})
    (kept,) = [it for it in api.get("/drafts").json() if it["id"] == id]
    assert (kept["filing"]["applicant"]["address"], kept["filing"]["applicant"]["address_today"]) == (typed, today)
