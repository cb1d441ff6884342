"""How a refusal looks on HTTP: problem+json (RFC 9457), or a page where a person asks."""

import logging
from http import HTTPStatus

import msgspec
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from shared.errors import Refusal, Repeated, Unavailable, place, way

__all__ = ["Problem", "fault", "install"]

log = logging.getLogger(__name__)

RETRY_AFTER = "2"
"""Seconds."""


class Problem(msgspec.Struct, omit_defaults=True):
    """`code` never changes and may be relied on; `detail` is for people and says what to do."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    about: str = ""


def install(app: FastAPI) -> None:
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(Repeated, _repeated)
    app.add_exception_handler(Unavailable, _unavailable)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, fault)


def _answer(request: Request, problem: Problem, headers: dict[str, str] | None = None) -> Response:
    show = getattr(request.app.state, "show_problem", None)
    if show and "text/html" in request.headers.get("accept", ""):
        page: Response = show(request, problem)
        page.headers.update(headers or {})
        return page
    body = msgspec.json.encode(problem)
    return Response(body, problem.status, headers, media_type="application/problem+json")


def _problem(code: str, status: int, detail: str, about: str = "") -> Problem:
    return Problem(f"/problems/{code}", HTTPStatus(status).phrase, status, code, detail, about)


async def _refused(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)  # noqa: S101  Starlette's handlers are typed for any exception
    headers = {"www-authenticate": "Bearer"} if refusal.status == HTTPStatus.UNAUTHORIZED else None
    return _answer(request, _problem(refusal.code, refusal.status, str(refusal), refusal.about), headers)


async def _repeated(_: Request, repeated: Exception) -> Response:
    assert isinstance(repeated, Repeated)  # noqa: S101
    return Response(repeated.answer, repeated.status, {"idempotent-replayed": "true"}, media_type="application/json")


async def _unavailable(request: Request, away: Exception) -> Response:
    log.warning("503 on %s %s: %s", request.method, request.scope["route"].path_format, away)
    problem = _problem(
        "unavailable", 503, "Something behind this service is away. Ask again: asking twice does no harm."
    )
    return _answer(request, problem, {"retry-after": RETRY_AFTER})


async def _http(request: Request, wrong: Exception) -> Response:
    assert isinstance(wrong, HTTPException)  # noqa: S101
    code = HTTPStatus(wrong.status_code).phrase.lower().replace(" ", "-")
    problem = _problem(code, wrong.status_code, f"{request.method} is not answered here: see /docs.")
    return _answer(request, problem, dict(wrong.headers or {}))


async def fault(request: Request, reason: Exception) -> Response:
    """A 500 that says nothing of what is inside; nor does the log say more than where it happened."""
    log.error("ALARM: a fault of ours on %s: %s (%s)", request.method, place(reason), way(reason))
    detail = "This is our fault and has been recorded. Nothing was changed; try again later."
    return _answer(request, _problem("fault", 500, detail))
