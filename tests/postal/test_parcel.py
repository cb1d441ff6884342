"""The road: a parcel's way, two invitations and then back, proof at the door; a bag signed by two offices."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, strategies as st

from services.postal.domain import Addressee, Manifest, Parcel, manifest as bag, parcel as rules, parcel_id
from services.postal.store import Items
from shared.calendar import Term
from shared.codes import InvalidDigest
from shared.contracts.intake import ContactRecorded
from shared.contracts.postal import AttemptFailed, InvitationLeft, ManifestReceived, MoneyCollected, ParcelDelivered
from shared.errors import Forbidden, Refusal
from shared.identifiers import ItemNumber
from shared.people import Person
from shared.reference import working_calendar

AT = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
WORKING = working_calendar()
POSTMAN = Person("p-1", "K'Brèo", "carrier", "H36.202.02")
CLERK = Person("c-1", "Nguyễn Thị Hồng", "counter-clerk", "H36.202.02")
OFFICER = Person("o-1", "Trần Văn Lộc", "one-stop-officer", "H36.202")
BOTH = Person(OFFICER.id, OFFICER.name, "carrier", OFFICER.office)
"""The officer, who drove the bag as well."""
PROOF = "a" * 64


def ordered(kind: Any = "result") -> Parcel:
    return Parcel.order("d1", kind, "EE100000008VN", "H36.202", "", working=WORKING, at=AT)[0]


def out() -> Parcel:
    return ordered().go_out(by=POSTMAN)[0]


def delivered() -> Parcel:
    return out().deliver(PROOF, "cccd", by=POSTMAN, at=AT)[0]


def test_a_parcel_is_promised_for_the_next_working_day_and_ordering_twice_is_ordering_once():
    assert ordered().promised_by == WORKING.due(AT, Term("working-days", 1))
    assert ordered().id == parcel_id("d1", "result") == "d1-result"
    assert ordered().subject == "d1", "it travels with its dossier"


def test_items_are_numbered_by_the_posts_own_rule_from_the_first_number_allotted():
    items = Items("EE", 10_000_000)
    assert [ItemNumber.of(items.number(nth)).text for nth in (1, 2, 10_001)] == [
        items.number(n) for n in (1, 2, 10_001)
    ]
    assert len({items.number(nth) for nth in range(1, 500)}) == 499


def test_a_result_goes_out_once_and_a_paper_file_goes_in_a_bag():
    assert out().go_out(by=POSTMAN) == (out(),)
    with pytest.raises(rules.GoesInABag):
        ordered("file").go_out(by=POSTMAN)
    with pytest.raises(rules.AlreadyDelivered):
        delivered().go_out(by=POSTMAN)


def test_a_failed_attempt_leaves_an_invitation_and_the_next_one_comes_two_working_days_later():
    first, failed, invited = out().attempt_failed("nobody-there", WORKING, by=POSTMAN, at=AT)
    assert isinstance(failed, AttemptFailed)
    assert isinstance(invited, InvitationLeft)
    assert invited.next_attempt_after == first.next_attempt_after == WORKING.due(AT, Term("working-days", 2))
    again = first.go_out(by=POSTMAN)[0]
    second, failed, invited = again.attempt_failed("moved", WORKING, by=POSTMAN, at=AT)
    assert (failed.attempt, invited.invitation) == (2, 2)  # type: ignore[attr-defined]
    assert [it.reason for it in second.attempts] == ["nobody-there", "moved"]


def test_after_two_invitations_a_parcel_is_not_brought_a_third_time_but_goes_back():
    parcel = ordered()
    for _ in range(rules.INVITATIONS):
        parcel = parcel.go_out(by=POSTMAN)[0].attempt_failed("nobody-there", WORKING, by=POSTMAN, at=AT)[0]
    with pytest.raises(rules.GoesBack, match="bring it to the office"):
        parcel.go_out(by=POSTMAN)


def test_only_what_is_with_a_postman_fails_or_is_delivered():
    for act in (
        lambda it: it.attempt_failed("moved", WORKING, by=POSTMAN, at=AT),
        lambda it: it.deliver(PROOF, "cccd", by=POSTMAN, at=AT),
    ):
        with pytest.raises(rules.NotOnTheRoad):
            act(ordered())
        with pytest.raises(rules.AlreadyDelivered):
            act(delivered())


def test_a_delivery_is_signed_for_and_the_signature_travels_as_its_digest_alone():
    parcel, said = out().deliver(PROOF, "cccd", by=POSTMAN, at=AT)
    assert isinstance(said, ParcelDelivered)
    assert (parcel.state, parcel.proof, said.proof) == ("delivered", PROOF, PROOF)
    assert "cccd" not in str(said)
    assert "K'Brèo" not in str(said)


@pytest.mark.parametrize("wrong", ["", "signed", "a" * 63, "a" * 65, "g" * 64, "٣" * 64, "a" * 64 + "\n"])
def test_a_proof_that_is_no_sha_256_is_refused_by_the_name_of_its_field(wrong: str):
    with pytest.raises(InvalidDigest, match="64 hexadecimal digits") as refused:
        out().deliver(wrong, "cccd", by=POSTMAN, at=AT)
    assert refused.value.about == "proof"


def test_a_proof_is_kept_in_small_letters_however_it_was_typed():
    assert out().deliver("AB" * 32, "cccd", by=POSTMAN, at=AT)[0].proof == "ab" * 32


def test_money_is_a_positive_whole_number_and_adds_up():
    parcel, said = out().collect(26_000, by=POSTMAN)
    assert isinstance(said, MoneyCollected)
    assert parcel.collect(4_000, by=POSTMAN)[0].dong == 30_000
    for wrong in (0, -5):
        with pytest.raises(rules.NotAnAmount):
            out().collect(wrong, by=POSTMAN)


def test_money_is_collected_with_a_result_on_the_round_or_after_it_and_never_before_or_for_a_paper_file():
    assert delivered().collect(26_000, by=POSTMAN)[0].dong == 26_000
    failed = out().attempt_failed("moved", WORKING, by=POSTMAN, at=AT)[0]
    for not_there in (ordered(), failed):
        with pytest.raises(rules.NotOnTheRoad):
            not_there.collect(26_000, by=POSTMAN)
    file = ordered("file")
    for it in (file, file.arrive(PROOF, office="H36.202", role="r", at=AT)[0]):
        with pytest.raises(rules.GoesInABag):
            it.collect(26_000, by=POSTMAN)


def test_a_bag_that_is_signed_for_delivers_the_paper_files_in_it_and_no_result():
    parcel, _ = ordered("file").seal("m1", office="a", role="r")
    assert (parcel.state, parcel.manifest) == ("sealed", "m1")
    there, said = parcel.arrive(PROOF, office="H36.202", role="one-stop-officer", at=AT)
    assert (there.state, said.kind) == ("delivered", "file")  # type: ignore[attr-defined]
    assert there.arrive(PROOF, office="H36.202", role="r", at=AT) == (there,)
    assert there.seal("m2", office="a", role="r") == (there,)
    result = ordered()
    assert result.arrive(PROOF, office="a", role="r", at=AT) == (result,)


def test_where_people_live_is_forgotten_when_it_is_erased():
    said = ContactRecorded(name="Ka Thơm", language="vi", phone="0912345678", address="Thôn 1")
    (known,) = Addressee.record("d1", said)
    assert (known.name, known.address) == ("Ka Thơm", "Thôn 1")
    assert known.erase() == (Addressee("d1"),)


def opened(*parcels: str) -> Manifest:
    return Manifest.open("m1", "H36.202.02", "H36.202", parcels, by=CLERK, at=AT)[0]


def sealed(*parcels: str) -> Manifest:
    return opened(*parcels).close("S-1", (), by=CLERK, at=AT)[0]


def test_a_bag_is_sealed_once_with_a_number_and_something_in_it():
    manifest, said = opened("a", "a").close("S-1", ("b", "a"), by=CLERK, at=AT)
    assert (manifest.parcels, said.parcels) == (("a", "b"), ("a", "b"))  # type: ignore[attr-defined]
    with pytest.raises(bag.AlreadySealed):
        manifest.close("S-2", (), by=CLERK, at=AT)
    with pytest.raises(bag.SealMissing):
        opened("a").close(" ", (), by=CLERK, at=AT)
    with pytest.raises(bag.EmptyBag):
        opened().close("S-1", (), by=CLERK, at=AT)


def test_a_hand_over_has_two_sides_and_happens_once():
    with pytest.raises(bag.NotSealed, match="open"):
        opened("a").receive(("a",), by=OFFICER, at=AT)
    with pytest.raises(bag.SameHands):
        opened("a").close("S-1", (), by=BOTH, at=AT)[0].receive(("a",), by=OFFICER, at=AT)
    received, said = sealed("a").receive(("a",), by=OFFICER, at=AT)
    assert isinstance(said, ManifestReceived)
    assert said.record == received.record
    with pytest.raises(bag.NotSealed, match="signed for before"):
        received.receive(("a",), by=OFFICER, at=AT)


def test_a_bag_is_sealed_by_the_senders_office_or_by_a_carrier():
    with pytest.raises(Forbidden, match=r"sent by H36\.202\.02: let somebody of that office or a carrier seal it"):
        opened("a").close("S-1", (), by=OFFICER, at=AT)
    for by in (CLERK, POSTMAN, BOTH):
        assert opened("a").close("S-1", (), by=by, at=AT)[0].sealed_by == by.id


def test_a_bag_is_signed_for_by_the_office_to_which_it_goes():
    for by in (Person("c-2", "Lê Thị Na", "counter-clerk", "H36.202.02"), Person("x", "", "leader", "H36.20")):
        with pytest.raises(Forbidden, match=r"goes to H36\.202: let somebody of that office sign for it"):
            sealed("a").receive(("a",), by=by, at=AT)


@given(st.sets(st.sampled_from("abcdef"), min_size=1), st.sets(st.sampled_from("abcdefgh")))
def test_what_is_missing_and_what_was_not_on_the_list_is_a_fact_of_its_own(listed: set[str], ticked: set[str]):
    received, said, *more = sealed(*sorted(listed)).receive(tuple(sorted(ticked)), by=OFFICER, at=AT)
    assert set(said.parcels) == listed & ticked == set(received.ticked)  # type: ignore[attr-defined]
    found = [(set(it.missing), set(it.extra)) for it in more]  # type: ignore[attr-defined]
    assert found == ([] if listed == ticked else [(listed - ticked, ticked - listed)])


ACTS: dict[str, Any] = {
    "out": lambda it: it.go_out(by=POSTMAN),
    "fail": lambda it: it.attempt_failed("moved", WORKING, by=POSTMAN, at=AT),
    "deliver": lambda it: it.deliver(PROOF, "cccd", by=POSTMAN, at=AT),
    "seal": lambda it: it.seal("m1", office="a", role="r"),
    "arrive": lambda it: it.arrive(PROOF, office="a", role="r", at=AT),
    "collect": lambda it: it.collect(1, by=POSTMAN),
}


@given(st.lists(st.sampled_from(sorted(ACTS)), max_size=15), st.sampled_from(["file", "result"]))
def test_whatever_is_tried_a_parcel_is_delivered_at_most_once_and_stays_delivered(acts: list[str], kind: str):
    parcel, deliveries = ordered(kind), 0
    for act in acts:
        before = parcel
        try:
            parcel, *events = ACTS[act](parcel)
        except Refusal:
            continue
        deliveries += sum(isinstance(it, ParcelDelivered) for it in events)
        assert before.state != "delivered" or parcel.state == "delivered"
        assert parcel.invitations == len(parcel.attempts)
    assert deliveries <= 1
    assert (deliveries == 1) == (parcel.state == "delivered")
