"""The server's time: the one place where it is read."""

from datetime import UTC, datetime

__all__ = ["server_time"]


def server_time() -> datetime:
    """Now, in UTC, cut to the millisecond: so the store gives back the moment that it was given."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
