"""A case waits for all the papers that it asked for, or goes on without them: by HTTP and by the bus, on real engines."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec
from hypothesis import given, strategies as st

from deploy.engines import Engines
from deploy.facts import Facts, name_of, told
from services.intake.domain.asking import still_asked
from services.intake.domain.progress import Entry, Progress
from shared.clock import server_time
from shared.contracts.intake import DossierAccepted, DossierSupplemented, HomeChosen, PaperTicked
from shared.contracts.processing import SupplementRequested
from shared.events import Envelope, Event
from tests.contracts.publish import example
from tests.intake.test_progress import DOSSIER
from tests.processing.test_case import AT, CLERK, SPECIALIST, WORKING, case
from tests.processing.test_heirs import house
from tests.shared.apps import Issuer
from tests.shared.toys import until

HERE, COUNTER = "H36.202", "H36.202.02"
WANTED = ("form", "map", "card")
moment = datetime.fromisoformat
GONE_ON = {"reason": "not-to-be-had"}


@dataclass
class Waiting:
    """A case that waits for papers; of intake there is only what the test says in its name."""

    app: Any
    asking: httpx.AsyncClient
    issuer: Issuer
    facts: Facts
    heard: list[Envelope]
    """All that processing says."""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    said: list[Envelope] = field(default_factory=list[Envelope])
    """By intake."""

    async def say(self, event: Event) -> None:
        source, sequence, at = f"/intake/dossiers/{self.id}", len(self.said) + 1, server_time().isoformat()
        data = msgspec.json.encode(event)
        self.said.append(Envelope("intake.dossiers", event.type, source, sequence, self.id, at, "", data))
        await self.app.state.frame.bus.publish(self.said[-1:])

    async def say_again(self) -> None:
        await self.app.state.frame.bus.publish(self.said[-1:])

    async def accept(self) -> None:
        at, said = server_time(), example(DossierAccepted)
        terms = replace(said.terms, steps=("verify",))
        await self.say(replace(said, competent_office=HERE, terms=terms, received_at=at, due_at=at))
        await self.came("case-opened")

    async def bring(self, *papers: str) -> None:
        ticked = tuple(PaperTicked(it, originals=1) for it in papers)
        await self.say(
            DossierSupplemented(
                office=COUNTER, role="counter-clerk", accepted=True, papers=ticked, supplemented_at=server_time()
            )
        )

    async def is_left(self, *papers: str) -> None:
        """Return once no more than these are wanted."""

        async def left() -> bool:
            return (await self.shown())["wanted"] == list(papers)

        await until(left)

    async def is_heard(self) -> None:
        """Return once all was heard that intake said so far: for of what changes nothing, nothing is seen."""
        await self.say(HomeChosen(office=COUNTER, role="counter-clerk", home_by="electronic", accepted=True))

        async def chosen() -> bool:
            return (await self.shown())["home_by"] == "electronic"

        await until(chosen)

    async def came(self, name: str) -> list[dict[str, Any]]:
        """The facts of this name, once there is one."""
        await self.facts.until(lambda: bool(self.named(name)), name)
        return self.named(name)

    def named(self, name: str) -> list[dict[str, Any]]:
        return [told(it) for it in self.heard if it.subject == self.id and name_of(it) == name]

    async def shown(self) -> dict[str, Any]:
        return (await self.asking.get(f"/cases/{self.id}", headers=self._as())).json()

    async def post(self, what: str, body: dict[str, Any], *, office: str = HERE, key: str = "") -> httpx.Response:
        return await self.asking.post(f"/cases/{self.id}/{what}", json=body, headers=self._as(office, key))

    def _as(self, office: str = HERE, key: str = "") -> dict[str, str]:
        keyed = {"idempotency-key": key} if key else {}
        return {"authorization": f"Bearer {self.issuer.token('specialist', office=office)}"} | keyed


@asynccontextmanager
async def waiting(engines: Engines) -> AsyncIterator[Waiting]:
    heard: list[Envelope] = []
    async with (
        house("processing", engines) as (app, asking, issuer),
        Facts(engines.kafka, topics=("processing.cases",), hear=heard.append) as facts,
    ):
        it = Waiting(app, asking, issuer, facts, heard)
        await it.accept()
        asked = await it.post("supplement-request", {"papers": WANTED, "reason": "unreadable"})
        assert asked.json()["wanted"] == list(WANTED)
        yield it


@given(st.lists(st.sets(st.sampled_from([*WANTED, "other"]), min_size=1), max_size=6), st.integers(0, 6))
def test_counter_and_case_wait_for_the_same_papers_whatever_is_brought_before_or_after_they_are_asked_for(
    parts: list[set[str]], before: int
):
    there, dossier, progress = case("verify"), replace(DOSSIER, state="accepted"), Progress("d1")
    came = list[DossierSupplemented]()
    for n, papers in enumerate([*parts[:before], set[str](), *parts[before:]]):
        at, then = AT + timedelta(hours=n), list[Event]()
        if papers:
            dossier, *said = dossier.supplement(tuple(PaperTicked(it, originals=1) for it in papers), by=CLERK, at=at)
            came += [it for it in said if isinstance(it, DossierSupplemented)]
        else:
            there, *then = there.request_supplement(WANTED, "unreadable", by=SPECIALIST, at=at)
        for it in came:  # the case hears each again and again, also those from before it asked
            codes = {paper.code for paper in it.papers}
            there, *more = there.supplement(codes, WORKING, by=CLERK, at=it.supplemented_at)
            then += more
        for event in then:
            detail = ", ".join(event.papers) if isinstance(event, SupplementRequested) else ""
            progress = progress.with_entry(Entry(at, event.type.partition(".v")[0], detail=detail))
        assert tuple(it.code for it in still_asked(dossier, progress)) == there.wanted


async def test_the_clock_runs_again_once_when_the_last_part_came_however_often_each_is_heard(engines: Engines):
    async with waiting(engines) as it:
        await it.bring("map", "other")
        await it.say_again()
        await it.is_left("form", "card")
        await it.bring("card")
        await it.say_again()
        await it.is_left("form")
        assert (await it.shown())["stopped_at"]
        assert (await it.post("steps", {"step": "verify"})).json()["code"] == "waits-for-papers"
        await it.bring("form")
        await it.say_again()
        last = msgspec.json.decode(it.said[-1].data)
        await it.is_heard()
        (moved,) = await it.came("deadline-moved")
        (resumed,) = it.named("clock-resumed")
        assert (resumed["resumed_at"], resumed["office"]) == (last["supplemented_at"], COUNTER)
        assert moment((await it.shown())["due_at"]) == moment(moved["due_at"])
        assert (await it.post("steps", {"step": "verify"})).status_code == 200
        await it.came("step-completed")
        names = [name_of(fact) for fact in it.heard if fact.subject == it.id]
        assert names == [
            "case-opened",
            "supplement-requested",
            "clock-stopped",
            "clock-resumed",
            "deadline-moved",
            "step-completed",
        ]


async def test_a_specialist_goes_on_without_a_paper_once_and_what_comes_of_it_later_changes_nothing(engines: Engines):
    async with waiting(engines) as it:
        await it.bring("form", "card")
        await it.is_left("map")
        elsewhere = await it.post("resumption", GONE_ON, office="H36.203")
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "not-your-office")
        silent = await it.post("resumption", {"reason": ""})
        assert (silent.status_code, silent.json()["code"], silent.json()["about"]) == (422, "reason-missing", "reason")
        assert (await it.shown())["wanted"] == ["map"], "a refusal writes nothing"

        first, again = [await it.post("resumption", GONE_ON, key="g1") for _ in range(2)]
        assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
        assert again.headers["idempotent-replayed"] == "true"
        assert (await it.post("resumption", {"reason": "not-needed"}, key="g1")).status_code == 409
        shown = first.json()
        assert (shown["wanted"], shown["stopped_at"]) == ([], None)
        kept = {name: shown["went_on"][name] for name in ("by", "reason", "without")}
        assert kept == {"by": "person-1", "reason": "not-to-be-had", "without": ["map"]}
        (moved,) = await it.came("deadline-moved")
        (resumed,) = it.named("clock-resumed")
        assert (resumed["office"], resumed["role"], moved["due_at"]) == (HERE, "specialist", shown["due_at"])
        assert moved["reason_vi"].endswith(", giải quyết tiếp với giấy tờ đã có")
        runs = await it.post("resumption", GONE_ON)
        assert (runs.status_code, runs.json()["code"]) == (409, "clock-runs")
        asked = await it.post("supplement-request", {"papers": ["map"], "reason": "unreadable"})
        assert (asked.status_code, asked.json()["code"]) == (409, "asked-before")

        await it.bring("map")
        await it.is_heard()
        assert (await it.post("steps", {"step": "verify"})).status_code == 200
        await it.came("step-completed")
        later = await it.shown()
        assert later["went_on"] == shown["went_on"]
        assert moment(later["due_at"]) == moment(shown["due_at"])
        assert len(it.named("clock-resumed")) == 1


async def test_going_on_needs_a_specialist(engines: Engines):
    async with waiting(engines) as it:
        clerk = {"authorization": f"Bearer {it.issuer.token('counter-clerk', office=HERE)}"}
        answer = await it.asking.post(f"/cases/{it.id}/resumption", json=GONE_ON, headers=clerk)
        assert answer.status_code == 403
        assert (await it.shown())["wanted"] == list(WANTED)
