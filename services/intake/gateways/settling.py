"""Between a bank and the dossiers' bills: each call out stands between two changes, and each may be done again."""

import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from services.intake.domain.bill import Bill
from services.intake.domain.cash import Movement
from services.intake.domain.dossier import Dossier
from services.intake.domain.facts import NoBill
from services.intake.domain.money import ORDER_LIVES, NoSuchOrder, Order
from services.intake.domain.refunding import refunded, refused
from services.intake.gateways.bank import Payments
from shared.codes import TrackingCode
from shared.events import Decision
from shared.people import SYSTEM, Person
from shared.repository import Repository

__all__ = ["Settling", "bill_of"]

log = logging.getLogger(__name__)


def bill_of(dossier: Dossier) -> Bill:
    """Raises `NoBill`."""
    if dossier.bill is None:
        raise NoBill("Nothing is to be paid for this dossier.")
    return dossier.bill


@dataclass(frozen=True, slots=True)
class Settling:
    """`of_orders` finds the dossiers that opened payments under these references."""

    bank: Payments
    dossiers: Repository[Dossier]
    of_orders: Callable[[Sequence[str]], Awaitable[list[Dossier]]]
    at: datetime

    async def open(self, dossier: Dossier, by: Person) -> Dossier:
        """Open a payment of what is owed, or keep the one that is open. What cannot be paid is refused before."""
        bill = bill_of(dossier)
        reference = "MC" + TrackingCode.make(secrets.token_bytes(8)).text.replace("-", "")
        (then,) = bill.open_order(Order(reference, bill.owed, self.at, self.at + ORDER_LIVES))
        if then is bill:
            return dossier
        order = await self.bank.open(reference, bill.owed, self.at, self.at + ORDER_LIVES)
        return await self._change(dossier.id, lambda it: it.open_order(order), by)

    async def take(self, came: Movement) -> Dossier:
        """Money of which the bank told, in whatever order and however often. Raises `NoSuchOrder`."""
        found = await self.of_orders([came.reference])
        if not found or came.what != "paid":
            raise NoSuchOrder("No payment was opened under this reference.", about="reference")
        return await self._confirm(found[0].id, came)

    async def ask(self, dossier: Dossier) -> Dossier:
        """Ask the bank about the payment that is open, and about those that ended lately."""
        orders = bill_of(dossier).to_ask(self.at)
        for order in orders:
            for it in await self.bank.status(order.reference):
                await self._confirm(dossier.id, it)
        return await self._change(dossier.id, lambda it: it.asked(at=self.at)) if orders else dossier

    async def give_back(self, dossier: Dossier) -> Dossier:
        """Have the bank carry out the refunds that are open: each once, however often it is asked."""
        for back in bill_of(dossier).open_refunds:
            said = await self.bank.refund(f"{dossier.id}.{back.id}", back.reference, back.dong)
            if said == "refused":
                log.warning("the bank refuses to give back %d đồng of dossier %s", back.dong, dossier.id)
            if said != "open":
                outcome = refunded if said == "done" else refused
                dossier = await self._change(dossier.id, partial(outcome, id=back.id, at=self.at))
        return dossier

    async def settle(self, dossier: Dossier) -> Dossier:
        """Both, for the round that finds what callbacks did not tell. What stays open is asked about later."""
        try:
            return await self.give_back(await self.ask(dossier))
        finally:
            await self._change(dossier.id, lambda it: it.still_open(self.at))

    async def _confirm(self, id: str, came: Movement) -> Dossier:
        return await self._change(id, lambda it: it.confirm(came.reference, came.id, came.dong, at=came.at))

    async def _change(self, id: str, decide: Callable[[Bill], Decision[Bill]], by: Person = SYSTEM) -> Dossier:
        return await self.dossiers.change(id, lambda it: it.with_bill(decide, by=by, at=self.at))
