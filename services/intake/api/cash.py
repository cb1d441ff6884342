"""Reconciliation over HTTP: an office's money of one day, against the bank's statement; as JSON and as a workbook."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime

from fastapi import Response

from services.intake.api.given import MOST_SKIPPED, Bank, Kept
from services.intake.domain.cash import (
    MOST_MOVED,
    MOST_SUMMED,
    BankSaid,
    Cash,
    CashLine,
    Movement,
    TooManyLines,
    Unpaid,
    counted,
)
from services.intake.domain.dossier import Dossier
from services.intake.domain.facts import NotYourOffice
from services.intake.domain.money import NoSuchOrder
from services.intake.domain.receipt import receipt_id
from services.intake.forms.cash import WORKBOOK, workbook
from services.intake.gateways.bank import Payments
from services.intake.gateways.settling import Settling
from services.intake.store import Store
from shared import door
from shared.auth import CounterClerk
from shared.calendar import local_day
from shared.door import Now
from shared.errors import Unavailable
from shared.people import Person

__all__ = ["Counting", "router"]

router = door.router(tags=["fees"])


@dataclass(frozen=True, slots=True)
class CountDay:
    """Of the clerk's own office; an empty day is today."""

    day: date | None = None


@router.get("/fees/reconciliation")
async def reconciliation(
    clerk: CounterClerk, kept: Kept, bank: Bank, now: Now, office: str = "", day: date | None = None
) -> Cash:
    """What came in and went back by way and kind, what is open, and what differs from the bank's statement."""
    return await Counting.of(kept, bank, clerk, now, office, day).cash()


@router.post("/fees/reconciliation")
async def reconcile(asked: CountDay, clerk: CounterClerk, kept: Kept, bank: Bank, now: Now) -> Cash:
    """The same, after what the bank has and the books lack was taken in: the callbacks that were lost."""
    counting = Counting.of(kept, bank, clerk, now, "", asked.day)
    await counting.take_in()
    return await counting.cash()


@router.get(
    "/fees/reconciliation.xlsx",
    responses={200: {"content": {WORKBOOK: {}}, "description": "A workbook of three sheets"}},
)
async def exported(
    clerk: CounterClerk, kept: Kept, bank: Bank, now: Now, office: str = "", day: date | None = None
) -> Response:
    """The same as a workbook: sums, lines, differences."""
    return await as_workbook(await Counting.of(kept, bank, clerk, now, office, day).cash())


@router.get("/fees/unpaid")
async def unpaid(
    clerk: CounterClerk, kept: Kept, bank: Bank, now: Now, office: str = "", limit: int = 50, skip: int = 0
) -> list[Unpaid]:
    """The office's dossiers of which a bill is open, of whatever day, the newest first, after the `skip` newest.

    200 at most, behind 50,000 at most; how many there are stands in the reconciliation.
    """
    counting = Counting.of(kept, bank, clerk, now, office, None)
    return await counting.unpaid(limit=max(1, min(limit, 200)), skip=max(0, min(skip, MOST_SKIPPED)))


async def as_workbook(cash: Cash) -> Response:
    made = await asyncio.to_thread(workbook, cash)
    name = f"thu-phi-{cash.office}-{cash.day}.xlsx"
    return Response(made, media_type=WORKBOOK, headers={"content-disposition": f'attachment; filename="{name}"'})


@dataclass(frozen=True, slots=True)
class Counting:
    """One office's day, counted by one of its own; once it has ended, by its heirs."""

    store: Store
    bank: Payments
    office: str
    day: str
    at: datetime

    @classmethod
    def of(cls, store: Store, bank: Payments, by: Person, at: datetime, office: str, day: date | None) -> "Counting":
        """Raises `NotYourOffice`."""
        if office and not by.acts_for(office):
            raise NotYourOffice("The money of an office is counted there: ask a colleague of that office.")
        return cls(store, bank, office or by.office, (day or local_day(at)).isoformat(), at)

    async def cash(self) -> Cash:
        """Raises `TooManyLines`."""
        cash, _ = await self.cash_and_unpaid()
        return cash

    async def cash_and_unpaid(self) -> tuple[Cash, list[Unpaid]]:
        """With the newest of the open bills, `MOST_SUMMED` at most. Raises `TooManyLines`."""
        dossiers = await self._moved()
        bank, statement = await self._statement()
        mine, elsewhere = await self._of_this_office(dossiers, statement)
        unpaid = await self.unpaid(limit=MOST_SUMMED)
        unsummed = max(await self.store.count_unpaid_at(self.office) - len(unpaid), 0)
        lines = await self._lines(dossiers)
        cash = counted(
            self.office,
            self.day,
            lines,
            unpaid,
            unsummed=unsummed,
            bank=bank,
            statement=mine,
            elsewhere=elsewhere,
        )
        return cash, unpaid

    async def unpaid(self, *, limit: int, skip: int = 0) -> list[Unpaid]:
        """The office's dossiers of which a bill is open, the newest first."""
        found = await self.store.unpaid_at(self.office, limit=limit, skip=skip)
        return [Unpaid.of(it.id, it.code, it.bill) for it in found if it.bill]

    async def take_in(self) -> None:
        """Whatever the statement has of payments that were opened here, and the books do not."""
        _, statement = await self._statement()
        settling = Settling(self.bank, self.store.dossiers, self.store.of_orders, self.at)
        for it in statement:
            try:
                await settling.take(it)
            except NoSuchOrder:
                continue

    async def _moved(self) -> list[Dossier]:
        found = await self.store.moved_at(self.office, self.day, limit=MOST_MOVED + 1)
        if len(found) > MOST_MOVED:
            raise TooManyLines(f"Money of more than {MOST_MOVED} dossiers moved that day: tell who runs this system.")
        return found

    async def _statement(self) -> tuple[BankSaid, tuple[Movement, ...]]:
        if not self.bank.is_there:
            return "not-configured", ()
        try:
            return "compared", await self.bank.statement(self.day)
        except Unavailable:
            return "away", ()

    async def _of_this_office(
        self, dossiers: list[Dossier], statement: tuple[Movement, ...]
    ) -> tuple[list[Movement], dict[str, str]]:
        """What of the statement concerns this office or nobody, and the dossiers of the references in it.

        A statement is the bank's day, a book's day that of the movement: both are the day in Việt Nam.
        """
        booked = {it.id for dossier in dossiers if dossier.bill for it in dossier.bill.book}
        asked = sorted({it.reference for it in statement if it.id not in booked})
        known = await self.store.of_orders(asked) if asked else []
        owner = {order.reference: it for it in known if it.bill for order in it.bill.orders}
        others = {ref for ref, it in owner.items() if it.bill and it.bill.office != self.office}
        here = {ref: it.id for ref, it in owner.items() if ref not in others}
        return [it for it in statement if it.reference not in others or it.id in booked], here

    async def _lines(self, dossiers: list[Dossier]) -> list[CashLine]:
        moved = [
            (dossier, it)
            for dossier in dossiers
            for it in (dossier.bill.book if dossier.bill else ())
            if (it.office, it.day) == (self.office, self.day)
        ]
        ids = [receipt_id(dossier.id, it.id) for dossier, it in moved]
        numbers = {it.id: it.number for it in await self.store.receipts_of(ids)} if ids else {}
        lines = [
            CashLine(it.id, it.code or it.tracking, line, numbers.get(receipt_id(it.id, line.id), ""))
            for it, line in moved
        ]
        return sorted(lines, key=lambda it: (it.moved.at, it.moved.id))
