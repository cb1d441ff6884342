"""The sandbox bank: takes no money, and misbehaves on purpose. It refuses to run outside demo mode.

It opens payments, shows a page on which anybody "pays" them, calls back, gives back, and writes a day's statement. Its
switches make callbacks late, double or lost, amounts wrong, and answers fail; the same seed makes the same mischief.
Everything is forgotten when it ends. What both sides say is signed as `services/intake/gateways/bank.py` tells.
"""

import asyncio
import hashlib
import hmac
import json
import os
import random
import re
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta, timezone
from html import escape
from pathlib import Path
from string import Template
from typing import Annotated, Any
from urllib.parse import quote
from urllib.request import Request as Asking, urlopen

import uvicorn
from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse

PAGE = Path(__file__).with_name("bank.html")
VIETNAM = timezone(timedelta(hours=7))
ACCOUNT = {"bank_bin": "970436", "account": "9704360000000001", "holder": "MOT CUA BAN THU"}
"""An account that belongs to nobody; the bank's number is that of a real bank, or no app would read the QR."""
CALLBACK = "POST /payments/callbacks"
SIGNATURE = "bank-signature"
FRESH = 300
"""Seconds that a signature holds."""
REFERENCE = re.compile(r"[A-Z0-9]{4,25}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Switches:
    """The mischief: seconds of delay, and chances from 0 to 1."""

    delay: float = 0.0
    double: float = 0.0
    lose: float = 0.0
    wrong_amount: float = 0.0
    fail: float = 0.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Movement:
    id: str
    reference: str
    dong: int
    at: str
    what: str = "paid"


@dataclass
class Sandbox:
    """The bank's books. `send` brings a callback to the platform."""

    key: str
    send: Callable[[bytes, str], Awaitable[None]]
    switches: Switches = field(default_factory=Switches)
    orders: dict[str, int] = field(default_factory=dict[str, int])
    movements: list[Movement] = field(default_factory=list[Movement])
    refunds: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    """By the id that each was asked under: of which reference, and how much."""
    chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311  mischief, not a secret
    opened: int = field(default_factory=lambda: int(time.time()))
    """Part of every movement's number: so that none comes again after a restart."""
    under_way: set["asyncio.Task[None]"] = field(default_factory=set["asyncio.Task[None]"])

    def turn(self, switches: Switches) -> None:
        self.switches, self.chance = switches, random.Random(switches.seed)  # noqa: S311

    def happens(self, chance: float) -> bool:
        return self.chance.random() < chance

    def pay(self, reference: str, dong: int) -> Movement:
        """Money comes in, whether anybody asked for it or not; then the callbacks, as the switches say."""
        if self.happens(self.switches.wrong_amount):
            dong = max(1, dong - 1_000)
        moved = Movement(
            f"SB{self.opened:x}-{len(self.movements) + 1:06}", reference, dong, datetime.now(UTC).isoformat()
        )
        self.movements.append(moved)
        times = 0 if self.happens(self.switches.lose) else 2 if self.happens(self.switches.double) else 1
        for _ in range(times):
            task = asyncio.get_running_loop().create_task(self._call(moved))
            self.under_way.add(task)
            task.add_done_callback(self.under_way.discard)
        return moved

    def refund(self, id: str, reference: str, dong: int) -> None:
        """The same refund twice is once. Raises 409 for more than is left of what came, and for another one's id."""
        if self.refunds.get(id) == (reference, dong):
            return
        if id in self.refunds:
            raise HTTPException(409, "Under this id another sum was given back.")
        if not 0 < dong <= self.left(reference):
            raise HTTPException(409, f"Of {reference} {self.left(reference)} đồng are left: no more can go back.")
        self.refunds[id] = (reference, dong)
        at = datetime.now(UTC).isoformat()
        self.movements.append(Movement(id.partition(".")[2] or id, reference, dong, at, "refunded"))

    def left(self, reference: str) -> int:
        """What came in under a reference and was not given back, in đồng."""
        return sum(it.dong if it.what == "paid" else -it.dong for it in self.movements if it.reference == reference)

    def statement(self, day: str) -> list[Movement]:
        return [it for it in self.movements if _day(it) == day]

    def checked(self, header: str, what: str, body: bytes) -> None:
        """Raises 401 where the platform did not sign this."""
        said = re.fullmatch(r"t=(\d{1,11}),v1=([0-9a-f]{64})", header, re.ASCII)
        if not said or not hmac.compare_digest(self._mac(int(said[1]), what, body), said[2]):
            raise HTTPException(401, "The signature does not fit: check the key.")
        if abs(time.time() - int(said[1])) > FRESH:
            raise HTTPException(401, "The signature is old: compare the clocks.")

    async def _call(self, moved: Movement) -> None:
        await asyncio.sleep(self.switches.delay)
        body = json.dumps(asdict(moved)).encode()
        now = int(time.time())
        await self.send(body, f"t={now},v1={self._mac(now, CALLBACK, body)}")

    def _mac(self, seconds: int, what: str, body: bytes) -> str:
        return hmac.new(self.key.encode(), f"{seconds}.{what}.".encode() + body, hashlib.sha256).hexdigest()


def _day(moved: Movement) -> str:
    return datetime.fromisoformat(moved.at).astimezone(VIETNAM).date().isoformat()


def caller(url: str) -> Callable[[bytes, str], Awaitable[None]]:
    """Posts a callback once; a bank that is not answered does not try again: that is what the statement is for."""

    def post(body: bytes, signature: str) -> None:
        asking = Asking(url, body, {"content-type": "application/json", SIGNATURE: signature})  # noqa: S310  a setting
        try:
            urlopen(asking, timeout=5).close()  # noqa: S310
        except OSError as away:
            print(f"a callback was not taken: {away}", file=sys.stderr, flush=True)

    async def send(body: bytes, signature: str) -> None:
        await asyncio.to_thread(post, body, signature)

    return send


def create(bank: Sandbox, base: str = "") -> FastAPI:
    """The application; `base` is the path under which people reach it."""
    app = FastAPI(title="Một Cửa: sandbox bank", docs_url=None, redoc_url=None)
    _for_the_platform(app, bank)
    _for_people(app, bank, base)
    return app


def _for_the_platform(app: FastAPI, bank: Sandbox) -> None:
    async def signed(request: Request) -> Any:
        """The body of a request that the platform signed; or a 500, where that is switched on."""
        body = await request.body()
        bank.checked(request.headers.get(SIGNATURE, ""), f"{request.method} {_path(request)}", body)
        if bank.happens(bank.switches.fail):
            raise HTTPException(500, "The switch `fail` is on.")
        return json.loads(body) if body else None

    @app.put("/orders/{reference}")
    async def open_order(reference: str, request: Request) -> dict[str, str]:
        asked = await signed(request)
        if not REFERENCE.fullmatch(reference):
            raise HTTPException(400, "A reference has 4 to 25 capital letters and digits.")
        bank.orders[reference] = int(asked["dong"])
        return ACCOUNT

    @app.get("/orders/{reference}")
    async def order(reference: str, request: Request) -> list[dict[str, Any]]:
        await signed(request)
        return [asdict(it) for it in bank.movements if it.reference == reference and it.what == "paid"]

    @app.put("/refunds/{id}")
    async def refund(id: str, request: Request) -> dict[str, bool]:
        asked = await signed(request)
        bank.refund(id, str(asked["reference"]), int(asked["dong"]))
        return {"done": True}

    @app.get("/statements/{day}")
    async def statement(day: str, request: Request) -> list[dict[str, Any]]:
        await signed(request)
        return [asdict(it) for it in bank.statement(day)]


def _for_people(app: FastAPI, bank: Sandbox, base: str) -> None:
    """Whoever tries the demonstration pays here, and turns the switches."""

    @app.get("/switches")
    async def switches() -> Switches:
        return bank.switches

    @app.put("/switches")
    async def turn(wanted: Switches) -> Switches:
        bank.turn(wanted)
        return wanted

    @app.get("/pay/{reference}")
    async def page(reference: str) -> HTMLResponse:
        return _page(bank, base, reference)

    @app.post("/pay/{reference}")
    async def pay(reference: str, dong: Annotated[int, Form(gt=0, le=10**12)]) -> RedirectResponse:
        bank.pay(_known(bank, reference), dong)
        return RedirectResponse(f"{base}/pay/{quote(reference)}", 303)

    @app.post("/switches")
    async def turn_by_hand(
        delay: Annotated[float, Form(ge=0, le=600)] = 0,
        double: Annotated[float, Form(ge=0, le=1)] = 0,
        lose: Annotated[float, Form(ge=0, le=1)] = 0,
        wrong_amount: Annotated[float, Form(ge=0, le=1)] = 0,
        fail: Annotated[float, Form(ge=0, le=1)] = 0,
        reference: Annotated[str, Form()] = "",
    ) -> RedirectResponse:
        bank.turn(replace(Switches(delay, double, lose, wrong_amount, fail), seed=bank.switches.seed))
        return RedirectResponse(f"{base}/pay/{quote(reference)}" if reference else f"{base}/", 303)

    @app.get("/")
    async def start() -> HTMLResponse:
        return _page(bank, base, "")


def main() -> None:
    """`python -m deploy.demo.bank`."""
    if os.environ.get("MOTCUA_MODE") != "demo":
        sys.exit(
            "The sandbox bank takes no money, so it starts only with MOTCUA_MODE=demo. In production, set "
            "MOTCUA_BANK_URL and MOTCUA_BANK_KEY to your payment provider's."
        )
    public = os.environ.get("MOTCUA_PUBLIC_URL", "http://127.0.0.1:8080")
    callback = os.environ.get("MOTCUA_BANK_CALLBACK", f"{public}/intake/payments/callbacks")
    bank = Sandbox(os.environ.get("MOTCUA_BANK_KEY", ""), caller(callback))
    host, port = os.environ.get("MOTCUA_HOST", "127.0.0.1"), int(os.environ.get("MOTCUA_PORT", "8106"))
    uvicorn.run(
        create(bank, "/demo/bank"), host=host, port=port, access_log=False, log_level="warning", server_header=False
    )


def _path(request: Request) -> str:
    raw: bytes = request.scope.get("raw_path", b"")
    return raw.decode()


def _known(bank: Sandbox, reference: str) -> str:
    """Anybody may send money under any reference: the bank takes it."""
    if not REFERENCE.fullmatch(reference):
        raise HTTPException(404, "No payment has such a reference.")
    return reference


def _page(bank: Sandbox, base: str, reference: str) -> HTMLResponse:
    moved = [it for it in bank.movements if not reference or it.reference == reference][-20:]
    rows = "\n".join(
        f"<tr><td>{escape(it.id)}</td><td>{escape(it.reference)}</td><td>{it.dong:,}</td><td>{escape(it.what)}</td></tr>"
        for it in moved
    )
    turned = {it.name: f"{getattr(bank.switches, it.name):g}" for it in fields(Switches)}
    shown = {"base": base, "reference": escape(reference), "dong": str(bank.orders.get(reference, 0) or "")}
    return HTMLResponse(
        Template(PAGE.read_text()).substitute(rows=rows, **turned, **shown),
        headers={"Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'"},
    )


if __name__ == "__main__":
    main()
