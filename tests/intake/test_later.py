"""What becomes of a dossier later: put right, sent home another way, withdrawn, handed out, rated."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.intake.domain import changing, facts, filing, handing
from services.intake.domain.asking import Askable, NotAskedHere, checked as askable
from services.intake.domain.changing import (
    answer_withdrawal,
    choose_home,
    correct,
    goes_home_by,
    rate,
    resealed,
    withdraw,
)
from services.intake.domain.draft import KEPT_FOR, Draft, NoSuchDraft, NotYourDraft
from services.intake.domain.facts import Asked
from services.intake.domain.filing import Applicant, Authorisation, Filing
from services.intake.domain.handing import Receiver, hand_over, identified, opened, result_of
from services.intake.domain.progress import Progress, national_state
from shared.contracts.intake import (
    ContactRecorded,
    DossierCorrected,
    DossierRated,
    HomeChosen,
    ResultHandedOver,
    WithdrawalAsked,
)
from shared.errors import Refusal
from shared.identifiers import InvalidCitizenNumber
from shared.sealing import Seals
from tests.intake.test_dossier import (
    AT,
    CITIZEN,
    CLERK,
    FILING,
    FORM,
    KA_THOM,
    accepted,
    handed_over,
    refused,
    submitted,
)

SEALS = Seals.of(Seals.new())
NUMBER, OTHER = "068199001234", "068170001234"
ELSEWHERE = replace(CLERK, office="H36.205.01")
STRANGER = replace(CITIZEN, id="citizen-2")


def put_right(dossier: Any, by: Any = CLERK, reason: str = "typing-error", **fields: str) -> Any:
    names = {name.replace("__", "."): text for name, text in fields.items()}
    return correct(dossier, names, reason, seal=SEALS.seal, mark=SEALS.mark, unseal=SEALS.open, by=by, at=AT)


def sealed(dossier: Any) -> Any:
    return replace(dossier, filing=dossier.filing.sealed(SEALS.seal), marks=(SEALS.mark(NUMBER),))


def test_what_was_written_wrong_is_put_right_as_a_new_fact_and_what_stood_there_is_kept():
    there = accepted()
    right, contact, said = put_right(there, name="Ka Thơm A", phone="0987654321")
    assert (right.filing.applicant.name, right.filing.applicant.phone) == ("Ka Thơm A", "+84987654321")
    assert [(it.field, it.was, it.now) for it in right.corrections] == [
        ("name", "Ka Thơm", "Ka Thơm A"),
        ("phone", "+84912345678", "+84987654321"),
    ]
    assert isinstance(contact, ContactRecorded)
    assert isinstance(said, DossierCorrected)
    assert (said.fields, said.reason) == (("name", "phone"), "typing-error")
    assert right.history[:-1] == there.history
    assert "Thơm" not in str(said)


def test_a_corrected_number_is_sealed_and_found_under_its_new_mark():
    right, said = put_right(sealed(accepted()), number=OTHER)
    assert SEALS.open(right.filing.applicant.number) == OTHER
    assert right.marks == (SEALS.mark(OTHER),)
    (kept,) = right.corrections
    assert (SEALS.open(kept.was), SEALS.open(kept.now)) == (NUMBER, OTHER)
    assert OTHER not in str(right)
    assert isinstance(said, DossierCorrected)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({}, changing.NoSuchField),
        ({"state": "accepted"}, changing.NoSuchField),
        ({"owner__name": "B"}, changing.NoSuchField),
        ({"number": "1"}, InvalidCitizenNumber),
        ({"name": " "}, filing.NameMissing),
    ],
)
def test_a_correction_that_cannot_be_is_refused(fields: dict[str, str], refusal: type[Refusal]):
    with pytest.raises(refusal):
        put_right(accepted(), **fields)


def test_a_citizen_corrects_what_was_asked_for_on_their_own_and_nothing_else():
    asked = submitted(CITIZEN).ask_supplement((Asked("field", "phone", "wrong"), FORM), by=CLERK, at=AT)[0]
    assert put_right(asked, CITIZEN, phone="0987654321")[0].filing.applicant.phone == "+84987654321"
    with pytest.raises(changing.NoSuchField, match="phone"):
        put_right(asked, CITIZEN, name="B")
    with pytest.raises(facts.NotYours):
        put_right(asked, STRANGER, phone="0987654321")
    with pytest.raises(facts.NotYourOffice):
        put_right(asked, ELSEWHERE, phone="0987654321")


def test_the_owners_fields_are_the_owners():
    theirs = submitted(owner=Applicant("Ka Hem"), authorisation=Authorisation("law"))
    right, _ = put_right(theirs, owner__name="Ka Hêm")
    assert (right.filing.holder.name, right.filing.applicant.name) == ("Ka Hêm", "Ka Thơm")


def test_an_address_that_the_postman_needs_cannot_be_taken_away():
    with pytest.raises(filing.NoAddress):
        put_right(accepted(home_by="post"), address="")


def test_the_way_home_can_be_changed_until_there_is_a_result_and_the_post_needs_an_address():
    then, contact, said = choose_home(accepted(), "post", "Thôn 9", is_decided=False, by=CLERK, at=AT)
    assert (then.filing.home_by, then.filing.applicant.address) == ("post", "Thôn 9")
    assert isinstance(contact, ContactRecorded)
    assert isinstance(said, HomeChosen)
    assert said.accepted
    with pytest.raises(changing.TooLate):
        choose_home(accepted(), "post", "Thôn 9", is_decided=True, by=CLERK, at=AT)
    homeless = accepted(applicant=replace(KA_THOM, address=""))
    with pytest.raises(filing.NoAddress):
        choose_home(homeless, "post", " ", is_decided=False, by=CLERK, at=AT)
    with pytest.raises(facts.NotYourOffice):
        choose_home(accepted(), "post", "Nhà tôi", is_decided=False, by=ELSEWHERE, at=AT)
    with pytest.raises(facts.NotYours):
        choose_home(submitted(CITIZEN), "counter", "", is_decided=False, by=STRANGER, at=AT)


def test_what_nobody_accepted_is_withdrawn_at_once_and_what_was_accepted_waits_for_an_answer():
    early, said = withdraw(submitted(CITIZEN), "applicants-wish", "Tôi đổi ý", is_decided=False, by=CITIZEN, at=AT)
    assert (early.state, national_state(early, None)) == ("stopped", 8)
    assert isinstance(said, WithdrawalAsked)
    assert (said.accepted, "đổi ý" in str(said)) == (False, False)
    late, said = withdraw(accepted(), "applicants-wish", "Tôi đổi ý", is_decided=False, by=CLERK, at=AT)
    assert (late.state, national_state(late, Progress("d1", state=4)), said.accepted) == ("accepted", 7, True)
    with pytest.raises(changing.AskedBefore):
        withdraw(late, "applicants-wish", "Tôi đổi ý", is_decided=False, by=CLERK, at=AT)


def test_the_office_that_decides_stops_it_or_goes_on():
    late = withdraw(accepted(), "applicants-wish", "Tôi đổi ý", is_decided=False, by=CLERK, at=AT)[0]
    (stopped,) = answer_withdrawal(late, granted=True, office="H36.202", at=AT)
    assert (stopped.state, stopped.wish and stopped.wish.answer) == ("stopped", "granted")
    (goes_on,) = answer_withdrawal(late, granted=False, office="H36.202", at=AT)
    assert (goes_on.state, national_state(goes_on, Progress("d1", state=4))) == ("accepted", 4)
    again = withdraw(goes_on, "applicants-wish", "Vẫn muốn rút", is_decided=False, by=CLERK, at=AT)[0]
    assert again.wish is not None
    assert answer_withdrawal(stopped, granted=True, office="H36.202", at=AT) == (stopped,), "told twice, done once"


def test_withdrawing_is_refused_after_the_decision_without_words_and_for_others():
    with pytest.raises(changing.TooLate):
        withdraw(accepted(), "applicants-wish", "Tôi đổi ý", is_decided=True, by=CLERK, at=AT)
    with pytest.raises(facts.ReasonMissing):
        withdraw(accepted(), "applicants-wish", " ", is_decided=False, by=CLERK, at=AT)
    with pytest.raises(facts.NotYours):
        withdraw(submitted(CITIZEN), "applicants-wish", "Tôi đổi ý", is_decided=False, by=STRANGER, at=AT)
    with pytest.raises(facts.AlreadyClosed):
        withdraw(refused(), "applicants-wish", "Tôi đổi ý", is_decided=False, by=CLERK, at=AT)


def test_a_result_is_given_to_who_shows_that_it_is_theirs_and_signs():
    there = sealed(accepted())
    shown = Receiver(NUMBER, signature="register")
    handed = identified(there, shown, marks=SEALS.marks, seal=SEALS.seal, at=AT)
    assert (handed.number, handed.document, handed.signature) == ("", "card", "register"), "their number is there"
    closed, _ = hand_over(there, "counter", is_decided=True, by=CLERK, at=AT, handed=handed)
    assert closed.handed == handed
    assert NUMBER not in str(closed)


@pytest.mark.parametrize(
    ("receiver", "refusal"),
    [
        (Receiver(NUMBER), handing.NotSigned),
        (Receiver(NUMBER, signature="abc"), Refusal),
        (Receiver(signature="register"), handing.ReceiverMissing),
        (Receiver(slip=True, signature="register"), handing.ReceiverMissing),
        (Receiver(OTHER, signature="register"), handing.NotTheReceiver),
        (Receiver("12", signature="register"), InvalidCitizenNumber),
    ],
)
def test_a_result_is_not_given_to_anybody_else(receiver: Receiver, refusal: type[Refusal]):
    with pytest.raises(refusal):
        identified(sealed(accepted()), receiver, marks=SEALS.marks, seal=SEALS.seal, at=AT)


def test_another_shows_the_authorisation_and_the_slip_does_where_no_number_is_known():
    other = Receiver(OTHER, authorised="12/2026", signature="register")
    took = identified(sealed(accepted()), other, marks=SEALS.marks, seal=SEALS.seal, at=AT)
    assert (took.authorised, SEALS.open(took.number)) == ("12/2026", OTHER)
    unknown = accepted(applicant=Applicant("Ka Thơm"))
    by_slip = Receiver(slip=True, signature="register")
    assert identified(unknown, by_slip, marks=SEALS.marks, seal=SEALS.seal, at=AT).document == "slip"


def test_how_it_went_is_said_once_it_is_over_and_the_last_word_counts():
    with pytest.raises(changing.NotOver):
        rate(accepted(), 5, (), by=CLERK, at=AT)
    once, said = rate(handed_over(), 2, ("slow",), by=CLERK, at=AT)
    assert isinstance(said, DossierRated)
    assert (said.score, said.reasons) == (2, ("slow",))
    assert rate(once, 5, (), by=CLERK, at=AT)[0].score == 5
    for score in (0, 6):
        with pytest.raises(changing.WrongScore):
            rate(handed_over(), score, (), by=CLERK, at=AT)


def test_a_dossier_that_looks_like_another_is_not_accepted_before_somebody_compared_them():
    alike = replace(submitted(), resembles=(facts.Resembling("d0", "same-procedure"),))
    received = facts.Received(AT + timedelta(days=1), "")
    with pytest.raises(facts.NotReviewed, match="d0"):
        alike.accept(received, "C", (), by=CLERK, at=AT)
    (looked,) = alike.review(("d0",), by=CLERK, at=AT)
    assert looked.accept(received, "C", (), by=CLERK, at=AT)[0].state == "accepted"
    assert looked.filing.reviewed == ("d0",)


def test_sealing_anew_changes_the_seals_and_nothing_else():
    old, new = Seals.new("k1"), Seals.new("k2")
    before, both = Seals.of(old), Seals.of(f"{new},{old}")
    there = replace(accepted(), filing=FILING.sealed(before.seal), marks=(before.mark(NUMBER),))
    (then,) = resealed(there, both.sealed_anew(), both.open, both.mark)
    alone = Seals.of(new)
    assert alone.open(then.filing.applicant.number) == NUMBER
    assert then.marks == (alone.mark(NUMBER),)
    assert replace(then, filing=there.filing, marks=there.marks) == there


def test_row_03_a_draft_is_saved_again_and_again_and_only_by_who_began_it_or_was_let_in():
    empty = Filing("2.000815", Applicant(""))
    (draft,) = Draft.begin("d1", empty, code="7KM2P-XQ4RT", by=CITIZEN, at=AT)
    (more,) = draft.save(FILING, by=CITIZEN, at=AT + timedelta(days=2))
    assert (more.filing, more.until) == (FILING, AT + timedelta(days=2) + KEPT_FOR)
    with pytest.raises(NotYourDraft):
        draft.save(FILING, by=CLERK, at=AT)
    (helped,) = more.help(by=CLERK)
    assert helped.save(empty, by=CLERK, at=AT)[0].filing == empty
    with pytest.raises(NotYourDraft):
        helped.save(empty, by=STRANGER, at=AT)


def test_of_a_draft_that_is_over_nothing_is_left():
    (draft,) = Draft.begin("d1", FILING, code="7KM2P-XQ4RT", by=CITIZEN, at=AT)
    (gone,) = draft.throw_away(by=CITIZEN)
    assert "Thơm" not in str(gone)
    with pytest.raises(NoSuchDraft):
        gone.save(FILING, by=CITIZEN, at=AT)


def test_what_a_citizen_may_put_right_ends_when_it_is_right_and_with_the_acceptance():
    asked = submitted(CITIZEN).ask_supplement((Asked("field", "number", "wrong"),), by=CLERK, at=AT)[0]
    right = put_right(sealed(asked), CITIZEN, number=OTHER)[0]
    assert right.state == "submitted"
    with pytest.raises(changing.NoSuchField):
        put_right(right, CITIZEN, number=NUMBER)
    received = facts.Received(AT + timedelta(days=1), "")
    accepted_now = right.accept(received, "C", (), by=CLERK, at=AT)[0]
    with pytest.raises(changing.NoSuchField):
        put_right(accepted_now, CITIZEN, number=NUMBER)


def test_a_result_on_paper_is_not_closed_as_taken_electronically():
    with pytest.raises(handing.NotElectronic):
        hand_over(accepted(), "electronic", is_decided=True, by=CLERK, at=AT)
    electronic = accepted(home_by="electronic")
    assert hand_over(electronic, "electronic", is_decided=True, by=CLERK, at=AT)[0].state == "handed-over"


@pytest.mark.parametrize(("by", "other", "assisted_by"), [(CITIZEN, CLERK, ""), (CLERK, CITIZEN, CLERK.id)])
def test_who_opens_an_electronic_result_has_it_and_opening_it_again_tells_nothing(
    by: Any, other: Any, assisted_by: str
):
    there = replace(accepted(home_by="electronic"), assisted_by=assisted_by)
    assert opened(there, by=other, at=AT) == (there,), "it is not theirs to open"
    closed, said = opened(there, by=by, at=AT)
    assert closed.state == "handed-over"
    assert (closed.history[-1].what, closed.history[-1].by, closed.history[-1].detail) == (
        "handed-over",
        by.id,
        "electronic",
    )
    assert said == ResultHandedOver(office=by.office, role=by.role, by="electronic", handed_over_at=AT)
    assert opened(closed, by=by, at=AT) == (closed,)


@pytest.mark.parametrize("home_by", ["counter", "post"])
def test_a_result_that_goes_home_on_paper_is_read_and_not_handed_over_by_opening_it(home_by: Any):
    there = accepted(home_by=home_by)
    assert opened(there, by=CITIZEN, at=AT) == (there,)


@pytest.mark.parametrize("role", ["specialist", "leader", "registry-clerk"])
def test_the_office_that_made_the_result_looks_at_it_without_handing_it_over(role: str):
    there = accepted(home_by="electronic")
    assert opened(there, by=replace(CLERK, role=role), at=AT) == (there,)


def test_a_result_is_opened_once_it_is_decided_and_where_it_has_a_file():
    for early in (None, Progress("d1", 4)):
        with pytest.raises(handing.NotDecided):
            result_of(early)
    with pytest.raises(handing.NoResultFile):
        result_of(Progress("d1").decided(AT, late=False))
    assert result_of(Progress("d1").decided(AT, late=False, result="0" * 64)) == "0" * 64


def test_a_decision_goes_before_a_wish_to_withdraw_that_crossed_it():
    wished = withdraw(accepted(), "applicants-wish", "Tôi đổi ý", is_decided=False, by=CLERK, at=AT)[0]
    assert national_state(wished, Progress("d1", 4)) == 7
    assert national_state(wished, Progress("d1").decided(AT, late=False)) == 9
    (answered,) = answer_withdrawal(wished, granted=False, office="H36.202", at=AT)
    assert answered.wish is not None
    assert answered.wish.answer == "refused"


def test_a_way_home_that_was_chosen_while_the_decision_was_made_is_put_back_as_a_fact():
    there = choose_home(accepted(), "post", "", is_decided=False, by=CLERK, at=AT)[0]
    (kept,) = goes_home_by(there, "counter", office="H36.202", at=AT)
    assert kept.filing.home_by == "counter"
    assert (kept.history[-1].what, kept.history[-1].office, kept.history[-1].detail) == (
        "home-kept",
        "H36.202",
        "counter",
    )
    assert goes_home_by(kept, "counter", office="H36.202", at=AT) == (kept,), "nothing crossed"
    assert goes_home_by(handed_over(), "post", office="H36.202", at=AT) == (handed_over(),)


def test_a_number_that_is_put_right_after_a_rotation_leaves_no_seal_of_the_old_key_behind():
    old, new = Seals.new("k1"), Seals.new("k2")
    before, both, alone = Seals.of(old), Seals.of(f"{new},{old}"), Seals.of(new)
    filing = replace(FILING, applicant=KA_THOM, owner=Applicant("Ka Hem", number=OTHER))
    there = replace(accepted(), filing=filing.sealed(before.seal), marks=(before.mark(OTHER),))
    keys = {"seal": both.seal, "mark": both.mark, "unseal": both.open}
    right, *_ = correct(there, {"number": NUMBER}, "typing-error", **keys, by=CLERK, at=AT)
    assert alone.open(right.filing.holder.number) == OTHER
    assert right.marks == (alone.mark(NUMBER), alone.mark(OTHER))
    assert right.holder_mark == alone.mark(OTHER)


def test_the_mark_of_whose_it_is_is_the_owners_and_none_where_they_have_no_number():
    both = replace(FILING, owner=Applicant("Ka Hem", number=OTHER))
    for handed_in, marks, holder in (
        (replace(FILING, applicant=replace(KA_THOM, number=NUMBER)), ("a",), "a"),
        (replace(both, applicant=replace(KA_THOM, number=NUMBER)), ("a", "b"), "b"),
        (replace(FILING, applicant=replace(KA_THOM, number=NUMBER), owner=Applicant("Ka Hem")), ("a",), ""),
    ):
        assert replace(accepted(), filing=handed_in, marks=marks).holder_mark == holder


def test_what_was_typed_goes_once_it_is_filed_and_whose_it_was_stays_known_until_the_draft_is_over():
    (draft,) = Draft.begin("d1", FILING, code="7KM2P-XQ4RT", by=CITIZEN, at=AT)
    (filed,) = draft.filed(AT + timedelta(hours=1))
    assert "Thơm" not in str(filed)
    assert (filed.by, filed.until, filed.is_filed) == (CITIZEN.id, draft.until, True)
    with pytest.raises(NoSuchDraft):
        filed.save(FILING, by=CITIZEN, at=AT)
    (strangers,) = draft.filed(AT - timedelta(hours=1))
    assert ("Thơm" in str(strangers), strangers.until) == (False, None), "it was saved after the dossier came in"


MAY = Askable({"form": "Đơn đề nghị"}, {"photo": "Ảnh"}, changing.FIELDS)


@pytest.mark.parametrize(
    "asked",
    [
        (Asked("paper", "unicorn"),),
        (Asked("field", "procedure"),),
        (Asked("field", "owner.name"),),
        (FORM,) * 101,
    ],
)
def test_only_papers_of_the_procedure_and_fields_of_the_dossier_are_asked_for(asked: tuple[Asked, ...]):
    with pytest.raises(NotAskedHere) as refused:
        askable(asked, MAY)
    assert refused.value.about == "items"


def test_what_is_asked_for_in_words_is_short_enough_for_the_form():
    asked = (Asked("paper", "photo"), Asked("field", "phone", "wrong", " gọi không được "))
    assert askable(asked, MAY) == (asked[0], replace(asked[1], words="gọi không được"))
    with pytest.raises(facts.ReasonMissing, match="1000"):
        askable((replace(FORM, words="x" * 1_001),), MAY)


def test_an_address_to_send_it_to_has_an_end():
    with pytest.raises(filing.TooLong):
        choose_home(accepted(), "post", "x" * 501, is_decided=False, by=CLERK, at=AT)
