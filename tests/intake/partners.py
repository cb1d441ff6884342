"""The sandbox bank and the demo registry, each in a thread of its own, as the demonstration runs them."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from deploy.demo.bank import Sandbox, Switches, caller, create as bank_app
from deploy.demo.registry import Registry, create as registry_app
from deploy.engines.network import free_ports

KEY = "a key for tests alone"


@dataclass
class Bank:
    """`books` is the sandbox itself; `url` its address."""

    books: Sandbox
    url: str

    def turn(self, **switches: Any) -> None:
        httpx.put(f"{self.url}/switches", json={"seed": 7, **switches}).raise_for_status()

    def pay(self, reference: str, dong: int) -> None:
        """As somebody does on the bank's page."""
        answer = httpx.post(f"{self.url}/pay/{reference}", data={"dong": dong})
        assert answer.status_code == 303, answer.text

    def calls_back_to(self, intake: str) -> None:
        self.books.send = caller(f"{intake}/payments/callbacks")


@contextmanager
def sandbox_bank() -> Iterator[Bank]:
    async def nowhere(_body: bytes, _signature: str) -> None: ...

    books = Sandbox(KEY, nowhere, Switches())
    with served(bank_app(books)) as url:
        yield Bank(books, url)


@contextmanager
def demo_registry() -> Iterator[tuple[Registry, str]]:
    registry = Registry()
    with served(registry_app(registry)) as url:
        yield registry, url


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    port = free_ports(1)[0]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    try:
        until = time.monotonic() + 20
        while not server.started and time.monotonic() < until:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)
