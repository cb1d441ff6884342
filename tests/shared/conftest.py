"""A database and a topic of one's own for each test of the heart."""

from collections.abc import AsyncIterator

import pytest

from deploy.engines import Engines
from deploy.provision import Wanted, make_topics
from shared.repository import Database, connect
from tests.shared.toys import fresh


@pytest.fixture
async def database(engines: Engines) -> AsyncIterator[Database]:
    made = connect(engines.mongo_url, fresh())
    yield made
    await made.client.drop_database(made.name)
    made.client.close()


@pytest.fixture
async def topic(engines: Engines) -> str:
    """Two partitions, and its parked twin."""
    name = fresh("topic-")
    await make_topics(engines.kafka, [Wanted(name, 2, {}), Wanted(f"{name}.parked", 1, {})])
    return name
