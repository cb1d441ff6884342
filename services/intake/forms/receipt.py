"""*Biên lai thu phí, lệ phí*: what was paid, when, how and to whom; with the QR at the top left, and each reprint told.

Not a form of TT 01/2018 or TT 03/2025. It is what the payer is given at once; it does not replace the electronic
receipt that the authority's accounts issue (NĐ 123/2020/NĐ-CP).
"""

from dataclasses import dataclass

import msgspec

from services.intake.domain.bill import Bill
from services.intake.domain.money import Moved
from services.intake.domain.receipt import Receipt
from services.intake.domain.spelled import digits, spelled
from services.intake.domain.tracking import masked
from services.intake.forms.frame import Given, Head, compiled, day, drawn, moment, short

__all__ = ["TITLE", "print_receipt", "qr_text", "receipt_form"]

TITLE = "Biên lai thu phí, lệ phí"
WAYS = {"counter": "tiền mặt tại quầy", "post": "bưu điện thu hộ", "online": "chuyển khoản trực tuyến"}


@dataclass(frozen=True, slots=True)
class PrintedLine:
    name: str
    dong: str


@dataclass(frozen=True, slots=True)
class ReceiptForm:
    """What stands on it, in the words in which it is printed."""

    number: str
    office: str
    payer: str
    address: str
    """Empty where it is not told, as the identifier in the QR is then."""
    procedure: str
    """Empty where it is not told, as its code in the QR is then."""
    lines: tuple[PrintedLine, ...]
    total: str
    in_words: str
    way: str
    paid: str
    reference: str


def receipt_form(given: Given, receipt: Receipt, bill: Bill, paid: Moved, *, is_masked: bool = False) -> ReceiptForm:
    """`is_masked`: for whoever holds a link; who paid is told as the tracking page tells it, and where they live not.

    Nor is a sensitive procedure told by its name. The names of the fees are those of `bill`, and the identifier in the
    QR is that of `given`: leave them out then.
    """
    applicant, hidden = given.dossier.filing.applicant, is_masked and given.procedure.sensitive
    return ReceiptForm(
        number=receipt.number,
        office=given.office(receipt.office),
        payer=masked(applicant.name) if is_masked else applicant.name,
        address="" if is_masked else applicant.address,
        procedure="" if hidden else given.procedure.name,
        lines=_lines(bill, paid),
        total=digits(receipt.dong),
        in_words=spelled(receipt.dong),
        way=WAYS[receipt.way],
        paid=moment(paid.at),
        reference=paid.reference,
    )


def qr_text(given: Given, form: ReceiptForm) -> str:
    """Dossier, procedure, applicant, paper, with bars between (TT 01/2023/TT-VPCP; TCVN 7322)."""
    dossier = given.dossier
    procedure = dossier.filing.procedure if form.procedure else ""
    return f"{dossier.code or dossier.tracking}|{procedure}|{given.identifier}|{TITLE} {form.number}"


def print_receipt(given: Given, form: ReceiptForm) -> bytes:
    """One page A5 as PDF. Call it in a thread."""
    return compiled("receipt.typ", {"head": _json(_head(given, form)), "form": _json(form)})


def _json(it: object) -> str:
    return msgspec.json.encode(it).decode()


def _lines(bill: Bill, paid: Moved) -> tuple[PrintedLine, ...]:
    """The fees themselves where all of them were paid at once; else what of the money is which kind."""
    if paid.dong == bill.due and paid.phi + paid.le_phi == bill.due:
        named = [(f"{it.name}{f' ({it.pieces} bản)' if it.pieces > 1 else ''}", it.due or 0) for it in bill.lines]
        return tuple(PrintedLine(name, digits(dong)) for name, dong in named if dong)
    kinds = (("Phí", paid.phi), ("Lệ phí", paid.le_phi), ("Nộp thừa", paid.dong - paid.phi - paid.le_phi))
    return tuple(PrintedLine(name, digits(dong)) for name, dong in kinds if dong)


def _head(given: Given, form: ReceiptForm) -> Head:
    dossier, office = given.dossier, given.issuer(given.at or given.received)
    return Head(
        title=TITLE,
        number=form.number,
        circular="",
        code=dossier.code,
        tracking=dossier.tracking,
        url=f"{given.public_url}/track?code={dossier.tracking}",
        qr=drawn(qr_text(given, form)),
        agency=given.parent(office),
        office=given.office(office),
        instead_of=given.instead_of(office),
        dated=day(given.at) if given.at else "",
        reprint=f"In lại lần {given.again}, lúc {short(given.at)}" if given.again and given.at else "",
    )
