"""People over HTTP: what a card says, and what somebody filed before. Numbers come in bodies, never in addresses."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from services.intake.api.filing import AtDesk
from services.intake.api.given import Offered
from services.intake.api.shown import told_to
from services.intake.domain.card import Card
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.dossier import Dossier
from services.intake.domain.facts import Resembling
from services.intake.domain.filing import Applicant, Filing, Kind, Shown, number_of
from services.intake.gateways.addresses import Address, today
from shared import door
from shared.auth import CounterClerk, Filer
from shared.door import Now

__all__ = ["router"]

log = logging.getLogger(__name__)

router = door.router(tags=["people"])


@dataclass(frozen=True, slots=True)
class Scanned:
    text: str
    """What the QR of a citizen's card says."""


@dataclass(frozen=True, slots=True)
class Written:
    text: str
    """An address, old or new."""


@dataclass(frozen=True, slots=True)
class Whose:
    number: str
    kind: Kind = "person"
    shown: Shown = ""
    procedure: str = ""
    """Which procedure they come for now: to see whether they filed it before."""


@dataclass(frozen=True, slots=True)
class HeldPaper:
    """A paper with scans that may be used again."""

    code: str
    name: str
    scans: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    """A dossier of the same person."""

    id: str
    code: str
    procedure: str
    name: str
    state: str
    submitted_at: datetime
    papers: tuple[HeldPaper, ...]

    @classmethod
    def of(cls, dossier: Dossier, offered: Catalogue) -> Self:
        filing = dossier.filing
        procedure = offered.version(filing.procedure, dossier.version)
        names = {it.code: it.name for it in procedure.papers}
        papers = tuple(HeldPaper(it.code, names.get(it.code, it.code), it.scans) for it in filing.papers if it.scans)
        return cls(
            dossier.id, dossier.code, filing.procedure, procedure.name, dossier.state, dossier.submitted_at, papers
        )


@dataclass(frozen=True, slots=True)
class Known:
    """What is known here of somebody."""

    earlier: tuple[Earlier, ...]
    resembling: tuple[Resembling, ...]
    """Those among them that the filing at hand may be once more."""


@router.post("/people/card")
async def read_card(scanned: Scanned, _: CounterClerk) -> Card:
    """The fields of a citizen's card from its QR (`number|old number|name|birth|sex|address|issued`)."""
    card = Card.of(scanned.text)
    return replace(card, address_today=(await today(card.address)).today)


@router.post("/people/address")
async def read_address(written: Written, _: Filer) -> Address:
    """An address in the units since 1/7/2025: districts ended, communes were joined."""
    return await today(written.text)


@router.post("/people/dossiers")
async def known(whose: Whose, clerk: CounterClerk, desk: AtDesk, offered: Offered, now: Now) -> Known:
    """What is somebody's own, the newest first: for papers that need not be brought again, and against twins.

    Of a sensitive procedure, what another office handles is left out; a likely twin of the procedure at hand is named,
    for it must be looked at before anything is filed.
    """
    number = number_of(whose.kind, whose.shown, whose.number)
    there = told_to(clerk, await desk.store.held_by(desk.seals.marks(number)), offered)
    log.info("%s of %s looked up what somebody filed: %d dossiers", clerk.id, clerk.office, len(there))
    at_hand = Filing(whose.procedure, Applicant("", number))
    alike = await desk.resembling(at_hand, "", now) if whose.procedure else ()
    return Known(tuple(Earlier.of(it, offered) for it in there), alike)
