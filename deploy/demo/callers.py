"""The demo people at their desks: HTTP calls through the gateway, each of which may be asked again without harm."""

import asyncio
import time
import uuid
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import httpx

from deploy.trouble import CannotStart, Trouble

PAUSE = 0.5
"""Seconds before a call is asked again, where the answer names no other time."""
TOKEN_SERVES = 3600
"""Seconds after which somebody logs in again."""


class Refused(Trouble):
    """The platform said no, for good. `code` is the refusal's name."""

    def __init__(self, asked: str, status: int, code: str, detail: str) -> None:
        super().__init__(f"{asked} was refused ({status} {code}): {detail}")
        self.status = status
        self.code = code


class Callers:
    """Calls as a demo person. A 503 or a broken line is asked again, with the same key, for `patience` seconds.

    `took` holds the seconds of each call that was answered, without the waiting; `retries` counts what was asked again.
    """

    def __init__(self, base_url: str, *, most: int = 32, patience: float = 60.0, longest_pause: float = 2.0) -> None:
        limits = httpx.Limits(max_connections=most, max_keepalive_connections=most)
        self._http = httpx.AsyncClient(base_url=base_url, limits=limits, timeout=30)
        self._patience = patience
        self._longest_pause = longest_pause
        self._tokens: dict[str, tuple[str, float]] = {}
        self.took: list[float] = []
        self.retries = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def get(self, person: str, path: str, *, until_there: bool = False) -> Any:
        return await self._asked(person, "GET", path, until_there=until_there)

    async def put(self, person: str, path: str, body: object) -> Any:
        """The id in the path makes it happen once."""
        return await self._asked(person, "PUT", path, json=body)

    async def post(
        self, person: str, path: str, body: object = None, *, key: str = "", until_there: bool = False
    ) -> Any:
        """Happens once under `key`; a new key is taken where none is given."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        given = {} if body is None else {"json": body}
        return await self._asked(person, "POST", path, headers=headers, until_there=until_there, **given)

    async def upload(self, person: str, path: str, content: bytes, kind: str = "application/pdf") -> Any:
        """Keep a file; named by what it holds, so twice is once."""
        return await self._asked(person, "POST", path, headers={"Content-Type": kind}, content=content)

    async def file(self, person: str, path: str) -> bytes:
        """Fetch what is not JSON."""
        return (await self._answer(person, "GET", path, until_there=False)).content

    async def _asked(self, person: str, method: str, path: str, *, until_there: bool = False, **given: Any) -> Any:
        return (await self._answer(person, method, path, until_there=until_there, **given)).json()

    async def _answer(self, person: str, method: str, path: str, *, until_there: bool, **given: Any) -> httpx.Response:
        """The answer that counts. `until_there`: what is not known yet (404) is asked for again too."""
        again = {503, 404} if until_there else {503}
        until = time.monotonic() + self._patience
        while True:
            answer = await self._once(person, method, path, given)
            if answer is not None and answer.status_code not in again:
                return _good(answer, f"{method} {path}")
            if time.monotonic() > until:
                raise self._given_up(answer, f"{method} {path}")
            self.retries += 1
            await asyncio.sleep(min(self._pause(answer), self._longest_pause))

    async def _once(self, person: str, method: str, path: str, given: dict[str, Any]) -> httpx.Response | None:
        try:
            request = self._http.build_request(method, path, **given)
            request.headers["Authorization"] = f"Bearer {await self._token(person)}"
            began = time.perf_counter()
            answer = await self._http.send(request)
        except httpx.TransportError:
            return None
        if answer.is_success:
            self.took.append(time.perf_counter() - began)
        return answer

    async def _token(self, person: str) -> str:
        token, since = self._tokens.get(person, ("", 0.0))
        if not token or time.monotonic() - since > TOKEN_SERVES:
            answer = _good(await self._http.post("/demo/token", json={"person": person}), "The demo login")
            token = answer.json()["access_token"]
            self._tokens[person] = token, time.monotonic()
        return token

    def _pause(self, answer: httpx.Response | None) -> float:
        if answer is None or answer.status_code == HTTPStatus.NOT_FOUND:
            return PAUSE / 5
        return float(answer.headers.get("retry-after", PAUSE))

    def _given_up(self, answer: httpx.Response | None, asked: str) -> Trouble:
        said = f"the answer was {answer.status_code}" if answer is not None else "nothing answers"
        return CannotStart(
            f"{asked}: {said} for {self._patience:.0f} seconds. Is everything up? `make run` starts it; "
            "look into the logs of the services."
        )


def _good(answer: httpx.Response, asked: str) -> httpx.Response:
    if answer.is_success:
        return answer
    try:
        problem: dict[str, Any] = answer.json()
    except ValueError:
        problem = {}
    raise Refused(asked, answer.status_code, problem.get("code", "?"), problem.get("detail", answer.text[:200]))
