"""Who must be called, and what about, as a clerk asks for it: on a real store and a real bus."""

import logging
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import httpx
import msgspec
import pytest

from deploy.engines import Engines
from deploy.provision import make_topics, wanted_topics
from services.notify.app import create
from services.notify.domain import Contact, Office
from services.notify.settings import NotifySettings
from shared.contracts.intake import ContactRecorded, DossierRefused, OfficeClosed, OfficeOpened
from shared.events import Envelope, Event
from tests.shared.apps import Issuer, client, issuing, ready, running, settings_for
from tests.shared.toys import fresh, until

KA_THOM = ContactRecorded(name="Ka Thơm", language="kho", phone="0912345678", email="ka-thom@example.com")
OPENED = OfficeOpened(code="", name="Ủy ban nhân dân xã Phi Tô", kind="commune", valid_from=date(2025, 7, 1))


@dataclass
class House:
    app: Any
    asking: httpx.AsyncClient
    issuer: Issuer

    async def say(self, source: str, number: int, said: Event, about: str) -> None:
        time, data = datetime.now(UTC).isoformat(), msgspec.json.encode(said)
        envelope = Envelope(said.topic, said.type, source, number, about, time, "", data)
        await self.app.state.frame.bus.publish([envelope])

    async def refuse(self, dossier: str, office: str) -> None:
        """What intake says of a dossier that is not received there."""
        said = DossierRefused(office=office, role="counter-clerk", reason="not-competent")
        await self.say(f"/intake/dossiers/{dossier}", 1, said, dossier)

    async def tasks(self, dossier: str = "") -> list[dict[str, Any]]:
        token = self.issuer.token("counter-clerk")
        asked = {"dossier": dossier} if dossier else {}
        answer = await self.asking.get("/call-tasks", params=asked, headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def task(self, dossier: str) -> dict[str, Any]:
        """Its only one, once it is there."""

        async def there() -> bool:
            return bool(await self.tasks(dossier))

        await until(there, 30)
        (only,) = await self.tasks(dossier)
        return only

    async def learn(self, office: str, *said: OfficeOpened | OfficeClosed) -> None:
        """Return once its name is known here."""
        for number, it in enumerate(said, 1):
            await self.say(f"/intake/offices/{office}", number, it, office)

        async def known() -> bool:
            return await self.app.state.store.offices.known(office) == Office(office, said[-1].name)

        await until(known, 30)


@asynccontextmanager
async def house(engines: Engines) -> AsyncIterator[House]:
    await make_topics(engines.kafka, wanted_topics({}))
    with issuing() as issuer:
        app = create(settings_for(NotifySettings, engines, issuer, fresh()))
        async with running(app), client(app) as asking:
            await ready(asking)
            yield House(app, asking, issuer)


def an_office() -> str:
    return f"T{uuid.uuid4().hex[:10].upper()}"


async def test_who_calls_sees_the_number_the_language_and_the_words_with_the_office_by_its_name(
    engines: Engines, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    dossier, office = str(uuid.uuid4()), an_office()
    async with house(engines) as it:
        await it.learn(office, replace(OPENED, code=office))
        await it.say(f"/intake/people/{dossier}", 1, KA_THOM, dossier)
        await it.refuse(dossier, office)
        task = await it.task(dossier)
        everybody = await it.tasks()
    assert {(one["name"], one["phone"]) for one in everybody} == {("", "")}, "the list of all tells nobody's number"
    said = [one.getMessage() for one in caplog.records if one.name == "services.notify.api"]
    assert said
    assert all(dossier in one for one in said)
    assert "0912345678" not in caplog.text
    assert (task["name"], task["phone"], task["language"]) == ("Ka Thơm", "0912345678", "kho")
    assert task["dossier"] == dossier
    assert task["words"].startswith("Hồ sơ ")
    assert "tại Ủy ban nhân dân xã Phi Tô. Lý do: không thuộc thẩm quyền" in task["words"]


@pytest.mark.parametrize("is_named", [True, False])
async def test_an_office_that_has_closed_keeps_its_name_and_one_that_nobody_named_is_told_by_its_code(
    engines: Engines, is_named: bool
):
    dossier, office = str(uuid.uuid4()), an_office()
    async with house(engines) as it:
        if is_named:
            closed = OfficeClosed(
                code=office,
                name="Ủy ban nhân dân xã Mê Linh",
                kind="commune",
                valid_from=date(2020, 1, 1),
                valid_until=date(2025, 6, 30),
                successors=(),
            )
            await it.learn(office, replace(OPENED, code=office), closed)
        await it.say(f"/intake/people/{dossier}", 1, KA_THOM, dossier)
        await it.refuse(dossier, office)
        told = (await it.task(dossier))["words"]
    assert ("xã Mê Linh" in told, office in told) == (is_named, not is_named)


async def test_who_asked_to_be_forgotten_is_in_no_list_of_calls(engines: Engines):
    dossier = str(uuid.uuid4())
    async with house(engines) as it:
        await it.say(f"/intake/people/{dossier}", 1, KA_THOM, dossier)
        await it.refuse(dossier, an_office())
        await it.task(dossier)
        await it.app.state.store.contacts.change(dossier, Contact.erase)
        assert await it.tasks(dossier) == []


async def test_only_who_serves_at_a_counter_sees_whom_to_call(engines: Engines):
    async with house(engines) as it:
        for role, status in (("one-stop-officer", 200), ("specialist", 403), ("citizen", 403)):
            headers = {"authorization": f"Bearer {it.issuer.token(role)}"}
            assert (await it.asking.get("/call-tasks", headers=headers)).status_code == status
