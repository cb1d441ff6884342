"""Who is asking: bearer tokens (JWT, RFC 7519) checked against a configured issuer's keys (JWKS), with role and office.

A guard is a named type in a route's signature: `clerk: CounterClerk`. A route that is open to everyone says so:
`_: Anyone`. Programs send the token as a header; a browser has it in a cookie (`shared.web.login`), which counts for
what changes something only where the page that sends it is of this very site.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import jwt
from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer

from shared.calendar import local_day
from shared.clock import server_time
from shared.errors import Forbidden, Unauthorized, Unavailable
from shared.people import Person, Role
from shared.settings import Settings

__all__ = [
    "LOGIN",
    "AnyOfficial",
    "Anyone",
    "Carrier",
    "CaseWorker",
    "Citizen",
    "CounterClerk",
    "Editor",
    "Filer",
    "Hands",
    "Heritage",
    "Insider",
    "InsiderOrEditor",
    "Leader",
    "Operator",
    "Person",
    "Specialist",
    "Tokens",
    "holding",
    "said_roles",
]

BEARER = HTTPBearer(
    scheme_name="login",
    bearerFormat="JWT",
    description="A token of the configured issuer; beside each route stand the roles of which one is needed.",
    auto_error=False,
)
"""For OpenAPI alone: the guards read the header themselves."""
LOGIN = "motcua_login"
"""The cookie that holds a browser's token."""
READING = {"GET", "HEAD", "OPTIONS"}
ALGORITHMS = ("RS256", "ES256")
KEYS_LIVE = 300
"""Seconds after which the issuer's keys are fetched anew: so long a withdrawn key is still good for new tokens."""
MOST_REMEMBERED = 10_000
"""Tokens whose signature was checked and need not be checked again before they expire."""


Heritage = Callable[[str, date], Awaitable[frozenset[str]]]
"""The offices that had ended by a day, and whose work goes on at an office then."""


class FromElsewhere(Forbidden):
    """Another site's page tried to act with somebody's login here."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What the issuer vouches for."""

    id: str
    name: str
    roles: frozenset[str]
    office: str
    expires_at: float


class Tokens:
    """Checks tokens, and remembers those that it checked."""

    def __init__(self, settings: Settings) -> None:
        self._issuer = settings.issuer
        self._audience = settings.audience
        self._keys = jwt.PyJWKClient(settings.jwks_url, cache_keys=False, lifespan=KEYS_LIVE, timeout=3)
        self._known: dict[str, Claims] = {}

    async def claims(self, token: str) -> Claims:
        """Raises `Unauthorized` where the token is not the issuer's, not for us, or over; else `Unavailable`."""
        known = self._known.get(token)
        if known and known.expires_at > time.time():
            return known
        self._known.pop(token, None)
        claims = await self._check(token)
        if len(self._known) >= MOST_REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[token] = claims
        return claims

    async def _check(self, token: str) -> Claims:
        try:
            key = await asyncio.to_thread(self._signing_key, token)
            said: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                audience=self._audience,
                issuer=self._issuer,
                options={"require": ["exp", "iat", "sub", "aud", "iss"]},
            )
        except jwt.PyJWTError as wrong:
            raise Unauthorized(f"This login is not valid here ({wrong}): log in again.") from wrong
        roles = frozenset(str(role) for role in said.get("roles", ()))
        return Claims(
            str(said["sub"]), str(said.get("name", "")), roles, str(said.get("office", "")), float(said["exp"])
        )

    def _signing_key(self, token: str) -> jwt.PyJWK:
        """The key that a token names; where it is not known, the issuer is asked again (at most every 30 s)."""
        try:
            self._keys.get_signing_keys()
            return self._keys.get_signing_key_from_jwt(token)
        except (jwt.PyJWKClientConnectionError, jwt.PyJWKSetError, ValueError) as away:
            raise Unavailable(f"the issuer's keys cannot be read: {away}") from away


def holding(*roles: Role) -> Callable[[Request], Awaitable[Person]]:
    """The guard that lets in who holds one of these roles."""

    async def guard(request: Request, _: object = Security(BEARER, scopes=list(roles))) -> Person:
        claims: Claims = await request.app.state.tokens.claims(_token(request))
        role = next((role for role in roles if role in claims.roles), None)
        if role is None:
            raise Forbidden(f"This needs one of the roles {', '.join(roles)}.")
        return Person(claims.id, claims.name, role, claims.office, await _took_over(request, claims.office))

    guard.roles = roles  # type: ignore[attr-defined]  # for OpenAPI, and for the test that every route has a guard
    return guard


async def _took_over(request: Request, office: str) -> frozenset[str]:
    """Asked at each request: an office may end overnight. Nothing where the service compares no offices."""
    heritage: Heritage | None = getattr(request.app.state, "took_over", None)
    if heritage is None or not office:
        return frozenset()
    return await heritage(office, local_day(server_time()))


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token
    if token := request.cookies.get(LOGIN, ""):
        if request.method not in READING and not _from_here(request):
            raise FromElsewhere("This was sent from a page of another site: open ours and do it there.")
        return token
    raise Unauthorized("Log in first: send your token as `Authorization: Bearer …`.")


def said_roles(request: Request) -> frozenset[str]:
    """What a browser's token says of its bearer, unchecked: for links to show, and for nothing that is allowed."""
    try:
        said: dict[str, Any] = jwt.decode(request.cookies.get(LOGIN, ""), options={"verify_signature": False})
    except jwt.PyJWTError:
        return frozenset()
    return frozenset(str(role) for role in said.get("roles", ()))


def _from_here(request: Request) -> bool:
    """Whether a page of this site sent it. Browsers say so; to a plain http address they say only the origin."""
    if site := request.headers.get("sec-fetch-site", ""):
        return site == "same-origin"
    return request.headers.get("origin", "").partition("://")[2] == request.headers.get("host", " ")


async def anyone(_: Request) -> None:
    """The guard of a route that is open to everyone, on purpose."""


Anyone = Annotated[None, Depends(anyone)]
CounterClerk = Annotated[Person, Depends(holding("counter-clerk", "one-stop-officer"))]
Filer = Annotated[Person, Depends(holding("counter-clerk", "one-stop-officer", "citizen"))]
Specialist = Annotated[Person, Depends(holding("specialist", "leader"))]
CaseWorker = Annotated[Person, Depends(holding("specialist", "leader", "registry-clerk"))]
Leader = Annotated[Person, Depends(holding("leader"))]
Carrier = Annotated[Person, Depends(holding("carrier"))]
Hands = Annotated[Person, Depends(holding("counter-clerk", "one-stop-officer", "carrier"))]
"""Who fills and seals a bag."""
Insider = Annotated[
    Person, Depends(holding("counter-clerk", "one-stop-officer", "specialist", "leader", "registry-clerk"))
]
"""Somebody of an office: may see who a dossier belongs to, and sign for a bag."""
InsiderOrEditor = Annotated[
    Person,
    Depends(holding("counter-clerk", "one-stop-officer", "specialist", "leader", "registry-clerk", "catalogue-editor")),
]
"""Somebody of an office, or who publishes what offices do."""
Citizen = Annotated[Person, Depends(holding("citizen"))]
Editor = Annotated[Person, Depends(holding("catalogue-editor"))]
"""Who publishes procedures and offices: the control office."""
Operator = Annotated[Person, Depends(holding("operator"))]
AnyOfficial = Annotated[
    Person,
    Depends(
        holding("counter-clerk", "one-stop-officer", "carrier", "specialist", "leader", "registry-clerk", "operator")
    ),
]
