"""Where things cross: an office that ends and its open dossiers, a decision and another way home."""

import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from services.intake.api.filing import Accepting
from services.intake.app import catalogue
from services.intake.consumers import cases
from services.intake.domain.facts import NotYourOffice
from services.intake.domain.link import NotForYou, may_read
from services.intake.domain.register import NotYourRegister, kept_at, may_read as may_read_register
from shared.codes import DossierCode
from shared.contracts.processing import CaseDecided
from shared.events import Envelope, Heard
from shared.people import Person
from shared.reference import working_calendar
from tests.contracts.publish import example
from tests.intake.front import Front
from tests.intake.printed import OLD, given, pages, texts
from tests.intake.test_dossier import accepted

CATALOGUE = catalogue()
NAMES = {it.code: it.name for it in CATALOGUE.offices}
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


def inherited(desk: Front) -> str:
    """Filed online at an office that has ended, and not yet accepted."""
    id = desk.file(accept=False)["id"]

    def end(it: Any) -> Any:
        filing = replace(it.filing, receiving_office=ENDED, competent_office=ENDED, channel="online")
        return (replace(it, filing=filing, respond_by=datetime(2020, 1, 1, tzinfo=UTC), resembles=()),)

    async def ended() -> None:
        await desk.app.state.store.dossiers.change(id, end)

    desk.do(ended())
    return id


def test_what_was_received_at_an_office_that_ended_is_numbered_by_the_heir_that_accepts_it():
    heir, other = clerk(HEIR, NEXT_DAY), clerk("H36.205", NEXT_DAY)
    assert kept_at(ENDED, clerk(ENDED, LAST_DAY), CATALOGUE, LAST_DAY) == ENDED
    assert kept_at(ENDED, heir, CATALOGUE, NEXT_DAY) == HEIR
    assert kept_at("H36.202.02", heir, CATALOGUE, NEXT_DAY) == "H36.202.02", "which lives: its own number"
    at = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    procedure = CATALOGUE.procedure("2.000884", at.date())
    filing = replace(accepted().filing, case="", charges=(), receiving_office=ENDED, competent_office=HEIR)
    both = [Accepting.of(filing, procedure, it, at, working_calendar(), CATALOGUE, filed_by=it) for it in (heir, other)]
    assert [it.series for it in both] == ["H36.202-261124", "H36.205-261124"]
    assert [it.code(1) for it in both] == ["H36.202-261124-0001", "H36.205-261124-0001"]
    assert [it.bill.office for it in both if it.bill] == [HEIR, "H36.205"]


def test_the_register_of_an_office_that_ended_is_read_by_its_heirs():
    may_read_register(ENDED, clerk(HEIR, NEXT_DAY))
    for by in (clerk(HEIR, LAST_DAY), clerk("H36.205", NEXT_DAY)):
        with pytest.raises(NotYourRegister):
            may_read_register(ENDED, by)


def test_the_money_of_an_office_that_ended_is_counted_by_its_heirs(desk: Front):
    address = f"{desk.url}/intake/fees/reconciliation?office={ENDED}&day=2025-06-30"
    counted = httpx.get(address, headers=desk.headers("demo-one-stop"))
    assert (counted.status_code, counted.json()["office"]) == (200, ENDED)
    assert httpx.get(address, headers=desk.headers("demo-counter")).json()["code"] == "not-your-office"


def registered(desk: Front) -> list[tuple[str, str]]:
    """Number and code of each row of the heir's register."""
    heir = desk.headers("demo-one-stop")
    made = httpx.get(f"{desk.url}/intake/register.xlsx", params={"office": HEIR}, headers=heir)
    sheet = load_workbook(io.BytesIO(made.content)).active
    assert sheet is not None
    rows = [(str(row[0].value), str(row[1].value)) for row in sheet.iter_rows(min_row=4)]
    return [it for it in rows if it[1].startswith(HEIR)]


def test_heirs_find_it_in_their_lists_and_accept_it_under_their_own_code_while_others_may_not(desk: Front):
    id, second = inherited(desk), inherited(desk)
    heir, other = desk.headers("demo-one-stop"), desk.headers("demo-counter")
    for path in ("dossiers/online?limit=200", "dossiers?limit=200"):
        mine, theirs = (httpx.get(f"{desk.url}/intake/{path}", headers=it).json() for it in (heir, other))
        assert id in {it["id"] for it in mine}, path
        assert id not in {it["id"] for it in theirs}, path
    address = f"{desk.url}/intake/dossiers/{id}/acceptance"
    assert httpx.post(address, headers=other).json()["code"] == "not-your-office"
    before = registered(desk)
    slips = [httpx.post(address.replace(id, it), headers=heir) for it in (id, second)]
    assert [it.status_code for it in slips] == [200, 200], slips[0].text
    codes = [DossierCode.of(it.json()["code"]) for it in slips]
    assert [it.agency.text for it in codes] == [HEIR, HEIR]
    assert codes[1].number == codes[0].number + 1
    added = registered(desk)[len(before) :]
    assert [it[1] for it in added] == [it.text for it in codes], "in the heir's register"
    assert [it[0] for it in added] == [str(len(before) + 1), str(len(before) + 2)]
    there = desk.do(desk.app.state.store.dossiers.known(id))
    assert (there.filing.receiving_office, there.code) == (ENDED, codes[0].text), "as it was filed"
    assert desk.do(desk.app.state.store.register(ENDED, codes[0].day, codes[0].day, limit=10)) == []
    slip = texts(httpx.get(f"{desk.url}/intake/dossiers/{second}/slip.pdf", headers=heir).content)[0]
    assert re.search(rf"Số thứ tự:\s*{added[1][0]}\b", slip), slip
    assert f"{NAMES[HEIR].upper()} (tiếp nhận thay {NAMES[ENDED]})" in slip
    assert f"Bộ phận tiếp nhận và trả kết quả: {NAMES[HEIR]}" in slip


def test_a_paper_of_a_dossier_that_is_not_yet_accepted_stands_in_the_name_of_the_heir_that_acts(desk: Front):
    id, heir = inherited(desk), desk.headers("demo-one-stop")
    filed = f"{desk.url}/intake/dossiers/{id}/filed.pdf"
    asked = {"items": [{"about": "field", "code": "phone", "reason": "wrong"}]}
    answer = httpx.post(f"{desk.url}/intake/dossiers/{id}/supplement-request", json=asked, headers=heir)
    assert answer.status_code == 200, answer.text
    supplement = f"{desk.url}/intake/dossiers/{id}/forms/supplement.pdf"
    for path in (filed, supplement):
        (text, *_) = texts(httpx.get(path, headers=heir).content)
        assert f"{NAMES[HEIR].upper()} (tiếp nhận thay {NAMES[ENDED]})" in text, text
    assert f"liên hệ với {NAMES[HEIR]}" in text


def test_a_paper_stands_in_the_name_of_the_office_that_received_it_until_that_has_ended():
    it = given(OLD, "apology")
    assert it.issuer(it.received) == OLD.receiving
    heir = next(iter(CATALOGUE.successors(OLD.receiving, NEXT_DAY))).code
    late = datetime(2025, 7, 1, 2, 0, tzinfo=UTC)
    assert replace(it, issued_by=heir).issuer(late) == heir
    assert replace(it, issued_by="H36.01").issuer(late) == OLD.receiving, "which is no heir"
    assert replace(it, issued_by=heir).issuer(it.received) == OLD.receiving
    words = replace(it.words, old_due=late + timedelta(days=2), new_due=late + timedelta(days=9))
    (text, *_) = pages("apology", replace(it, issued_by=heir, worded_at=late, words=words))
    assert f"{NAMES[heir].upper()} (tiếp nhận thay {NAMES[OLD.receiving]})" in text


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
