"""Receipts on paper: each print is written down, and the second one says that it is one."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from services.intake.api.given import Bank, Kept, Offered, Sealing
from services.intake.api.paying import Till, open_to
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.dossier import Dossier
from services.intake.forms.frame import Given
from services.intake.forms.receipt import print_receipt, receipt_form
from services.intake.gateways.settling import bill_of
from shared import door
from shared.auth import Filer
from shared.door import Now
from shared.sealing import Seals

__all__ = ["PDF", "Printing", "router"]

log = logging.getLogger(__name__)

PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}, "description": "One page A5"}}
router = door.router(tags=["fees"])


@router.get("/dossiers/{dossier_id}/payments/{payment_id}/receipt.pdf", responses=PDF)
async def printed(
    dossier_id: UUID,
    payment_id: str,
    request: Request,
    by: Filer,
    kept: Kept,
    bank: Bank,
    offered: Offered,
    seals: Sealing,
    now: Now,
) -> Response:
    """The receipt (*biên lai*) of money that came in, with its number; a reprint says so and is logged.

    For a clerk of the offices that handle the dossier, and for the citizen who filed it.
    """
    dossier = await kept.dossiers.get(str(dossier_id))
    open_to(dossier, by)
    printing = Printing(Till(kept, bank, by, now), offered, seals, request.app.state.settings.public_url)
    return await printing.pdf(dossier, payment_id)


@dataclass(frozen=True, slots=True)
class Printing:
    """Somebody who prints receipts."""

    till: Till
    offered: Catalogue
    seals: Seals
    public_url: str

    async def pdf(self, dossier: Dossier, payment: str, *, is_masked: bool = False) -> Response:
        """`is_masked`: without address and identifier, and with no more of the name than tracking tells.

        Raises `NoSuchPayment`.
        """
        till = self.till
        receipt = await till.receipt(dossier, payment)
        receipt = await till.store.receipts.change(receipt.id, lambda it: it.printed(by=till.by, at=till.at))
        bill = bill_of(dossier)
        paid = next(it for it in bill.book if it.id == payment and it.what == "paid")
        identifier = "" if is_masked else self.seals.open(dossier.filing.applicant.number)
        again = len(receipt.prints) - 1
        given = Given(
            dossier, self.offered, identifier, self.public_url, again=again, at=till.at, issued_by=receipt.office
        )
        form = receipt_form(given, receipt, bill, paid, is_masked=is_masked)
        content = await asyncio.to_thread(print_receipt, given, form)
        who, where = till.by.id, till.by.office or "no office"
        log.info("%s of %s printed receipt %s, print %s", who, where, receipt.id, again + 1)
        name = f'inline; filename="{receipt.number}.pdf"'
        headers = {"content-disposition": name, "cache-control": "no-store"}
        return Response(content, media_type="application/pdf", headers=headers)
