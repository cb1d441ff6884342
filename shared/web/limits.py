"""How often somebody may try: a bucket of tries per key that fills again with time.

It counts in this process only: with n replicas an attacker has n times the tries. That is accepted here, as the bucket
is sized for it; a limit across replicas would make the store the attacker's target.
"""

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Any, ClassVar

from starlette.requests import Request

from shared.errors import Refusal

__all__ = ["TOO_OFTEN", "Allowance", "TooManyTries", "neighbourhood", "whence"]

MOST_KEYS = 50_000
"""Keys remembered; beyond them the one that was seen first is forgotten."""
TOO_OFTEN: dict[int | str, dict[str, Any]] = {429: {"description": "Too many tries; `detail` says how long to wait"}}
"""What a route that counts tries tells in the OpenAPI document."""


class TooManyTries(Refusal):
    """`seconds` is how long to wait, also told as Retry-After."""

    status: ClassVar[int] = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many tries: wait {seconds} seconds, then try again.")
        self.seconds = seconds


@dataclass(slots=True)
class Allowance:
    """`burst` tries at once, and one more after each `every`."""

    burst: int
    every: timedelta
    most_keys: int = MOST_KEYS
    _full_at: dict[str, float] = field(default_factory=dict[str, float])
    """When each key's bucket will be full again, seconds since 1970."""

    def take(self, key: str, at: datetime) -> None:
        """Use one try; raises `TooManyTries` where none is left."""
        now, each = at.timestamp(), self.every.total_seconds()
        full_at = max(self._full_at.pop(key, now), now)
        wait = full_at - now - (self.burst - 1) * each
        self._full_at[key] = full_at if wait > 0 else full_at + each
        if wait > 0:
            raise TooManyTries(math.ceil(wait))
        if len(self._full_at) > self.most_keys:
            del self._full_at[next(iter(self._full_at))]

    def give_back(self, key: str) -> None:
        """The try was no guess."""
        if key in self._full_at:
            self._full_at[key] -= self.every.total_seconds()


def neighbourhood(host: str) -> str:
    """Whom one address stands for: itself, or with IPv6 its network, as a household has 2^64 of them."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(int(address) >> 64) if isinstance(address, IPv6Address) else host


def whence(request: Request) -> str:
    """The neighbourhood that asks.

    Behind the gateway uvicorn takes the address from X-Forwarded-For, of the proxies that it trusts alone.
    """
    return neighbourhood(request.client.host if request.client else "")
