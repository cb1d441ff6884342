"""The working calendar of Việt Nam: office time, due dates, and the clock that stops for a supplement.

Pure: no file is read and no clock is asked. Every instant is an aware datetime; answers are in Việt Nam's time.

**Day 0.** The day of receipt is not counted (Civil Code 2015, art. 147). A dossier received after 15:00 goes to the
people who work on it at the start of the next working day (Decree 61/2018, art. 18), so that day becomes its day 0: a
same-day procedure received at 15:01 is due on the next working day, a one-day procedure on the day after that. 15:00
sharp still belongs to its day. What arrives on a day off, or after closing, counts as received when the office next
opens. The article itself speaks of the hand-over only; `cutoff_15h=False` is the strict reading: day 0 is the day of
receipt as long as the office is open. Terms in hours run from the minute of receipt and know no cutoff.

**Due times** stand inside office hours. The law counts whole days, so a day ends with its office: 17:00 is the last
moment at which the counter can still hand over a result in time. Hours are office hours as the clock shows them: a
day of office has 7 h 30 min, not 8 h.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Literal, Self

from shared.calendar_words import Unit, Words, restarted, waited, with_days_off
from shared.data.days_off import SWAPPED, published

# Fixed since 1975, without summer time: exact, quick, and no zone database is needed in an image.
VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
CUTOFF = time(15, 0)

Policy = Literal["restart", "pause"]

_MICROSECOND = timedelta(microseconds=1)
_SATURDAY = 5


class NaiveTime(ValueError):
    """A datetime without a zone was given: a due date computed from it could be seven hours wrong."""


class OutsideCalendar(LookupError):
    """The calendar does not know the days that were asked for."""


@dataclass(frozen=True, slots=True)
class Term:
    """How long a procedure may take: `Term("working-days", 15)`. A half-day is a morning or an afternoon of office."""

    unit: Unit
    amount: int

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise ValueError(f"A term cannot be negative: {self.amount} {self.unit}. Give 0 for the same day.")


@dataclass(frozen=True, slots=True)
class Swap:
    """A day off that the Government moved: `day_off` is not worked, `worked` is. It wins over `holidays`."""

    day_off: date
    worked: date
    source: str = ""

    def __post_init__(self) -> None:
        if self.day_off.weekday() >= _SATURDAY:
            raise ValueError(f"Swap {self.day_off} for {self.worked}: the day off must lie between Monday and Friday.")


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The morning and the afternoon of an office day, each from opening to closing, local time."""

    morning: tuple[time, time] = (time(7, 30), time(11, 30))
    afternoon: tuple[time, time] = (time(13, 30), time(17, 0))

    def __post_init__(self) -> None:
        opens, noon, reopens, closes = *self.morning, *self.afternoon
        if not opens < noon <= reopens < closes:
            raise ValueError(f"Office hours must follow one another: {opens}-{noon}, then {reopens}-{closes}.")


@dataclass(frozen=True, slots=True)
class Moved:
    """A due date after its clock stood still, and why it moved, for people to read."""

    due: datetime
    reason_vi: str
    reason_en: str


OFFICE_HOURS = OfficeHours()


@dataclass(frozen=True, eq=False, repr=False)
class Calendar:
    """The working days of a span of years and the office hours on them. Build it once with `Calendar.of`.

    Raises `NaiveTime` for an instant without zone and `OutsideCalendar` beyond its years.
    """

    first: date
    last: date
    days_off: Mapping[date, str]
    """What closes the office between Monday and Friday, by its Vietnamese name."""
    worked: frozenset[date]
    """Saturdays and Sundays that are worked because of a swap."""
    hours: OfficeHours
    _working: tuple[int, ...]  # ordinals of the working days
    _before: tuple[int, ...]  # for each day since `first`: how many working days lie before it

    @classmethod
    def of(cls, years: Iterable[int], *, swaps: Iterable[Swap], hours: OfficeHours = OFFICE_HOURS) -> Self:
        """The calendar from the first to the last of `years`, with the table of swaps (`shared.reference.swaps()`)."""
        known = sorted(set(years))
        first, last = date(known[0], 1, 1), date(known[-1], 12, 31)
        days_off, worked = _with_swaps(*published(known[0], known[-1]), tuple(swaps))
        working, before = _counted(first, last, days_off, worked)
        return cls(first, last, days_off, worked, hours, working, before)

    def is_working_day(self, day: date) -> bool:
        """Whether offices are open on that day."""
        if not self.first <= day <= self.last:
            raise self._outside()
        return _is_worked(day, self.days_off, self.worked)

    def due(self, received: datetime, term: Term, *, cutoff_15h: bool = True) -> datetime:
        """When the result of a dossier received then is owed, inside office hours; see the module for day 0."""
        if term.unit == "hours":
            return self.add_working_time(received, timedelta(hours=term.amount))
        if term.unit == "half-days":
            return self._session_end(self._session(received, cutoff_15h) + term.amount)
        start = self._day0(_local(received), cutoff_15h)
        if term.unit == "working-days":
            return self._closing(start + term.amount)
        # A last day that is a day off moves to the next working day (Civil Code 2015, art. 148.5).
        return self._closing(self._index(self._day(start) + timedelta(days=term.amount)))

    def forward_by(self, received: datetime) -> datetime:
        """Until when it goes to who decides: that day; after 15:00 the next morning (Decree 61/2018 art. 18)."""
        local = _local(received)
        index = self._day0(local, cutoff=True)
        if self._day(index) == local.date():
            return self._closing(index)
        return datetime.combine(self._day(index), self.hours.morning[0], VIETNAM)

    def working_time(self, a: datetime, b: datetime) -> timedelta:
        """Office time from `a` to `b`; negative when `b` is the earlier."""
        return self._elapsed(_local(b)) - self._elapsed(_local(a))

    def add_working_time(self, start: datetime, delta: timedelta) -> datetime:
        """The first working instant, not before `start`, by which `delta` of office time has passed."""
        if delta < timedelta():
            raise ValueError(f"Office time can only be added, not taken away: {delta}.")
        local = _local(start)
        if not delta and self._is_open(local):
            return local
        # Time to come ends with a session; no time at all begins with the next one.
        slack = _MICROSECOND if delta else timedelta()
        day, rest = divmod(self._elapsed(local) + delta - slack, self._day_length())
        return self._instant(day, rest) + slack

    def moved(
        self,
        due: datetime,
        stopped_at: datetime,
        resumed_at: datetime,
        policy: Policy,
        term: Term,
        *,
        cutoff_15h: bool = True,
    ) -> Moved:
        """The due date after a wait for papers, from the request to the moment when all of them were there.

        `restart` counts the whole term again from `resumed_at` (Decree 61/2018, art. 19.4). `pause` leaves as many
        days (or hours, half-days) as were left when the clock stopped (Decision 766/QĐ-TTg): never an earlier date.
        """
        if resumed_at < stopped_at:
            raise ValueError("The clock cannot resume before it stopped: check stopped_at and resumed_at.")
        if policy == "restart":
            again = self.due(resumed_at, term, cutoff_15h=cutoff_15h)
            return self._explained(again, restarted(term.amount, term.unit, _local(resumed_at)), [(resumed_at, again)])
        later, count = self._paused(due, stopped_at, resumed_at, term.unit, cutoff_15h)
        return self._explained(later, waited(count, term.unit), [(stopped_at, resumed_at), (due, later)])

    def _paused(
        self, due: datetime, stopped: datetime, resumed: datetime, unit: Unit, cutoff: bool
    ) -> tuple[datetime, int | timedelta]:
        if unit == "hours":
            waited = self.working_time(stopped, resumed)
            return self.add_working_time(due, waited), waited
        if unit == "half-days":
            halves = self._session(resumed, cutoff) - self._session(stopped, cutoff)
            return self._session_end(self._session(due, False) + halves), halves
        before, after = self._day0(_local(stopped), cutoff), self._day0(_local(resumed), cutoff)
        last = self._day0(_local(due), False)
        if unit == "working-days":
            return self._closing(last + after - before), after - before
        days = self._day(after) - self._day(before)
        return self._closing(self._index(self._day(last) + days)), days.days

    def _explained(self, due: datetime, why: Words, spans: list[tuple[datetime, datetime]]) -> Moved:
        vi, en = with_days_off(why, (self.days_off[day] for day in self._closed_within(spans)))
        return Moved(due, vi, en)

    def _closed_within(self, spans: list[tuple[datetime, datetime]]) -> list[date]:
        days = [(_local(start).date(), _local(end).date()) for start, end in spans]
        return [day for day in self.days_off if any(start < day <= end for start, end in days)]

    def _index(self, day: date) -> int:
        """The number of the first working day that is not before `day`."""
        offset = day.toordinal() - self.first.toordinal()
        if 0 <= offset < len(self._before) and (index := self._before[offset]) < len(self._working):
            return index
        raise self._outside()

    def _day(self, index: int) -> date:
        if 0 <= index < len(self._working):
            return date.fromordinal(self._working[index])
        raise self._outside()

    def _outside(self) -> OutsideCalendar:
        return OutsideCalendar(
            f"The calendar knows the days from {self.first} to {self.last}: build it with more years (Calendar.of)."
        )

    def _day0(self, local: datetime, cutoff: bool) -> int:
        index, latest = self._index(local.date()), CUTOFF if cutoff else self.hours.afternoon[1]
        late = local.time() > latest and self._working[index] == local.toordinal()
        return index + 1 if late else index

    def _session(self, at: datetime, cutoff: bool) -> int:
        local = _local(at)
        day = self._day0(local, cutoff)
        afternoon = self._day(day) == local.date() and local.time() > self.hours.morning[1]
        return 2 * day + afternoon

    def _session_end(self, session: int) -> datetime:
        day, afternoon = divmod(session, 2)
        closes = self.hours.afternoon[1] if afternoon else self.hours.morning[1]
        return datetime.combine(self._day(day), closes, VIETNAM)

    def _closing(self, index: int) -> datetime:
        return datetime.combine(self._day(index), self.hours.afternoon[1], VIETNAM)

    def _is_open(self, local: datetime) -> bool:
        now, (opens, noon), (reopens, closes) = local.time(), self.hours.morning, self.hours.afternoon
        return self.is_working_day(local.date()) and (opens <= now <= noon or reopens <= now <= closes)

    def _elapsed(self, local: datetime) -> timedelta:
        """Office time since the calendar's first day."""
        index = self._index(local.date())
        today = _within(local.time(), self.hours) if self._working[index] == local.toordinal() else timedelta()
        return index * self._day_length() + today

    def _instant(self, index: int, elapsed: timedelta) -> datetime:
        morning = _length(self.hours.morning)
        opens = self.hours.morning[0] if elapsed < morning else self.hours.afternoon[0]
        rest = elapsed if elapsed < morning else elapsed - morning
        return datetime.combine(self._day(index), opens, VIETNAM) + rest

    def _day_length(self) -> timedelta:
        return _length(self.hours.morning) + _length(self.hours.afternoon)


def local_day(at: datetime) -> date:
    """The day in Việt Nam."""
    return at.astimezone(VIETNAM).date()


def midnight(day: date) -> datetime:
    """When a day begins in Việt Nam."""
    return datetime.combine(day, time.min, VIETNAM)


def _local(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise NaiveTime(
            f"{at.isoformat()} has no time zone: give an aware datetime, for example datetime.now(VIETNAM)."
        )
    return at.astimezone(VIETNAM)


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)


def _length(session: tuple[time, time]) -> timedelta:
    return _since_midnight(session[1]) - _since_midnight(session[0])


def _within(now: time, hours: OfficeHours) -> timedelta:
    """Office time of a working day that has passed at `now`."""
    (opens, noon), (reopens, closes) = hours.morning, hours.afternoon
    if now <= noon:
        return _length((opens, max(now, opens)))
    return _length(hours.morning) + _length((reopens, min(max(now, reopens), closes)))


def _with_swaps(
    holidays: Mapping[date, str], weekends: frozenset[date], swaps: tuple[Swap, ...]
) -> tuple[Mapping[date, str], frozenset[date]]:
    worked = (weekends | {swap.worked for swap in swaps}) - {swap.day_off for swap in swaps}
    named = {swap.day_off: SWAPPED for swap in swaps} | dict(holidays)
    days_off = {day: named[day] for day in sorted(named) if day.weekday() < _SATURDAY and day not in worked}
    return days_off, frozenset(day for day in worked if day.weekday() >= _SATURDAY)


def _is_worked(day: date, days_off: Mapping[date, str], worked: frozenset[date]) -> bool:
    return day in worked or (day.weekday() < _SATURDAY and day not in days_off)


def _counted(
    first: date, last: date, days_off: Mapping[date, str], worked: frozenset[date]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    working: list[int] = []
    before: list[int] = []
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        before.append(len(working))
        if _is_worked(date.fromordinal(ordinal), days_off, worked):
            working.append(ordinal)
    return tuple(working), tuple(before)
