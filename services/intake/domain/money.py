"""Money that moved, orders at the bank, and what can be wrong with them: the parts of a bill. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.intake.domain.fees import Line
from shared.calendar import VIETNAM
from shared.contracts.intake import PayWay
from shared.errors import Conflict, NotFound
from shared.people import Person

__all__ = [
    "ASK_AGAIN",
    "ASK_LATER",
    "ORDER_LIVES",
    "ORDER_WATCHED",
    "AmountUnknown",
    "Moved",
    "NoSuchLine",
    "NoSuchOrder",
    "NoSuchRefund",
    "NotPaid",
    "NothingToPay",
    "Order",
    "OtherMoney",
    "Stage",
    "TooManyOrders",
    "What",
    "day_of",
    "kinds",
    "rebooked",
    "shares",
]

What = Literal["paid", "refunded", "rebooked"]
Stage = Literal[1, 2, 4]
"""National codes of when a fee is collected: 1 on receipt, 2 on supplement, 4 on return."""
ORDER_LIVES = timedelta(minutes=15)
"""So long the page with the QR waits; money that comes later is still taken."""
ORDER_WATCHED = timedelta(hours=6)
"""So long after its end the bank is asked about an order whose money did not come: transfers may be slow."""
ASK_AGAIN = timedelta(seconds=20)
"""So long a callback may take before the bank is asked; and between two questions about what is open."""
ASK_LATER = timedelta(minutes=15)
"""Between two questions about an order that has ended."""


class NothingToPay(Conflict):
    """It is paid, free, or cancelled."""


class AmountUnknown(Conflict):
    """A line has no amount yet: the provincial council sets it, and a clerk enters it."""


class NotPaid(Conflict):
    """No more can be given back than what was paid and is not due."""


class NoSuchLine(NotFound):
    status = 422


class NoSuchOrder(NotFound):
    """No order of this bill has that reference."""


class NoSuchRefund(NotFound):
    """The bank refused no refund under that id."""


class OtherMoney(Conflict):
    """Under this id another sum was taken or given back before."""


class TooManyOrders(Conflict):
    pass


@dataclass(frozen=True, slots=True)
class Moved:
    """Money that came in or went back: one line of the book. `dong` is never negative; `what` gives the direction.

    `expected` is what should have come; where it differs from `dong`, the line is a difference to be settled.
    `rebooked`: no money moved, as a line of the bill changed after it was paid; `phi` and `le_phi` are what became more
    of each, below zero less.
    """

    id: str
    what: What
    way: PayWay
    dong: int
    expected: int
    phi: int
    le_phi: int
    """The shares of *phí* and *lệ phí*; what is in neither came too much."""
    at: datetime
    day: str
    """The day in Việt Nam, `2026-11-24`: an office's cash is counted by it. Of a refund: when the bank did it."""
    office: str
    by: str = ""
    stage: Stage = 1
    reference: str = ""
    """Of the online order, or of the parcel; a refund has that of the payment which it gives back."""
    reason: str = ""
    words: str = ""
    is_done: bool = True
    """False while the bank has yet to carry out a refund, and where it refuses to."""
    of: str = ""
    """Of a refund: the payment that it gives back, all or a part."""
    refused_at: datetime | None = None
    """When the bank said that it does not give this back: it is paid at the counter."""

    @property
    def is_open(self) -> bool:
        """Whether the bank has yet to do it."""
        return not self.is_done and self.refused_at is None

    @property
    def is_refused(self) -> bool:
        """Whether it waits at the counter, as the bank does not do it."""
        return not self.is_done and self.refused_at is not None

    @property
    def is_difference(self) -> bool:
        return self.dong != self.expected


@dataclass(frozen=True, slots=True)
class Order:
    """A payment that was opened at the bank. `reference` is all that the bank learns of the dossier."""

    reference: str
    dong: int
    opened_at: datetime
    expires_at: datetime
    qr: str = ""
    """The VietQR text (EMVCo), as the payer's bank reads it."""
    account: str = ""
    is_open: bool = True
    bank: str = ""
    holder: str = ""
    """The bank and the name that the account is under, for who types them; empty where the bank does not say."""


def day_of(at: datetime) -> str:
    """The day in Việt Nam, `2026-11-24`."""
    return f"{at.astimezone(VIETNAM):%Y-%m-%d}"


def shares(lines: Iterable[Line], start: int, end: int) -> tuple[int, int]:
    """How much of the đồng from `start` to `end` is *phí* and how much *lệ phí*: lines are filled in their order."""
    found, below = {"phí": 0, "lệ phí": 0}, 0
    for line in lines:
        above = below + (line.due or 0)
        found[line.kind] += max(0, min(end, above) - max(start, below))
        below = above
    return found["phí"], found["lệ phí"]


def kinds(book: Iterable[Moved]) -> tuple[int, int]:
    """What of the money that is there is booked as *phí* and what as *lệ phí*, in đồng; the rest came too much."""
    signed = [(-1 if it.what == "refunded" else 1, it) for it in book]
    return sum(sign * it.phi for sign, it in signed), sum(sign * it.le_phi for sign, it in signed)


def rebooked(book: tuple[Moved, ...], right: tuple[int, int], *, by: Person, at: datetime) -> tuple[Moved, ...]:
    """The line of the book by which its kinds are the `right` ones again; none where they are.

    On the day of the change and at the office that made it: the days before are counted.
    """
    phi, le_phi = (now - was for now, was in zip(right, kinds(book), strict=True))
    if not phi and not le_phi:
        return ()
    id = f"rebooked/{len(book) + 1}"
    return (Moved(id, "rebooked", "counter", 0, 0, phi, le_phi, at, day_of(at), by.office, by.id),)
