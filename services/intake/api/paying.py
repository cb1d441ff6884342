"""What the API and the pages of fees have in common: how a bill is changed, and how a receipt is made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from services.intake.domain.bill import Bill, BillState
from services.intake.domain.dossier import Dossier
from services.intake.domain.fees import Line, LineCorrected
from services.intake.domain.money import Moved, NoSuchOrder, Order
from services.intake.domain.receipt import NoSuchPayment, Receipt, receipt_id, series
from services.intake.domain.refunding import refund
from services.intake.gateways.bank import Payments
from services.intake.gateways.settling import Settling, bill_of
from services.intake.store import Store
from shared.decisions import Once
from shared.door import FromApp
from shared.errors import Repeated, Unavailable
from shared.events import Decision
from shared.people import Person
from shared.repository import Repository
from shared.web.limits import Allowance

__all__ = ["BankAnswer", "BillShown", "Opened", "Refunding", "Till", "open_to", "opening"]

ENDED = ("refused", "stopped")
"""States of a dossier after which all that was paid may be given back."""
BankAnswer = Literal["came", "nothing", "none-open"]
"""Of asking the bank: money came of what it was asked about; none did; there is nothing to ask about."""


def opening() -> Allowance:
    """How often the bank may be asked for something of one dossier: twelve times at once, then once in ten seconds."""
    return Allowance(12, timedelta(seconds=10))


Opened = Annotated[Allowance, FromApp("pay_tries")]


@dataclass(frozen=True, slots=True)
class BillShown:
    """A bill with its sums, in đồng."""

    dossier: str
    code: str
    office: str
    state: BillState
    due: int
    paid: int
    owed: int
    lines: tuple[Line, ...]
    is_payable: bool
    """False while an amount is not known, and once nothing is owed."""
    book: tuple[Moved, ...]
    order: Order | None
    refundable: int
    """What may be given back now: all of it once the dossier is refused or withdrawn, else what is too much."""
    refunding: int
    """Of what goes back: so much is on its way, for the bank has yet to do it."""
    corrections: tuple[LineCorrected, ...]

    @property
    def moved(self) -> int:
        """Grows whenever money came in or went back, or the bank said what becomes of a refund."""
        return len(self.book) + sum(it.what == "refunded" and not it.is_open for it in self.book)

    @classmethod
    def of(cls, dossier: Dossier) -> Self:
        """Raises `NoBill`."""
        it = bill_of(dossier)
        return cls(
            dossier.id,
            dossier.code or dossier.tracking,
            it.office,
            it.state,
            it.due,
            it.paid,
            it.owed,
            it.lines,
            it.owed > 0 and not it.unknown,
            it.book,
            it.order,
            it.paid if dossier.state in ENDED else max(-it.owed, 0),
            it.refunding,
            it.corrections,
        )


@dataclass(frozen=True, slots=True)
class Refunding:
    """So much goes back, and why: a code, and words that stay with the bill."""

    dong: int
    reason: str
    words: str


def open_to(dossier: Dossier, by: Person) -> None:
    """A bill tells why somebody is poor: it is for who filed, and for the offices that handle the dossier.

    Raises `NotYours`, `NotYourOffice`.
    """
    dossier.belongs_to(by)
    if by.role != "citizen":
        dossier.handled_by(by)


@dataclass(frozen=True, slots=True)
class Till:
    """Somebody at a bill, now."""

    store: Store
    bank: Payments
    by: Person
    at: datetime

    @property
    def settling(self) -> Settling:
        return Settling(self.bank, self.store.dossiers, self.store.of_orders, self.at)

    async def change(self, id: str, decide: Callable[[Bill], Decision[Bill]], once: Once | None = None) -> Dossier:
        """One write, by an official of the offices that handle the dossier. Raises `NotYourOffice`."""

        def decided(dossier: Dossier) -> Decision[Dossier]:
            dossier.handled_by(self.by)
            return dossier.with_bill(decide, by=self.by, at=self.at)

        return await self.store.dossiers.change(id, decided, once=once)

    async def order(self, dossier: Dossier) -> Order:
        """A payment at the bank, or the one that is open. Raises `NoSuchOrder` where it was paid meanwhile."""
        opened = bill_of(await self.settling.open(dossier, self.by)).order
        if opened is None:
            raise NoSuchOrder("It was paid while you asked: look at the bill.")
        return opened

    async def ask_bank(self, dossier: Dossier) -> tuple[BankAnswer, Dossier]:
        """Ask about payments and refunds that are open, rather than wait for the bank's word. Raises `Unavailable`."""
        before = bill_of(dossier)
        then = await self._given_back(await self.settling.ask(dossier))
        asked = {it.reference for it in before.to_ask(self.at)}
        came = (it for it in bill_of(then).book[len(before.book) :] if it.what == "paid")
        if any(it.reference in asked for it in came):
            return "came", then
        return "nothing" if asked else "none-open", then

    async def refund(self, dossier_id: str, id: str, asked: Refunding) -> Dossier:
        """Written first; then the bank carries it out where it holds the money."""

        def decided(dossier: Dossier) -> Decision[Dossier]:
            dossier.handled_by(self.by)
            return dossier.with_bill(
                lambda it: refund(
                    it,
                    id,
                    asked.dong,
                    asked.reason,
                    asked.words,
                    ended=dossier.state in ENDED,
                    by=self.by,
                    at=self.at,
                ),
                by=self.by,
                at=self.at,
            )

        return await self._given_back(await self.store.dossiers.change(dossier_id, decided))

    async def _given_back(self, dossier: Dossier) -> Dossier:
        """With the refunds that the bank carried out; if it is away, the round asks again."""
        try:
            return await self.settling.give_back(dossier)
        except Unavailable:
            return dossier

    async def receipt(self, dossier: Dossier, payment: str) -> Receipt:
        """The receipt of money that came in; made now where nobody asked for it before. Raises `NoSuchPayment`."""
        paid = next((it for it in bill_of(dossier).book if it.id == payment and it.what == "paid"), None)
        if paid is None:
            raise NoSuchPayment("No money came in for this dossier under that id.", about="payment_id")
        return await issued(self.store.receipts, dossier.id, paid, self.at)


async def issued(receipts: Repository[Receipt], dossier: str, paid: Moved, at: datetime) -> Receipt:
    """The one receipt of a payment: the next number of its series, taken once however many ask at the same time."""
    id = receipt_id(dossier, paid.id)
    if found := await receipts.known(id):
        return found
    once = Once("issued", b"", lambda it: it.id)
    try:
        return await receipts.create_numbered(
            id, series(paid), lambda number: Receipt.issue(dossier, paid, number, at), once=once
        )
    except Repeated:
        return await receipts.get(id)
