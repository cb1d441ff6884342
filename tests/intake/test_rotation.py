"""A key is rotated from its first day to its last: nothing that it sealed is lost, wherever it stood."""

import itertools
import logging
import uuid
from pathlib import Path
from typing import Any

import pytest

from deploy.engines import Engines
from services.intake.rounds import seal_anew, sealing_anew
from shared.sealing import Seals
from tests.intake.front import Front, front
from tests.intake.test_filing import CITIZEN, CLERK, Door, filing

NUMBERS = (f"068201{n:06}" for n in itertools.count(700_000))
OLD, NEW = Seals.new("k1"), Seals.new("k2")


def for_another(applicant: str, owner: str) -> dict[str, Any]:
    """Filed by somebody for somebody; an empty number: none was given."""
    people = {"applicant": {"name": "Ka Thơm", "number": applicant}, "owner": {"name": "Ka Hem", "number": owner}}
    return filing(**people, authorisation={"ground": "power-of-attorney", "number": "12/2026"})


def filed(clerk: Door, id: str, body: dict[str, Any]) -> str:
    answer = clerk.put(f"/counter/dossiers/{id}", body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def sealed_anew(desk: Front, seals: Seals) -> None:
    while await seal_anew(desk.app.state.store, seals):
        pass


def test_what_an_old_key_sealed_is_there_after_it_is_gone_wherever_it_stood(
    engines: Engines, tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture
):
    prefix = {"MOTCUA_DATABASE_PREFIX": f"rotation_{uuid.uuid4().hex[:8]}_"}
    draft, erased, handed, taken, again = (str(uuid.uuid4()) for _ in range(5))
    owner, wrong, taker, agent, other = (next(NUMBERS) for _ in range(5))
    body = filing(wrong)
    caplog.set_level(logging.INFO, "services.intake.rounds")

    def opened(keys: str) -> Any:
        folder: Path = tmp_path_factory.mktemp("rotation")
        return front(engines, folder, MOTCUA_SEAL_KEYS=keys, **prefix)

    with opened(OLD) as desk:
        clerk, citizen = Door(desk, CLERK), Door(desk, CITIZEN)
        assert citizen.put(f"/drafts/{draft}", for_another("", owner)).status_code == 200
        filed(clerk, erased, body)
        assert clerk.post(f"/dossiers/{erased}/corrections", {"fields": {"number": ""}}).status_code == 200
        filed(clerk, taken, filing())
        desk.tell(taken, 9, is_decided=True)
        receiver = {"number": taker, "authorised": "12/2026", "signature": "register"}
        assert clerk.post(f"/dossiers/{taken}/hand-over", {"receiver": receiver}).status_code == 200
        filed(clerk, handed, for_another(agent, other))
        first = clerk.put(f"/counter/dossiers/{again}", filing(next_one := next(NUMBERS)))

    with opened(f"{NEW},{OLD}") as desk:
        clerk = Door(desk, CLERK)
        repeated = clerk.put(f"/counter/dossiers/{again}", filing(next_one))
        assert (repeated.status_code, repeated.json()) == (201, first.json()), "the same words under another key"
        assert clerk.put(f"/counter/dossiers/{again}", filing(next(NUMBERS))).status_code == 409
        changed = clerk.post(f"/dossiers/{handed}/corrections", {"fields": {"number": next(NUMBERS)}})
        assert changed.status_code == 200, "while the owner's number is still under the old key"
        both = desk.app.state.seals
        desk.do(sealed_anew(desk, both))
        caplog.clear()
        desk.do(sealing_anew(both)(desk.app.state.store))
        assert "every identity number is sealed with k2: not needed any more: k1" in caplog.messages

    with opened(NEW) as desk:
        clerk, citizen = Door(desk, CLERK), Door(desk, CITIZEN)
        assert desk.do(seal_anew(desk.app.state.store, desk.app.state.seals)) == 0
        assert citizen.get(f"/drafts/{draft}").json()["filing"]["owner"]["number"] == owner
        (kept,) = clerk.get(f"/dossiers/{erased}").json()["dossier"]["corrections"]
        assert (kept["field"], kept["was"], kept["now"]) == ("number", wrong, ""), "a clerk reads what stood there"
        assert clerk.get(f"/dossiers/{taken}").json()["dossier"]["handed"]["number"] == taker
        assert clerk.get(f"/dossiers/{handed}").json()["dossier"]["filing"]["owner"]["number"] == other
        assert [it["id"] for it in clerk.post("/people/dossiers", {"number": other}).json()["earlier"]] == [handed]
        assert clerk.put(f"/counter/dossiers/{again}", body).status_code == 409


def test_what_waits_to_be_sealed_anew_is_said(desk: Front, caplog: pytest.LogCaptureFixture):
    Door(desk, CLERK).file(number=next(NUMBERS))
    both = Seals.of(f"{Seals.new('k9')},{desk.app.state.frame.settings.seal_keys}")
    caplog.set_level(logging.INFO, "services.intake.rounds")
    desk.do(sealing_anew(both)(desk.app.state.store))
    assert any("another key than k9" in it for it in caplog.messages)
