"""The queue, for people: take a number by one touch, see it coming on a phone, on the board, and call it at a desk."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from uuid import UUID, uuid4

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.intake.api.given import AtPrinter, Kept, Offered
from services.intake.api.queue import QUEUES, Turning, at_hand_of, board_of, called_next, place_of, taken
from services.intake.domain.catalogue import Catalogue, Office, OfficeNotOpen
from services.intake.domain.ticket import PRIORITIES, NobodyWaits, Priority, Ticket, Wish
from services.intake.forms.ticket import TicketForm, ticket_pdf
from services.intake.store import Store
from shared import door
from shared.auth import Anyone, CounterClerk
from shared.calendar import local_day
from shared.door import Now, WrongField
from shared.errors import Conflict
from shared.events import Decision
from shared.people import Person
from shared.web import Web, form
from shared.web.languages import N_

__all__ = ["router"]

WISHED: Mapping[str, str] = {
    "file": N_("Nộp hồ sơ mới"),
    "supplement": N_("Nộp giấy tờ bổ sung"),
    "result": N_("Nhận kết quả"),
    "ask": N_("Hỏi, nhờ hướng dẫn"),
}
FIRST: Mapping[Priority, str] = {
    "": N_("Không thuộc diện ưu tiên"),
    "elderly": N_("Từ 80 tuổi trở lên"),
    "disabled": N_("Người khuyết tật"),
    "pregnant": N_("Đang mang thai hoặc có con nhỏ dưới 36 tháng"),
    "merit": N_("Người có công với cách mạng"),
}

router = door.router()


@router.get("/queue", include_in_schema=False)
async def machine(request: Request, _: Anyone, pages: Web, offered: Offered, now: Now, office: str = "") -> Response:
    """One touch takes a number; without an office, it is chosen first."""
    day = local_day(now)
    if not office:
        return pages.show(request, "queue_offices.html", places=_places(offered, day), gone="", heirs=())
    try:
        here = offered.office(office, day)
    except OfficeNotOpen as refusal:
        return _gone(request, pages, offered, office, day, refusal.status)
    by_field = groupby(offered.in_force(day), key=attrgetter("field"))
    fields = [(name, list(same)) for name, same in by_field]
    return pages.show(request, "queue.html", here=here, fields=fields, id=str(uuid4()), wished=WISHED, first=FIRST)


@router.post("/queue", include_in_schema=False)
async def take(
    request: Request, _: Anyone, pages: Web, kept: Kept, offered: Offered, turning: Turning, now: Now
) -> Response:
    """The number: sent twice by a nervous finger, it is the same number."""
    fields = await form(request)
    wish = Wish(fields.get("office", ""), fields.get("what", ""), _priority(fields.get("priority", "")))
    ticket = await taken(_id(fields.get("id", "")), wish, request, kept, offered, turning, now)
    return RedirectResponse(f"/queue/ticket/{ticket.id}", 303)


@router.get("/queue/ticket/{ticket_id}.pdf", include_in_schema=False)
async def paper(
    ticket_id: UUID, request: Request, _: Anyone, kept: Kept, offered: Offered, printer: AtPrinter
) -> Response:
    """The number on paper, 80 mm wide."""
    place = await place_of(str(ticket_id), kept)
    ticket = await kept.tickets.get(place.id)
    url = f"{request.app.state.settings.public_url}/queue/ticket/{place.id}"
    told = on_paper(ticket.wish, offered)
    filled = TicketForm.of(place.number, _office(offered, place.office), told, place.before, place.taken_at, url)
    pdf = await printer.print(ticket_pdf, filled)
    return Response(pdf, media_type="application/pdf", headers={"cache-control": "no-store"})


@router.get("/queue/ticket/{ticket_id}", include_in_schema=False)
async def place(
    ticket_id: UUID, request: Request, _: Anyone, pages: Web, kept: Kept, offered: Offered, now: Now
) -> Response:
    """How many are before me? It tells itself anew. A number of another day is called no more."""
    it = await place_of(str(ticket_id), kept)
    is_over = it.state != "done" and local_day(it.taken_at) != local_day(now)
    return pages.show(request, "queue_ticket.html", it=it, office=_office(offered, it.office), is_over=is_over)


@router.get("/queue/display/{office}", include_in_schema=False)
async def board(
    office: str, request: Request, _: Anyone, pages: Web, kept: Kept, offered: Offered, now: Now
) -> Response:
    """The board in the hall: numbers and desks, no names."""
    day = local_day(now)
    try:
        here = offered.office(office, day)
    except OfficeNotOpen as refusal:
        return _gone(request, pages, offered, office, day, refusal.status)
    return pages.show(request, "queue_board.html", here=here, it=await board_of(here.code, kept, now))


@router.get("/queue/desk", include_in_schema=False)
async def desk(
    request: Request, clerk: CounterClerk, pages: Web, kept: Kept, offered: Offered, now: Now, desk: str = ""
) -> Response:
    """The clerk's own page: who is at my desk, who waits."""
    return await _desk(request, clerk, pages, kept, offered, now, desk)


@router.post("/queue/desk", include_in_schema=False)
async def call(request: Request, clerk: CounterClerk, pages: Web, kept: Kept, offered: Offered, now: Now) -> Response:
    """Next, again, not there, done: one key each. The page is the answer; what could not be done is told on it."""
    fields = await form(request)
    desk = fields.get("desk", "")
    try:
        if fields.get("do") == "next":
            await called_next(desk, clerk, kept, now)
        else:
            decide = _deed(fields.get("do", ""), clerk, now)
            await kept.tickets.change(_id(fields.get("ticket", "")), decide)
    except NobodyWaits:
        return await _desk(request, clerk, pages, kept, offered, now, desk, N_("Không có ai đang chờ."))
    except Conflict as refusal:
        wrong = REFUSED.get(refusal.code, N_("Số này đã đổi trạng thái ở bàn khác. Hãy xem lại."))
        return await _desk(request, clerk, pages, kept, offered, now, desk, wrong)
    return await _desk(request, clerk, pages, kept, offered, now, desk)


REFUSED: Mapping[str, str] = {
    "call-first": N_("Hãy gọi lại đủ hai lần trước khi bỏ qua: có người đi chậm."),
    "called-often": N_("Đã gọi lại hai lần. Nếu không có người, hãy bỏ qua số này."),
}


def wished(what: str, offered: Catalogue) -> str:
    """A wish in words: one of the machine's, or the procedure's name."""
    named = next((it.name for it in offered.procedures if it.code == what), what)
    return WISHED.get(what, named)


def on_paper(what: str, offered: Catalogue) -> str:
    """The same for a paper that may lie about: a sensitive procedure is a filing like any other."""
    return WISHED["file"] if any(it.sensitive for it in offered.versions(what)) else wished(what, offered)


async def _desk(
    request: Request,
    clerk: Person,
    pages: Web,
    kept: Store,
    offered: Catalogue,
    now: datetime,
    desk: str,
    wrong: str = "",
) -> Response:
    there = await at_hand_of(clerk, kept, now)
    return pages.show(
        request,
        "queue_desk.html",
        mine=[(it, wished(it.wish, offered)) for it in there.mine],
        passed=there.passed,
        waiting=there.waiting,
        office=_office(offered, clerk.office),
        desk=desk or next((it.desk for it in there.mine), ""),
        first=FIRST,
        wrong=wrong,
    )


def _deed(do: str, clerk: Person, now: datetime) -> Callable[[Ticket], Decision[Ticket]]:
    deeds: Mapping[str, Callable[[Ticket], Decision[Ticket]]] = {
        "recall": lambda it: it.recall(by=clerk, at=now),
        "absent": lambda it: it.absent(by=clerk, at=now),
        "serve": lambda it: it.serve(by=clerk),
        "done": lambda it: it.done(by=clerk, at=now),
    }
    if do not in deeds:
        raise WrongField("Press one of the keys of the page.", about="do")
    return deeds[do]


def _priority(text: str) -> Priority:
    for it in PRIORITIES:
        if it == text:
            return it
    return ""


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError as wrong:
        raise WrongField("Load the page again: it brings the number's id along.", about="id") from wrong


def _places(offered: Catalogue, day: date) -> list[Office]:
    return [it for it in offered.open_on(day) if it.kind in QUEUES]


def _gone(request: Request, pages: Web, offered: Catalogue, code: str, day: date, status: int) -> Response:
    """An office that is not open: where its work goes on, and the offices that are open, its heirs' counters first."""
    heirs = offered.successors(code, day)
    theirs = {it.code for it in heirs}
    places = sorted(_places(offered, day), key=lambda it: theirs.isdisjoint({it.code, it.parent}))
    gone = _office(offered, code)
    return pages.show(request, "queue_offices.html", status, gone=gone, heirs=heirs, places=places)


def _office(offered: Catalogue, code: str) -> str:
    return next((it.name for it in offered.offices if it.code == code), code)
