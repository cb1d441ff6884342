"""Where things cross: an office that ends and its open dossiers, a decision and another way home."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from services.intake.app import catalogue
from services.intake.consumers import cases
from services.intake.domain.facts import NotYourOffice
from services.intake.domain.link import NotForYou, may_read
from shared.contracts.processing import CaseDecided
from shared.events import Envelope, Heard
from shared.people import Person
from tests.contracts.publish import example
from tests.intake.front import Front
from tests.intake.test_dossier import accepted

CATALOGUE = catalogue()
ENDED, HEIR, LAST_DAY, NEXT_DAY = "H36.15.12", "H36.202", date(2025, 6, 30), date(2025, 7, 1)


def clerk(office: str, on: date) -> Person:
    return Person("c", "", "one-stop-officer", office, CATALOGUE.took_over(office, on))


def test_work_is_taken_over_from_the_day_after_an_office_ended_and_by_its_successors_alone():
    assert CATALOGUE.took_over(HEIR, LAST_DAY) == frozenset()
    assert {ENDED, "H36.15.21", "H36.15"} <= CATALOGUE.took_over(HEIR, NEXT_DAY)
    assert ENDED not in CATALOGUE.took_over("H36.205", NEXT_DAY)


def test_what_was_taken_over_is_what_the_successors_of_each_office_say():
    for on in (LAST_DAY, NEXT_DAY, date(2026, 11, 24)):
        ended = [it.code for it in CATALOGUE.offices if it.valid_until and it.valid_until < on]
        for office in CATALOGUE.offices:
            told = {code for code in ended if office in CATALOGUE.successors(code, on)}
            assert CATALOGUE.took_over(office.code, on) == told


def test_a_dossier_of_an_office_that_ended_is_handled_and_read_by_its_heirs():
    there = accepted()
    there = replace(there, filing=replace(there.filing, receiving_office=ENDED, competent_office=ENDED))
    there.handled_by(clerk(ENDED, NEXT_DAY))
    there.handled_by(clerk(HEIR, NEXT_DAY))
    may_read(clerk(HEIR, NEXT_DAY), offices=(ENDED, ENDED), owner="")
    for by in (clerk(HEIR, LAST_DAY), clerk("H36.205", NEXT_DAY), Person("p", "", "carrier", "")):
        with pytest.raises(NotYourOffice):
            there.handled_by(by)
        with pytest.raises(NotForYou):
            may_read(by, offices=(ENDED, ENDED), owner="")


def test_heirs_find_it_in_their_lists_and_accept_it_while_others_may_not(desk: Front):
    id = desk.file(accept=False)["id"]

    def inherited(it: Any) -> Any:
        filing = replace(it.filing, receiving_office=ENDED, competent_office=ENDED, channel="online")
        return (replace(it, filing=filing, respond_by=datetime(2020, 1, 1, tzinfo=UTC), resembles=()),)

    async def end() -> None:
        await desk.app.state.store.dossiers.change(id, inherited)

    desk.do(end())
    heir, other = desk.headers("demo-one-stop"), desk.headers("demo-counter")
    for path in ("dossiers/online?limit=200", "dossiers?limit=200"):
        mine, theirs = (httpx.get(f"{desk.url}/intake/{path}", headers=it).json() for it in (heir, other))
        assert id in {it["id"] for it in mine}, path
        assert id not in {it["id"] for it in theirs}, path
    address = f"{desk.url}/intake/dossiers/{id}/acceptance"
    assert httpx.post(address, headers=other).json()["code"] == "not-your-office"
    taken = httpx.post(address, headers=heir)
    assert taken.status_code == 200, taken.text


def test_the_way_home_that_the_decision_says_is_written_into_the_dossier(desk: Front):
    id = desk.file(home_by="post")["id"]
    said = replace(example(CaseDecided), home_by="counter", outcome="positive", office="H36.202")
    envelope = Envelope("processing.cases", said.type, f"/case/{id}", 1, id, "2026-11-24T02:00:00+00:00", "", b"")
    store = desk.app.state.store

    async def hear() -> Any:
        await cases.handlers[said.type][1](Heard(said, envelope), store)
        return await store.dossiers.get(id), await store.progress_of(id)

    for _ in range(2):
        dossier, progress = desk.do(hear())
        assert (dossier.filing.home_by, progress.is_decided) == ("counter", True)
        assert [it.what for it in dossier.history].count("home-kept") == 1
