"""Money that the post took at a door. Pure."""

from dataclasses import replace
from datetime import datetime

from services.intake.domain.bill import Bill
from services.intake.domain.dossier import Dossier
from shared.events import Decision
from shared.people import Person

__all__ = ["collected"]


def collected(dossier: Dossier, id: str, dong: int, *, parcel: str, by: Person, at: datetime) -> Decision[Dossier]:
    """It is in the book, whatever was due: where the dossier has no bill, in one without lines, as a difference."""
    there = dossier if dossier.bill else replace(dossier, bill=Bill(dossier.filing.receiving_office, ()))
    return there.with_bill(lambda it: it.collect(id, dong, parcel=parcel, by=by, at=at), by=by, at=at)
