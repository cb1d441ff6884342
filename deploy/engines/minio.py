"""MinIO, the object store, with credentials that no repository knows."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.engines.network import HOST, answers
from deploy.engines.process import Process
from deploy.kept import kept


@dataclass(frozen=True)
class Credentials:
    """The root user of one MinIO."""

    access_key: str
    secret_key: str

    @classmethod
    def of(cls, data: Path) -> "Credentials":
        """From the environment; or, once per data folder, random ones kept in a file that only its owner reads."""
        chosen = os.environ.get("MOTCUA_MINIO_ACCESS_KEY"), os.environ.get("MOTCUA_MINIO_SECRET_KEY")
        if chosen[0] and chosen[1]:
            return cls(chosen[0], chosen[1])
        return cls(**json.loads(kept(data / "minio.credentials", lambda: json.dumps(asdict(cls.random())))))

    @classmethod
    def random(cls) -> "Credentials":
        return cls(secrets.token_hex(10), secrets.token_urlsafe(30))


class Minio(Process):
    """One MinIO on one folder; usable when it says so itself."""

    def __init__(
        self, program: Path, data: Path, ports: tuple[int, int], settings: tuple[str, str] | None = None
    ) -> None:
        self.data = data / "minio"
        self.port, self.console = ports
        self.credentials = Credentials.of(data)
        super().__init__(
            "MinIO",
            [
                *(str(program), "server", str(self.data / "drive"), "--certs-dir", str(self.data / "certs")),
                *("--address", f"{HOST}:{self.port}", "--console-address", f"{HOST}:{self.console}"),
            ],
            data / "logs" / "minio.log",
            env={
                "PATH": os.environ.get("PATH", ""),
                "HOME": str(self.data),
                "MINIO_ROOT_USER": self.credentials.access_key,
                "MINIO_ROOT_PASSWORD": self.credentials.secret_key,
                "MINIO_UPDATE": "off",
            },
            ports=dict(zip(ports, settings or (None, None), strict=True)),
        )

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def prepare(self) -> None:
        (self.data / "drive").mkdir(parents=True, exist_ok=True)

    def usable(self) -> bool:
        """Its own `ready` says 200 before it can keep anything; `cluster` waits for store, buckets and users."""
        return answers(self.port, "/minio/health/cluster")
