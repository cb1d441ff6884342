"""Each service's AsyncAPI 3.0 document: what it says and what it hears, with every schema."""

import re
from dataclasses import fields
from typing import Any

import pytest

from services.intake.consumers import HEARS as INTAKE
from services.notify.consumers import HEARS as NOTIFY
from services.postal.consumers import HEARS as POSTAL
from services.processing.consumers import HEARS as PROCESSING
from shared.asyncapi import document
from shared.bus import Bus
from shared.contracts import EVENTS, TOPICS, events_of
from tests.building.test_routes import dangling

HEARS: dict[str, Any] = {"intake": INTAKE, "notify": NOTIFY, "postal": POSTAL, "processing": PROCESSING}


def written(service: str) -> dict[str, Any]:
    bus = Bus("127.0.0.1:1", service)
    for it in HEARS[service]:
        bus.listen(it, None)
    return document(service, bus.broker, HEARS[service])


@pytest.mark.parametrize("service", HEARS)
def test_it_is_version_3_and_every_reference_leads_somewhere(service: str):
    made = written(service)
    assert made["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= set(made["info"])
    assert dangling(made) == []
    for part in (made["channels"], made["operations"], *made["components"].values()):
        assert [it for it in part if not re.fullmatch(r"[\w.-]+", it)] == []


@pytest.mark.parametrize("service", HEARS)
def test_it_shows_all_that_the_service_hears_and_all_that_it_says(service: str):
    made = written(service)
    channels = {name: it["address"].partition(":")[0] for name, it in made["channels"].items()}
    sent, received = set(), set()
    for it in made["operations"].values():
        name = it["channel"]["$ref"].removeprefix("#/channels/").replace("~1", "/")
        (sent if it["action"] == "send" else received).add(channels[name])
    assert received == {it.topic for it in HEARS[service]}
    assert sent == {it.name for it in TOPICS if it.owner == service}


@pytest.mark.parametrize("service", HEARS)
def test_every_channel_names_its_events_and_every_event_has_the_schema_of_its_payload(service: str):
    made = written(service)
    for channel in made["channels"].values():
        topic = channel["address"].partition(":")[0]
        assert channel["messages"], topic
        assert set(channel["messages"]) <= {it.type for it in events_of(topic)}
    for type, message in made["components"]["messages"].items():
        name = message["payload"]["$ref"].rpartition("/")[2]
        shape = made["components"]["schemas"][name]
        assert shape["type"] == "object", type
        assert name == EVENTS[type].__name__
        assert message["headers"]["properties"]["ce_type"] == {"const": type}
        assert set(shape["properties"]) == {it.name for it in fields(EVENTS[type])}


@pytest.mark.parametrize("service", HEARS)
def test_what_is_restricted_says_that_it_holds_personal_data(service: str):
    made = written(service)
    for topic in TOPICS:
        if topic.restricted and topic.owner == service:
            assert "personal data" in made["channels"][topic.name]["description"]
