"""The bank: opens payments, says what came in, gives money back. Its words are ours from here on.

Both sides sign what they say: `bank-signature: t=<seconds since 1970>,v1=<hex>`, the HMAC-SHA-256 (RFC 2104) of
`<t>.<method> <path>.<body>` under the key that they share. A signature older than five minutes is not taken.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final, Literal, Protocol, TypeVar
from urllib.parse import quote

import msgspec
from vietnam_qr_pay import BanksObject, QRPay

from services.intake.domain.cash import Movement
from services.intake.domain.money import Order
from services.intake.gateways.partner import Partner
from shared.clock import server_time
from shared.errors import Refusal, Unauthorized, Unavailable

__all__ = [
    "SIGNATURE",
    "Bank",
    "NoOnlinePayment",
    "NoPayments",
    "NotTheBank",
    "Payments",
    "RefundSaid",
    "check",
    "payments",
    "sign",
]

SIGNATURE = "bank-signature"
FRESH = timedelta(minutes=5)
RefundSaid = Literal["done", "open", "refused"]
"""`open`: ask again later. `refused`: asking again changes nothing."""
REFUSED = {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}
"""What a bank answers where it understood a refund and does not carry it out. All else may be otherwise later."""
T = TypeVar("T")
_SAID: Final = re.compile(r"t=(\d{1,11}),v1=([0-9a-f]{64})", re.ASCII)


class NoOnlinePayment(Refusal):
    """No bank is configured here."""

    status = 501


class NotTheBank(Unauthorized):
    """The signature is missing, wrong or old."""


class Payments(Protocol):
    """What a bank does for us. Each raises `Unavailable` while it is away; each may be asked twice without harm."""

    @property
    def is_there(self) -> bool:
        """Whether one is configured."""
        ...

    async def open(self, reference: str, dong: int, opened_at: datetime, expires_at: datetime) -> Order:
        """The bank now expects this money under this reference, and nothing else is told to it."""
        ...

    async def status(self, reference: str) -> tuple[Movement, ...]:
        """The money that came under a reference."""
        ...

    async def refund(self, id: str, reference: str, dong: int) -> RefundSaid:
        """Give back; the same `id` is given back once."""
        ...

    async def statement(self, day: str) -> tuple[Movement, ...]:
        """Everything that moved on a day in Việt Nam, `2026-11-24`."""
        ...


@dataclass(frozen=True, slots=True)
class Account:
    """What the bank answers to an opening: where the money is to go."""

    bank_bin: str
    account: str
    holder: str = ""
    """Whose account it is, as bank apps show it."""


@dataclass(frozen=True, slots=True)
class Refunded:
    done: bool


class Bank:
    """The sandbox's API, after which a real bank's adapter is written: the only place that knows its words."""

    is_there = True

    def __init__(self, partner: Partner, key: str, now: Callable[[], datetime] = server_time) -> None:
        self._partner = partner
        self._key = key
        self._now = now

    async def open(self, reference: str, dong: int, opened_at: datetime, expires_at: datetime) -> Order:
        wanted = {"dong": dong, "expires_at": expires_at}
        account = await self._ask("PUT", f"/orders/{quote(reference, safe='')}", Account, wanted)
        qr = QRPay.init_viet_qr(account.bank_bin, account.account, str(dong), reference).build()
        bank, holder = bank_name(account.bank_bin), account.holder
        return Order(reference, dong, opened_at, expires_at, qr, account.account, bank=bank, holder=holder)

    async def status(self, reference: str) -> tuple[Movement, ...]:
        return await self._ask("GET", f"/orders/{quote(reference, safe='')}", tuple[Movement, ...])

    async def refund(self, id: str, reference: str, dong: int) -> RefundSaid:
        status, answer = await self._send(
            "PUT", f"/refunds/{quote(id, safe='')}", {"reference": reference, "dong": dong}
        )
        if status in REFUSED:
            return "refused"
        return "done" if _read(status, answer, Refunded).done else "open"

    async def statement(self, day: str) -> tuple[Movement, ...]:
        return await self._ask("GET", f"/statements/{quote(day, safe='')}", tuple[Movement, ...])

    async def _ask(self, method: str, path: str, kind: type[T], body: object = None) -> T:
        status, answer = await self._send(method, path, body)
        return _read(status, answer, kind)

    async def _send(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        sent = b"" if body is None else msgspec.json.encode(body)
        signature = sign(self._key, self._now(), f"{method} {path}", sent)
        return await self._partner.ask(method, path, sent, {SIGNATURE: signature})


class NoPayments:
    """No bank: what asks for one says so, and the counter takes the money."""

    is_there = False

    async def open(self, reference: str, dong: int, opened_at: datetime, expires_at: datetime) -> Order:
        raise NoOnlinePayment("No online payment is set up here: pay at a counter or to the postman.")

    async def status(self, reference: str) -> tuple[Movement, ...]:
        return ()

    async def refund(self, id: str, reference: str, dong: int) -> RefundSaid:
        return "open"

    async def statement(self, day: str) -> tuple[Movement, ...]:
        return ()


def payments(url: str, key: str) -> Payments:
    """The configured bank. Without an address or a key there is none."""
    return Bank(Partner(url), key) if url and key else NoPayments()


def bank_name(bank_bin: str) -> str:
    """The short name of the bank with this number; the number itself where it is not known."""
    return next((it.short_name for it in BanksObject.values() if it.bin == bank_bin), bank_bin)


def _read(status: int, answer: bytes, kind: type[T]) -> T:
    if status >= HTTPStatus.BAD_REQUEST:
        raise Unavailable(f"the bank did not take what was asked: {status}")
    try:
        return msgspec.json.decode(answer, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as unreadable:
        raise Unavailable("the bank's answer cannot be read") from unreadable


def sign(key: str, at: datetime, what: str, body: bytes) -> str:
    """The header that goes with a body. `what` is the method and the path."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_mac(key, seconds, what, body)}"


def check(key: str, at: datetime, what: str, body: bytes, header: str) -> None:
    """Raises `NotTheBank` where the header is not the bank's for this body, at about this time."""
    said = _SAID.fullmatch(header)
    if not key or said is None:
        raise NotTheBank(f"Sign what you say, in the header {SIGNATURE}.")
    seconds = int(said[1])
    if not hmac.compare_digest(_mac(key, seconds, what, body), said[2]):
        raise NotTheBank("The signature does not fit: check key, path and body.")
    if abs(at.timestamp() - seconds) > FRESH.total_seconds():
        raise NotTheBank("The signature is older than five minutes: sign anew each time.")


def _mac(key: str, seconds: int, what: str, body: bytes) -> str:
    return hmac.new(key.encode(), b"%d.%s.%s" % (seconds, what.encode(), body), hashlib.sha256).hexdigest()
