"""The payment page's link over HTTP: what is owed, a payment at the bank, whether the money came; without a login.

The link is the token at the end of the path that `POST /tracking` gives (`details.pay`), and lives half an hour.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Self

from fastapi import Request, Response

from services.intake.api.given import Bank, Kept, Offered, Sealing
from services.intake.api.paying import BankAnswer, BillShown, Opened, Till
from services.intake.api.receipts import PDF, Printing
from services.intake.domain import pay_link
from services.intake.domain.bill import BillState
from services.intake.domain.dossier import Dossier
from services.intake.domain.fees import FeeKind
from services.intake.domain.money import Moved, Order
from services.intake.store import Store
from shared import door
from shared.auth import Anyone
from shared.door import FromApp, Now
from shared.people import SYSTEM
from shared.web.limits import TOO_OFTEN

__all__ = ["LinkKey", "linked", "router"]

router = door.router(tags=["fees"])

LinkKey = Annotated[bytes, FromApp("link_key")]


@dataclass(frozen=True, slots=True)
class Item:
    """One fee. `due` in đồng; None: the amount is not known yet."""

    name: str
    kind: FeeKind
    pieces: int
    due: int | None


@dataclass(frozen=True, slots=True)
class Came:
    """Money that came in; `id` names its receipt."""

    id: str
    dong: int
    at: datetime

    @classmethod
    def of(cls, it: Moved) -> Self:
        return cls(it.id, it.dong, it.at)


@dataclass(frozen=True, slots=True)
class ToPay:
    """A bill as whoever holds its link sees it: money in đồng, and nobody's name."""

    code: str
    state: BillState
    due: int
    paid: int
    owed: int
    is_payable: bool
    """False while an amount is not known, and once nothing is owed."""
    lines: tuple[Item, ...]
    order: Order | None
    """The payment that is open at the bank, as long as its QR is good."""
    received: tuple[Came, ...]
    moved: int
    """Grows whenever money came in or went back, or the bank said what becomes of a refund."""
    refunding: int
    """So much is on its way back: the bank has yet to do it."""

    @classmethod
    def of(cls, dossier: Dossier, at: datetime) -> Self:
        """Raises `NoBill`."""
        it = BillShown.of(dossier)
        return cls(
            it.code,
            it.state,
            it.due,
            it.paid,
            it.owed,
            it.is_payable,
            tuple(Item(line.name, line.kind, line.pieces, line.due) for line in it.lines),
            it.order if it.order and at < it.order.expires_at else None,
            tuple(Came.of(line) for line in it.book if line.what == "paid"),
            it.moved,
            it.refunding,
        )


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of asking the bank, and the bill then."""

    bank: BankAnswer
    bill: ToPay


@router.get("/payments/links/{token}")
async def show(token: str, _: Anyone, kept: Kept, key: LinkKey, now: Now) -> ToPay:
    """What is owed, what is open at the bank, and what came."""
    return ToPay.of(await linked(token, kept, key, now), now)


@router.post("/payments/links/{token}/orders", responses=TOO_OFTEN)
async def open_order(token: str, _: Anyone, kept: Kept, bank: Bank, key: LinkKey, tries: Opened, now: Now) -> Order:
    """Open a payment at the bank, for a quarter of an hour; one that is open already is the answer."""
    dossier = await linked(token, kept, key, now)
    tries.take(dossier.id, now)
    return await Till(kept, bank, SYSTEM, now).order(dossier)


@router.post("/payments/links/{token}/asking", responses=TOO_OFTEN)
async def ask_bank(token: str, _: Anyone, kept: Kept, bank: Bank, key: LinkKey, tries: Opened, now: Now) -> Answered:
    """Ask the bank now whether the money came, rather than wait for its word. While it is away: 503; pay nothing twice.

    Opening payments, asking and receipts are counted together: twelve times at once, then once in ten seconds.
    """
    dossier = await linked(token, kept, key, now)
    tries.take(dossier.id, now)
    said, then = await Till(kept, bank, SYSTEM, now).ask_bank(dossier)
    return Answered(said, ToPay.of(_as_told(then, kept), now))


@router.get("/payments/links/{token}/receipts/{payment_id}.pdf", responses=PDF | TOO_OFTEN)
async def receipt(
    token: str,
    payment_id: str,
    request: Request,
    _: Anyone,
    kept: Kept,
    bank: Bank,
    offered: Offered,
    seals: Sealing,
    key: LinkKey,
    tries: Opened,
    now: Now,
) -> Response:
    """The receipt, for whoever holds the link: it masks the payer. Logged in, who filed it gets the whole."""
    dossier = await linked(token, kept, key, now)
    tries.take(dossier.id, now)
    till = Till(kept, bank, SYSTEM, now)
    printing = Printing(till, offered, seals, request.app.state.settings.public_url)
    return await printing.pdf(dossier, payment_id, is_masked=True)


async def linked(token: str, kept: Store, key: bytes, at: datetime) -> Dossier:
    """The dossier that a link opens, as it is told there. Raises `PayLinkOver`."""
    id, _ = pay_link.opened(token, key, at)
    return _as_told(await kept.dossiers.get(id), kept)


def _as_told(dossier: Dossier, kept: Store) -> Dossier:
    """Without why somebody need not pay; nor the names of the fees where they would give a sensitive procedure away."""
    if dossier.bill is None:
        return dossier
    is_sensitive = kept.catalogue.version(dossier.filing.procedure, dossier.version).sensitive
    bill = dossier.bill.unexplained()
    return replace(dossier, bill=bill.unnamed() if is_sensitive else bill)
