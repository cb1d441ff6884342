"""Bills, receipts, links and the day's cash: rules alone, without a store."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given, strategies as st

from services.intake.domain import pay_link
from services.intake.domain.bill import Bill
from services.intake.domain.cash import CashLine, Movement, Unpaid, counted
from services.intake.domain.fees import (
    AmountNotOpen,
    Charge,
    ClerksOnly,
    Exemption,
    ExemptionNotOffered,
    Fee,
    FeeNamedTwice,
    LineCorrected,
    PiecesAbsurd,
    ReasonNeeded,
    UnknownFee,
    WhyNeeded,
    WrongAmount,
)
from services.intake.domain.money import (
    ASK_AGAIN,
    ASK_LATER,
    ORDER_WATCHED,
    AmountUnknown,
    NoSuchLine,
    NoSuchOrder,
    NoSuchRefund,
    NothingToPay,
    NotPaid,
    Order,
    OtherMoney,
    kinds,
    shares,
)
from services.intake.domain.receipt import Receipt
from services.intake.domain.refunding import at_counter, refund, refunded, refused
from services.intake.domain.spelled import spelled
from services.intake.gateways.bank import NotTheBank, check, sign
from shared.contracts.intake import FeeDue, FeePaid, FeeRefunded
from shared.people import Person

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=3)
OFFICE = "H36.202.02"
CLERK = Person("clerk", "Hồng", "counter-clerk", OFFICE)
CITIZEN = Person("citizen", "Thơm", "citizen", "")
POOR = Exemption("poor", "Hộ nghèo")
COPY = Fee("copy", "phí", "Phí chứng thực bản sao", 2_000, "page", 3, 1_000, 200_000)
EXTRACT = Fee("extract", "lệ phí", "Lệ phí trích lục", 8_000, "copy", exemptions=(POOR,))
COUNCIL = Fee("council", "lệ phí", "Lệ phí do hội đồng đặt", None, exemptions=(POOR,))


def bill(*fees: Fee, charges: tuple[Charge, ...] = (), by: Person = CLERK) -> Bill:
    made = Bill.of(fees or (COPY, EXTRACT), charges, office=OFFICE, by=by)
    assert made is not None
    return made


def order(it: Bill, reference: str = "MCTEST", at: datetime = NOW) -> Order:
    return Order(reference, it.owed, at, at + timedelta(minutes=15), "qr", "970")


def opened(it: Bill, reference: str = "MCTEST") -> Bill:
    return it.open_order(order(it, reference))[0]


def paid(it: Bill) -> Bill:
    return it.pay(str(uuid4()), it.owed, by=CLERK, at=NOW)[0]


def test_a_procedure_without_fees_has_no_bill_and_costs_no_write():
    assert Bill.of((), (), office=OFFICE, by=CLERK) is None
    assert Bill.of((replace(COPY, amount=0, reduced=0),), (), office=OFFICE, by=CLERK) is None


def test_charges_say_how_many_pieces_and_the_rest_is_one_of_each():
    it = bill(charges=(Charge("copy", 5),))
    assert [(line.fee, line.pieces, line.due) for line in it.lines] == [("copy", 5, 7_000), ("extract", 1, 8_000)]
    assert it.due == it.owed == 15_000


def test_many_copies_cost_no_more_than_the_most():
    assert bill(COPY, charges=(Charge("copy", 1_000),)).due == 200_000


@pytest.mark.parametrize(
    ("charges", "refusal"),
    [
        ((Charge("nothing"),), UnknownFee),
        ((Charge("copy"), Charge("copy", 2)), FeeNamedTwice),
        ((Charge("copy", 0),), PiecesAbsurd),
        ((Charge("copy", -3),), PiecesAbsurd),
        ((Charge("copy", 10_001),), PiecesAbsurd),
        ((Charge("copy", 1, "poor", "book"),), ExemptionNotOffered),
        ((Charge("extract", 1, "poor", ""),), ReasonNeeded),
    ],
)
def test_a_charge_that_cannot_be_is_refused(charges: tuple[Charge, ...], refusal: type[Exception]):
    with pytest.raises(refusal):
        bill(charges=charges)


def test_an_exemption_is_a_reason_with_who_granted_it_and_the_paper_that_shows_it():
    it = bill(EXTRACT, charges=(Charge("extract", 2, "poor", "so-ho-ngheo"),))
    (line,) = it.lines
    assert (it.state, it.due) == ("exempt", 0)
    assert (line.exemption_reason, line.evidence, line.granted_by) == ("Hộ nghèo", "so-ho-ngheo", "clerk")
    assert it.said_due(CLERK) == ()
    with pytest.raises(NothingToPay):
        it.pay("p", 0, by=CLERK, at=NOW)


def test_a_citizen_asks_for_an_exemption_and_a_clerk_grants_it():
    it = bill(EXTRACT, charges=(Charge("extract", 1, "poor", "book"),), by=CITIZEN)
    assert (it.due, it.lines[0].is_exempt) == (8_000, False)
    with pytest.raises(ClerksOnly):
        it.exempt(EXTRACT, "poor", "book", by=CITIZEN, at=NOW)
    granted, said = it.exempt(EXTRACT, "poor", "book", by=CLERK, at=NOW)
    assert isinstance(said, FeeDue)
    assert (granted.state, granted.due, said.dong, said.lines) == ("exempt", 0, 0, ())


def test_what_is_due_is_said_in_amounts_and_kinds_without_names():
    (said,) = bill().said_due(CLERK)
    assert isinstance(said, FeeDue)
    assert said.dong == 10_000
    assert [(line.code, line.kind, line.dong) for line in said.lines] == [
        ("copy", "phí", 2_000),
        ("extract", "lệ phí", 8_000),
    ]
    assert b"Ph\xc3\xad ch\xe1" not in msgspec.json.encode(said)


def test_an_amount_that_the_council_has_not_set_cannot_be_paid_until_a_clerk_enters_it_with_the_ground():
    it = bill(COUNCIL)
    assert (it.state, it.owed, it.said_due(CLERK)) == ("unpaid", 0, ())
    with pytest.raises(AmountUnknown):
        it.pay("p", 0, by=CLERK, at=NOW)
    with pytest.raises(AmountUnknown):
        opened(it)
    with pytest.raises(ReasonNeeded):
        it.set_amount("council", 5_000, " ", by=CLERK, at=NOW)
    for wrong in (0, -1, 10**13):
        with pytest.raises(WrongAmount):
            it.set_amount("council", wrong, "NQ 12", by=CLERK, at=NOW)
    then, said = it.set_amount("council", 5_000, "Nghị quyết 12/2025/NQ-HĐND", by=CLERK, at=NOW)
    assert isinstance(said, FeeDue)
    assert (then.owed, then.lines[0].set_by, said.dong) == (5_000, "clerk", 5_000)


def test_an_amount_of_the_catalogue_is_not_entered_at_the_counter():
    with pytest.raises(AmountNotOpen):
        bill().set_amount("copy", 1, "so", by=CLERK, at=NOW)


def test_pieces_that_were_typed_wrong_are_put_right_with_the_reason_and_the_line_as_it_was_is_kept():
    it = bill(charges=(Charge("copy", 100),))
    then, said = it.correct(COPY, " gõ thừa một số 0 ", pieces=10, by=CLERK, at=LATER)
    assert [(line.pieces, line.due) for line in then.lines] == [(10, 12_000), (1, 8_000)]
    assert isinstance(said, FeeDue)
    assert (said.dong, then.owed) == (20_000, 20_000)
    assert then.corrections == (LineCorrected(LATER, "clerk", OFFICE, it.lines[0], "gõ thừa một số 0"),)
    assert then.correct(COPY, "gõ thừa một số 0", pieces=10, by=CLERK, at=NOW) == (then,)


def test_an_exemption_that_was_granted_by_mistake_is_taken_back_and_may_be_granted_again():
    it = bill(EXTRACT, charges=(Charge("extract", 2, "poor", "book"),))
    assert it.correct(EXTRACT, "nhầm người", by=CLERK, at=NOW) == (it,)
    then, said = it.correct(EXTRACT, "nhầm người", not_exempt=True, by=CLERK, at=NOW)
    assert isinstance(said, FeeDue)
    assert (then.state, then.owed, then.lines[0].exemption, said.dong) == ("unpaid", 16_000, "", 16_000)
    assert [(line.was.granted_by, line.was.evidence) for line in then.corrections] == [("clerk", "book")]
    again = then.exempt(EXTRACT, "poor", "other-book", by=CLERK, at=NOW)[0]
    assert (again.state, again.lines[0].evidence) == ("exempt", "other-book")


def test_an_amount_that_was_entered_is_due_again_once_its_exemption_is_taken_back():
    it = bill(COUNCIL).set_amount("council", 5_000, "NQ 12", by=CLERK, at=NOW)[0]
    free = it.exempt(COUNCIL, "poor", "book", by=CLERK, at=NOW)[0]
    assert (free.state, free.due) == ("exempt", 0)
    assert free.correct(COUNCIL, "nhầm", not_exempt=True, by=CLERK, at=NOW)[0].owed == 5_000


@pytest.mark.parametrize(
    ("fee", "because", "pieces", "by", "refusal"),
    [
        (COPY, "nhầm", 0, CLERK, PiecesAbsurd),
        (COPY, "nhầm", 10_001, CLERK, PiecesAbsurd),
        (COPY, " ", 2, CLERK, WhyNeeded),
        (COPY, "nhầm", 2, CITIZEN, ClerksOnly),
        (COUNCIL, "nhầm", 2, CLERK, NoSuchLine),
    ],
)
def test_what_is_no_correction_is_refused(fee: Fee, because: str, pieces: int, by: Person, refusal: type[Exception]):
    with pytest.raises(refusal):
        bill().correct(fee, because, pieces=pieces, by=by, at=NOW)


def test_what_was_paid_for_a_slip_is_owed_back_and_what_was_paid_too_little_is_asked_for():
    it = paid(bill(charges=(Charge("copy", 100),)))
    less, said = it.correct(COPY, "nhầm", pieces=10, by=CLERK, at=NOW)
    assert isinstance(said, FeeDue)
    assert (less.state, less.owed, said.dong) == ("paid", -90_000, 0)
    back = refund(less, "r", 90_000, "overpaid", "ghi nhầm", ended=False, by=CLERK, at=NOW)[0]
    assert (back.state, back.owed, kinds(back.book)) == ("paid", 0, (12_000, 8_000))
    more, said = back.correct(COPY, "nhầm lại", pieces=20, by=CLERK, at=NOW)
    assert isinstance(said, FeeDue)
    assert (more.state, more.owed, said.dong) == ("unpaid", 10_000, 10_000)
    assert kinds(paid(more).book) == (22_000, 8_000)
    with pytest.raises(NothingToPay):
        bill().cancel("withdrawn")[0].correct(COPY, "nhầm", pieces=2, by=CLERK, at=NOW)


def test_a_correction_closes_the_payment_that_is_open_for_the_sum_as_it_was():
    it = opened(bill())
    then = it.correct(COPY, "nhầm", pieces=2, by=CLERK, at=NOW)[0]
    assert (then.state, then.order) == ("unpaid", None)
    late, _ = then.confirm("MCTEST", "B1", 10_000, at=NOW)
    assert (late.owed, late.book[-1].is_difference) == (2_000, False)


def test_an_exemption_after_payment_books_the_kinds_anew_on_its_own_day_and_the_refund_takes_of_neither():
    charge, levy = Fee("a", "phí", "Phí", 10_000, exemptions=(POOR,)), Fee("b", "lệ phí", "Lệ phí", 20_000)
    it = paid(bill(charge, levy))
    tomorrow = NOW + timedelta(days=1)
    free, said = it.exempt(charge, "poor", "book", by=CLERK, at=tomorrow)
    assert isinstance(said, FeeDue)
    assert (said.dong, [line.code for line in said.lines]) == (0, ["b"])
    line = free.book[-1]
    assert (line.what, line.dong, line.phi, line.le_phi, line.day) == ("rebooked", 0, -10_000, 0, "2026-11-25")
    back = refund(free, "r", 10_000, "exempted", "x", ended=False, by=CLERK, at=tomorrow)[0]
    assert (back.book[-1].phi, back.book[-1].le_phi) == (0, 0)
    assert (back.state, kinds(back.book)) == ("paid", (0, 20_000))
    today = [CashLine("d", "c", it) for it in back.book if it.day == "2026-11-25"]
    day = counted(OFFICE, "2026-11-25", today, [], bank="not-configured")
    assert [(it.what, it.dong, it.phi, it.le_phi, it.other) for it in day.sums] == [
        ("refunded", 10_000, 0, 0, 10_000),
        ("rebooked", 0, -10_000, 0, 10_000),
    ]
    assert (day.in_hand, day.differences) == (-10_000, ())


def test_what_was_paid_in_part_for_a_fee_that_is_exempted_counts_for_the_others():
    charge, levy = Fee("a", "phí", "Phí", 10_000, exemptions=(POOR,)), Fee("b", "lệ phí", "Lệ phí", 20_000)
    partly = bill(charge, levy).collect("e", 10_000, parcel="P", by=CLERK, at=NOW)[0]
    free = partly.exempt(charge, "poor", "book", by=CLERK, at=NOW)[0]
    assert (free.owed, kinds(free.book)) == (10_000, (0, 10_000))
    full, said = free.pay("p", 10_000, by=CLERK, at=NOW)
    assert isinstance(said, FeePaid)
    assert (said.phi, said.le_phi, kinds(full.book)) == (0, 10_000, (0, 20_000))


def test_a_bill_of_which_all_was_exempted_and_given_back_is_exempt_and_not_paid():
    free = paid(bill(EXTRACT)).exempt(EXTRACT, "poor", "book", by=CLERK, at=NOW)[0]
    assert (free.state, free.owed) == ("paid", -8_000)
    back = refund(free, "r", 8_000, "exempted", "x", ended=False, by=CLERK, at=NOW)[0]
    assert (back.state, back.paid, back.due) == ("exempt", 0, 0)


def test_what_is_due_is_said_again_where_it_changes_and_only_there():
    it = bill(EXTRACT, COUNCIL)
    free, *none = it.exempt(COUNCIL, "poor", "book", by=CLERK, at=NOW)
    assert (free.due, none) == (8_000, [])
    zero, said = free.exempt(EXTRACT, "poor", "book", by=CLERK, at=NOW)
    assert isinstance(said, FeeDue)
    assert (zero.state, said.dong, said.lines) == ("exempt", 0, ())


def test_the_counter_takes_exactly_what_is_owed_and_once():
    it = bill()
    for wrong in (9_999, 10_001, 0, -10_000):
        with pytest.raises(WrongAmount):
            it.pay("p", wrong, by=CLERK, at=NOW)
    then, said = it.pay("p", 10_000, by=CLERK, at=NOW)
    assert isinstance(said, FeePaid)
    assert (then.state, then.paid, then.owed) == ("paid", 10_000, 0)
    assert (said.phi, said.le_phi, said.way, said.owed) == (2_000, 8_000, "counter", 0)
    assert then.pay("p", 10_000, by=CLERK, at=NOW) == (then,)
    with pytest.raises(NothingToPay):
        then.pay("q", 10_000, by=CLERK, at=NOW)


def test_a_payment_is_counted_on_the_day_in_viet_nam():
    late = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
    then, _ = bill().pay("p", 10_000, by=CLERK, at=late)
    assert then.book[0].day == "2026-11-25"


def test_the_postman_s_money_is_taken_as_it_is_and_twice_is_once():
    it, post = bill(), Person("", "", "carrier", "H36.202.02")
    less, _ = it.collect("e/1", 4_000, parcel="P", by=post, at=NOW)
    assert (less.state, less.owed, less.book[0].is_difference, less.book[0].stage) == ("unpaid", 6_000, True, 4)
    assert less.collect("e/1", 4_000, parcel="P", by=post, at=NOW) == (less,)
    full, _ = less.collect("e/2", 6_000, parcel="P", by=post, at=NOW)
    assert (full.state, [line.le_phi for line in full.book], [line.phi for line in full.book]) == (
        "paid",
        [2_000, 6_000],
        [2_000, 0],
    )


def test_an_order_waits_is_kept_while_it_is_good_and_is_closed_by_paying_at_the_counter():
    it = opened(bill())
    assert (it.state, it.ask_at) == ("waiting", NOW + ASK_AGAIN)
    assert it.open_order(order(it, "OTHER")) == (it,)
    later = NOW + timedelta(minutes=16)
    again = it.open_order(order(it, "OTHER", later))[0]
    assert again.order is not None
    assert again.order.reference == "OTHER"
    done = paid(it)
    assert (done.state, done.order) == ("paid", None)


def test_the_bank_s_word_pays_the_bill_once_however_often_it_comes():
    it = opened(bill())
    then, said = it.confirm("MCTEST", "B1", 10_000, at=NOW)
    assert isinstance(said, FeePaid)
    assert (then.state, said.way, said.office) == ("paid", "online", OFFICE)
    assert then.confirm("MCTEST", "B1", 10_000, at=NOW) == (then,)
    with pytest.raises(NoSuchOrder):
        it.confirm("MCOTHER", "B2", 10_000, at=NOW)


def test_money_that_comes_after_the_order_expired_still_pays():
    it, later = opened(bill()), NOW + timedelta(hours=2)
    expired = it.asked(at=later)[0]
    assert (expired.state, expired.order, expired.ask_at) == ("unpaid", None, later + ASK_LATER)
    then, _ = expired.confirm("MCTEST", "B1", 10_000, at=later)
    assert (then.state, then.book[0].is_difference) == ("paid", False)


@pytest.mark.parametrize(("dong", "state", "owed"), [(9_000, "waiting", 1_000), (11_000, "paid", -1_000)])
def test_a_wrong_amount_is_in_the_book_as_a_difference(dong: int, state: str, owed: int):
    then, _ = opened(bill()).confirm("MCTEST", "B1", dong, at=NOW)
    assert (then.state, then.owed) == (state, owed)
    assert then.book[0].expected == 10_000
    assert then.book[0].is_difference


def test_money_for_a_bill_that_was_paid_at_the_counter_meanwhile_can_be_given_back():
    it = paid(opened(bill()))
    then, _ = it.confirm("MCTEST", "B1", 10_000, at=NOW)
    assert (then.owed, then.book[-1].expected, then.book[-1].phi) == (-10_000, 0, 0)
    back, *said = refund(then, "r", 10_000, "overpaid", "nộp hai lần", ended=False, by=CLERK, at=NOW)
    assert said == []
    assert (back.state, back.owed, back.book[-1].way, back.book[-1].is_done) == ("paid", 0, "online", False)
    assert back.ask_at == NOW + ASK_AGAIN
    done, told = refunded(back, "r", at=LATER)
    assert isinstance(told, FeeRefunded)
    assert done.open_refunds == ()
    assert refunded(done, "r", at=LATER) == (done,)


def test_only_what_was_paid_and_is_not_due_goes_back_while_the_dossier_lives():
    it = paid(bill())
    with pytest.raises(NotPaid):
        refund(it, "r", 1, "overpaid", "x", ended=False, by=CLERK, at=NOW)
    with pytest.raises(NotPaid):
        refund(bill(), "r", 1, "withdrawn", "x", ended=True, by=CLERK, at=NOW)
    with pytest.raises(ReasonNeeded):
        refund(it, "r", 10_000, "withdrawn", " ", ended=True, by=CLERK, at=NOW)
    with pytest.raises(ClerksOnly):
        refund(it, "r", 10_000, "withdrawn", "x", ended=True, by=CITIZEN, at=NOW)
    back, said = refund(it, "r", 10_000, "withdrawn", "rút hồ sơ", ended=True, by=CLERK, at=NOW)
    assert (back.state, back.paid, said.dong, said.reason) == ("refunded", 0, 10_000, "withdrawn")
    assert refund(back, "r", 10_000, "withdrawn", "rút hồ sơ", ended=True, by=CLERK, at=NOW) == (back,)


def test_a_part_may_be_kept_when_a_dossier_ends_and_the_rest_of_the_kinds_is_right():
    back, _ = refund(paid(bill()), "r", 8_000, "withdrawn", "giữ phí", ended=True, by=CLERK, at=NOW)
    assert (back.state, back.kept, back.owed) == ("refunded", 2_000, 0)
    assert (back.book[-1].phi, back.book[-1].le_phi) == (0, 8_000)


def three_payments() -> Bill:
    """4 000 of the postman's, 6 000 at the counter, 10 000 by the bank that came late, 10 000 once more: all at once."""
    it = opened(bill()).collect("post", 4_000, parcel="P", by=CLERK, at=NOW)[0]
    it = it.pay("cash", 6_000, by=CLERK, at=NOW)[0]
    it = it.confirm("MCTEST", "B1", 10_000, at=NOW)[0]
    return it.confirm("MCTEST", "B2", 10_000, at=NOW)[0]


def test_money_goes_back_out_of_each_payment_by_its_way_and_no_more_than_came_by_it():
    it = three_payments()
    over, *none = refund(it, "r1", 12_000, "overpaid", "hai lần", ended=False, by=CLERK, at=NOW)
    assert none == []
    assert [(m.id, m.way, m.of, m.dong, m.is_done) for m in over.book[4:]] == [
        ("r1", "online", "B2", 10_000, False),
        ("r1.2", "online", "B1", 2_000, False),
    ]
    assert refund(over, "r1", 12_000, "overpaid", "hai lần", ended=False, by=CLERK, at=NOW) == (over,)
    rest, said = refund(over, "r2", 18_000, "withdrawn", "rút", ended=True, by=CLERK, at=NOW)
    assert [(m.way, m.of, m.dong, m.is_done) for m in rest.book[6:]] == [
        ("online", "B1", 8_000, False),
        ("counter", "cash", 6_000, True),
        ("counter", "post", 4_000, True),
    ]
    assert isinstance(said, FeeRefunded)
    assert (said.dong, said.way) == (10_000, "counter")
    assert (rest.paid, sum(m.phi for m in rest.book[4:]), sum(m.le_phi for m in rest.book[4:])) == (0, 2_000, 8_000)


def test_that_money_went_back_is_said_for_cash_at_once_and_for_the_bank_once_it_did_it():
    _, cash = refund(paid(bill()), "r", 10_000, "withdrawn", "rút", ended=True, by=CLERK, at=NOW)
    assert isinstance(cash, FeeRefunded)
    online = opened(bill()).confirm("MCTEST", "B1", 10_000, at=NOW)[0]
    waits, *none = refund(online, "r", 10_000, "withdrawn", "rút", ended=True, by=CLERK, at=NOW)
    assert none == []
    tomorrow = NOW + timedelta(days=1)
    assert (waits.state, waits.refunding) == ("refunding", 10_000)
    done, said = refunded(waits, "r", at=tomorrow)
    assert isinstance(said, FeeRefunded)
    assert (done.state, done.refunding) == ("refunded", 0)
    assert (said.dong, said.way, said.reason, said.refunded_at) == (10_000, "online", "withdrawn", tomorrow)
    assert (done.book[-1].day, done.ask_at) == ("2026-11-25", None)


def test_what_the_bank_refuses_to_give_back_is_not_asked_again_and_is_paid_out_at_the_counter_once():
    online = opened(bill()).confirm("MCTEST", "B1", 10_000, at=NOW)[0]
    waits = refund(online, "r", 10_000, "withdrawn", "rút", ended=True, by=CLERK, at=NOW)[0]
    with pytest.raises(NoSuchRefund):
        at_counter(waits, "r", by=CLERK, at=NOW)
    (no,) = refused(waits, "r", at=LATER)
    assert (no.state, no.refunding) == ("refunding", 0)
    assert (no.open_refunds, no.ask_at, [it.dong for it in no.refused_refunds]) == ((), None, [10_000])
    assert refunded(no, "r", at=LATER) == (no,)
    day = counted(OFFICE, "2026-11-24", [CashLine("d", "c", it) for it in no.book], [], bank="not-configured")
    assert [(it.kind, it.here, it.there) for it in day.differences] == [("refund-refused", 10_000, 0)]
    assert [it.what for it in day.sums] == ["paid"]
    with pytest.raises(ClerksOnly):
        at_counter(no, "r", by=CITIZEN, at=LATER)
    done, said = at_counter(no, "r", by=CLERK, at=LATER)
    assert isinstance(said, FeeRefunded)
    assert (said.way, done.book[-1].way, done.refused_refunds, done.paid) == ("counter", "counter", (), 0)
    assert done.state == "refunded"
    assert at_counter(done, "r", by=CLERK, at=LATER) == (done,)
    day = counted(OFFICE, "2026-11-24", [CashLine("d", "c", it) for it in done.book], [], bank="not-configured")
    assert (day.differences, day.in_hand) == ((), -10_000)


def test_a_refund_is_in_the_day_s_sums_once_the_bank_has_done_it_and_only_then():
    online = opened(bill()).confirm("MCTEST", "B1", 10_000, at=NOW)[0]
    waits = refund(online, "r", 10_000, "withdrawn", "rút", ended=True, by=CLERK, at=NOW)[0]
    done = refunded(waits, "r", at=NOW)[0]

    def sums(it: Bill) -> list[tuple[str, int]]:
        day = counted(OFFICE, "2026-11-24", [CashLine("d", "c", line) for line in it.book], [], bank="not-configured")
        return [(it.what, it.dong) for it in day.sums]

    assert sums(waits) == [("paid", 10_000)]
    assert sums(done) == [("paid", 10_000), ("refunded", 10_000)]


def test_an_id_that_was_used_for_another_sum_is_refused():
    it = three_payments()
    with pytest.raises(OtherMoney):
        it.pay("cash", 5_000, by=CLERK, at=NOW)
    back = refund(it, "r", 12_000, "overpaid", "x", ended=False, by=CLERK, at=NOW)[0]
    with pytest.raises(OtherMoney):
        refund(back, "r", 10_000, "overpaid", "x", ended=False, by=CLERK, at=NOW)
    with pytest.raises(OtherMoney):
        refund(it, "cash", 6_000, "overpaid", "x", ended=False, by=CLERK, at=NOW)


def test_an_order_that_ended_without_its_money_is_asked_about_for_some_hours_more_and_then_not():
    it, end = opened(bill()), NOW + timedelta(minutes=15)
    over = it.asked(at=end)[0]
    assert (over.order, [order.reference for order in over.to_ask(end)]) == (None, ["MCTEST"])
    assert over.ask_at == end + ASK_LATER
    late = end + ORDER_WATCHED
    given_up = over.asked(at=late)[0]
    assert (given_up.to_ask(late), given_up.ask_at) == ((), None)
    came = over.confirm("MCTEST", "B1", 10_000, at=end)[0]
    assert (came.to_ask(end), came.ask_at) == ((), None)


def test_what_is_cancelled_asks_for_nothing_and_money_that_still_comes_is_to_be_given_back():
    it = opened(bill()).cancel("withdrawn")[0]
    assert (it.state, it.owed, it.order) == ("cancelled", 0, None)
    with pytest.raises(NothingToPay):
        it.pay("p", 10_000, by=CLERK, at=NOW)
    late, _ = it.confirm("MCTEST", "B1", 10_000, at=NOW)
    assert late.ask_at is None
    assert (late.state, late.owed) == ("cancelled", -10_000)
    back, *_ = refund(late, "r", 10_000, "withdrawn", "đến sau khi rút", ended=True, by=CLERK, at=NOW)
    assert back.paid == 0


def test_cancelling_what_was_paid_leaves_the_money_to_be_refunded():
    it = paid(bill())
    assert it.cancel("refused") == (it,)
    partly = bill().collect("e", 4_000, parcel="P", by=CLERK, at=NOW)[0].cancel("withdrawn")[0]
    assert (partly.state, partly.owed) == ("cancelled", -4_000)


@pytest.mark.parametrize(
    "wrong",
    [
        {"dong": 0},
        {"dong": -1},
        {"dong": 10**13},
        {"id": ""},
        {"id": "a/b"},
        {"reference": "ồ"},
        {"at": "2026-11-24T03:00:00"},
    ],
)
def test_what_cannot_be_a_movement_of_money_is_not_read(wrong: dict[str, object]):
    right = {"id": "B1", "reference": "MC1", "dong": 1, "at": "2026-11-24T03:00:00Z"}
    assert msgspec.convert(right, Movement).dong == 1
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**right, **wrong}, Movement)


def test_a_bill_comes_out_of_the_store_as_it_went_in():
    it = opened(bill()).confirm("MCTEST", "B1", 9_000, at=NOW)[0]
    assert msgspec.convert(msgspec.to_builtins(it, builtin_types=(datetime,)), Bill) == it


HAPPENS: dict[str, Callable[[Bill, str, int], Bill]] = {
    "counter": lambda it, key, _: it.pay(key, it.owed, by=CLERK, at=NOW)[0],
    "post": lambda it, key, dong: it.collect(key, dong, parcel="P", by=CLERK, at=NOW)[0],
    "bank": lambda it, key, dong: it.confirm(it.orders[0].reference, key, dong, at=NOW)[0] if it.orders else it,
    "refund": lambda it, key, dong: refund(it, key, dong, "overpaid", "x", ended=False, by=CLERK, at=NOW)[0],
    "order": lambda it, key, _: opened(it, f"MC{key}"),
    "cancel": lambda it, *_: it.cancel("withdrawn")[0],
    "bank-did": lambda it, *_: refunded(it, it.open_refunds[0].id, at=NOW)[0] if it.open_refunds else it,
    "bank-refused": lambda it, *_: refused(it, it.open_refunds[0].id, at=NOW)[0] if it.open_refunds else it,
    "exempt": lambda it, *_: it.exempt(EXTRACT, "poor", "book", by=CLERK, at=NOW)[0],
    "not-exempt": lambda it, *_: it.correct(EXTRACT, "x", not_exempt=True, by=CLERK, at=NOW)[0],
    "pieces": lambda it, _, number: it.correct(COPY, "x", pieces=number % 20 + 1, by=CLERK, at=NOW)[0],
    "price": lambda it, _, dong: it.set_amount("council", dong, "x", by=CLERK, at=NOW)[0],
    "no-price": lambda it, *_: it.exempt(COUNCIL, "poor", "book", by=CLERK, at=NOW)[0],
    "ended": lambda it, key, dong: refund(it, key, dong, "withdrawn", "x", ended=True, by=CLERK, at=NOW)[0],
    "paid-out": lambda it, *_: (
        at_counter(it, it.refused_refunds[0].id, by=CLERK, at=NOW)[0] if it.refused_refunds else it
    ),
}


@given(st.booleans(), st.lists(st.tuples(st.sampled_from(list(HAPPENS)), st.integers(1, 30_000)), max_size=14))
def test_whatever_happens_the_sums_of_the_book_hold(is_known: bool, steps: list[tuple[str, int]]):
    it = bill(COPY, replace(COUNCIL, amount=5_000) if is_known else COUNCIL, EXTRACT)
    for number, (what, dong) in enumerate(steps):
        try:
            it = HAPPENS[what](it, f"m{number}", dong)
        except (NothingToPay, NotPaid, AmountUnknown, AmountNotOpen):
            continue
        assert kinds(it.book) == shares(it.lines, 0, it.paid)
    came = sum(line.dong for line in it.book if line.what == "paid")
    back = sum(line.dong for line in it.book if line.what == "refunded")
    assert it.paid == came - back >= 0
    assert sum(kinds(it.book)) == min(it.paid, it.due)
    for line in it.book:
        assert line.what == "rebooked" or min(line.phi, line.le_phi, line.dong - line.phi - line.le_phi) >= 0
    assert (it.state == "waiting") == (it.order is not None)
    assert (it.ask_at is not None) == bool(it.open_refunds or it.to_ask(NOW))
    for line in it.book:
        assert sum(back.dong for back in it.book if back.of == line.id) <= line.dong
    assert (it.state == "refunded") <= (it.refunding == 0)
    free = it.paid == it.due == 0
    assert (it.state == "exempt") <= free
    if it.state not in {"cancelled", "refunding", "refunded"}:
        assert (it.state in {"paid", "exempt"}) == (it.paid >= it.due and not it.unknown)
        assert (it.state == "paid") <= (not free)


def test_a_receipt_is_numbered_by_office_and_year_and_says_when_it_is_a_reprint():
    line = paid(bill()).book[0]
    receipt = Receipt.issue("d", line, 7, NOW)[0]
    assert receipt.number == "BL-H36.202.02-2026-000007"
    twice = receipt.printed(by=CLERK, at=NOW)[0].printed(by=CLERK, at=NOW)[0]
    assert [it.by for it in twice.prints] == ["clerk", "clerk"]


@pytest.mark.parametrize(
    ("dong", "words"),
    [
        (0, "Không đồng"),
        (8_000, "Tám nghìn đồng"),
        (10_000, "Mười nghìn đồng"),
        (15_000, "Mười lăm nghìn đồng"),
        (21_000, "Hai mươi mốt nghìn đồng"),
        (24_500, "Hai mươi tư nghìn năm trăm đồng"),
        (105_000, "Một trăm linh năm nghìn đồng"),
        (1_000_000, "Một triệu đồng"),
        (1_234_005, "Một triệu hai trăm ba mươi tư nghìn không trăm linh năm đồng"),
        (2_000_000_015, "Hai tỷ không trăm mười lăm đồng"),
    ],
)
def test_an_amount_is_said_in_vietnamese_words(dong: int, words: str):
    assert spelled(dong) == words


def test_a_pay_link_opens_its_dossier_for_half_an_hour_and_nothing_else():
    id, key = str(uuid4()), b"key"
    text = pay_link.token(id, key, NOW)
    assert id not in text
    assert pay_link.opened(text, key, NOW + timedelta(minutes=29))[0] == id
    changed = text[:5] + ("A" if text[5] != "A" else "B") + text[6:]
    for wrong, with_key, at in (
        (text, key, NOW + timedelta(minutes=30)),
        (text, b"other", NOW),
        (changed, key, NOW),
        (text[:-4], key, NOW),
        ("", key, NOW),
        ("ồ?", key, NOW),
    ):
        with pytest.raises(pay_link.PayLinkOver):
            pay_link.opened(wrong, with_key, at)


def test_the_bank_s_signature_holds_for_this_body_this_path_this_key_and_five_minutes():
    header = sign("key", NOW, "POST /x", b"body")
    check("key", NOW + timedelta(minutes=4), "POST /x", b"body", header)
    for key, at, what, body, said in (
        ("key", NOW, "POST /x", b"other", header),
        ("key", NOW, "POST /y", b"body", header),
        ("other", NOW, "POST /x", b"body", header),
        ("", NOW, "POST /x", b"body", sign("", NOW, "POST /x", b"body")),
        ("key", NOW + timedelta(minutes=6), "POST /x", b"body", header),
        ("key", NOW - timedelta(minutes=6), "POST /x", b"body", header),
        ("key", NOW, "POST /x", b"body", ""),
        ("key", NOW, "POST /x", b"body", "t=é,v1=ồ"),
    ):
        with pytest.raises(NotTheBank):
            check(key, at, what, body, said)


def test_a_day_s_cash_is_summed_by_way_and_kind_and_compared_with_the_bank():
    at_counter = paid(bill())
    online = opened(bill()).confirm("MCTEST", "B1", 11_000, at=NOW)[0]
    lines = [CashLine("d1", "c1", at_counter.book[0]), CashLine("d2", "c2", online.book[0])]
    statement = [
        Movement("B1", "MCTEST", 12_000, NOW),
        Movement("B2", "MCLOST", 5_000, NOW),
        Movement("B3", "WHO", 1, NOW),
    ]
    cash = counted(
        OFFICE,
        "2026-11-24",
        lines,
        [Unpaid.of("d4", "c4", bill())],
        bank="compared",
        statement=statement,
        elsewhere={"MCLOST": "d3"},
    )
    assert [(it.way, it.dong, it.phi, it.le_phi, it.other) for it in cash.sums] == [
        ("counter", 10_000, 2_000, 8_000, 0),
        ("online", 11_000, 2_000, 8_000, 1_000),
    ]
    assert (cash.in_hand, cash.open_count, cash.open_dong) == (10_000, 1, 10_000)
    assert [(it.kind, it.dossier, it.here, it.there) for it in cash.differences] == [
        ("wrong-amount", "d2", 10_000, 11_000),
        ("amount-differs", "d2", 11_000, 12_000),
        ("missing-here", "d3", 0, 5_000),
        ("unknown-reference", "", 0, 1),
    ]
    assert not cash.open_at_least
    missing = counted(OFFICE, "2026-11-24", lines, [], bank="compared")
    assert [it.kind for it in missing.differences] == ["wrong-amount", "missing-there"]


def test_what_is_owed_at_an_office_is_a_least_where_bills_are_not_summed_or_an_amount_is_not_known():
    known, half = (Unpaid.of("d", "c", it) for it in (bill(), bill(EXTRACT, COUNCIL)))
    assert (half.owed, half.is_known) == (8_000, False)
    for unpaid, unsummed, told in (
        ([known, known], 0, (2, 20_000, False)),
        ([known], 7, (8, 10_000, True)),
        ([known, half], 0, (2, 18_000, True)),
        ([], 0, (0, 0, False)),
    ):
        day = counted(OFFICE, "2026-11-24", [], unpaid, unsummed=unsummed, bank="not-configured")
        assert (day.open_count, day.open_dong, day.open_at_least) == told
