"""The leanest process that can stand between a scan and MinIO: it takes one in, hashes it, and passes it on.

It asks nobody who they are, looks into nothing and writes nothing down. `PUT /` with the address that MinIO takes.
"""

import asyncio
import hashlib
import os
from http.client import HTTPConnection
from threading import local

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

HOST, PORT = os.environ.get("MOTCUA_HOST", "127.0.0.1"), int(os.environ.get("MOTCUA_PORT", "8100"))
STORE = os.environ.get("FLOOR_STORE", "")
"""Host and port of MinIO."""
mine = local()


async def put(request: Request) -> Response:
    content = await request.body()
    digest = hashlib.sha256(content).hexdigest()
    address = f"{request.url.path}?{request.url.query}"
    return Response(digest, await asyncio.to_thread(_passed, address, content))


def _passed(address: str, content: bytes) -> int:
    """Each thread keeps a connection of its own."""
    if not hasattr(mine, "line"):
        mine.line = HTTPConnection(STORE, timeout=60)
    mine.line.request("PUT", address, content)
    answer = mine.line.getresponse()
    answer.read()
    return int(answer.status)


async def ready(_: Request) -> Response:
    return Response("ready")


app = Starlette(routes=[Route("/health/ready", ready), Route("/{object:path}", put, methods=["PUT"])])

if __name__ == "__main__":
    uvicorn.run(app, host=HOST, port=PORT, log_level="warning", access_log=False)
