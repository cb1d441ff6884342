"""The malware scanner: ClamAV's daemon, spoken to over the network (INSTREAM)."""

from collections.abc import Awaitable, Callable
from typing import IO, Any, BinaryIO, cast

from aioclamd import ClamdAsyncClient, ClamdError

from shared.errors import Unavailable

__all__ = ["Clamd"]

PIECE = 256 * 1024
PATIENCE = 120.0
"""Seconds for one file; the largest take clamd some."""
PORT = 3310
Said = dict[str, tuple[str, str | None]] | None


class Clamd:
    """ClamAV at `address`, host:port.

    Its StreamMaxLength must not be below `largest_scan`: what it did not scan is not kept.
    """

    def __init__(self, address: str, patience: float = PATIENCE) -> None:
        host, _, port = address.rpartition(":")
        self._client = ClamdAsyncClient(host or port, int(port) if host else PORT, timeout=patience)

    async def knows(self, file: IO[bytes]) -> str:
        """The name of the malware; empty where there is none.

        Raises `Unavailable` where the daemon is away, too slow, or did not scan all of it.
        """
        file.seek(0)
        instream: Any = getattr(self._client, "instream")  # noqa: B009  it is half typed
        ask = cast("Callable[[BinaryIO], Awaitable[Said]]", instream)
        try:
            said = await ask(cast("BinaryIO", _Pieces(file)))
        except (ClamdError, OSError) as away:
            raise Unavailable(f"the malware scanner is away: {type(away).__name__}") from away
        status, name = (said or {}).get("stream", ("", ""))
        if status not in {"OK", "FOUND"}:
            raise Unavailable("the malware scanner gave no answer")
        return (name or "unnamed") if status == "FOUND" else ""


class _Pieces:
    """The file in larger pieces than the client asks for: it would take them by the kilobyte."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, _: Any) -> bytes:
        return self._file.read(PIECE)
