"""The same engines as containers, for `make test ENGINES=containers`: official images, MinIO built from its source.

An engine listens inside on the port that it has outside, so that the address it tells its clients is true on both
sides, and keeps its port and its data when it is killed and started again.
"""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from docker.errors import DockerException
from testcontainers.core.container import DockerContainer

from deploy.engines.engines import together
from deploy.engines.kafka import SETTINGS
from deploy.engines.minio import Credentials
from deploy.engines.mongo import REPLICA_SET, is_primary
from deploy.engines.network import HOST, answers, brokers, free_ports
from deploy.trouble import CannotStart

MONGO_IMAGE = "mongo:7.0"
KAFKA_IMAGE = "apache/kafka:4.1.2"
MINIO_IMAGE = "motcua-minio"  # docker build -t motcua-minio deploy/minio


class Contained:
    """One engine in one container."""

    patience = 180.0

    def __init__(self, name: str, container: DockerContainer, usable: Callable[[], bool]) -> None:
        self.name = name
        self.container = container
        self._usable = usable
        self._created = False

    @property
    def alive(self) -> bool:
        if not self._created:
            return False
        self._docker.reload()
        return self._docker.status == "running"

    def start(self) -> None:
        """Start it, on the data it had if it ran before, and wait until it is usable."""
        if self.alive:
            return
        try:
            if self._created:
                self._docker.start()
            else:
                self.container.start()
        except DockerException as error:
            raise CannotStart(f"{self.name} did not start as a container: is Docker running? ({error})") from error
        self._created = True
        self._wait()

    def stop(self) -> None:
        if self.alive:
            self._docker.stop(timeout=20)

    def kill(self) -> None:
        if self.alive:
            self._docker.kill()

    def pause(self) -> None:
        """SIGSTOP, as natively: Docker's own pause fails now and then on a busy machine (runc, "unable to freeze")."""
        self._docker.kill(signal="SIGSTOP")

    def resume(self) -> None:
        self._docker.kill(signal="SIGCONT")

    def remove(self) -> None:
        """The container and its data are gone."""
        if self._created:
            self.container.stop()

    @property
    def _docker(self) -> Any:
        return self.container.get_wrapped_container()

    def _wait(self) -> None:
        until = time.monotonic() + self.patience
        while not self._usable():
            if time.monotonic() > until or not self.alive:
                said = b"".join(self.container.get_logs()).decode(errors="replace")[-2000:]
                raise CannotStart(f"{self.name} did not become usable in its container. Its last words:\n{said}")
            time.sleep(0.1)


class Mongo(Contained):
    def __init__(self, port: int) -> None:
        options = f"--replSet {REPLICA_SET} --bind_ip_all --port {port} --wiredTigerCacheSizeGB 0.5 --oplogSize 512"
        container = DockerContainer(MONGO_IMAGE).with_command(f"mongod {options}").with_bind_ports(port, port)
        super().__init__("MongoDB", container, partial(is_primary, port))
        self.url = f"mongodb://{HOST}:{port}/?replicaSet={REPLICA_SET}"


class Kafka(Contained):
    def __init__(self, port: int, controller: int) -> None:
        listeners = {
            "controller.quorum.voters": f"1@localhost:{controller}",
            "listeners": f"PLAINTEXT://0.0.0.0:{port},CONTROLLER://localhost:{controller}",
            "advertised.listeners": f"PLAINTEXT://{HOST}:{port}",
        }
        settings = {variable(name): value for name, value in (_committed() | listeners).items()}
        container = DockerContainer(KAFKA_IMAGE).with_envs(**settings).with_bind_ports(port, port)
        super().__init__("Kafka", container, lambda: brokers(port) > 0)
        self.address = f"{HOST}:{port}"


class Minio(Contained):
    def __init__(self, port: int) -> None:
        self.credentials = Credentials.random()
        container = (
            DockerContainer(MINIO_IMAGE)
            .with_command("server /data --address :9000")
            .with_envs(MINIO_ROOT_USER=self.credentials.access_key, MINIO_ROOT_PASSWORD=self.credentials.secret_key)
            .with_bind_ports(9000, port)
        )
        super().__init__("MinIO", container, lambda: answers(port, "/minio/health/cluster"))
        self.url = f"http://{HOST}:{port}"


@contextmanager
def launched(names: Sequence[str]) -> Generator[Mapping[str, Contained]]:
    """New containers on free ports, removed at the end with what they stored."""
    mongo, kafka, controller, minio = free_ports(4)
    makers: dict[str, Callable[[], Contained]] = {
        "mongo": partial(Mongo, mongo),
        "kafka": partial(Kafka, kafka, controller),
        "minio": partial(Minio, minio),
    }
    containers = {name: makers[name]() for name in names}
    try:
        together({name: container.start for name, container in containers.items()})
        yield containers
    finally:
        for container in containers.values():
            container.remove()


def variable(setting: str) -> str:
    """The name under which the official image takes a setting: `process.roles` is KAFKA_PROCESS_ROLES."""
    return "KAFKA_" + setting.upper().replace(".", "_")


def _committed() -> dict[str, str]:
    lines = (line for line in SETTINGS.read_text().splitlines() if line and not line.startswith("#"))
    return {name: value for name, _, value in (line.partition("=") for line in lines)}
