"""Who runs on a data folder: one at a time, known by its process id AND the moment that process was born."""

import fcntl
import json
import os
import signal
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.engines.cache import writable

PATIENCE = 60.0


def data_folder() -> Path:
    """MOTCUA_DATA, or `var` beside the sources."""
    return Path(os.environ.get("MOTCUA_DATA") or Path(__file__).parent.parent / "var").expanduser().absolute()


@dataclass(frozen=True, slots=True)
class Run:
    """A run of `motcua run`: `born` is the start time of its process in clock ticks since boot (proc(5), field 22)."""

    pid: int
    born: int
    url: str

    @property
    def lives(self) -> bool:
        """Whether that very process still runs: a reused process id has another birth."""
        return born(self.pid) == self.born


class AlreadyRuns(Exception):
    """Somebody else holds the folder."""

    def __init__(self, run: Run | None) -> None:
        super().__init__("it runs already")
        self.run = run


def born(pid: int) -> int | None:
    """When a process started, in clock ticks since boot; None if there is none, or only its remains."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rpartition(")")[2].split()  # the name before it may hold blanks and brackets
    return None if fields[0] in "ZX" else int(fields[19])


def last_run(data: Path) -> Run | None:
    """What the folder says about its last run; None if there was none or the file is torn."""
    try:
        return Run(**json.loads((data / "run.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None


@contextmanager
def only_one(data: Path, url: str) -> Generator[Run | None]:
    """Hold the folder; yields a run that ended without tidying up, if any. AlreadyRuns if somebody holds it."""
    with writable(data, "MOTCUA_DATA"):
        data.mkdir(parents=True, exist_ok=True)
        lock = (data / "run.lock").open("w")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise AlreadyRuns(last_run(data)) from taken
        stale = last_run(data)
        with writable(data, "MOTCUA_DATA"):
            (data / "run.json").write_text(json.dumps(asdict(Run(os.getpid(), born(os.getpid()) or 0, url))))
        try:
            yield stale
        finally:
            (data / "run.json").unlink(missing_ok=True)


def stop(data: Path) -> Run | None:
    """Ask the run on this folder to end and wait until it has; None if none runs. Never touches another process."""
    run = last_run(data)
    if run is None or not run.lives:
        return None
    os.kill(run.pid, signal.SIGTERM)
    until = time.monotonic() + PATIENCE
    while run.lives and time.monotonic() < until:
        time.sleep(0.05)
    return run
