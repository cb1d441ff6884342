"""The printed forms over HTTP."""

import asyncio
import logging
from uuid import UUID

from fastapi import Request, Response
from prometheus_client import Counter

from services.intake.api.given import Dossiers, Offered
from services.intake.forms import print_slip, slip
from shared import door
from shared.auth import CounterClerk

__all__ = ["router"]

log = logging.getLogger(__name__)

PRINTED = Counter("motcua_slips_printed", "Reception slips that were printed", ["office"])
router = door.router(tags=["dossiers"])


@router.get(
    "/dossiers/{dossier_id}/slip.pdf",
    tags=["dossiers"],
    responses={200: {"content": {"application/pdf": {}}, "description": "Two pages A5"}},
)
async def printed(
    dossier_id: UUID, request: Request, clerk: CounterClerk, dossiers: Dossiers, offered: Offered
) -> Response:
    """The reception slip (form 1 of TT 01/2018/TT-VPCP): one copy for the applicant, one for the file."""
    dossier = await dossiers.get(str(dossier_id))
    filled = slip(dossier, offered, request.app.state.settings.public_url)
    pdf = await asyncio.to_thread(print_slip, filled)
    PRINTED.labels(clerk.office).inc()
    log.info("printed the slip of dossier %s at %s", dossier.id, clerk.office)
    headers = {"content-disposition": f'inline; filename="{dossier.code}.pdf"', "cache-control": "no-store"}
    return Response(pdf, media_type="application/pdf", headers=headers)
