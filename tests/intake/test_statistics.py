"""What an office received, counted by procedure and by hamlet: as JSON, and on the counter's page."""

import re
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import httpx
import pytest

from services.intake.domain.hamlets import place
from services.intake.domain.progress import Entry, Progress
from services.intake.domain.register import Page, Row, numbered
from services.intake.domain.statistics import FEWEST, Counts, OfPlace, OfProcedure, Statistics, counted
from services.intake.store import Store
from shared.calendar import local_day
from shared.clock import server_time
from tests.intake.front import OWNER, Front
from tests.intake.printed import NEW, OFFERED, accepted

PAGE = Page(NEW.receiving, date(2026, 11, 1), date(2026, 11, 30))
TODAY = date(2026, 11, 24)
LATER = datetime(2026, 12, 24, tzinfo=UTC)
COPY, WILL, TAX, EXTRACT = "2.000815", "2.001019", "1.004203", "2.000635"
"""A copy certified at the counter alone; a will, which is sensitive; what ended in 2024; an extract, online too."""
OFFICE, ENDED = "H36.202.02", "H36.15.12"


def row(
    procedure: str = EXTRACT, channel: Any = "direct", *, late: bool = False, clerk: bool = True, **who: str
) -> Row:
    it = accepted(NEW, **who)
    filing = replace(it.filing, procedure=procedure, channel=channel)
    return Row(1, replace(it, filing=filing, assisted_by="c" if clerk else ""), is_late=late)


def of(*rows: Row) -> Statistics:
    return counted(PAGE, rows, OFFERED, TODAY)


def test_each_procedure_is_counted_by_the_way_it_came_the_most_first():
    found = of(
        row(WILL),
        row(EXTRACT, "online", clerk=False, late=True),
        row(EXTRACT),
        row(EXTRACT, "post"),
    )
    assert [(it.code, it.name, it.counts) for it in found.procedures] == [
        (EXTRACT, "Cấp bản sao trích lục hộ tịch", Counts(3, direct=1, online=1, post=1, assisted=2, late=1)),
        (WILL, "Chứng thực di chúc", Counts(1, direct=1, online=0, post=0, assisted=1, late=0)),
    ]
    assert found.total == Counts(4, direct=2, online=1, post=1, assisted=3, late=1)
    assert (found.office, found.first, found.last) == (PAGE.office, PAGE.first, PAGE.last)


@pytest.mark.parametrize(
    ("procedure", "online", "others", "is_online", "is_little_used"),
    [
        (EXTRACT, 0, 1, True, True),
        (EXTRACT, 1, 2, True, True),
        (EXTRACT, 1, 1, True, False),
        (COPY, 0, 2, False, False),
        (TAX, 1, 2, False, False),
        ("9.999999", 0, 1, False, False),
    ],
    ids=["none", "fewer than half", "half", "not offered online", "ended", "unknown"],
)
def test_a_leaflet_is_due_where_online_filing_is_offered_and_fewer_than_half_use_it(
    procedure: str, online: int, others: int, is_online: bool, is_little_used: bool
):
    found = of(*[row(procedure, "online")] * online, *[row(procedure)] * others)
    assert [(it.is_online, it.is_little_used) for it in found.procedures] == [(is_online, is_little_used)]


def test_versions_and_local_variants_of_a_procedure_are_one_under_todays_name_and_what_ended_keeps_its_last():
    found = of(row(COPY), row(f"{COPY}.H36"), row(f"{COPY}.000.00.00.H36"), row(TAX))
    assert [(it.code, it.name, it.counts.total) for it in found.procedures] == [
        (COPY, OFFERED.procedure(COPY, TODAY).name, 3),
        (TAX, "Tách thửa hoặc hợp thửa đất", 1),
    ]


def test_late_is_what_the_register_says_is_late():
    over = replace(accepted(NEW), id="over")
    asked = replace(over, id="asked")
    stands = Progress("asked", entries=(Entry(NEW.at + timedelta(days=1), "supplement-requested"),))
    rows = numbered(0, [over, asked], [stands], at=LATER)
    assert [it.is_late for it in rows] == [True, False]
    assert of(*rows).total.late == 1


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("Thôn 1, Xã Tân Hà Lâm Hà, Tỉnh Lâm Đồng", ("Thôn 1", "Xã Tân Hà Lâm Hà")),
        ("  thon  1 ,xa Tan Ha Lam Ha", ("thon 1", "xa Tan Ha Lam Ha")),
        ("Thôn Tân Lâm", ("Thôn Tân Lâm", "")),
        ("Số nhà 25A thôn 3, xã Đinh Văn Lâm Hà", ("thôn 3", "xã Đinh Văn Lâm Hà")),
        ("12 Trần Phú, Tổ dân phố Đồng Tâm, Phường 1", ("Tổ dân phố Đồng Tâm", "Phường 1")),
        ("TDP 4, Phường 2", ("TDP 4", "Phường 2")),
        ("Buôn Con Ó, xã Đạ Tẻh", ("Buôn Con Ó", "xã Đạ Tẻh")),
        ("Bản Mù, xã Xà Hồ", ("Bản Mù", "xã Xà Hồ")),
        ("Thôn 1\nxã Tân Hà", ("Thôn 1", "xã Tân Hà")),
        ("Thôn 1 - xã Tân Hà - Lâm Hà", ("Thôn 1", "xã Tân Hà")),
        ("Thôn Đông Anh xã Nam Ban Lâm Hà", ("Thôn Đông Anh", "xã Nam Ban Lâm Hà")),
        ("Thôn 3 số nhà 25, xã Nam Hà", ("Thôn 3", "xã Nam Hà")),
        ("Thôn Tân Lâm nhà bà Ka Thơm 0912345678, xã Nam Hà", ("Thôn Tân Lâm", "xã Nam Hà")),
        ("Thôn Tân Lâm 0912345678", ("Thôn Tân Lâm", "")),
        ("Tổ 12A Nguyễn Trãi", ("Tổ 12A", "")),
        ("Khu dân cư số 5, xã Nam Hà", ("Khu dân cư 5", "xã Nam Hà")),
        ("Ngõ 5 thôn Đoài, xã Nam Hà", ("thôn Đoài", "xã Nam Hà")),
        ("Tổ 5, Khu phố 2, Phường 1", ("Tổ 5", "Phường 1")),
        ("Ấp 3, Đường ĐT725, xã Nam Hà", ("Ấp 3", "xã Nam Hà")),
        ("KP 5, P. 3", ("KP 5", "P. 3")),
        ("Tỉnh lộ 725, thôn Tân Lâm, xã Nam Hà", ("thôn Tân Lâm", "xã Nam Hà")),
        ("Xa lộ Hà Nội, khu phố 3, phường Hiệp Phú", ("khu phố 3", "phường Hiệp Phú")),
        ("Thôn Phú Xá, xã Nam Hà", ("Thôn Phú Xá", "xã Nam Hà")),
        ("12 Y Ngông, Buôn Ma Thuột", ("", "")),
        ("12 Lê Văn Khôi, Phường 1", ("", "")),
        ("5 Tô Hiến Thành, Phường 3", ("", "")),
        ("Phường Tân Lập, Buôn Ma Thuột", ("", "")),
        ("Lang Biang - Đà Lạt, Lâm Đồng", ("", "")),
        ("Ban Quản lý dự án, Lâm Đồng", ("", "")),
        ("Xã Đinh Văn Lâm Hà, Tỉnh Lâm Đồng", ("", "")),
        ("25, , ", ("", "")),
        ("", ("", "")),
    ],
)
def test_the_hamlet_of_an_address_is_found_and_no_house(address: str, found: tuple[str, str]):
    assert place(address) == found


def test_one_hamlet_is_one_line_however_it_is_written_and_is_called_as_most_wrote_it():
    rows = [
        row(address="Thôn Tân Lâm, Xã Đinh Văn"),
        row(address="thon tan lam,  XA DINH VAN"),
        row(address="THÔN TÂN LÂM, Đinh Văn"),
        row(address="Thôn Tân  Lâm, Xã Đinh Văn", channel="online"),
        *[row(address="Thôn Tân Lâm, Xã Tân Hà")] * FEWEST,
    ]
    assert [(it.hamlet, it.commune, it.counts.total, it.counts.online) for it in of(*rows).places] == [
        ("Thôn Tân Lâm", "Xã Đinh Văn", 4, 1),
        ("Thôn Tân Lâm", "Xã Tân Hà", FEWEST, 0),
    ]
    told = of(*[row(address="Thon 1")] * 2, *[row(address="Thôn 1")] * 2, row(address="thôn 01")).places
    assert [it.hamlet for it in told] == ["Thôn 1"], "of two as frequent ones that with diacritics"


def test_a_hamlet_of_few_dossiers_is_not_named_and_stands_with_those_that_are_not_told():
    many = [row(address="Thôn 9")] * FEWEST
    found = of(*many, *[row(address="Thôn 8")] * (FEWEST - 1), row(address=""), row(address="12 Trần Phú"))
    assert [(it.hamlet, it.counts.total) for it in found.places] == [("Thôn 9", FEWEST)]
    assert found.elsewhere.total == FEWEST - 1 + 2
    assert found.total.total == sum(it.counts.total for it in found.places) + found.elsewhere.total


def test_a_dossier_is_counted_where_its_holder_lives_today():
    it = row(address="Thôn 1, xã Tân Hà, huyện Lâm Hà", address_today="Thôn 1, Xã Tân Hà Lâm Hà")
    owner = replace(it.dossier.filing.applicant, address="Buôn Dà", address_today="")
    owned = replace(it, dossier=replace(it.dossier, filing=replace(it.dossier.filing, owner=owner)))
    found = of(*[it] * FEWEST, *[owned] * FEWEST).places
    assert [(it.hamlet, it.commune) for it in found] == [("Buôn Dà", ""), ("Thôn 1", "Xã Tân Hà Lâm Hà")]


def test_no_table_crosses_a_place_with_a_procedure():
    names = [{it.name for it in fields(kind)} for kind in (OfPlace, OfProcedure, Counts)]
    assert names[0] == {"hamlet", "commune", "counts"}
    assert names[1] == {"code", "name", "is_online", "counts"}
    assert names[2] == {"total", "direct", "online", "post", "assisted", "late"}


def test_nothing_received_is_nothing_counted():
    assert (of().total, of().procedures, of().places) == (Counts(0, 0, 0, 0, 0, 0), (), ())


def ask(desk: Front, person: str = "demo-counter", **query: str) -> httpx.Response:
    return httpx.get(f"{desk.url}/intake/statistics", params=query, headers=desk.headers(person), timeout=30)


def see(desk: Front, person: str = "demo-counter", **query: str) -> httpx.Response:
    headers = desk.headers(person) | {"accept": "text/html"}
    return httpx.get(f"{desk.url}/counter/statistics", params=query, headers=headers, timeout=30)


def test_the_office_and_the_agency_above_it_get_what_the_register_holds(desk: Front):
    before = ask(desk).json()
    for address in ("Buôn Chuối, xã Mê Linh", "buon chuoi, Xa Me Linh", "Buôn Chuối, xã Mê Linh"):
        desk.file(OWNER | {"address": address})
    desk.file(OWNER | {"address": "Buôn Chuối, xã Mê Linh"}, accept=False)
    found = ask(desk).json()
    assert found["total"]["total"] == before["total"]["total"] + 3, "what was not accepted stands in no register"
    mine = next(it for it in found["places"] if it["hamlet"].startswith("Bu"))
    assert (mine["hamlet"], mine["commune"], mine["counts"]["assisted"]) == ("Buôn Chuối", "xã Mê Linh", 3)
    assert sum(it["counts"]["total"] for it in found["procedures"]) == found["total"]["total"]
    there = sum(it["counts"]["total"] for it in found["places"])
    assert there + found["elsewhere"]["total"] == found["total"]["total"]
    assert ask(desk, "demo-leader", office=OFFICE).json() == found
    assert OWNER["name"] not in ask(desk).text


def test_the_heirs_of_an_office_that_ended_get_its_numbers(desk: Front):
    days = {"office": ENDED, "first": "2025-01-01", "last": "2025-06-30"}
    found = ask(desk, "demo-one-stop", **days)
    assert (found.status_code, found.json()["office"]) == (200, ENDED)
    assert see(desk, "demo-one-stop", **days).status_code == 200
    assert ask(desk, **days).json()["code"] == "not-your-register"


def test_others_do_not_get_it(desk: Front):
    assert httpx.get(f"{desk.url}/intake/statistics").status_code == 401
    assert ask(desk, "demo-citizen").status_code == 403
    for other in ("H36.203", "H36.202.01", "H36.202"):
        assert (ask(desk, office=other).status_code, ask(desk, office=other).json()["code"]) == (
            403,
            "not-your-register",
        )
        assert see(desk, office=other).status_code == 403
    assert see(desk, "demo-citizen").status_code == 403


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ({"first": "2026-11-02", "last": "2026-11-01"}, "two-volumes"),
        ({"first": "2025-12-31", "last": "2026-01-01"}, "two-volumes"),
        ({"first": "0001-01-01", "last": "0001-01-01"}, "no-such-volume"),
    ],
)
def test_days_that_cannot_be_are_refused(desk: Front, days: dict[str, str], code: str):
    answer = ask(desk, **days)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    ("days", "field", "sentence"),
    [
        ({"first": "2026-11-02", "last": "2026-11-01"}, "last", "Ngày đầu phải cùng năm với ngày cuối"),
        ({"first": "1999-01-01", "last": "1999-02-01"}, "first", "Năm này không có hồ sơ"),
        ({"first": "<b>"}, "first", "Ngày chưa đúng"),
        ({"last": "31/11/2026"}, "last", "Ngày chưa đúng"),
    ],
)
def test_on_the_page_what_is_wrong_with_a_day_is_told_beside_it_and_what_was_typed_stays(
    desk: Front, days: dict[str, str], field: str, sentence: str
):
    answer = see(desk, **days)
    assert answer.status_code == 422
    beside = unescape(answer.text).partition(f'id="{field}-wrong" role="alert">')[2].partition("</div>")[0]
    assert beside.startswith(sentence)
    assert f'value="{days[field]}"' in beside
    assert f'aria-describedby="{field}-wrong" aria-invalid="true"' in beside
    assert answer.text.count('role="alert"') == 1
    assert "<table" not in answer.text
    assert "<b>" not in answer.text


def test_more_than_are_counted_at_once_are_refused_before_they_are_read(desk: Front, monkeypatch: pytest.MonkeyPatch):
    async def many(*_: Any) -> int:
        return 5_001

    monkeypatch.setattr(Store, "received_between", many)
    assert ask(desk).json()["code"] == "too-many-rows"
    page = see(desk)
    assert page.status_code == 422
    assert "hãy chọn thời gian ngắn hơn" in page.text.partition('id="last-wrong"')[2].partition("</span>")[0]


def test_the_page_counts_from_the_first_of_the_month_and_offers_a_leaflet_where_online_is_little_used(desk: Front):
    desk.file(procedure=EXTRACT, home_by="counter")
    today = local_day(server_time())
    page = see(desk, last=f"{today}").text
    assert re.findall(r'type="date" value="([^"]+)"', page) == [f"{today:%Y-%m}-01", f"{today:%Y-%m-%d}"]
    assert f'href="/services/{EXTRACT}/leaflet.pdf"' in page
    assert httpx.get(f"{desk.url}/services/{EXTRACT}/leaflet.pdf").headers["content-type"] == "application/pdf"
    assert 'id="office"' not in page, "a clerk has one office"


def test_who_has_counters_below_chooses_among_them(desk: Front):
    page = see(desk, "demo-leader", office=OFFICE).text
    options = re.findall(r'<option value="([^"]+)"', page)
    assert {"H36.202", "H36.202.01", OFFICE} <= set(options)
    assert all(it.startswith(("H36.202", "H36.15")) for it in options)
    assert re.findall(r'<option value="([^"]+)" selected', page) == [OFFICE]
    assert "doors-line" not in page, "they lead to pages of the counter's clerks"


def test_the_counters_doors_and_the_start_page_lead_to_it(desk: Front):
    for path, text in (("/counter/list", "Thống kê"), ("/", "Thống kê hồ sơ")):
        page = httpx.get(f"{desk.url}{path}", headers=desk.headers()).text
        assert f'<a href="/counter/statistics">{text}</a>' in page
