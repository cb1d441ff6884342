"""The whole of Một Cửa as processes of this machine: engines, topics, services, demo issuer, mail, gateway.

`motcua run` keeps one on fixed ports and a kept data folder; tests and bench make temporary ones:

    with Stack.temporary(replicas=2) as stack:
        stack.services["processing"][0].kill()
"""

import asyncio
import os
import secrets
import shutil
import tempfile
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Self, cast

from deploy import ports, provision
from deploy.engines import Engines, Watch, unwatched
from deploy.engines.engines import together
from deploy.engines.network import HOST, free_ports, require_free
from deploy.engines.process import Process
from deploy.kept import kept
from deploy.ports import SERVICES
from deploy.web import Gateway, Web
from shared.sealing import Seals

ENGINES = ("mongo", "kafka", "minio", "mailpit")
PROVISION = "Topics and buckets"


class Stack:
    """Everything together. `start` raises Trouble in one sentence and leaves nothing behind; `stop` ends its own.

    `settings` (MOTCUA_…) are told to every service, over this process's own environment. `named` says that each port
    has a setting that moves it.
    """

    def __init__(
        self,
        data: Path,
        numbers: Mapping[str, int],
        *,
        replicas: int = 1,
        settings: Mapping[str, str] | None = None,
        named: bool = True,
    ) -> None:
        self.data = data
        self.ports = dict(numbers)
        self.replicas = replicas
        self.settings = dict(settings or {})
        self.named = named
        self.services: dict[str, list[Web]] = {}
        self._to_stop = ExitStack()

    @classmethod
    @contextmanager
    def temporary(
        cls, *, replicas: int = 1, settings: Mapping[str, str] | None = None, watch: Watch = unwatched
    ) -> Generator[Self]:
        """A new, empty stack on free ports, started; stopped and forgotten at the end."""
        folder = Path(tempfile.mkdtemp(prefix="motcua-stack-"))
        stack = cls(folder, ports.free(), replicas=replicas, settings=settings, named=False)
        try:
            yield stack.start(watch)
        finally:
            stack.stop()
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def base_url(self) -> str:
        """The gateway's address."""
        return f"http://{HOST}:{self.ports['gateway']}"

    @property
    def kafka(self) -> str:
        """Where the broker listens, as host:port."""
        return self.engines.kafka

    @property
    def partners(self) -> list[Web]:
        """The demonstration's login, bank and registry."""
        return [self.issuer, self.bank, self.registry]

    @property
    def processes(self) -> list[Process]:
        """Everything that runs, engines first."""
        engines = [cast("Process", engine) for engine in self.engines.all.values()]
        return [*engines, *self.partners, *self._replicas(), self.gateway]

    def start(self, watch: Watch = unwatched) -> Self:
        """Engines, then topics, indexes and buckets, then everything else side by side."""
        try:
            self._require_ports()
            native = Engines.native(self.data, self.ports, ENGINES, watch, named=self.named)
            self.engines = self._to_stop.enter_context(native)
            watch(PROVISION, "making", None)
            self._provision()
            watch(PROVISION, "ready", 1.0)
            self._start_web(watch)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """The gateway first, so that no new request comes in; then the services; the engines last."""
        self._to_stop.close()

    def environment(self, name: str, port: int) -> dict[str, str]:
        """What a process is told: the one place where addresses become settings."""
        return {
            **os.environ,
            "PYTHONUNBUFFERED": "1",
            "MOTCUA_MODE": "demo",
            "MOTCUA_HOST": HOST,
            "MOTCUA_PORT": str(port),
            "MOTCUA_ROOT_PATH": f"/{name}",
            "MOTCUA_PUBLIC_URL": self.base_url,
            "MOTCUA_MONGO_URL": self.engines.mongo_url,
            "MOTCUA_KAFKA": self.engines.kafka,
            "MOTCUA_MINIO_URL": self.engines.minio_url,
            "MOTCUA_MINIO_ACCESS_KEY": self.engines.minio_access_key,
            "MOTCUA_MINIO_SECRET_KEY": self.engines.minio_secret_key,
            "MOTCUA_ISSUER": f"{self.base_url}/demo",
            "MOTCUA_JWKS_URL": f"http://{HOST}:{self.ports['issuer']}/.well-known/jwks.json",
            "MOTCUA_AUTHORIZE_URL": f"{self.base_url}/demo/authorize",
            "MOTCUA_TOKEN_URL": f"http://{HOST}:{self.ports['issuer']}/oauth/token",
            "MOTCUA_SMTP_URL": f"smtp://{HOST}:{self.ports['smtp']}",
            "MOTCUA_OUTBOX": str(self.data / "outbox"),
            "MOTCUA_SEAL_KEYS": kept(self.data / "seal.keys", Seals.new),
            "MOTCUA_BANK_URL": f"http://{HOST}:{self.ports['bank']}",
            "MOTCUA_BANK_KEY": kept(self.data / "bank.key", lambda: secrets.token_hex(24)),
            "MOTCUA_REGISTRY_URL": f"http://{HOST}:{self.ports['registry']}",
            "MOTCUA_DATA": str(self.data),
            "MOTCUA_MORE_PROCEDURES": str(Path(__file__).with_name("demo") / "replay-procedure.yaml"),
            **self.settings,
        }

    def _require_ports(self) -> None:
        """A busy port is told at once, not after the engines have started."""
        for name, port in self.ports.items():
            require_free(port, name.replace("_", " "), ports.setting(name) if self.named else None)

    def _provision(self) -> None:
        environment = self.environment("provision", 0)
        # In a thread of its own: whoever starts a stack may have an event loop running.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, provision.provision(environment)).result()

    def _start_web(self, watch: Watch) -> None:
        self.issuer = self._partner("issuer", "/people")
        self.bank = self._partner("bank", "/switches")
        self.registry = self._partner("registry", "/switches")
        for name in SERVICES:
            self.services[name] = [
                Web(f"{name}-{number}", f"services.{name}", self.data, self.environment(name, port), "/health/ready")
                for number, port in enumerate(self._ports_of(name), 1)
            ]
        upstreams = {name: [it.port for it in replicas] for name, replicas in self.services.items()}
        demo = {"demo_issuer": [self.issuer.port], "demo_bank": [self.bank.port]}
        self.gateway = Gateway(self.data, self.ports["gateway"], upstreams | demo)
        self._start_together([*self.partners, *self._replicas()], watch)
        self._start_together([self.gateway], watch)

    def _partner(self, name: str, health: str) -> Web:
        """One of the demonstration's own: what stands outside in production."""
        return Web(name, f"deploy.demo.{name}", self.data, self.environment("demo", self.ports[name]), health)

    def _start_together(self, processes: Sequence[Process], watch: Watch) -> None:
        def start(process: Process) -> None:
            watch(process.name, "starting", None)
            process.start()
            watch(process.name, "ready", 1.0)

        self._to_stop.callback(together, {it.name: it.stop for it in processes})
        together({it.name: partial(start, it) for it in processes})

    def _ports_of(self, name: str) -> list[int]:
        first = self.ports[name]
        if not self.named:
            return [first, *free_ports(self.replicas - 1)]
        return [first + 10 * number for number in range(self.replicas)]

    def _replicas(self) -> list[Web]:
        return [it for replicas in self.services.values() for it in replicas]
