"""A dossier by what stands on its slip, for the counters. The code comes in the body, as everything scanned does."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from services.intake.api.given import Kept, Offered
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.dossier import Dossier
from services.intake.domain.tracking import NotTracked, typed_code
from shared import door
from shared.auth import CounterClerk

__all__ = ["router"]

router = door.router(tags=["dossiers"])


@dataclass(frozen=True, slots=True)
class Search:
    code: str
    """A legal code or a tracking code, in any case and with blanks anywhere; or all that the QR of a form says."""


@dataclass(frozen=True, slots=True)
class Found:
    """Enough to go on with a dossier; no person in it."""

    id: str
    code: str
    tracking: str
    procedure: str
    name: str
    """Of the procedure."""
    state: str
    receiving_office: str
    competent_office: str
    submitted_at: datetime
    due_at: datetime | None

    @classmethod
    def of(cls, it: Dossier, offered: Catalogue) -> Self:
        filing = it.filing
        return cls(
            it.id,
            it.code,
            it.tracking,
            filing.procedure,
            offered.version(filing.procedure, it.version).name,
            it.state,
            filing.receiving_office,
            filing.competent_office,
            it.submitted_at,
            it.due_at,
        )


@router.post("/dossiers/search")
async def search(wanted: Search, _: CounterClerk, kept: Kept, offered: Offered) -> list[Found]:
    """The dossier of a code: any counter takes in papers for it; what more is shown of it, its id is asked for.

    Two dossiers may have one tracking code, by chance.
    """
    found = await kept.tracked(typed_code(wanted.code.partition("|")[0]))
    if not found:
        raise NotTracked("No dossier has this code: compare it with the slip, or scan it again.", about="code")
    return [Found.of(it, offered) for it in found]
