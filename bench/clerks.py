"""Clerks with valid tokens, one at each counter, and the address at which their issuer's keys are read."""

import json
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from bench.filing import COUNTERS

ISSUER, AUDIENCE, KEY_ID = "bench", "motcua", "bench"
HOURS = 2


@dataclass(frozen=True, slots=True)
class Clerks:
    """A token for a clerk at each counter, signed (ES256); `keys` is the JWKS's address.

    `specialists` sit where the dossiers of these counters are decided.
    """

    keys: str
    tokens: tuple[str, ...]
    specialists: tuple[str, ...]


@contextmanager
def clerks() -> Generator[Clerks]:
    """Sign once, and show the public key as long as the measurement lasts."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = ECAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": KEY_ID, "use": "sig", "alg": "ES256"}
    server = ThreadingHTTPServer(("127.0.0.1", 0), _answering(json.dumps({"keys": [public]}).encode()))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Clerks(
            f"http://127.0.0.1:{server.server_port}/",
            tuple(_token(key, office) for office in COUNTERS),
            tuple(_token(key, office.rpartition(".")[0], "specialist") for office in COUNTERS),
        )
    finally:
        server.shutdown()


def _token(key: ec.EllipticCurvePrivateKey, office: str, role: str = "one-stop-officer") -> str:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": f"clerk-{office}",
        "iat": now,
        "exp": now + HOURS * 3600,
        "name": "Nguyễn Văn An",
        "roles": [role],
        "office": office,
    }
    return jwt.encode(claims, key, "ES256", headers={"kid": KEY_ID})


def _answering(body: bytes) -> type[BaseHTTPRequestHandler]:
    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    return Keys
