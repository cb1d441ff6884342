"""Every query of intake's store is served by an index that `store` names, and sorts nothing in memory."""

import inspect
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.intake.domain.ticket import Ticket
from services.intake.store import Store, indexes as module
from shared.repository import Index, Repository
from tests.intake.front import Front

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
DAY, OFFICE = date(2026, 11, 24), "H36.202.02"
TICKET = Ticket("t1", OFFICE, DAY, 7, "result", "", AT, AT)
ASKED: dict[str, tuple[Any, ...]] = {
    "at_hand": (OFFICE, DAY, "clerk-1"),
    "at_offices": ((OFFICE, "H36.15.11"),),
    "before": (TICKET,),
    "called": (OFFICE, DAY),
    "count_unpaid_at": (OFFICE,),
    "draft_of": ("7KM2P-XQ4RT",),
    "drafts_and_filed_of": ("citizen-1", AT),
    "drafts_of": ("citizen-1", AT),
    "drafts_open": (AT,),
    "drafts_over": (AT,),
    "drafts_sealed_otherwise": ("k2",),
    "filed_as": (("d1", "d2"),),
    "filed_by": ("citizen-1",),
    "held_by": (("k1.abc", "k2.abc"),),
    "is_decided": ("d1",),
    "is_drafted": ("0" * 64,),
    "is_filed": ("0" * 64,),
    "is_helped_with": ("0" * 64, "clerk-1"),
    "is_reusable": ("0" * 64, "d1"),
    "moved_at": (OFFICE, "2026-11-24"),
    "of_orders": (("r1",),),
    "of_person": (("k1.abc",),),
    "open_at_bank": (AT,),
    "open_of": ("citizen-1",),
    "perhaps_twins": (("k1.abc", "k2.abc"), "1.001731", ("0" * 64,), AT),
    "printing_of": ("p1",),
    "progress_of": ("d1",),
    "progress_of_all": (("d1", "d2"),),
    "receipts_of": (("r1",),),
    "received_before": (OFFICE, DAY),
    "received_between": (OFFICE, DAY, DAY + timedelta(days=3)),
    "register": (OFFICE, DAY, DAY + timedelta(days=3)),
    "scan_of": ("0" * 64,),
    "scans_of": (("0" * 64,),),
    "scans_over": (AT,),
    "sealed_otherwise": ("k2",),
    "stands_at": ("0" * 64, (OFFICE, "H36.15.11")),
    "ticket": ("t1",),
    "tickets_filing": (),
    "tracked": ("7KM2P-XQ4RT",),
    "unpaid_at": (OFFICE,),
    "unaccepted_at": ((OFFICE, "H36.15.11"), AT),
    "uploads_left": (AT,),
    "uploads_of": ("citizen-1",),
    "wait_at": (OFFICE, DAY),
    "waiting": (OFFICE, DAY),
    "waiting_online": ((OFFICE, "H36.15.11"),),
}
"""Arguments for each query."""


async def questions(store: Store, name: str, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Any, Sequence[str]]]:
    """What a method asks of which repository."""
    asked: list[tuple[Any, Any, Sequence[str]]] = []

    async def find(self: Any, wanted: Mapping[str, Any], *, sort: Sequence[str] = (), **_: Any) -> list[Any]:
        asked.append((self, dict(wanted), sort))
        return []

    async def count(self: Any, wanted: Mapping[str, Any]) -> int:
        asked.append((self, dict(wanted), ()))
        return 0

    with monkeypatch.context() as instead:
        instead.setattr(Repository, "find", find)
        instead.setattr(Repository, "count", count)
        method = getattr(store, name)
        more = {"limit": 10} if "limit" in inspect.signature(method).parameters else {}
        await method(*ASKED[name], **more)
    return asked


def methods() -> list[str]:
    return [
        name
        for name, it in inspect.getmembers(Store, inspect.iscoroutinefunction)
        if not name.startswith("_") and name != "prepare"
    ]


def test_every_query_of_the_store_is_asked_here():
    assert sorted(methods()) == sorted(ASKED)


@pytest.mark.parametrize("name", ASKED)
def test_a_query_is_served_by_an_index_and_sorts_nothing_in_memory(
    name: str, desk: Front, monkeypatch: pytest.MonkeyPatch
):
    store = desk.app.state.store
    asked = desk.do(questions(store, name, monkeypatch))
    assert asked
    for repository, wanted, sort in asked:
        plan = desk.do(repository.explain(wanted, sort=sort))["queryPlanner"]["winningPlan"]
        stages = list(walked(plan))
        assert "COLLSCAN" not in stages, (name, wanted)
        assert "SORT" not in stages, (name, wanted, sort)
        assert set(stages) & {"IXSCAN", "IDHACK", "EOF"}, stages


def test_what_a_citizen_has_open_is_read_without_what_is_closed(desk: Front):
    dossiers, citizen = desk.app.state.store.dossiers, "citizen-with-much"
    states = ["handed-over"] * 40 + module.OPEN
    wanted = {"state.history.0.by": citizen, "state.assisted_by": "", "state.state": {"$in": module.OPEN}}

    async def explained() -> str:
        await dossiers._documents.insert_many(
            {
                "_id": f"{citizen}-{n}",
                "state": {"history": [{"by": citizen}], "assisted_by": "", "state": state, "submitted_at": AT},
            }
            for n, state in enumerate(states)
        )
        try:
            plan = await dossiers.explain(wanted, sort=("state.submitted_at",))
        finally:
            await dossiers._documents.delete_many({"state.history.0.by": citizen})
        return str(plan["queryPlanner"]["winningPlan"])

    assert "'state.history.0.by_1_state.submitted_at_1'" in desk.do(explained())
    assert module.OPEN == ["accepted", "submitted", "supplement-asked"]


def walked(plan: Any) -> Any:
    """The stages of a plan, whatever they are nested in."""
    if isinstance(plan, dict):
        if "stage" in plan:
            yield plan["stage"]
        for inner in plan.values():
            yield from walked(inner)
    elif isinstance(plan, list):
        for inner in plan:
            yield from walked(inner)


def test_every_index_says_what_it_serves():
    named = {name: it for name, it in vars(module).items() if isinstance(it, Index)}
    assert len(named) > 10
    assert [name for name, it in named.items() if not it.serves.strip()] == []
