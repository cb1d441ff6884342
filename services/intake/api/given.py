"""What intake's routes are given: repositories, the catalogue, the calendar, the documents."""

from datetime import date, datetime
from typing import Annotated

from services.intake.domain.catalogue import Catalogue
from services.intake.domain.dossier import Dossier
from services.intake.store import Store
from shared.calendar import VIETNAM, Calendar
from shared.documents import Documents
from shared.door import FromApp, FromStore
from shared.repository import Repository

__all__ = ["Dossiers", "Kept", "Offered", "Papers", "Working", "local_day"]

Dossiers = Annotated[Repository[Dossier], FromStore("dossiers")]
Kept = Annotated[Store, FromApp("store")]
Offered = Annotated[Catalogue, FromStore("catalogue")]
Working = Annotated[Calendar, FromApp("calendar")]
Papers = Annotated[Documents, FromApp("papers")]


def local_day(at: datetime) -> date:
    """The day in Việt Nam."""
    return at.astimezone(VIETNAM).date()
