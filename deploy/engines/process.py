"""A child process that says when it is usable, can be killed and started again, and dies with its parent."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.engines.network import require_free
from deploy.trouble import CannotStart

# Linux sends the parent-death signal when the THREAD that forked ends: so a thread that never ends starts every child.
_spawner = ThreadPoolExecutor(1, thread_name_prefix="spawner")

HINTS = {
    "No space left on device": "The disk is full: free some space, or set MOTCUA_DATA to a folder on another disk.",
    "Read-only file system": "The folder cannot be written: set MOTCUA_DATA to a folder that can.",
    "Permission denied": "A file belongs to somebody else: look at the owner of the data folder.",
    "Address already in use": "Another program holds the port: stop it, or choose another port.",
    "DBPathInUse": "Another mongod uses this data folder: stop it first.",
}


class Process:
    """One child in its own session (a Ctrl-C reaches only the parent), its output appended to `log`.

    If the parent dies, even by SIGKILL, the kernel kills the child. `start` returns once `usable` says yes,
    and raises CannotStart with the last lines of the log if the child ends or stays silent for `patience` seconds.
    """

    patience = 120.0
    grace = 20.0

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        *,
        env: Mapping[str, str] | None = None,
        folder: Path | None = None,
        ports: Mapping[int, str | None] | None = None,
    ) -> None:
        self.name = name
        self.command = list(command)
        self.log = log
        self.env = dict(env) if env is not None else None
        self.folder = folder
        self.ports = dict(ports or {})
        self._child: subprocess.Popen[bytes] | None = None
        self._log_began = 0

    def prepare(self) -> None:
        """Whatever must be on disk before the child starts; harmless when done twice."""

    def usable(self) -> bool:
        """Whether the child does its work already; asked again and again until yes."""
        return True

    @property
    def pid(self) -> int:
        """The child's process id; of the last child when none runs."""
        if self._child is None:
            raise CannotStart(f"{self.name} was never started.")
        return self._child.pid

    @property
    def alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def start(self) -> None:
        """Start the child on the same data as before and wait until it is usable."""
        if self.alive:
            return
        for port, setting in self.ports.items():
            require_free(port, self.name, setting)
        self.prepare()
        self._log_began = self.log.stat().st_size if self.log.exists() else 0
        self._child = spawn(self.command, self.log, self.env, self.folder)
        try:
            self._wait_until_usable()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Ask the child to end (SIGTERM), wait `grace` seconds, then force it."""
        if self._child is None or not self.alive:
            return
        self._child.send_signal(signal.SIGTERM)
        self._child.send_signal(signal.SIGCONT)
        try:
            self._child.wait(self.grace)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL: no farewell."""
        if self._child is not None and self.alive:
            self._child.kill()
            self._child.wait()

    def pause(self) -> None:
        """SIGSTOP: alive, and deaf."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def restart(self) -> None:
        self.stop()
        self.start()

    def last_words(self, lines: int = 12) -> str:
        """The end of what it said since its last start, for a person who wants to know why."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as file:
            file.seek(max(self._log_began, self.log.stat().st_size - 20_000))
            tail = file.read().decode(errors="replace")
        return "\n".join(line[:300] for line in tail.splitlines()[-lines:])

    def _wait_until_usable(self) -> None:
        until = time.monotonic() + self.patience
        while not self.usable():
            if not self.alive:
                raise CannotStart(self._obituary("ended before it was usable"))
            if time.monotonic() > until:
                raise CannotStart(self._obituary(f"was not usable after {self.patience:.0f} seconds"))
            time.sleep(0.02)

    def _obituary(self, what: str) -> str:
        words = self.last_words()
        hint = next((hint for sign, hint in HINTS.items() if sign in words), f"The whole log: {self.log}")
        return f"{self.name} {what}. {hint}\n{words}".rstrip()


def spawn(
    command: Sequence[str], log: Path, env: Mapping[str, str] | None, folder: Path | None
) -> subprocess.Popen[bytes]:
    """A child in its own session that the kernel kills when this process ends, whichever way it ends."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise CannotStart("The program setpriv is missing: this needs Linux with the package util-linux.")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return _spawner.submit(
            subprocess.Popen,
            [setpriv, "--pdeathsig", "KILL", *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=folder,
            start_new_session=True,
        ).result()
