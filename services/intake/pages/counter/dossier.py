"""A dossier for the counters of its offices: who, what, how far, and what may be done with it now."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Self
from uuid import UUID, uuid4

from fastapi import Depends, Request, Response

from services.intake.api.forms import is_printed_anywhere
from services.intake.domain.asking import Askable, still_asked
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.changing import FIELDS
from services.intake.domain.dossier import CLOSED, Dossier
from services.intake.domain.printing import Printing
from services.intake.domain.progress import Progress, national_state
from services.intake.domain.tracking import Details
from services.intake.forms import FormName
from services.intake.forms.frame import WordsMissing
from services.intake.pages.counter.desk import office_name
from services.intake.pages.counter.online import TimeLeft
from services.intake.store import Store
from services.intake.templates import counter_words, words
from services.intake.templates.money import amount
from services.intake.templates.refusal_words import TOLD
from shared import door
from shared.auth import CounterClerk
from shared.calendar import Calendar
from shared.door import Now
from shared.errors import Refusal
from shared.people import Person
from shared.sealing import Seals
from shared.web import Pages

__all__ = ["AtFile", "File", "Told", "possible", "router", "wordable"]

log = logging.getLogger(__name__)

router = door.router()

STOPPED = 8
"""National code."""
FORMS: tuple[FormName, ...] = ("filed", "slip", "supplement", "refusal", "control")
"""Those that need no more words than are on record; the others are worded on the page."""


@dataclass(frozen=True, slots=True)
class Told:
    """A refusal on the page: beside which action, in words, and what was typed there."""

    action: str
    sentence: str
    detail: str
    typed: dict[str, str]

    @classmethod
    def of(cls, action: str, refusal: Refusal, typed: dict[str, str]) -> Self:
        lacks = counter_words.UNWORDED.get(refusal.about) if isinstance(refusal, WordsMissing) else None
        sentence = lacks or counter_words.REFUSALS.get(refusal.code) or TOLD.get(refusal.code, "")
        return cls(action, sentence, "" if sentence else str(refusal), typed)


@dataclass(frozen=True, slots=True)
class File:
    """A dossier's file as it lies open at a counter: what it takes to show it."""

    request: Request
    pages: Pages
    kept: Store
    offered: Catalogue
    working: Calendar
    seals: Seals

    async def show(self, id: str, clerk: Person, at: datetime, told: Told | None = None, status: int = 200) -> Response:
        """The page; a clerk of another office sees what to bring, and may take it in."""
        dossier, progress = await self.kept.dossiers.get(id), await self.kept.progress_of(id)
        procedure = self.offered.version(dossier.filing.procedure, dossier.version)
        is_ours = dossier.is_handled_by(clerk)
        opened = replace(dossier, filing=dossier.filing.sealed(self.seals.open)) if is_ours else dossier
        refused = await self.kept.printing_of(Printing.id_of(dossier.id, "refusal"))
        names = {it.code: it.name for it in procedure.papers}
        asked, askable = still_asked(dossier, progress), Askable.of(dossier, procedure)
        missing = [it.name for it in procedure.missing(dossier.filing.papers, dossier.filing.case)]
        if is_ours:
            log.info("%s of %s read dossier %s", clerk.id, clerk.office, dossier.id)
        shown: dict[str, Any] = {
            "it": opened,
            "is_ours": is_ours,
            "procedure": procedure,
            "state": national_state(dossier, progress),
            "details": Details.of(dossier, progress, self.offered, at, logged_in=True),
            "may": possible(dossier, progress, is_ours=is_ours) - ({"accept"} if missing else set()),
            "missing": missing,
            "askable": askable,
            "receivable": askable.awaiting(asked),
            "names": names,
            "asked": [(names.get(it.code, it.code), it) for it in asked],
            "fields": self._fields(opened),
            "has_result": is_ours and progress is not None and bool(progress.result),
            "forms": printable(dossier, progress, refused, is_ours=is_ours),
            "worded": wordable(dossier, progress),
            "assisted_at": office_name(self.offered, dossier.history[0].office) if dossier.history else "",
            "ticket": await self.kept.ticket(dossier.filing.ticket) if dossier.filing.ticket else None,
            "left": self._left(dossier, at),
            "key": str(uuid4()),
            "told": told,
            "typed": told.typed if told else {},
            "done": self._done(dossier),
        }
        language = self.pages.language(self.request)
        shown["tell"] = partial(words.sentence, language=language, of_staff=True)
        shown["money_of"] = partial(amount, language=language)
        return self.pages.show(self.request, "counter_dossier.html", status, words=words, said=counter_words, **shown)

    def _done(self, dossier: Dossier) -> str:
        """What the page comes back from."""
        done = self.request.query_params.get("done", "")
        return "accept-at-once" if done == "accept" and not dossier.is_slip_due else done

    def _left(self, dossier: Dossier, at: datetime) -> TimeLeft | None:
        """Until it must be answered, as long as it waits for that."""
        if dossier.state != "submitted" or dossier.respond_by is None:
            return None
        return TimeLeft.of(dossier.respond_by, at, self.working)

    @staticmethod
    def _fields(dossier: Dossier) -> dict[str, str]:
        """What may be corrected, as it stands."""
        filing = dossier.filing
        fields = {it: str(getattr(filing.applicant, it)) for it in FIELDS}
        return fields | ({f"owner.{it}": str(getattr(filing.owner, it)) for it in FIELDS} if filing.owner else {})


async def _file(request: Request) -> File:
    state = request.app.state
    return File(request, state.pages, state.store, state.store.catalogue, state.calendar, state.seals)


AtFile = Annotated[File, Depends(_file)]


@router.get("/counter/dossiers/{dossier_id}", include_in_schema=False)
async def whole(dossier_id: UUID, clerk: CounterClerk, file: AtFile, now: Now) -> Response:
    """The dossier with everything that happened to it, and what may be done with it now."""
    return await file.show(str(dossier_id), clerk, now)


def possible(dossier: Dossier, progress: Progress | None, *, is_ours: bool) -> frozenset[str]:
    """What may be done with it now, for the page to offer; the rules themselves decide when it is done."""
    if dossier.state in CLOSED:
        return frozenset()
    if not is_ours:
        return frozenset({"supplement"})
    then = _once_accepted(dossier, progress) if dossier.state == "accepted" else _before(dossier)
    return frozenset({"supplement", "correct", *then, *_of_money(dossier)})


def _of_money(dossier: Dossier) -> set[str]:
    if dossier.bill is None:
        return set()
    if dossier.bill.unknown:
        return {"amount"}
    return {"pay"} if dossier.bill.owed > 0 else set()


def _before(dossier: Dossier) -> set[str]:
    may = {"home", "refuse", "withdraw", "review" if dossier.resembles else "accept"}
    return {*may, "ask"} if dossier.state == "submitted" and not dossier.asked else may


def _once_accepted(dossier: Dossier, progress: Progress | None) -> set[str]:
    if progress is not None and progress.is_decided:
        return {"hand-over"}
    is_asked = dossier.wish is not None and not dossier.wish.answer
    return {"home"} if is_asked else {"home", "withdraw"}


def printable(
    dossier: Dossier, progress: Progress | None, refused: Printing | None, *, is_ours: bool
) -> tuple[FormName, ...]:
    """The forms that can be printed from what is on record; the refusal once its legal ground was given.

    Where another office handles it, those alone that any counter prints.
    """
    entries = {it.what for it in progress.entries} if progress else set[str]()
    has: dict[FormName, bool] = {
        "filed": is_printed_anywhere("filed", dossier),
        "slip": dossier.received_at is not None,
        "control": dossier.received_at is not None,
        "supplement": bool(dossier.asked) or "supplement-requested" in entries,
        "refusal": refused is not None and refused.words is not None,
    }
    return tuple(it for it in FORMS if has[it] and (is_ours or is_printed_anywhere(it, dossier)))


def wordable(dossier: Dossier, progress: Progress | None) -> tuple[FormName, ...]:
    """The forms that an official may word now: those of which the record says that they are due."""
    entries = progress.entries if progress else ()
    has: dict[FormName, bool] = {
        "apology": dossier.state == "accepted" and not (progress and progress.is_decided),
        "supplement": bool(dossier.asked) or any(it.what == "supplement-requested" for it in entries),
        "refusal": dossier.state == "refused"
        or any(it.what == "case-decided" and it.detail == "negative" for it in entries),
        "stop": national_state(dossier, progress) == STOPPED,
    }
    return tuple(it for it, is_due in has.items() if is_due)
