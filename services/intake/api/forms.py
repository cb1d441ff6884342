"""The printed forms over HTTP. Every print is a fact: logged, counted, kept, and shown on a reprint."""

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from prometheus_client import Counter

from services.intake.api.given import Kept, Sealing, Working
from services.intake.domain.dossier import CLOSED, Dossier
from services.intake.domain.fees import CLERKS
from services.intake.domain.printing import Printing, Worded
from services.intake.forms import FORMS, FormName, Given
from services.intake.store import Store
from shared import door
from shared.auth import Filer, Insider
from shared.calendar import Calendar, local_day
from shared.codes import DossierCode
from shared.door import Now
from shared.people import Person
from shared.sealing import Seals

__all__ = ["is_printed_anywhere", "router"]

log = logging.getLogger(__name__)

PRINTED = Counter("motcua_forms_printed", "Forms that were printed, reprints too", ["form", "office"])
PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}, "description": "A5"}}
router = door.router(tags=["forms"])


@dataclass(frozen=True, slots=True)
class Desk:
    """What printing needs beside the form and its words."""

    kept: Store
    working: Calendar
    seals: Seals
    public_url: str
    by: Person
    at: datetime

    async def print(self, name: FormName, id: UUID, words: Worded | None = None) -> Response:
        """Refused before anything is written; then counted; then printed, with what was counted on it."""
        dossier = await self.kept.dossiers.get(str(id))
        _may_print(name, dossier, self.by)
        dossier = _shown_to(self.by, dossier)
        there = await self.kept.printing_of(Printing.id_of(dossier.id, name))
        form, given = FORMS[name], await self._given(dossier)
        words = self._dated(words, given) if words else None
        dated = form.dated(given)

        def printed(before: Printing | None) -> tuple[Printing]:
            new = before or Printing.new(dossier.id, name)
            return (new.printed(words, dated, by=self.by, at=self.at)[0],)

        form.check(self._of(given, printed(there)[0]))
        printing = await self.kept.printings.keep(Printing.id_of(dossier.id, name), printed)
        pdf = await asyncio.to_thread(form.pdf, self._of(given, printing))
        PRINTED.labels(name, self.by.office).inc()
        log.info("printed the %s of dossier %s at %s, print %s", name, dossier.id, self.by.office, printing.count)
        return shown(pdf, "application/pdf", f"{dossier.code or dossier.tracking}-{name}.pdf")

    async def _given(self, dossier: Dossier) -> Given:
        given = Given(
            dossier,
            self.kept.catalogue,
            self.seals.open(dossier.filing.applicant.number),
            self.public_url,
            progress=await self.kept.progress_of(dossier.id),
            working=self.working,
            at=self.at,
        )
        if not dossier.received_at:
            return given
        day, code = local_day(dossier.received_at), DossierCode.of(dossier.code)
        before = await self.kept.received_before(code.agency.text, day)
        return replace(given, volume=str(day.year), nth=str(before + code.number))

    @staticmethod
    def _of(given: Given, printing: Printing) -> Given:
        words = printing.words or Worded()
        return replace(
            given, words=words, worded_at=printing.worded_at, again=printing.again, issued_by=printing.issued_by
        )

    @staticmethod
    def _dated(words: Worded, given: Given) -> Worded:
        """With the date that cannot be kept, as it is on record now: later it is another, and nobody words it."""
        checked = words.checked()
        return replace(checked, old_due=given.due_at or checked.old_due)


@router.get("/dossiers/{dossier_id}/slip.pdf", responses=PDF)
async def printed_slip(
    dossier_id: UUID, request: Request, by: Filer, kept: Kept, working: Working, seals: Sealing, now: Now
) -> Response:
    """The reception slip (form 01): one copy for the applicant, one for the file. A citizen prints their own.

    Where none is due (`is_slip_due`) it is printed as well: whoever comes here has asked for it.
    """
    return await _desk(request, by, kept, working, seals, now).print("slip", dossier_id)


@router.get("/dossiers/{dossier_id}/filed.pdf", responses=PDF)
async def printed_filing(
    dossier_id: UUID, request: Request, by: Filer, kept: Kept, working: Working, seals: Sealing, now: Now
) -> Response:
    """The number of a filing on paper, from its first second. A citizen prints their own.

    Filed online, any counter prints it until it is accepted or closed, without address and phone.
    """
    return await _desk(request, by, kept, working, seals, now).print("filed", dossier_id)


@router.get("/dossiers/{dossier_id}/forms/{form}.pdf", responses=PDF)
async def printed(
    dossier_id: UUID,
    form: FormName,
    request: Request,
    by: Insider,
    kept: Kept,
    working: Working,
    seals: Sealing,
    now: Now,
) -> Response:
    """A form of the set that holds for the dossier, once more if it was printed before: with the words given then."""
    return await _desk(request, by, kept, working, seals, now).print(form, dossier_id)


@router.post("/dossiers/{dossier_id}/forms/{form}.pdf", responses=PDF)
async def worded(
    dossier_id: UUID,
    form: FormName,
    words: Worded,
    request: Request,
    by: Insider,
    kept: Kept,
    working: Working,
    seals: Sealing,
    now: Now,
) -> Response:
    """A form with what an official words on it: the reason, the legal ground, the new date, whom to ask."""
    return await _desk(request, by, kept, working, seals, now).print(form, dossier_id, words)


@router.get("/dossiers/{dossier_id}/printings/{form}")
async def printings(dossier_id: UUID, form: FormName, by: Insider, kept: Kept) -> Printing:
    """Who printed a form of a dossier, when, and with which words."""
    (await kept.dossiers.get(str(dossier_id))).handled_by(by)
    return await kept.printings.get(Printing.id_of(str(dossier_id), form))


def shown(content: bytes, kind: str, name: str) -> Response:
    """A paper for the browser to show, and not to keep."""
    how = "inline" if kind == "application/pdf" else "attachment"
    headers = {"content-disposition": f'{how}; filename="{name}"', "cache-control": "no-store"}
    return Response(content, media_type=kind, headers=headers)


def is_printed_anywhere(name: FormName, dossier: Dossier) -> bool:
    """Whether any counter prints it: the number of an online filing that still waits to be accepted (D3)."""
    is_waiting = not dossier.code and dossier.state not in CLOSED
    return name == "filed" and dossier.filing.channel == "online" and is_waiting


def _may_print(name: FormName, dossier: Dossier, by: Person) -> None:
    """Raises `NotYours`, `NotYourOffice`."""
    if by.role == "citizen":
        dossier.belongs_to(by)
    elif not (by.role in CLERKS and is_printed_anywhere(name, dossier)):
        dossier.handled_by(by)


def _shown_to(by: Person, dossier: Dossier) -> Dossier:
    """For a counter that handles it not, without where its people live and how they are reached."""
    if by.role == "citizen" or dossier.is_handled_by(by):
        return dossier
    filing = dossier.filing
    applicant, owner = (it and replace(it, address="", phone="", email="") for it in (filing.applicant, filing.owner))
    return replace(dossier, filing=replace(filing, applicant=applicant, owner=owner))


def _desk(request: Request, by: Person, kept: Store, working: Calendar, seals: Seals, now: datetime) -> Desk:
    return Desk(kept, working, seals, request.app.state.settings.public_url, by, now)
