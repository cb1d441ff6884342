"""Filing through the real door: drafts, twins, papers used again, what is asked for, what is put right, who may."""

import hashlib
import itertools
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from deploy.demo.paper import sheet
from services.intake.api.dossiers import Correct
from services.intake.domain.changing import resealed
from services.intake.domain.filing import Filing
from services.intake.rounds import end_drafts, seal_anew
from shared import door
from shared.calendar import VIETNAM
from shared.codes import TrackingCode
from shared.door import once
from shared.sealing import Seals
from tests.intake.front import Front
from tests.shared.filings import CATALOGUE, COMMUNE, COUNTER, PROCEDURE, TODAY, ticked

CLERK, CITIZEN, OTHER_CITIZEN = "demo-counter", "demo-citizen", "demo-citizen-2"
NUMBERS = (f"068201{n:06}" for n in itertools.count(500_000))
"""A citizen number for each test that needs somebody of its own."""


class Door:
    """Intake's API, as somebody."""

    def __init__(self, desk: Front, person: str) -> None:
        self._http = httpx.Client(base_url=f"{desk.url}/intake", headers=desk.headers(person), timeout=30)

    def put(self, path: str, body: Any) -> httpx.Response:
        return self._http.put(path, json=body)

    def post(self, path: str, body: Any, key: str = "") -> httpx.Response:
        return self._http.post(path, json=body, headers={"Idempotency-Key": key} if key else {})

    def get(self, path: str) -> httpx.Response:
        return self._http.get(path)

    def delete(self, path: str) -> httpx.Response:
        return self._http.delete(path)

    def upload(self, content: bytes) -> str:
        answer = self._http.post("/papers", content=content, headers={"content-type": "application/pdf"})
        assert answer.status_code == 201, answer.text
        return answer.json()["digest"]

    def file(self, *, counter: bool = True, id: str = "", **more: Any) -> httpx.Response:
        where = "/counter/dossiers/" if counter else "/dossiers/"
        return self.put(where + (id or str(uuid.uuid4())), filing(**more))


@pytest.fixture
def clerk(desk: Front) -> Door:
    return Door(desk, CLERK)


@pytest.fixture
def citizen(desk: Front) -> Door:
    door = Door(desk, CITIZEN)
    assert door.upload(sheet("Ban quet de thu")) == SHEET
    return door


@pytest.fixture
def number() -> str:
    return next(NUMBERS)


def filing(number: str = "", **more: Any) -> dict[str, Any]:
    person = {"name": "Ka Thơm", "address": "Thôn 1, Đinh Văn"} | ({"number": number} if number else {})
    return {"procedure": PROCEDURE.code, "applicant": person, "papers": ticked(), "consent": True} | more


SHEET = hashlib.sha256(sheet("Ban quet de thu")).hexdigest()
"""A scan that whoever files online here has sent before."""


def online(number: str = "", **more: Any) -> dict[str, Any]:
    electronic = [
        {"code": it.code, "electronic": max(it.electronic, 1), "scans": [SHEET]}
        for it in PROCEDURE.papers
        if it.required
    ]
    there = {"channel": "online", "receiving_office": COUNTER, "papers": electronic, "consent": False}
    return filing(number, **(there | more))


def code_of(answer: httpx.Response) -> str:
    return answer.json()["code"]


def test_row_01_the_same_filing_again_gets_the_first_answer_and_another_under_its_id_a_409(clerk: Door):
    id = str(uuid.uuid4())
    first, again = clerk.file(id=id), clerk.file(id=id)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    assert clerk.file(id=id, home_by="post").status_code == 409


def test_what_was_only_filed_is_no_answer_to_who_files_and_accepts_it_under_the_same_id(clerk: Door):
    id = str(uuid.uuid4())
    receipt = clerk.file(counter=False, id=id)
    assert (receipt.status_code, receipt.json()["state"]) == (201, "submitted")
    at_counter = clerk.file(id=id)
    assert (at_counter.status_code, at_counter.json()["code"]) == (409, "conflict"), "nothing was accepted"
    assert clerk.file(counter=False, id=id).json() == receipt.json()
    assert clerk.post(f"/dossiers/{id}/acceptance", None).status_code == 200
    other = str(uuid.uuid4())
    slip = clerk.file(id=other).json()
    assert clerk.file(counter=False, id=other).status_code == 409, "a slip is no receipt either"
    assert clerk.file(id=other).json() == slip


def test_row_02_a_filing_is_kept_whole_or_not_at_all(clerk: Door, desk: Front):
    id = str(uuid.uuid4())
    broken = filing(papers=[*ticked(), {"code": "extra", "scans": ["0" * 64]}])
    assert clerk.put(f"/counter/dossiers/{id}", broken).status_code in {404, 422}
    assert clerk.get(f"/dossiers/{id}").status_code == 404
    assert clerk.file(id=id).status_code == 201, "nothing was in its way"


def test_row_03_a_draft_is_saved_on_the_phone_and_filed_at_the_counter_as_one_dossier(
    clerk: Door, citizen: Door, number: str
):
    id = str(uuid.uuid4())
    saved = citizen.put(f"/drafts/{id}", filing(number, papers=[]))
    assert saved.status_code == 200, saved.text
    code = saved.json()["code"]
    assert TrackingCode.of(code).text == code
    assert clerk.get(f"/drafts/{id}").status_code == 403
    wrong = clerk.post("/drafts/opening", {"code": code, "last_four": "9999"})
    assert (wrong.status_code, wrong.json()["code"]) == (404, "no-such-draft")
    opened = clerk.post("/drafts/opening", {"code": code.lower(), "last_four": number[-4:]})
    assert opened.json()["filing"]["applicant"]["number"] == number
    filed = clerk.put(f"/counter/dossiers/{id}", opened.json()["filing"] | {"papers": ticked()})
    assert filed.status_code == 201, filed.text
    assert [it["id"] for it in citizen.get("/drafts").json()].count(id) == 0, "what is filed is no draft any more"
    assert citizen.put(f"/dossiers/{id}", online(number)).status_code == 409, "and not filed twice"


def test_a_draft_that_was_thrown_away_or_is_over_leaves_nothing(citizen: Door, desk: Front, number: str):
    thrown, old = str(uuid.uuid4()), str(uuid.uuid4())
    for id in (thrown, old):
        citizen.put(f"/drafts/{id}", filing(number))
    assert citizen.delete(f"/drafts/{thrown}").json()["filing"]["applicant"]["name"] == ""
    store = desk.app.state.store
    desk.do(end_drafts(store, datetime.now(UTC) + timedelta(days=1_000)))
    over = desk.do(store.drafts.find({"_id": old}))[0]
    assert (over.until, over.filing.applicant.name) == (None, "")


def test_row_06_what_is_missing_blocks_the_filing_and_all_of_it_is_named(clerk: Door):
    answer = clerk.file(papers=[])
    assert (answer.status_code, answer.json()["code"]) == (422, "papers-missing")
    for paper in PROCEDURE.missing(()):
        assert paper.name in answer.json()["detail"]


def test_row_07_a_clerk_who_types_for_somebody_is_recorded_beside_them_with_their_consent(clerk: Door):
    id = clerk.file().json()["id"]
    there = clerk.get(f"/dossiers/{id}").json()["dossier"]
    assert (there["assisted_by"], there["filing"]["applicant"]["name"]) == (CLERK, "Ka Thơm")
    assert there["filing"]["consent"] is True
    refused = clerk.file(consent=False)
    assert (refused.status_code, refused.json()["code"]) == (422, "consent-missing")


def test_d2_somebody_without_a_phone_a_computer_or_an_address_in_the_net_files_and_looks_it_up_with_their_card(
    clerk: Door, number: str
):
    slip = clerk.file(number=number).json()
    there = clerk.get(f"/dossiers/{slip['id']}").json()["dossier"]
    applicant = there["filing"]["applicant"]
    assert (applicant["phone"], applicant["email"], there["assisted_by"]) == ("", "", CLERK)
    seen = clerk.post("/tracking", {"code": slip["code"], "last_four": number[-4:]}).json()
    assert (seen["state"], seen["details"]["owner"]) == (2, "K*** T***")
    assert clerk.post("/tracking", {"code": slip["code"]}).json()["details"] is None


def test_row_13_a_second_filing_that_is_likely_the_same_is_looked_at_before_it_is_accepted(clerk: Door, number: str):
    first = clerk.file(number=number).json()["id"]
    twin = str(uuid.uuid4())
    refused = clerk.file(id=twin, number=number)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-reviewed")
    assert first in refused.json()["detail"]
    known = clerk.post("/people/dossiers", {"number": number, "procedure": PROCEDURE.code}).json()
    assert [(it["dossier"], it["reason"]) for it in known["resembling"]] == [(first, "same-procedure")]
    assert clerk.file(id=twin, number=number, reviewed=[first]).status_code == 201


def test_an_online_filing_that_is_likely_the_same_waits_for_somebody_to_compare_them(
    clerk: Door, citizen: Door, number: str, desk: Front
):
    officer = Door(desk, "demo-one-stop")
    first = citizen.put(f"/dossiers/{uuid.uuid4()}", online(number)).json()
    second = citizen.put(f"/dossiers/{uuid.uuid4()}", online(number)).json()
    assert second["resembles"] == [first["id"]]
    assert officer.post(f"/dossiers/{second['id']}/acceptance", None).status_code == 409
    looked = officer.post(f"/dossiers/{second['id']}/review", {"others": [first["id"]]})
    assert looked.json()["resembles"] == []
    assert officer.post(f"/dossiers/{second['id']}/acceptance", None).status_code == 200


def test_papers_that_somebody_filed_before_are_used_again_and_nobody_elses(clerk: Door, number: str):
    scan = clerk.upload(pdf())
    held = [{**it, "scans": [scan]} if n == 0 else it for n, it in enumerate(ticked())]
    first = clerk.file(number=number, papers=held).json()["id"]
    (earlier,) = clerk.post("/people/dossiers", {"number": number}).json()["earlier"]
    (paper,) = earlier["papers"]
    assert (earlier["id"], paper["scans"]) == (first, [scan])
    again = [
        {"code": it["code"], "electronic": 1, "scans": [scan], "reused_from": first} if n == 0 else it
        for n, it in enumerate(ticked())
    ]
    another = next(NUMBERS)
    theirs = clerk.file(number=another, papers=again)
    assert (theirs.status_code, theirs.json()["code"]) == (422, "not-reusable")
    reused = clerk.file(number=number, papers=[*ticked(), again[0]], reviewed=[first])
    assert reused.status_code == 201, reused.text


def here(text: str) -> datetime:
    """A moment in Việt Nam."""
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("filed", "answered"),
    [
        ("2026-11-19 08:00", "2026-11-20 08:30"),  # a Thursday: an office is open for 7 and a half hours
        ("2026-11-20 16:00", "2026-11-23 16:30"),  # a Friday: an hour that day, seven on Monday
        ("2026-11-21 10:00", "2026-11-25 08:00"),  # a Saturday: all of Monday; Tuesday is Culture Day
    ],
)
def test_row_14_what_comes_online_is_answered_within_8_hours_in_which_the_office_is_open(
    filed: str, answered: str, citizen: Door, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(door, "server_time", lambda: here(filed))
    receipt = citizen.put(f"/dossiers/{uuid.uuid4()}", online()).json()
    assert datetime.fromisoformat(receipt["submitted_at"]) == here(filed)
    assert datetime.fromisoformat(receipt["respond_by"]) == here(answered)


def test_row_14_an_online_filing_has_a_receipt_number_with_a_check_character_at_once_and_waits_in_its_turn(
    citizen: Door, clerk: Door
):
    receipt = citizen.put(f"/dossiers/{uuid.uuid4()}", online()).json()
    assert TrackingCode.of(receipt["tracking"]).text == receipt["tracking"]
    assert citizen.post("/tracking", {"code": receipt["tracking"]}).json()["state"] == 1
    waiting = clerk.get("/dossiers/online?limit=200").json()
    assert receipt["id"] in [it["id"] for it in waiting]
    assert [it["respond_by"] for it in waiting] == sorted(it["respond_by"] for it in waiting)


def test_what_waits_unaccepted_from_earlier_days_is_listed_the_oldest_first(
    clerk: Door, citizen: Door, monkeypatch: pytest.MonkeyPatch
):
    filed: list[str] = []
    for day in ("2026-03-03 09:00", "2026-03-02 23:59", "2026-03-04 00:00"):
        monkeypatch.setattr(door, "server_time", lambda day=day: here(day))
        filed.append(clerk.file(counter=False).json()["id"])
    accepted = clerk.file().json()["id"]
    listed = clerk.get("/dossiers/waiting?limit=200").json()
    assert [it["id"] for it in listed] == [filed[1], filed[0]]
    assert [it["code"] for it in listed] == ["", ""]
    monkeypatch.setattr(door, "server_time", lambda: here("2026-03-05 00:00"))
    later = [it["id"] for it in clerk.get("/dossiers/waiting").json()]
    assert later == [filed[1], filed[0], filed[2]]
    assert accepted not in later
    assert [it["id"] for it in clerk.get("/dossiers/waiting?limit=-3").json()] == later[:1]
    assert citizen.get("/dossiers/waiting").status_code == 403


def test_all_that_a_citizen_filed_is_read_on_page_by_page(citizen: Door):
    filed = [citizen.put(f"/dossiers/{uuid.uuid4()}", online(next(NUMBERS))).json()["id"] for _ in range(3)]
    assert [it["id"] for it in citizen.get("/dossiers/mine?limit=3").json()] == filed[::-1]
    pages = [citizen.get(f"/dossiers/mine?limit=2&skip={it}").json() for it in (0, 2)]
    assert [it["id"] for page in pages for it in page][:3] == filed[::-1]
    assert citizen.get("/dossiers/mine?limit=3&skip=-9").json() == citizen.get("/dossiers/mine?limit=3").json()
    assert citizen.get(f"/dossiers/mine?skip={10**9}").json() == []


def test_row_15_a_refusal_and_a_repetition_burn_no_number(clerk: Door):
    day = f"{datetime.now(UTC).astimezone(VIETNAM):%y%m%d}"
    before = int(code_of(clerk.file()).rpartition("-")[2])
    assert clerk.file(papers=[]).status_code == 422
    id = str(uuid.uuid4())
    codes = {code_of(clerk.file(id=id)) for _ in range(3)}
    assert codes == {f"{COUNTER}-{day}-{before + 1:04}"}


def test_row_15_after_9999_of_a_day_the_next_number_has_five_digits_and_is_found_by_its_code(
    clerk: Door, desk: Front, number: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(door, "server_time", lambda: here("2026-11-17 09:00"))
    first = clerk.file()
    assert code_of(first) == f"{COUNTER}-261117-0001"
    desk.do(numbered(desk, first.json()["id"], f"{COUNTER}-261118", 9_998))
    monkeypatch.setattr(door, "server_time", lambda: here("2026-11-18 09:00"))
    assert code_of(clerk.file()) == f"{COUNTER}-261118-9999"
    last = code_of(clerk.file(number=number))
    assert last == f"{COUNTER}-261118-10000"
    seen = clerk.post("/tracking", {"code": last, "last_four": number[-4:]}).json()
    assert (seen["state"], seen["details"]["owner"]) == (2, "K*** T***")


async def numbered(desk: Front, id: str, series: str, number: int) -> None:
    """As if it were the last of so many of another day."""
    there = {"series": series, "number": number}
    await desk.app.state.store.dossiers._documents.update_one({"_id": id}, {"$set": there})


def test_row_16_what_is_missing_is_marked_on_its_paper_and_field_asked_once_and_the_history_is_kept(
    citizen: Door, desk: Front
):
    officer = Door(desk, "demo-one-stop")
    id = citizen.put(f"/dossiers/{uuid.uuid4()}", online()).json()["id"]
    paper = next(it.code for it in PROCEDURE.papers if it.required)
    items = [
        {"about": "paper", "code": paper, "reason": "unreadable", "words": "Trang 2 bị mờ"},
        {"about": "field", "code": "phone", "reason": "wrong", "words": "Số gọi không được"},
    ]
    asked = officer.post(f"/dossiers/{id}/supplement-request", {"items": items})
    assert asked.json()["state"] == "supplement-asked"
    assert officer.post(f"/dossiers/{id}/supplement-request", {"items": items}).status_code == 409
    brought = citizen.post(
        f"/dossiers/{id}/supplements", {"papers": [{"code": paper, "electronic": 1, "scans": [SHEET]}]}
    )
    assert (brought.json()["state"], brought.json()["asked"]) == ("supplement-asked", items[1:]), "a part is not all"
    right = citizen.post(f"/dossiers/{id}/corrections", {"fields": {"phone": "0987654321"}})
    assert (right.json()["state"], right.json()["asked"]) == ("submitted", []), right.text
    there = officer.get(f"/dossiers/{id}").json()["dossier"]
    assert [it["what"] for it in there["history"]] == ["submitted", "supplement-asked", "supplemented", "corrected"]
    assert [it["words"] for it in there["asked"]] == ["Trang 2 bị mờ", "Số gọi không được"]
    assert (there["corrections"][0]["was"], there["corrections"][0]["now"]) == ("", "+84987654321")
    assert len([it for it in there["filing"]["papers"] if it["code"] == paper]) == 2, "what lay there is kept"


def test_what_was_withdrawn_before_it_was_accepted_is_over_and_another_citizen_withdraws_nothing(
    citizen: Door, desk: Front
):
    id = citizen.put(f"/dossiers/{uuid.uuid4()}", online()).json()["id"]
    wish = {"words": "Tôi đổi ý"}
    assert Door(desk, OTHER_CITIZEN).post(f"/dossiers/{id}/withdrawal", wish).status_code == 403
    assert citizen.post(f"/dossiers/{id}/withdrawal", wish, key="w1").json()["state"] == "stopped"
    assert citizen.post(f"/dossiers/{id}/withdrawal", wish, key="w1").json()["state"] == "stopped", "asked again"
    assert citizen.post(f"/dossiers/{id}/rating", {"score": 4}).status_code == 200


def test_a_result_is_handed_over_to_who_shows_the_card_and_signs(clerk: Door, desk: Front, number: str):
    id = clerk.file(number=number).json()["id"]
    desk.tell(id, 9, is_decided=True)
    out = f"/dossiers/{id}/hand-over"
    assert clerk.post(out, {"receiver": {"number": number}}).json()["code"] == "not-signed"
    other = {"number": next(NUMBERS), "signature": "register"}
    assert clerk.post(out, {"receiver": other}).status_code == 403
    assert clerk.post(out, {}).status_code == 422
    shown = {"number": number, "signature": "register"}
    assert clerk.post(out, {"receiver": shown}).json()["state"] == "handed-over"


def test_who_filed_with_an_old_card_is_known_by_the_new_one_that_names_it(clerk: Door, desk: Front, number: str):
    old = number[-9:]
    id = clerk.file(number=old).json()["id"]
    desk.tell(id, 9, is_decided=True)
    out, shown = f"/dossiers/{id}/hand-over", {"receiver": {"number": number, "signature": "register"}}
    assert code_of(clerk.post(out, shown)) == "not-the-receiver"
    assert code_of(clerk.post(out, shown | {"old_number": "068000000"})) == "not-the-receiver"
    assert code_of(clerk.post(out, shown | {"old_number": number})) == "invalid-citizen-number"
    assert clerk.post(out, shown | {"old_number": old}).json()["state"] == "handed-over"
    (kept,) = desk.do(desk.app.state.store.dossiers.find({"_id": id}))
    assert (kept.handed.document, kept.handed.number) == ("card", ""), "it was their own"


def test_numbers_are_sealed_in_the_store_found_by_exact_match_and_outlive_a_rotation_of_the_key(
    clerk: Door, desk: Front, number: str
):
    id = clerk.file(number=number).json()["id"]
    store, old = desk.app.state.store, desk.app.state.seals
    assert number not in str(desk.do(store.dossiers.find({"_id": id})))
    keys = desk.app.state.frame.settings.seal_keys
    both = Seals.of(f"{Seals.new('k2')},{keys}")
    desk.app.state.seals = both
    try:
        found = clerk.post("/people/dossiers", {"number": number}).json()["earlier"]
        assert [it["id"] for it in found] == [id], "while the old key still seals it"
        for _ in range(40):
            desk.do(seal_anew(store, both))
        assert desk.do(store.sealed_otherwise("k2")) == []
        there = desk.do(store.dossiers.find({"_id": id}))[0]
        assert there.filing.applicant.number.startswith("k2.")
        assert [it["id"] for it in clerk.post("/people/dossiers", {"number": number}).json()["earlier"]] == [id]
        back = desk.do(store.dossiers.find({"state.marks.0": {"$exists": True}}, limit=1000))
        for it in back:  # the other tests go on with the old key
            again = lambda sealed: old.seal(both.open(sealed)) if sealed else ""  # noqa: E731
            desk.do(changed(store, it.id, again, old))
    finally:
        desk.app.state.seals = old


async def changed(store: Any, id: str, seal: Any, seals: Seals) -> None:
    await store.dossiers.change(id, lambda it: resealed(it, seal, seals.open, seals.mark))


def test_a_state_agency_is_sent_to_the_portal_and_what_is_not_offered_is_refused(clerk: Door):
    agency = {"name": "Phòng Tài nguyên", "kind": "state-agency"}
    answer = clerk.file(applicant=agency)
    assert (answer.status_code, answer.json()["code"]) == (422, "must-file-online")
    assert clerk.file(case="no-such-case").json()["code"] == "unknown-case"


def test_a_state_agency_brings_to_the_counter_what_nobody_files_online(desk: Front):
    copies = "2.000815"
    assert "online" not in CATALOGUE.procedure(copies, TODAY).channels
    assert desk.file({"name": "UBND xã", "kind": "state-agency"}, procedure=copies, home_by="counter")["code"]


def test_a_citizen_files_where_a_counter_answers_and_is_told_which(citizen: Door):
    nobody = citizen.put(f"/dossiers/{uuid.uuid4()}", online(receiving_office="H36.201"))
    assert (nobody.status_code, code_of(nobody)) == (422, "no-counter-there")
    assert nobody.json()["detail"] == "There is no counter at H36.201: file at H36.201.01."
    province = citizen.put(f"/dossiers/{uuid.uuid4()}", online(receiving_office="H36.02.15", competent_office=COMMUNE))
    assert f"a counter of /procedures/{PROCEDURE.code}/offer" in province.json()["detail"]
    assert citizen.put(f"/dossiers/{uuid.uuid4()}", online(receiving_office="H36.201.01")).status_code == 201


def test_a_carrier_cannot_file_and_what_it_collected_is_filed_when_a_clerk_takes_it_over(clerk: Door, desk: Front):
    id = str(uuid.uuid4())
    carrier = Door(desk, "demo-carrier")
    assert [carrier.file(counter=it, id=id, channel="post").status_code for it in (False, True)] == [403, 403]
    slip = clerk.file(id=id, channel="post")
    assert slip.status_code == 201, slip.text
    there = clerk.get(f"/dossiers/{id}").json()["dossier"]
    assert (there["state"], there["filing"]["channel"]) == ("accepted", "post")
    assert [(it["what"], it["by"]) for it in there["history"]] == [("submitted", CLERK), ("accepted", CLERK)]


def test_the_way_home_can_be_changed_where_the_procedure_allows_it(citizen: Door, desk: Front):
    id = citizen.put(f"/dossiers/{uuid.uuid4()}", online()).json()["id"]
    assert citizen.post(f"/dossiers/{id}/home", {"home_by": "post", "address": "Thôn 9"}).status_code == 200
    there = Door(desk, "demo-one-stop").get(f"/dossiers/{id}").json()["dossier"]["filing"]
    assert (there["home_by"], there["applicant"]["address"]) == ("post", "Thôn 9")


def pdf() -> bytes:
    """A page that nobody else has."""
    return sheet(uuid.uuid4().hex)


def test_what_is_kept_to_know_a_call_again_does_not_give_a_number_away(clerk: Door, desk: Front, number: str):
    id, other = clerk.file(number=number).json()["id"], next(NUMBERS)
    clerk.post(f"/dossiers/{id}/corrections", {"fields": {"number": other}}, key="c1")
    row = desk.do(raw(desk, id))
    bodies = (filing(number), {"fields": {"number": other}, "reason": "typing-error"})
    kept = {bytes(it["digest"]) for it in row["answers"]}
    assert kept
    for body in bodies:
        kind = Filing if "procedure" in body else Correct
        guessed = once("k", msgspec.convert(body, kind))
        assert guessed is not None
        assert guessed.digest not in kept, "whoever has the store would only have to try all numbers"


async def raw(desk: Front, id: str) -> Any:
    return await desk.app.state.store.dossiers._documents.find_one({"_id": id})


def test_a_citizen_is_not_told_what_others_filed(clerk: Door, citizen: Door, number: str):
    clerk.file(number=number)
    receipt = citizen.put(f"/dossiers/{uuid.uuid4()}", online(number)).json()
    assert receipt["resembles"] == []
    mine = citizen.put(f"/dossiers/{uuid.uuid4()}", online(number)).json()
    assert mine["resembles"] == [receipt["id"]]


def test_a_dossier_is_read_and_sent_home_by_its_own_offices_alone(clerk: Door, desk: Front):
    id = Door(desk, "demo-one-stop").file(counter=True).json()["id"]
    there = desk.do(desk.app.state.store.dossiers.find({"_id": id}))[0]
    assert COUNTER not in {there.filing.receiving_office, there.filing.competent_office}
    assert clerk.get(f"/dossiers/{id}").status_code == 403
    assert clerk.post(f"/dossiers/{id}/home", {"home_by": "post", "address": "Nhà tôi"}).status_code == 403


def test_charges_and_offices_that_cannot_be_are_refused_before_anything_is_kept(clerk: Door, citizen: Door):
    wrong = citizen.put(f"/dossiers/{uuid.uuid4()}", online(charges=[{"fee": "no-such-fee"}]))
    assert (wrong.status_code, wrong.json()["code"]) == (422, "unknown-fee")
    other = clerk.file(competent_office=COUNTER)
    assert (other.status_code, other.json()["code"]) == (422, "not-competent")
