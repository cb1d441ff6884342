"""The demo population registry: invented citizens, asked by number and birth date. It refuses to run outside demo mode.

Its switches make it slow, failing, forgetful or wrong, to try what the counter does then. Questions come in bodies:
a number in an address would stay in somebody's log.
"""

import asyncio
import os
import sys
from dataclasses import dataclass
from typing import Any

import uvicorn
from fastapi import FastAPI, HTTPException


@dataclass(frozen=True, slots=True)
class Citizen:
    """Invented, as every person of the demonstration."""

    number: str
    name: str
    born: str
    address: str


CITIZENS = (
    Citizen("068201000123", "Nguyễn Văn Bình", "2001-03-14", "Thôn Tân Lâm, xã Đinh Văn Lâm Hà, tỉnh Lâm Đồng"),
    Citizen("068185004567", "Ka Thơm", "1985-09-02", "Thôn Đạ Sa, xã Nam Hà Lâm Hà, tỉnh Lâm Đồng"),
    Citizen("068090007788", "K'Brèo", "1990-12-30", "Tổ dân phố 3, xã Tân Hà Lâm Hà, tỉnh Lâm Đồng"),
)


@dataclass(frozen=True, slots=True)
class Question:
    number: str
    born: str


@dataclass(frozen=True, slots=True)
class Switches:
    """`slow` in seconds; `fail`: 500; `nobody`: 404; `other`: answers with another person's data."""

    slow: float = 0.0
    fail: bool = False
    nobody: bool = False
    other: bool = False


class Registry:
    def __init__(self) -> None:
        self.switches = Switches()
        self.by_number = {it.number: it for it in CITIZENS}

    def find(self, asked: Question) -> Citizen | None:
        if self.switches.nobody:
            return None
        if self.switches.other:
            return next(it for it in CITIZENS if it.number != asked.number)
        return self.by_number.get(asked.number)


def create(registry: Registry) -> FastAPI:
    app = FastAPI(title="Một Cửa: demo population registry", docs_url=None, redoc_url=None)

    @app.post("/citizens/look-up")
    async def look_up(asked: Question) -> dict[str, Any]:
        await asyncio.sleep(registry.switches.slow)
        if registry.switches.fail:
            raise HTTPException(500, "The switch `fail` is on.")
        found = registry.find(asked)
        if found is None:
            raise HTTPException(404, "Nobody here has this number.")
        return {"name": found.name, "born": found.born, "address": found.address}

    @app.get("/switches")
    async def switches() -> Switches:
        return registry.switches

    @app.put("/switches")
    async def turn(wanted: Switches) -> Switches:
        registry.switches = wanted
        return wanted

    return app


def main() -> None:
    """`python -m deploy.demo.registry`."""
    if os.environ.get("MOTCUA_MODE") != "demo":
        sys.exit(
            "The demo registry knows invented people only, so it starts only with MOTCUA_MODE=demo. In production, "
            "set MOTCUA_REGISTRY_URL to the registry's own address, or leave it empty: then everything is typed."
        )
    host, port = os.environ.get("MOTCUA_HOST", "127.0.0.1"), int(os.environ.get("MOTCUA_PORT", "8107"))
    uvicorn.run(create(Registry()), host=host, port=port, access_log=False, log_level="warning", server_header=False)


if __name__ == "__main__":
    main()
