"""Where engines are kept once they were downloaded or built: whole, by version, or not at all."""

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from deploy.trouble import NoRoom

REFUSALS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST)


class Watch(Protocol):
    """Somebody who wants to see the work: what is done, how much of it (0 to 1), or None when nobody can tell."""

    def __call__(self, engine: str, doing: str, share: float | None) -> None: ...


def unwatched(engine: str, doing: str, share: float | None) -> None:
    """Nobody looks."""


def home() -> Path:
    """The cache folder: MOTCUA_CACHE, or `motcua` in the user's XDG cache."""
    if chosen := os.environ.get("MOTCUA_CACHE"):
        return Path(chosen).expanduser().absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").expanduser() / "motcua"


def kept(name: str, version: str, make: Callable[[Path], None]) -> Path:
    """The folder `name-version` of the cache, made by `make(folder)` if it is not there yet.

    It appears by one rename, so an interrupted `make` leaves nothing that looks finished; a second process that wants
    the same waits for the first. NoRoom if the cache cannot be written.
    """
    folder = home() / f"{name}-{version}"
    if folder.exists():
        return folder
    with locked(name):
        if not folder.exists():
            _fill(folder, make)
    return folder


@contextmanager
def locked(name: str) -> Generator[None]:
    """One process at a time; the lock ends with the process, however it ends."""
    with writable(home(), "MOTCUA_CACHE"):
        home().mkdir(parents=True, exist_ok=True)
        lock = (home() / f"{name}.lock").open("w")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def writable(folder: Path, setting: str) -> Generator[None]:
    """Turn the operating system's refusals into a sentence that names the folder and the setting that moves it."""
    try:
        yield
    except OSError as error:
        if error.errno not in REFUSALS:
            raise
        raise NoRoom(
            f"{folder} cannot be written ({error.strerror}): free some space there or make it writable, "
            f"or set {setting} to another folder."
        ) from error


def _fill(folder: Path, make: Callable[[Path], None]) -> None:
    name = folder.name
    with writable(folder.parent, "MOTCUA_CACHE"):
        for leftover in folder.parent.glob(f".{name}.*"):
            shutil.rmtree(leftover, ignore_errors=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=folder.parent))
    try:
        with writable(folder.parent, "MOTCUA_CACHE"):
            make(partial)
            partial.chmod(0o755)
            partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
