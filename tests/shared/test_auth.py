"""Tokens: only the issuer's, for us, in time, and with the role; keys away is weather; new keys are fetched."""

import time
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime

import httpx
import jwt
import pytest
from fastapi import FastAPI

from shared import auth, door
from shared.auth import Anyone, CounterClerk, Operator, Person, Tokens
from shared.calendar import VIETNAM
from shared.problems import install
from tests.shared.apps import AUDIENCE, ISSUER, Issuer, client, issuing, nowhere, stranger

routes = door.router()


@routes.get("/clerk")
async def clerk(by: CounterClerk) -> Person:
    return by


@routes.get("/operator")
async def operator(by: Operator) -> Person:
    return by


@routes.get("/open")
async def open_to_all(_: Anyone) -> str:
    return "open"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as made:
        yield made


def house(issuer: Issuer) -> FastAPI:
    app = FastAPI()
    app.include_router(routes)
    install(app)
    app.state.tracing = None
    app.state.tokens = Tokens(nowhere(jwks_url=issuer.url))
    return app


@pytest.fixture
def app(issuer: Issuer) -> FastAPI:
    return house(issuer)


@pytest.fixture
async def asking(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client(app) as made:
        yield made


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def test_a_valid_token_says_who_asks_in_which_role_for_which_office(issuer: Issuer, asking: httpx.AsyncClient):
    answer = await asking.get("/clerk", headers=bearer(issuer.token("citizen", "one-stop-officer")))
    assert answer.json() == {
        "id": "person-1",
        "name": "Nguyễn Thị Hồng",
        "role": "one-stop-officer",
        "office": "H36.202.02",
        "took_over": [],
    }


async def test_whose_work_an_office_took_over_is_asked_at_each_request_and_for_nobody_without_an_office(
    app: FastAPI, issuer: Issuer, asking: httpx.AsyncClient
):
    ended: list[str] = []

    async def took_over(office: str, day: date) -> frozenset[str]:
        assert (office, day) == ("H36.202.02", datetime.now(VIETNAM).date())
        return frozenset(ended)

    app.state.took_over = took_over
    login = bearer(issuer.token("one-stop-officer"))
    assert (await asking.get("/clerk", headers=login)).json()["took_over"] == []
    ended.append("H36.15.01")
    assert (await asking.get("/clerk", headers=login)).json()["took_over"] == ["H36.15.01"]
    nowhere_yet = bearer(issuer.token("one-stop-officer", office=""))
    assert (await asking.get("/clerk", headers=nowhere_yet)).json()["took_over"] == []


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1_600_000_000},
        {"iss": "https://somebody-else.example"},
        {"aud": "another-platform"},
        {"exp": None},
        {"sub": None},
        {"iat": None},
        {"aud": None},
        {"iss": None},
        {"nbf": 4_000_000_000},
    ],
    ids=str,
)
async def test_a_token_that_is_over_or_not_for_us_is_no_login(
    issuer: Issuer, asking: httpx.AsyncClient, claims: dict[str, object]
):
    answer = await asking.get("/clerk", headers=bearer(issuer.token("counter-clerk", **claims)))
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_token_of_another_key_or_without_signature_is_no_login(issuer: Issuer, asking: httpx.AsyncClient):
    said = jwt.decode(issuer.token("operator"), options={"verify_signature": False})
    forged = [
        jwt.encode(said, stranger(), "RS256", headers={"kid": "k1"}),
        jwt.encode(said, "k" * 64, "HS256", headers={"kid": "k1"}),
        jwt.encode(said, "", "none", headers={"kid": "k1"}),
        jwt.encode(said, "", "none"),
        issuer.token("operator")[:-4] + "AAAA",
        "not.a.token",
        "nonsense",
    ]
    for token in forged:
        assert (await asking.get("/operator", headers=bearer(token))).status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "k1"])
async def test_without_a_bearer_token_nobody_is_asking(asking: httpx.AsyncClient, header: str):
    answer = await asking.get("/clerk", headers={"authorization": header})
    assert answer.status_code == 401
    assert "Log in" in answer.json()["detail"]


async def test_the_wrong_role_is_told_which_roles_would_do(issuer: Issuer, asking: httpx.AsyncClient):
    answer = await asking.get("/clerk", headers=bearer(issuer.token("specialist")))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "counter-clerk" in answer.json()["detail"]
    assert (await asking.get("/clerk", headers=bearer(issuer.token()))).status_code == 403


async def test_an_open_route_asks_for_nothing(asking: httpx.AsyncClient):
    assert (await asking.get("/open")).json() == "open"


async def test_with_the_issuers_keys_away_it_is_a_503_that_says_when_to_ask_again_and_then_it_works(
    issuer: Issuer, asking: httpx.AsyncClient
):
    for answer, body in ((500, b"away"), (200, b"<html>not keys</html>"), (200, b'{"keys": []}')):
        issuer.answer, issuer.body = answer, body
        away = await asking.get("/clerk", headers=bearer(issuer.token("counter-clerk")))
        assert (away.status_code, away.headers["retry-after"]) == (503, "2"), body
    issuer.answer, issuer.body = 200, None
    assert (await asking.get("/clerk", headers=bearer(issuer.token("counter-clerk")))).status_code == 200


async def test_with_the_issuer_gone_a_token_that_was_checked_is_still_good():
    with issuing() as issuer:
        app, token = house(issuer), issuer.token("counter-clerk")
        async with client(app, token) as asking:
            assert (await asking.get("/clerk")).status_code == 200
    async with client(app, token) as asking:
        assert (await asking.get("/clerk")).status_code == 200
    async with client(app, issuer.token("operator")) as asking:
        app.state.tokens = Tokens(nowhere(jwks_url=issuer.url))
        assert (await asking.get("/operator")).status_code == 503


async def test_a_key_that_is_new_is_fetched(issuer: Issuer, asking: httpx.AsyncClient, app: FastAPI):
    assert (await asking.get("/clerk", headers=bearer(issuer.token("counter-clerk")))).status_code == 200
    issuer.rotate("k2")
    token = issuer.token("counter-clerk")
    assert (await asking.get("/clerk", headers=bearer(token))).status_code == 401, "not asked again within seconds"
    app.state.tokens._keys.cooldown_duration = 0
    assert (await asking.get("/clerk", headers=bearer(token))).status_code == 200
    assert issuer.fetched == 2


async def test_a_key_that_was_withdrawn_is_forgotten(issuer: Issuer, asking: httpx.AsyncClient, app: FastAPI):
    stolen = issuer.token("counter-clerk", sub="thief")
    assert (await asking.get("/clerk", headers=bearer(issuer.token("counter-clerk")))).status_code == 200
    issuer.rotate("k2")
    app.state.tokens._keys.jwk_set_cache.lifespan = 1e-9
    assert (await asking.get("/clerk", headers=bearer(stolen))).status_code == 401


async def test_a_signature_is_checked_once_and_a_token_is_forgotten_when_it_is_over(
    issuer: Issuer, asking: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    token = issuer.token("counter-clerk")
    checked: list[object] = []
    decode = jwt.decode
    monkeypatch.setattr(auth.jwt, "decode", lambda *given, **named: checked.append(1) or decode(*given, **named))
    for _ in range(5):
        assert (await asking.get("/clerk", headers=bearer(token))).status_code == 200
    assert len(checked) == 1
    now = time.time()
    monkeypatch.setattr(auth.time, "time", lambda: now + 3600)
    monkeypatch.setattr(auth.jwt, "decode", lambda *_, **__: (_ for _ in ()).throw(jwt.ExpiredSignatureError("over")))
    assert (await asking.get("/clerk", headers=bearer(token))).status_code == 401


async def test_the_tokens_that_are_remembered_are_bounded(issuer: Issuer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(auth, "MOST_REMEMBERED", 3)
    tokens = Tokens(nowhere(jwks_url=issuer.url))
    for n in range(6):
        await tokens.claims(issuer.token("operator", sub=f"person-{n}"))
    assert len(tokens._known) == 3


def test_what_is_configured_for_the_tests_is_what_tokens_are_checked_for():
    assert (nowhere().issuer, nowhere().audience) == (ISSUER, AUDIENCE)
