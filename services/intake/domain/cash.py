"""One office's money of one day: what came in and went back, what is open, and what differs from the bank. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Self, get_args

from services.intake.domain.bill import Bill
from services.intake.domain.fees import MOST_DONG
from services.intake.domain.money import Moved, What
from shared.contracts.intake import PayWay
from shared.errors import Refusal

__all__ = [
    "MOST_MOVED",
    "MOST_SUMMED",
    "WAYS",
    "BankSaid",
    "Cash",
    "CashLine",
    "Mismatch",
    "Movement",
    "Sum",
    "TooManyLines",
    "Unpaid",
    "counted",
]

MOST_MOVED = 10_000
"""Dossiers whose money of one day is counted."""
MOST_SUMMED = 1_000
"""Open bills whose amounts are added up."""

_CODE: Final = re.compile(r"[A-Za-z0-9._-]{1,80}", re.ASCII)
WAYS: tuple[PayWay, ...] = ("counter", "post", "online")
BankSaid = Literal["compared", "not-configured", "away"]


class TooManyLines(Refusal):
    """More than is counted at once: a sum of a part would be taken for the whole."""


@dataclass(frozen=True, slots=True)
class Movement:
    """What the bank says of money: `id` is its own number, `reference` the one that the payer gave."""

    id: str
    reference: str
    dong: int
    at: datetime
    what: Literal["paid", "refunded"] = "paid"

    def __post_init__(self) -> None:
        """Raises ValueError for what cannot be money, so that it is refused where it is read."""
        if not (_CODE.fullmatch(self.id) and _CODE.fullmatch(self.reference)):
            raise ValueError("a movement and its reference are told apart by codes")
        if not 0 < self.dong <= MOST_DONG or self.at.tzinfo is None:
            raise ValueError("a movement has an amount above zero, and a time with its zone")


@dataclass(frozen=True, slots=True)
class Sum:
    """Of what was done, in đồng. `other` came too much, and is neither *phí* nor *lệ phí*.

    `rebooked`: no money moved; each kind is what became more of it, below zero less.
    """

    way: PayWay
    what: What
    count: int
    dong: int
    phi: int
    le_phi: int
    other: int


@dataclass(frozen=True, slots=True)
class CashLine:
    """One line of the book, with the dossier that it belongs to."""

    dossier: str
    code: str
    moved: Moved
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class Unpaid:
    """A dossier of which a bill is open."""

    id: str
    code: str
    owed: int
    """In đồng, of the lines whose amount is known."""
    is_known: bool
    """Whether that is all that is owed."""

    @classmethod
    def of(cls, id: str, code: str, bill: Bill) -> Self:
        return cls(id, code, max(bill.owed, 0), not bill.unknown)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Something to look into.

    `wrong-amount`: not what was owed. `unknown-reference`: the bank has money that no payment here asked for.
    `missing-here`: the bank told of it and it is not in the book. `missing-there`: in the book, not at the bank.
    `amount-differs`: both have it, not the same. `refund-refused`: the bank does not give it back; the counter has to.
    """

    kind: Literal[
        "wrong-amount", "unknown-reference", "missing-here", "missing-there", "amount-differs", "refund-refused"
    ]
    id: str
    reference: str
    dossier: str
    here: int
    there: int
    """đồng: what was expected or booked here; what came, or what the bank says."""


@dataclass(frozen=True, slots=True)
class Cash:
    office: str
    day: str
    sums: tuple[Sum, ...]
    lines: tuple[CashLine, ...]
    in_hand: int
    """What the office holds of this day in cash: taken at the counter less given back there, in đồng."""
    open_count: int
    """Bills of this office that are not paid yet, of whatever day: all of them."""
    open_dong: int
    """What is owed of them, in đồng; of more than a thousand, of the newest thousand."""
    open_at_least: bool
    """Whether more than that is owed: there are more than a thousand, or an amount is not known yet."""
    differences: tuple[Mismatch, ...]
    bank: BankSaid


def counted(
    office: str,
    day: str,
    lines: Iterable[CashLine],
    unpaid: Iterable[Unpaid],
    *,
    unsummed: int = 0,
    bank: BankSaid,
    statement: Iterable[Movement] = (),
    elsewhere: Mapping[str, str] | None = None,
) -> Cash:
    """`unsummed`: how many bills are open beside `unpaid`.

    `elsewhere`: of the references in the statement that are not in this book, the dossier of each that is known.

    References of other offices' dossiers are left out of it and of `statement` by the caller.
    """
    lines, unpaid = tuple(lines), tuple(unpaid)
    moves = [it.moved for it in lines if it.moved.is_done]
    sums = [_sum(way, what, moves) for what in get_args(What) for way in WAYS]
    cash = [it for it in moves if it.way == "counter"]
    differing = [_wrong_amount(it) for it in lines if it.moved.is_difference]
    differing += [_refused(it) for it in lines if it.moved.is_refused]
    if bank == "compared":
        differing += _compared(lines, tuple(statement), elsewhere or {})
    return Cash(
        office,
        day,
        tuple(it for it in sums if it.count),
        lines,
        sum(it.dong if it.what == "paid" else -it.dong for it in cash),
        len(unpaid) + unsummed,
        sum(it.owed for it in unpaid),
        unsummed > 0 or not all(it.is_known for it in unpaid),
        tuple(differing),
        bank,
    )


def _sum(way: PayWay, what: What, moves: Iterable[Moved]) -> Sum:
    these = [it for it in moves if it.way == way and it.what == what]
    dong, phi, le_phi = (
        sum(it) for it in ([it.dong for it in these], [it.phi for it in these], [it.le_phi for it in these])
    )
    return Sum(way, what, len(these), dong, phi, le_phi, dong - phi - le_phi)


def _wrong_amount(line: CashLine) -> Mismatch:
    it = line.moved
    return Mismatch("wrong-amount", it.id, it.reference, line.dossier, it.expected, it.dong)


def _refused(line: CashLine) -> Mismatch:
    it = line.moved
    return Mismatch("refund-refused", it.id, it.reference, line.dossier, it.dong, 0)


def _compared(
    lines: Iterable[CashLine], statement: Iterable[Movement], elsewhere: Mapping[str, str]
) -> Iterable[Mismatch]:
    there = {it.id: it for it in statement}
    here = {it.moved.id: it for it in lines if it.moved.way == "online" and it.moved.is_done}
    for id, line in here.items():
        it, said = line.moved, there.get(id)
        if said is None:
            yield Mismatch("missing-there", id, it.reference, line.dossier, it.dong, 0)
        elif said.dong != it.dong:
            yield Mismatch("amount-differs", id, it.reference, line.dossier, it.dong, said.dong)
    for id, said in there.items():
        if id not in here:
            dossier = elsewhere.get(said.reference, "")
            kind = "missing-here" if dossier else "unknown-reference"
            yield Mismatch(kind, id, said.reference, dossier, 0, said.dong)
