from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, strategies as st

from shared import reference
from shared.calendar import VIETNAM, Calendar, NaiveTime, OfficeHours, OutsideCalendar, Swap, Term
from shared.data import days_off

CALENDAR = reference.working_calendar()

Unit = Literal["working-days", "calendar-days", "hours", "half-days"]
UNITS: tuple[Unit, ...] = ("working-days", "calendar-days", "hours", "half-days")

instants = st.timedeltas(timedelta(), timedelta(days=2990)).map(lambda passed: at(2018, 12, 20, 0) + passed)
spans = st.timedeltas(timedelta(), timedelta(days=120))
units = st.sampled_from(UNITS)
terms = st.builds(Term, units, st.integers(0, 60))
policies = st.sampled_from(("restart", "pause"))


def at(year: int, month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=VIETNAM)


def days(amount: int) -> Term:
    return Term("working-days", amount)


def is_open(instant: datetime, calendar: Calendar = CALENDAR) -> bool:
    sessions = (calendar.hours.morning, calendar.hours.afternoon)
    inside = any(opens <= instant.time() <= closes for opens, closes in sessions)
    return calendar.is_working_day(instant.date()) and inside


@pytest.mark.parametrize(
    ("received", "amount", "due"),
    [
        (at(2025, 4, 25), 5, at(2025, 5, 6, 17)),
        (at(2020, 1, 21), 12, at(2020, 2, 13, 17)),
        (at(2025, 12, 31), 3, at(2026, 1, 7, 17)),
    ],
    ids=["over 30/4 with a worked Saturday", "over Tết 2020", "over the swapped 2/1/2026"],
)
def test_the_published_examples_of_due_dates_come_out(received: datetime, amount: int, due: datetime) -> None:
    assert CALENDAR.due(received, days(amount)) == due


def test_the_second_of_january_2026_is_off_and_saturday_the_tenth_is_worked() -> None:
    assert not CALENDAR.is_working_day(date(2026, 1, 2))
    assert CALENDAR.is_working_day(date(2026, 1, 10))
    assert not CALENDAR.is_working_day(date(2026, 1, 17))


def test_culture_day_is_off_from_2026() -> None:
    assert CALENDAR.is_working_day(date(2025, 11, 24))
    assert not CALENDAR.is_working_day(date(2026, 11, 24))


def test_a_swap_across_the_new_year_closes_the_one_day_and_opens_the_other() -> None:
    calendar = Calendar.of([2018], swaps=())
    assert not calendar.is_working_day(date(2018, 12, 31))
    assert Calendar.of([2019], swaps=()).is_working_day(date(2019, 1, 5))


def test_a_swap_of_ours_wins_over_the_package() -> None:
    calendar = Calendar.of([2027], swaps=[Swap(date(2027, 9, 1), date(2027, 9, 3))])
    assert not calendar.is_working_day(date(2027, 9, 1))
    assert calendar.is_working_day(date(2027, 9, 3))
    back = Calendar.of([2025], swaps=[Swap(date(2025, 5, 5), date(2025, 5, 2))])
    assert back.is_working_day(date(2025, 5, 2))


def test_a_swap_that_takes_a_sunday_off_is_refused() -> None:
    with pytest.raises(ValueError, match="between Monday and Friday"):
        Swap(date(2026, 1, 4), date(2026, 1, 10))


def test_a_same_day_procedure_received_at_three_is_due_today_and_a_minute_later_tomorrow() -> None:
    assert CALENDAR.due(at(2026, 3, 4, 15), days(0)) == at(2026, 3, 4, 17)
    assert CALENDAR.due(at(2026, 3, 4, 15, 1), days(0)) == at(2026, 3, 5, 17)


def test_after_three_the_next_working_day_becomes_day_zero_of_longer_terms_too() -> None:
    assert CALENDAR.due(at(2026, 3, 6, 15), days(1)) == at(2026, 3, 9, 17)
    assert CALENDAR.due(at(2026, 3, 6, 16), days(1)) == at(2026, 3, 10, 17)


def test_without_the_cutoff_day_zero_is_the_day_of_receipt_until_the_office_closes() -> None:
    assert CALENDAR.due(at(2026, 3, 4, 16), days(0), cutoff_15h=False) == at(2026, 3, 4, 17)
    assert CALENDAR.due(at(2026, 3, 4, 18), days(0), cutoff_15h=False) == at(2026, 3, 5, 17)


def test_what_arrives_on_a_sunday_counts_as_received_on_monday() -> None:
    assert CALENDAR.due(at(2026, 3, 8), days(1)) == CALENDAR.due(at(2026, 3, 9), days(1)) == at(2026, 3, 10, 17)


def test_calendar_days_run_through_weekends_and_end_on_a_working_day() -> None:
    assert CALENDAR.due(at(2026, 3, 4), Term("calendar-days", 5)) == at(2026, 3, 9, 17)
    assert CALENDAR.due(at(2026, 3, 4), Term("calendar-days", 4)) == at(2026, 3, 9, 17)


def test_eight_office_hours_from_opening_end_half_an_hour_into_the_next_day() -> None:
    assert CALENDAR.due(at(2026, 3, 4, 7, 30), Term("hours", 8)) == at(2026, 3, 5, 8)


def test_half_days_are_mornings_and_afternoons() -> None:
    assert CALENDAR.due(at(2026, 3, 4, 9), Term("half-days", 1)) == at(2026, 3, 4, 17)
    assert CALENDAR.due(at(2026, 3, 4, 14), Term("half-days", 1)) == at(2026, 3, 5, 11, 30)
    assert CALENDAR.due(at(2026, 3, 4, 12), Term("half-days", 0)) == at(2026, 3, 4, 17)
    assert CALENDAR.due(at(2026, 3, 6, 15, 1), Term("half-days", 1)) == at(2026, 3, 9, 17)


def test_the_hours_of_the_offices_can_be_others() -> None:
    early = Calendar.of([2026], swaps=(), hours=OfficeHours((time(7), time(11)), (time(13), time(16, 30))))
    assert early.due(at(2026, 3, 4), days(1)) == at(2026, 3, 5, 16, 30)


def test_a_receipt_given_in_another_zone_is_read_in_the_time_of_viet_nam() -> None:
    # 01:00 UTC is 08:00 on the same day, 20:00 UTC is already the next one.
    assert CALENDAR.due(datetime(2026, 3, 4, 1, tzinfo=UTC), days(0)) == at(2026, 3, 4, 17)
    assert CALENDAR.due(datetime(2026, 3, 4, 20, tzinfo=UTC), days(0)) == at(2026, 3, 5, 17)


def test_a_time_without_a_zone_is_refused_with_advice() -> None:
    with pytest.raises(NaiveTime, match="give an aware datetime"):
        CALENDAR.due(datetime(2026, 3, 4, 9), days(1))  # noqa: DTZ001 (the point of the test)


def test_beyond_its_years_the_calendar_says_which_days_it_knows() -> None:
    calendar = Calendar.of([2026], swaps=())
    assert not calendar.is_working_day(date(2026, 1, 1))
    for ask in (lambda: calendar.due(at(2026, 12, 30), days(5)), lambda: calendar.is_working_day(date(2027, 1, 4))):
        with pytest.raises(OutsideCalendar, match=r"2026-01-01 to 2026-12-31.*more years"):
            ask()


def test_a_negative_term_and_office_hours_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be negative"):
        days(-1)
    with pytest.raises(ValueError, match="follow one another"):
        OfficeHours(morning=(time(7), time(14)))


def test_office_time_skips_lunch_nights_and_days_off() -> None:
    assert CALENDAR.working_time(at(2026, 3, 4, 11), at(2026, 3, 4, 14)) == timedelta(hours=1)
    assert CALENDAR.working_time(at(2026, 3, 6, 16), at(2026, 3, 9, 8)) == timedelta(hours=1, minutes=30)
    assert CALENDAR.working_time(at(2026, 3, 7), at(2026, 3, 8)) == timedelta()


def test_a_pause_leaves_the_days_that_were_left_and_tells_about_tet() -> None:
    moved = CALENDAR.moved(at(2020, 2, 13, 17), at(2020, 1, 22), at(2020, 2, 3), "pause", days(12))
    assert moved.due == at(2020, 2, 18, 17)
    assert moved.reason_vi == "dừng 3 ngày làm việc chờ bổ sung, Tết 5 ngày"
    assert moved.reason_en == "stopped for 3 working days to wait for papers, Tết (Lunar New Year) 5 days"


def test_a_restart_counts_the_whole_term_again_from_the_complete_papers() -> None:
    moved = CALENDAR.moved(at(2025, 4, 29, 17), at(2025, 4, 24), at(2025, 4, 25), "restart", days(5))
    assert moved.due == at(2025, 5, 6, 17)
    assert moved.reason_vi == (
        "tính lại từ đầu (5 ngày làm việc) từ ngày 25/04/2025 khi đã đủ giấy tờ, "
        "Ngày Chiến thắng 1 ngày, Quốc tế Lao động 1 ngày, Ngày nghỉ hoán đổi 1 ngày"
    )
    assert "counted again from the start (5 working days) from 25/04/2025" in moved.reason_en


def test_a_pause_in_hours_and_in_calendar_days_is_told_in_its_own_unit() -> None:
    hours = CALENDAR.moved(at(2026, 3, 4, 16), at(2026, 3, 4, 9), at(2026, 3, 4, 10, 30), "pause", Term("hours", 8))
    assert hours.due == at(2026, 3, 5, 8)
    assert hours.reason_vi == "dừng 1 giờ 30 phút làm việc chờ bổ sung"
    whole = CALENDAR.moved(at(2026, 3, 16, 17), at(2026, 3, 4), at(2026, 3, 9), "pause", Term("calendar-days", 12))
    assert whole.due == at(2026, 3, 23, 17)
    assert whole.reason_en == "stopped for 5 days to wait for papers"


def test_a_pause_within_one_day_moves_nothing() -> None:
    moved = CALENDAR.moved(at(2026, 3, 9, 17), at(2026, 3, 4, 8), at(2026, 3, 4, 14), "pause", days(3))
    assert moved.due == at(2026, 3, 9, 17)
    assert moved.reason_vi == "dừng chưa đến 1 ngày làm việc chờ bổ sung"


def test_a_clock_that_resumes_before_it_stopped_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot resume before"):
        CALENDAR.moved(at(2026, 3, 9, 17), at(2026, 3, 5), at(2026, 3, 4), "pause", days(3))


def test_every_day_off_of_thirty_years_has_an_english_name() -> None:
    known, _ = days_off.published(2010, 2040)
    assert set(known.values()) <= set(days_off.ENGLISH)


@given(instants, terms, st.booleans())
def test_a_due_time_is_a_working_instant_and_never_before_the_receipt(
    received: datetime, term: Term, cutoff: bool
) -> None:
    due = CALENDAR.due(received, term, cutoff_15h=cutoff)
    assert is_open(due)
    assert due >= received


@given(instants, spans, terms)
def test_who_files_later_is_never_due_earlier(received: datetime, later: timedelta, term: Term) -> None:
    assert CALENDAR.due(received, term) <= CALENDAR.due(received + later, term)


@given(instants, units, st.integers(0, 60), st.integers(0, 60))
def test_a_longer_term_is_never_due_earlier(received: datetime, unit: Unit, amount: int, more: int) -> None:
    assert CALENDAR.due(received, Term(unit, amount)) <= CALENDAR.due(received, Term(unit, amount + more))


@given(instants, st.integers(1, 60))
def test_between_receipt_and_due_date_lie_as_many_working_days_as_the_term_has(received: datetime, amount: int) -> None:
    start = CALENDAR.due(received, days(0)).date()
    due = CALENDAR.due(received, days(amount)).date()
    passed = (start + timedelta(days=day) for day in range(1, (due - start).days + 1))
    assert sum(CALENDAR.is_working_day(day) for day in passed) == amount


@given(instants, spans, spans)
def test_office_time_adds_up(a: datetime, first: timedelta, second: timedelta) -> None:
    b, c = a + first, a + first + second
    assert CALENDAR.working_time(a, b) + CALENDAR.working_time(b, c) == CALENDAR.working_time(a, c)
    assert CALENDAR.working_time(c, a) == -CALENDAR.working_time(a, c)


@given(instants, st.timedeltas(timedelta(), timedelta(hours=300)))
def test_added_office_time_is_found_again_between_the_two_instants(start: datetime, delta: timedelta) -> None:
    end = CALENDAR.add_working_time(start, delta)
    assert end >= start
    assert is_open(end)
    assert CALENDAR.working_time(start, end) == delta


@given(instants, terms, spans, spans, policies)
def test_waiting_for_papers_never_makes_a_dossier_due_earlier(
    received: datetime, term: Term, work: timedelta, wait: timedelta, policy: Literal["restart", "pause"]
) -> None:
    due, stopped = CALENDAR.due(received, term), received + work
    moved = CALENDAR.moved(due, stopped, stopped + wait, policy, term).due
    assert moved >= due
    assert is_open(moved)


@given(instants, terms, spans, spans, spans)
def test_who_brings_the_papers_later_is_never_due_earlier(
    received: datetime, term: Term, work: timedelta, wait: timedelta, longer: timedelta
) -> None:
    due, stopped = CALENDAR.due(received, term), received + work
    for policy in ("restart", "pause"):
        early = CALENDAR.moved(due, stopped, stopped + wait, policy, term).due
        assert early <= CALENDAR.moved(due, stopped, stopped + wait + longer, policy, term).due


@given(instants, st.integers(0, 30), spans, spans)
def test_a_pause_moves_the_due_date_by_the_working_days_that_were_waited(
    received: datetime, amount: int, work: timedelta, wait: timedelta
) -> None:
    due, stopped = CALENDAR.due(received, days(amount)), received + work
    moved = CALENDAR.moved(due, stopped, stopped + wait, "pause", days(amount)).due
    day = timedelta(hours=7, minutes=30)
    waited = CALENDAR.working_time(CALENDAR.due(stopped, days(0)), CALENDAR.due(stopped + wait, days(0)))
    assert CALENDAR.working_time(due, moved) == waited
    assert waited % day == timedelta()


def test_a_table_that_is_not_there_or_no_table_is_told_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(reference.UnreadableTable, match=r"none\.yaml cannot be read"):
        reference.table("shared.data", "none.yaml")
    scribble = tmp_path / "scribble.yaml"
    scribble.write_text("- only a list", encoding="utf-8")
    with pytest.raises(reference.UnreadableTable, match=r"scribble\.yaml must begin with names"):
        reference.table_at(str(scribble))


@pytest.mark.parametrize(
    ("received", "forward_by"),
    [
        (at(2026, 11, 20, 9), at(2026, 11, 20, 17)),
        (at(2026, 11, 20, 15), at(2026, 11, 20, 17)),
        (at(2026, 11, 20, 15, 1), at(2026, 11, 23, 7, 30)),
        (at(2026, 11, 23, 16), at(2026, 11, 25, 7, 30)),
        (at(2026, 11, 21, 10), at(2026, 11, 23, 7, 30)),
    ],
)
def test_what_comes_in_after_three_is_carried_on_at_the_start_of_the_next_working_day(
    received: datetime, forward_by: datetime
) -> None:
    assert CALENDAR.forward_by(received) == forward_by
