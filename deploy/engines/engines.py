"""The engines together: the same few attributes whether they run as our children or in containers."""

import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar, cast

from deploy import ports as settings
from deploy.engines import gobuild, jars, kafka, mongo
from deploy.engines.cache import Watch, unwatched, writable
from deploy.engines.kafka import Kafka
from deploy.engines.mailpit import Mailpit
from deploy.engines.minio import Minio
from deploy.engines.mongo import Mongo
from deploy.trouble import Trouble

T = TypeVar("T")

ALL = ("mongo", "kafka", "minio")


class Engine(Protocol):
    """What a test does to an engine; data outlives all of it."""

    @property
    def name(self) -> str: ...
    @property
    def alive(self) -> bool: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...


class MongoEngine(Engine, Protocol):
    @property
    def url(self) -> str: ...


class KafkaEngine(Engine, Protocol):
    @property
    def address(self) -> str: ...


class MinioEngine(Engine, Protocol):
    @property
    def url(self) -> str: ...
    @property
    def credentials(self) -> Any: ...


class Engines:
    """Running engines and where to reach them; an engine that was not asked for raises Trouble when it is touched."""

    def __init__(self, engines: Mapping[str, Engine]) -> None:
        self.all = dict(engines)

    @classmethod
    @contextmanager
    def temporary(cls, names: Sequence[str] = ALL, watch: Watch = unwatched) -> Generator[Self]:
        """New, empty, on free ports, all started together; stopped and forgotten at the end.

        ENGINES=containers in the environment runs them as containers (needs Docker), anything else as children.
        """
        if os.environ.get("ENGINES") == "containers":
            from deploy.engines import containers  # noqa: PLC0415 - testcontainers is there for developers only

            with containers.launched(names) as launched:
                yield cls(launched)
            return
        folder = Path(tempfile.mkdtemp(prefix="motcua-"))
        try:
            with cls.native(folder, settings.free(), names, watch, named=False) as engines:
                yield engines
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @classmethod
    @contextmanager
    def native(
        cls,
        data: Path,
        ports: Mapping[str, int],
        names: Sequence[str] = ALL,
        watch: Watch = unwatched,
        *,
        named: bool = True,
    ) -> Generator[Self]:
        """Our children on a data folder that is kept; `names` may hold `mailpit` too.

        Obtains what is missing first (see deploy/engines/README.md). Raises Trouble in one sentence.
        """
        with writable(data, "MOTCUA_DATA"):
            data.mkdir(parents=True, exist_ok=True)
            require_room(data)
        makers = {name: partial(_native, name, data, ports, watch, named) for name in names}
        engines = cls(together(makers))
        try:
            engines.start(watch)
            yield engines
        finally:
            engines.stop()

    def start(self, watch: Watch = unwatched) -> None:
        """Start those that do not run, side by side."""

        def start(engine: Engine) -> None:
            watch(engine.name, "starting", None)
            engine.start()
            watch(engine.name, "ready", 1.0)

        together({name: partial(start, engine) for name, engine in self.all.items()})

    def stop(self) -> None:
        together({name: engine.stop for name, engine in self.all.items()})

    @property
    def mongo(self) -> MongoEngine:
        return cast("MongoEngine", self._get("mongo"))

    @property
    def broker(self) -> KafkaEngine:
        """The Kafka process; `kafka` is its address."""
        return cast("KafkaEngine", self._get("kafka"))

    @property
    def minio(self) -> MinioEngine:
        return cast("MinioEngine", self._get("minio"))

    @property
    def mongo_url(self) -> str:
        return self.mongo.url

    @property
    def kafka(self) -> str:
        """Where the broker listens, as host:port."""
        return self.broker.address

    @property
    def minio_url(self) -> str:
        return self.minio.url

    @property
    def minio_access_key(self) -> str:
        return self.minio.credentials.access_key

    @property
    def minio_secret_key(self) -> str:
        return self.minio.credentials.secret_key

    def _get(self, name: str) -> Engine:
        if name not in self.all:
            raise Trouble(f"The engine {name} was not asked for: these run: {', '.join(self.all) or 'none'}.")
        return self.all[name]


def together(work: Mapping[str, Callable[[], T]]) -> dict[str, T]:
    """Do all at once. The first failure, or a Ctrl-C, is raised at once: what still runs is not waited for."""
    threads = ThreadPoolExecutor(max(1, len(work)))
    try:
        futures = {name: threads.submit(each) for name, each in work.items()}
        for future in wait(futures.values(), return_when=FIRST_EXCEPTION).done:
            future.result()
        return {name: future.result() for name, future in futures.items()}
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def obtain(names: Sequence[str], watch: Watch = unwatched) -> None:
    """Have every engine of `names` in the cache; nothing is done for those that are there."""
    together({name: partial(OBTAIN[name], watch) for name in names})


def require_room(data: Path, megabytes: int = 600) -> None:
    """Trouble if the disk under the data folder has less than that: MongoDB alone writes ahead 200 MB."""
    free = shutil.disk_usage(data).free // 1_000_000
    if free < megabytes:
        raise Trouble(
            f"Only {free} MB are free on the disk of {data}, {megabytes} MB are needed: "
            "free some space, or set MOTCUA_DATA to a folder on another disk."
        )


def _kafka_parts(watch: Watch) -> tuple[Path, Path, Path]:
    folder = jars.obtain(watch)
    form = kafka.template(folder, watch)
    return folder, form, kafka.startup_archive(folder, form, watch)


OBTAIN: dict[str, Callable[[Watch], object]] = {
    "mongo": lambda _: mongo.binary(),
    "kafka": _kafka_parts,
    "minio": lambda watch: gobuild.obtain(gobuild.MINIO, watch),
    "mailpit": lambda watch: gobuild.obtain(gobuild.MAILPIT, watch),
}


def _native(name: str, data: Path, ports: Mapping[str, int], watch: Watch, named: bool) -> Engine:
    def pair(first: str, second: str) -> tuple[tuple[int, int], tuple[str, str] | None]:
        names = settings.setting(first), settings.setting(second)
        return (ports[first], ports[second]), names if named else None

    if name == "mongo":
        return Mongo(data, ports["mongo"], settings.setting("mongo") if named else None)
    if name == "kafka":
        folder, form, archive = _kafka_parts(watch)
        numbers, names = pair("kafka", "kafka_controller")
        return Kafka(folder, form, data, numbers, settings=names, options=[f"-XX:AOTCache={archive}"])
    if name == "minio":
        return Minio(gobuild.obtain(gobuild.MINIO, watch), data, *pair("minio", "minio_console"))
    return Mailpit(gobuild.obtain(gobuild.MAILPIT, watch), data, *pair("smtp", "mail"))
