"""One call to a partner over HTTP, with an end in time. What is wrong with the line is `Unavailable`."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus

from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from shared.errors import Unavailable

__all__ = ["Partner"]

MOST_ANSWER = 4_000_000
"""Bytes of an answer that are read; a longer one is cut, and then cannot be read."""


class Partner:
    """A partner at one address. 5xx, or no answer within `seconds`, is `Unavailable`; nothing is asked twice."""

    def __init__(self, url: str, *, seconds: float = 3.0) -> None:
        self._url = url.rstrip("/")
        self._http = PoolManager(maxsize=8, retries=Retry(False), timeout=Timeout(total=seconds))

    async def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Status and body of the answer."""
        return await asyncio.to_thread(self._ask, method, path, body, dict(headers or {}))

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        headers |= {"content-type": "application/json"} if body else {}
        try:
            answer = self._http.request(
                method, self._url + path, body=body or None, headers=headers, preload_content=False
            )
            content = answer.read(MOST_ANSWER)
            answer.release_conn()
        except HTTPError as away:
            raise Unavailable(f"a partner did not answer ({type(away).__name__})") from away
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Unavailable(f"a partner answered {answer.status}")
        return answer.status, content
