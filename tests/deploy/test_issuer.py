"""The demo issuer: tokens that the services accept, in demo mode and nowhere else."""

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from deploy.demo.issuer import HOURS, Issuer, create, kept_key
from deploy.demo.people import COUNTER, PEOPLE
from shared.people import ROLES


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer(ec.generate_private_key(ec.SECP256R1()), "http://issuer.test", "motcua")


@pytest.fixture
def client(issuer: Issuer) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(create(issuer)), base_url="http://issuer.test")


async def test_a_token_is_signed_by_a_published_key_and_says_who_with_which_role_and_office(client: httpx.AsyncClient):
    (published,) = (await client.get("/.well-known/jwks.json")).json()["keys"]
    answer = (await client.post("/token", json={"person": "demo-counter"})).json()
    token = answer["access_token"]
    claims = jwt.decode(
        token, jwt.PyJWK(published), algorithms=["ES256"], audience="motcua", issuer="http://issuer.test"
    )
    assert jwt.get_unverified_header(token)["kid"] == published["kid"]
    assert claims["sub"] == "demo-counter"
    assert claims["roles"] == ["counter-clerk"]
    assert claims["office"] == COUNTER
    assert claims["exp"] - claims["iat"] == HOURS * 3600 == answer["expires_in"]


async def test_the_published_key_holds_nothing_secret(client: httpx.AsyncClient):
    assert "d" not in (await client.get("/.well-known/jwks.json")).json()["keys"][0]


async def test_somebody_unknown_gets_no_token_and_is_told_where_to_look(client: httpx.AsyncClient):
    answer = await client.post("/token", json={"person": "nobody"})
    assert answer.status_code == 404
    assert "GET /people" in answer.json()["detail"]


def test_every_role_has_somebody_to_try_it_with():
    assert {role for person in PEOPLE for role in person.roles} == set(ROLES)
    assert len({person.id for person in PEOPLE}) == len(PEOPLE)


async def test_the_page_says_how_to_log_a_browser_in_and_leads_back(client: httpx.AsyncClient):
    page = (await client.get("/")).text
    assert '<a class="button" href="/login">Đăng nhập / Log in</a>' in page
    assert "does not log a browser in" in page
    assert '<a href="/">' in page
    assert "<table" not in page


async def test_the_page_warns_that_this_is_a_demonstration_and_lists_everybody(client: httpx.AsyncClient):
    page = (await client.get("/")).text
    assert "BẢN THỬ: ai cũng vào được" in page
    assert "DEMO: anybody gets in" in page
    for person in PEOPLE:
        assert f'data-person="{person.id}"' in page


def test_a_token_outlives_a_restart_because_the_key_is_kept(tmp_path: Path):
    first, second = (Issuer(kept_key(tmp_path), "i", "a") for _ in range(2))
    token = first.token("demo-leader", time.time())
    assert jwt.decode(token, second.key.public_key(), algorithms=["ES256"], audience="a")["sub"] == "demo-leader"
    assert (tmp_path / "demo-issuer.pem").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [None, "production", "Demo"])
def test_outside_demo_mode_it_refuses_to_start_with_a_sentence(mode: str | None, tmp_path: Path):
    environment = {name: value for name, value in os.environ.items() if name != "MOTCUA_MODE"}
    environment |= {"MOTCUA_DATA": str(tmp_path)} | ({"MOTCUA_MODE": mode} if mode else {})
    ended = subprocess.run(
        [sys.executable, "-m", "deploy.demo.issuer"], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "starts only with MOTCUA_MODE=demo" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []
