"""Whose dossier it is decides what is a twin, which papers may be used again, and what other offices are told."""

import itertools
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from deploy.demo.paper import sheet
from services.intake.api.filing import ALIKE_FOR
from tests.intake.front import Front
from tests.intake.test_filing import CITIZEN, CLERK, Door, filing, online
from tests.shared.filings import PROCEDURE, ticked

NUMBERS = (f"068201{n:06}" for n in itertools.count(800_000))
WILL = "2.001019"
"""A sensitive procedure."""
OTHER = "1.004873"
ELSEWHERE = "H36.205"


@pytest.fixture
def clerk(desk: Front) -> Door:
    return Door(desk, CLERK)


def behalf(agent: str, owner: str, **more: Any) -> dict[str, Any]:
    """Filed by an agent for the owner."""
    right = {"ground": "power-of-attorney", "number": "12/2026"}
    return filing(agent, owner={"name": "Ka Hem", "number": owner}, authorisation=right, **more)


def put(clerk: Door, body: dict[str, Any]) -> httpx.Response:
    return clerk.put(f"/counter/dossiers/{uuid.uuid4()}", body)


def scanned(scan: str, **more: Any) -> list[dict[str, Any]]:
    return [{**it, "scans": [scan], **more} if n == 0 else it for n, it in enumerate(ticked())]


def changed(desk: Front, id: str, change: Any) -> None:
    async def write() -> None:
        await desk.app.state.store.dossiers.change(id, lambda it: (change(it),))

    desk.do(write())


def test_row_13_who_files_for_another_after_a_third_is_no_twin_and_the_owner_is(clerk: Door):
    agent, owner, third = (next(NUMBERS) for _ in range(3))
    assert put(clerk, behalf(agent, third)).status_code == 201
    first = put(clerk, behalf(agent, owner))
    assert first.status_code == 201, "the agent is the same, whose it is is not"
    twin = put(clerk, behalf(next(NUMBERS), owner))
    assert (twin.status_code, twin.json()["code"]) == (409, "not-reviewed")
    assert first.json()["id"] in twin.json()["detail"]
    assert put(clerk, filing(agent)).status_code == 201, "nor is what they file for themselves"


def test_row_13_a_twin_is_found_behind_however_many_others_within_90_days_and_not_after(clerk: Door, desk: Front):
    owner = next(NUMBERS)
    first = put(clerk, filing(owner)).json()["id"]
    for _ in range(21):
        desk.file({"name": "Ka Hem", "number": owner}, procedure=OTHER, home_by="counter")
    twin = put(clerk, filing(owner))
    assert (twin.status_code, first in twin.json()["detail"]) == (409, True)
    changed(desk, first, lambda it: replace(it, submitted_at=it.submitted_at - ALIKE_FOR + timedelta(hours=1)))
    assert put(clerk, filing(owner)).status_code == 409
    changed(desk, first, lambda it: replace(it, submitted_at=it.submitted_at - timedelta(hours=2)))
    assert put(clerk, filing(owner)).status_code == 201


def test_row_13_papers_of_one_person_are_not_used_again_for_another_whoever_files(clerk: Door):
    agent, owner, third = (next(NUMBERS) for _ in range(3))
    scan = clerk.upload(sheet(uuid.uuid4().hex))
    first = put(clerk, behalf(agent, owner, papers=scanned(scan))).json()["id"]
    again = scanned(scan, reused_from=first, electronic=1)
    for wrong in (behalf(agent, third, papers=again), filing(agent, papers=again)):
        refused = put(clerk, wrong)
        assert (refused.status_code, refused.json()["code"]) == (422, "not-reusable"), "they are the owner's"
    assert put(clerk, filing(owner, papers=[*ticked(), *again], reviewed=[first])).status_code == 201
    assert clerk.post("/people/dossiers", {"number": agent}).json()["earlier"] == [], "they filed it for another"


def test_row_13_a_citizen_who_files_for_another_uses_none_of_their_own_papers_for_them(desk: Front):
    citizen = Door(desk, CITIZEN)
    scan = citizen.upload(sheet(uuid.uuid4().hex))
    electronic = [{"code": it.code, "electronic": 1, "scans": [scan]} for it in PROCEDURE.papers if it.required]
    first = citizen.put(f"/dossiers/{uuid.uuid4()}", online(papers=electronic)).json()["id"]
    again = [{**it, "reused_from": first} for it in electronic]
    for_another = online(
        papers=again, owner={"name": "Ka Hem"}, authorisation={"ground": "power-of-attorney", "number": "12/2026"}
    )
    refused = citizen.put(f"/dossiers/{uuid.uuid4()}", for_another)
    assert (refused.status_code, refused.json()["code"]) == (422, "not-reusable")
    assert citizen.put(f"/dossiers/{uuid.uuid4()}", online(papers=again)).status_code == 201


def test_a_sensitive_dossier_of_another_office_is_not_told_by_somebodys_number(clerk: Door, desk: Front):
    number = next(NUMBERS)
    id = desk.file({"name": "Ka Hem", "number": number}, procedure=WILL, home_by="counter")["id"]

    def told() -> list[str]:
        return [it["id"] for it in clerk.post("/people/dossiers", {"number": number}).json()["earlier"]]

    def listed() -> str:
        answer = httpx.post(
            f"{desk.url}/intake/counter/list", data={"text": number}, headers=desk.headers(CLERK), follow_redirects=True
        )
        assert answer.status_code in {200, 404}, answer.text
        return answer.text

    assert told() == [id], "the office that handles it is told"
    assert id in listed()
    away = {"receiving_office": ELSEWHERE, "competent_office": ELSEWHERE}
    changed(desk, id, lambda it: replace(it, filing=replace(it.filing, **away)))
    assert told() == []
    assert id not in listed()
    plain = desk.file({"name": "Ka Hem", "number": number}, home_by="counter")["id"]
    changed(desk, plain, lambda it: replace(it, filing=replace(it.filing, **away)))
    assert told() == [plain], "what is not sensitive is told to every counter: its papers need not be brought again"
