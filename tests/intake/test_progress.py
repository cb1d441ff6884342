"""What the applicant sees of all four services."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations, product
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given, strategies as st

from services.intake.consumers import cases
from services.intake.domain.catalogue import Office
from services.intake.domain.dossier import Dossier
from services.intake.domain.facts import Fact
from services.intake.domain.filing import Applicant, Filing
from services.intake.domain.listing import ListedOffice, ListedProcedure
from services.intake.domain.progress import MOST_ENTRIES, OWN, Entry, Progress, is_overdue, national_state, timeline
from services.intake.store import Store
from shared.contracts.acting import Acted
from shared.contracts.intake import OfficeClosed, OfficeOpened, ProcedurePublished, Terms
from shared.contracts.processing import CaseDecided, CaseOpened, ClockResumed, DeadlineMoved, SupplementRequested
from shared.events import Envelope, Heard
from tests.contracts.publish import example
from tests.shared.filings import PROCEDURE

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
DOSSIER = Dossier(
    "d1", "T", Filing("2.000815", Applicant("Ka Thơm")), 1, Terms("hours", 8, "pause", ()), "submitted", AT
)


@pytest.mark.parametrize(
    ("state", "told", "shown"),
    [
        ("submitted", 0, 1),
        ("accepted", 0, 2),
        ("accepted", 4, 4),
        ("accepted", 5, 5),
        ("accepted", 9, 9),
        ("supplement-asked", 0, 5),
        ("refused", 4, 3),
        ("handed-over", 9, 10),
        ("handed-over", 4, 10),
    ],
)
def test_the_national_code_follows_from_what_intake_and_processing_say(state: str, told: int, shown: int):
    dossier = replace(DOSSIER, state=cast("str", state))  # type: ignore[arg-type]
    assert national_state(dossier, Progress("d1", state=told)) == shown
    assert national_state(dossier, None) == OWN[state]


def test_every_state_and_code_gives_a_national_code():
    for state, told in product(OWN, range(11)):
        assert national_state(replace(DOSSIER, state=state), Progress("d1", state=told)) in range(1, 11)  # type: ignore[arg-type]


@given(st.lists(st.integers(0, 50)), st.lists(st.integers(0, 50)))
def test_the_timeline_is_in_order_and_holds_everything_once(own: list[int], others: list[int]):
    dossier = replace(DOSSIER, history=tuple(Fact(AT + timedelta(hours=h), "accepted") for h in own))
    progress = Progress("d1", entries=tuple(Entry(AT + timedelta(hours=h), "step-completed") for h in others))
    told = timeline(dossier, progress)
    assert [it.at for it in told] == sorted(it.at for it in told)
    assert len(told) == len(own) + len(others)


def test_a_line_that_stands_there_is_not_doubled_and_the_oldest_go_beyond_the_bound():
    progress, entry = Progress("d1"), Entry(AT, "case-opened")
    assert progress.with_entry(entry).with_entry(entry).entries == (entry,)
    for n in range(MOST_ENTRIES + 5):
        progress = progress.with_entry(Entry(AT + timedelta(seconds=n), "step-completed"))
    assert len(progress.entries) == MOST_ENTRIES
    assert progress.entries[0].at == AT + timedelta(seconds=5)


class Kept:
    """Where the progress of one dossier is kept."""

    def __init__(self) -> None:
        self.known: Progress | None = None

    async def keep(self, id: str, note: Callable[[Progress | None], tuple[Progress]], *, cause: object) -> None:
        (self.known,) = note(self.known)


class Untouched:
    """The dossiers, of which nothing is asked here."""

    async def change(self, *_: object, **__: object) -> None: ...


DUE, MOVED = AT + timedelta(days=5), AT + timedelta(days=7)
TOLD: list[Acted] = [
    replace(example(CaseOpened), due_at=DUE),
    example(SupplementRequested),
    example(ClockResumed),
    replace(example(DeadlineMoved), was_due_at=DUE, due_at=MOVED),
    replace(example(CaseDecided), late=True),
]


async def hear(heard: Heard[Acted], store: Store) -> None:
    noting = cases.handlers[heard.envelope.type][1](heard, store)
    assert noting
    await noting


def after(hours: Iterable[int]) -> Progress:
    """What is known when the facts of these hours arrived in this order."""
    kept = Kept()
    store = SimpleNamespace(progress=kept, dossiers=Untouched())
    for hour in hours:
        event = TOLD[hour]
        envelope = Envelope(
            "processing.cases", event.type, "/c", hour, "d1", (AT + timedelta(hours=hour)).isoformat(), "", b""
        )
        asyncio.run(hear(Heard(event, envelope), cast("Store", store)))
    assert kept.known
    return kept.known


def test_a_case_opened_that_is_replayed_behind_the_decision_adds_its_line_and_changes_nothing_else():
    known = after([1, 2, 3, 4, 0])
    assert (known.state, known.due_at, known.is_decided, known.is_late) == (9, MOVED, True, True)
    assert [it.what for it in known.entries][-1] == "case-opened"
    assert len(known.entries) == 5


@pytest.mark.parametrize("arrived", list(permutations(range(5))))
def test_in_whatever_order_facts_arrive_the_newest_of_them_holds(arrived: tuple[int, ...]):
    known, told = after(arrived), after(range(5))
    assert replace(known, entries=()) == replace(told, entries=())
    assert timeline(DOSSIER, known) == timeline(DOSSIER, told)


def test_the_digest_of_the_signed_result_is_kept_from_the_decision():
    decided = TOLD[4]
    assert isinstance(decided, CaseDecided)
    assert decided.result
    assert after([4, 0]).result == decided.result
    assert after(range(4)).result == ""


PROMISED = replace(DOSSIER, state="accepted", due_at=DUE)
LATER = DUE + timedelta(seconds=1)


@pytest.mark.parametrize("known", [None, Progress("d1"), Progress("d1", 4), Progress("d1", 4, due_at=DUE)])
def test_an_open_dossier_is_overdue_once_its_due_date_is_past(known: Progress | None):
    assert not is_overdue(PROMISED, known, DUE)
    assert is_overdue(PROMISED, known, LATER)


@pytest.mark.parametrize(
    ("dossier", "known"),
    [
        (PROMISED, Progress("d1", 4, due_at=MOVED)),
        (PROMISED, Progress("d1", 5, entries=(Entry(DUE, "supplement-requested"),))),
        (PROMISED, Progress("d1").decided(AT, late=False)),
        (PROMISED, Progress("d1", 8)),
        (replace(PROMISED, state="handed-over"), Progress("d1", 4)),
        (replace(PROMISED, state="stopped"), Progress("d1", 4)),
        (replace(PROMISED, state="refused"), None),
        (replace(PROMISED, due_at=None), None),
    ],
    ids=[
        "moved",
        "waits for papers",
        "decided",
        "stopped by who decides",
        "handed over",
        "stopped",
        "refused",
        "undated",
    ],
)
def test_what_moved_waits_is_decided_or_closed_is_not_overdue(dossier: Dossier, known: Progress | None):
    assert not is_overdue(dossier, known, LATER)


def test_what_was_asked_for_too_late_stays_overdue_while_it_waits():
    asked = Progress("d1", 5, entries=(Entry(LATER, "supplement-requested"),))
    assert is_overdue(PROMISED, asked, LATER + timedelta(days=9))


def test_facts_that_come_in_their_order_are_each_followed():
    assert [after(range(n)).state for n in (1, 2, 3, 4, 5)] == [4, 5, 4, 4, 9]
    assert [after(range(n)).due_at for n in (3, 4)] == [DUE, MOVED]


def test_a_procedure_version_is_published_under_its_code_and_version():
    listed, said = ListedProcedure.publish(PROCEDURE, at=AT)
    assert listed.id == f"{PROCEDURE.code}@{PROCEDURE.version}"
    assert isinstance(said, ProcedurePublished)
    assert said.name == PROCEDURE.name


def office(until: date | None) -> Office:
    return Office("H36.10", "Văn phòng", "one-stop", "district", date(2018, 1, 1), until, successors=("H36.202",))


def test_an_office_is_opened_once_and_closed_once_when_it_is_given_an_end():
    opened, *said = ListedOffice.open(office(None), at=AT)
    assert [type(it) for it in said] == [OfficeOpened]
    ended = office(date(2025, 6, 30))
    assert [type(it) for it in ListedOffice.open(ended, at=AT)[1:]] == [OfficeOpened, OfficeClosed]
    closed, *said = opened.closed_as(ended)
    assert [type(it) for it in said] == [OfficeClosed]
    last = said[0]
    assert isinstance(last, OfficeClosed)
    assert (last.name, last.kind, last.valid_from) == ("Văn phòng", "one-stop", date(2018, 1, 1)), "all that is known"
    assert closed.closed_as(ended) == (closed,)
    assert opened.closed_as(office(None)) == (opened,)
