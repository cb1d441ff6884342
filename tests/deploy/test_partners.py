"""The demonstration's bank and registry: they misbehave as they are told, and start nowhere else."""

import asyncio
import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from deploy.demo.bank import Sandbox, Switches, create

ROOT = Path(__file__).parents[2]
KEY = "a key"


class Heard:
    """What was called back, in its order."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, object]] = []

    async def __call__(self, body: bytes, signature: str) -> None:
        self.bodies.append(json.loads(body))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def bank(heard: Heard) -> Sandbox:
    return Sandbox(KEY, heard)


@pytest.fixture
def client(bank: Sandbox) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(create(bank)), base_url="http://bank.test")


def signed(method: str, path: str, body: bytes = b"") -> dict[str, str]:
    now = int(time.time())
    mac = hmac.new(KEY.encode(), f"{now}.{method} {path}.".encode() + body, hashlib.sha256).hexdigest()
    return {"bank-signature": f"t={now},v1={mac}"}


async def settled(bank: Sandbox) -> None:
    while bank.under_way:
        await asyncio.gather(*bank.under_way)


@pytest.mark.parametrize(
    ("switches", "times", "dong"),
    [
        (Switches(), 1, 5_000),
        (Switches(double=1), 2, 5_000),
        (Switches(lose=1), 0, 5_000),
        (Switches(wrong_amount=1), 1, 4_000),
        (Switches(delay=0.01), 1, 5_000),
    ],
)
async def test_the_switches_make_callbacks_double_lost_late_or_wrong(
    bank: Sandbox, heard: Heard, switches: Switches, times: int, dong: int
):
    bank.turn(switches)
    bank.pay("MC12345", 5_000)
    await settled(bank)
    assert [it["dong"] for it in heard.bodies] == [dong] * times
    assert [it.dong for it in bank.movements] == [dong]


async def test_the_same_seed_makes_the_same_mischief(bank: Sandbox, heard: Heard):
    runs: list[int] = []
    for _ in range(2):
        bank.turn(Switches(double=0.5, lose=0.3, seed=4))
        heard.bodies.clear()
        for _ in range(20):
            bank.pay("MC12345", 1_000)
        await settled(bank)
        runs.append(len(heard.bodies))
    assert runs[0] == runs[1]
    assert 0 < runs[0] < 40


async def test_the_bank_does_nothing_for_who_does_not_sign(client: httpx.AsyncClient, bank: Sandbox):
    body = b'{"dong": 1}'
    assert (await client.put("/orders/MC12345", content=body)).status_code == 401
    assert (await client.put("/orders/MC12345", content=body, headers=signed("PUT", "/other", body))).status_code == 401
    assert bank.orders == {}
    answer = await client.put("/orders/MC12345", content=body, headers=signed("PUT", "/orders/MC12345", body))
    assert answer.json()["bank_bin"] == "970436"


async def give_back(client: httpx.AsyncClient, id: str, dong: int, reference: str = "MC12345") -> httpx.Response:
    body, path = json.dumps({"reference": reference, "dong": dong}).encode(), f"/refunds/{id}"
    return await client.put(path, content=body, headers=signed("PUT", path, body))


async def test_a_refund_is_given_once_and_stands_in_the_day_s_statement(client: httpx.AsyncClient, bank: Sandbox):
    bank.pay("MC12345", 2_000)
    for _ in range(2):
        assert (await give_back(client, "d.r1", 2_000)).json() == {"done": True}
    _, line = bank.movements
    assert (line.id, line.what, line.dong) == ("r1", "refunded", 2_000)


async def test_the_bank_gives_back_no_more_than_came_under_a_reference(client: httpx.AsyncClient, bank: Sandbox):
    bank.pay("MC12345", 2_000)
    bank.pay("MC99999", 5_000)
    assert (await give_back(client, "d.r1", 2_001)).status_code == 409
    assert (await give_back(client, "d.r1", 1_500)).status_code == 200
    assert (await give_back(client, "d.r1", 500)).status_code == 409
    assert (await give_back(client, "d.r2", 501)).status_code == 409
    assert (await give_back(client, "d.r3", 500)).status_code == 200
    assert sum(it.dong for it in bank.movements if it.what == "refunded") == 2_000


async def test_somebody_pays_on_the_bank_s_page_and_turns_its_switches(client: httpx.AsyncClient, bank: Sandbox):
    assert "MC12345" in (await client.get("/pay/MC12345")).text
    assert (await client.post("/pay/MC12345", data={"dong": "700"})).status_code == 303
    assert [it.dong for it in bank.movements] == [700]
    assert (await client.post("/pay/MC12345", data={"dong": "-1"})).status_code == 422
    await client.post("/switches", data={"lose": "1", "reference": "MC12345"})
    assert bank.switches.lose == 1
    assert "<script" not in (await client.get("/pay/%3Cscript%3E")).text


@pytest.mark.parametrize("partner", ["bank", "registry"])
def test_outside_demo_mode_it_does_not_start_and_says_what_to_set(partner: str):
    environment = {"PATH": os.environ["PATH"], "MOTCUA_MODE": "production"}
    done = subprocess.run(
        [sys.executable, "-m", f"deploy.demo.{partner}"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 1
    assert f"MOTCUA_{partner.upper()}_URL" in done.stderr
