"""The payment page: what is owed, the QR to pay it with, whether the money came. Opened by a link of half an hour.

The link comes after the second factor, or to who filed the dossier. It shows fees and money, and nobody's whole name.
"""

import io
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

import segno
from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.intake.api.given import Bank, Kept, Offered, Sealing
from services.intake.api.paying import BillShown, Till
from services.intake.api.receipts import Printing
from services.intake.domain import pay_link
from services.intake.domain.dossier import Dossier
from services.intake.gateways.settling import bill_of
from services.intake.store import Store
from services.intake.templates.money import amount
from shared import door
from shared.auth import Anyone
from shared.door import FromApp, Now
from shared.errors import Unavailable
from shared.people import SYSTEM
from shared.web import Web
from shared.web.limits import Allowance

__all__ = ["Opened", "opening", "pay_address", "router"]

OUTCOMES = ("came", "nothing", "away", "none-open")
"""Of asking the bank."""

router = door.router()


def opening() -> Allowance:
    """How often a page may ask the bank for something: twelve times at once, then once in ten seconds."""
    return Allowance(12, timedelta(seconds=10))


Opened = Annotated[Allowance, FromApp("pay_tries")]


def pay_address(request: Request, dossier: str, at: datetime) -> str:
    """The address of a dossier's payment page, for who has shown that it is theirs."""
    return f"/pay/{pay_link.token(dossier, request.app.state.link_key, at)}"


async def found(request: Request, token: str, kept: Store, at: datetime) -> Dossier:
    """Raises `PayLinkOver`."""
    id, _ = pay_link.opened(token, request.app.state.link_key, at)
    return await kept.dossiers.get(id)


@router.get("/pay/{token}", include_in_schema=False)
async def page(
    token: str, request: Request, _: Anyone, pages: Web, kept: Kept, bank: Bank, now: Now, asked: str = ""
) -> Response:
    """What is owed and how to pay it; where the link is over, where to get another.

    `asked`: what came of asking the bank, as `i_have_paid` found it.
    """
    try:
        dossier = await found(request, token, kept, now)
    except pay_link.PayLinkOver as over:
        return pages.show(request, "pay_over.html", over.status)
    it = BillShown.of(dossier)
    order = it.order if it.order and now < it.order.expires_at else None
    told: dict[str, Any] = {"order": order, "qr": drawn(order.qr) if order else "", "is_online": bank.is_there}
    bill = bill_of(dossier)
    told["is_watched"] = bank.is_there and bool(bill.to_ask(now))
    told["at_counter"] = sum(line.dong for line in bill.refused_refunds)
    told["asked"] = asked if asked in OUTCOMES else ""
    told["received"] = [line for line in it.book if line.what == "paid"]
    told["money_of"] = partial(amount, language=pages.language(request))
    return pages.show(request, "pay.html", **told, it=it, token=token)


@router.post("/pay/{token}", include_in_schema=False)
async def open_order(
    token: str, request: Request, _: Anyone, kept: Kept, bank: Bank, tries: Opened, now: Now
) -> Response:
    """Open a payment at the bank, or go back to the one that is open."""
    dossier = await found(request, token, kept, now)
    tries.take(dossier.id, now)
    await Till(kept, bank, SYSTEM, now).settling.open(dossier, SYSTEM)
    return back(token)


@router.post("/pay/{token}/asked", include_in_schema=False)
async def i_have_paid(
    token: str, request: Request, _: Anyone, kept: Kept, bank: Bank, tries: Opened, now: Now
) -> Response:
    """Ask the bank now, rather than wait for its word; the page then says what it knows."""
    dossier = await found(request, token, kept, now)
    tries.take(dossier.id, now)
    before = len(bill_of(dossier).book)
    try:
        then = await Till(kept, bank, SYSTEM, now).settling.ask(dossier)
    except Unavailable:
        return back(token, "away")
    if len(bill_of(then).book) > before:
        return back(token, "came")
    return back(token, "nothing" if bill_of(dossier).to_ask(now) else "none-open")


@router.get("/pay/{token}/status", include_in_schema=False)
async def status(token: str, request: Request, _: Anyone, kept: Kept, now: Now) -> dict[str, object]:
    """For the page's script: whether anything has moved."""
    it = bill_of(await found(request, token, kept, now))
    return {"state": it.state, "moved": len(it.book)}


@router.get("/pay/{token}/receipts/{payment_id}", include_in_schema=False)
async def receipt(
    token: str,
    payment_id: str,
    request: Request,
    _: Anyone,
    kept: Kept,
    bank: Bank,
    offered: Offered,
    seals: Sealing,
    tries: Opened,
    now: Now,
) -> Response:
    """The receipt as PDF, for whoever holds the link: it masks the payer. Logged in, who filed it gets the whole."""
    dossier = await found(request, token, kept, now)
    tries.take(dossier.id, now)
    till = Till(kept, bank, SYSTEM, now)
    printing = Printing(till, offered, seals, request.app.state.settings.public_url)
    return await printing.pdf(dossier, payment_id, is_masked=True)


def back(token: str, asked: str = "") -> Response:
    return RedirectResponse(f"/pay/{token}{f'?asked={asked}' if asked else ''}", HTTPStatus.SEE_OTHER)


def drawn(text: str) -> str:
    """The QR as SVG for the page itself; level M, as bank apps expect."""
    svg = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        svg, kind="svg", border=4, xmldecl=False, svgns=False, omitsize=True, svgclass=None, lineclass=None
    )
    return svg.getvalue().decode()
