"""Dossiers that flow while something is broken, and the account of them afterwards."""

import asyncio
import hashlib
import itertools
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from minio import Minio
from minio.error import S3Error
from pymongo import MongoClient
from pymongo.database import Database

from deploy.demo.callers import Callers
from deploy.demo.paper import sheet
from deploy.demo.people import ONE_STOP
from deploy.engines import Engines
from deploy.facts import ALL, Facts, awaits_answer, name_of, told
from deploy.stack import Stack
from services.notify.domain import message_id
from shared.documents import PAPERS
from shared.events import Envelope
from shared.parked import Parking

CLERK, ONE_STOP_OFFICER = "demo-counter", "demo-one-stop"
AGAIN = "2.000575"
"""Cấp lại Giấy chứng nhận đăng ký hộ kinh doanh: one paper, may be filed at the counter and online."""
TOLD = ("dossier-accepted", "case-opened")
SERVICES = ("intake", "processing", "postal", "notify")
REST = 90.0
"""Seconds after which what has not come to rest counts as lost."""


class Load:
    """People who file without pause, at the counter and online; what was acknowledged is remembered.

    Every call is asked again, with the same key, until it is answered: so all that was begun ends acknowledged.
    """

    def __init__(self, callers: Callers) -> None:
        self._callers = callers
        self.codes: dict[str, str] = {}
        """The code that the slip said, by dossier."""
        self.on_paper: set[str] = set()
        self.scans: set[str] = set()

    @asynccontextmanager
    async def flowing(self, people: int = 6) -> AsyncIterator[None]:
        """Flow while the block runs; at its end everyone finishes what is in hand."""
        closing = asyncio.Event()
        async with asyncio.TaskGroup() as workers:
            for _ in range(people):
                workers.create_task(self._work(closing))
            try:
                yield
            finally:
                closing.set()

    async def grows(self, by: int) -> None:
        """Return when so many dossiers more have been acknowledged."""
        enough, until = len(self.codes) + by, time.monotonic() + REST
        while len(self.codes) < enough:
            assert time.monotonic() < until, "nothing is acknowledged any more"
            await asyncio.sleep(0.02)

    async def _work(self, closing: asyncio.Event) -> None:
        for turn in itertools.count():
            if closing.is_set():
                return
            await (self._at_the_counter(with_scan=turn % 4 == 0) if turn % 2 == 0 else self._online())

    async def _at_the_counter(self, *, with_scan: bool) -> None:
        id = str(uuid.uuid4())
        scans = [await self._scan(id)] if with_scan else []
        filing = _filing("direct", {"code": "request", "originals": 1, "scans": scans})
        slip = await self._callers.put(CLERK, f"/intake/counter/dossiers/{id}", filing)
        self.on_paper.add(id)
        self.codes[id] = slip["code"]

    async def _online(self) -> None:
        id = str(uuid.uuid4())
        filing = _filing("online", {"code": "request", "electronic": 1}) | {"receiving_office": ONE_STOP}
        await self._callers.put(ONE_STOP_OFFICER, f"/intake/dossiers/{id}", filing)
        key = f"{id}/acceptance"
        slip = await self._callers.post(ONE_STOP_OFFICER, f"/intake/dossiers/{id}/acceptance", key=key)
        self.codes[id] = slip["code"]

    async def _scan(self, id: str) -> str:
        content = sheet(f"a scan for {id}")
        stored = await self._callers.upload(CLERK, "/intake/papers", content)
        assert stored["digest"] == hashlib.sha256(content).hexdigest()
        self.scans.add(stored["digest"])
        return stored["digest"]


def _filing(channel: str, paper: dict[str, Any]) -> dict[str, Any]:
    return {
        "procedure": AGAIN,
        "applicant": {"name": "Người nộp thử"},
        "channel": channel,
        "papers": [paper],
        "consent": True,
    }


@contextmanager
def databases(stack: Stack) -> Iterator[dict[str, Database[dict[str, Any]]]]:
    client: MongoClient[dict[str, Any]] = MongoClient(stack.engines.mongo_url)
    with client:
        yield {name: client[f"motcua_{name}"] for name in SERVICES}


async def settled(stack: Stack, load: Load) -> None:
    """Everything acknowledged reached its end, once, and nothing is left over: asked until it is so, or not so."""
    until = time.monotonic() + REST
    while complaints := await asyncio.to_thread(lambda: list(_unsettled(stack, load))):
        assert time.monotonic() < until, complaints[:20]
        await asyncio.sleep(0.3)
    await _heard_in_order(stack, load)
    assert await Parking(stack.kafka).parked(ALL) == []


def pending(stack: Stack, *services: str) -> list[str]:
    """Where events wait that the bus has not acknowledged."""
    with databases(stack) as data:
        found = ((name, it) for name in services or SERVICES for it in data[name].list_collection_names())
        return [
            f"{name}.{it} has pending events"
            for name, it in found
            if data[name][it].count_documents({"pending_since": {"$exists": True}})
        ]


def _unsettled(stack: Stack, load: Load) -> Iterable[str]:
    ids = list(load.codes)
    ours = {"_id": {"$in": ids}}
    with databases(stack) as data:
        stored = {row["_id"]: row["state"]["code"] for row in data["intake"]["dossiers"].find(ours)}
        yield from (f"{id} is stored as {stored.get(id)}" for id in ids if stored.get(id) != load.codes[id])
        cases = {row["_id"] for row in data["processing"]["cases"].find(ours, {"_id": 1})}
        yield from (f"{id} has no case" for id in ids if id not in cases)
        parcels = Counter(row["state"]["dossier"] for row in data["postal"]["parcels"].find())
        yield from (f"{id} has {parcels[id]} parcels" for id in ids if parcels[id] != int(id in load.on_paper))
        yield from _untold(data["notify"]["messages"], ids)
        yield from _unseen(data["intake"]["progress"], load)
        yield from _misnumbered(data["intake"]["dossiers"])
        yield from _misnumbered(data["postal"]["parcels"])
    yield from pending(stack)
    yield from _unkept(stack.engines, load.scans)


def _untold(messages: Any, ids: list[str]) -> Iterable[str]:
    told = Counter(
        (row["state"]["dossier"], row["state"]["template"]) for row in messages.find({"state.dossier": {"$in": ids}})
    )
    for id in ids:
        if (said := [told[id, "accepted"], told[id, "opened"]]) != [1, 1]:
            yield f"{id} was told {said} times that it was accepted and opened"
    waiting = messages.count_documents({"state.dossier": {"$in": ids}, "state.state": "queued"})
    if waiting:
        yield f"{waiting} messages wait"


def _unseen(progress: Any, load: Load) -> Iterable[str]:
    """Who filed online hears of that too."""
    found = {row["_id"]: row["state"] for row in progress.find({"_id": {"$in": list(load.codes)}})}
    for id in load.codes:
        seen = Counter(entry["what"] for entry in found.get(id, {}).get("entries", ()))
        if (seen["case-opened"], seen["call-task-opened"]) != (1, len(TOLD) + (id not in load.on_paper)):
            yield f"{id} shows {dict(seen)}"


def _misnumbered(numbered: Any) -> Iterable[str]:
    series: dict[str, list[int]] = {}
    for row in numbered.find({"number": {"$exists": True}}, {"series": 1, "number": 1}):
        series.setdefault(row["series"], []).append(row["number"])
    for name, numbers in series.items():
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            yield f"the numbers of {name} have a gap or a twin"


def _unkept(engines: Engines, scans: set[str]) -> Iterable[str]:
    address = engines.minio_url.removeprefix("http://")
    documents = Minio(address, engines.minio_access_key, engines.minio_secret_key, secure=False)
    for digest in scans:
        try:
            documents.stat_object(PAPERS, digest)
        except S3Error as missing:
            yield f"scan {digest}: {missing.code}"


async def _heard_in_order(stack: Stack, load: Load) -> None:
    """The log on the bus, from its beginning: each aggregate's events in order without a gap, each message once."""
    facts_of: dict[str, list[Envelope]] = {id: [] for id in load.codes}
    missing = set(load.codes)

    def hear(fact: Envelope) -> None:
        if fact.subject in facts_of:
            said = facts_of[fact.subject]
            said.append(fact)
            calls = sum(name_of(it) == "call-task-opened" for it in said)
            if calls == sum(_is_told(it) for it in said) and {*TOLD} <= {name_of(it) for it in said}:
                missing.discard(fact.subject)

    async with Facts(stack.kafka, from_start=True, hear=hear) as facts:
        await facts.until(lambda: not missing, "The end of the log")
        assert facts.gaps == []
    for said in facts_of.values():
        queued = sorted(told(fact)["message"] for fact in said if name_of(fact) == "message-queued")
        assert queued == sorted(message_id(fact.id, "owner") for fact in said if _is_told(fact))


def _is_told(fact: Envelope) -> bool:
    """Whether the applicant hears of it."""
    return name_of(fact) in TOLD or awaits_answer(fact)
