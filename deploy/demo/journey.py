"""The main job before one's eyes: a farmer without a phone, from the counter in the post office to the own door.

Every step is an HTTP call of one of the demo people, and waits for the facts that follow from it on the bus.
"""

import asyncio
import hashlib
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from deploy.demo.callers import Callers
from deploy.demo.paper import sheet
from deploy.demo.people import COUNTER, ONE_STOP
from deploy.demo.words import in_words
from deploy.facts import Facts, name_of, told
from deploy.running import data_folder
from shared.events import Envelope

Say = Callable[[str, str], None]
"""Who, and what."""

HOUSE = "1.013225"
"""Cấp giấy phép xây dựng nhà ở riêng lẻ: the permit to build one's house."""
FARMER = {
    "name": "K'Bình",
    "number": "068062001234",
    "address": "Thôn Tân Hợp, xã Đinh Văn Lâm Hà, tỉnh Lâm Đồng",
}
"""Invented. There is no phone and no e-mail."""
CLERK, ONE_STOP_OFFICER, POSTMAN = "demo-counter", "demo-one-stop", "demo-carrier"
SPECIALIST, LEADER, REGISTRY = "demo-specialist", "demo-leader", "demo-registry"


async def perform(base_url: str, kafka: str, say: Say, *, folder: Path | None = None) -> None:
    """Do the whole job, and `say` each fact as it happens; the slip is put into `folder`.

    `folder` is `slips` in the data folder (MOTCUA_DATA) where none is given. Raises Trouble where the platform refuses
    a step, or where a fact that must follow does not come.
    """
    job = Job(str(uuid.uuid4()), say)
    async with Callers(base_url) as callers, Facts(kafka, hear=job.hear) as facts:
        job.callers, job.facts = callers, facts
        await job.file()
        await job.carry_the_papers()
        await job.ask_for_a_better_drawing()
        await job.decide()
        await job.bring_the_result_home()
        await job.told_everything()
        await job.show(base_url, folder or data_folder() / "slips")


class Job:
    """One dossier, and what was heard of it."""

    callers: Callers
    facts: Facts

    def __init__(self, dossier: str, say: Say) -> None:
        self.dossier = dossier
        self.bag = str(uuid.uuid4())
        self.parcel = ""
        self.heard: list[Envelope] = []
        self._say = say
        self._counts: Counter[str] = Counter()

    def hear(self, fact: Envelope) -> None:
        """Keep and tell what is said of this dossier and its bag; others work here too."""
        if fact.subject in {self.dossier, self.bag}:
            self.heard.append(fact)
            self._counts[name_of(fact)] += 1
            self._say(fact.topic.partition(".")[0], in_words(fact))

    async def file(self) -> None:
        """The clerk types for the farmer; the scans go to the object store; everything is there, so the slip prints."""
        self._say("counter", "a farmer without a phone comes to the post office and wants to build a house")
        scan = await self.callers.upload(CLERK, "/intake/papers", sheet("Don de nghi cap giay phep xay dung"))
        papers = [
            {"code": "request", "originals": 1, "scans": [scan["digest"]]},
            {"code": "land-paper", "copies": 1},
            {"code": "drawings", "originals": 2},
        ]
        filing = {
            "procedure": HOUSE,
            "applicant": FARMER,
            "papers": papers,
            "channel": "direct",
            "home_by": "post",
            "consent": True,
        }
        await self.callers.put(CLERK, f"/intake/counter/dossiers/{self.dossier}", filing)
        await self._came("dossier-submitted", "dossier-accepted", "case-opened", "parcel-ordered")

    async def carry_the_papers(self) -> None:
        """The paper file rides in the evening bag, and is ticked at the office."""
        parcel = self._told("parcel-ordered")["parcel"]
        opened = {"sender": COUNTER, "recipient": ONE_STOP, "parcels": [parcel]}
        await self.callers.put(CLERK, f"/postal/manifests/{self.bag}", opened)
        await self.callers.post(CLERK, f"/postal/manifests/{self.bag}/seal", {"seal": "LH-000123"})
        await self._came("manifest-opened", "manifest-sealed", "parcel-sealed")
        await self.callers.post(ONE_STOP_OFFICER, f"/postal/manifests/{self.bag}/receipt", {"ticked": [parcel]})
        await self._came("manifest-received", "parcel-delivered")

    async def ask_for_a_better_drawing(self) -> None:
        """A paper is wrong: the clock stops, the farmer is called, brings it, and the due date moves."""
        await self._step(SPECIALIST, "verify")
        request = {"papers": ["drawings"], "reason": "drawing-without-scale"}
        await self.callers.post(SPECIALIST, f"/processing/cases/{self.dossier}/supplement-request", request)
        await self._came("step-completed", "supplement-requested", "clock-stopped", "call-task-opened")
        brought = {"papers": [{"code": "drawings", "originals": 2}]}
        await self.callers.post(CLERK, f"/intake/dossiers/{self.dossier}/supplements", brought)
        await self._came("dossier-supplemented", "clock-resumed", "deadline-moved")

    async def decide(self) -> None:
        """The other steps, and the leader's signature under the result."""
        for person, step in ((SPECIALIST, "inspect"), (SPECIALIST, "consult"), (LEADER, "sign"), (REGISTRY, "issue")):
            await self._step(person, step)
        result = await self.callers.upload(LEADER, "/processing/results", sheet("Giay phep xay dung"))
        decision = {"outcome": "positive", "result": result["digest"]}
        await self.callers.post(LEADER, f"/processing/cases/{self.dossier}/decision", decision)
        await self._came("step-completed", times=5)
        await self._came("case-decided")
        await self._came("parcel-ordered", times=2)
        self.parcel = self._told("parcel-ordered")["parcel"]

    async def bring_the_result_home(self) -> None:
        """Nobody is there the first time; the second time the farmer signs and pays, and the dossier is closed."""
        await self._on_the_road("round")
        await self._on_the_road("attempts", {"reason": "nobody-there"})
        await self._came("out-for-delivery", "attempt-failed", "invitation-left")
        await self._on_the_road("round")
        proof = hashlib.sha256(sheet("Da nhan ket qua")).hexdigest()
        await self._on_the_road("delivery", {"proof": proof, "shown": "cccd"})
        await self._on_the_road("money", {"dong": 75_000})
        await self._came("out-for-delivery", "parcel-delivered", times=2)
        await self._came("money-collected", "fee-paid", "result-handed-over")

    async def told_everything(self) -> None:
        """Each message found its way: by call, as there is no address to write to."""

        def all_told() -> bool:
            queued, told = self._counts["message-queued"], self._counts["message-sent"]
            return 0 < queued == told + self._counts["call-task-opened"]

        await self._came("message-queued", times=self._to_be_told())
        await self.facts.until(all_told, "The last message")

    async def show(self, base_url: str, folder: Path) -> None:
        """The end: the farmer's page, and the slip on paper."""
        whole = await self.callers.get(CLERK, f"/intake/dossiers/{self.dossier}")
        dossier = whole["dossier"]
        slip = await self.callers.file(CLERK, f"/intake/dossiers/{self.dossier}/slip.pdf")
        file = await asyncio.to_thread(_keep, slip, folder, f"{dossier['code']}.pdf")
        self._say("the end", f"{dossier['code']} is in state {whole['national_state']}")
        self._say("the end", f"its page: {base_url}/track?code={dossier['tracking']}")
        self._say("the end", f"the last four digits of the identity card open it: {FARMER['number'][-4:]}")
        self._say("the end", f"the slip: {file}")

    async def _step(self, person: str, step: str) -> None:
        await self.callers.post(person, f"/processing/cases/{self.dossier}/steps", {"step": step})

    async def _on_the_road(self, what: str, body: object = None) -> None:
        await self.callers.post(POSTMAN, f"/postal/parcels/{self.parcel}/{what}", body)

    async def _came(self, *names: str, times: int = 1) -> None:
        for name in names:
            await self.facts.until(lambda it=name: self._counts[it] >= times, f"The fact {name} ({times})")

    def _told(self, name: str) -> dict[str, Any]:
        """What the last fact of that name said."""
        return told(next(fact for fact in reversed(self.heard) if name_of(fact) == name))

    def _to_be_told(self) -> int:
        """A due date that was counted again and stands is nobody's news."""
        moved = self._told("deadline-moved")
        return sum(self._counts[name] for name in TOLD) + (_time(moved["due_at"]) != _time(moved["was_due_at"]))


TOLD = (
    "dossier-accepted",
    "fee-due",
    "case-opened",
    "supplement-requested",
    "case-decided",
    "out-for-delivery",
    "invitation-left",
    "fee-paid",
    "result-handed-over",
)
"""The facts of this job of which the applicant hears."""


def _time(text: str) -> datetime:
    """The same instant may be written in two zones."""
    return datetime.fromisoformat(text)


def _keep(content: bytes, folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_bytes(content)
    return file
