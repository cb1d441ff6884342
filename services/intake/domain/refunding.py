"""Money that goes back: out of which payments, by which way, and what happens where the bank will not. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from services.intake.domain.bill import Bill
from services.intake.domain.fees import ReasonNeeded, clerks_only
from services.intake.domain.money import ASK_AGAIN, Moved, NoSuchRefund, NotPaid, day_of, shares
from shared import codes
from shared.contracts.intake import FeeRefunded, PayWay
from shared.events import Decision, Event
from shared.people import SYSTEM, Person

__all__ = ["at_counter", "refund", "refunded", "refused", "split"]


def refund(
    bill: Bill, id: str, dong: int, reason: str, words: str, *, ended: bool, by: Person, at: datetime
) -> Decision[Bill]:
    """Give back by the ways that the money came, no more of each payment than is left of it, the newest first.

    Cash goes back at once; the rest once the bank says so (`refunded`). Twice under one `id` is once.
    `ended`: the dossier was withdrawn or refused, and all that was paid may go back; else only what came too much.
    Raises `NotPaid`, `ReasonNeeded`, `OtherMoney`.
    """
    clerks_only(by)
    if bill.did(id, "refunded", dong):
        return (bill,)
    if not words.strip():
        raise ReasonNeeded("Why is it given back? It is kept with the bill.", about="words")
    most = bill.paid if ended else max(-bill.owed, 0)
    if not 0 < dong <= most:
        raise NotPaid(f"At most {most} đồng can be given back: what was paid and is not due.", about="dong")
    why = codes.code(reason, "reason")
    backs = tuple(replace(it, reason=why, words=words.strip()[:300]) for it in _given_back(bill, id, dong, by, at))
    waits = any(it.is_open for it in backs)
    then = replace(bill, book=(*bill.book, *backs), ask_at=at + ASK_AGAIN if waits else bill.ask_at)
    if ended:
        then = replace(then.without_order(), state="refunded", kept=then.paid)
    return then.settled(), *_said_cash(backs, why, by, at)


def split(book: Iterable[Moved], dong: int) -> tuple[tuple[Moved, int], ...]:
    """The payments out of which so much goes back, the newest first, with how much of each."""
    book, found = tuple(book), list[tuple[Moved, int]]()
    for paid in reversed([it for it in book if it.what == "paid"]):
        left = paid.dong - sum(it.dong for it in book if it.of == paid.id)
        part = min(left, dong)
        if part > 0:
            found.append((paid, part))
            dong -= part
    return tuple(found)


def refunded(bill: Bill, id: str, *, at: datetime) -> Decision[Bill]:
    """The bank has given it back: it is counted on the day on which it did."""
    for back in bill.open_refunds:
        if back.id == id:
            done = replace(back, is_done=True, at=at, day=day_of(at))
            return _with(bill, done), _said(back.office, SYSTEM.role, back.dong, back.way, back.reason, at)
    return (bill,)


def refused(bill: Bill, id: str, *, at: datetime) -> Decision[Bill]:
    """The bank does not give it back, and is not asked again: from now on it waits at the counter."""
    for back in bill.open_refunds:
        if back.id == id:
            return (_with(bill, replace(back, refused_at=at, day=day_of(at))),)
    return (bill,)


def at_counter(bill: Bill, id: str, *, by: Person, at: datetime) -> Decision[Bill]:
    """What the bank did not give back is paid out in cash; twice is once. Raises `NoSuchRefund`."""
    clerks_only(by)
    back = next((it for it in bill.book if it.id == id and it.refused_at), None)
    if back is None:
        raise NoSuchRefund("The bank refused no refund under this id: look at the bill.", about="id")
    if back.is_done:
        return (bill,)
    done = replace(back, is_done=True, way="counter", at=at, day=day_of(at), office=by.office, by=by.id)
    return _with(bill, done), _said(by.office, by.role, back.dong, "counter", back.reason, at)


def _given_back(bill: Bill, id: str, dong: int, by: Person, at: datetime) -> Iterable[Moved]:
    """A line for each payment; the first has the id that was chosen."""
    before = bill.paid
    for nth, (paid, part) in enumerate(split(bill.book, dong), start=1):
        online = paid.way == "online"
        phi, le_phi = shares(bill.lines, before - part, before)
        before -= part
        yield Moved(
            id if nth == 1 else f"{id}.{nth}",
            "refunded",
            "online" if online else "counter",
            part,
            part,
            phi,
            le_phi,
            at,
            day_of(at),
            bill.office if online else by.office,
            by.id,
            paid.stage,
            paid.reference,
            is_done=not online,
            of=paid.id,
        )


def _with(bill: Bill, back: Moved) -> Bill:
    return replace(bill, book=tuple(back if it.id == back.id else it for it in bill.book)).settled()


def _said_cash(backs: Iterable[Moved], reason: str, by: Person, at: datetime) -> tuple[Event, ...]:
    dong = sum(it.dong for it in backs if it.is_done)
    return (_said(by.office, by.role, dong, "counter", reason, at),) if dong else ()


def _said(office: str, role: str, dong: int, way: PayWay, reason: str, at: datetime) -> Event:
    return FeeRefunded(office=office, role=role, dong=dong, way=way, reason=reason, refunded_at=at)
