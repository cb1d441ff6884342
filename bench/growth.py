"""T5: the same work and the same questions with ten thousand dossiers in the store, and with a million.

The stock is made of what one dossier of each counter left behind, filed through the real door and carried to its last
message: copies with ids, codes, numbers, marks and dates of their own, in every collection on the path.
"""

import http.client
import json
import random
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pymongo import WriteConcern

from bench import readings
from bench.filing import COUNTERS, PROCEDURE, dossier_id, request
from bench.measure import Measured, Phase, measure
from bench.stand import Contestant, Stand
from shared.codes import TrackingCode
from shared.sealing import Seals

__all__ = ["LEAST", "QUESTIONS", "Growth", "Seen", "grow"]

LEAST = 10_000
"""Dossiers in the small stock."""
BATCH = 2_000
"""Documents in one insert."""
OPEN_SHARE = 20
"""One in so many is still open: a district has some weeks of them."""
ONLINE_SHARE = 400
"""One in so many is an online filing that waits for an answer."""
ASKERS, ASKED = 4, 300
"""Connections, and questions of each kind on each."""
STOCK_RUN = 0x7EED
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What a question needs of a dossier in the stock."""

    tracking: str
    code: str
    number: str
    office: str


@dataclass(frozen=True, slots=True)
class Seen:
    """One kind of question: milliseconds."""

    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Growth:
    """Of one size of the stock: what a dossier costs, and how long a question takes."""

    dossiers: int
    filed: tuple[Measured, ...]
    asked: Mapping[str, Seen]
    megabytes: float


def grow(stand: Stand, contestant: Contestant, sizes: tuple[int, ...], rounds: int, seconds: float) -> Iterator[Growth]:
    """Let the stock grow to each of the sizes, and measure there so many times, once what was filled in is at rest."""
    stock = Stock(stand, contestant)
    for size in sizes:
        stock.fill(size)
        measure(stand, contestant, Phase(64, seconds))
        filed = tuple(measure(stand, contestant, Phase(64, seconds)) for _ in range(rounds))
        yield Growth(size, filed, _questions(stand, contestant, stock.sample), stock.megabytes())


class Stock:
    """What lies in the store already."""

    def __init__(self, stand: Stand, contestant: Contestant) -> None:
        self._stand = stand
        self._contestant = contestant
        self._seals = Seals.of(stand.seal_keys)
        self._made = 0
        self._random = random.Random(5)  # the same stock each time
        self.sample: list[Known] = []
        self._patterns = self._filed_by_hand()

    def fill(self, size: int) -> None:
        """Behind it nothing is left to be written to the disk, for that would be measured with the load."""
        while self._made < size:
            count = min(BATCH, size - self._made)
            made = [self._one(self._made + nth) for nth in range(count)]
            for space in readings.WRITES:
                rows = [row for one in made for row in one[space]]
                service, _, plural = space.partition(".")
                collection = self._stand.client[self._contestant.prefix + service][plural]
                collection.with_options(write_concern=WriteConcern(1)).insert_many(rows, ordered=False)
            self._made += count
            self._contestant.filed += count
        self._stand.client.admin.command("fsync")

    def megabytes(self) -> float:
        """On disk, with the indexes."""
        services = {space.partition(".")[0] for space in readings.WRITES}
        stats = [self._stand.client[self._contestant.prefix + it].command("dbStats") for it in services]
        return sum(it["storageSize"] + it["indexSize"] for it in stats) / 1e6

    def _filed_by_hand(self) -> list[dict[str, list[Document]]]:
        """One dossier of each counter, as the product itself leaves it."""
        ids = [dossier_id(STOCK_RUN, nth) for nth in range(len(COUNTERS))]
        for id, token in zip(ids, self._stand.clerks.tokens, strict=True):
            connection = http.client.HTTPConnection("127.0.0.1", self._contestant.port)
            head, _, body = request(id, token).partition(b"\r\n\r\n")
            headers = dict(line.decode().split(": ", 1) for line in head.split(b"\r\n")[1:])
            connection.request("PUT", f"/counter/dossiers/{id}", body, headers)
            assert connection.getresponse().status == 201
        self._contestant.filed += len(ids)
        readings.at_rest(self._stand.client, self._contestant.prefix, self._contestant.filed)
        return [self._left_by(id) for id in ids]

    def _left_by(self, id: str) -> dict[str, list[Document]]:
        left: dict[str, list[Document]] = {}
        for space in readings.WRITES:
            service, _, plural = space.partition(".")
            collection = self._stand.client[self._contestant.prefix + service][plural]
            wanted = {"state.dossier": id} if plural == "messages" else {"_id": id}
            left[space] = list(collection.find(wanted))
        return left

    def _one(self, nth: int) -> dict[str, list[Document]]:
        pattern = self._patterns[nth % len(self._patterns)]
        id = str(UUID(int=(0x5EED << 112) | (4 << 76) | (8 << 60) | nth))
        when = datetime.now(UTC) - timedelta(minutes=self._random.randrange(365 * 24 * 60))
        return {space: [self._copy(space, row, id, nth, when) for row in rows] for space, rows in pattern.items()}

    def _copy(self, space: str, row: Document, id: str, nth: int, when: datetime) -> Document:
        state = {**row["state"], "id": id}
        if space == "notify.messages":
            own = f"{id}-{row['state']['template']}"
            return {**row, "_id": own, "state": {**state, "id": own, "dossier": id}}
        if space == "intake.dossiers":
            state = self._dossier(state, nth, when)
            return {**row, "_id": id, "state": state, "series": f"stock-{nth % 997}", "number": nth, "answers": []}
        if space == "processing.cases" and nth % OPEN_SHARE:
            state |= {"outcome": "positive", "decided_at": when + timedelta(days=3)}
        return {**row, "_id": id, "state": state}

    def _dossier(self, state: Document, nth: int, when: datetime) -> Document:
        number = f"068{nth % 4}{nth % 100:02}{nth % 1_000_000:06}"
        office = state["filing"]["receiving_office"]
        code = f"{office}-{when:%y%m%d}-{nth:04}"
        tracking = TrackingCode.make(secrets.token_bytes(8)).text
        applicant = {**state["filing"]["applicant"], "number": self._seals.seal(number)}
        filing = {**state["filing"], "applicant": applicant}
        made: Document = {
            **state,
            "tracking": tracking,
            "code": code,
            "submitted_at": when,
            "marks": [self._seals.mark(number)],
        }
        if nth % ONLINE_SHARE == 0:
            made |= {"state": "submitted", "code": "", "respond_by": when + timedelta(days=1)}
            filing |= {"channel": "online"}
        elif nth % OPEN_SHARE:
            made["state"] = "handed-over"
        if len(self.sample) < 5 * ASKERS * ASKED or self._random.random() < 0.001:
            self.sample.append(Known(tracking, made["code"], number, office))
        return {**made, "filing": filing}


@dataclass(frozen=True, slots=True)
class Question:
    """A method, an address, and a body."""

    method: str
    path: str
    body: Document | None = None
    service: str = "intake"


Ask = Callable[[Known], Question]
QUESTIONS: dict[str, Ask] = {
    "tracking, code and digits": lambda it: Question(
        "POST", "/tracking", {"code": it.tracking, "last_four": it.number[-4:]}
    ),
    "tracking, legal code": lambda it: Question("POST", "/tracking", {"code": it.code or it.tracking}),
    "queue, an office's newest": lambda _: Question("GET", "/dossiers?limit=50"),
    "queue, online filings by their timer": lambda _: Question("GET", "/dossiers/online?limit=50"),
    "worklist, open cases by due date": lambda _: Question("GET", "/cases?limit=50", None, "processing"),
    "search, the dossiers of a person": lambda it: Question(
        "POST", "/people/dossiers", {"number": it.number, "procedure": PROCEDURE}
    ),
    "search, a procedure in plain words": lambda _: Question("GET", "/procedures/search?q=dang+ky+ho+kinh+doanh"),
}


def _questions(stand: Stand, contestant: Contestant, sample: list[Known]) -> dict[str, Seen]:
    return {name: _asked(stand, contestant, ask, sample) for name, ask in QUESTIONS.items()}


def _asked(stand: Stand, contestant: Contestant, ask: Ask, sample: list[Known]) -> Seen:
    def one(nth: int) -> list[float]:
        return _one_asker(stand, contestant, ask, random.Random(nth).sample(sample, ASKED))

    with ThreadPoolExecutor(ASKERS) as askers:
        took = sorted(it for part in askers.map(one, range(ASKERS)) for it in part)
    return Seen(took[len(took) // 2] * 1e3, took[int(len(took) * 0.95)] * 1e3)


def _one_asker(stand: Stand, contestant: Contestant, ask: Ask, sample: list[Known]) -> list[float]:
    service = ask(sample[0]).service
    tokens = stand.clerks.specialists if service == "processing" else stand.clerks.tokens
    connection = http.client.HTTPConnection("127.0.0.1", contestant.ports[service], timeout=30)
    took: list[float] = []
    for known in sample:
        question, client = ask(known), ".".join(str(random.randrange(1, 255)) for _ in range(4))
        # Behind the gateway each citizen has an address of their own, by which guessing is bounded.
        token = random.choice(tokens)
        headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": client, "Content-Type": "application/json"}
        body = json.dumps(question.body).encode() if question.body is not None else None
        began = time.perf_counter()
        connection.request(question.method, question.path, body, headers)
        answer = connection.getresponse()
        answer.read()
        took.append(time.perf_counter() - began)
        if answer.status != http.client.OK:
            raise readings.NotFinished(f"{question.path} was answered {answer.status}")
    return took
