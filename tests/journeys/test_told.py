"""What people are told, when, and how, on a whole stack."""

import uuid
from email import message_from_bytes, policy
from typing import Any

from deploy.demo.callers import Callers
from deploy.demo.paper import sheet
from deploy.demo.people import COUNTER, ONE_STOP
from deploy.stack import Stack
from tests.journeys.load import CLERK, ONE_STOP_OFFICER
from tests.shared.toys import until

CITIZEN = "demo-citizen"
EXTRACT = "2.000635"
NAME = "Ủy ban nhân dân xã Đinh Văn Lâm Hà"
"""Of the one-stop office."""


async def told(asking: Callers, dossier: str, *templates: str) -> list[dict[str, Any]]:
    """The messages of a dossier, once these are among them."""
    said: list[dict[str, Any]] = []

    async def all_there() -> bool:
        said[:] = await asking.get(ONE_STOP_OFFICER, f"/notify/dossiers/{dossier}/messages")
        return {*templates} <= {it["template"] for it in said}

    await until(all_there, 30)
    return said


async def file(asking: Callers, id: str, **applicant: str) -> dict[str, Any]:
    """A citizen files online by themselves."""
    stored = await asking.upload(CITIZEN, "/intake/papers", sheet(f"of {id}"))
    filing = {
        "procedure": EXTRACT,
        "applicant": {"name": "Ka Thơm", "email": f"{id}@example.org", **applicant},
        "channel": "online",
        "receiving_office": COUNTER,
        "papers": [{"code": "declaration", "electronic": 1, "scans": [stored["digest"]]}],
    }
    return await asking.put(CITIZEN, f"/intake/dossiers/{id}", filing)


async def ask_for_papers(asking: Callers, id: str) -> None:
    items = [{"about": "paper", "code": "declaration", "reason": "unreadable"}]
    await asking.post(ONE_STOP_OFFICER, f"/intake/dossiers/{id}/supplement-request", {"items": items})


async def called(asking: Callers) -> list[dict[str, Any]]:
    """What somebody who speaks K'Ho is to be told, once they are asked for papers and the name of the office is known."""
    id, tasks = str(uuid.uuid4()), list[dict[str, Any]]()
    await file(asking, id, language="kho", phone="0912345678")
    await ask_for_papers(asking, id)

    async def named() -> bool:
        tasks[:] = await asking.get(ONE_STOP_OFFICER, f"/notify/call-tasks?dossier={id}")
        return len(tasks) > 1 and NAME in tasks[-1]["words"]

    await until(named, 30)
    return tasks


async def mailed(stack: Stack, message: str) -> str:
    """The text of a mail, once it is in the outbox."""
    mail = stack.data / "outbox" / f"{message}.eml"

    async def there() -> bool:
        return mail.exists()

    await until(there, 30)
    return message_from_bytes(mail.read_bytes(), policy=policy.default).get_content()


async def test_who_files_online_is_told_the_code_to_follow_it_by_and_when_an_answer_comes(stack: Stack):
    id = str(uuid.uuid4())
    async with Callers(stack.base_url) as asking:
        receipt = await file(asking, id)
        (submitted,) = await told(asking, id, "submitted")
        assert submitted["code"] == receipt["tracking"]
        assert submitted["facts"] == [receipt["respond_by"], "citizen"]

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


async def test_who_is_asked_for_papers_gets_the_page_that_takes_them_and_no_code_of_ours(stack: Stack):
    id = str(uuid.uuid4())
    async with Callers(stack.base_url) as asking:
        await called(asking)  # from then on the office's name is known
        await file(asking, id)
        await ask_for_papers(asking, id)
        said = {it["template"]: it for it in await told(asking, id, "supplement")}
        text = await mailed(stack, said["supplement"]["id"])
    assert f"{stack.base_url}/my/{id}" in text
    assert f"Nơi yêu cầu: {NAME}." in text
    assert "declaration" not in text
    assert ONE_STOP not in text


async def test_who_speaks_what_nobody_writes_is_called_and_gets_no_mail(stack: Stack):
    async with Callers(stack.base_url) as asking:
        submitted, asked = await called(asking)
    assert [it["template"] for it in (submitted, asked)] == ["submitted", "supplement"]
    assert submitted["language"] == asked["language"] == "kho"
    assert submitted["phone"] == asked["phone"] != ""
    assert not any((stack.data / "outbox" / f"{it['id']}.eml").exists() for it in (submitted, asked))
