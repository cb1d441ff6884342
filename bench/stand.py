"""What is measured: the product and its floors, each as processes of its own on the same engines, one after another."""

import asyncio
import os
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from pymongo import MongoClient

from bench.clerks import AUDIENCE, ISSUER, Clerks
from bench.readings import Mongo
from deploy import provision
from deploy.engines import Engines
from deploy.engines.engines import together
from deploy.engines.network import HOST, free_ports
from deploy.engines.process import Process
from deploy.ports import SERVICES
from deploy.web import Web
from shared.sealing import Seals

FLOOR_TOPICS = "floor."
"""Before the name of each of the product's topics: a floor has as many, with as many partitions."""


@dataclass(slots=True)
class Contestant:
    """Running processes that take dossiers at intake's port and keep them in databases that begin with `prefix`."""

    name: str
    prefix: str
    ports: Mapping[str, int]
    pids: Mapping[str, int]
    filed: int = field(default=0)
    """Dossiers so far."""

    @property
    def port(self) -> int:
        return self.ports["intake"]


@dataclass(slots=True)
class Stand:
    """The engines and the clerks; a contestant is put on it, measured, and taken away with its data."""

    engines: Engines
    clerks: Clerks
    folder: Path
    client: Mongo
    taken: int = 0
    seal_keys: str = field(default_factory=Seals.new)

    @contextmanager
    def product(self) -> Generator[Contestant]:
        """The four services as they are deployed, HTTP straight to intake (no gateway between)."""
        with self._running("product", lambda name: f"services.{name}", {}) as contestant:
            yield contestant

    @contextmanager
    def embedded(self) -> Generator[Contestant]:
        """`bench/floor_embedded.py`."""
        with self._running("embedded", lambda _: "bench.floor_embedded", {}) as contestant:
            yield contestant

    @contextmanager
    def textbook(self, *, batch: bool) -> Generator[Contestant]:
        """`bench/floor_textbook.py`, its consumers taking one message at a time or batches."""
        how = "batch" if batch else "single"
        with self._running(f"textbook-{how}", lambda _: "bench.floor_textbook", {"FLOOR_TAKE": how}) as contestant:
            yield contestant

    @contextmanager
    def _running(self, name: str, module: Callable[[str], str], more: Mapping[str, str]) -> Generator[Contestant]:
        self.taken += 1
        prefix = f"bench{self.taken}_"
        ports: dict[str, int] = dict(zip(SERVICES, free_ports(len(SERVICES)), strict=True))
        processes: dict[str, Process] = {
            it: Web(it, module(it), self.folder, self._told(it, port, prefix, more), "/health/ready")
            for it, port in ports.items()
        }
        try:
            together({it: process.start for it, process in processes.items()})
            engines = {"mongod": self.engines.mongo, "kafka": self.engines.broker}
            running = {**processes, **{it: cast("Process", engine) for it, engine in engines.items()}}
            pids = {it: process.pid for it, process in running.items()}
            yield Contestant(name, prefix, ports, pids)
        finally:
            together({it: process.stop for it, process in processes.items()})
            for it in SERVICES:
                self.client.drop_database(prefix + it)

    def _told(self, service: str, port: int, prefix: str, more: Mapping[str, str]) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONUNBUFFERED": "1",
            "MOTCUA_HOST": HOST,
            "MOTCUA_PORT": str(port),
            "MOTCUA_MONGO_URL": self.engines.mongo_url,
            "MOTCUA_KAFKA": self.engines.kafka,
            "MOTCUA_MINIO_URL": self.engines.minio_url,
            "MOTCUA_MINIO_ACCESS_KEY": self.engines.minio_access_key,
            "MOTCUA_MINIO_SECRET_KEY": self.engines.minio_secret_key,
            "MOTCUA_DATABASE_PREFIX": prefix,
            "MOTCUA_SEAL_KEYS": self.seal_keys,
            "MOTCUA_ISSUER": ISSUER,
            "MOTCUA_AUDIENCE": AUDIENCE,
            "MOTCUA_JWKS_URL": self.clerks.keys,
            "MOTCUA_SEND_RATE": "1",  # sending is bounded by the mail provider and is no part of the path
            "FLOOR_SERVICE": service,
            "FLOOR_TOPICS": FLOOR_TOPICS,
            **more,
        }


@contextmanager
def stand(clerks: Clerks, folder: Path) -> Generator[Stand]:
    """New engines with all topics, the product's and the floors'."""
    with (
        Engines.temporary(("mongo", "kafka", "minio")) as engines,
        MongoClient[dict[str, object]](engines.mongo_url, tz_aware=True) as client,
    ):
        topics = [it for it in provision.wanted_topics({}) if not it.name.endswith(".parked")]
        floors = [provision.Wanted(FLOOR_TOPICS + it.name, it.partitions, it.configs) for it in topics]
        wanted = [*provision.wanted_topics({}), *floors]
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, provision.make_topics(engines.kafka, wanted)).result()
        yield Stand(engines, clerks, folder, client)


__all__ = ["Contestant", "Stand", "stand"]
