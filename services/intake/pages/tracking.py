"""The tracking page: how far a dossier is, by its code; more with the second factor."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from fastapi import Request, Response

from services.intake.api.given import Kept, Offered
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.tracking import (
    NoSuchCode,
    NotTracked,
    Tracked,
    opened_by,
    typed_code,
)
from services.intake.store import Store
from services.intake.templates import words
from shared import door
from shared.auth import Anyone
from shared.door import FromApp, Now
from shared.errors import Refusal
from shared.web import Web, form
from shared.web.languages import N_
from shared.web.limits import Allowance, neighbourhood

__all__ = ["Tries", "router"]

WRONG: dict[type[Refusal], str] = {
    NoSuchCode: N_("Đây không phải mã hồ sơ hay mã tra cứu. Hãy xem lại mã trên giấy hẹn và gõ đúng từng chữ."),
    NotTracked: N_("Không tìm thấy hồ sơ nào có mã và bốn số này. Hãy so lại cả hai với giấy hẹn và thẻ căn cước."),
}

router = door.router()


@dataclass(slots=True)
class Tries:
    """Against guessing: per client address, and per code where digits are given. Each replica counts its own.

    Four digits are ten thousand guesses: with six at once and one more each ten minutes they take ten weeks. Whoever
    uses up a code's tries shuts its owner out for that long too; how far the dossier is can still be seen.
    """

    of_address: Allowance = field(default_factory=lambda: Allowance(30, timedelta(seconds=2)))
    of_code: Allowance = field(default_factory=lambda: Allowance(6, timedelta(minutes=10)))


Tried = Annotated[Tries, FromApp("tries")]


@dataclass(frozen=True, slots=True)
class Ask:
    """A dossier code or a tracking code, and the second factor; without it only the state is answered."""

    code: str
    last_four: str = ""


@dataclass(frozen=True, slots=True)
class Lookup:
    """One look-up: what it needs beside the code and the digits."""

    store: Store
    offered: Catalogue
    tries: Tries
    client: str
    at: datetime

    async def tracked(self, ask: Ask) -> Tracked:
        """Raises `NoSuchCode`, `NotTracked`, `TooManyTries`."""
        self.tries.of_address.take(neighbourhood(self.client), self.at)
        code = typed_code(ask.code)
        if ask.last_four:
            self.tries.of_code.take(code, self.at)
        found = await self.store.tracked(code)
        dossier = opened_by(found, ask.last_four) if ask.last_four else next(iter(found), None)
        if dossier is None:
            raise NotTracked("No dossier has this code and these digits: compare both with the slip and the card.")
        progress = await self.store.progress_of(dossier.id)
        if not ask.last_four:
            return Tracked.minimal(code, dossier, progress)
        self.tries.of_code.give_back(code)
        return Tracked.whole(code, dossier, progress, self.offered)


@router.get("/track", include_in_schema=False)
async def ask(request: Request, _: Anyone, pages: Web, code: str = "") -> Response:
    """The form; the slip's address brings the code along, and nothing else."""
    return pages.show(request, "track.html", code=code[:60], wrong="")


@router.post("/track", include_in_schema=False)
async def answer(
    request: Request, _: Anyone, pages: Web, kept: Kept, offered: Offered, tries: Tried, now: Now
) -> Response:
    """The dossier, or the form again with what is wrong. The digits come in the body: an address would be kept."""
    fields = await form(request)
    asked = Ask(fields.get("code", ""), fields.get("last_four", ""))
    try:
        it = await Lookup(kept, offered, tries, _client(request), now).tracked(asked)
    except (NoSuchCode, NotTracked) as refusal:
        return pages.show(request, "track.html", refusal.status, code=asked.code[:60], wrong=WRONG[type(refusal)])
    return _tracked_page(request, pages, it, {"code": asked.code, "last_four": asked.last_four})


@router.post("/tracking", tags=["tracking"])
async def tracking(
    asked: Ask, request: Request, _: Anyone, kept: Kept, offered: Offered, tries: Tried, now: Now
) -> Tracked:
    """How far a dossier is, by its code; with the last four digits of the owner's number, everything about it."""
    return await Lookup(kept, offered, tries, _client(request), now).tracked(asked)


def _tracked_page(request: Request, pages: Web, it: Tracked, again: dict[str, str]) -> Response:
    tell = partial(words.sentence, language=pages.language(request))
    return pages.show(
        request,
        "tracked.html",
        again=again,
        it=it,
        details=it.details,
        tell=tell,
        stage=words.stage(it.state),
        words=words,
    )


def _client(request: Request) -> str:
    """Who asks. Behind the gateway uvicorn takes it from X-Forwarded-For, of the proxies that it trusts alone."""
    return request.client.host if request.client else ""
