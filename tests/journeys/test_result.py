"""A result that the applicant wants as a file alone, from filing it to opening it, on a whole stack."""

import base64
import hashlib
import uuid
from typing import Any

import httpx

from deploy.demo.callers import Callers
from deploy.demo.journey import LEADER, SPECIALIST
from deploy.demo.paper import sheet
from deploy.demo.people import COUNTER
from deploy.facts import Facts, name_of, told
from deploy.stack import Stack
from shared.events import Envelope
from tests.journeys.load import ONE_STOP_OFFICER
from tests.shared.toys import until

CITIZEN = "demo-citizen"
EXTRACT = "2.000635"


async def test_an_electronic_result_is_opened_by_who_filed_it_which_closes_the_dossier_and_is_told_once(stack: Stack):
    id, result = str(uuid.uuid4()), sheet("Trich luc ho tich, da ky so")
    facts: list[Envelope] = []
    async with Callers(stack.base_url) as asking, Facts(stack.kafka, hear=facts.append) as bus:
        await file(asking, id)
        await decide(asking, id, result)
        await until(lambda: opens(asking, id), 30)
        link = await asking.post(CITIZEN, f"/intake/dossiers/{id}/result/link")
        for _ in range(2):
            answer = httpx.get(stack.base_url + link["url"])
            assert answer.content == result
            digest = base64.b64encode(hashlib.sha256(result).digest()).decode()
            assert answer.headers["digest"] == f"sha-256={digest}"

        def sent() -> list[str]:
            ours = (told(it) for it in facts if it.subject == id and name_of(it) == "message-sent")
            return [it["template"] for it in ours]

        await bus.until(lambda: "handed-over" in sent(), "The word that it was handed over")
        mine = await asking.get(CITIZEN, f"/intake/dossiers/mine/{id}")
        assert mine["tracked"]["state"] == 10
        said = [told(it) for it in facts if it.subject == id and name_of(it) == "result-handed-over"]
        assert [(it["by"], it["role"]) for it in said] == [("electronic", "citizen")]
        messages = await asking.get(ONE_STOP_OFFICER, f"/notify/dossiers/{id}/messages")
        assert [it["template"] for it in messages].count("handed-over") == 1


async def file(asking: Callers, id: str) -> None:
    stored = await asking.upload(CITIZEN, "/intake/papers", sheet(f"of {id}"))
    filing = {
        "procedure": EXTRACT,
        "applicant": {"name": "Ka Thơm", "email": f"{id}@example.org"},
        "channel": "online",
        "receiving_office": COUNTER,
        "papers": [{"code": "declaration", "electronic": 1, "scans": [stored["digest"]]}],
        "home_by": "electronic",
    }
    await asking.put(CITIZEN, f"/intake/dossiers/{id}", filing)
    await asking.post(ONE_STOP_OFFICER, f"/intake/dossiers/{id}/acceptance")


async def decide(asking: Callers, id: str, result: bytes) -> None:
    case: dict[str, Any] = await asking.get(SPECIALIST, f"/processing/cases/{id}", until_there=True)
    for step in case["terms"]["steps"]:
        await asking.post(LEADER, f"/processing/cases/{id}/steps", {"step": step})
    stored = await asking.upload(LEADER, "/processing/results", result)
    decision = {"outcome": "positive", "result": stored["digest"]}
    await asking.post(LEADER, f"/processing/cases/{id}/decision", decision)


async def opens(asking: Callers, id: str) -> bool:
    """Whether intake knows of the result, and says that who filed it may open it."""
    mine = await asking.get(CITIZEN, f"/intake/dossiers/mine/{id}")
    return mine["tracked"]["details"]["result_at"] == "login"
