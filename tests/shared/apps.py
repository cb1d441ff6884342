"""Running services in this process, on real engines, and people with tokens: for tests above the heart."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, fields
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fastapi import FastAPI
from jwt.algorithms import ECAlgorithm

from deploy.engines import Engines
from shared.sealing import Seals
from shared.settings import Settings

ISSUER, AUDIENCE = "https://issuer.example", "motcua"


@dataclass
class Issuer:
    """An issuer with a page of keys, which can be away, and can change its key."""

    keys: dict[str, ec.EllipticCurvePrivateKey] = field(
        default_factory=lambda: {"k1": ec.generate_private_key(ec.SECP256R1())}
    )
    answer: int = 200
    body: bytes | None = None
    fetched: int = 0
    url: str = "http://127.0.0.1:1/jwks"

    def page(self) -> bytes:
        if self.body is not None:
            return self.body
        rows = [
            ECAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid, "use": "sig", "alg": "ES256"}
            for kid, key in self.keys.items()
        ]
        return json.dumps({"keys": rows}).encode()

    def rotate(self, kid: str) -> None:
        self.keys = {kid: ec.generate_private_key(ec.SECP256R1())}

    def token(self, *roles: str, office: str = "H36.202.02", **claims: Any) -> str:
        kid, key = next(iter(self.keys.items()))
        now = int(time.time())
        said = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "person-1",
            "iat": now,
            "exp": now + 600,
            "name": "Nguyễn Thị Hồng",
            "roles": list(roles),
            "office": office,
        } | claims
        said = {name: value for name, value in said.items() if value is not None}
        return jwt.encode(said, key, "ES256", headers={"kid": kid})


def stranger() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@contextmanager
def issuing(port: int = 0) -> Iterator[Issuer]:
    """An issuer whose keys can be fetched by HTTP."""
    issuer = Issuer()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.fetched += 1
            self.send_response(issuer.answer)
            self.end_headers()
            self.wfile.write(issuer.page())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Page)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    issuer.url = f"http://127.0.0.1:{server.server_port}/jwks"
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()


def settings_for(kind: type[Any], engines: Engines, issuer: Issuer, prefix: str, **more: Any) -> Any:
    return kind(
        mongo_url=engines.mongo_url,
        kafka=engines.kafka,
        minio_url=engines.minio_url,
        minio_access_key=engines.minio_access_key,
        minio_secret_key=engines.minio_secret_key,
        issuer=ISSUER,
        jwks_url=issuer.url,
        audience=AUDIENCE,
        database_prefix=prefix,
        sweep_after=0.5,
        **sealing(kind),
        **more,
    )


def nowhere(kind: type[Any] = Settings, **more: Any) -> Any:
    """Settings for what needs no engine."""
    away = {
        "mongo_url": "mongodb://127.0.0.1:1/?replicaSet=rs0",
        "kafka": "127.0.0.1:1",
        "minio_url": "http://127.0.0.1:1",
        "minio_access_key": "none",
        "minio_secret_key": "none",
        "issuer": ISSUER,
        "jwks_url": "http://127.0.0.1:1/jwks",
    }
    return kind(**(away | sealing(kind) | more))


def sealing(kind: type[Any]) -> dict[str, str]:
    """Keys, for who needs some."""
    return {"seal_keys": Seals.new()} if "seal_keys" in {it.name for it in fields(kind)} else {}


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[None]:
    async with app.router.lifespan_context(app):
        yield


@asynccontextmanager
async def client(app: FastAPI, token: str = "") -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers) as made:
        yield made


async def ready(asking: httpx.AsyncClient, seconds: float = 30) -> None:
    """Wait until the service has its store and its bus."""
    end = time.monotonic() + seconds
    while True:
        state = (await asking.get("/health/ready")).json()
        if state["store"] and state["bus"]:
            return
        assert time.monotonic() < end, state
        await asyncio.sleep(0.05)
