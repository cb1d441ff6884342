"""What is said before anything is written: the outlook of a filing, what a service asks for, what is found."""

import uuid
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.intake.app import catalogue
from services.intake.domain.fees import Charge
from services.intake.domain.filing import Applicant, Filing
from services.intake.domain.outlook import Offer, Outlook, today
from services.intake.domain.procedure import ORDINARY
from services.intake.templates import offer_words
from shared.calendar import local_day
from shared.contracts.intake import PaperTicked
from shared.people import Person
from shared.reference import working_calendar
from shared.web.languages import Language
from tests.intake.front import OWNER, Front

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
EXTRACT, BUILDING, REPLACED, SCHOOL = "2.000635", "1.013225", "1.009994", "3.000182"
CLERK = Person("c", "", "counter-clerk", "H36.202.02")
CITIZEN = Person("p", "", "citizen", "")
OFFERED, WORKING = catalogue(), working_calendar()


def ask(desk: Front, body: dict[str, Any], person: str = "demo-counter") -> httpx.Response:
    return httpx.post(f"{desk.url}/intake/dossiers/outlook", json=body, headers=desk.headers(person))


def test_the_outlook_of_a_filing_is_what_accepting_it_then_gives(desk: Front):
    filing = {
        "procedure": EXTRACT,
        "applicant": OWNER,
        "papers": [{"code": "declaration", "originals": 1}],
        "charges": [{"fee": "extract", "pieces": 3}],
        "consent": True,
    }
    told = ask(desk, filing).json()
    assert (told["missing"], told["owed"], told["is_known"]) == ([], 24_000, True)
    path = f"{desk.url}/intake/counter/dossiers/{uuid.uuid4()}"
    slip = httpx.put(path, json=filing, headers=desk.headers()).json()
    assert slip["owed"] == told["owed"]
    assert local_day(datetime.fromisoformat(slip["due_at"])) == local_day(datetime.fromisoformat(told["due_at"]))


def test_the_outlook_names_what_is_missing_and_writes_nothing(desk: Front):
    told = ask(desk, {"procedure": EXTRACT, "applicant": {"name": "Ka Thơm"}}, "demo-citizen").json()
    assert told["missing"] == ["declaration"]
    mine = httpx.get(f"{desk.url}/intake/dossiers/mine", headers=desk.headers("demo-citizen"))
    assert mine.json() == []


def test_the_outlook_tells_all_that_is_wrong_with_a_filing_and_not_only_the_first(desk: Front):
    applicant = {"name": "", "number": "12", "phone": "12", "email": "x"}
    filing = {"procedure": EXTRACT, "applicant": applicant, "home_by": "post", "owner": {"name": ""}}
    told = ask(desk, filing).json()["wrong"]
    assert [(it["about"], it["code"]) for it in told] == [
        ("name", "name-missing"),
        ("number", "invalid-citizen-number"),
        ("phone", "invalid-phone"),
        ("email", "invalid-email"),
        ("owner.name", "name-missing"),
        ("address", "no-address"),
        ("consent", "consent-missing"),
        ("authorisation", "authorisation-missing"),
    ]
    long = {"procedure": EXTRACT, "applicant": {**OWNER, "address": "a" * 10_000}, "consent": True, "home_by": "post"}
    assert [it["code"] for it in ask(desk, long).json()["wrong"]] == ["too-long"]
    right = {"procedure": EXTRACT, "applicant": OWNER, "consent": True}
    assert ask(desk, right).json()["wrong"] == []


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"procedure": "9.999999"}, 404, "procedure-not-in-force"),
        ({"case": "unheard"}, 422, "unknown-case"),
        ({"charges": [{"fee": "bribe"}]}, 422, "unknown-fee"),
        ({"charges": [{"fee": "extract", "pieces": 0}]}, 422, "pieces-absurd"),
    ],
)
def test_the_outlook_refuses_what_filing_it_would_refuse(desk: Front, more: dict[str, Any], status: int, code: str):
    answer = ask(desk, {"procedure": EXTRACT, "applicant": OWNER, **more})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert str(status) in desk.app.openapi()["paths"]["/dossiers/outlook"]["post"]["responses"]


def test_who_may_not_file_is_told_no_outlook(desk: Front):
    body = {"procedure": EXTRACT, "applicant": OWNER}
    assert ask(desk, body, "demo-specialist").status_code == 403
    assert httpx.post(f"{desk.url}/intake/dossiers/outlook", json=body).status_code == 401


def test_a_state_agency_is_sent_to_the_portal_only_with_what_is_filed_there():
    for known in OFFERED.in_force(local_day(AT)):
        filing = Filing(known.code, Applicant("UBND xã", kind="state-agency"), consent=True)
        wrong = [it.code for it in Outlook.of(filing, CLERK, AT, OFFERED, WORKING).wrong]
        assert wrong == (["must-file-online"] if "online" in known.channels else []), known.name
        known.check("online" if wrong else "direct", "counter")


def test_an_exemption_is_out_of_the_sum_once_a_clerk_says_so_and_not_where_a_citizen_asks_for_it():
    filing = Filing(
        EXTRACT,
        Applicant("Ka Thơm"),
        papers=(PaperTicked("declaration", originals=1),),
        charges=(Charge("extract", 1, "poor", "so-ho-ngheo-2026"),),
    )
    owed = [Outlook.of(filing, by, AT, OFFERED, WORKING).owed for by in (CLERK, CITIZEN)]
    assert owed == [0, 8_000]


def test_an_offer_has_the_checklist_of_the_case_and_only_counters_and_offices_of_today():
    building = OFFERED.procedure(BUILDING, local_day(AT))
    own = next(case for paper in building.papers for case in paper.cases if case != ORDINARY)
    ordinary, beside = (Offer.of(building, case, AT, OFFERED, WORKING) for case in ("", own))
    assert {it.code for it in beside.papers} != {it.code for it in ordinary.papers}
    assert ordinary.due_at > AT
    assert all(it.is_open(local_day(AT)) for it in (*ordinary.counters, *ordinary.deciding))
    assert all(it.decides(building) for it in ordinary.deciding)


def test_an_offer_is_told_to_programs_and_a_replaced_code_leads_to_its_successor(desk: Front):
    assert today(OFFERED, REPLACED, local_day(AT)).code == BUILDING
    told = httpx.get(f"{desk.url}/intake/procedures/{REPLACED}/offer").json()
    assert told["procedure"]["code"] == BUILDING
    assert {it["code"] for it in told["papers"]} < {it["code"] for it in told["procedure"]["papers"]}
    wrong = httpx.get(f"{desk.url}/intake/procedures/{BUILDING}/offer", params={"case": "unheard"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "unknown-case")


def test_services_are_found_by_what_happened_and_by_field_as_on_the_page(desk: Front):
    search = f"{desk.url}/intake/procedures/search"
    by_event = httpx.get(search, params={"event": "birth", "limit": 100}).json()
    assert by_event
    assert all("birth" in it["life_events"] for it in by_event)
    field = by_event[0]["field"]
    by_field = httpx.get(search, params={"field": field, "limit": 100}).json()
    assert {it["field"] for it in by_field} == {field}
    page = httpx.get(f"{desk.url}/services", params={"event": "birth"}).text
    assert all(f"/services/{it['code']}" in page for it in by_event)
    assert httpx.get(search).json() == []


def test_an_amount_is_written_as_its_reader_s_language_writes_it():
    (fee,) = OFFERED.procedure(EXTRACT, local_day(AT)).fees
    assert "8.000 đ" in offer_words.fee(fee, Language("vi", {}))
    assert "8,000 đ" in offer_words.fee(fee, Language("en", {}))


def test_a_citizen_s_program_sees_what_is_asked_for_as_the_page_does_and_nobody_else_s(desk: Front):
    id, citizen = str(uuid.uuid4()), desk.headers("demo-citizen")
    api = f"{desk.url}/intake/dossiers"
    there = {"channel": "online", "receiving_office": "H36.202.01"}
    online = {"procedure": SCHOOL, "applicant": {"name": "Ka Thơm"}} | there
    assert httpx.put(f"{api}/{id}", json=online, headers=citizen).status_code == 201
    wanted = {"about": "field", "code": "phone", "reason": "wrong", "words": "Số gọi không được"}
    asking = {"items": [wanted]}
    one_stop = desk.headers("demo-one-stop")
    assert httpx.post(f"{api}/{id}/supplement-request", json=asking, headers=one_stop).status_code == 200
    mine = httpx.get(f"{api}/mine/{id}", headers=citizen).json()
    assert mine["asked"] == [wanted]
    assert (mine["is_open"], mine["may_withdraw"], mine["may_rate"]) == (True, True, False)
    assert mine["tracked"]["details"]["timeline"][0]["what"] == "dossier-supplement-asked"
    assert "Số gọi không được" in httpx.get(f"{desk.url}/my/{id}/asked", headers=citizen).text
    theirs = desk.file()["id"]
    assert httpx.get(f"{api}/mine/{theirs}", headers=citizen).status_code == 403
    assert httpx.get(f"{api}/mine/{id}", headers=one_stop).status_code == 403
