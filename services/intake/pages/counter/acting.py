"""What is done with a dossier at the counter, from its page: each a form, each the same call as the API's."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.intake.api import dossiers as deeds, fees, forms, links
from services.intake.api.filing import AtDesk, Desk
from services.intake.api.given import Bank, Kept
from services.intake.api.links import LinkKey
from services.intake.domain.printing import Worded
from services.intake.pages.counter import typed
from services.intake.pages.counter.dossier import AtFile, File, Told
from shared import door
from shared.auth import CounterClerk
from shared.door import Now
from shared.errors import NotFound, Refusal, Repeated
from shared.people import Person
from shared.web import form

__all__ = ["router"]

router = door.router()


class NothingAsked(Refusal):
    """Nothing was marked."""

    @property
    def code(self) -> str:
        return "words-missing"


@dataclass(frozen=True, slots=True)
class Doing:
    """One action on one dossier: the form's fields, and what the API's calls are given."""

    id: UUID
    fields: typed.Fields
    clerk: Person
    desk: Desk
    bank: Bank
    at: datetime

    @property
    def key(self) -> str:
        """The same form sent twice is done once."""
        return f"page/{self.fields['key']}" if self.fields.get("key") else ""

    def do(self, action: str) -> Awaitable[object]:
        """Raises `NotFound` for an action that there is not."""
        doings: Mapping[str, Callable[[], Awaitable[object]]] = {
            "accept": self.accept,
            "refuse": self.refuse,
            "ask": self.ask,
            "supplement": self.supplement,
            "review": self.review,
            "correct": self.correct,
            "home": self.home,
            "withdraw": self.withdraw,
            "hand-over": self.hand_over,
            "pay": self.pay,
            "amount": self.amount,
        }
        if action not in doings:
            raise NotFound("There is no such action: open the dossier again.")
        return doings[action]()

    def accept(self) -> Awaitable[object]:
        desk = self.desk
        dossiers = desk.store.dossiers
        return deeds.accept(self.id, self.clerk, dossiers, desk.offered, desk.working, self.key, self.at)

    def refuse(self) -> Awaitable[object]:
        why = deeds.Refuse(self.fields.get("reason", ""), self.fields.get("words", ""))
        return deeds.refuse(self.id, why, self.clerk, self.desk.store.dossiers, self.key, self.at)

    def ask(self) -> Awaitable[object]:
        items = tuple(typed.asked_for(self.fields))
        if not items:
            raise NothingAsked("Mark what is missing, each with its reason.", about="items")
        asked = deeds.AskSupplement(items)
        desk = self.desk
        return deeds.ask_supplement(self.id, asked, self.clerk, desk.store.dossiers, desk.offered, self.key, self.at)

    def supplement(self) -> Awaitable[object]:
        brought, dossiers = deeds.Supplement(tuple(typed.brought_in(self.fields))), self.desk.store.dossiers
        return deeds.supplement(self.id, brought, self.clerk, dossiers, self.desk, self.key, self.at)

    def review(self) -> Awaitable[object]:
        others = tuple(name.removeprefix("other-") for name in self.fields if name.startswith("other-"))
        return deeds.review(self.id, deeds.Review(others), self.clerk, self.desk.store.dossiers, self.key, self.at)

    def correct(self) -> Awaitable[object]:
        """Only what was changed on the form."""
        wanted, desk = deeds.Correct(typed.put_right(self.fields)), self.desk
        return deeds.put_right(self.id, wanted, self.clerk, desk.store.dossiers, desk, desk.seals, self.key, self.at)

    def home(self) -> Awaitable[object]:
        desk, store = self.desk, self.desk.store
        wanted = deeds.ChooseHome(typed.home_by(self.fields), self.fields.get("address", ""))
        return deeds.go_home(self.id, wanted, self.clerk, store.dossiers, store, desk.offered, self.key, self.at)

    def withdraw(self) -> Awaitable[object]:
        wish, store = deeds.Withdraw(self.fields.get("words", "")), self.desk.store
        return deeds.take_back(self.id, wish, self.clerk, store.dossiers, store, self.key, self.at)

    def hand_over(self) -> Awaitable[object]:
        dossiers = self.desk.store.dossiers
        how = deeds.HandOver("counter", typed.receiver(self.fields), typed.old_number(self.fields))
        return deeds.give_out(self.id, how, self.clerk, dossiers, self.desk, self.key, self.at)

    def pay(self) -> Awaitable[object]:
        """Under the form's own key, so that the same form takes money once."""
        paid = fees.Pay(typed.dong(self.fields))
        return fees.pay(self.id, typed.key(self.fields), paid, self.clerk, self.desk.store, self.bank, self.at)

    def amount(self) -> Awaitable[object]:
        asked = fees.SetAmount(self.fields.get("fee", ""), typed.dong(self.fields), self.fields.get("because", ""))
        return fees.set_amount(self.id, asked, self.clerk, self.desk.store, self.bank, self.key, self.at)


@router.post("/counter/dossiers/{dossier_id}/papers/{digest}", include_in_schema=False)
async def open_paper(
    dossier_id: UUID, digest: str, clerk: CounterClerk, request: Request, kept: Kept, key: LinkKey, now: Now
) -> Response:
    """The paper itself, by a link of five minutes that is written down."""
    link = await links.issue(dossier_id, digest, request, clerk, kept.dossiers, kept, key, now)
    return RedirectResponse(link.url, HTTPStatus.SEE_OTHER)


@router.post("/counter/dossiers/{dossier_id}/result", include_in_schema=False)
async def open_result(
    dossier_id: UUID, clerk: CounterClerk, request: Request, kept: Kept, key: LinkKey, now: Now
) -> Response:
    """The signed result, for who stands at the counter; an electronic one is handed over with that."""
    link = await links.issue_to_result(dossier_id, request, clerk, kept.dossiers, kept, key, now)
    return RedirectResponse(link.url, HTTPStatus.SEE_OTHER)


@router.post("/counter/dossiers/{dossier_id}/print", include_in_schema=False)
async def print_worded(
    dossier_id: UUID, clerk: CounterClerk, request: Request, file: AtFile, desk: AtDesk, now: Now
) -> Response:
    """A form with words of the clerk's own on it."""
    fields = await form(request)
    try:
        name = typed.form_name(fields)
        words = Worded(
            fields.get("reason", ""),
            fields.get("ground", ""),
            fields.get("contact", ""),
            new_due=typed.moment(fields.get("new_due", "")),
        )
        return await forms.worded(dossier_id, name, words, request, clerk, desk.store, desk.working, desk.seals, now)
    except Refusal as refusal:
        return await file.show(str(dossier_id), clerk, now, Told.of("print", refusal, fields), refusal.status)


@router.post("/counter/dossiers/{dossier_id}/{action}", include_in_schema=False)
async def act(
    dossier_id: UUID,
    action: str,
    clerk: CounterClerk,
    request: Request,
    file: AtFile,
    desk: AtDesk,
    bank: Bank,
    now: Now,
) -> Response:
    """Done, and back to the page; or the page with what is wrong and all that was typed."""
    fields = await form(request)
    doing = Doing(dossier_id, fields, clerk, desk, bank, now)
    return await _answered(doing, action, file, clerk, now)


async def _answered(doing: Doing, action: str, file: File, clerk: Person, now: datetime) -> Response:
    id = str(doing.id)
    try:
        await doing.do(action)
    except Repeated:
        pass  # the same form was sent twice: it is done
    except Refusal as refusal:
        return await file.show(id, clerk, now, Told.of(action, refusal, dict(doing.fields)), refusal.status)
    return RedirectResponse(f"/counter/dossiers/{id}?done={action}", HTTPStatus.SEE_OTHER)
