"""The address of a payment page: it opens one dossier's bill, for half an hour, to whoever holds it. Pure.

It is made after the second factor or for who filed the dossier, and says neither code nor name. What it opens shows
what is owed and how to pay it, and no more: whoever pays a stranger's fee does no harm.
"""

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.errors import NotFound

__all__ = ["LIVES", "PayLinkOver", "opened", "token"]

LIVES = timedelta(minutes=30)
ID, TIME, MAC = 16, 5, 12
"""Bytes: the dossier's UUID, the end in seconds since 1970, the first of the HMAC-SHA-256 over both."""


class PayLinkOver(NotFound):
    """It was never ours, or its half hour is over."""


def token(dossier: str, key: bytes, at: datetime) -> str:
    """33 bytes as 44 letters, for the end of an address. `key` may have other uses: this one is told apart."""
    told = UUID(dossier).bytes + int((at + LIVES).timestamp()).to_bytes(TIME, "big")
    return base64.urlsafe_b64encode(told + _mac(key, told)).decode().rstrip("=")


def opened(text: str, key: bytes, at: datetime) -> tuple[str, datetime]:
    """The dossier's id, and when the link ends. Raises `PayLinkOver`."""
    try:
        told = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise _over() from wrong
    said, mac = told[: ID + TIME], told[ID + TIME :]
    if not key or len(told) != ID + TIME + MAC or not hmac.compare_digest(_mac(key, said), mac):
        raise _over()
    until = int.from_bytes(said[ID:], "big")
    if at.timestamp() >= until:
        raise _over()
    return str(UUID(bytes=said[:ID])), datetime.fromtimestamp(until, UTC)


def _mac(key: bytes, told: bytes) -> bytes:
    return hmac.new(key, b"pay link\0" + told, hashlib.sha256).digest()[:MAC]


def _over() -> PayLinkOver:
    return PayLinkOver("This payment page is over: open the dossier again and choose to pay.")
