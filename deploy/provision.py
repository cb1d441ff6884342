"""Topics, indexes and buckets: made where they are missing, never changed where they are there.

Run it as often as you like, from one place or from several: `motcua provision`, or the one-shot job of a cluster.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from importlib import import_module
from importlib.util import find_spec
from typing import Any, cast

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError
from minio.error import MinioException
from pymongo.errors import PyMongoError
from urllib3.exceptions import HTTPError

from deploy.ports import SERVICES
from deploy.trouble import Trouble
from shared.contracts import TOPICS, Topic
from shared.documents import BUCKETS, Documents
from shared.repository import connect
from shared.settings import Settings, WrongSettings

FOREVER = "-1"
DAY = 86_400_000
"""Milliseconds."""
ALREADY_THERE = 36
Say = Callable[[str], None]


def unsaid(line: str) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A topic as it should be."""

    name: str
    partitions: int
    configs: Mapping[str, str]


async def provision(environment: Mapping[str, str], say: Say = unsaid) -> None:
    """Make what is missing. Trouble if a setting is wrong or an engine does not answer."""
    settings = _settings(environment)
    copies = _number(environment, "MOTCUA_REPLICATION", 1)
    away: Exception | None = None
    try:
        async with asyncio.TaskGroup() as work:
            work.create_task(make_topics(settings.kafka, wanted_topics(environment), say, copies))
            work.create_task(make_indexes(settings, say))
            for bucket in BUCKETS:
                work.create_task(asyncio.to_thread(Documents(settings, bucket).make_bucket))
    except* (OSError, KafkaError, PyMongoError, MinioException, HTTPError) as several:
        away = several.exceptions[0]
    if away:
        raise Trouble(f"An engine did not do its part ({type(away).__name__}: {away}): is it up?") from None
    say(f"buckets: {', '.join(BUCKETS)}")


def wanted_topics(environment: Mapping[str, str]) -> list[Wanted]:
    """Every topic of the contracts and its parked twin.

    MOTCUA_PARTITIONS (4) for new topics, MOTCUA_REPLICATION (1 copy), MOTCUA_RETENTION_MS (-1: for ever) for those that
    are not compacted. A parked twin has one partition: it is read by people, in order. It keeps all for ever,
    but where a tombstone cannot erase personal data: 30 days (Kafka drops segments, here of a day, whole: at most 31).
    """
    partitions = _number(environment, "MOTCUA_PARTITIONS", 4)
    retention = environment.get("MOTCUA_RETENTION_MS") or FOREVER
    compacted, kept = {"cleanup.policy": "compact"}, {"cleanup.policy": "delete", "retention.ms": retention}
    mains = [Wanted(it.name, partitions, compacted if it.compacted else kept) for it in TOPICS]
    return [*mains, *(Wanted(it.parked, 1, _twin(it)) for it in TOPICS)]


def _twin(topic: Topic) -> dict[str, str]:
    if topic.restricted:
        return {"cleanup.policy": "delete", "retention.ms": str(30 * DAY), "segment.ms": str(DAY)}
    return {"cleanup.policy": "delete", "retention.ms": FOREVER}


async def make_topics(servers: str, wanted: Iterable[Wanted], say: Say = unsaid, copies: int = 1) -> None:
    """Create the missing ones and say where a topic that is there differs in partitions; none is ever changed."""
    # More partitions would send a dossier's next event to another partition than its last: order would be lost.
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        have = await _partitions(admin)
        for topic in wanted:
            if (there := have.get(topic.name, topic.partitions)) != topic.partitions:
                say(f"topic {topic.name} has {there} partitions, not {topic.partitions}: left as it is, to keep order")
        missing = [it for it in wanted if it.name not in have]
        if missing:
            _require_made(await admin.create_topics([_new(it, copies) for it in missing]))
        say(f"topics: {len(missing)} made, {len(have)} were there")
    finally:
        await admin.close()


async def make_indexes(settings: Settings, say: Say = unsaid) -> None:
    """Each service's indexes, for the services that are in this image."""
    for name in SERVICES:
        if not _is_here(name):
            say(f"indexes of {name}: not in this image, left to its own")
            continue
        database = connect(settings.mongo_url, settings.database_prefix + name)
        try:
            await import_module(f"services.{name}.store").prepare(database)
        finally:
            database.client.close()
        say(f"indexes of {name}: there")


def _is_here(service: str) -> bool:
    return find_spec(f"services.{service}") is not None and find_spec(f"services.{service}.store") is not None


async def _partitions(admin: AIOKafkaAdminClient) -> dict[str, int]:
    described = cast("list[dict[str, Any]]", await admin.describe_topics())
    return {topic["topic"]: len(topic["partitions"]) for topic in described}


def _new(topic: Wanted, copies: int) -> NewTopic:
    return NewTopic(topic.name, topic.partitions, copies, topic_configs=dict(topic.configs))


def _require_made(answer: Any) -> None:
    failed = [error for error in answer.topic_errors if error[1] not in {0, ALREADY_THERE}]
    if failed:
        raise Trouble(f"Kafka would not make these topics: {', '.join(f'{e[0]} ({e[2]})' for e in failed)}")


def _settings(environment: Mapping[str, str]) -> Settings:
    # Who issues tokens does not matter here, so a job need not be told.
    here = {"MOTCUA_ISSUER": "", "MOTCUA_JWKS_URL": ""} | dict(environment)
    known = {f"MOTCUA_{it.name.upper()}" for it in fields(Settings)}
    try:
        return Settings.read({name: value for name, value in here.items() if name in known})
    except WrongSettings as wrong:
        raise Trouble(str(wrong)) from wrong


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isdecimal() or int(text) < 1:
        raise Trouble(f"{name} is {text!r}: it must be a whole number from 1.")
    return int(text)
