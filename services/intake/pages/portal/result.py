"""The signed result, opened by the citizen who filed."""

from uuid import UUID

from fastapi import Request, Response

from services.intake.api.links import LinkKey, issue_to_result
from services.intake.pages.portal.own import AtDesk, dossier_of, go
from shared import door
from shared.auth import Citizen
from shared.door import Now

__all__ = ["router"]

router = door.router()


@router.post("/my/{dossier_id}/result", include_in_schema=False)
async def open_result(
    dossier_id: UUID, request: Request, by: Citizen, desk: AtDesk, key: LinkKey, now: Now
) -> Response:
    """On to the file itself, by a link of five minutes that is written down."""
    await dossier_of(desk, str(dossier_id), by)
    link = await issue_to_result(dossier_id, request, by, desk.store.dossiers, desk.store, key, now)
    return go(link.url)
