"""Whether a service lives, whether it can take requests, and how its parts are doing."""

import asyncio
from dataclasses import dataclass
from typing import Any

import msgspec
from fastapi import Request, Response

from shared import door
from shared.auth import Anyone
from shared.bus import Bus
from shared.repository import is_reachable

__all__ = ["router"]

router = door.router(prefix="/health", tags=["health"])


@dataclass(frozen=True, slots=True)
class Listening:
    topic: str
    handled: int
    parked: int
    faults: int
    held_because: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """`ready` is whether requests are answered: with the bus away they are, and the events wait in the store."""

    ready: bool
    store: bool
    bus: bool
    held: int
    published: int
    pending: int
    listening: tuple[Listening, ...]


async def _reached(bus: Bus) -> bool:
    return await bus.is_reachable()


@router.get("/live")
async def live(_: Anyone) -> dict[str, bool]:
    return {"live": True}


@router.get("/ready", responses={503: {"description": "The store is away"}})
async def ready(_: Anyone, request: Request) -> Response:
    frame = request.app.state.frame
    store, bus = await asyncio.gather(is_reachable(frame.database), _reached(frame.bus))
    pending = await frame.pending() if store else -1
    ears = tuple(Listening(it.topic, it.handled, it.parked, it.faults, it.held_because) for it in frame.bus.ears)
    state = Readiness(store, store, bus, frame.relay.held, frame.relay.published, pending, ears)
    headers: dict[str, Any] = {} if store else {"retry-after": "2"}
    return Response(msgspec.json.encode(state), 200 if store else 503, headers, media_type="application/json")
