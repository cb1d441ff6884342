"""What a person is told of a filing before anybody has accepted it, on a whole stack."""

import uuid
from typing import Any

from deploy.demo.callers import Callers
from deploy.demo.paper import sheet
from deploy.demo.people import ONE_STOP
from deploy.stack import Stack
from tests.journeys.load import CLERK, ONE_STOP_OFFICER
from tests.shared.toys import until

CITIZEN = "demo-citizen"
EXTRACT = "2.000635"


async def told(asking: Callers, dossier: str, *templates: str) -> list[dict[str, Any]]:
    """The messages of a dossier, once these are among them."""
    said: list[dict[str, Any]] = []

    async def all_there() -> bool:
        said[:] = await asking.get(ONE_STOP_OFFICER, f"/notify/dossiers/{dossier}/messages")
        return {*templates} <= {it["template"] for it in said}

    await until(all_there, 30)
    return said


async def test_who_files_online_is_told_the_code_to_follow_it_by_and_when_an_answer_comes(stack: Stack):
    id = str(uuid.uuid4())
    async with Callers(stack.base_url) as asking:
        stored = await asking.upload(CITIZEN, "/intake/papers", sheet(f"of {id}"))
        filing = {
            "procedure": EXTRACT,
            "applicant": {"name": "Ka Thơm", "email": f"{id}@example.org"},
            "channel": "online",
            "receiving_office": ONE_STOP,
            "papers": [{"code": "declaration", "electronic": 1, "scans": [stored["digest"]]}],
        }
        receipt = await asking.put(CITIZEN, f"/intake/dossiers/{id}", filing)
        (submitted,) = await told(asking, id, "submitted")
        assert submitted["code"] == receipt["tracking"]
        assert submitted["facts"] == [receipt["respond_by"]]

        await asking.post(ONE_STOP_OFFICER, f"/intake/dossiers/{id}/acceptance")
        await told(asking, id, "submitted", "accepted")


async def test_who_stands_at_a_counter_is_told_nothing_before_the_dossier_is_accepted(stack: Stack):
    id = str(uuid.uuid4())
    async with Callers(stack.base_url) as asking:
        papers = [{"code": "declaration", "originals": 1}]
        filing = {"procedure": EXTRACT, "applicant": {"name": f"Người {id}"}, "papers": papers, "consent": True}
        await asking.put(CLERK, f"/intake/dossiers/{id}", filing)
        await asking.post(CLERK, f"/intake/dossiers/{id}/acceptance")
        said = await told(asking, id, "accepted")
        assert "submitted" not in {it["template"] for it in said}
