"""The reception slip on paper: read back as a person, a scanner and a search would; and each print of it on record."""

import logging
import uuid
from dataclasses import replace
from datetime import datetime

import httpx
import pytest
from prometheus_client import REGISTRY

from services.intake.domain.facts import NotAccepted
from services.intake.forms import FORMS
from shared.calendar import local_day
from tests.intake.front import OWNER, PROCEDURE, Front
from tests.intake.printed import NEW, NUMBER, accepted, code_of, codes, filed, given, pages, size, texts

SLIP = FORMS["slip"]
CERTIFIED_COPY = "2.000815"
"""Done while the applicant waits."""


def test_every_word_of_the_form_can_be_found_with_its_diacritics():
    (mine, theirs) = pages("slip", given(NEW, "slip"))
    for words in (
        "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        f"Mã hồ sơ: {code_of(NEW)}",
        "Tiếp nhận hồ sơ của: Nguyễn Thị Hường Quỳnh",
        "Địa chỉ: Thôn Tân Lâm",
        "0912 345 678",
        "1 bản chính, 2 bản sao",
        "3 ngày làm việc",
        "10 giờ 05 phút, ngày 20 tháng 11 năm 2026",
        "14 giờ 05 phút, ngày 23 tháng 11 năm 2026",
        "Vào Sổ theo dõi hồ sơ, Quyển số: 2026 Số thứ tự: 1042",
        "NGƯỜI NỘP HỒ SƠ",
        "NGƯỜI TIẾP NHẬN HỒ SƠ",
        "https://motcua.example/track?code=7KM2P-XQ4RT",
    ):
        assert words in mine
    assert "Liên 1" in mine
    assert "Liên 2" in theirs
    assert mine.replace("Liên 1: giao người nộp hồ sơ", "") == theirs.replace("Liên 2: lưu tại nơi tiếp nhận", "")


def test_row_14_the_qr_at_the_top_left_of_each_copy_names_dossier_procedure_applicant_and_paper():
    read = codes(SLIP.pdf(given(NEW, "slip")))
    assert len(read) == 2
    for text, right, down in read:
        assert text == f"{code_of(NEW)}|{PROCEDURE}|{NUMBER}|Giấy tiếp nhận hồ sơ và hẹn trả kết quả"
        assert right < 1 / 4
        assert down < 1 / 5


def test_it_is_a5():
    assert size(SLIP.pdf(given(NEW, "slip"))) == (148, 210)


def test_the_address_in_the_footer_carries_the_code_and_no_personal_data():
    head = SLIP.head(given(NEW, "slip"))
    assert head.url == "https://motcua.example/track?code=7KM2P-XQ4RT"


def test_there_is_no_slip_before_acceptance():
    with pytest.raises(NotAccepted):
        SLIP.check(replace(given(NEW, "slip"), dossier=filed(NEW)))
    SLIP.check(replace(given(NEW, "slip"), dossier=accepted(NEW)))


def printed_so_far() -> float:
    labels = {"form": "slip", "office": "H36.202.02"}
    return REGISTRY.get_sample_value("motcua_forms_printed_total", labels) or 0.0


def test_the_counter_prints_it_and_each_print_is_logged_without_personal_data_and_counted(
    desk: Front, caplog: pytest.LogCaptureFixture
):
    filed = desk.file()
    before = printed_so_far()
    with caplog.at_level(logging.INFO, "services.intake.api.forms"):
        answer = httpx.get(f"{desk.url}/intake/dossiers/{filed['id']}/slip.pdf", headers=desk.headers())
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    text = texts(answer.content)[0]
    assert filed["code"] in text
    assert OWNER["name"] in text
    assert codes(answer.content)[0][0].split("|")[2] == OWNER["number"]
    assert printed_so_far() == before + 1
    (line,) = [it.getMessage() for it in caplog.records if it.name == "services.intake.api.forms"]
    assert filed["id"] in line
    assert "H36.202.02" in line
    assert not any(word in line for word in (OWNER["name"], OWNER["number"], OWNER["phone"]))


def test_row_14_a_reprint_is_counted_kept_with_who_and_when_and_told_on_the_paper(desk: Front):
    address = f"{desk.url}/intake/dossiers/{desk.file()['id']}"
    papers = [texts(httpx.get(f"{address}/slip.pdf", headers=desk.headers()).content)[0] for _ in range(3)]
    assert ["In lại" in it for it in papers] == [False, True, True]
    assert "In lại lần 1, lúc" in papers[1]
    assert "In lại lần 2, lúc" in papers[2]
    kept = httpx.get(f"{address}/printings/slip", headers=desk.headers()).json()
    assert kept["count"] == len(kept["prints"]) == 3
    assert {(it["by"], it["office"]) for it in kept["prints"]} == {("demo-counter", "H36.202.02")}


def test_the_slips_of_one_day_stand_in_the_register_one_behind_the_other(desk: Front):
    slips = [desk.file() for _ in range(3)]
    places = []
    for it in slips:
        answer = httpx.get(f"{desk.url}/intake/dossiers/{it['id']}/slip.pdf", headers=desk.headers())
        places.append(int(texts(answer.content)[0].partition("Số thứ tự: ")[2].split()[0]))
    assert places == [places[0], places[0] + 1, places[0] + 2]


def test_where_the_result_is_given_at_once_no_slip_is_due_and_it_is_printed_for_who_asks(desk: Front):
    filed = desk.file(procedure=CERTIFIED_COPY, home_by="counter")
    days = {local_day(datetime.fromisoformat(filed[it])) for it in ("received_at", "due_at")}
    assert filed["is_slip_due"] == (len(days) > 1), "from 15:00 on it is due the next day, and the slip with it"

    async def before_three_o_clock() -> None:
        await desk.app.state.store.dossiers.change(filed["id"], lambda it: (replace(it, is_slip_due=False),))

    desk.do(before_three_o_clock())
    page = httpx.get(f"{desk.url}/counter/dossiers/{filed['id']}", headers=desk.headers()).text
    assert "Kết quả được trả ngay: không cần giấy hẹn." in page
    assert "Người nộp yêu cầu: vẫn in giấy hẹn" in page
    assert "Giấy tiếp nhận và hẹn trả<" not in page
    slip = httpx.get(f"{desk.url}/intake/dossiers/{filed['id']}/slip.pdf", headers=desk.headers())
    assert filed["code"] in texts(slip.content)[0]
    assert desk.file()["is_slip_due"]


def test_nobody_but_officials_of_its_offices_gets_it(desk: Front):
    filed = desk.file()
    address = f"{desk.url}/intake/dossiers/{filed['id']}/slip.pdf"
    assert httpx.get(address).status_code == 401
    assert httpx.get(address, headers=desk.headers("demo-citizen")).status_code == 403
    assert httpx.get(address.replace("slip.pdf", "forms/slip.pdf"), headers=desk.headers("demo-leader")).is_success


def test_a_dossier_that_is_only_filed_has_none_yet(desk: Front):
    receipt = desk.file(accept=False)
    answer = httpx.get(f"{desk.url}/intake/dossiers/{receipt['id']}/slip.pdf", headers=desk.headers())
    assert answer.status_code == 409
    assert answer.json()["code"] == "not-accepted"
    assert httpx.get(f"{desk.url}/intake/dossiers/{receipt['id']}/printings/slip", headers=desk.headers()).is_error


def test_an_apology_is_worded_once_and_a_reprint_says_the_same(desk: Front):
    slip = desk.file()
    address = f"{desk.url}/intake/dossiers/{slip['id']}/forms/apology.pdf"
    assert httpx.get(address, headers=desk.headers()).json()["code"] == "words-missing"
    words = {"reason": "Xác minh ở nơi khác chưa xong", "new_due": "2099-01-05T10:00:00+07:00"}
    naive = httpx.post(address, json=words | {"new_due": "2099-01-05T10:00:00"}, headers=desk.headers())
    assert (naive.status_code, naive.json()["code"]) == (422, "no-time-zone")
    for wrong in ({"new_due": "9999-12-31T23:59:59Z"}, {"reason": "x" * 2_001}, {"new_due": "2020-01-01T00:00:00Z"}):
        assert httpx.post(address, json=words | wrong, headers=desk.headers()).status_code == 422
    first = httpx.post(address, json=words, headers=desk.headers("demo-leader"))
    assert first.status_code == 200, first.text
    again = texts(httpx.get(address, headers=desk.headers()).content)[0]
    assert "Xác minh ở nơi khác chưa xong" in again
    assert "10 giờ 00 phút, ngày 05 tháng 01 năm 2099" in again
    assert "In lại lần 1" in again
    other = httpx.post(address, json=words | {"reason": "Máy chủ hỏng"}, headers=desk.headers("demo-leader"))
    assert "In lại" not in texts(other.content)[0]
    later = words | {"new_due": "2099-02-05T10:00:00+07:00"}
    second = httpx.post(address, json=later, headers=desk.headers("demo-leader"))
    assert (second.status_code, second.json()["code"]) == (409, "dated-before")
    assert "10 giờ 00 phút, ngày 05 tháng 01 năm 2099" in texts(httpx.get(address, headers=desk.headers()).content)[0]


def test_a_citizen_prints_the_papers_of_their_own_filing_and_of_no_other(desk: Front):
    other = desk.file(accept=False)
    for name in ("filed", "slip"):
        address = f"{desk.url}/intake/dossiers/{other['id']}/{name}.pdf"
        assert httpx.get(address, headers=desk.headers("demo-citizen")).json()["code"] == "not-yours"
    id, applicant = uuid.uuid4(), {"name": "Ka Thơm", "number": "068195004321"}
    filing = {"procedure": PROCEDURE, "applicant": applicant, "channel": "online", "receiving_office": "H36.202.02"}
    filed = httpx.put(f"{desk.url}/intake/dossiers/{id}", json=filing, headers=desk.headers("demo-citizen"))
    assert filed.status_code == 201, filed.text
    address = f"{desk.url}/intake/dossiers/{id}/filed.pdf"
    (page,) = texts(httpx.get(address, headers=desk.headers("demo-citizen")).content)
    assert filed.json()["tracking"] in page
    assert "Ka Thơm" in page


def test_an_unknown_form_and_an_unknown_dossier_are_told_apart(desk: Front):
    address = f"{desk.url}/intake/dossiers/{desk.file()['id']}/forms"
    assert httpx.get(f"{address}/horoscope.pdf", headers=desk.headers()).status_code == 422
    nobody = f"{desk.url}/intake/dossiers/{uuid.uuid4()}/slip.pdf"
    assert httpx.get(nobody, headers=desk.headers()).status_code == 404
