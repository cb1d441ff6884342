"""Drafts that became dossiers: what was typed is kept once."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from services.intake.rounds import end_drafts
from services.intake.store import Store
from tests.intake.front import Front
from tests.intake.test_filing import CITIZEN, CLERK, Door, filing
from tests.shared.filings import PROCEDURE


def test_what_was_typed_goes_once_it_was_filed_by_the_api_or_at_a_counter_and_what_was_not_stays(
    desk: Front, monkeypatch: pytest.MonkeyPatch
):
    clerk, citizen = Door(desk, CLERK), Door(desk, CITIZEN)
    filed, open_, late = (str(uuid.uuid4()) for _ in range(3))
    assert clerk.file(id=late).status_code == 201
    for id in (filed, open_, late):
        assert citizen.put(f"/drafts/{id}", filing()).status_code == 200
    assert clerk.file(id=filed).status_code == 201
    store: Store = desk.app.state.store
    find = store.drafts.find
    monkeypatch.setattr(store.drafts, "find", lambda *given, **more: find(*given, **more | {"limit": 1}))
    now = datetime.now(UTC)
    desk.do(end_drafts(store, now))
    monkeypatch.undo()
    was, stays, strangers = (desk.do(store.drafts.known(id)) for id in (filed, open_, late))
    assert "Thơm" not in str((was, strangers))
    assert stays.filing.applicant.name == "Ka Thơm"
    drafts, became = desk.do(store.drafts_and_filed_of(CITIZEN, now))
    assert (open_ in {it.id for it in drafts}, {filed, late} & {it.id for it in drafts}) == (True, set())
    mine = [it.id for it in became]
    assert mine == [filed], "they still see what became of theirs, and not of one that was filed before they saved"
    assert citizen.get(f"/drafts/{filed}").json()["code"] == "no-such-draft"
    desk.do(end_drafts(store, now + timedelta(days=31)))
    assert desk.do(store.drafts_and_filed_of(CITIZEN, now)) == ([], [])


def test_row_16_what_no_form_can_hold_and_no_procedure_knows_is_not_asked_for(desk: Front):
    clerk = Door(desk, CLERK)
    id = clerk.file(counter=False).json()["id"]

    def asked(**item: str) -> tuple[int, str]:
        answer = clerk.post(f"/dossiers/{id}/supplement-request", {"items": [item]})
        return answer.status_code, answer.json().get("code", "")

    assert asked(about="paper", code="unicorn") == (422, "not-asked-here")
    assert asked(about="field", code="phone", words="x" * 1_001) == (422, "reason-missing")
    assert asked(about="field", code="phone", words="x" * 1_000)[0] == 200


def test_ones_own_drafts_are_listed_the_newest_first_with_the_name_of_their_procedure(desk: Front):
    clerk, colleague = Door(desk, CLERK), Door(desk, "demo-one-stop")
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    assert clerk.put(f"/drafts/{first}", filing()).json()["name"] == PROCEDURE.name
    assert clerk.put(f"/drafts/{second}", {"procedure": "", "applicant": {"name": "Ka Hằng"}}).status_code == 200
    listed = clerk.get("/drafts").json()
    assert [(it["id"], it["name"]) for it in listed[:2]] == [(second, ""), (first, PROCEDURE.name)]
    assert {first, second}.isdisjoint(it["id"] for it in colleague.get("/drafts").json())
    clerk.put(f"/drafts/{first}", filing())
    assert [it["id"] for it in clerk.get("/drafts").json()[:2]] == [first, second]
