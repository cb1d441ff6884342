"""`motcua parked`: an operator finds, reads and settles what was set aside."""

import asyncio
import json
import uuid
from collections.abc import Iterator

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from typer.testing import CliRunner, Result

from deploy.engines import Engines
from deploy.parked import app
from deploy.provision import make_topics, wanted_topics
from deploy.trouble import Trouble

TOPIC = "postal.manifests"


@pytest.fixture
def dossier(engines: Engines, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A dossier about which one message is parked."""
    monkeypatch.setenv("MOTCUA_KAFKA", engines.kafka)
    monkeypatch.setenv("COLUMNS", "300")
    dossier = uuid.uuid4().hex
    asyncio.run(_park(engines.kafka, dossier))
    return dossier


async def _park(kafka: str, dossier: str) -> None:
    await make_topics(kafka, [it for it in wanted_topics({}) if it.name.startswith(TOPIC)])
    headers = {
        "ce_id": f"event-{dossier}",
        "ce_type": "manifest-sealed.v1",
        "ce_subject": dossier,
        "parked-from": f"{TOPIC}/0/{int(dossier[:8], 16)}",
        "parked-by": "postal",
        "parked-because": "PapersMissing: two papers",
        "parked-kind": "refusal",
        "parked-at": "1795520422000",
    }
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    encoded = [(name, value.encode()) for name, value in headers.items()]
    await producer.send_and_wait(f"{TOPIC}.parked", b'{"a": 1}', key=dossier.encode(), headers=encoded)
    await producer.stop()


def parked(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def listed(dossier: str, *more: str) -> list[dict[str, str]]:
    return json.loads(parked("list", "--topic", TOPIC, "--dossier", dossier, "--json", *more).stdout)


def test_the_list_says_what_is_parked_why_and_under_which_id_and_shows_no_body(dossier: str):
    (one,) = listed(dossier)
    assert one["because"] == "PapersMissing: two papers"
    assert one["topic"] == TOPIC
    assert '{"a": 1}' not in parked("list", "--topic", TOPIC, "--dossier", dossier, "--json").stdout


def test_one_is_shown_with_its_body(dossier: str):
    (one,) = listed(dossier)
    assert '{"a": 1}' in parked("show", one["id"]).stdout


async def _read(kafka: str, key: str) -> dict[str, bytes]:
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        async for record in consumer:
            if record.key == key.encode():
                return dict(record.headers)
    finally:
        await consumer.stop()
    raise AssertionError


def test_a_replayed_one_is_on_its_topic_again_and_no_longer_open(dossier: str, engines: Engines):
    (one,) = listed(dossier)
    assert parked("replay", one["id"]).exit_code == 0
    headers = asyncio.run(asyncio.wait_for(_read(engines.kafka, dossier), 30))
    assert headers["motcua-replay-of"] == f"event-{dossier}".encode()
    assert listed(dossier) == []
    (settled,) = listed(dossier, "--all")
    assert settled["settled"] == "replayed"


def test_without_a_yes_nothing_is_sent(dossier: str):
    with pytest.raises(Trouble, match="Nothing was done"):
        CliRunner().invoke(app, ["replay", "--topic", TOPIC, "--dossier", dossier], input="n\n", catch_exceptions=False)
    assert len(listed(dossier)) == 1


def test_what_is_set_aside_is_settled(dossier: str):
    assert parked("set-aside", "--topic", TOPIC, "--dossier", dossier, "--yes").exit_code == 0
    assert listed(dossier) == []


def test_an_unknown_id_and_an_unknown_topic_are_told(dossier: str):
    with pytest.raises(Trouble, match="No parked message nothing"):
        parked("show", "nothing")
    with pytest.raises(Trouble, match=r"There is no topic nothing: there are intake\.procedures"):
        parked("list", "--topic", "nothing")
