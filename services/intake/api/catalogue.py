"""The catalogue over HTTP: procedures and offices to read and to find, and for its editors to change."""

import asyncio
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import msgspec
from fastapi import Request, Response

from services.intake.api.given import Kept, Offered, Working
from services.intake.api.publishing import Editing, PublicationMade, Withdrawn, received
from services.intake.domain.catalogue import Office, Procedure, ProcedureNotInForce
from services.intake.domain.editing import DryRun
from services.intake.domain.finding import finder
from services.intake.domain.outlook import Offer, today
from services.intake.forms.workbook import to_workbook, to_yaml
from shared import door
from shared.auth import Anyone, Editor, InsiderOrEditor
from shared.calendar import local_day
from shared.door import Now, WrongField

__all__ = ["XLSX", "router"]

router = door.router(tags=["catalogue"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
YAML = "application/yaml"
MOST_FOUND = 100
A_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A workbook (XLSX) as it is exported, or YAML; the content decides.",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (XLSX, YAML)},
    }
}


@dataclass(frozen=True, slots=True)
class WithdrawVersion:
    from_day: date
    """The first day on which nothing can be filed under it."""


@router.get("/procedures")
async def procedures(_: Anyone, offered: Offered, now: Now, on: str = "") -> list[Procedure]:
    """The procedures in force on a day (today), by field and name."""
    return list(offered.in_force(_day(on, local_day(now))))


@router.get("/procedures/search")
async def search(
    _: Anyone, offered: Offered, now: Now, q: str = "", event: str = "", field: str = "", limit: int = 20
) -> list[Procedure]:
    """The procedures in force today that plain words ask for, the best first; without diacritics too.

    Without words: those of what happened in one's life (`event`: `birth`), or of a field. Each without the `sample` of
    its papers, for it is asked at every pause of typing: that stands in the procedure itself.
    """
    most = max(1, min(limit, MOST_FOUND))
    return [_without_samples(it) for it in finder(offered, local_day(now)).look(q, event, field, most)[:most]]


@router.get("/procedures/{code}")
async def procedure(code: str, _: Anyone, offered: Offered, now: Now, on: str = "") -> Procedure:
    """The version in force on a day (today); a local variant's code will do."""
    return offered.procedure(code, _day(on, local_day(now)))


@router.get("/procedures/{code}/offer")
async def offer(code: str, _: Anyone, offered: Offered, working: Working, now: Now, case: str = "") -> Offer:
    """What to bring in a case, how long it takes and until when if it came in now, where to file, who decides.

    A code that was replaced is answered with the procedure that replaced it.
    """
    return Offer.of(today(offered, code, local_day(now)), case, now, offered, working)


@router.get("/procedures/{code}/versions")
async def versions(code: str, _: Anyone, offered: Offered) -> list[Procedure]:
    """All versions, the oldest first, also those that have ended or are withdrawn."""
    if known := offered.versions(code):
        return list(known)
    raise ProcedureNotInForce(f"There never was a procedure {code}: choose one from the list.", about="code")


@router.post("/procedures/{code}/versions/{version}/withdrawal")
async def withdraw(code: str, version: int, how: WithdrawVersion, by: Editor, kept: Kept, now: Now) -> Withdrawn:
    """WithdrawVersion a version from a day on: it is never edited. Dossiers filed before stay on it."""
    return await Editing(kept.published, by, now).withdraw(code, version, how.from_day)


@router.get("/offices")
async def offices(_: Anyone, offered: Offered, now: Now, on: str = "") -> list[Office]:
    """The offices open on a day (today)."""
    return list(offered.open_on(_day(on, local_day(now))))


@router.get("/offices/{code}")
async def office(code: str, _: Anyone, offered: Offered, now: Now, on: str = "") -> Office:
    """The office on a day (today); after its end the refusal names where its work goes on."""
    return offered.office(code, _day(on, local_day(now)))


@router.get("/offices/{code}/successors")
async def successors(code: str, _: Anyone, offered: Offered, now: Now, on: str = "") -> list[Office]:
    """Where the work of an office goes on on a day (today); the office itself while it lives."""
    return list(offered.successors(code, _day(on, local_day(now))))


@router.get("/catalogue/export.yaml", responses={200: {"content": {YAML: {}}}})
async def export_yaml(_: InsiderOrEditor, offered: Offered) -> Response:
    """All versions and all offices; read in again, it changes nothing."""
    return _file(await asyncio.to_thread(to_yaml, offered), YAML, "catalogue.yaml")


@router.get("/catalogue/export.xlsx", responses={200: {"content": {XLSX: {}}}})
async def export_workbook(_: InsiderOrEditor, offered: Offered) -> Response:
    """The same as a workbook, a sheet for each kind of thing."""
    return _file(await asyncio.to_thread(to_workbook, offered), XLSX, "catalogue.xlsx")


@router.post("/catalogue/dry-run", openapi_extra=A_FILE)
async def dry_run(request: Request, by: Editor, kept: Kept, now: Now) -> DryRun:
    """What publishing a file would do, and every mistake in it with its cell or its entry. Nothing is changed."""
    made = await Editing(kept.published, by, now).dry_run(await received(request))
    return made.run


@router.post("/catalogue/publication", openapi_extra=A_FILE)
async def publish(request: Request, by: Editor, kept: Kept, now: Now, digest: str) -> PublicationMade:
    """Publish a file, given the `digest` of the dry run that was seen: that, or nothing."""
    made = await Editing(kept.published, by, now).publish(await received(request), digest)
    return PublicationMade.of(made)


def _without_samples(it: Procedure) -> Procedure:
    return replace(it, papers=tuple(replace(paper, sample=()) for paper in it.papers))


def _day(text: str, today: date) -> date:
    try:
        return msgspec.convert(text, date) if text else today
    except msgspec.ValidationError as wrong:
        raise WrongField("`on` is a day: write it like 2026-07-01.", about="on") from wrong


def _file(content: bytes, kind: str, name: str) -> Response:
    return Response(content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})
