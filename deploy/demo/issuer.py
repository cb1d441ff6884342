"""The demo issuer: tokens for invented people, without a password. It refuses to run outside demo mode.

A real province configures its own issuer (MOTCUA_ISSUER, MOTCUA_JWKS_URL); nothing else changes.
"""

import base64
import hashlib
import os
import secrets
import sys
import time
from dataclasses import asdict, dataclass, field
from html import escape
from pathlib import Path
from string import Template
from typing import Annotated, Any
from urllib.parse import urlencode

import jwt
import uvicorn
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI, Form, HTTPException
from fastapi.responses import HTMLResponse, RedirectResponse
from jwt.algorithms import ECAlgorithm

from deploy.demo.people import BY_ID, PEOPLE
from deploy.kept import kept

ALGORITHM = "ES256"
KEY_ID = "demo"
HOURS = 8
PAGE = Path(__file__).with_name("issuer.html")
CHOICE = Path(__file__).with_name("choice.html")
CODE_LIVES = 120
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who wants a token."""

    person: str


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token and for how many seconds it holds."""

    access_token: str
    token_type: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class Issuer:
    """Signs for one issuer and audience, with one key."""

    key: ec.EllipticCurvePrivateKey
    issuer: str
    audience: str

    def token(self, person_id: str, now: float) -> str:
        """A token for HOURS hours. KeyError for a person who is not in the play."""
        person = BY_ID[person_id]
        claims = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": person.id,
            "iat": int(now),
            "exp": int(now) + HOURS * 3600,
            "name": person.name,
            "roles": list(person.roles),
            "office": person.office,
        }
        return jwt.encode(claims, self.key, ALGORITHM, headers={"kid": KEY_ID})

    def keys(self) -> dict[str, Any]:
        """The public key, as RFC 7517 writes it."""
        public: dict[str, Any] = ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [public | {"kid": KEY_ID, "use": "sig", "alg": ALGORITHM}]}


@dataclass(slots=True)
class Codes:
    """Authorization codes with PKCE (RFC 7636), each good once and for two minutes."""

    known: dict[str, tuple[str, str, float]] = field(default_factory=dict[str, tuple[str, str, float]])

    def give(self, person: str, challenge: str, now: float) -> str:
        code = secrets.token_urlsafe(24)
        self.known = {it: told for it, told in self.known.items() if told[2] > now}
        self.known[code] = (person, challenge, now + CODE_LIVES)
        return code

    def take(self, code: str, verifier: str, now: float) -> str:
        """Whom the code was given for; KeyError where it was never given, is over, or was asked for by another."""
        person, challenge, until = self.known.pop(code)
        made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if until < now or made != challenge:
            raise KeyError(code)
        return person


def kept_key(folder: Path) -> ec.EllipticCurvePrivateKey:
    """The key of this data folder, so that tokens outlive a restart; made at the first start, its owner's alone."""
    file = folder / "demo-issuer.pem"
    pem = kept(file, _new_key)
    key = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{file} holds another kind of key: delete it and start again.")
    return key


def _new_key() -> str:
    made = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.decode()


def create(issuer: Issuer, back: str = "") -> FastAPI:
    """The application: keys, people, tokens, a page to fetch one by hand, and OpenID Connect's login for browsers.

    `back` is the only address to which a browser is sent after its login.
    """
    app = FastAPI(title="Một Cửa: demo logins", docs_url=None, redoc_url=None)
    _log_browsers_in(app, issuer, back)

    @app.get("/.well-known/jwks.json")
    async def keys() -> dict[str, Any]:
        return issuer.keys()

    @app.get("/people")
    async def people() -> list[dict[str, Any]]:
        return [asdict(person) for person in PEOPLE]

    @app.post("/token")
    async def token(login: Login) -> Token:
        if login.person not in BY_ID:
            raise HTTPException(404, f"No {login.person} here: GET /people lists who there is.")
        return Token(issuer.token(login.person, time.time()), "Bearer", HOURS * 3600)

    @app.get("/")
    async def page() -> HTMLResponse:
        return HTMLResponse(_page(), headers={"Content-Security-Policy": "default-src 'self' 'unsafe-inline'"})

    return app


def _log_browsers_in(app: FastAPI, issuer: Issuer, back: str) -> None:
    codes = Codes()

    @app.get("/authorize")
    async def choose(redirect_uri: str, state: str, code_challenge: str) -> HTMLResponse:
        if redirect_uri != back:
            raise HTTPException(400, f"Only {back} is sent back to.")
        given = {"redirect_uri": redirect_uri, "state": state, "code_challenge": code_challenge}
        policy = "default-src 'none'; style-src 'unsafe-inline'"
        return HTMLResponse(_choice(given), headers={"Content-Security-Policy": policy})

    @app.post("/authorize")
    async def chosen(
        person: Annotated[str, Form()],
        redirect_uri: Annotated[str, Form()],
        state: Annotated[str, Form()],
        code_challenge: Annotated[str, Form()],
    ) -> RedirectResponse:
        if person not in BY_ID or redirect_uri != back:
            raise HTTPException(400, "Choose one of the people on the page.")
        code = codes.give(person, code_challenge, time.time())
        return RedirectResponse(f"{back}?{urlencode({'code': code, 'state': state})}", 303)

    @app.post("/oauth/token")
    async def changed(code: Annotated[str, Form()], code_verifier: Annotated[str, Form()]) -> Token:
        try:
            person = codes.take(code, code_verifier, time.time())
        except KeyError:
            raise HTTPException(400, "invalid_grant") from None
        return Token(issuer.token(person, time.time()), "Bearer", HOURS * 3600)


def _choice(given: dict[str, str]) -> str:
    hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(text)}">' for name, text in given.items())
    people = "".join(
        f'<li><button name="person" value="{it.id}">{escape(it.name)}</button> {escape(it.about)}'
        f" <small>{escape(', '.join(it.roles))} {it.office}</small></li>"
        for it in PEOPLE
    )
    return Template(CHOICE.read_text(encoding="utf-8")).substitute(hidden=hidden, people=people)


def main() -> None:
    """`python -m deploy.demo.issuer`."""
    if os.environ.get("MOTCUA_MODE") != "demo":
        sys.exit(
            "The demo issuer gives tokens to anybody, so it starts only with MOTCUA_MODE=demo. In production, set "
            "MOTCUA_ISSUER and MOTCUA_JWKS_URL to the province's own login."
        )
    key = kept_key(Path(os.environ.get("MOTCUA_DATA", "var")))
    audience = os.environ.get("MOTCUA_AUDIENCE", "motcua")
    issuer = Issuer(key, os.environ.get("MOTCUA_ISSUER", "http://127.0.0.1:8080/demo"), audience)
    host, port = os.environ.get("MOTCUA_HOST", "127.0.0.1"), int(os.environ.get("MOTCUA_PORT", "8105"))
    back = os.environ.get("MOTCUA_PUBLIC_URL", "http://127.0.0.1:8080") + "/login/done"
    uvicorn.run(create(issuer, back), host=host, port=port, access_log=False, log_level="warning", server_header=False)


def _page() -> str:
    rows = "\n".join(
        f"<li><p><strong>{escape(person.name)}</strong>: {escape(person.about)}"
        f"<small>{escape(', '.join(person.roles))} {escape(person.office)}</small></p>"
        f'<button type="button" data-person="{escape(person.id)}"'
        f' aria-label="Lấy mã / Get token: {escape(person.name)}">Lấy mã / Get token</button><output></output></li>'
        for person in PEOPLE
    )
    return Template(PAGE.read_text()).substitute(rows=rows, hours=HOURS)


if __name__ == "__main__":
    main()
