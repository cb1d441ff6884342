"""The payment page: what is owed, the QR to pay it with, whether the money came. Opened by a link of half an hour.

The link comes after the second factor, or to who filed the dossier. It shows fees and money, and nobody's whole name.
"""

import io
import math
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any, get_args

import segno
from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.intake.api.given import Bank, Kept
from services.intake.api.pay_links import LinkKey, linked
from services.intake.api.paying import BankAnswer, BillShown, Opened, Till
from services.intake.domain import pay_link
from services.intake.gateways.settling import bill_of
from services.intake.templates.money import amount
from shared import door
from shared.auth import Anyone
from shared.door import Now
from shared.errors import Unavailable
from shared.people import SYSTEM
from shared.web import Web

__all__ = ["pay_address", "router"]

AWAY = "away"
OUTCOMES = (*get_args(BankAnswer), AWAY)
"""Of asking the bank."""

router = door.router()


def pay_address(request: Request, dossier: str, at: datetime) -> str:
    """The address of a dossier's payment page, for who has shown that it is theirs."""
    return f"/pay/{pay_link.token(dossier, request.app.state.link_key, at)}"


@router.get("/pay/{token}", include_in_schema=False)
async def page(
    token: str, request: Request, _: Anyone, pages: Web, kept: Kept, bank: Bank, key: LinkKey, now: Now, asked: str = ""
) -> Response:
    """What is owed and how to pay it; where the link is over, where to get another.

    `asked`: what came of asking the bank, as `i_have_paid` found it.
    """
    try:
        dossier = await linked(token, kept, key, now)
    except pay_link.PayLinkOver as over:
        return pages.show(request, "pay_over.html", over.status)
    it = BillShown.of(dossier)
    order = it.order if it.order and now < it.order.expires_at else None
    told: dict[str, Any] = {"order": order, "qr": drawn(order.qr) if order else "", "is_online": bank.is_there}
    told["left"] = math.ceil((order.expires_at - now).total_seconds()) if order else 0
    bill = bill_of(dossier)
    told["is_watched"] = bank.is_there and bool(bill.to_ask(now))
    told["at_counter"] = sum(line.dong for line in bill.refused_refunds)
    told["asked"] = asked if asked in OUTCOMES else ""
    told["received"] = [line for line in it.book if line.what == "paid"]
    told["money_of"] = partial(amount, language=pages.language(request))
    return pages.show(request, "pay.html", **told, it=it, token=token)


@router.post("/pay/{token}", include_in_schema=False)
async def open_order(token: str, _: Anyone, kept: Kept, bank: Bank, key: LinkKey, tries: Opened, now: Now) -> Response:
    """Open a payment at the bank, or go back to the one that is open."""
    dossier = await linked(token, kept, key, now)
    tries.take(dossier.id, now)
    await Till(kept, bank, SYSTEM, now).settling.open(dossier, SYSTEM)
    return back(token)


@router.post("/pay/{token}/asked", include_in_schema=False)
async def i_have_paid(token: str, _: Anyone, kept: Kept, bank: Bank, key: LinkKey, tries: Opened, now: Now) -> Response:
    """Ask the bank now, rather than wait for its word; the page then says what it knows."""
    dossier = await linked(token, kept, key, now)
    tries.take(dossier.id, now)
    try:
        said, _then = await Till(kept, bank, SYSTEM, now).ask_bank(dossier)
    except Unavailable:
        said = AWAY
    return back(token, said)


def back(token: str, asked: str = "") -> Response:
    return RedirectResponse(f"/pay/{token}{f'?asked={asked}' if asked else ''}", HTTPStatus.SEE_OTHER)


def drawn(text: str) -> str:
    """The QR as SVG for the page itself; level M, as bank apps expect."""
    svg = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        svg, kind="svg", border=4, xmldecl=False, svgns=False, omitsize=True, svgclass=None, lineclass=None
    )
    return svg.getvalue().decode()
