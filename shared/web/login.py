"""Logging in from a browser: OpenID Connect's authorization code with PKCE (RFC 6749, RFC 7636).

The token of the issuer then travels in a cookie that no script can read. The guards in `shared.auth` take it where no
`Authorization` header is sent, and for what changes something only from a page of this very site.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import secrets
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request as Asking, urlopen

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from shared import door
from shared.auth import LOGIN, Anyone, Tokens
from shared.errors import NotFound, Unauthorized, Unavailable
from shared.people import Role
from shared.settings import Settings

__all__ = ["router"]

log = logging.getLogger(__name__)

TRY = "motcua_login_try"
TRY_LIVES = 600
"""Seconds that somebody may take at the issuer."""
OWN: Mapping[Role, str] = {
    "counter-clerk": "/counter",
    "one-stop-officer": "/counter",
    "catalogue-editor": "/catalogue",
}
"""Where somebody's work begins; whose role has none here begins at the start page."""
ANSWER_WITHIN = 5
"""Seconds that the issuer may take to change a code for a token."""

router = door.router(tags=["web"])


class NoLoginHere(NotFound):
    """No issuer's login page is configured."""


class LoginFailed(Unauthorized):
    """The issuer did not let them in, or the answer is not to our question."""


@router.get("/login", include_in_schema=False)
async def login(request: Request, _: Anyone, then: str = "") -> Response:
    """To the issuer's own page, and back to where they were; who came from nowhere in particular, to their own work."""
    settings = _configured(request)
    state, verifier = secrets.token_urlsafe(16), secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": settings.client_id,
        "redirect_uri": _done(settings),
        "scope": "openid profile",
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    answer = RedirectResponse(f"{settings.authorize_url}?{urlencode(asked)}", HTTPStatus.SEE_OTHER)
    _set(answer, request, TRY, f"{state} {verifier} {_local(then) if then else ''}", TRY_LIVES)
    return answer


@router.get("/login/done", include_in_schema=False)
async def done(request: Request, _: Anyone, code: str = "", state: str = "") -> Response:
    """Back from the issuer: its code is changed for a token, which is checked like every other."""
    settings = _configured(request)
    expected, verifier, then = [*request.cookies.get(TRY, "").split(" ", 2), "", "", ""][:3]
    if not code or not expected or not hmac.compare_digest(expected.encode(), state.encode()):
        raise LoginFailed("The login was not finished, or took too long: log in again.")
    token = await asyncio.to_thread(_changed, settings, code, verifier)
    tokens: Tokens = request.app.state.tokens
    claims = await tokens.claims(token)
    answer = RedirectResponse(_local(then) if then else _own(claims.roles), HTTPStatus.SEE_OTHER)
    _set(answer, request, LOGIN, token, max(0, int(claims.expires_at - time.time())))
    answer.delete_cookie(TRY)
    return answer


@router.get("/logout", include_in_schema=False)
async def logout(_: Anyone) -> Response:
    """Forget the login in this browser. A link from elsewhere that does it to somebody costs them one login."""
    answer = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    answer.delete_cookie(LOGIN)
    return answer


def _configured(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    if not settings.authorize_url or not settings.token_url:
        raise NoLoginHere("No login page is configured: set MOTCUA_AUTHORIZE_URL and MOTCUA_TOKEN_URL.")
    return settings


def _done(settings: Settings) -> str:
    return f"{settings.public_url}/login/done"


def _own(roles: frozenset[str]) -> str:
    return next((page for role, page in OWN.items() if role in roles), "/")


def _local(then: str) -> str:
    """An address of this site alone, so that nobody is sent elsewhere."""
    inside = then.startswith("/") and not then.startswith(("//", "/\\")) and then.isascii() and then.isprintable()
    inside = inside and " " not in then
    return then if inside else "/"


def _set(answer: Response, request: Request, name: str, value: str, seconds: int) -> None:
    safe = request.url.scheme == "https"
    answer.set_cookie(name, value, max_age=seconds, httponly=True, samesite="lax", secure=safe)


def _changed(settings: Settings, code: str, verifier: str) -> str:
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _done(settings),
        "client_id": settings.client_id,
        "code_verifier": verifier,
        **({"client_secret": settings.client_secret} if settings.client_secret else {}),
    }
    asking = Asking(settings.token_url, urlencode(asked).encode(), {"accept": "application/json"})  # noqa: S310  a setting
    try:
        with urlopen(asking, timeout=ANSWER_WITHIN) as answer:  # noqa: S310  its scheme is checked with the settings
            said = cast("dict[str, Any]", json.load(answer))
    except HTTPError as refused:
        raise LoginFailed("The issuer did not accept this login: log in again.") from refused
    except (URLError, TimeoutError, OSError, ValueError) as away:
        raise Unavailable(f"the issuer did not answer: {type(away).__name__}") from away
    return str(said.get("access_token", ""))
