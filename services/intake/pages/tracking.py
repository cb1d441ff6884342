"""The tracking page: how far a dossier is, by its code; more with the second factor."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from services.intake.domain.catalogue import Catalogue
from services.intake.domain.changing import rate
from services.intake.domain.dossier import Dossier
from services.intake.domain.tracking import (
    NoSuchCode,
    NotTracked,
    Tracked,
    is_numbered,
    opened_by,
    typed_code,
)
from services.intake.pages.pay import pay_address
from services.intake.store import Store
from services.intake.templates import portal_words, words
from services.intake.templates.money import amount
from shared import door
from shared.auth import Anyone
from shared.clock import server_time
from shared.errors import Refusal
from shared.people import Person
from shared.sealing import Seals
from shared.web import Web, form
from shared.web.languages import N_
from shared.web.limits import TOO_OFTEN, Allowance, whence

__all__ = ["ASKED", "Tries", "router", "said_in", "told_of"]

BEFORE = {5, 7}
"""States that a dossier may have before it is received, and after."""
ASKED = 5
"""More papers are asked for: that is said, whatever is owed."""
APPLICANT = Person("", "", "applicant", "")
"""Whoever has shown the second factor: nobody that the login knows."""

WRONG: dict[type[Refusal], str] = {
    NoSuchCode: N_("Đây không phải mã hồ sơ hay mã tra cứu. Hãy xem lại mã trên giấy hẹn và gõ đúng từng chữ."),
    NotTracked: N_("Không tìm thấy hồ sơ nào có mã và bốn số này. Hãy so lại cả hai với giấy hẹn và thẻ căn cước."),
}

router = door.router()


@dataclass(slots=True)
class Tries:
    """Against guessing: per client address, and where digits are given per dossier and again per address.

    Four digits are ten thousand guesses: of one dossier, with six at once and one more each ten minutes, they take ten
    weeks. Whoever uses up a dossier's tries shuts its owner out for that long too; how far the dossier is can still be
    seen. Legal codes are known, so one may try a few digits on each of many: from one address 20 wrong ones and 12 more
    an hour, about 300 a day, open one dossier of any in a month. Each further address, and each replica, as each counts
    its own, does as much again; what is opened is masked. Who shares an address with such a guesser has the tracking
    code of the slip, which is random: with it nothing is swept, and no address is counted.
    """

    of_address: Allowance = field(default_factory=lambda: Allowance(30, timedelta(seconds=2)))
    of_guesses: Allowance = field(default_factory=lambda: Allowance(20, timedelta(minutes=5)))
    """Wrong digits with legal codes, per address."""
    of_dossier: Allowance = field(default_factory=lambda: Allowance(6, timedelta(minutes=10)))


@dataclass(frozen=True, slots=True)
class Ask:
    """A dossier code or a tracking code, and the second factor; without it only the state is answered."""

    code: str
    last_four: str = ""


@dataclass(frozen=True, slots=True)
class RateTracked:
    """How it went, told by who has the code and the digits. `score` is 1 to 5; `reasons` are codes."""

    code: str
    last_four: str
    score: int
    reasons: tuple[str, ...] = ()

    @property
    def asked(self) -> Ask:
        return Ask(self.code, self.last_four or "-")


@dataclass(frozen=True, slots=True)
class Lookup:
    """One look-up: what it needs beside the code and the digits."""

    store: Store
    offered: Catalogue
    seals: Seals
    tries: Tries
    whence: str
    """The neighbourhood that asks."""
    at: datetime
    pay: Callable[[str], str]
    """The path of a dossier's payment page; empty where nothing is paid online."""

    async def tracked(self, ask: Ask) -> Tracked:
        """Raises `NoSuchCode`, `NotTracked`, `TooManyTries`."""
        code, dossier = await self.found(ask)
        progress = await self.store.progress_of(dossier.id)
        if not ask.last_four:
            return Tracked.minimal(code, dossier, progress)
        return self._with_pay(Tracked.whole(code, dossier, progress, self.offered, self.at), dossier)

    async def rated(self, it: RateTracked) -> None:
        """Raises as `tracked`, and what `rate` refuses."""
        _, dossier = await self.found(it.asked)
        await self.store.dossiers.change(
            dossier.id, lambda there: rate(there, it.score, it.reasons, by=APPLICANT, at=self.at)
        )

    async def found(self, ask: Ask) -> tuple[str, Dossier]:
        """The code as it is written, and the dossier; each try is counted but those with the right digits."""
        self.tries.of_address.take(self.whence, self.at)
        code = typed_code(ask.code)
        found = await self.store.tracked(code)
        if not ask.last_four:
            return code, _found(next(iter(found), None))
        counted = [it.id for it in found] or [code]  # a dossier has two codes; one that there is not answers alike
        if is_numbered(code):
            self.tries.of_guesses.take(self.whence, self.at)
        for id in counted:
            self.tries.of_dossier.take(id, self.at)
        dossier = _found(opened_by(found, code, ask.last_four, self.seals.open))
        if is_numbered(code):
            self.tries.of_guesses.give_back(self.whence)
        for id in counted:
            self.tries.of_dossier.give_back(id)
        return code, dossier

    def _with_pay(self, it: Tracked, dossier: Dossier) -> Tracked:
        if not it.details or not it.details.owed:
            return it
        return replace(it, details=replace(it.details, pay=self.pay(dossier.id)))


def _found(dossier: Dossier | None) -> Dossier:
    """Raises `NotTracked`."""
    if dossier is None:
        raise NotTracked("No dossier has this code and these digits: compare both with the slip and the card.")
    return dossier


async def _looking(request: Request) -> Lookup:
    state, now = request.app.state, server_time()

    def pay(dossier: str) -> str:
        return pay_address(request, dossier, now) if state.bank.is_there else ""

    return Lookup(state.store, state.store.catalogue, state.seals, state.tries, whence(request), now, pay)


Looking = Annotated[Lookup, Depends(_looking)]


@router.get("/track", include_in_schema=False)
async def ask(request: Request, _: Anyone, pages: Web, code: str = "") -> Response:
    """The form; the slip's address brings the code along, and nothing else."""
    return pages.show(request, "track.html", code=code[:60], last_four="", wrong="", is_code=False)


@router.post("/track", include_in_schema=False)
async def answer(request: Request, _: Anyone, pages: Web, looking: Looking) -> Response:
    """The dossier, or the form again with what is wrong. The digits come in the body: an address would be kept."""
    fields = await form(request)
    asked = Ask(fields.get("code", ""), fields.get("last_four", ""))
    try:
        it = await looking.tracked(asked)
    except (NoSuchCode, NotTracked) as refusal:
        return _not_found(request, pages, asked, refusal)
    return pages.show(request, "tracked.html", again=_again(asked), **told_of(request, pages, it))


@router.post("/track/rating", include_in_schema=False)
async def say_how_it_went(request: Request, _: Anyone, pages: Web, looking: Looking) -> Response:
    """A rating of who has the code and the digits: of the applicant, whoever filed for them. The last word counts."""
    fields = await form(request)
    said = RateTracked(fields.get("code", ""), fields.get("last_four", ""), *said_in(fields))
    asked = said.asked
    wrong, rates = "", "rate" in fields  # else it is this answer once more, in the other language
    try:
        if rates:
            await looking.rated(said)
        else:
            await looking.found(asked)
    except (NoSuchCode, NotTracked) as refusal:
        return _not_found(request, pages, asked, refusal)
    except Refusal as refusal:
        wrong = portal_words.refusal(refusal)
    it = await looking.tracked(asked)
    done = "" if wrong or not rates else portal_words.DONE["rated"]
    told = told_of(request, pages, it) | {"done": done, "wrong_score": wrong}
    return pages.show(request, "tracked.html", 422 if wrong else 200, again=_again(asked), **told)


@router.post("/tracking", tags=["tracking"], responses=TOO_OFTEN)
async def tracking(asked: Ask, _: Anyone, looking: Looking) -> Tracked:
    """How far a dossier is, by its code; with the last four digits of the owner's number, everything about it.

    Of an organisation they are those of its phone or of who files for it; where neither is known, those of the legal
    code, asked with the tracking code.
    """
    return await looking.tracked(asked)


@router.post("/tracking/rating", tags=["tracking"], responses=TOO_OFTEN)
async def rate_tracked(said: RateTracked, _: Anyone, looking: Looking) -> Tracked:
    """Say how it went once it is over, with its code and the last four digits of the owner's number; no login."""
    await looking.rated(said)
    return await looking.tracked(said.asked)


def told_of(request: Request, pages: Web, it: Tracked) -> dict[str, Any]:
    """What the templates that tell of a dossier need."""
    language = pages.language(request)
    tell, money_of = partial(words.sentence, language=language), partial(amount, language=language)
    received = not it.details or it.details.received_at is not None or it.state not in BEFORE
    stage = words.stage(it.state) if received else 1
    shown: dict[str, Any] = {"it": it, "details": it.details, "tell": tell, "stage": stage, "words": words}
    is_theirs = it.details is not None and it.details.owed > 0 and it.state != ASKED
    shown["coming"] = words.coming(it.state, is_theirs=is_theirs)
    return shown | {"money_of": money_of, "done": "", "wrong_score": "", "portal": portal_words}


def said_in(fields: Mapping[str, str]) -> tuple[int, tuple[str, ...]]:
    """The score (0 where none was chosen) and the reasons of a rating's form."""
    raw = fields.get("score", "")
    reasons = tuple(code for code in portal_words.RATING if fields.get(f"because-{code}"))
    return int(raw) if raw in {str(it) for it in portal_words.SCORES} else 0, reasons


def _not_found(request: Request, pages: Web, asked: Ask, refusal: NoSuchCode | NotTracked) -> Response:
    """The form as it was sent. Which of the two is wrong is not known, unless the code can be none."""
    typed: dict[str, Any] = {"code": asked.code[:60], "last_four": asked.last_four[:4]}
    is_code = isinstance(refusal, NoSuchCode)
    return pages.show(request, "track.html", refusal.status, **typed, wrong=WRONG[type(refusal)], is_code=is_code)


def _again(asked: Ask) -> dict[str, str]:
    return {"code": asked.code, "last_four": asked.last_four}
