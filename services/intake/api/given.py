"""What intake's routes are given: repositories, the catalogue, the calendar, the documents."""

from typing import Annotated

from services.intake.domain.catalogue import Catalogue
from services.intake.domain.dossier import Dossier
from services.intake.domain.draft import Draft
from services.intake.domain.receipt import Receipt
from services.intake.forms.printer import Printer
from services.intake.gateways.bank import Payments
from services.intake.gateways.registry import Registry
from services.intake.scans.taking import Taking
from services.intake.store import Store
from shared.calendar import Calendar
from shared.documents import Documents
from shared.door import FromApp, FromStore
from shared.repository import Repository
from shared.sealing import Seals

__all__ = [
    "MOST_SKIPPED",
    "AtPrinter",
    "Bank",
    "Dossiers",
    "Drafts",
    "Kept",
    "Offered",
    "Papers",
    "People",
    "Receipts",
    "Results",
    "Sealing",
    "Working",
]

MOST_SKIPPED = 50_000
"""Dossiers before those that a list answers."""

Dossiers = Annotated[Repository[Dossier], FromStore("dossiers")]
Drafts = Annotated[Repository[Draft], FromStore("drafts")]
Kept = Annotated[Store, FromApp("store")]
Offered = Annotated[Catalogue, FromStore("catalogue")]
Takings = Annotated[Taking, FromApp("taking")]
Working = Annotated[Calendar, FromApp("calendar")]
AtPrinter = Annotated[Printer, FromApp("printer")]
Papers = Annotated[Documents, FromApp("papers")]
Results = Annotated[Documents, FromApp("results")]
Bank = Annotated[Payments, FromApp("bank")]
People = Annotated[Registry, FromApp("registry")]
Receipts = Annotated[Repository[Receipt], FromStore("receipts")]
Sealing = Annotated[Seals, FromApp("seals")]
