"""What intake's rules allow, refuse and say of a dossier."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from services.intake.domain import facts as rules, filing
from services.intake.domain.changing import correct
from services.intake.domain.dossier import Dossier, submit_and_accept
from services.intake.domain.facts import Asked, Received
from services.intake.domain.filing import Applicant, Filing
from services.intake.domain.handing import NotDecided, hand_over
from shared.codes import NotACode
from shared.contracts.intake import DossierAccepted, DossierSubmitted, PaperTicked, ResultHandedOver, Terms
from shared.errors import Refusal
from shared.people import Person

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
CLERK = Person("clerk-1", "Nguyễn Thị Hồng", "counter-clerk", "H36.202.02")
CITIZEN = Person("citizen-1", "Ka Thơm", "citizen", "")
TERMS = Terms("working-days", 5, "pause", ("verify", "sign"))
PAPER = PaperTicked("form", originals=1)
SCANNED = PaperTicked("form", electronic=1, scans=("0" * 64,))
FORM = Asked("paper", "form", "missing", "Chưa có tờ khai")
KA_THOM = Applicant("Ka Thơm", number="068199001234", phone="0912 345 678", address="Thôn 1")
FILING = Filing(
    "2.000815", KA_THOM, papers=(PAPER,), receiving_office="H36.202.02", competent_office="H36.202", consent=True
)
RECEIVED = Received(AT + timedelta(days=5), "H36.202.02")


def online(**more: Any) -> Filing:
    return replace(FILING, **({"channel": "online", "papers": (SCANNED,), "consent": False} | more))


def submitted(by: Person = CLERK, **more: Any) -> Dossier:
    filed = (replace(FILING, **more) if by.role != "citizen" else online(**more)).checked(by)
    return Dossier.submit("d1", filed, 2, TERMS, tracking="TRACK", by=by, at=AT)[0]


def accepted(**more: Any) -> Dossier:
    return submitted(**more).accept(RECEIVED, "H36.202.02-261124-0001", (), by=CLERK, at=AT)[0]


def handed_over() -> Dossier:
    return hand_over(accepted(), "counter", is_decided=True, by=CLERK, at=AT)[0]


def refused() -> Dossier:
    return submitted().refuse("R1", "Thiếu giấy tờ", by=CLERK, at=AT)[0]


def test_a_filing_names_what_was_handed_in_and_nobody_by_name():
    _, contact, said = Dossier.submit("d1", FILING.checked(CLERK), 2, TERMS, tracking="TRACK", by=CLERK, at=AT)
    assert isinstance(said, DossierSubmitted)
    assert (said.office, said.role, said.assisted, said.papers) == ("H36.202.02", "counter-clerk", True, (PAPER,))
    assert "Ka Thơm" not in str(said)
    assert "Hồng" not in str(said)
    assert (contact.topic, contact.phone) == ("intake.people", "+84912345678")  # type: ignore[attr-defined]


def test_a_citizen_files_unassisted_and_a_clerk_is_recorded_as_assisting_while_the_applicant_stays_the_owner():
    assert submitted(CITIZEN).assisted_by == ""
    assert submitted(CLERK).assisted_by == "clerk-1"
    assert submitted(CLERK).filing.applicant.name == "Ka Thơm"


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"applicant": replace(KA_THOM, name="  ")}, filing.NameMissing),
        ({"applicant": replace(KA_THOM, number="123")}, Refusal),
        ({"applicant": replace(KA_THOM, phone="12")}, Refusal),
        ({"applicant": replace(KA_THOM, kind="organisation", number="0100109107")}, Refusal),
        ({"applicant": Applicant("Phòng A", kind="state-agency")}, filing.MustFileOnline),
        ({"home_by": "post", "applicant": replace(KA_THOM, address=" ")}, filing.NoAddress),
    ],
)
def test_a_filing_that_cannot_be_is_refused(more: dict[str, Any], refusal: type[Refusal]):
    with pytest.raises(refusal) as reason:
        submitted(**more)
    assert str(reason.value)


def test_a_state_agency_may_file_online_and_nobody_needs_a_phone_or_a_number():
    assert submitted(applicant=Applicant("Phòng A", kind="state-agency"), channel="online").state == "submitted"
    assert submitted(applicant=Applicant("Ka Thơm")).filing.applicant.phone == ""


def test_a_filing_is_placed_at_the_clerks_own_office_unless_it_says_another():
    bare = replace(FILING, receiving_office="", competent_office="")
    placed = bare.placed(CLERK, lambda receiving: f"{receiving}-decides")
    assert (placed.receiving_office, placed.competent_office) == ("H36.202.02", "H36.202.02-decides")
    assert FILING.placed(CITIZEN, lambda _: "").competent_office == "H36.202"
    for by, decides in ((CITIZEN, "H36.202"), (CLERK, "")):
        with pytest.raises(filing.NoOffice):
            bare.placed(by, lambda _, decides=decides: decides)


def test_accepting_gives_the_code_the_due_date_and_the_terms_that_stay_to_the_end():
    dossier, said = submitted().accept(RECEIVED, "H36.202.02-261124-0001", (), by=CLERK, at=AT)
    assert (dossier.state, dossier.code, dossier.due_at) == ("accepted", "H36.202.02-261124-0001", RECEIVED.due_at)
    assert isinstance(said, DossierAccepted)
    assert (said.terms, said.due_at, said.papers_on_paper, said.support_point) == (
        TERMS,
        RECEIVED.due_at,
        1,
        "H36.202.02",
    )


def test_filing_and_accepting_at_once_says_all_that_both_say():
    step = Dossier.submit("d1", FILING.checked(CLERK), 2, TERMS, tracking="T", by=CLERK, at=AT)
    dossier, *events = submit_and_accept(step, RECEIVED, "C", (), by=CLERK, at=AT)
    assert dossier.state == "accepted"
    assert [it.type for it in events] == ["contact-recorded.v1", "dossier-submitted.v1", "dossier-accepted.v1"]
    with pytest.raises(rules.PapersMissing, match="form"):
        submit_and_accept(step, RECEIVED, "C", ("form",), by=CLERK, at=AT)


def test_everything_that_is_missing_is_asked_for_at_once_and_once():
    with pytest.raises(rules.PapersMissing, match="form, Giấy chứng sinh"):
        submitted().accept(RECEIVED, "C", ("form", "Giấy chứng sinh"), by=CLERK, at=AT)
    asked = submitted().ask_supplement((FORM,), by=CLERK, at=AT)[0]
    with pytest.raises(Refusal, match="once"):
        asked.ask_supplement((Asked("paper", "other"),), by=CLERK, at=AT)
    with pytest.raises(rules.PapersMissing):
        submitted().ask_supplement((), by=CLERK, at=AT)


def test_papers_that_came_later_join_those_that_were_there():
    asked = submitted().ask_supplement((FORM,), by=CLERK, at=AT)[0]
    more, said = asked.supplement((PaperTicked("extra"), PAPER), by=CLERK, at=AT)
    assert [it.code for it in more.filing.papers] == ["form", "extra", "form"]
    assert (more.state, said.accepted) == ("submitted", False)  # type: ignore[attr-defined]
    later, said = accepted().supplement((PaperTicked("extra"),), by=CLERK, at=AT)
    assert (later.state, said.accepted) == ("accepted", True)  # type: ignore[attr-defined]
    with pytest.raises(rules.PapersMissing):
        asked.supplement((), by=CLERK, at=AT)


def test_a_refusal_says_why_with_a_code_and_in_words_and_only_before_acceptance():
    dossier, said = submitted().refuse("R1", "Thiếu giấy tờ", by=CLERK, at=AT)
    assert dossier.state == "refused"
    assert "Thiếu" not in str(said), "the words are on the form"
    for reason, words in (("", "Thiếu"), ("R1", " ")):
        with pytest.raises(rules.ReasonMissing):
            submitted().refuse(reason, words, by=CLERK, at=AT)
    with pytest.raises(rules.AlreadyAccepted):
        accepted().refuse("R1", "Thiếu", by=CLERK, at=AT)


def test_a_result_is_handed_over_once_and_only_when_it_is_there():
    with pytest.raises(rules.NotAccepted):
        hand_over(submitted(), "counter", is_decided=True, by=CLERK, at=AT)
    with pytest.raises(NotDecided):
        hand_over(accepted(), "counter", is_decided=False, by=CLERK, at=AT)
    closed, said = hand_over(accepted(), "counter", is_decided=True, by=CLERK, at=AT)
    assert isinstance(said, ResultHandedOver)
    assert hand_over(closed, "post", is_decided=True, by=CLERK, at=AT) == (closed,), (
        "two facts may tell of one delivery"
    )


def test_accepting_twice_names_the_code_that_it_has():
    with pytest.raises(rules.AlreadyAccepted, match=r"H36\.202\.02-261124-0001"):
        accepted().accept(RECEIVED, "C", (), by=CLERK, at=AT)


@pytest.mark.parametrize("closed", [handed_over, refused])
def test_a_closed_dossier_takes_nothing_more(closed: Any):
    for act in (
        lambda it: it.accept(RECEIVED, "C", (), by=CLERK, at=AT),
        lambda it: it.refuse("R1", "Thiếu", by=CLERK, at=AT),
        lambda it: it.ask_supplement((FORM,), by=CLERK, at=AT),
        lambda it: it.supplement((PAPER,), by=CLERK, at=AT),
    ):
        with pytest.raises(rules.AlreadyClosed):
            act(closed())


ACTS: dict[str, Any] = {
    "accept": lambda it: it.accept(RECEIVED, "C", (), by=CLERK, at=AT),
    "refuse": lambda it: it.refuse("R1", "Thiếu", by=CLERK, at=AT),
    "ask": lambda it: it.ask_supplement((FORM,), by=CLERK, at=AT),
    "supplement": lambda it: it.supplement((PAPER,), by=CLERK, at=AT),
    "hand over": lambda it: hand_over(it, "counter", is_decided=True, by=CLERK, at=AT),
}


@given(st.lists(st.sampled_from(sorted(ACTS)), max_size=12))
def test_whatever_is_tried_in_whatever_order_history_only_grows_and_acceptance_happens_at_most_once(acts: list[str]):
    dossier, acceptances = submitted(), 0
    for act in acts:
        before = dossier
        try:
            dossier, *events = ACTS[act](dossier)
        except Refusal:
            assert dossier is before
            continue
        acceptances += sum(isinstance(it, DossierAccepted) for it in events)
        assert dossier.history[: len(before.history)] == before.history
        assert len(dossier.history) - len(before.history) == bool(events)
        assert dossier.terms == TERMS
        assert (dossier.code != "") == (acceptances == 1)
    assert acceptances <= 1


def test_a_citizen_adds_papers_to_their_own_dossier_and_to_no_other():
    mine = submitted(CITIZEN)
    assert mine.supplement((SCANNED,), by=CITIZEN, at=AT)[0].filing.papers == (SCANNED, SCANNED)
    with pytest.raises(rules.NotYours):
        mine.supplement((SCANNED,), by=replace(CITIZEN, id="citizen-2"), at=AT)
    with pytest.raises(rules.NotYours):
        accepted().supplement((SCANNED,), by=CITIZEN, at=AT)


def test_only_the_office_that_received_it_or_decides_it_handles_a_dossier_but_any_counter_takes_papers():
    elsewhere = replace(CLERK, office="H36.205.01")
    for rule in (
        lambda: submitted().accept(RECEIVED, "H36.202.02-261124-0001", (), by=elsewhere, at=AT),
        lambda: submitted().refuse("R1", "Thiếu giấy tờ", by=elsewhere, at=AT),
        lambda: submitted().ask_supplement((FORM,), by=elsewhere, at=AT),
        lambda: hand_over(accepted(), "counter", is_decided=True, by=elsewhere, at=AT),
    ):
        with pytest.raises(rules.NotYourOffice):
            rule()
    assert accepted().supplement((PAPER,), by=elsewhere, at=AT)[0].filing.papers == (PAPER, PAPER)
    assert hand_over(accepted(), "counter", is_decided=True, by=replace(CLERK, office="H36.202"), at=AT)


def test_what_travels_in_events_is_a_code_and_never_free_text():
    for rule in (
        lambda: submitted(papers=(PaperTicked("Đơn của bà Ka Thơm"),)),
        lambda: submitted().refuse("vì bà Ka Thơm vắng mặt", "words", by=CLERK, at=AT),
        lambda: submitted().ask_supplement((Asked("paper", "giấy của bà"),), by=CLERK, at=AT),
        lambda: accepted().supplement((PaperTicked("a b"),), by=CLERK, at=AT),
    ):
        with pytest.raises(NotACode):
            rule()


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"channel": "direct"}, filing.CitizensFileOnline),
        ({"papers": (PaperTicked("form", originals=1),)}, filing.ScanMissing),
        ({"papers": (PaperTicked("form", electronic=1),)}, filing.ScanMissing),
        ({"papers": (PaperTicked("form", scans=("0" * 64,)),)}, filing.ScanMissing),
    ],
)
def test_row_06_from_far_away_a_paper_is_its_scan_and_nobody_is_believed_who_only_says_so(
    more: dict[str, Any], refusal: type[Refusal]
):
    with pytest.raises(refusal):
        online(**more).checked(CITIZEN)
    assert online().checked(CITIZEN).papers == (SCANNED,)


def test_a_citizen_cannot_say_that_twins_were_looked_at_and_a_clerk_can():
    assert online(reviewed=("d0",)).checked(CITIZEN).reviewed == ()
    assert replace(FILING, reviewed=("d0",)).checked(CLERK).reviewed == ("d0",)


@pytest.mark.parametrize("count", [-1, 1001])
def test_so_many_pieces_of_a_paper_there_cannot_be(count: int):
    with pytest.raises(filing.NotSoMany):
        submitted(papers=(PaperTicked("form", originals=count),))


def test_a_counter_receives_for_itself_whoever_decides():
    with pytest.raises(filing.ReceivedElsewhere):
        replace(FILING, receiving_office="H36.205.01").placed(CLERK, lambda _: "")
    assert replace(FILING, competent_office="H36.205").placed(CLERK, lambda _: "").competent_office == "H36.205"


def test_a_supplement_of_a_part_leaves_the_dossier_waiting_for_the_rest_and_says_what_that_is():
    soon, later = AT + timedelta(hours=8), AT + timedelta(days=10)
    photo, phone = Asked("paper", "photo"), Asked("field", "phone", "wrong")
    asked = replace(submitted(CITIZEN), respond_by=soon).ask_supplement((FORM, photo, phone), by=CLERK, at=AT)[0]
    part = asked.supplement((SCANNED, replace(SCANNED, code="extra")), by=CITIZEN, at=later, respond_by=later)[0]
    assert (part.state, part.still_asked, part.respond_by) == ("supplement-asked", (photo, phone), soon)
    most = part.supplement((PaperTicked("photo", copies=1),), by=CLERK, at=later, respond_by=later)[0]
    assert (most.state, most.still_asked) == ("supplement-asked", (phone,))
    fields = {"phone": "0987654321"}
    all_of_it = correct(
        most, fields, "asked-for", seal=str, mark=str, unseal=str, by=CITIZEN, at=later, respond_by=later
    )[0]
    assert (all_of_it.state, all_of_it.still_asked, all_of_it.respond_by) == ("submitted", (), later)


def test_what_was_asked_for_and_is_not_on_the_checklist_does_not_keep_the_clerk_from_accepting():
    asked = submitted().ask_supplement((Asked("field", "phone", "wrong"),), by=CLERK, at=AT)[0]
    taken = asked.accept(RECEIVED, "C", (), by=CLERK, at=AT)[0]
    assert (taken.state, taken.still_asked) == ("accepted", ())


def test_the_time_in_which_an_online_filing_is_answered_begins_anew_when_what_was_asked_for_came():
    later = AT + timedelta(days=10)
    first = replace(submitted(CITIZEN), respond_by=AT + timedelta(hours=8))
    asked = first.ask_supplement((FORM,), by=CLERK, at=AT)[0]
    came = asked.supplement((SCANNED,), by=CITIZEN, at=later, respond_by=later + timedelta(hours=8))[0]
    assert (came.state, came.respond_by) == ("submitted", later + timedelta(hours=8))
    at_counter = submitted().ask_supplement((FORM,), by=CLERK, at=AT)[0]
    assert at_counter.supplement((PAPER,), by=CLERK, at=later, respond_by=later)[0].respond_by is None
