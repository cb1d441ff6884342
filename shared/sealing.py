"""Identity numbers at rest: sealed one by one, with keys that rotate, and still found by exact match.

Sealed with AES-256-GCM (NIST SP 800-38D); found by a mark, an HMAC-SHA-256 of the number (RFC 2104). Both keys of a
name are drawn from one secret by HKDF (RFC 5869), so a mark opens nothing. The first key seals; the others still open.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

__all__ = ["Seals", "WrongKeys"]

NONCE = 12
"""Bytes, new for each sealing."""
SECRET = 32
"""Bytes that a key has at least."""
MARK = 16
"""Bytes of a mark: two numbers meet in one by chance once in 10**19 dossiers."""
_KEY = re.compile(r"([a-z0-9]{1,16}):([A-Za-z0-9+/_=-]{40,})", re.ASCII)


class WrongKeys(Exception):
    """The keys that were given cannot seal, or what was sealed was sealed with another."""


@dataclass(frozen=True, slots=True)
class _Key:
    seal: AESGCM
    mark: bytes


class Seals:
    """Keys by name. What is sealed begins with the name of its key, so it can be opened after a rotation."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise WrongKeys("Give at least one key.")
        self.current = next(iter(keys))
        self._keys = {name: _Key(AESGCM(_drawn(it, b"seal")), _drawn(it, b"mark")) for name, it in keys.items()}

    @classmethod
    def of(cls, text: str) -> Self:
        """From `name:base64,name:base64`, the current one first. Raises `WrongKeys`, which shows none of it."""
        keys: dict[str, bytes] = {}
        for place, part in enumerate((it.strip() for it in text.split(",")), start=1):
            match = _KEY.fullmatch(part)
            secret = _decoded(match[2]) if match else b""
            if not match or len(secret) < SECRET or match[1] in keys:
                raise WrongKeys(
                    f"Key {place} will not do: write name:secret, the name once and in small letters and digits, the "
                    "secret from `openssl rand -base64 32`."
                )
            keys[match[1]] = secret
        return cls(keys)

    @staticmethod
    def new(name: str = "k1") -> str:
        """A fresh key, as `of` reads it."""
        return f"{name}:{base64.b64encode(secrets.token_bytes(SECRET)).decode()}"

    def seal(self, plain: str) -> str:
        nonce = secrets.token_bytes(NONCE)
        closed = self._keys[self.current].seal.encrypt(nonce, plain.encode(), self.current.encode())
        return f"{self.current}.{base64.urlsafe_b64encode(nonce + closed).decode()}"

    def open(self, sealed: str) -> str:
        """What was sealed; empty stays empty. Raises `WrongKeys`."""
        if not sealed:
            return ""
        name, _, text = sealed.partition(".")
        try:
            raw = base64.urlsafe_b64decode(text)
            return self._keys[name].seal.decrypt(raw[:NONCE], raw[NONCE:], name.encode()).decode()
        except (KeyError, InvalidTag, ValueError) as wrong:
            raise WrongKeys(f"This was not sealed with a key that is known here ({name[:16]}).") from wrong

    def mark(self, plain: str) -> str:
        """The mark under the current key; the same number always has the same."""
        return _mark(self.current, self._keys[self.current], plain)

    def marks(self, plain: str) -> tuple[str, ...]:
        """Under every key that is known: what to look for while a rotation is under way."""
        return tuple(mark(plain) for mark in self.markings)

    @property
    def markings(self) -> tuple[Callable[[str], str], ...]:
        """`mark` under every key that is known, the current one first."""
        return tuple(partial(_mark, name, key) for name, key in self._keys.items())

    @property
    def names(self) -> tuple[str, ...]:
        """Of the keys that are known, the current one first."""
        return tuple(self._keys)

    def sealed_anew(self) -> Callable[[str], str]:
        """Opens with whatever key it was, and seals with the current one."""
        return lambda sealed: self.seal(self.open(sealed)) if sealed else ""


def _mark(name: str, key: _Key, plain: str) -> str:
    digest = hmac.digest(key.mark, plain.encode(), hashlib.sha256)[:MARK]
    return f"{name}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def _drawn(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"motcua " + purpose).derive(secret)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, altchars=b"-_" if set("-_") & set(text) else None, validate=True)
    except binascii.Error:
        return b""
