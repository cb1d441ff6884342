"""Fees over HTTP: what is due, paid and given back; payments at the bank, and what the bank calls back about."""

import logging
from dataclasses import dataclass
from uuid import UUID

import msgspec
from fastapi import Request

from services.intake.api.given import Bank, Dossiers, Kept, Offered
from services.intake.api.paying import BankAnswer, BillShown, Opened, Refunding, Till, open_to
from services.intake.domain.bill import Bill
from services.intake.domain.cash import Movement
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.fees import Fee, UnknownFee
from services.intake.domain.money import NoSuchOrder, Order, Stage
from services.intake.domain.receipt import Receipt
from services.intake.domain.refunding import at_counter
from services.intake.gateways.bank import SIGNATURE, check
from services.intake.gateways.settling import Settling
from services.intake.store import Store
from shared import door
from shared.auth import Anyone, CounterClerk, Filer
from shared.door import Key, Now, TooLarge, once
from shared.errors import Malformed
from shared.events import Decision
from shared.web.limits import TOO_OFTEN

__all__ = ["router"]

log = logging.getLogger(__name__)

MOST_CALLBACK = 10_000
"""Bytes."""
CALLBACK = "POST /payments/callbacks"
"""What the bank signs beside the time and the body, whatever path leads here."""

router = door.router(tags=["fees"])


@dataclass(frozen=True, slots=True)
class Pay:
    """`dong` is what lies on the counter: exactly what is owed. `stage`: 1 on receipt, 2 on supplement, 4 on return."""

    dong: int
    stage: Stage = 1


@dataclass(frozen=True, slots=True)
class SetAmount:
    """The amount that the council set, and by which resolution."""

    fee: str
    dong: int
    because: str


@dataclass(frozen=True, slots=True)
class Exempt:
    """`exemption` is one that the fee offers; `evidence` the code of the paper that shows it."""

    fee: str
    exemption: str
    evidence: str


@dataclass(frozen=True, slots=True)
class CorrectLine:
    """What is wrong in a line, and why; the line as it was is kept with the bill."""

    fee: str
    because: str
    pieces: int | None = None
    """So many it should be; null: as many as it says."""
    not_exempt: bool = False
    """The exemption that it has, or asks for, is taken away."""


@dataclass(frozen=True, slots=True)
class Paid:
    """The bill as it is now, and the receipt."""

    bill: BillShown
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of asking the bank, and the bill then."""

    bank: BankAnswer
    bill: BillShown


@dataclass(frozen=True, slots=True)
class Heard:
    """Whether the bank's word was about a payment of ours. Both answers mean: do not call again."""

    known: bool


@router.get("/dossiers/{dossier_id}/bill")
async def bill(dossier_id: UUID, by: Filer, dossiers: Dossiers) -> BillShown:
    """What is due and what was paid, for who filed it and for the offices that handle it."""
    dossier = await dossiers.get(str(dossier_id))
    open_to(dossier, by)
    return BillShown.of(dossier)


@router.put("/dossiers/{dossier_id}/payments/{payment_id}")
async def pay(
    dossier_id: UUID, payment_id: UUID, paid: Pay, clerk: CounterClerk, kept: Kept, bank: Bank, now: Now
) -> Paid:
    """Take money at the counter, under an id of your choice (a UUID): the same again takes nothing more."""
    till, id = Till(kept, bank, clerk, now), str(payment_id)
    dossier = await till.change(str(dossier_id), lambda it: it.pay(id, paid.dong, by=clerk, at=now, stage=paid.stage))
    return Paid(BillShown.of(dossier), await till.receipt(dossier, id))


@router.put("/dossiers/{dossier_id}/refunds/{refund_id}")
async def refund(
    dossier_id: UUID, refund_id: UUID, asked: Refunding, clerk: CounterClerk, kept: Kept, bank: Bank, now: Now
) -> BillShown:
    """Give money back, by the ways it came: all of it once the dossier is refused or withdrawn, else what is too much.

    Of each payment no more than is left of it: what came in cash goes back at the counter, the rest by the bank.
    """
    return BillShown.of(await Till(kept, bank, clerk, now).refund(str(dossier_id), str(refund_id), asked))


@router.put("/dossiers/{dossier_id}/refunds/{refund_id}/payout")
async def pay_out(dossier_id: UUID, refund_id: str, clerk: CounterClerk, kept: Kept, bank: Bank, now: Now) -> BillShown:
    """What the bank refused to give back was paid out in cash at your counter; twice is once."""
    till = Till(kept, bank, clerk, now)
    return BillShown.of(await till.change(str(dossier_id), lambda it: at_counter(it, refund_id, by=clerk, at=now)))


@router.post("/dossiers/{dossier_id}/bill/amounts")
async def set_amount(
    dossier_id: UUID, asked: SetAmount, clerk: CounterClerk, kept: Kept, bank: Bank, key: Key, now: Now
) -> BillShown:
    """Enter the amount of a fee that the catalogue does not know, with the ground for it."""
    till, same = Till(kept, bank, clerk, now), once(key, asked, BillShown.of)
    return BillShown.of(
        await till.change(
            str(dossier_id), lambda it: it.set_amount(asked.fee, asked.dong, asked.because, by=clerk, at=now), once=same
        )
    )


@router.post("/dossiers/{dossier_id}/bill/exemptions")
async def exempt(
    dossier_id: UUID,
    asked: Exempt,
    clerk: CounterClerk,
    kept: Kept,
    bank: Bank,
    offered: Offered,
    key: Key,
    now: Now,
) -> BillShown:
    """Free somebody from a fee, for a reason that the fee offers, shown by a paper."""
    till, same = Till(kept, bank, clerk, now), once(key, asked, BillShown.of)
    id = str(dossier_id)
    fee = await fee_of(kept, id, offered, asked.fee)
    return BillShown.of(
        await till.change(id, lambda it: it.exempt(fee, asked.exemption, asked.evidence, by=clerk, at=now), once=same)
    )


@router.post("/dossiers/{dossier_id}/bill/corrections")
async def correct(
    dossier_id: UUID,
    asked: CorrectLine,
    clerk: CounterClerk,
    kept: Kept,
    bank: Bank,
    offered: Offered,
    key: Key,
    now: Now,
) -> BillShown:
    """Put a slip in a line right, before or after it was paid; what was paid too much can then be given back."""
    till, same = Till(kept, bank, clerk, now), once(key, asked, BillShown.of)
    id = str(dossier_id)
    fee = await fee_of(kept, id, offered, asked.fee)

    def decided(it: Bill) -> Decision[Bill]:
        return it.correct(fee, asked.because, pieces=asked.pieces, not_exempt=asked.not_exempt, by=clerk, at=now)

    return BillShown.of(await till.change(id, decided, once=same))


@router.post("/dossiers/{dossier_id}/orders")
async def open_order(dossier_id: UUID, by: Filer, kept: Kept, bank: Bank, now: Now) -> Order:
    """Open a payment at the bank, for a quarter of an hour; one that is open already is the answer."""
    dossier = await kept.dossiers.get(str(dossier_id))
    open_to(dossier, by)
    return await Till(kept, bank, by, now).order(dossier)


@router.post("/dossiers/{dossier_id}/bill/asking", responses=TOO_OFTEN)
async def ask_bank(dossier_id: UUID, by: Filer, kept: Kept, bank: Bank, tries: Opened, now: Now) -> Answered:
    """Ask the bank now about what is open, rather than wait for its word. While it is away: 503; pay nothing twice.

    As often as the payment page may: twelve times at once, then once in ten seconds.
    """
    dossier = await kept.dossiers.get(str(dossier_id))
    open_to(dossier, by)
    tries.take(dossier.id, now)
    said, then = await Till(kept, bank, by, now).ask_bank(dossier)
    return Answered(said, BillShown.of(then))


@router.post("/dossiers/{dossier_id}/payments/{payment_id}/receipt")
async def receipt(dossier_id: UUID, payment_id: str, clerk: CounterClerk, kept: Kept, bank: Bank, now: Now) -> Receipt:
    """The receipt of money that came in; its number is taken when it is first asked for."""
    dossier = await kept.dossiers.get(str(dossier_id))
    dossier.handled_by(clerk)
    return await Till(kept, bank, clerk, now).receipt(dossier, payment_id)


@router.post(
    "/payments/callbacks",
    responses={401: {"description": "Not signed by the bank"}},
    openapi_extra={
        "parameters": [
            {"name": SIGNATURE, "in": "header", "required": True, "schema": {"type": "string"}},
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["id", "reference", "dong", "at"],
                        "properties": {
                            "id": {"type": "string"},
                            "reference": {"type": "string"},
                            "dong": {"type": "integer"},
                            "at": {"type": "string", "format": "date-time"},
                            "what": {"enum": ["paid", "refunded"], "default": "paid"},
                        },
                    }
                }
            },
        },
    },
)
async def called_back(request: Request, _: Anyone, kept: Kept, bank: Bank, now: Now) -> Heard:
    """For the bank: money came. Signed over the raw body; may come late, twice, or in any order, and does it once.

    What it says of a payment that is not ours is answered and left: the day's statement will show it as a difference.
    """
    body = await _raw(request)
    check(request.app.state.settings.bank_key, now, CALLBACK, body, request.headers.get(SIGNATURE, ""))
    try:
        movement = msgspec.json.decode(body, type=Movement)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise Malformed("This is no movement of money that is known here.") from wrong
    try:
        await Settling(bank, kept.dossiers, kept.of_orders, now).take(movement)
    except NoSuchOrder:
        log.warning("the bank told of money for a payment that is not ours")
        return Heard(False)
    return Heard(True)


async def fee_of(kept: Store, dossier_id: str, offered: Catalogue, code: str) -> Fee:
    """As the version of the procedure under which it was filed has it. Raises `NotFound`, `UnknownFee`."""
    dossier = await kept.dossiers.get(dossier_id)
    for fee in offered.version(dossier.filing.procedure, dossier.version).fees:
        if fee.code == code:
            return fee
    raise UnknownFee(f"Procedure {dossier.filing.procedure} has no fee {code!r}.", about="fee")


async def _raw(request: Request) -> bytes:
    """The body as it was signed."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_CALLBACK:
            raise TooLarge(f"At most {MOST_CALLBACK} bytes.")
    return body
