"""The queue: a number for each, called fairly, by one desk only, tied to the dossier that comes of it."""

import asyncio
import re
import uuid
from collections.abc import Iterator
from dataclasses import fields, replace
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
from services.intake.rounds import tie_tickets
from services.intake.store import keep
from services.intake.store.indexes import waiting_before
from shared.calendar import local_day
from shared.errors import Unavailable
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
        *("desk", "called_by", "called_at", "recalls", "ended_at", "dossiers", "filing"),
    }


def test_a_number_goes_from_waiting_to_the_desk_to_done_and_keeps_its_dossier():
    served = called().serve(by=CLERK)[0].files("d-1", by=CLERK)[0].filed("d-1")[0]
    done = served.done(by=CLERK, at=AT)[0]
    assert (called().state, served.state, done.state, done.desk) == ("called", "serving", "done", "2")
    assert done.dossiers == ("d-1",)
    assert done.done(by=CLERK, at=AT) == (done,)
    with pytest.raises(NotCalled):
        ticket().done(by=CLERK, at=AT)


def test_what_was_filed_with_a_number_stays_with_it_when_its_tie_comes_late_and_nothing_else_does():
    filing = called().files("d-1", by=CLERK)[0]
    done = filing.done(by=CLERK, at=AT)[0]
    late = done.filed("d-1")[0]
    assert (done.dossiers, late.dossiers, late.filing, late.state) == ((), ("d-1",), (), "done")
    assert late.files("d-1", by=CLERK) == (late,), "the same call again"
    assert (filing.not_filed("d-1")[0].filing, filing.not_filed("d-2")[0].filing) == ((), ("d-1",))
    for it in (ticket(), late, called().done(by=CLERK, at=AT)[0]):
        with pytest.raises(NotCalled):
            it.files("d-2", by=CLERK)
    with pytest.raises(NotYourQueue):
        called().files("d-1", by=Person("x", "", "counter-clerk", OTHER))


def test_a_number_keeps_all_that_was_filed_with_it_and_a_repeat_changes_nothing():
    both = called().files("d-1", by=CLERK)[0].files("d-2", by=CLERK)[0]
    assert both.filing == ("d-1", "d-2")
    assert both.files("d-1", by=CLERK)[0].filed("d-1")[0].filing == ("d-2",)
    filed = both.filed("d-1")[0].filed("d-2")[0]
    assert (filed.dossiers, filed.filing) == (("d-1", "d-2"), ())
    back = replace(filed, state="absent").recall(by=CLERK, at=AT)[0]
    for it in (filed, back, filed.done(by=CLERK, at=AT)[0]):
        for said in ("d-1", "d-2"):
            assert it.files(said, by=CLERK) == it.filed(said) == it.not_filed(said) == (it,)


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
    served = site.post(f"/queue/tickets/{mine['id']}/serve", headers=desk.headers())
    assert (served.json()["state"], served.json()["dossiers"]) == ("serving", [])
    dossier = desk.file(ticket=mine["id"])["id"]
    assert tied(desk, mine) == ([dossier], [], "serving")
    assert at_hand(site, desk, mine)["dossiers"] == [dossier]
    take(site)
    call(site, desk, "2")
    ended = site.get(f"/queue/tickets/{mine['id']}").json()
    assert ended["state"] == "done"


def tied(desk: Front, mine: dict[str, Any]) -> tuple[list[str], list[str], str]:
    there = desk.do(desk.app.state.store.ticket(mine["id"]))
    return list(there.dossiers), list(there.filing), there.state


def at_hand(site: httpx.Client, desk: Front, mine: dict[str, Any]) -> dict[str, Any]:
    hand = site.get("/queue/at-hand", headers=desk.headers()).json()["mine"]
    return next(it for it in hand if it["id"] == mine["id"])


def test_row_18_what_is_filed_and_not_yet_accepted_is_tied_to_the_number_too(desk: Front, site: httpx.Client):
    mine = take(site)
    call(site, desk)
    dossier = desk.file(accept=False, ticket=mine["id"])["id"]
    assert tied(desk, mine) == ([dossier], [], "serving")


def test_row_18_a_dossier_is_filed_with_no_number_that_is_not_at_a_desk_of_this_office(desk: Front, site: httpx.Client):
    waiting, elsewhere = take(site), take(site, office="H36.202.01")
    store = desk.app.state.store
    tickets = [(str(uuid.uuid4()), 404), ("một số", 404), (waiting["id"], 409), (elsewhere["id"], 403)]
    for number, (id, status) in enumerate(tickets):
        for accept in (True, False):
            path, filing = desk.filing(accept=accept, ticket=id)
            answer = site.put(path, json=filing, headers=desk.headers())
            assert (answer.status_code, answer.json()["about"]) == (status, "ticket"), number
            assert desk.do(store.dossiers.known(path.rpartition("/")[2])) is None
    assert tied(desk, waiting) == ([], [], "waiting")


def test_row_18_the_same_filing_again_is_answered_again_when_its_number_is_done(desk: Front, site: httpx.Client):
    mine = take(site)
    call(site, desk)
    path, filing = desk.filing(ticket=mine["id"])
    first = site.put(path, json=filing, headers=desk.headers())
    site.post(f"/queue/tickets/{mine['id']}/done", headers=desk.headers())
    again = site.put(path, json=filing, headers=desk.headers())
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert tied(desk, mine) == ([first.json()["id"]], [], "done")


def test_row_18_two_dossiers_of_one_number_stay_with_it_and_a_late_repeat_of_the_first_changes_nothing(
    desk: Front, site: httpx.Client
):
    store, mine, clerk = desk.app.state.store, take(site), desk.headers()
    call(site, desk)
    path, filing = desk.filing(ticket=mine["id"])
    first = site.put(path, json=filing, headers=clerk).json()
    second = desk.file(accept=False, ticket=mine["id"])
    both = ([first["id"], second["id"]], [], "serving")
    assert tied(desk, mine) == both
    assert site.put(path, json=filing, headers=clerk).json() == first
    assert site.put(path, json=filing | {"home_by": "counter"}, headers=clerk).status_code == 409
    desk.do(tie_tickets(store, datetime.now(UTC)))
    assert tied(desk, mine) == both
    page = httpx.get(f"{desk.url}/queue/desk", headers=clerk).text
    assert re.findall('href="/counter/dossiers/([^"]+)">(.+?)<', page) == [
        (first["id"], "hồ sơ thứ 1"),
        (second["id"], "hồ sơ thứ 2"),
    ]


def test_row_18_crashes_behind_two_filings_of_one_number_lose_neither(
    desk: Front, site: httpx.Client, monkeypatch: pytest.MonkeyPatch
):
    store, mine = desk.app.state.store, take(site)
    call(site, desk)

    def dies(*_: object) -> None:
        raise Unavailable("the database is away")

    with monkeypatch.context() as crash:
        crash.setattr(Ticket, "filed", dies)
        dossiers = [desk.file(ticket=mine["id"])["id"] for _ in range(2)]
    assert tied(desk, mine) == ([], dossiers, "called")
    desk.do(tie_tickets(store, datetime.now(UTC)))
    assert tied(desk, mine) == (dossiers, [], "serving")


def test_row_18_a_crash_between_filing_and_tie_is_made_good_when_the_number_is_done_already(
    desk: Front, site: httpx.Client, monkeypatch: pytest.MonkeyPatch
):
    store, now = desk.app.state.store, datetime.now(UTC)
    mine = take(site)
    call(site, desk)

    def dies(*_: object) -> None:
        raise Unavailable("the database is away")

    with monkeypatch.context() as crash:
        crash.setattr(Ticket, "filed", dies)
        dossier = desk.file(ticket=mine["id"])["id"]
    site.post(f"/queue/tickets/{mine['id']}/done", headers=desk.headers())
    assert tied(desk, mine) == ([], [dossier], "done")
    for _ in range(2):
        desk.do(tie_tickets(store, now))
        assert tied(desk, mine) == ([dossier], [], "done")


def test_row_18_a_number_with_which_nothing_was_filed_is_let_go_when_its_day_is_over_and_tied_to_nobody_else_s(
    desk: Front, site: httpx.Client
):
    store, now = desk.app.state.store, datetime.now(UTC)
    mine = take(site)
    call(site, desk)
    without = desk.file()["id"]
    path, filing = desk.filing(ticket=mine["id"])
    answer = site.put(f"{path.rpartition('/')[0]}/{without}", json=filing, headers=desk.headers())
    assert answer.status_code == 409
    assert tied(desk, mine) == ([], [], "called")

    async def die_behind() -> None:
        await store.tickets.change(mine["id"], lambda it: it.files(without, by=CLERK))

    desk.do(die_behind())
    desk.do(tie_tickets(store, now))
    assert tied(desk, mine) == ([], [without], "called")
    desk.do(tie_tickets(store, now + timedelta(days=1)))
    assert tied(desk, mine) == ([], [], "called")


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
            await store.tickets.change(it.id, lambda there: there.serve(by=by))
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
