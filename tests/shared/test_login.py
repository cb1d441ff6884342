"""A browser logs in at the issuer's page and is known from then on; other sites gain nothing by it."""

import asyncio
import re
import threading
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from deploy.demo.issuer import Issuer, create as issuer_app, kept_key
from deploy.engines.network import free_ports
from shared import door
from shared.auth import LOGIN, CounterClerk
from shared.service import build
from shared.settings import Settings
from tests.shared.apps import client, nowhere

SITE = "http://front.example"
router = door.router()


@router.get("/who")
async def who(clerk: CounterClerk) -> dict[str, str]:
    return {"id": clerk.id}


@router.post("/who")
async def act(clerk: CounterClerk) -> dict[str, str]:
    return {"id": clerk.id}


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    (port,) = free_ports(1)
    made = issuer_app(
        Issuer(kept_key(tmp_path_factory.mktemp("issuer")), "https://issuer.example", "motcua"), f"{SITE}/login/done"
    )
    server = uvicorn.Server(uvicorn.Config(made, port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            httpx.get(f"{address}/people")
            break
        except httpx.HTTPError:
            threading.Event().wait(0.05)
    yield address
    server.should_exit = True
    thread.join(10)


class Empty:
    repositories = ()

    async def prepare(self) -> None: ...


@pytest.fixture
def app(issuer: str) -> FastAPI:
    settings = nowhere(
        Settings,
        issuer="https://issuer.example",
        jwks_url=f"{issuer}/.well-known/jwks.json",
        authorize_url=f"{issuer}/authorize",
        token_url=f"{issuer}/oauth/token",
        public_url=SITE,
    )
    made = build("toy", settings, about="", keep=lambda *_: Empty(), routers=[router])  # type: ignore[arg-type,return-value]
    made.state.settings, made.state.tracing = settings, None
    return made


async def asked(browser: httpx.AsyncClient, then: str) -> dict[str, str]:
    """To the login, and what the issuer is told."""
    sent = await browser.get("/login", params={"then": then})
    assert sent.status_code == 303
    return {name: it[0] for name, it in parse_qs(urlsplit(sent.headers["location"]).query).items()}


async def code_for(issuer: str, told: dict[str, str], person: str = "demo-counter") -> dict[str, str]:
    chosen = {it: told[it] for it in ("redirect_uri", "state", "code_challenge")} | {"person": person}
    async with httpx.AsyncClient() as elsewhere:
        back = await elsewhere.post(f"{issuer}/authorize", data=chosen)
    assert back.headers["location"].startswith(f"{SITE}/login/done?")
    return {name: it[0] for name, it in parse_qs(urlsplit(back.headers["location"]).query).items()}


async def test_who_logs_in_at_the_issuers_page_comes_back_known_and_to_where_they_were(app: FastAPI, issuer: str):
    async with client(app) as browser:
        assert (await browser.get("/who")).status_code == 401
        told = await asked(browser, "/counter?x=1")
        came = await browser.get("/login/done", params=await code_for(issuer, told))
        assert (came.status_code, came.headers["location"]) == (303, "/counter?x=1")
        assert re.search(rf"{LOGIN}=[^;]+;.*HttpOnly", came.headers["set-cookie"], re.IGNORECASE)
        assert (await browser.get("/who")).json() == {"id": "demo-counter"}
        await browser.get("/logout")
        assert (await browser.get("/who")).status_code == 401


async def test_a_login_that_somebody_else_began_does_not_count(app: FastAPI, issuer: str):
    async with client(app) as mine, client(app) as theirs:
        code = await code_for(issuer, await asked(theirs, "/"))
        await asked(mine, "/")
        assert (await mine.get("/login/done", params=code)).status_code == 401
        stolen = code | {"state": (await asked(mine, "/"))["state"]}
        assert (await mine.get("/login/done", params=stolen)).status_code == 401, "its verifier is another"


async def test_a_code_is_good_once(app: FastAPI, issuer: str):
    async with client(app) as browser:
        code = await code_for(issuer, await asked(browser, "/"))
        assert (await browser.get("/login/done", params=code)).status_code == 303
        told = await asked(browser, "/")
        assert (await browser.get("/login/done", params=code | {"state": told["state"]})).status_code == 401


@pytest.mark.parametrize("then", ["https://evil.example", "//evil.example", "/\\evil.example", "/a\r\nx: y", "/đất"])
async def test_nobody_is_sent_to_another_site_after_the_login(app: FastAPI, issuer: str, then: str):
    async with client(app) as browser:
        came = await browser.get("/login/done", params=await code_for(issuer, await asked(browser, then)))
        assert came.headers["location"] == "/"


@pytest.mark.parametrize(
    ("person", "own"),
    [("demo-counter", "/counter"), ("demo-editor", "/catalogue"), ("demo-citizen", "/"), ("demo-specialist", "/")],
)
async def test_who_logs_in_from_the_menu_comes_to_their_own_work(app: FastAPI, issuer: str, person: str, own: str):
    async with client(app) as browser:
        came = await browser.get("/login/done", params=await code_for(issuer, await asked(browser, ""), person))
        assert came.headers["location"] == own


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"origin": "http://service"}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({}, 403),
    ],
)
async def test_a_page_of_another_site_cannot_act_with_somebodys_login(
    app: FastAPI, issuer: str, headers: dict[str, str], status: int
):
    async with client(app) as browser:
        code = await code_for(issuer, await asked(browser, "/"))
        await browser.get("/login/done", params=code)
        browser.headers["host"] = "service"
        cookies = {LOGIN: browser.cookies[LOGIN]}
        answer = await browser.post("/who", headers=headers | {"cookie": f"{LOGIN}={cookies[LOGIN]}"})
        assert answer.status_code == status, answer.text


async def test_a_browser_without_a_login_is_shown_the_way_to_it(app: FastAPI):
    async with client(app) as browser:
        page = await browser.get("/who", headers={"accept": "text/html"})
        assert page.status_code == 401
        assert 'href="/login?then=/who"' in page.text


async def test_an_issuer_that_is_away_is_weather_and_not_a_refusal(app: FastAPI, issuer: str):
    app.state.settings = nowhere(
        Settings, authorize_url=f"{issuer}/authorize", token_url="http://127.0.0.1:1/", public_url=SITE
    )
    async with client(app) as browser:
        code = await code_for(issuer, await asked(browser, "/"))
        answer = await browser.get("/login/done", params=code)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert asyncio.get_running_loop().is_running()


async def test_without_a_configured_login_page_a_sentence_says_what_to_set(app: FastAPI):
    app.state.settings = nowhere(Settings)
    async with client(app) as browser:
        answer = await browser.get("/login")
        assert answer.status_code == 404
        assert "MOTCUA_AUTHORIZE_URL" in answer.json()["detail"]
