"""An engine is away for a while: what cannot be answered is refused politely, the rest goes on, all recovers alone."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable

import httpx

from deploy.demo.callers import Callers
from deploy.demo.paper import sheet
from deploy.facts import Facts, name_of
from deploy.stack import Stack
from shared.events import Envelope
from tests.journeys.load import AGAIN, CLERK

FILING = {
    "procedure": AGAIN,
    "applicant": {"name": "Người nộp thử"},
    "papers": [{"code": "request", "originals": 1}],
    "consent": True,
}


class Asked:
    """The clerk's calls, each asked once: what is answered, is answered."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def files(self, dossier: str) -> httpx.Response:
        return await self._http.put(f"/intake/counter/dossiers/{dossier}", json=FILING)

    async def uploads(self, content: bytes) -> httpx.Response:
        return await self._http.post("/intake/papers", content=content, headers={"Content-Type": "application/pdf"})


async def asking(stack: Stack) -> Asked:
    http = httpx.AsyncClient(base_url=stack.base_url, timeout=60)
    token = (await http.post("/demo/token", json={"person": CLERK})).json()["access_token"]
    http.headers["Authorization"] = f"Bearer {token}"
    return Asked(http)


def assert_asked_to_come_again(answer: httpx.Response) -> None:
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "unavailable"


async def asked_again(call: Callable[[], Awaitable[httpx.Response]], times: int = 20) -> httpx.Response:
    """The same call, as long as it is asked to come again and when it is."""
    for _ in range(times):
        answer = await call()
        if answer.status_code != 503:
            break
        await asyncio.sleep(int(answer.headers["retry-after"]))
    return answer


async def test_filing_without_the_store_is_answered_503_and_the_same_call_succeeds_when_it_is_back(stack: Stack):
    clerk, dossier = await asking(stack), str(uuid.uuid4())
    stack.engines.mongo.kill()
    try:
        refused = await clerk.files(dossier)
    finally:
        await asyncio.to_thread(stack.engines.mongo.start)
    assert_asked_to_come_again(refused)
    async with Callers(stack.base_url) as callers:
        slip = await callers.put(CLERK, f"/intake/counter/dossiers/{dossier}", FILING)
        assert (await callers.get(CLERK, f"/processing/cases/{dossier}", until_there=True))["code"] == slip["code"]


async def test_filing_without_the_bus_succeeds_and_the_case_opens_when_it_is_back(stack: Stack):
    clerk, dossier = await asking(stack), str(uuid.uuid4())
    stack.engines.broker.kill()
    try:
        filed = await clerk.files(dossier)
    finally:
        await asyncio.to_thread(stack.engines.broker.start)
    assert filed.status_code == 201
    opened: list[Envelope] = []

    def hear(fact: Envelope) -> None:
        if fact.subject == dossier and name_of(fact) == "case-opened":
            opened.append(fact)

    async with Facts(stack.kafka, topics=["processing.cases"], from_start=True, hear=hear) as facts:
        await facts.until(lambda: bool(opened), "The case", patience=60)
    assert len(opened) == 1


async def test_a_scan_without_the_document_store_is_answered_503_and_is_kept_when_it_is_back(stack: Stack):
    clerk, scan = await asking(stack), sheet(str(uuid.uuid4()))
    stack.engines.minio.kill()
    try:
        refused = await clerk.uploads(scan)
    finally:
        await asyncio.to_thread(stack.engines.minio.start)
    assert_asked_to_come_again(refused)
    assert (await asked_again(lambda: clerk.uploads(scan))).status_code == 201
