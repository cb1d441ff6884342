"""What was published stays legible; nothing personal travels; every topic has an owner and a parking place."""

import json
import re
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

from services.intake.consumers import HEARS as INTAKE
from services.notify.consumers import HEARS as NOTIFY
from services.postal.consumers import HEARS as POSTAL
from services.processing.consumers import HEARS as PROCESSING
from shared.contracts import EVENTS, TOPICS, events_of, intake, notify, postal, processing
from shared.events import Envelope, Event, Heard
from tests.contracts.publish import PUBLISHED, example, plain, schema

HEARS = {"intake": INTAKE, "notify": NOTIFY, "postal": POSTAL, "processing": PROCESSING}
KEPT = {place.stem: json.loads(place.read_text()) for place in sorted(PUBLISHED.glob("*.json"))}
PERSONAL = re.compile(
    r"name|phone|mobile|e_?mail|address|birth|cccd|cmnd|passport|identity|applicant|owner|signer|contact|words|note|person"
)
NOT_OF_A_PERSON = {
    ("procedure-published.v1", "name"),
    ("procedure-withdrawn.v1", "name"),
    ("office-opened.v1", "name"),
    ("office-closed.v1", "name"),
}
"""The names of procedures and offices are public."""


def envelope(type: str, data: bytes) -> Envelope:
    return Envelope(KEPT[type]["topic"], type, "/a/b", 1, "b", "2026-11-24T00:00:00+00:00", "", data)


@pytest.mark.parametrize("type", KEPT)
def test_every_event_that_was_ever_published_still_reads(type: str):
    for said in KEPT[type]["examples"]:
        heard = Heard.read(EVENTS[type], envelope(type, json.dumps(said).encode()))
        assert plain(heard.event) | said == plain(heard.event), "and says what it said then"


@pytest.mark.parametrize("type", KEPT)
def test_no_event_that_was_published_has_changed_its_shape_or_its_topic(type: str):
    assert schema(EVENTS[type]) == KEPT[type]["schema"]
    assert EVENTS[type].topic == KEPT[type]["topic"]


def test_every_event_is_written_down_as_it_was_first_published():
    assert set(EVENTS) == set(KEPT), "write the new ones down with `python -m tests.contracts.publish`"


def test_writing_down_again_changes_nothing_that_is_there(tmp_path: Any, monkeypatch: pytest.MonkeyPatch):
    from tests.contracts import publish

    monkeypatch.setattr(publish, "PUBLISHED", tmp_path)
    (tmp_path / "fee-due.v1.json").write_text("kept")
    first = next(iter(EVENTS))
    (tmp_path / f"{first}.json").write_text("as it was")
    publish.main()
    assert (tmp_path / f"{first}.json").read_text() == "as it was"
    assert {it.stem for it in tmp_path.glob("*.json")} == {*EVENTS, "fee-due.v1"}


@pytest.mark.parametrize("type", EVENTS)
def test_an_event_comes_back_from_the_wire_as_it_was_said(type: str):
    kind = EVENTS[type]
    said = example(kind)
    data = b"" if kind.erases else msgspec.json.encode(said)
    assert Heard.read(kind, Envelope(kind.topic, type, "/a/b", 1, "b", "t", "", data)).event == said


def test_only_intake_people_holds_personal_data_and_it_is_restricted():
    found = {
        (type, field)
        for type, kind in EVENTS.items()
        if kind.topic != "intake.people"
        for field in names(kind)
        if PERSONAL.search(field)
    }
    assert found == NOT_OF_A_PERSON
    restricted = {it.name: it.readers for it in TOPICS if it.restricted}
    assert restricted == {"intake.people": ("notify", "postal")}


def test_every_event_about_a_dossier_says_which_office_acted_in_which_role():
    apart = {"intake.people", "intake.procedures", "intake.offices"}
    assert [
        it for it, kind in EVENTS.items() if kind.topic not in apart and not {"office", "role"} <= names(kind)
    ] == []


def test_every_type_is_a_fact_with_a_version():
    assert [type for type in EVENTS if not re.fullmatch(r"[a-z]+(-[a-z]+)+\.v[1-9]", type)] == []


def test_every_topic_is_owned_by_the_service_whose_name_it_bears_and_has_its_parked_twin():
    assert {it.owner for it in TOPICS} == set(HEARS)
    for topic in TOPICS:
        assert topic.name.startswith(f"{topic.owner}.")
        assert topic.parked == f"{topic.name}.parked"
        assert events_of(topic.name), topic.name
    assert len({it.name for it in TOPICS}) == len(TOPICS)


@pytest.mark.parametrize("module", [intake, notify, postal, processing])
def test_a_service_says_events_on_its_own_topics_alone(module: Any):
    owner = module.__name__.rpartition(".")[2]
    own = [it for it in vars(module).values() if isinstance(it, type) and issubclass(it, Event) and hasattr(it, "type")]
    assert own
    assert {next(t.owner for t in TOPICS if t.name == it.topic) for it in own if it.__module__ == module.__name__} == {
        owner
    }


@pytest.mark.parametrize("service", HEARS)
def test_a_service_hears_only_topics_that_it_may_read_and_only_events_of_that_topic(service: str):
    for hears in HEARS[service]:
        topic = next(it for it in TOPICS if it.name == hears.topic)
        assert service in topic.readers, f"{service} is no reader of {topic.name}"
        assert {kind.topic for kind, _ in hears.handlers.values()} == {topic.name}


def test_every_reader_that_a_topic_names_does_read_it():
    heard = {(service, it.topic) for service, hears in HEARS.items() for it in hears}
    assert heard == {(reader, topic.name) for topic in TOPICS for reader in topic.readers}


def names(kind: Any) -> set[str]:
    """The names of all fields, inner ones too."""
    found: set[str] = set()
    hints = get_type_hints(kind)
    for it in fields(kind):
        found.add(it.name)
        for inner in (hints[it.name], *get_args(hints[it.name])):
            if is_dataclass(inner):
                found |= names(inner)
    return found
