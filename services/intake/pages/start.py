"""The start page: the doors into everything."""

from fastapi import Request, Response

from shared import door
from shared.auth import Anyone
from shared.web import Web

__all__ = ["router"]

router = door.router()


@router.get("/", include_in_schema=False)
async def start(request: Request, _: Anyone, pages: Web) -> Response:
    """What this is, and the doors into it."""
    return pages.show(request, "start.html")
