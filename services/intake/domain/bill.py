"""The bill of a dossier: what is due and what was paid. It lives inside the dossier's own document.

What is given back stands in `refunding`.

A state machine of its own beside the business state: a dossier can be decided and unpaid, or refused and paid. Its
`book` is only ever written on. What was paid and what is owed are sums of it; nothing is paid by setting a flag.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Self

from services.intake.domain.fees import (
    Charge,
    Fee,
    Line,
    LineCorrected,
    WhyNeeded,
    WrongAmount,
    clerks_only,
    lines_of,
)
from services.intake.domain.money import (
    ASK_AGAIN,
    ASK_LATER,
    ORDER_WATCHED,
    AmountUnknown,
    Moved,
    NoSuchLine,
    NoSuchOrder,
    NothingToPay,
    Order,
    OtherMoney,
    Stage,
    TooManyOrders,
    day_of,
    rebooked,
    shares,
)
from shared import codes
from shared.contracts.intake import FeeDue, FeeLine, FeePaid
from shared.events import Decision, Event
from shared.people import SYSTEM, Person

__all__ = ["Bill", "BillState"]

BillState = Literal["unpaid", "waiting", "paid", "refunding", "refunded", "cancelled", "exempt"]
"""`waiting`: an online order is open at the bank. `exempt`: nothing is due, for reasons, nor left of what came.

`refunding`: the bank has yet to give it back, or the counter what the bank refused to; `refunded`: it is given back.
"""
BACK = ("refunding", "refunded")
OVER = (*BACK, "cancelled")
MOST_ORDERS = 50


@dataclass(frozen=True, slots=True)
class Bill:
    """`office` is where the dossier was received: what comes in online is counted there."""

    office: str
    lines: tuple[Line, ...]
    state: BillState = "unpaid"
    orders: tuple[Order, ...] = ()
    book: tuple[Moved, ...] = ()
    ask_at: datetime | None = None
    """When the bank is asked next: about what is open, and about orders that ended lately. None: about nothing."""
    kept: int = 0
    """Of what is given back: what the authority keeps, in đồng."""
    cancelled_because: str = ""
    corrections: tuple[LineCorrected, ...] = ()

    @classmethod
    def of(cls, fees: Iterable[Fee], charges: Iterable[Charge], *, office: str, by: Person) -> "Bill | None":
        """None where the procedure costs nothing. Raises what `lines_of` raises. Say what `said_due` answers."""
        lines = lines_of(fees, charges, by)
        return cls(office, lines).settled() if any(it.due != 0 or it.exemption for it in lines) else None

    @property
    def due(self) -> int:
        """The sum of the lines whose amount is known, in đồng."""
        return sum(it.due or 0 for it in self.lines)

    @property
    def unknown(self) -> tuple[Line, ...]:
        return tuple(it for it in self.lines if it.due is None)

    @property
    def paid(self) -> int:
        """What came in, less what was given back or is promised to be, in đồng."""
        return sum(it.dong if it.what == "paid" else -it.dong for it in self.book)

    @property
    def owed(self) -> int:
        """What is still to be paid; below zero, so much came too much."""
        return (self.kept if self.state in OVER else self.due) - self.paid

    @property
    def order(self) -> Order | None:
        """The one that is open."""
        return next((it for it in self.orders if it.is_open), None)

    @property
    def open_refunds(self) -> tuple[Moved, ...]:
        """What the bank has yet to give back."""
        return tuple(it for it in self.book if it.is_open)

    @property
    def refunding(self) -> int:
        """What the bank has yet to give back, in đồng: it is on its way."""
        return sum(it.dong for it in self.open_refunds)

    @property
    def refused_refunds(self) -> tuple[Moved, ...]:
        """What the bank does not give back, and the counter has yet to."""
        return tuple(it for it in self.book if it.is_refused)

    def unnamed(self) -> Self:
        """The same without the names of its fees: of a sensitive procedure they tell what it is."""
        lines = tuple(replace(it, name=it.kind.capitalize()) for it in self.lines)
        return replace(self, lines=lines, corrections=())

    def unexplained(self) -> Self:
        """The same without why somebody need not pay: it tells that they are poor, or disabled."""
        lines = tuple(replace(it, exemption_reason="", evidence="") for it in self.lines)
        return replace(self, lines=lines, corrections=())

    def to_ask(self, at: datetime) -> tuple[Order, ...]:
        """The order that is open, and those that ended some hours ago at most and whose money did not come."""
        return tuple(it for it in self.orders if it.is_open or (at < it.expires_at + ORDER_WATCHED and self._lacks(it)))

    def said_due(self, by: Person, *, was: int = 0) -> tuple[Event, ...]:
        """The event of what is to be paid now; none where as much is due as `was`, in đồng. A drop to zero is said."""
        if self.due == was:
            return ()
        lines = tuple(FeeLine(it.fee, it.kind, it.due) for it in self.lines if it.due)
        return (FeeDue(office=by.office, role=by.role, dong=max(self.owed, 0), lines=lines),)

    def set_amount(self, fee: str, dong: int, because: str, *, by: Person, at: datetime) -> Decision[Self]:
        """The amount of a line that the catalogue does not know, with the ground for it."""
        clerks_only(by)
        return self._with_line(self._line(fee).priced(dong, because, by), by, at)

    def exempt(self, fee: Fee, exemption: str, evidence: str, *, by: Person, at: datetime) -> Decision[Self]:
        """Free from a fee, before or after it was paid: what was paid of it can then be given back."""
        clerks_only(by)
        return self._with_line(self._line(fee.code).freed(fee, exemption, evidence, by), by, at)

    def correct(
        self, fee: Fee, because: str, *, pieces: int | None = None, not_exempt: bool = False, by: Person, at: datetime
    ) -> Decision[Self]:
        """Put a slip right, before or after it was paid: the number of pieces (None: as it is), or an exemption.

        The line as it was is kept, with the reason; what was paid too much can then be given back. Where nothing
        changes, nothing is written: twice is once. Raises `WhyNeeded`, `PiecesAbsurd`.
        """
        clerks_only(by)
        if not because.strip():
            raise WhyNeeded("Why is it put right? It is kept with the bill.", about="because")
        was = self._line(fee.code)
        now = was.corrected(fee, was.pieces if pieces is None else pieces, not_exempt=not_exempt)
        if now == was:
            return (self,)
        then, *said = self._with_line(now, by, at)
        fact = LineCorrected(at, by.id, by.office, was, because.strip()[:300])
        return replace(then, corrections=(*then.corrections, fact)), *said

    def pay(self, id: str, dong: int, *, by: Person, at: datetime, stage: Stage = 1) -> Decision[Self]:
        """Take what is owed at the counter, neither more nor less; twice under one `id` is once.

        Raises `OtherMoney` where that id stands for something else.
        """
        clerks_only(by)
        if self.did(id, "paid", dong):
            return (self,)
        self._payable()
        if dong != self.owed:
            raise WrongAmount(f"{self.owed} đồng are owed, not {dong}: take exactly that.", about="dong")
        return self.take(Moved(id, "paid", "counter", dong, dong, 0, 0, at, "", by.office, by.id, stage), role=by.role)

    def collect(self, id: str, dong: int, *, parcel: str, by: Person, at: datetime) -> Decision[Self]:
        """The post collected it at the door (4: on return). It is taken as it is: it has been paid."""
        expected = max(self.owed, 0)
        return self.take(
            Moved(id, "paid", "post", dong, expected, 0, 0, at, "", by.office, "", 4, parcel), role=by.role
        )

    def confirm(self, reference: str, movement: str, dong: int, *, at: datetime) -> Decision[Self]:
        """The bank says that money came for an order; `movement` is its own number for it. Raises `NoSuchOrder`.

        The order may have expired, be paid otherwise, or its amount be wrong: the money is there all the same.
        """
        expected = min(self._order(reference).dong, max(self.owed, 0))
        came = Moved(movement, "paid", "online", dong, expected, 0, 0, at, "", self.office, reference=reference)
        return self.take(came, role=SYSTEM.role)

    def take(self, came: Moved, *, role: str) -> Decision[Self]:
        """Money that has come is written down: less, more, twice, late or after the end. The same `id` again: nothing.

        The day and the shares of *phí* and *lệ phí* are worked out here.
        """
        if self._knows(came.id):
            return (self,)
        phi, le_phi = shares(self.lines, self.paid, self.paid + came.dong)
        came = replace(came, day=day_of(came.at), phi=phi, le_phi=le_phi)
        then = replace(self, book=(*self.book, came))
        then = (then.without_order() if then.owed <= 0 else then).settled()
        said = FeePaid(
            office=came.office,
            role=role,
            dong=came.dong,
            phi=phi,
            le_phi=le_phi,
            way=came.way,
            owed=then.owed,
            paid_at=came.at,
        )
        return then, said

    def open_order(self, order: Order) -> Decision[Self]:
        """State waiting: the bank knows of it. One that is still good for the same amount is kept in its place."""
        self._payable()
        at, there = order.opened_at, self.order
        if there and there.dong == self.owed and at < there.expires_at:
            return (self,)
        if len(self.orders) >= MOST_ORDERS:
            raise TooManyOrders("So many payments were opened for this dossier: pay at a counter.")
        if order.dong != self.owed:
            raise WrongAmount(f"{self.owed} đồng are owed, not {order.dong}: open it anew.", about="dong")
        closed = self.without_order()
        return (replace(closed, state="waiting", orders=(*closed.orders, order), ask_at=at + ASK_AGAIN),)

    def asked(self, *, at: datetime) -> Decision[Self]:
        """The bank knows of no more money: the order that is open waits on, or has expired and is closed."""
        over = self.order and at >= self.order.expires_at
        return (self.without_order().settled() if over else self).still_open(at)

    def still_open(self, at: datetime) -> Decision[Self]:
        """The bank was asked now; about what is open it is asked again soon, about what ended lately less often."""
        pause = ASK_AGAIN if self.order or self.open_refunds else ASK_LATER if self.to_ask(at) else None
        then = at + pause if pause else None
        return (self if then == self.ask_at else replace(self, ask_at=then),)

    def cancel(self, because: str) -> Decision[Self]:
        """Nothing is asked for any more (withdrawn, refused). What was paid, all or a part, waits for a refund."""
        if self.state in {*OVER, "paid", "exempt"}:
            return (self,)
        closed = self.without_order()
        return (replace(closed, state="cancelled", cancelled_because=codes.code(because, "because")).settled(),)

    def did(self, id: str, what: Literal["paid", "refunded"], dong: int) -> bool:
        """Whether this very thing was done under this id. Raises `OtherMoney` where something else was."""
        there = [it for it in self.book if it.id == id or it.id.startswith(f"{id}.")]
        if there and (sum(it.dong for it in there) != dong or any(it.what != what for it in there)):
            raise OtherMoney("Under this id another sum was booked: look at the bill, and take a new id.", about="dong")
        return bool(there)

    def settled(self) -> Self:
        """The same, in the state that follows from its sums."""
        is_asked = self.order or self.open_refunds or any(self._lacks(it) for it in self.orders)
        then = self if is_asked else replace(self, ask_at=None)
        if self.state in BACK:
            return replace(then, state="refunded" if all(it.is_done for it in self.book) else "refunding")
        if self.state in OVER:
            return then
        if self.unknown or self.due > self.paid:
            return replace(then, state="waiting" if self.order else "unpaid")
        is_free = not self.due and not self.paid and any(it.exemption for it in self.lines)
        return replace(then, state="exempt" if is_free else "paid")

    def without_order(self) -> Self:
        return replace(self, orders=tuple(replace(it, is_open=False) if it.is_open else it for it in self.orders))

    def _payable(self) -> None:
        if self.state in OVER or (self.owed <= 0 and not self.unknown):
            raise NothingToPay(f"Nothing is to be paid ({self.state}).")
        if self.unknown:
            raise AmountUnknown(f"The amount of {self.unknown[0].name} is not known: a clerk enters it first.")

    def _with_line(self, line: Line, by: Person, at: datetime) -> Decision[Self]:
        if self.state in OVER:
            raise NothingToPay(f"Nothing is to be paid ({self.state}).")
        lines = tuple(line if it.fee == line.fee else it for it in self.lines)
        book = (*self.book, *rebooked(self.book, shares(lines, 0, self.paid), by=by, at=at))
        then = replace(self.without_order(), lines=lines, book=book).settled()
        return then, *then.said_due(by, was=self.due)

    def _line(self, fee: str) -> Line:
        for line in self.lines:
            if line.fee == fee:
                return line
        raise NoSuchLine(f"This bill has no {fee!r}: it has {', '.join(it.fee for it in self.lines)}.", about="fee")

    def _order(self, reference: str) -> Order:
        for order in self.orders:
            if order.reference == reference:
                return order
        raise NoSuchOrder(f"No payment {reference} was opened for this dossier.", about="reference")

    def _lacks(self, order: Order) -> bool:
        came = sum(it.dong for it in self.book if it.what == "paid" and it.reference == order.reference)
        return came < order.dong

    def _knows(self, id: str) -> bool:
        return any(it.id == id for it in self.book)
