"""The register: one volume for each office and year, its numbers without a gap, on A4 and as a sheet."""

import io
import logging
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from openpyxl import load_workbook

from services.intake.domain.dossier import Dossier
from services.intake.domain.facts import Fact
from services.intake.domain.progress import Entry, Progress
from services.intake.domain.register import (
    MOST_ROWS,
    NotYourRegister,
    Page,
    TooManyRows,
    TwoVolumes,
    may_read,
    numbered,
)
from services.intake.forms.register import COLUMNS, Book, register_pdf, register_xlsx
from services.intake.store.indexes import received
from shared.people import Person
from tests.intake.front import OWNER, Front
from tests.intake.printed import NEW, OFFERED, OLD, Regime, accepted, codes, size, texts

YEAR = Page(NEW.receiving, date(2026, 1, 1), date(2026, 12, 31))
HOSTILE = '=HYPERLINK("http://x.example") #panic("x")\x07'


def on(day: int, number: int, it: Regime = NEW, **applicant: str) -> Dossier:
    at = it.at + timedelta(days=day)
    code = f"{it.receiving}-{at:%y%m%d}-{number:04}"
    made = accepted(it, **applicant)
    return replace(made, id=code, code=code, received_at=at + timedelta(seconds=number))


def book(*dossiers: Dossier, before: int = 0, page: Page = YEAR, progress: tuple[Progress, ...] = ()) -> Book:
    at = datetime(2027, 1, 4, tzinfo=UTC)
    return Book(page, numbered(before, dossiers, progress, at=at), OFFERED, at)


def test_the_numbers_of_a_year_run_on_over_its_days_in_the_order_of_acceptance():
    scattered = [on(day, number) for day, number in [(2, 1), (0, 2), (2, 3), (0, 1), (2, 2), (1, 1)]]
    rows = book(*scattered, before=41).rows
    assert [row.nth for row in rows] == [42, 43, 44, 45, 46, 47]
    assert [row.dossier.received_at for row in rows] == sorted(it.received_at for it in scattered if it.received_at)


def test_after_9999_of_one_day_the_next_still_comes_behind():
    rows = book(on(0, 10_000), on(0, 9_999), before=0).rows
    assert [row.dossier.code.rpartition("-")[2] for row in rows] == ["9999", "10000"]
    assert [row.nth for row in rows] == [9_999, 10_000]


def test_a_volume_is_one_year_and_is_closed_when_the_year_is_over():
    with pytest.raises(TwoVolumes):
        Page(NEW.receiving, date(2025, 12, 31), date(2026, 1, 1)).checked()
    with pytest.raises(TwoVolumes):
        Page(NEW.receiving, date(2026, 2, 1), date(2026, 1, 1)).checked()
    closed = book(on(0, 1), on(1, 1))
    assert "Khóa sổ ngày 31/12/2026: quyển 2026 có 2 hồ sơ, từ số 1 đến số 2." in " ".join(texts(register_pdf(closed)))
    assert replace(closed, at=datetime(2026, 12, 31, 10, tzinfo=UTC)).closing == ""
    assert replace(closed, page=replace(YEAR, last=date(2026, 6, 30))).closing == ""


def test_more_rows_than_fit_are_refused_with_what_to_do():
    YEAR.fits(MOST_ROWS)
    with pytest.raises(TooManyRows, match="shorter"):
        YEAR.fits(MOST_ROWS + 1)


def test_it_is_for_the_office_and_the_agency_above_it():
    may_read("H36.202.02", Person("a", "", "leader", "H36.202"))
    may_read("H36.202.02", Person("a", "", "counter-clerk", "H36.202.02"))
    for other in ("H36.202.01", "H36.203", ""):
        with pytest.raises(NotYourRegister):
            may_read("H36.202.02", Person("a", "", "leader", other))


def test_a_row_tells_the_whole_way_and_whether_it_is_late():
    dossier = on(0, 1)
    start = dossier.received_at or NEW.at
    handed = replace(
        dossier,
        state="handed-over",
        history=(*dossier.history, Fact(start + timedelta(days=4), "handed-over", "c", NEW.receiving, "post")),
    )
    entries = (
        Entry(start + timedelta(hours=1), "case-opened", NEW.competent),
        Entry(start + timedelta(days=3), "case-decided", NEW.competent, "positive"),
    )
    known = Progress(dossier.id, 9, due_at=start + timedelta(days=2), entries=entries, is_decided=True, is_late=True)
    (line,) = book(handed, progress=(known,)).lines()
    assert line[7:] == [
        "10:05 20/11/2026",
        "10:05 22/11/2026",
        "11:05 20/11/2026",
        "10:05 23/11/2026",
        "10:05 24/11/2026",
        "qua bưu điện",
        "Quá hạn",
    ]
    (open_still,) = book(on(0, 1)).lines()
    assert open_still[-1] == "Quá hạn"


def test_what_was_stopped_or_waits_is_late_only_if_it_was_when_its_time_ended():
    dossier = replace(on(0, 1), due_at=NEW.at + timedelta(days=5))

    def is_late(*entries: tuple[int, str], stopped: int = 0) -> bool:
        told = tuple(Entry(NEW.at + timedelta(days=day), what) for day, what in entries)
        fact = Fact(NEW.at + timedelta(days=stopped), "stopped", "s", NEW.competent)
        ended = replace(dossier, state="stopped", history=(*dossier.history, fact)) if stopped else dossier
        (row,) = numbered(0, [ended], [Progress(dossier.id, entries=told)], at=NEW.at + timedelta(days=40))
        return row.is_late

    opened, asked, again = (0, "case-opened"), "supplement-requested", "clock-resumed"
    assert is_late(opened)
    assert not is_late(opened, stopped=4), "withdrawn in time"
    assert is_late(opened, stopped=6)
    assert not is_late(opened, (2, asked)), "the clock stands"
    assert is_late(opened, (6, asked)), "asked for too late"
    assert is_late(opened, (2, asked), (3, again))
    assert not is_late(opened, (2, asked), stopped=9), "withdrawn while the clock stood"
    assert not is_late(opened, (1, asked), (2, again), stopped=4)
    assert not is_late((2, asked), opened), "in whatever order it was heard"


@pytest.mark.parametrize(("it", "number"), [(OLD, "06"), (NEW, "07")], ids=["2018", "2025"])
def test_row_14_on_paper_it_is_a4_lying_with_its_qr_and_every_row(it: Regime, number: str):
    page = Page(it.receiving, date(it.at.year, 1, 1), it.at.date() + timedelta(days=9))
    many = [
        on(n // 20, n % 20 + 1, it, name=f"Nguyễn Thị Hường {n}", address="Thôn " + "Tân Lâm " * 5) for n in range(60)
    ]
    pdf = register_pdf(book(*many, page=page))
    read = texts(pdf)
    assert size(pdf) == (297, 210)
    assert len(read) > 2
    text = " ".join(read)
    for words in ("SỔ THEO DÕI HỒ SƠ", f"(Mẫu số {number}, {it.circular})", f"Quyển số {it.at.year}", "Trang 2 /"):
        assert words in text
    assert all(f"Nguyễn Thị Hường {n} " in text for n in range(60))
    assert all("Mã hồ sơ" in it for it in read)
    ((code, right, down),) = codes(pdf, f"register-{it.name}")
    assert code == f"{it.receiving}|{it.at.year}||Sổ theo dõi hồ sơ"
    assert right < 1 / 8
    assert down < 1 / 4


def test_an_empty_one_says_so():
    assert "(không có hồ sơ)" in " ".join(texts(register_pdf(book())))
    assert "có 0 hồ sơ." in book().closing


def test_as_a_sheet_every_row_is_there_and_nothing_is_a_formula():
    made = register_xlsx(book(on(0, 1, name=HOSTILE), on(0, 2)))
    sheet = load_workbook(io.BytesIO(made)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(min_row=3))
    assert tuple(cell.value for cell in rows[0]) == COLUMNS
    assert rows[1][4].value == HOSTILE.replace("\x07", "")
    assert {cell.data_type for row in rows for cell in row if cell.value} == {"s"}
    assert rows[3][0].value == "Khóa sổ ngày 31/12/2026: quyển 2026 có 2 hồ sơ, từ số 1 đến số 2."
    assert '#panic("x")' in " ".join(texts(register_pdf(book(on(0, 1, name=HOSTILE.replace("\x07", ""))))))


def test_the_office_prints_what_it_received_and_the_printing_is_logged_without_a_name(
    desk: Front, caplog: pytest.LogCaptureFixture
):
    slips = [desk.file() for _ in range(3)]
    with caplog.at_level(logging.INFO, "services.intake.api.register"):
        answer = httpx.get(f"{desk.url}/intake/register.pdf", headers=desk.headers())
    assert answer.status_code == 200, answer.text
    text = " ".join(texts(answer.content)).replace(" ", "")
    at = [text.index(slip["code"]) for slip in slips]
    assert at == sorted(at)
    assert all(OWNER["name"] not in it.getMessage() for it in caplog.records)
    assert [it.getMessage().partition(",")[0] for it in caplog.records] == [
        "demo-counter of H36.202.02 printed the register of H36.202.02"
    ]
    sheet = httpx.get(
        f"{desk.url}/intake/register.xlsx", params={"office": "H36.202.02"}, headers=desk.headers("demo-leader")
    )
    assert sheet.status_code == 200
    assert sheet.headers["content-disposition"].startswith("attachment")
    read = load_workbook(io.BytesIO(sheet.content)).active
    assert read is not None
    rows = [(row[0].value, row[1].value) for row in read.iter_rows(min_row=4)]
    nth = rows.index(next(it for it in rows if it[1] == slips[0]["code"])) + 1
    assert rows[nth - 1 : nth + 2] == [(str(nth + n), it["code"]) for n, it in enumerate(slips)]


def test_others_do_not_get_it(desk: Front):
    address = f"{desk.url}/intake/register.pdf"
    assert httpx.get(address).status_code == 401
    assert httpx.get(address, headers=desk.headers("demo-citizen")).status_code == 403
    stranger = httpx.get(address, params={"office": "H36.203"}, headers=desk.headers())
    assert (stranger.status_code, stranger.json()["code"]) == (403, "not-your-register")
    for wrong in (
        {"first": "2025-12-31", "last": "2026-01-01"},
        {"first": "0001-01-01", "last": "0001-01-01"},
        {"first": "9999-12-31", "last": "9999-12-31"},
        {"first": "gestern"},
        {"office": "nowhere"},
        {"office": "\x00"},
    ):
        answer = httpx.get(address, params=wrong, headers=desk.headers("demo-leader"))
        assert answer.status_code in {403, 422}, answer.text


def test_the_register_is_read_through_the_index_of_codes(desk: Front):
    wanted = received("H36.202.02", date(2026, 1, 1), date(2026, 12, 31))
    plan = str(desk.do(desk.app.state.store.dossiers.explain(wanted)))
    assert "IXSCAN" in plan
    assert "state.code_1" in plan
