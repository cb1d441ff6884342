"""What would come of a filing, over HTTP: for the counter's screen, and for whoever files by a program."""

from services.intake.api.given import Offered, Working
from services.intake.domain.filing import Filing
from services.intake.domain.outlook import Outlook
from shared import door
from shared.auth import Filer
from shared.door import Now

__all__ = ["router"]

router = door.router(tags=["dossiers"])


@router.post("/dossiers/outlook")
async def outlook(filing: Filing, by: Filer, offered: Offered, working: Working, now: Now) -> Outlook:
    """While a filing is filled in: what is missing, what it costs, until when it would be done. Nothing is written.

    A fee is free once a clerk says so; where a citizen asks for that, it is in the sum still.
    """
    return Outlook.of(filing, by, now, offered, working)
