"""Kafka's jars from Maven Central, each one checked against the committed lock."""

import hashlib
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from deploy.engines.cache import Watch, kept
from deploy.trouble import CannotObtain

LOCK = Path(__file__).with_name("kafka.lock")
VERSION = "4.1.2"
REPOSITORY = ".repository"


@dataclass(frozen=True)
class Jar:
    """One line of the lock: which file, and the digest that it must have."""

    sha256: str
    group: str
    artifact: str
    version: str

    @property
    def filename(self) -> str:
        return f"{self.artifact}-{self.version}.jar"

    def check(self, file: Path) -> None:
        """CannotObtain if the file is not the one that was locked."""
        found = hashlib.sha256(file.read_bytes()).hexdigest()
        if found != self.sha256:
            raise CannotObtain(
                f"{self.filename} is not the file that kafka.lock names (sha256 {found[:12]}… instead of "
                f"{self.sha256[:12]}…): something between here and the registry changed it. Nothing of it was kept."
            )


def locked_jars(lock: Path = LOCK) -> list[Jar]:
    """The jars of the lock, in its order."""
    lines = (line.split() for line in lock.read_text().splitlines() if line and not line.startswith("#"))
    return [Jar(sha256, *coordinate.split(":")) for sha256, coordinate in lines]


def version(lock: Path = LOCK) -> str:
    """Changes with every jar of the lock."""
    digests = "".join(jar.sha256 for jar in locked_jars(lock))
    return f"{VERSION}-{hashlib.sha256(digests.encode()).hexdigest()[:8]}"


def obtain(watch: Watch, lock: Path = LOCK) -> Path:
    """The folder that holds every locked jar and nothing else."""

    def fetch_all(folder: Path) -> None:
        jars = locked_jars(lock)
        watch("Kafka", f"fetching {len(jars)} jars", 0.0)
        with ThreadPoolExecutor(6) as workers:
            for done, _ in enumerate(workers.map(partial(_fetch, folder=folder), jars), 1):
                watch("Kafka", f"{done} of {len(jars)} jars", done / len(jars))
        shutil.rmtree(folder / REPOSITORY)

    return kept("kafka", version(lock), fetch_all)


def _fetch(jar: Jar, folder: Path) -> None:
    from jgo.maven import MavenContext  # noqa: PLC0415 - it brings an HTTP stack along, which only a first start needs

    repository = folder / REPOSITORY
    artifact = MavenContext(repo_cache=repository, timeout=60).project(jar.group, jar.artifact).at_version(jar.version)
    try:
        file = artifact.artifact().resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise CannotObtain(
            f"{jar.filename} could not be fetched from Maven Central ({_reason(error)}). "
            "The first start needs the network: start again when it is there."
        ) from error
    jar.check(file)
    shutil.move(file, folder / jar.filename)


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
