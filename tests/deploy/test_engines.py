"""Engines without Docker: they keep their data, build once, and never outlive their parent."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import MongoClient

from deploy import ports
from deploy.engines import Engines, jars
from deploy.engines.engines import obtain
from deploy.engines.minio import Credentials
from deploy.engines.mongo import Mongo
from deploy.engines.network import two_free_ports
from deploy.engines.process import Process
from deploy.running import born
from deploy.trouble import CannotStart, PortTaken, Trouble
from shared.documents import PAPERS, Documents
from shared.settings import Settings

native_only = pytest.mark.skipif(
    os.environ.get("ENGINES") == "containers", reason="about our own child processes, not containers"
)


async def _publish(kafka: str, topic: str, value: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all")
    await producer.start()
    await producer.send_and_wait(topic, value)
    await producer.stop()


async def _read_one(kafka: str, topic: str) -> bytes | None:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    record = await consumer.getone()
    await consumer.stop()
    return record.value


async def test_each_engine_killed_and_started_again_still_has_what_it_acknowledged():
    with Engines.temporary() as engines:
        with MongoClient(engines.mongo_url, w="majority", journal=True) as client:
            client.kept.facts.insert_one({"_id": "a fact"})
        admin = AIOKafkaAdminClient(bootstrap_servers=engines.kafka)
        await admin.start()
        await admin.create_topics([NewTopic("facts", 1, 1)])
        await admin.close()
        await _publish(engines.kafka, "facts", b"an event")
        documents = Documents(_settings(engines), PAPERS)
        documents.make_bucket()
        digest = (await documents.put(_chunks(b"a scan"), "text/plain", most=100)).digest

        for engine in engines.all.values():
            engine.kill()
        assert not any(engine.alive for engine in engines.all.values())
        engines.start()

        with MongoClient(engines.mongo_url) as client:
            assert client.kept.facts.find_one() == {"_id": "a fact"}
        assert await _read_one(engines.kafka, "facts") == b"an event"
        assert await documents.get(digest) == b"a scan"


async def test_a_misspelt_topic_is_not_made(engines: Engines):
    admin = AIOKafkaAdminClient(bootstrap_servers=engines.kafka)
    await admin.start()
    await admin.describe_topics(["no-such-topic"])
    assert "no-such-topic" not in await admin.list_topics()
    await admin.close()


def test_an_engine_that_was_not_asked_for_says_so():
    with pytest.raises(Trouble, match="kafka was not asked for"):
        _ = Engines({}).kafka


@native_only
def test_a_second_start_fetches_and_builds_nothing(engines: Engines, monkeypatch: pytest.MonkeyPatch):
    def no_work(*_: object, **__: object) -> None:
        pytest.fail("an engine that is in the cache was obtained again")

    monkeypatch.setattr(jars, "_fetch", no_work)
    monkeypatch.setattr(subprocess, "Popen", no_work)
    monkeypatch.setattr(subprocess, "run", no_work)
    obtain(("mongo", "kafka", "minio"), no_work)


@native_only
def test_mongodb_follows_a_change_of_its_port(tmp_path: Path):
    before, after = two_free_ports()
    first = Mongo(tmp_path, before)
    first.start()
    with MongoClient(first.url) as client:
        client.kept.facts.insert_one({"_id": 1})
    first.stop()
    second = Mongo(tmp_path, after)
    second.start()
    try:
        with MongoClient(second.url, serverSelectionTimeoutMS=3000) as client:
            assert client.kept.facts.count_documents({}) == 1
    finally:
        second.stop()


@native_only
def test_a_busy_port_is_told_with_its_number_and_the_setting_that_moves_it(tmp_path: Path):
    port, _ = two_free_ports()
    first = Mongo(tmp_path / "first", port)
    first.start()
    try:
        with pytest.raises(PortTaken, match=f"{port}.*MOTCUA_MONGO_PORT"):
            Mongo(tmp_path / "second", port, ports.setting("mongo")).start()
        assert first.alive
    finally:
        first.stop()


@native_only
def test_an_engine_that_dies_at_start_shows_its_last_words_and_what_to_do(tmp_path: Path):
    script = "import sys; print('the reason'); sys.exit('write failed: No space left on device')"
    broken = Process("Engine", [sys.executable, "-c", script], tmp_path / "log")
    broken.usable = lambda: False
    with pytest.raises(CannotStart) as told:
        broken.start()
    assert "the reason" in str(told.value)
    assert "free some space, or set MOTCUA_DATA" in str(told.value)


@native_only
def test_an_engine_that_never_becomes_usable_is_not_left_running(tmp_path: Path):
    silent = Process("Engine", ["sleep", "600"], tmp_path / "log")
    silent.usable = lambda: False
    silent.patience = 0.1
    with pytest.raises(CannotStart, match="was not usable after"):
        silent.start()
    assert born(silent.pid) is None


@native_only
def test_stop_forces_a_child_that_ignores_the_request(tmp_path: Path):
    deaf = Process("Engine", ["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.05; done"], tmp_path / "log")
    deaf.usable = lambda: "deaf" in deaf.last_words()
    deaf.grace = 0.2
    deaf.start()
    deaf.stop()
    assert born(deaf.pid) is None


@native_only
def test_children_die_with_a_parent_that_is_killed(tmp_path: Path):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    assert parent.stdout is not None
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    births = {pid: born(pid) for pid in pids}
    assert len(pids) == 2
    assert all(births.values())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    _until(lambda: all(born(pid) != births[pid] for pid in pids))


@native_only
def test_credentials_of_the_object_store_are_random_kept_and_for_the_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("MOTCUA_MINIO_ACCESS_KEY", raising=False)
    monkeypatch.delenv("MOTCUA_MINIO_SECRET_KEY", raising=False)
    first = Credentials.of(tmp_path / "one")
    assert Credentials.of(tmp_path / "one") == first
    assert Credentials.of(tmp_path / "two") != first
    assert (tmp_path / "one" / "minio.credentials").stat().st_mode & 0o777 == 0o600


# Children started from a thread that has ended must live on, and die only with the process.
PARENT = textwrap.dedent("""
    import sys, threading, time
    from pathlib import Path
    from deploy.engines.process import Process

    children = [Process(name, ["sleep", "600"], Path(sys.argv[1]) / name) for name in ("one", "two")]
    for child in children:
        thread = threading.Thread(target=child.start)
        thread.start()
        thread.join()
    time.sleep(0.2)
    assert all(child.alive for child in children)
    print(*(child.pid for child in children), flush=True)
    time.sleep(600)
""")


def _until(true: object, seconds: float = 10) -> None:
    assert callable(true)
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not come true"
        time.sleep(0.02)


async def _chunks(content: bytes):
    yield content


def _settings(engines: Engines) -> Settings:
    return Settings(
        mongo_url=engines.mongo_url,
        kafka=engines.kafka,
        minio_url=engines.minio_url,
        minio_access_key=engines.minio_access_key,
        minio_secret_key=engines.minio_secret_key,
        issuer="",
        jwks_url="",
    )
