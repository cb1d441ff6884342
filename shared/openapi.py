"""What a service's OpenAPI document says beyond what FastAPI reads from the signatures: every refusal, and examples."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

__all__ = ["Example", "describe"]

Document = dict[str, Any]

SAID: Mapping[int, str] = {
    400: "The body cannot be read",
    401: "Log in first",
    403: "Not in this role, or not at this office",
    404: "There is no such thing here",
    409: "It is in another state than this needs, or was asked before in other words",
    413: "Too large",
    422: "A rule says no; `detail` says what to do",
    503: "Something behind the service is away; ask again after Retry-After seconds",
}
CHANGING = {"post", "put", "patch", "delete"}
PROBLEM: Document = {
    "type": "object",
    "description": "A refusal (RFC 9457). `code` never changes and may be relied on.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string", "description": "For people: says what to do."},
        "about": {"type": "string", "description": "The field or paper that it is about."},
    },
}


@dataclass(frozen=True, slots=True)
class Example:
    """A request that works: `call` is `PUT /dossiers/{dossier_id}`. The tests ask each of them, one after the other."""

    call: str
    who: str = ""
    """Somebody of the demonstration; empty where nobody needs to log in."""
    path: Mapping[str, str] | None = None
    """The values of the parameters in its path."""
    query: Mapping[str, str] | None = None
    body: Any = None
    take: Mapping[str, tuple[str, str]] | None = None
    """Fields of the body that an earlier answer gave: of which call, and under which name."""
    after: str = ""
    """What must have happened before, which no call of this service brings about."""
    status: int = 200


def describe(app: FastAPI, examples: Sequence[Example] = ()) -> Callable[[], Document]:
    """The `openapi` of an app: made once, when it is first asked for."""
    made = app.openapi

    def openapi() -> Document:
        if app.openapi_schema is None:
            document = made()
            document.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
            _tell_refusals(document, _ours(app))
            _show(document, examples)
        return app.openapi_schema or {}

    return openapi


def _ours(app: FastAPI) -> set[tuple[str, str]]:
    routes = [it for it in app.routes if isinstance(it, APIRoute) and it.include_in_schema]
    return {(it.path_format, method.lower()) for it in routes for method in it.methods or ()}


def _tell_refusals(document: Document, ours: set[tuple[str, str]]) -> None:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if (path, method) in ours:
                responses = operation["responses"]
                for status in _statuses(path, method, operation):
                    responses[str(status)] = {"description": SAID[status]}
                for status, told in responses.items():
                    if status >= "400":
                        told["content"] = _problem()


def _statuses(path: str, method: str, operation: Document) -> set[int]:
    """Which refusals a route can answer follows from what it takes and whom it asks for."""
    told = {int(it) for it in operation["responses"]} - {422}  # FastAPI's own words for it are not ours
    statuses = {503} if path.startswith(("/health", "/metrics")) else {404, 422, 503}
    if operation.get("security"):
        statuses |= {401, 403}
    if method in CHANGING:
        statuses |= {400, 409, 413}
    return statuses - told


def _problem() -> Document:
    return {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def _show(document: Document, examples: Sequence[Example]) -> None:
    for it in examples:
        method, _, path = it.call.partition(" ")
        operation = document["paths"][path][method.lower()]
        if it.body is not None:
            content = operation["requestBody"]["content"]["application/json"]
            content.setdefault("example", it.body)
        for parameter in operation.get("parameters", ()):
            given = {**(it.path or {}), **(it.query or {})}
            if parameter["name"] in given:
                parameter.setdefault("example", given[parameter["name"]])
