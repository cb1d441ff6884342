"""Processes with an HTTP port: a service, the demo issuer, the gateway."""

import os
import shutil
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.engines.network import HOST, answers
from deploy.engines.process import Process
from deploy.trouble import CannotObtain

ROOT = Path(__file__).parent.parent
GATEWAY = Path(__file__).with_name("gateway")


class Web(Process):
    """`python -m module` on the port that its environment names; usable when `health` answers 200."""

    def __init__(self, name: str, module: str, data: Path, environment: Mapping[str, str], health: str) -> None:
        self.port = int(environment["MOTCUA_PORT"])
        self.url = f"http://{HOST}:{self.port}"
        self.health = health
        super().__init__(
            name,
            [sys.executable, "-m", module],
            data / "logs" / f"{name}.log",
            env=environment,
            folder=ROOT,
            ports={self.port: None},
        )

    def usable(self) -> bool:
        return answers(self.port, self.health)


class Gateway(Process):
    """Caddy from its wheel with the committed Caddyfile; `upstreams` are the ports of each service's replicas."""

    def __init__(self, data: Path, port: int, upstreams: Mapping[str, Sequence[int]], *, demo: bool = True) -> None:
        self.port = port
        self.url = f"http://{HOST}:{port}"
        doors = {
            f"MOTCUA_{name.upper()}": " ".join(f"{HOST}:{each}" for each in each_port)
            for name, each_port in upstreams.items()
        }
        super().__init__(
            "gateway",
            [str(caddy()), "run", "--config", str(GATEWAY / "Caddyfile"), "--adapter", "caddyfile"],
            data / "logs" / "gateway.log",
            env={
                "PATH": os.environ.get("PATH", ""),
                "HOME": str(data),
                "XDG_DATA_HOME": str(data / "gateway"),
                "XDG_CONFIG_HOME": str(data / "gateway"),
                "MOTCUA_GATEWAY_PORT": str(port),
                **({"MOTCUA_GATEWAY_ALSO": "demo.caddy"} if demo else {}),
                **doors,
            },
            folder=GATEWAY,
            ports={port: None},
        )

    def usable(self) -> bool:
        return answers(self.port, "/gateway/health")


def caddy() -> Path:
    """The Caddy of the wheel, which stands among the scripts of this environment."""
    found = shutil.which("caddy", path=sysconfig.get_path("scripts"))
    if found is None:
        raise CannotObtain("Caddy is not installed here: run `make run`, or `uv sync --group engines`.")
    return Path(found)
