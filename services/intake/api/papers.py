"""Papers over HTTP: scans come in."""

from fastapi import Request

from services.intake.api.given import Papers
from shared import door
from shared.auth import Filer
from shared.documents import Stored, recognised

__all__ = ["router"]

router = door.router(tags=["papers"])


@router.post("/papers", status_code=201)
async def upload(request: Request, _: Filer, papers: Papers) -> Stored:
    """Keep a scan (PDF, JPEG, PNG, TIFF); its SHA-256 is its name. Tick it in the filing's papers."""
    kind, scan = await recognised(request.stream())
    return await papers.put(scan, kind, most=request.app.state.settings.largest_scan)
