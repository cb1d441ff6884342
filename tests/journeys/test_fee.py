"""A fee is paid at the sandbox bank of the demonstration, behind the gateway, whether its callback comes or not."""

import asyncio
import json
import time
import uuid
from collections.abc import Iterator

import httpx
import pytest

from deploy.demo.callers import Callers
from deploy.stack import Stack
from tests.journeys.load import CLERK

EXTRACT = "2.000635"
OWNER = {"name": "Ka Thơm", "number": "068185004567"}


@pytest.fixture
def bank(stack: Stack) -> Iterator[str]:
    """The bank's door at the gateway; it behaves again afterwards."""
    door = f"{stack.base_url}/demo/bank"
    yield door
    httpx.put(f"{door}/switches", json={}).raise_for_status()


async def order(asking: Callers) -> tuple[str, str]:
    """A dossier with a fee, and the reference of a payment that was opened for it."""
    id = str(uuid.uuid4())
    papers = [{"code": "declaration", "originals": 1}]
    filing = {"procedure": EXTRACT, "applicant": OWNER, "papers": papers, "consent": True}
    receipt = await asking.put(CLERK, f"/intake/dossiers/{id}", filing)
    bill = await asking.get(CLERK, f"/intake/dossiers/{receipt['id']}")
    alike = [it["dossier"] for it in bill["dossier"]["resembles"]]
    if alike:
        await asking.post(CLERK, f"/intake/dossiers/{id}/review", {"others": alike})
    await asking.post(CLERK, f"/intake/dossiers/{id}/acceptance")
    opened = await asking.post(CLERK, f"/intake/dossiers/{id}/orders")
    return id, opened["reference"]


async def until_paid(asking: Callers, id: str, seconds: float) -> dict[str, object]:
    end = time.monotonic() + seconds
    while (bill := await asking.get(CLERK, f"/intake/dossiers/{id}/bill"))["state"] != "paid":
        assert time.monotonic() < end, json.dumps(bill)
        await asyncio.sleep(0.2)
    return bill


async def test_the_bank_s_page_is_paid_on_and_its_callback_comes_through_the_gateway_twice(stack: Stack, bank: str):
    httpx.put(f"{bank}/switches", json={"double": 1}).raise_for_status()
    async with Callers(stack.base_url) as asking:
        id, reference = await order(asking)
        assert reference in httpx.get(f"{bank}/pay/{reference}").text
        assert httpx.post(f"{bank}/pay/{reference}", data={"dong": 8_000}).status_code == 303
        bill = await until_paid(asking, id, 10)
    assert bill["paid"] == 8_000


async def test_a_callback_that_never_comes_is_made_up_for_by_the_round_of_a_running_service(stack: Stack, bank: str):
    httpx.put(f"{bank}/switches", json={"lose": 1}).raise_for_status()
    async with Callers(stack.base_url) as asking:
        id, reference = await order(asking)
        httpx.post(f"{bank}/pay/{reference}", data={"dong": 8_000})
        assert (await asking.get(CLERK, f"/intake/dossiers/{id}/bill"))["state"] == "waiting"
        await until_paid(asking, id, 60)
