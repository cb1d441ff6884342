"""The HTTP door: a FastAPI route whose body is read, and whose answer is written, by msgspec.

FastAPI reads the signature for OpenAPI, as everywhere; at run time the route does only what this house uses: path and
query parameters, one dataclass as body, and dependencies that take the request. That is a third of FastAPI's own cost.
"""

import hashlib
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import is_dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from fastapi.params import Depends as Dependency, Header, Query
from fastapi.routing import APIRoute
from opentelemetry.trace import SpanKind, get_tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from shared import problems
from shared.clock import server_time
from shared.decisions import Once
from shared.errors import Malformed, NotFound, Refusal, Repeated, Unavailable

__all__ = ["Door", "FromApp", "FromStore", "Key", "Now", "TooLarge", "WrongField", "itself", "once", "router"]

MOST_BODY = 1_000_000
"""Bytes of a JSON body; files have a door of their own."""

NO_STORE = {"cache-control": "no-store"}
"""What is answered is of people and changes."""
LONGEST_KEY = 200
"""Characters of an Idempotency-Key."""

_PROPAGATOR = TraceContextTextMapPropagator()
_encode = msgspec.json.Encoder().encode


class WrongField(Refusal):
    """A field is missing, unknown or of the wrong kind; `about` is its path in the body."""


class NoSuchPage(NotFound):
    """The address was mistyped: a page's own answer to a path that can name nothing."""


class TooLarge(Refusal):
    status = 413


Read = Callable[[Request], Awaitable[Any]]


class Door(APIRoute):
    """Every route of the house."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        handle = self.get_route_handler()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            answer = await handle(Request(scope, receive, send))
            await answer(scope, receive, send)

        self.app = app  # FastAPI's own makes two exit stacks and catches what the application catches anyway

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        reads = _reads(self.endpoint, self.path_format, is_page=not self.include_in_schema)
        endpoint, status = self.endpoint, self.status_code or 200
        name = f"{next(iter(self.methods or ['GET']))} {self.path_format}"

        async def handle(request: Request) -> Response:
            given = {param: await read(request) for param, read in reads.items()}
            answer = await endpoint(**given)
            if isinstance(answer, Response):
                return answer
            return Response(_encode(answer), status, NO_STORE, media_type="application/json")

        async def guarded(request: Request) -> Response:
            """A fault is answered here: further out it would be logged with its words."""
            try:
                return await handle(request)
            except (Refusal, Repeated, Unavailable, HTTPException):
                raise
            except ClientDisconnect:
                return Response(status_code=499)
            except Exception as reason:  # noqa: BLE001
                return await problems.fault(request, reason)

        async def traced(request: Request) -> Response:
            tracing = request.app.state.tracing
            if tracing is None:
                return await guarded(request)
            context = _PROPAGATOR.extract(dict(request.headers))
            tracer = get_tracer("motcua", tracer_provider=tracing)
            with tracer.start_as_current_span(name, context, SpanKind.SERVER):
                return await guarded(request)

        return traced


def router(*, prefix: str = "", tags: list[str] | None = None) -> APIRouter:
    return APIRouter(prefix=prefix, tags=[*(tags or ())], route_class=Door)


def _reads(endpoint: Callable[..., Any], path: str, *, is_page: bool) -> dict[str, Read]:
    """How each parameter of an endpoint is read from a request; the guard first, so that a stranger is told nothing."""
    hints = get_type_hints(endpoint, include_extras=True)
    parameters = inspect.signature(endpoint).parameters
    reads = {name: _read(name, hints[name], it.default, path, is_page=is_page) for name, it in parameters.items()}
    return dict(sorted(reads.items(), key=lambda it: not hasattr(it[1], "roles")))


def _read(name: str, hint: Any, default: Any, path: str, *, is_page: bool) -> Read:
    kind, extras = (get_args(hint)[0], get_args(hint)[1:]) if get_origin(hint) is Annotated else (hint, ())
    if kind is Request:
        return _request
    for extra in extras:
        if isinstance(extra, Dependency) and extra.dependency:
            return extra.dependency
    if f"{{{name}}}" in path or f"{{{name}:" in path:
        return partial(_of_page if is_page else _path, name, kind)
    if is_dataclass(kind) and not any(isinstance(extra, Query) for extra in extras):
        return partial(_body, msgspec.json.Decoder(kind))
    return partial(_query, name, kind, default)


async def _request(request: Request) -> Request:
    return request


async def _path(name: str, kind: Any, request: Request) -> Any:
    return _converted(name, request.path_params[name], kind)


async def _of_page(name: str, kind: Any, request: Request) -> Any:
    try:
        return await _path(name, kind, request)
    except WrongField as wrong:
        raise NoSuchPage("There is no page at this address: compare it, or begin at the start page.") from wrong


async def _query(name: str, kind: Any, default: Any, request: Request) -> Any:
    return _given(name, request.query_params.get(name), kind, default)


def _given(name: str, text: str | None, kind: Any, default: Any) -> Any:
    if text is not None:
        return _converted(name, text, kind)
    if default is inspect.Parameter.empty:
        raise WrongField(f"`{name}` is missing: give it.", about=name)
    return default


def _converted(name: str, text: str, kind: Any) -> Any:
    try:
        return msgspec.convert(text, kind, strict=False)
    except msgspec.ValidationError as wrong:
        raise WrongField(f"`{name}`: {wrong}", about=name) from wrong


async def _body(decoder: "msgspec.json.Decoder[Any]", request: Request) -> Any:
    body = await _received(request)
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as wrong:
        sentence, _, place = str(wrong).partition(" - at ")
        raise WrongField(f"{sentence}.", about=place.strip("`").removeprefix("$.")) from wrong
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise Malformed(f"This is not JSON: {wrong}") from wrong


async def _received(request: Request) -> bytes:
    """The body, read no further than it may be long."""
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) <= MOST_BODY:
        return await request.body()  # the server reads no more than was told
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BODY:
            raise TooLarge(f"At most {MOST_BODY} bytes: send files to the papers' own address.")
    return bytes(body)


async def _now(_: Request) -> datetime:
    return server_time()


Now = Annotated[datetime, Depends(_now)]
"""The server's time, to the millisecond."""


def FromStore(name: str) -> Any:  # noqa: N802  it stands where a type's marker stands
    """The dependency that gives a route one of its service's repositories."""

    async def given(request: Request) -> Any:
        return getattr(request.app.state.store, name)

    return Depends(given)


def FromApp(name: str) -> Any:  # noqa: N802
    """The dependency that gives a route what its service made at start: the calendar, the documents."""

    async def given(request: Request) -> Any:
        return getattr(request.app.state, name)

    return Depends(given)


async def _key(request: Request, _: Annotated[str, Header(alias="Idempotency-Key")] = "") -> str:
    key = request.headers.get("idempotency-key", "")
    if len(key) > LONGEST_KEY:
        raise WrongField(f"At most {LONGEST_KEY} characters: a UUID does well.", about="Idempotency-Key")
    return f"client/{key}" if key else ""  # so that no client's key is one of ours


Key = Annotated[str, Depends(_key)]
"""The caller's Idempotency-Key; empty where none was given."""


def itself(aggregate: Any) -> Any:
    """The usual answer to a change: the aggregate as it left it."""
    return aggregate


def once(key: str, body: object, show: Callable[[Any], object] = itself, status: int = 200) -> Once | None:
    """What makes a call happen once under the caller's key; nothing without a key."""
    if not key:
        return None
    return Once(key, hashlib.blake2b(_encode(body), digest_size=16).digest(), show, status)
