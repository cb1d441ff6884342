"""Processing and postal learn from intake which offices ended, and let their heirs go on; on real engines."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from deploy.engines import Engines
from deploy.provision import make_topics, wanted_topics
from services.postal.app import create as postal
from services.postal.domain import Manifest
from services.postal.settings import PostalSettings
from services.processing.app import create as processing
from services.processing.settings import ProcessingSettings
from shared.clock import server_time
from shared.contracts.intake import OfficeClosed
from shared.events import Envelope
from shared.heirs import took_over
from shared.people import Person
from tests.processing.test_case import case
from tests.shared.apps import Issuer, client, issuing, ready, running, settings_for
from tests.shared.toys import fresh, until

LONG_AGO = date(2025, 6, 30)
CREATE = {"processing": (processing, ProcessingSettings), "postal": (postal, PostalSettings)}


@asynccontextmanager
async def house(name: str, engines: Engines) -> AsyncIterator[tuple[Any, httpx.AsyncClient, Issuer]]:
    create, kind = CREATE[name]
    await make_topics(engines.kafka, wanted_topics({}))
    with issuing() as issuer:
        app = create(settings_for(kind, engines, issuer, fresh()))
        async with running(app), client(app) as asking:
            await ready(asking)
            yield app, asking, issuer


async def close(app: Any, office: str, until_day: date, *successors: str) -> None:
    """What intake says of an office that ends."""
    said = OfficeClosed(
        code=office,
        name=office,
        kind="commune",
        valid_from=date(2020, 1, 1),
        valid_until=until_day,
        successors=successors,
    )
    source, time = f"/intake/offices/{office}", server_time().isoformat()
    envelope = Envelope("intake.offices", said.type, source, 1, office, time, "", msgspec.json.encode(said))
    await app.state.frame.bus.publish([envelope])


def code() -> str:
    return f"T{uuid.uuid4().hex[:10].upper()}"


@pytest.mark.parametrize("service", CREATE)
async def test_work_goes_on_at_the_heirs_through_every_office_in_between_and_once_it_ended(
    engines: Engines, service: str
):
    first, between, heir, open_still = code(), code(), code(), code()
    async with house(service, engines) as (app, _, _):
        store, today = app.state.store, date(2026, 11, 24)
        await close(app, first, LONG_AGO, between)
        await close(app, between, LONG_AGO + timedelta(days=90), heir)
        await close(app, open_still, today + timedelta(days=10), heir)

        async def learnt() -> bool:
            return await took_over(store, heir, date(2099, 1, 1)) == {first, between, open_still}

        await until(learnt, 30)
        assert await took_over(store, heir, today) == {first, between}
        assert await took_over(store, between, LONG_AGO + timedelta(days=1)) == {first}
        assert await took_over(store, heir, LONG_AGO + timedelta(days=1)) == set(), "it went on in between"
        plan = await store.ended.explain(
            {"state.successors": {"$in": [heir]}, "state.valid_until": {"$lt": "2026-11-24"}}
        )
        assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"])


async def test_the_heirs_have_the_case_on_their_list_and_decide_it_and_others_do_not(engines: Engines):
    ended, heir = code(), code()
    async with house("processing", engines) as (app, asking, issuer):
        id = str(uuid.uuid4())
        there = replace(case(), id=id, competent_office=ended)
        await app.state.store.cases.create(id, lambda: (there,))
        theirs = {"authorization": f"Bearer {issuer.token('leader', office=heir)}"}
        others = {"authorization": f"Bearer {issuer.token('leader', office='H36.205')}"}
        decision = {"outcome": "negative", "reason": "not-eligible"}
        early = await asking.post(f"/cases/{id}/decision", json=decision, headers=theirs)
        assert (early.status_code, early.json()["code"]) == (403, "not-your-office"), "it has not ended yet"
        await close(app, ended, LONG_AGO, heir)

        async def listed() -> bool:
            return id in {it["id"] for it in (await asking.get("/cases", headers=theirs)).json()}

        await until(listed, 30)
        assert (await asking.get("/cases", headers=others)).json() == []
        assert (await asking.post(f"/cases/{id}/decision", json=decision, headers=others)).status_code == 403
        decided = await asking.post(f"/cases/{id}/decision", json=decision, headers=theirs)
        assert decided.status_code == 200, decided.text
        stages = await app.state.store.cases.explain(
            {"state.competent_office": {"$in": [ended, heir]}, "state.outcome": None, "state.ended_at": None},
            sort=("state.due_at",),
        )
        assert "'SORT'" not in str(stages["queryPlanner"]["winningPlan"])
        assert "COLLSCAN" not in str(stages["queryPlanner"]["winningPlan"])


def test_a_bag_on_its_way_to_an_office_that_ended_is_sealed_and_signed_for_by_its_heirs():
    at = server_time()
    sender = Person("a", "", "counter-clerk", "H36.202.01", frozenset({"H36.15.01"}))
    recipient = Person("b", "", "one-stop-officer", "H36.202", frozenset({"H36.15.12"}))
    opened = Manifest.open("m", "H36.15.01", "H36.15.12", ("p",), by=sender, at=at)[0]
    sealed = opened.close("seal-1", (), by=sender, at=at)[0]
    assert sealed.receive(("p",), by=recipient, at=at)[0].state == "received"
