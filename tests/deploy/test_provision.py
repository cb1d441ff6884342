"""Topics, indexes and buckets: made where missing, never changed where they are there."""

import uuid

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from pymongo import MongoClient

from deploy.engines import Engines
from deploy.provision import Wanted, make_topics, provision, wanted_topics
from deploy.trouble import Trouble
from shared.contracts import TOPICS
from shared.documents import BUCKETS


def environment(engines: Engines, **more: str) -> dict[str, str]:
    return {
        "MOTCUA_MONGO_URL": engines.mongo_url,
        "MOTCUA_KAFKA": engines.kafka,
        "MOTCUA_MINIO_URL": engines.minio_url,
        "MOTCUA_MINIO_ACCESS_KEY": engines.minio_access_key,
        "MOTCUA_MINIO_SECRET_KEY": engines.minio_secret_key,
        **more,
    }


async def partitions(kafka: str) -> dict[str, int]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        return {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics()}
    finally:
        await admin.close()


async def test_provisioning_twice_makes_everything_once(engines: Engines):
    prefix = f"p{uuid.uuid4().hex[:8]}_"
    said: list[list[str]] = [[], []]
    for lines in said:
        await provision(environment(engines, MOTCUA_DATABASE_PREFIX=prefix), lines.append)
    names = {name for topic in TOPICS for name in (topic.name, topic.parked)}
    assert names <= set(await partitions(engines.kafka))
    assert any(line.startswith("topics: 0 made") for line in said[1])
    with MongoClient(engines.mongo_url) as client:
        databases = [name for name in client.list_database_names() if name.startswith(prefix)]
        assert len(databases) >= 1
        for name in databases:
            client.drop_database(name)
    assert f"buckets: {', '.join(BUCKETS)}" in said[0]


async def test_a_topic_that_has_other_partitions_is_told_and_left_as_it_is(engines: Engines):
    name = f"t{uuid.uuid4().hex}"
    await make_topics(engines.kafka, [Wanted(name, 2, {})])
    said: list[str] = []
    await make_topics(engines.kafka, [Wanted(name, 6, {})], said.append)
    assert said[0] == f"topic {name} has 2 partitions, not 6: left as it is, to keep order"
    assert (await partitions(engines.kafka))[name] == 2


def test_topics_that_keep_the_last_word_of_each_key_are_compacted_and_no_other_forgets_by_default():
    wanted = {it.name: it for it in wanted_topics({})}
    for topic in TOPICS:
        expected = "compact" if topic.compacted else "delete"
        assert wanted[topic.name].configs["cleanup.policy"] == expected
        assert wanted[topic.name].partitions == 4
        assert wanted[topic.name].configs.get("retention.ms", "-1") == "-1"
        assert wanted[topic.parked].configs["cleanup.policy"] == "delete"


def test_what_is_parked_is_kept_for_ever_but_of_personal_data_which_goes_after_thirty_days():
    wanted = {it.name: it for it in wanted_topics({"MOTCUA_RETENTION_MS": "1"})}
    kept = {it.name: wanted[it.parked].configs["retention.ms"] for it in TOPICS}
    assert {name for name, milliseconds in kept.items() if milliseconds != "-1"} == {"intake.people"}
    assert kept["intake.people"] == str(30 * 24 * 60 * 60 * 1000)


@pytest.mark.parametrize("wrong", ["0", "-1", "many"])
def test_a_number_of_partitions_that_is_none_is_refused_by_name(wrong: str):
    with pytest.raises(Trouble, match="MOTCUA_PARTITIONS"):
        wanted_topics({"MOTCUA_PARTITIONS": wrong})


async def test_an_engine_that_is_away_is_told_in_a_sentence(engines: Engines):
    with pytest.raises(Trouble, match="An engine did not do its part"):
        await provision(environment(engines, MOTCUA_KAFKA="127.0.0.1:9"))


async def test_a_missing_setting_is_told_by_name(engines: Engines):
    with pytest.raises(Trouble, match="MOTCUA_MONGO_URL"):
        await provision({"MOTCUA_KAFKA": engines.kafka})
