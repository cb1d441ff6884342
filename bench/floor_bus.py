# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (the driver is only half typed; what leaves this module is typed)
"""What both floors share of Kafka and HTTP: publish acknowledged, in order; take batches; answer the health check."""

import os
import zlib
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Self

import uvicorn
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.floor_shape import KAFKA, SERVICE, TOPICS, Said

MOST_RECORDS = 500


def producer() -> AIOKafkaProducer:
    return AIOKafkaProducer(bootstrap_servers=KAFKA, acks="all", enable_idempotence=True, max_batch_size=262_144)


class Ears:
    """A consumer that takes what is there, at most so many at once, and commits when it is told."""

    def __init__(self, *topics: str, most: int = MOST_RECORDS) -> None:
        self._most = most
        self._consumer = AIOKafkaConsumer(
            *topics,
            bootstrap_servers=KAFKA,
            group_id=f"{TOPICS}{SERVICE}.{topics[0]}",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def take(self) -> list[bytes]:
        """Empty where nothing came for a second."""
        records = await self._consumer.getmany(timeout_ms=1_000, max_records=self._most)
        return [record.value or b"" for some in records.values() for record in some]

    async def commit(self) -> None:
        await self._consumer.commit()


async def publish(out: AIOKafkaProducer, events: Sequence[Said]) -> None:
    """Return when all are acknowledged; those of one dossier in their order."""
    lanes: dict[tuple[str, int], list[tuple[bytes, bytes]]] = {}
    for topic, key, value in events:
        partitions = await out.partitions_for(topic)
        subject = key.encode()
        lanes.setdefault((topic, zlib.crc32(subject) % len(partitions)), []).append((subject, value))
    acknowledged = [await _send(out, topic, partition, lane) for (topic, partition), lane in lanes.items()]
    for futures in acknowledged:
        for future in futures:
            await future


async def _send(out: AIOKafkaProducer, topic: str, partition: int, lane: Sequence[tuple[bytes, bytes]]) -> list[Any]:
    futures: list[Any] = []
    batch = out.create_batch()
    for key, value in lane:
        if not batch.append(timestamp=None, key=key, value=value):
            futures.append(await out.send_batch(batch, topic, partition=partition))
            batch = out.create_batch()
            batch.append(timestamp=None, key=key, value=value)
    futures.append(await out.send_batch(batch, topic, partition=partition))
    return futures


def serve(life: Callable[[Starlette], AbstractAsyncContextManager[None]]) -> None:
    """A floor's process: `life` leaves in `app.state.put` what takes a dossier."""

    async def put(request: Request) -> Response:
        return await request.app.state.put(request)

    async def ready(_: Request) -> Response:
        return Response(b"ready")

    routes = [Route("/counter/dossiers/{id}", put, methods=["PUT"]), Route("/health/ready", ready)]
    app = Starlette(routes=routes, lifespan=life)
    port = int(os.environ["MOTCUA_PORT"])
    uvicorn.run(app, port=port, loop="uvloop", http="httptools", access_log=False, log_level="warning")
