"""The clerk's pages of money: the day's cash of the office, and one dossier's bill with everything done to it."""

import uuid
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from functools import partial
from http import HTTPStatus

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.intake.api.cash import Counting
from services.intake.api.fees import fee_of
from services.intake.api.given import Bank, Kept, Offered
from services.intake.api.paying import BillShown, Refunding, Till
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.dossier import Dossier
from services.intake.domain.fees import Fee, typed_pieces
from services.intake.domain.refunding import at_counter
from services.intake.domain.tracking import NoSuchCode, NotTracked, typed_code
from services.intake.pages.counter.typed import dong
from services.intake.store import Store
from services.intake.templates.money import amount
from services.intake.templates.refusal_words import TOLD
from shared import door
from shared.auth import CounterClerk
from shared.calendar import local_day
from shared.door import Now
from shared.errors import Refusal
from shared.people import Person
from shared.web import Web, form

__all__ = ["router"]

MOST_LINES = 200
"""Lines on the page, and dossiers that are not paid; the workbook has all lines."""

router = door.router()

Fields = dict[str, str]


@router.get("/counter/cash", include_in_schema=False)
async def day_of(
    request: Request,
    clerk: CounterClerk,
    pages: Web,
    kept: Kept,
    bank: Bank,
    offered: Offered,
    now: Now,
    day: str = "",
) -> Response:
    """What came in and went back, what is open, what differs; `day` is today where it is none."""
    counting = Counting.of(kept, bank, clerk, now, "", _day(day) or local_day(now))
    return await _cash(request, pages, counting, offered, now)


@router.post("/counter/cash", include_in_schema=False)
async def compare(request: Request, clerk: CounterClerk, kept: Kept, bank: Bank, now: Now) -> Response:
    """Take in what the bank has and the books lack, and look again."""
    day = (await form(request)).get("day", "")
    counting = Counting.of(kept, bank, clerk, now, "", _day(day))
    await counting.take_in()
    return _to(f"/counter/cash?day={counting.day}")


@router.get("/counter/cash/find", include_in_schema=False)
async def find(
    request: Request,
    clerk: CounterClerk,
    pages: Web,
    kept: Kept,
    bank: Bank,
    offered: Offered,
    now: Now,
    code: str = "",
) -> Response:
    """To the bill of the dossier with this code; or the day's page again, with what is wrong beside what was typed."""
    try:
        return _to(f"/counter/cash/{await _found(kept, code)}")
    except (NoSuchCode, NotTracked) as refusal:
        counting = Counting.of(kept, bank, clerk, now, "", local_day(now))
        return await _cash(request, pages, counting, offered, now, code[:60], refusal)


@router.get("/counter/cash/{dossier_id}", include_in_schema=False)
async def bill(
    dossier_id: uuid.UUID, request: Request, clerk: CounterClerk, pages: Web, kept: Kept, offered: Offered
) -> Response:
    """One dossier's bill: lines, money, and what may be done now."""
    return await _bill(request, pages, str(dossier_id), clerk, kept, offered)


@router.post("/counter/cash/{dossier_id}", include_in_schema=False)
async def act(
    dossier_id: uuid.UUID,
    request: Request,
    clerk: CounterClerk,
    pages: Web,
    kept: Kept,
    bank: Bank,
    offered: Offered,
    now: Now,
) -> Response:
    """What a button of the bill's page asks for. Each form brings an id of its own: sent twice, it is done once.

    What could not be done is told on the bill as it stands now, with all that was typed: another tab may have
    changed it.
    """
    fields, id = await form(request), str(dossier_id)
    till = Till(kept, bank, clerk, now)
    try:
        await DOES.get(fields.get("do", ""), _ask)(till, id, fields, offered)
    except Refusal as refusal:
        return await _bill(request, pages, id, clerk, kept, offered, fields, refusal)
    return _to(f"/counter/cash/{id}")


async def _found(kept: Store, code: str) -> str:
    """Raises `NoSuchCode`, `NotTracked`."""
    found = await kept.tracked(typed_code(code))
    if not found:
        raise NotTracked("No dossier has this code: compare it with the slip.", about="code")
    return found[0].id


async def _cash(
    request: Request,
    pages: Web,
    counting: Counting,
    offered: Catalogue,
    now: datetime,
    code: str = "",
    refusal: Refusal | None = None,
) -> Response:
    """The day's page. `code` was typed, and `refusal` tells why no bill opens for it."""
    cash, unpaid = await counting.cash_and_unpaid()
    unpaid = unpaid[:MOST_LINES]
    return pages.show(
        request,
        "cash.html",
        refusal.status if refusal else 200,
        cash=cash,
        lines=cash.lines[: -MOST_LINES - 1 : -1],
        more=len(cash.lines) > MOST_LINES,
        unpaid=unpaid,
        older=cash.open_count - len(unpaid),
        office=next((it.name for it in offered.offices if it.code == cash.office), cash.office),
        today=local_day(now).isoformat(),
        money_of=partial(amount, language=pages.language(request)),
        code=code,
        wrong=TOLD[refusal.code] if refusal else "",
    )


async def _bill(
    request: Request,
    pages: Web,
    id: str,
    clerk: Person,
    kept: Store,
    offered: Catalogue,
    typed: Fields | None = None,
    refusal: Refusal | None = None,
) -> Response:
    dossier = await kept.dossiers.get(id)
    dossier.handled_by(clerk)
    return pages.show(
        request,
        "bill.html",
        refusal.status if refusal else 200,
        it=BillShown.of(dossier),
        procedure=_procedure(dossier, offered),
        fees={fee.code: fee for fee in _fees(dossier, offered)},
        new_id=str(uuid.uuid4()),
        typed=typed or {},
        money_of=partial(amount, language=pages.language(request)),
        wrong=TOLD[refusal.code] if refusal else "",
    )


async def _pay(till: Till, id: str, fields: Fields, _: Catalogue) -> None:
    payment, taken = _id(fields), dong(fields)
    dossier = await till.change(id, lambda it: it.pay(payment, taken, by=till.by, at=till.at))
    await till.receipt(dossier, payment)


async def _refund(till: Till, id: str, fields: Fields, _: Catalogue) -> None:
    asked = Refunding(dong(fields), fields.get("reason", ""), fields.get("words", ""))
    await till.refund(id, _id(fields), asked)


async def _pay_out(till: Till, id: str, fields: Fields, _: Catalogue) -> None:
    await till.change(id, lambda it: at_counter(it, fields.get("id", ""), by=till.by, at=till.at))


async def _set_amount(till: Till, id: str, fields: Fields, _: Catalogue) -> None:
    fee, amounts_to, because = fields.get("fee", ""), dong(fields), fields.get("because", "")
    await till.change(id, lambda it: it.set_amount(fee, amounts_to, because, by=till.by, at=till.at))


async def _exempt(till: Till, id: str, fields: Fields, offered: Catalogue) -> None:
    fee = await fee_of(till.store, id, offered, fields.get("fee", ""))
    why, evidence = fields.get("exemption", ""), fields.get("evidence", "")
    await till.change(id, lambda it: it.exempt(fee, why, evidence, by=till.by, at=till.at))


async def _correct(till: Till, id: str, fields: Fields, offered: Catalogue) -> None:
    """A form that does not ask for the pieces leaves them."""
    fee, because = await fee_of(till.store, id, offered, fields.get("fee", "")), fields.get("because", "")
    pieces = typed_pieces(fields["pieces"]) if "pieces" in fields else None
    no = fields.get("not_exempt") == "on"
    await till.change(id, lambda it: it.correct(fee, because, pieces=pieces, not_exempt=no, by=till.by, at=till.at))


async def _ask(till: Till, id: str, fields: Fields, _: Catalogue) -> None:
    """Ask the bank about what is open."""
    dossier = await till.store.dossiers.get(id)
    dossier.handled_by(till.by)
    await till.ask_bank(dossier)


DOES: dict[str, Callable[[Till, str, Fields, Catalogue], Awaitable[None]]] = {
    "pay": _pay,
    "refund": _refund,
    "pay-out": _pay_out,
    "amount": _set_amount,
    "exempt": _exempt,
    "correct": _correct,
}


def _fees(dossier: Dossier, offered: Catalogue) -> tuple[Fee, ...]:
    return offered.version(dossier.filing.procedure, dossier.version).fees


def _procedure(dossier: Dossier, offered: Catalogue) -> str:
    return offered.version(dossier.filing.procedure, dossier.version).name


def _id(fields: Fields) -> str:
    try:
        return str(uuid.UUID(fields.get("id", "")))
    except ValueError:
        return str(uuid.uuid4())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _to(address: str) -> Response:
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)
