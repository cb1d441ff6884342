"""The case: its steps follow one another, its clock stops once, its lateness is fixed at the decision."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, strategies as st

from services.processing import domain as rules
from services.processing.domain import Case, WentOn
from shared.codes import NotACode
from shared.contracts.intake import DossierAccepted, Terms
from shared.contracts.processing import (
    CaseDecided,
    CaseOpened,
    CaseStopped,
    ClockResumed,
    ClockStopped,
    DeadlineMoved,
    WithdrawalRefused,
)
from shared.errors import Refusal
from shared.events import Decision, Event
from shared.people import Person
from shared.reference import working_calendar

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
WORKING = working_calendar()
SPECIALIST = Person("s-1", "Phạm Minh Châu", "specialist", "H36.202")
CLERK = Person("c-1", "Nguyễn Thị Hồng", "counter-clerk", "H36.202.02")
LEADER = Person("l-1", "Lê Quang Vinh", "leader", "H36.202")


def case(*steps: str, supplement: str = "pause", days: int = 5) -> Case:
    terms = Terms("working-days", days, supplement, steps)  # type: ignore[arg-type]
    said = DossierAccepted(
        office="H36.202.02",
        role="counter-clerk",
        code="H36.202.02-261123-0001",
        procedure="2.000815",
        version=1,
        channel="direct",
        receiving_office="H36.202.02",
        competent_office="H36.202",
        support_point="",
        papers_on_paper=1,
        terms=terms,
        received_at=AT,
        due_at=WORKING.due(AT, rules.Term("working-days", days)),
        home_by="counter",
    )
    return Case.open("d1", said)[0]


def step(it: Case, name: str) -> Case:
    return it.complete(name, "", by=SPECIALIST, at=AT)[0]


def asked(it: Case, at: datetime = AT, papers: tuple[str, ...] = ("form",)) -> Case:
    return it.request_supplement(papers, "R1", by=SPECIALIST, at=at)[0]


def brought(it: Case, *papers: str, at: datetime = AT) -> Decision[Case]:
    return it.supplement(papers or ("form",), WORKING, by=CLERK, at=at)


def gone_on(it: Case, at: datetime = AT) -> Decision[Case]:
    return it.go_on("not-to-be-had", WORKING, by=SPECIALIST, at=at)


def decided(it: Case, at: datetime = AT) -> Case:
    return it.decide("positive", "a" * 64, "", by=LEADER, at=at)[0]


def test_a_case_opens_on_the_terms_under_which_the_dossier_was_accepted():
    opened = case("verify", "sign")
    assert (opened.next_step, opened.opened_at, opened.terms.amount) == ("verify", AT, 5)


def test_opening_says_the_steps_and_the_due_date():
    terms = Terms("hours", 8, "restart", ("verify",))
    said = DossierAccepted(
        office="o", role="r", code="c", procedure="p", version=3, channel="online", receiving_office="a",
        competent_office="b", support_point="", papers_on_paper=0, terms=terms, received_at=AT, due_at=AT, home_by="post",
    )  # fmt: skip
    _, opened = Case.open("d1", said)
    assert isinstance(opened, CaseOpened)
    assert (opened.office, opened.role, opened.steps, opened.version) == ("b", "system", ("verify",), 3)


def test_steps_follow_one_another_and_the_last_one_leads_to_the_decision():
    it = case("verify", "sign")
    with pytest.raises(rules.NotThisStep, match="verify"):
        step(it, "sign")
    it, said = it.complete("verify", "Nhóm 1", by=SPECIALIST, at=AT)
    assert said.next_step == "sign"  # type: ignore[attr-defined]
    it, said = it.complete("sign", "", by=SPECIALIST, at=AT)
    assert said.next_step == ""  # type: ignore[attr-defined]
    with pytest.raises(rules.NotThisStep, match="the decision"):
        step(it, "sign")


def test_a_procedure_that_plans_no_steps_takes_any_as_often_as_it_is_done():
    it = case()
    for name in ("a", "b", "a"):
        it = step(it, name)
    assert [done.step for done in it.done] == ["a", "b", "a"]
    assert decided(it).outcome == "positive"


def test_papers_are_asked_for_once_with_a_reason_and_the_clock_stops():
    it, said, stopped = case("verify").request_supplement(("form",), "R1", by=SPECIALIST, at=AT)
    assert isinstance(stopped, ClockStopped)
    assert "Phạm" not in str(said)
    with pytest.raises(rules.AskedBefore):
        asked(it)
    for resumed in (brought(it)[0], gone_on(it)[0]):
        with pytest.raises(rules.AskedBefore):
            asked(resumed)
    for papers, reason in (((), "R1"), (("form",), " ")):
        with pytest.raises(rules.ReasonMissing):
            case("verify").request_supplement(papers, reason, by=SPECIALIST, at=AT)


def test_while_the_clock_stands_nothing_is_done_and_nothing_is_decided():
    it = asked(case())
    with pytest.raises(rules.WaitsForPapers):
        step(it, "verify")
    with pytest.raises(rules.WaitsForPapers):
        decided(it)


@pytest.mark.parametrize("policy", ["pause", "restart"])
def test_when_the_papers_come_the_due_date_moves_by_the_policy_and_says_why_in_words(policy: str):
    it = asked(case("verify", supplement=policy), AT + timedelta(days=1))
    moved, resumed, said = brought(it, at=AT + timedelta(days=4))
    assert isinstance(resumed, ClockResumed)
    assert isinstance(said, DeadlineMoved)
    assert (said.was_due_at, said.due_at) == (it.due_at, moved.due_at)
    assert moved.due_at > it.due_at
    assert said.reason_vi
    assert said.reason_en
    assert moved.stopped_at is None


def test_papers_that_nobody_waits_for_change_nothing():
    it = case("verify")
    done = decided(step(it, "verify"))
    resumed = brought(asked(it))[0]
    for there in (it, done, resumed):
        assert brought(there) == (there,)
    waits = asked(it, AT + timedelta(hours=1))
    assert brought(waits, "other", at=AT + timedelta(hours=2)) == (waits,)
    assert brought(waits, "form", at=AT) == (waits,), "it was there when the form was asked for"


@pytest.mark.parametrize("policy", ["pause", "restart"])
def test_a_part_leaves_the_case_waiting_for_the_rest_and_the_clock_runs_from_when_the_last_came(policy: str):
    it = asked(case("verify", supplement=policy), AT, ("form", "map", "card"))
    part, *said = brought(it, "map", "other", at=AT + timedelta(days=1))
    assert (part.wanted, part.stopped_at, part.due_at, said) == (("form", "card"), AT, it.due_at, [])
    with pytest.raises(rules.WaitsForPapers, match="form, card"):
        step(part, "verify")
    assert brought(part, "map", at=AT + timedelta(days=2)) == (part,), "it came before"
    whole, resumed, moved = brought(part, "card", "form", at=AT + timedelta(days=3))
    assert isinstance(resumed, ClockResumed)
    assert isinstance(moved, DeadlineMoved)
    assert (whole.wanted, whole.stopped_at, resumed.resumed_at) == ((), None, AT + timedelta(days=3))
    assert (resumed.office, resumed.role) == (CLERK.office, CLERK.role)
    assert whole == brought(it, "form", "map", "card", at=AT + timedelta(days=3))[0], "as if all had come then"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_in_whatever_order_the_parts_are_heard_the_clock_runs_from_when_the_last_came(order: tuple[int, ...]):
    it, papers, said = asked(case("verify"), AT, ("form", "map", "card")), ("form", "map", "card"), list[Event]()
    for day in order:
        for _ in range(2):
            it, *more = brought(it, papers[day], at=AT + timedelta(days=day))
            said += more
    assert [type(event) for event in said] == [ClockResumed, DeadlineMoved]
    (resumed,) = (event.resumed_at for event in said if isinstance(event, ClockResumed))
    assert resumed == AT + timedelta(days=2)


def test_the_office_goes_on_with_what_is_there_and_it_is_kept_who_did_so_and_why():
    waits = brought(asked(case("verify"), AT, ("form", "map")), "map", at=AT + timedelta(days=1))[0]
    it, resumed, moved = gone_on(waits, AT + timedelta(days=3))
    assert isinstance(resumed, ClockResumed)
    assert isinstance(moved, DeadlineMoved)
    assert (it.wanted, it.stopped_at, resumed.resumed_at) == ((), None, AT + timedelta(days=3))
    assert it.went_on == WentOn(AT + timedelta(days=3), "s-1", "not-to-be-had", ("form",))
    assert (moved.was_due_at, moved.due_at) == (waits.due_at, it.due_at)
    assert moved.reason_vi == (
        "dừng 2 ngày làm việc chờ bổ sung, Ngày Văn hóa Việt Nam 1 ngày, giải quyết tiếp với giấy tờ đã có"
    )
    assert moved.reason_en.endswith(", and the work goes on with the papers that are there")
    assert "s-1" not in str((resumed, moved))
    assert brought(it, "form", at=AT + timedelta(days=4)) == (it,), "nobody waits for it any more"
    assert decided(step(it, "verify")).outcome == "positive"


def test_going_on_leaves_out_the_wait_and_gives_no_new_term_for_papers_that_never_came():
    paused, restarted = (asked(case("verify", supplement=it), AT + timedelta(days=2)) for it in ("pause", "restart"))
    at = AT + timedelta(days=3)
    assert gone_on(restarted, at)[0].due_at == gone_on(paused, at)[0].due_at
    assert gone_on(restarted, at)[0].due_at < brought(restarted, at=at)[0].due_at


def test_going_on_where_the_request_was_heard_by_a_faster_clock_takes_no_time_back():
    it = asked(case("verify"), AT + timedelta(seconds=1))
    moved, resumed, _ = gone_on(it, AT)
    assert (moved.due_at, moved.stopped_at) == (it.due_at, None)
    assert resumed.resumed_at == it.stopped_at  # type: ignore[attr-defined]


def test_nobody_goes_on_where_nothing_is_waited_for_at_another_office_or_without_a_reason():
    it, waits = case("verify"), asked(case("verify"))
    for there in (it, brought(waits)[0], gone_on(waits)[0]):
        with pytest.raises(rules.ClockRuns):
            gone_on(there)
    with pytest.raises(rules.AlreadyDecided):
        gone_on(decided(case()))
    with pytest.raises(rules.AlreadyStopped):
        gone_on(waits.ask_withdrawal(at=AT)[0].stop("withdrawn", by=LEADER, at=AT)[0])
    with pytest.raises(rules.NotYourOffice):
        waits.go_on("not-needed", WORKING, by=replace(SPECIALIST, office="H36.203"), at=AT)
    with pytest.raises(rules.ReasonMissing):
        waits.go_on(" ", WORKING, by=SPECIALIST, at=AT)
    with pytest.raises(NotACode):
        waits.go_on("vì bà Ka Thơm vắng", WORKING, by=SPECIALIST, at=AT)


def test_lateness_is_fixed_at_the_decision_by_the_due_date_to_the_second():
    it = case()
    assert not decided(it, it.due_at).is_late
    assert decided(it, it.due_at + timedelta(seconds=1)).is_late


def test_a_decision_says_all_that_the_others_need_and_who_signed_it_does_not_travel():
    it, said = case().decide("positive", "a" * 64, "", by=LEADER, at=AT)
    assert isinstance(said, CaseDecided)
    assert (said.competent_office, said.receiving_office, said.home_by, said.late) == (
        "H36.202", "H36.202.02", "counter", False,
    )  # fmt: skip
    assert "Vinh" not in str(said)
    assert "l-1" not in str(said)
    with pytest.raises(rules.AlreadyDecided):
        decided(it)
    for act in (lambda c: step(c, "x"), asked):
        with pytest.raises(rules.AlreadyDecided):
            act(it)


def test_what_a_decision_lacks_is_told():
    with pytest.raises(rules.StepsLeft, match="verify"):
        decided(case("verify"))
    with pytest.raises(rules.ResultMissing):
        case().decide("positive", "", "", by=LEADER, at=AT)
    with pytest.raises(rules.ReasonMissing):
        case().decide("negative", "", " ", by=LEADER, at=AT)
    assert case().decide("negative", "", "R2", by=LEADER, at=AT)[0].outcome == "negative"


ACTS: dict[str, Any] = {
    "step": lambda it, at: it.complete(it.next_step or "extra", "", by=SPECIALIST, at=at),
    "ask": lambda it, at: it.request_supplement(("form", "map"), "R1", by=SPECIALIST, at=at),
    "part": lambda it, at: brought(it, "map", at=at),
    "papers": lambda it, at: brought(it, "form", "map", at=at),
    "go on": gone_on,
    "stop": lambda it, at: it.ask_withdrawal(at=at)[0].stop("withdrawn", by=LEADER, at=at),
    "decide": lambda it, at: it.decide("positive", "a" * 64, "", by=LEADER, at=at),
}


@given(
    st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 48)), max_size=12),
    st.sampled_from(["pause", "restart"]),
)
def test_whatever_is_tried_the_due_date_never_comes_earlier_and_a_decision_is_final(
    acts: list[tuple[str, int]], policy: str
):
    it, at, decisions = case("verify", "sign", supplement=policy), AT, 0
    for act, hours in acts:
        before, at = it, at + timedelta(hours=hours)
        try:
            it, *events = ACTS[act](it, at)
        except Refusal:
            assert it is before
            continue
        decisions += sum(isinstance(e, CaseDecided) for e in events)
        assert it.due_at >= before.due_at
        assert it.requests <= 1
        assert (it.stopped_at is None) == (it.wanted == ()), "the clock stands for as long as something is wanted"
        assert it.due_at == before.due_at or len(it.moves) == len(before.moves) + 1
        assert before.outcome is None or it == before
    assert decisions <= 1
    assert replace(it) == it


def test_a_case_is_worked_on_and_signed_where_it_is_decided():
    elsewhere = replace(LEADER, office="H36.203")
    for rule in (
        lambda: case("verify").complete("verify", "", by=elsewhere, at=AT),
        lambda: case().request_supplement(("form",), "R1", by=elsewhere, at=AT),
        lambda: case().decide("positive", "a" * 64, "", by=elsewhere, at=AT),
    ):
        with pytest.raises(rules.NotYourOffice):
            rule()


def test_steps_papers_and_reasons_are_codes_for_they_travel_in_events():
    for rule in (
        lambda: case().complete("gọi cho bà Ka Thơm", "", by=SPECIALIST, at=AT),
        lambda: case().request_supplement(("giấy của bà",), "R1", by=SPECIALIST, at=AT),
        lambda: case().request_supplement(("form",), "vì bà vắng", by=SPECIALIST, at=AT),
        lambda: case().decide("negative", "", "vì bà vắng", by=LEADER, at=AT),
    ):
        with pytest.raises(NotACode):
            rule()


def test_a_case_is_stopped_or_goes_on_only_where_the_applicant_asked_to_withdraw():
    it = case()
    with pytest.raises(rules.NobodyAsked):
        it.stop("withdrawn", by=LEADER, at=AT)
    (asked_for,) = it.ask_withdrawal(at=AT)
    stopped, said = asked_for.stop("withdrawn", by=LEADER, at=AT)
    assert isinstance(said, CaseStopped)
    assert (stopped.ended_at, said.late, said.reason) == (AT, False, "withdrawn")
    goes_on, refused = asked_for.refuse_withdrawal("land-already-measured", by=LEADER, at=AT)
    assert isinstance(refused, WithdrawalRefused)
    assert goes_on.withdrawal_asked_at is None
    with pytest.raises(rules.NotYourOffice):
        asked_for.stop("withdrawn", by=replace(LEADER, office="H36.205"), at=AT)
    with pytest.raises(NotACode):
        asked_for.stop("bà Ka Thơm đổi ý", by=LEADER, at=AT)


def test_with_a_case_that_was_stopped_nothing_more_is_done_and_what_comes_late_changes_nothing():
    stopped = case("verify").ask_withdrawal(at=AT)[0].stop("withdrawn", by=LEADER, at=AT)[0]
    for act in (
        lambda: stopped.complete("verify", "", by=SPECIALIST, at=AT),
        lambda: stopped.decide("positive", "r", "", by=LEADER, at=AT),
        lambda: stopped.stop("withdrawn", by=LEADER, at=AT),
    ):
        with pytest.raises(rules.AlreadyStopped):
            act()
    assert brought(stopped) == (stopped,)
    assert stopped.send_home_by("post") == (stopped,)


def test_a_wish_to_withdraw_that_crosses_the_decision_is_answered_whichever_came_first():
    (wished,) = case().ask_withdrawal(at=AT)
    ended, said, answer = wished.decide("positive", "a" * 64, "", by=LEADER, at=AT)
    assert isinstance(said, CaseDecided)
    assert isinstance(answer, WithdrawalRefused)
    assert (answer.reason, answer.office, answer.refused_at) == ("decided-already", "H36.202", AT)
    assert (ended.outcome, ended.withdrawal_asked_at) == ("positive", None)
    there = decided(case())
    unchanged, answer = there.ask_withdrawal(at=AT)
    assert isinstance(answer, WithdrawalRefused)
    assert (unchanged, answer.reason, answer.role) == (there, "decided-already", "system")
    assert len(case().decide("positive", "a" * 64, "", by=LEADER, at=AT)) == 2, "nobody asked"


def test_a_case_that_is_stopped_after_its_due_date_is_late_unless_its_clock_stood_by_then():
    late = case().due_at + timedelta(minutes=1)
    assert case().ask_withdrawal(at=late)[0].stop("withdrawn", by=LEADER, at=late)[0].is_late
    waiting = asked(case()).ask_withdrawal(at=late)[0]
    assert not waiting.stop("withdrawn", by=LEADER, at=late)[0].is_late
    too_late = asked(case(), at=late).ask_withdrawal(at=late + timedelta(hours=1))[0]
    assert too_late.stop("withdrawn", by=LEADER, at=late + timedelta(hours=1))[0].is_late


def test_the_way_home_that_was_chosen_last_is_the_one_that_the_decision_says():
    chosen = case().send_home_by("post")[0]
    _, said = chosen.decide("positive", "a" * 64, "", by=LEADER, at=AT)
    assert said.home_by == "post"  # type: ignore[attr-defined]
