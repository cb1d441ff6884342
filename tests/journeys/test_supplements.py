"""What a case waits for, as its specialist sees it and as the citizen sees it, on a whole stack."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from deploy.demo.callers import Callers
from deploy.demo.journey import SPECIALIST
from deploy.demo.paper import sheet
from deploy.demo.people import COUNTER
from deploy.stack import Stack
from tests.journeys.load import ONE_STOP_OFFICER
from tests.shared.toys import until

CITIZEN = "demo-citizen"
HOUSE = "1.013225"
PAPERS = ("request", "land-paper", "drawings")


class Followed:
    """One dossier that a citizen filed online, looked at from both sides."""

    def __init__(self, asking: Callers) -> None:
        self.id = str(uuid.uuid4())
        self._asking = asking
        self._case = f"/processing/cases/{self.id}"

    async def file(self) -> None:
        filing = {
            "procedure": HOUSE,
            "applicant": {"name": "Ka Thơm", "email": f"{uuid.uuid4().hex}@example.org"},
            "channel": "online",
            "receiving_office": COUNTER,
            "papers": [await self._paper(it) for it in PAPERS],
        }
        await self._asking.put(CITIZEN, f"/intake/dossiers/{self.id}", filing)
        await self._asking.post(ONE_STOP_OFFICER, f"/intake/dossiers/{self.id}/acceptance")
        await self._asking.get(SPECIALIST, self._case, until_there=True)

    async def ask(self, *papers: str) -> None:
        await self._asking.post(SPECIALIST, f"{self._case}/supplement-request", {"papers": papers, "reason": "old"})

    async def send(self, *papers: str) -> None:
        sent = {"papers": [await self._paper(it) for it in papers]}
        await self._asking.post(CITIZEN, f"/intake/dossiers/{self.id}/supplements", sent)

    async def go_on(self) -> None:
        await self._asking.post(SPECIALIST, f"{self._case}/resumption", {"reason": "not-needed"})

    async def both_wait_for(self, *papers: str) -> None:
        """Return once both sides say so."""

        async def agreed() -> bool:
            return await self._wanted() == await self._asked() == list(papers)

        await until(agreed, 30)

    async def mine(self) -> dict[str, Any]:
        return await self._asking.get(CITIZEN, f"/intake/dossiers/mine/{self.id}")

    async def _wanted(self) -> list[str]:
        return (await self._asking.get(SPECIALIST, self._case))["wanted"]

    async def _asked(self) -> list[str]:
        return [it["code"] for it in (await self.mine())["asked"]]

    async def _paper(self, code: str) -> dict[str, Any]:
        stored = await self._asking.upload(CITIZEN, "/intake/papers", sheet(f"{code} of {uuid.uuid4()}"))
        return {"code": code, "electronic": 1, "scans": [stored["digest"]]}


@asynccontextmanager
async def waiting_for(stack: Stack, *papers: str) -> AsyncIterator[Followed]:
    async with Callers(stack.base_url) as asking:
        it = Followed(asking)
        await it.file()
        await it.ask(*papers)
        await it.both_wait_for(*papers)
        yield it


def happened(mine: dict[str, Any]) -> list[str]:
    return [it["what"] for it in mine["tracked"]["details"]["timeline"]]


async def test_after_a_part_came_citizen_and_specialist_see_the_same_rest_until_all_of_it_is_there(stack: Stack):
    async with waiting_for(stack, *PAPERS) as it:
        await it.send("land-paper")
        await it.both_wait_for("request", "drawings")
        part = await it.mine()
        assert part["tracked"]["state"] == 5
        assert "clock-resumed" not in happened(part)
        await it.send("drawings", "request")
        await it.both_wait_for()

        async def resumed() -> bool:
            return (await it.mine())["tracked"]["state"] == 4

        await until(resumed, 30)
        assert happened(await it.mine()).count("clock-resumed") == 1


async def test_what_the_specialist_waits_for_no_longer_is_asked_of_the_citizen_no_longer(stack: Stack):
    async with waiting_for(stack, "land-paper", "drawings") as it:
        await it.send("drawings")
        await it.both_wait_for("land-paper")
        await it.go_on()
        await it.both_wait_for()
        mine = await it.mine()
        assert (mine["tracked"]["state"], happened(mine).count("clock-resumed")) == (4, 1)
