"""The queue: a number for each, called fairly, by one desk only, tied to the dossier that comes of it."""

import asyncio
import re
import uuid
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, strategies as st

from services.intake.api.queue import Turns, called_next
from services.intake.domain.ticket import (
    HEAD_START,
    CalledOften,
    CallFirst,
    NotADesk,
    NotCalled,
    NotWaiting,
    NotYourQueue,
    Ticket,
    Wish,
)
from services.intake.store import keep
from services.intake.store.indexes import waiting_before
from shared.calendar import local_day
from shared.people import Person
from shared.repository import nowhere
from shared.web.limits import Allowance
from tests.intake.front import PROCEDURE, Front
from tests.intake.printed import codes, texts

AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
OFFICE, OTHER = "H36.202.02", "H36.202.01"
CLERK = Person("demo-counter", "", "counter-clerk", OFFICE)
WILL = "2.001019"
"""A sensitive procedure."""
DAY = date(2026, 11, 24)


def ticket(number: int = 1, priority: Any = "", at: datetime = AT) -> Ticket:
    return Ticket.take(f"t{number}", Wish(OFFICE, "result", priority), number, day=DAY, at=at)[0]


def called() -> Ticket:
    return ticket().call("2", by=CLERK, at=AT)[0]


def test_a_ticket_holds_nothing_of_a_person():
    assert {it.name for it in fields(Ticket)} == {
        *("id", "office", "day", "number", "wish", "priority", "taken_at", "place_at", "state"),
        *("desk", "called_by", "called_at", "recalls", "ended_at", "dossier"),
    }


def test_a_number_goes_from_waiting_to_the_desk_to_done_and_keeps_its_dossier():
    served = called().serve("d-1", by=CLERK, at=AT)[0]
    done = served.done(by=CLERK, at=AT)[0]
    assert (called().state, served.state, done.state, done.dossier, done.desk) == (
        "called",
        "serving",
        "done",
        "d-1",
        "2",
    )
    assert done.done(by=CLERK, at=AT) == (done,)
    with pytest.raises(NotCalled):
        ticket().done(by=CLERK, at=AT)


def test_somebody_is_called_again_twice_before_they_are_passed_over_and_may_still_come_back():
    it = called()
    for _ in range(2):
        with pytest.raises(CallFirst):
            it.absent(by=CLERK, at=AT)
        it = it.recall(by=CLERK, at=AT)[0]
    with pytest.raises(CalledOften):
        it.recall(by=CLERK, at=AT)
    passed = it.absent(by=CLERK, at=AT)[0]
    assert passed.state == "absent"
    assert passed.absent(by=CLERK, at=AT) == (passed,)
    back = passed.recall(by=CLERK, at=AT)[0]
    assert (back.state, back.recalls) == ("called", 0)


def test_a_number_is_called_once_and_by_its_own_office():
    with pytest.raises(NotWaiting):
        called().call("3", by=CLERK, at=AT)
    with pytest.raises(NotYourQueue):
        ticket().call("3", by=Person("x", "", "counter-clerk", OTHER), at=AT)
    for desk in ("", "bàn 2", "12345"):
        with pytest.raises(NotADesk):
            ticket().call(desk, by=CLERK, at=AT)


@given(st.lists(st.tuples(st.integers(0, 240), st.sampled_from(["", "elderly", "merit"])), min_size=2, max_size=40))
def test_who_may_go_first_waits_less_and_nobody_is_overtaken_by_who_came_more_than_the_head_start_later(arrivals):
    tickets = [ticket(n, why, AT + timedelta(minutes=late)) for n, (late, why) in enumerate(arrivals)]
    order = sorted(tickets, key=lambda it: it.place_at)
    for n, first in enumerate(order):
        for behind in order[n + 1 :]:
            assert first.taken_at <= behind.taken_at + HEAD_START
            if first.priority == behind.priority:
                assert first.taken_at <= behind.taken_at


@pytest.fixture
def site(desk: Front) -> Iterator[httpx.Client]:
    """A fresh queue: whoever waits still was called and is done."""
    desk.app.state.turns = Turns(Allowance(10_000, timedelta(seconds=1)))
    with httpx.Client(base_url=f"{desk.url}/intake", timeout=30) as client:
        while (answer := client.post("/queue/next", json={"desk": "9"}, headers=desk.headers())).is_success:
            deed = client.post(f"/queue/tickets/{answer.json()['id']}/done", headers=desk.headers())
            assert deed.is_success, deed.text
        yield client


def take(site: httpx.Client, what: str = "file", priority: str = "", office: str = OFFICE) -> dict[str, Any]:
    body = {"office": office, "what": what, "priority": priority}
    answer = site.put(f"/queue/tickets/{uuid.uuid4()}", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def call(site: httpx.Client, desk: Front, at: str = "1") -> dict[str, Any]:
    answer = site.post("/queue/next", json={"desk": at}, headers=desk.headers())
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_row_18_a_number_is_taken_called_and_tied_to_the_dossier_that_was_filed(desk: Front, site: httpx.Client):
    mine = take(site, PROCEDURE)
    assert (mine["state"], mine["before"]) == ("waiting", 0)
    at_desk = call(site, desk, "2")
    assert (at_desk["id"], at_desk["desk"], at_desk["wish"]) == (mine["id"], "2", PROCEDURE)
    dossier = desk.file()["id"]
    served = site.post(f"/queue/tickets/{mine['id']}/serve", json={"dossier": dossier}, headers=desk.headers())
    assert (served.json()["state"], served.json()["dossier"]) == ("serving", dossier)
    take(site)
    call(site, desk, "2")
    ended = site.get(f"/queue/tickets/{mine['id']}").json()
    assert ended["state"] == "done"


def test_numbers_run_without_gap_or_twin_and_each_holder_sees_how_many_are_before_them(desk: Front, site: httpx.Client):
    taken = [take(site) for _ in range(5)]
    assert [it["number"] for it in taken] == list(range(taken[0]["number"], taken[0]["number"] + 5))
    assert [it["before"] for it in taken] == [0, 1, 2, 3, 4]
    first = take(site, priority="pregnant")
    assert first["before"] == 0
    assert site.get(f"/queue/tickets/{taken[0]['id']}").json()["before"] == 1
    assert call(site, desk)["id"] == first["id"]


def test_the_same_id_is_the_same_number_and_no_other(site: httpx.Client):
    address, body = f"/queue/tickets/{uuid.uuid4()}", {"office": OFFICE, "what": "ask"}
    first, again = (site.put(address, json=body) for _ in range(2))
    assert first.json()["number"] == again.json()["number"]
    assert site.put(address, json=body | {"what": "result"}).status_code == 409


def test_many_desks_that_call_at_once_from_two_replicas_never_get_the_same_number(desk: Front, site: httpx.Client):
    for _ in range(40):
        take(site)
    store, at, day = desk.app.state.store, datetime.now(UTC), local_day(datetime.now(UTC))
    replicas = (store, keep(desk.app.state.frame.database, nowhere, store.catalogue))

    async def clerk(n: int) -> list[int]:
        """One clerk with a desk of their own, from next to next."""
        by, got = Person(f"clerk-{n}", "", "counter-clerk", OFFICE), list[int]()
        store = replicas[n % 2]
        for _ in range(4):
            got.append((it := await called_next(str(n), by, store, at)).number)
            await store.tickets.change(it.id, lambda there: there.serve("", by=by, at=at))
        return got

    async def all_of_them() -> list[list[int]]:
        return await asyncio.gather(*(clerk(n) for n in range(10)))

    numbers = [number for them in desk.do(all_of_them()) for number in them]
    assert len(numbers) == len(set(numbers)) == 40
    assert desk.do(store.wait_at(OFFICE, day)) == 0


def test_who_is_called_and_not_yet_served_is_answered_again(desk: Front, site: httpx.Client):
    one, two = take(site), take(site)
    assert [call(site, desk)["id"] for _ in range(3)] == [one["id"]] * 3
    site.post(f"/queue/tickets/{one['id']}/serve", json={}, headers=desk.headers())
    assert call(site, desk)["id"] == two["id"]


def test_an_empty_queue_and_a_stranger_are_told_so(desk: Front, site: httpx.Client):
    empty = site.post("/queue/next", json={"desk": "1"}, headers=desk.headers())
    assert (empty.status_code, empty.json()["code"]) == (404, "nobody-waits")
    assert site.post("/queue/next", json={"desk": "1"}).status_code == 401
    mine = take(site)
    for deed in ("recall", "absent", "done"):
        address = f"/queue/tickets/{mine['id']}/{deed}"
        assert site.post(address, headers=desk.headers("demo-one-stop")).json()["code"] == "not-your-queue"
        assert site.post(address, headers=desk.headers("demo-citizen")).status_code == 403
    assert site.get(f"/queue/tickets/{uuid.uuid4()}").json()["code"] == "no-such-ticket"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"office": "H36.202", "what": "file"}, 404),
        ({"office": "nowhere", "what": "file"}, 404),
        ({"office": OFFICE, "what": "9.999999"}, 404),
        ({"office": OFFICE, "what": "file", "priority": "vip"}, 422),
        ({"office": OFFICE, "what": "\x00"}, 404),
        ({}, 422),
    ],
)
def test_what_cannot_be_wished_for_is_refused(site: httpx.Client, body: dict[str, str], status: int):
    assert site.put(f"/queue/tickets/{uuid.uuid4()}", json=body).status_code == status


def test_whoever_plays_with_the_machine_is_slowed_down(desk: Front, site: httpx.Client):
    desk.app.state.turns = Turns(Allowance(3, timedelta(minutes=1)))
    answers = [
        site.put(f"/queue/tickets/{uuid.uuid4()}", json={"office": OFFICE, "what": "ask"}).status_code for _ in range(5)
    ]
    assert answers == [201, 201, 201, 429, 429]


def test_a_number_is_printed_on_80_mm_with_a_qr_that_leads_to_its_place(desk: Front, site: httpx.Client):
    take(site)
    mine = take(site, PROCEDURE)
    answer = httpx.get(f"{desk.url}/queue/ticket/{mine['id']}.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    text = texts(answer.content)[0]
    for words in (str(mine["number"]), "Điểm tiếp nhận tại Bưu điện Lâm Hà", "Trước bạn còn 1 người", "hôn nhân"):
        assert words in text
    ((code, *_),) = codes(answer.content, "queue-ticket")
    assert code == f"{desk.url}/queue/ticket/{mine['id']}"


def test_the_paper_of_a_number_does_not_name_a_sensitive_procedure_and_the_clerk_s_page_does(
    desk: Front, site: httpx.Client
):
    mine = take(site, WILL)
    text = texts(httpx.get(f"{desk.url}/queue/ticket/{mine['id']}.pdf").content)[0]
    assert "Nộp hồ sơ mới" in text
    assert "di chúc" not in text
    assert call(site, desk)["id"] == mine["id"]
    assert "Chứng thực di chúc" in httpx.get(f"{desk.url}/queue/desk", headers=desk.headers()).text


def test_the_board_and_the_clerk_s_desk_are_answered_to_programs_as_the_pages_show_them(
    desk: Front, site: httpx.Client
):
    mine = take(site, WILL)
    api, clerk = f"{desk.url}/intake/queue", desk.headers()
    assert call(site, desk)["id"] == mine["id"]
    board = httpx.get(f"{api}/boards/{OFFICE}").json()
    assert board["called"][0] == {"number": mine["number"], "state": "called", "desk": "1", "recalls": 0}
    assert WILL not in str(board)
    hand = httpx.get(f"{api}/at-hand", headers=clerk).json()
    assert [(it["id"], it["wish"]) for it in hand["mine"]] == [(mine["id"], WILL)]
    for deed in ("recall", "recall", "absent"):
        assert httpx.post(f"{api}/tickets/{mine['id']}/{deed}", headers=clerk).status_code == 200
    hand = httpx.get(f"{api}/at-hand", headers=clerk).json()
    assert mine["id"] not in [it["id"] for it in hand["mine"]]
    assert mine["id"] in [it["id"] for it in hand["passed"]]
    assert httpx.get(f"{api}/at-hand").status_code == 401
    assert httpx.get(f"{api}/boards/nowhere").status_code == 404


def test_each_question_to_the_queue_is_answered_by_an_index(desk: Front, site: httpx.Client):
    tickets, day = desk.app.state.store.tickets, local_day(datetime.now(UTC)).isoformat()
    mine = desk.do(desk.app.state.store.ticket(take(site)["id"]))
    waits = {"state.office": OFFICE, "state.day": day, "state.state": "waiting"}
    asked = [
        (waits, ("state.place_at",), "state.place_at"),
        (waiting_before(mine), (), "state.place_at"),
        (
            {"state.office": OFFICE, "state.day": day, "state.called_at": {"$ne": None}},
            ("-state.called_at",),
            "called_at",
        ),
        ({**waits, "state.state": {"$in": ["called", "serving"]}, "state.called_by": "x"}, (), "state.state"),
    ]
    for wanted, sort, index in asked:
        plan = desk.do(tickets.explain(wanted, sort=sort))["queryPlanner"]["winningPlan"]
        assert "IXSCAN" in str(plan)
        assert index in str(plan)
        assert "'stage': 'SORT'" not in str(plan)


def test_a_nervous_finger_that_touches_the_machine_twice_gets_one_number(desk: Front, site: httpx.Client):
    machine = httpx.get(f"{desk.url}/queue", params={"office": OFFICE}).text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', machine)) | {"what": "ask", "priority": ""}
    answers = [httpx.post(f"{desk.url}/queue", data=fields) for _ in range(2)]
    assert [it.status_code for it in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"] == f"/queue/ticket/{fields['id']}"


@pytest.mark.parametrize(
    "fields", [{}, {"id": "x"}, {"id": str(uuid.UUID(int=1))}, {"id": str(uuid.UUID(int=2)), "office": "x"}]
)
def test_a_form_that_is_not_the_machine_s_is_refused(desk: Front, fields: dict[str, str]):
    assert httpx.post(f"{desk.url}/queue", data=fields).status_code in {404, 422}
    for deed in ({}, {"do": "sing"}, {"do": "next", "desk": "bàn"}, {"do": "done", "ticket": "x"}):
        assert httpx.post(f"{desk.url}/queue/desk", data=deed, headers=desk.headers()).status_code == 422
