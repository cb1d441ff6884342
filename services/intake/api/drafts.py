"""Drafts over HTTP: saved from a phone, finished at a counter, or the other way round."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Self
from uuid import UUID

from services.intake.api.given import Drafts, Kept, Offered, Sealing
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.draft import Draft, NoSuchDraft
from services.intake.domain.filing import Filing
from services.intake.domain.tracking import NoSuchCode, is_factor, last_four
from shared import door
from shared.auth import CounterClerk, Filer
from shared.codes import TrackingCode
from shared.door import FromApp, Now
from shared.errors import Refusal
from shared.events import Decision
from shared.sealing import Seals
from shared.web.limits import TOO_OFTEN, Allowance

__all__ = ["Saved", "opening", "router"]

router = door.router(tags=["drafts"])

Opening = Annotated[Allowance, FromApp("draft_tries")]


@dataclass(frozen=True, slots=True)
class Saved:
    """A draft as whoever goes on with it sees it."""

    id: str
    code: str
    """To say at the counter, with the last four digits of the applicant's number."""
    filing: Filing
    saved_at: datetime
    until: datetime | None
    name: str = ""
    """Of its procedure, as it was published last; empty where none is chosen, or none that is known."""

    @classmethod
    def of(cls, draft: Draft, seals: Seals, offered: Catalogue) -> Self:
        filing, versions = draft.filing.sealed(seals.open), offered.versions(draft.filing.procedure)
        name = versions[-1].name if versions else ""
        return cls(draft.id, draft.code, filing, draft.saved_at, draft.until, name)


@dataclass(frozen=True, slots=True)
class Open:
    code: str
    last_four: str


def opening() -> Allowance:
    """Against guessing the digits of a draft: per code, as for a dossier's. Each replica counts its own."""
    return Allowance(6, timedelta(minutes=10))


@router.put("/drafts/{draft_id}")
async def save(
    draft_id: UUID, filing: Filing, by: Filer, drafts: Drafts, seals: Sealing, offered: Offered, now: Now
) -> Saved:
    """Keep what was typed so far, under the id that the dossier will have. Nothing is checked yet."""
    id, sealed = str(draft_id), filing.sealed(seals.seal)
    code = TrackingCode.make(secrets.token_bytes(8)).text
    draft = await drafts.keep(
        id,
        lambda there: there.save(sealed, by=by, at=now) if there else Draft.begin(id, sealed, code=code, by=by, at=now),
    )
    return Saved.of(draft, seals, offered)


@router.get("/drafts/{draft_id}")
async def show(draft_id: UUID, by: Filer, drafts: Drafts, seals: Sealing, offered: Offered) -> Saved:
    """A draft of one's own, or one that was opened at one's counter."""
    draft = await drafts.get(str(draft_id))
    draft.open_to(by)
    return Saved.of(draft, seals, offered)


@router.get("/drafts")
async def mine(by: Filer, kept: Kept, seals: Sealing, offered: Offered, now: Now) -> list[Saved]:
    """One's own drafts that are not filed yet, the newest first."""
    return [Saved.of(it, seals, offered) for it in await kept.drafts_of(by.id, now)]


@router.post("/drafts/opening", responses=TOO_OFTEN)
async def open_at_counter(
    asked: Open,
    clerk: CounterClerk,
    kept: Kept,
    drafts: Drafts,
    seals: Sealing,
    offered: Offered,
    tries: Opening,
    now: Now,
) -> Saved:
    """Go on with somebody's draft at the counter: they say its code and the last four digits of their number."""
    try:
        code = TrackingCode.of(asked.code).text
    except Refusal as wrong:
        raise NoSuchCode(str(wrong), about="code") from wrong
    tries.take(code, now)
    found = await kept.draft_of(code)
    if not found or not is_factor(last_four(found.filing.sealed(seals.open).applicant), asked.last_four):
        raise NoSuchDraft("There is no draft with this code and these digits: compare both.")
    tries.give_back(code)
    return Saved.of(await drafts.change(found.id, lambda it: it.help(by=clerk)), seals, offered)


@router.delete("/drafts/{draft_id}")
async def throw_away(draft_id: UUID, by: Filer, drafts: Drafts, kept: Kept, seals: Sealing, offered: Offered) -> Saved:
    """Nothing of what was typed is left. Of one that was filed it is still told, to who began it, what became of it."""
    id = str(draft_id)
    filed = await kept.filed_as([id])

    def ended(draft: Draft) -> Decision[Draft]:
        draft.open_to(by)
        return draft.filed(filed[0].submitted_at) if filed else draft.throw_away(by=by)

    return Saved.of(await drafts.change(id, ended), seals, offered)
