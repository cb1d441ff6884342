"""Receipts on paper: each print is written down, and the second one says that it is one."""

import asyncio
import logging
from dataclasses import dataclass
from uuid import UUID

from fastapi import Request, Response

from services.intake.api.given import Bank, Kept, Offered, Sealing
from services.intake.api.paying import Till
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.dossier import Dossier
from services.intake.forms.frame import Given
from services.intake.forms.receipt import print_receipt, receipt_form
from services.intake.gateways.settling import bill_of
from shared import door
from shared.auth import CounterClerk
from shared.door import Now
from shared.sealing import Seals

__all__ = ["Printing", "router"]

log = logging.getLogger(__name__)

router = door.router(tags=["fees"])


@router.get(
    "/dossiers/{dossier_id}/payments/{payment_id}/receipt.pdf",
    responses={200: {"content": {"application/pdf": {}}, "description": "One page A5"}},
)
async def printed(
    dossier_id: UUID,
    payment_id: str,
    request: Request,
    clerk: CounterClerk,
    kept: Kept,
    bank: Bank,
    offered: Offered,
    seals: Sealing,
    now: Now,
) -> Response:
    """The receipt (*biên lai*) of money that came in, with its number; a reprint says so and is logged."""
    dossier = await kept.dossiers.get(str(dossier_id))
    dossier.handled_by(clerk)
    printing = Printing(Till(kept, bank, clerk, now), offered, seals, request.app.state.settings.public_url)
    return await printing.pdf(dossier, payment_id)


@dataclass(frozen=True, slots=True)
class Printing:
    """Somebody who prints receipts."""

    till: Till
    offered: Catalogue
    seals: Seals
    public_url: str

    async def pdf(self, dossier: Dossier, payment: str) -> Response:
        """Raises `NoSuchPayment`."""
        till = self.till
        receipt = await till.receipt(dossier, payment)
        receipt = await till.store.receipts.change(receipt.id, lambda it: it.printed(by=till.by, at=till.at))
        bill = bill_of(dossier)
        paid = next(it for it in bill.book if it.id == payment and it.what == "paid")
        identifier = self.seals.open(dossier.filing.applicant.number)
        again = len(receipt.prints) - 1
        given = Given(dossier, self.offered, identifier, self.public_url, again=again, at=till.at)
        content = await asyncio.to_thread(print_receipt, given, receipt_form(given, receipt, bill, paid))
        log.info("printed receipt %s at %s, print %s", receipt.id, till.by.office, again + 1)
        name = f'inline; filename="{receipt.number}.pdf"'
        headers = {"content-disposition": name, "cache-control": "no-store"}
        return Response(content, media_type="application/pdf", headers=headers)
