"""The main job of the platform, from the counter in the post office to the citizen's door, on a whole stack."""

import uuid
from datetime import datetime
from pathlib import Path

import httpx

from deploy.demo.callers import Callers
from deploy.demo.journey import perform
from deploy.facts import Facts, name_of, told
from deploy.stack import Stack
from shared.events import Envelope
from tests.journeys.load import AGAIN, CLERK

THE_JOB = [
    "dossier-submitted",
    "dossier-accepted",
    "fee-due",
    "case-opened",
    "manifest-opened",
    "manifest-sealed",
    "manifest-received",
    "step-completed",
    "supplement-requested",
    "clock-stopped",
    "dossier-supplemented",
    "clock-resumed",
    "deadline-moved",
    "step-completed",
    "step-completed",
    "step-completed",
    "step-completed",
    "case-decided",
    "out-for-delivery",
    "attempt-failed",
    "invitation-left",
    "out-for-delivery",
    "result-handed-over",
]
"""Facts of which each is the cause of the next, or was waited for before it."""
MESSAGES = ["accepted", "fee-due", "opened", "supplement", "decided-positive", "fee-paid", "handed-over"]
MESSAGES_ON_THE_ROAD = ["out-for-delivery", "invitation-left", "out-for-delivery"]


async def test_a_farmer_without_a_phone_gets_the_permit_at_the_door(stack: Stack, tmp_path: Path):
    said: list[tuple[str, str]] = []
    facts: list[Envelope] = []
    async with Facts(stack.kafka, hear=facts.append) as bus:
        await perform(stack.base_url, stack.kafka, lambda who, what: said.append((who, what)), folder=tmp_path)
        await bus.until(lambda: any(name_of(it) == "result-handed-over" for it in facts), "The end")
    dossier = next(it.subject for it in facts if name_of(it) == "dossier-submitted")
    ours = [it for it in facts if it.subject == dossier or it.topic == "postal.manifests"]
    in_time = [name_of(it) for it in sorted(ours, key=lambda it: it.time)]
    assert [name for name in in_time if name in THE_JOB] == THE_JOB
    assert [told(it)["kind"] for it in ours if name_of(it) == "parcel-delivered"] == ["file", "result"]
    assert [told(it)["dong"] for it in ours if name_of(it) == "money-collected"] == [75_000]
    (moved,) = (told(it) for it in ours if name_of(it) == "deadline-moved")
    assert "chờ bổ sung" in moved["reason_vi"]
    assert {who for who, _ in said} >= {"intake", "processing", "postal", "notify"}
    (slip,) = tmp_path.glob("*.pdf")
    assert slip.read_bytes().startswith(b"%PDF")
    assert ("the end", f"the slip: {slip}") in said
    assert ("the end", f"{slip.stem} is in state 10") in said
    async with Callers(stack.base_url) as callers:
        messages = await callers.get(CLERK, f"/notify/dossiers/{dossier}/messages")
    was, now = (datetime.fromisoformat(moved[name]) for name in ("was_due_at", "due_at"))
    of_the_date = ["moved"] if was != now else []
    assert sorted(it["template"] for it in messages) == sorted(MESSAGES + of_the_date + MESSAGES_ON_THE_ROAD)
    assert {it["state"] for it in messages} == {"call"}


async def test_no_fact_of_the_main_job_names_the_farmer(stack: Stack, tmp_path: Path):
    facts: list[Envelope] = []
    async with Facts(stack.kafka, hear=facts.append) as bus:
        await perform(stack.base_url, stack.kafka, lambda *_: None, folder=tmp_path)
        await bus.until(lambda: any(name_of(it) == "result-handed-over" for it in facts), "The end")
    elsewhere = b"".join(it.data for it in facts if it.topic != "intake.people").decode()
    for personal in ("K'Bình", "068062001234", "Thôn Tân Hợp"):
        assert personal not in elsewhere


async def test_an_applicant_with_a_mail_address_gets_one_mail_for_each_fact(stack: Stack):
    dossier, address = str(uuid.uuid4()), f"{uuid.uuid4().hex}@example.org"
    filing = {
        "procedure": AGAIN,
        "applicant": {"name": "Ka Thơm", "email": address},
        "papers": [{"code": "request", "originals": 1}],
        "consent": True,
    }
    sent: list[Envelope] = []

    def hear(fact: Envelope) -> None:
        if fact.subject == dossier and name_of(fact) == "message-sent":
            sent.append(fact)

    async with Callers(stack.base_url) as callers, Facts(stack.kafka, hear=hear) as facts:
        slip = await callers.put(CLERK, f"/intake/counter/dossiers/{dossier}", filing)
        await facts.until(lambda: len(sent) == 2, "The second mail")
    mails = _mails(stack, address)
    assert {it["MessageID"] for it in mails} == {f"{told(it)['message']}@motcua" for it in sent}
    assert sorted(it["Subject"] for it in mails) == [
        f"Hồ sơ {slip['code']} đang được xử lý",
        f"Đã tiếp nhận hồ sơ {slip['code']}",
    ]


def _mails(stack: Stack, address: str) -> list[dict[str, str]]:
    page = httpx.get(f"http://127.0.0.1:{stack.ports['mail']}/api/v1/search", params={"query": f"to:{address}"})
    return page.json()["messages"]
