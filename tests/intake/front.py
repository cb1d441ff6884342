"""Intake as people meet it: real engines, intake behind the real gateway, and dossiers in every state."""

import asyncio
import json
import threading
import time
import uuid
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI

from deploy.demo.issuer import Issuer
from deploy.engines import Engines
from deploy.engines.network import free_ports
from deploy.provision import provision
from deploy.web import Gateway
from services.intake.app import create
from services.intake.domain.progress import Entry, Progress
from services.intake.pages.tracking import Tries
from services.intake.settings import IntakeSettings
from shared.calendar import local_day
from shared.clock import server_time
from shared.sealing import Seals

PROCEDURE = "1.004873"
OWNER = {"name": "Nguyễn Văn Bình", "number": "068201000123", "phone": "0912345678", "address": "Thôn Tân Lâm"}
LAST_FOUR = "0123"
START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
"""Friday, 9:00 in Việt Nam."""


@dataclass
class Front:
    """`url` is the gateway's address, `direct` the service's own."""

    app: FastAPI
    issuer: Issuer
    url: str
    direct: str
    filed: list[str] = field(default_factory=list[str])
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Something in the service's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def headers(self, person: str = "demo-counter") -> dict[str, str]:
        return {"authorization": f"Bearer {self.issuer.token(person, time.time())}"}

    def forget_tries(self) -> None:
        self.app.state.tries = Tries()

    def file(
        self,
        owner: dict[str, str] | None = None,
        *,
        procedure: str = PROCEDURE,
        home_by: str = "post",
        accept: bool = True,
        **more: Any,
    ) -> dict[str, Any]:
        """A dossier of the counter's: its slip, or its receipt where it is only filed."""
        path, filing = self.filing(owner, procedure=procedure, home_by=home_by, accept=accept, **more)
        answer = httpx.put(f"{self.url}/intake{path}", json=filing, headers=self.headers())
        assert answer.status_code == 201, answer.text
        return answer.json()

    def filing(
        self,
        owner: dict[str, str] | None = None,
        *,
        procedure: str = PROCEDURE,
        home_by: str = "post",
        accept: bool = True,
        **more: Any,
    ) -> tuple[str, dict[str, Any]]:
        """Where, and what: a dossier of the counter's that is whole."""
        papers = self.app.state.store.catalogue.procedure(procedure, local_day(server_time())).papers
        ticked = [
            {"code": it.code, "originals": it.originals, "copies": it.copies, "electronic": it.electronic}
            for it in papers
        ]
        filing = {
            "procedure": procedure,
            "applicant": owner or OWNER,
            "papers": ticked,
            "home_by": home_by,
            "consent": True,
            "reviewed": self.filed[-50:],  # the same person files the same thing again and again here
        }
        id = str(uuid.uuid4())
        self.filed.append(id)
        return f"/{'counter/' if accept else ''}dossiers/{id}", filing | more

    def tell(self, dossier: str, state: int, *entries: Entry, **known: Any) -> None:
        """What the other services said of a dossier."""

        async def write() -> None:
            told = Progress(dossier, state, entries=entries, **known)
            await self.app.state.store.progress.keep(dossier, lambda _: (told,))

        self.do(write())


def whole_way(tracking: str = "EE123456785VN") -> list[Entry]:
    """Everything that the others can say of one dossier, an hour apart."""
    due, moved = START + timedelta(days=5), START + timedelta(days=7)
    office, post = "H36.202", "H36.202.02"
    said = [
        ("case-opened", office, due.isoformat()),
        ("message-sent", "", "opened (email)"),
        ("step-completed", office, "verify"),
        ("supplement-requested", office, "declaration"),
        ("call-task-opened", "", "supplement"),
        ("clock-resumed", office, ""),
        ("deadline-moved", office, moved.isoformat()),
        ("case-decided", office, "positive"),
        ("parcel-ordered", office, tracking),
        ("out-for-delivery", post, ""),
        ("attempt-failed", post, "nobody-there"),
        ("invitation-left", post, (START + timedelta(days=9)).isoformat()),
        ("parcel-delivered", post, "result"),
    ]
    entries = [Entry(START + timedelta(hours=n), *it) for n, it in enumerate(said)]
    entries[6] = Entry(
        entries[6].at, *said[6], "dừng 2 ngày làm việc chờ bổ sung", "stopped for 2 working days to wait for papers"
    )
    return entries


@contextmanager
def front(engines: Engines, folder: Path, **more: str) -> Iterator[Front]:
    """`more` are settings in the environment's words."""
    port, gate, keys = free_ports(3)
    issuer = Issuer(ec.generate_private_key(ec.SECP256R1()), "https://issuer.example", "motcua")
    published = ThreadingHTTPServer(("127.0.0.1", keys), partial(_Keys, json.dumps(issuer.keys()).encode()))
    threading.Thread(target=published.serve_forever, daemon=True).start()
    environment = {
        "MOTCUA_MODE": "demo",
        "MOTCUA_MONGO_URL": engines.mongo_url,
        "MOTCUA_KAFKA": engines.kafka,
        "MOTCUA_MINIO_URL": engines.minio_url,
        "MOTCUA_MINIO_ACCESS_KEY": engines.minio_access_key,
        "MOTCUA_MINIO_SECRET_KEY": engines.minio_secret_key,
        "MOTCUA_ISSUER": issuer.issuer,
        "MOTCUA_JWKS_URL": f"http://127.0.0.1:{keys}/",
        "MOTCUA_DATABASE_PREFIX": f"front_{uuid.uuid4().hex[:8]}_",
        "MOTCUA_PUBLIC_URL": f"http://127.0.0.1:{gate}",
        "MOTCUA_SEAL_KEYS": Seals.new(),
    }
    environment |= more
    with ThreadPoolExecutor(1) as apart:  # whoever has a browser open has a running loop in this thread
        apart.submit(asyncio.run, provision(environment)).result()
    made = Front(
        create(IntakeSettings.read(environment)), issuer, f"http://127.0.0.1:{gate}", f"http://127.0.0.1:{port}"
    )
    server = uvicorn.Server(uvicorn.Config(made.app, port=port, root_path="/intake", log_level="error"))

    async def serve() -> None:
        made.loop = asyncio.get_running_loop()
        await server.serve()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    gateway = Gateway(folder, gate, {"intake": [port]})
    gateway.start()
    try:
        while httpx.get(f"{made.direct}/health/ready").status_code != 200:
            time.sleep(0.05)
        yield made
    finally:
        gateway.stop()
        server.should_exit = True
        thread.join(20)
        published.shutdown()
        published.server_close()


class _Keys(BaseHTTPRequestHandler):
    """The issuer's keys, to whoever asks."""

    def __init__(self, keys: bytes, *connection: Any) -> None:
        self.keys = keys
        super().__init__(*connection)

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.keys)

    def log_message(self, *_: object) -> None: ...
