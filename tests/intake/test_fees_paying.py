"""Fees over HTTP, with the real engines and the sandbox bank that misbehaves."""

import asyncio
import io
import json
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
import zxingcpp
from aiokafka import AIOKafkaConsumer
from openpyxl import load_workbook
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from deploy.demo.paper import sheet
from deploy.engines import Engines
from services.intake.consumers import parcels
from services.intake.domain import pay_link
from services.intake.domain.bill import Bill
from services.intake.domain.changing import answer_withdrawal
from services.intake.domain.dossier import Dossier
from services.intake.domain.money import ORDER_LIVES, Order
from services.intake.domain.tracking import masked, told
from services.intake.gateways.bank import SIGNATURE, Bank as Gateway, sign
from services.intake.rounds import asking_the_bank
from services.intake.store import Store
from services.intake.store.indexes import AT_BANK, BY_ORDER, CASH, UNPAID, at_bank, unpaid, with_cash, with_orders
from shared.calendar import VIETNAM, local_day
from shared.clock import server_time
from shared.contracts.postal import MoneyCollected
from shared.events import Decision, Envelope, Event, Heard
from shared.people import SYSTEM, Person
from tests.intake.front import LAST_FOUR, OWNER, PROCEDURE, Front
from tests.intake.partners import KEY, Bank

EXTRACT = "2.000635"
OFFICE = "H36.202.02"


pytestmark = pytest.mark.usefixtures("behaved")


@pytest.fixture(scope="module")
def desk(banking: Front) -> Front:
    return banking


def file(desk: Front, procedure: str = EXTRACT, charges: list[dict[str, Any]] | None = None) -> str:
    """An accepted dossier's id."""
    offered = desk.app.state.store.catalogue.procedure(procedure, local_day(server_time()))
    ticked = [
        {"code": it.code, "originals": it.originals, "copies": it.copies, "electronic": it.electronic}
        for it in offered.papers
    ]
    filing = {
        "procedure": procedure,
        "applicant": OWNER,
        "papers": ticked,
        "consent": True,
        "charges": charges or [],
        "reviewed": desk.filed[-50:],
    }
    id = str(uuid.uuid4())
    desk.filed.append(id)
    answer = httpx.put(f"{desk.url}/intake/counter/dossiers/{id}", json=filing, headers=desk.headers())
    assert answer.status_code == 201, answer.text
    return id


def ask(desk: Front, method: str, path: str, person: str = "demo-counter", **given: Any) -> httpx.Response:
    return httpx.request(method, f"{desk.url}/intake{path}", headers=desk.headers(person), **given)


def scan(desk: Front) -> str:
    """The digest of a scan of the citizen's."""
    answer = httpx.post(f"{desk.url}/intake/papers", content=sheet("To khai"), headers=desk.headers("demo-citizen"))
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()["digest"]


async def changed(desk: Front, id: str, decide: Callable[[Bill], Decision[Bill]]) -> None:
    """The bill, as the store has it."""
    store: Store = desk.app.state.store
    await store.dossiers.change(id, lambda it: it.with_bill(decide, by=SYSTEM, at=server_time()))


def kept(desk: Front, id: str) -> Dossier:
    """As the store has it."""

    async def got() -> Dossier:
        return await desk.app.state.store.dossiers.get(id)

    return desk.do(got())


def bill(desk: Front, id: str) -> dict[str, Any]:
    answer = ask(desk, "GET", f"/dossiers/{id}/bill")
    assert answer.status_code == 200, answer.text
    return answer.json()


def pay(desk: Front, id: str, dong: int, payment: str = "") -> httpx.Response:
    return ask(desk, "PUT", f"/dossiers/{id}/payments/{payment or uuid.uuid4()}", json={"dong": dong})


def open_order(desk: Front, id: str) -> str:
    answer = ask(desk, "POST", f"/dossiers/{id}/orders")
    assert answer.status_code == 200, answer.text
    return answer.json()["reference"]


def until(desk: Front, id: str, state: str) -> dict[str, Any]:
    """The bill once it is in that state; at most ten seconds."""
    end = time.monotonic() + 10
    while (it := bill(desk, id))["state"] != state and time.monotonic() < end:
        time.sleep(0.05)
    assert it["state"] == state, it
    return it


def quiet(desk: Front, id: str, moves: int) -> dict[str, Any]:
    """The bill once so many lines are in its book."""
    end = time.monotonic() + 10
    while len((it := bill(desk, id))["book"]) < moves and time.monotonic() < end:
        time.sleep(0.05)
    return it


def call_back(desk: Front, key: str = KEY, signed_at: datetime | None = None, **movement: Any) -> httpx.Response:
    body = json.dumps(movement).encode()
    header = sign(key, signed_at or datetime.now(UTC), "POST /payments/callbacks", body)
    return httpx.post(f"{desk.url}/intake/payments/callbacks", content=body, headers={SIGNATURE: header})


def movement(reference: str, dong: int = 8_000) -> dict[str, Any]:
    return {"id": f"T{uuid.uuid4().hex}", "reference": reference, "dong": dong, "at": datetime.now(UTC).isoformat()}


def look_round(desk: Front) -> None:
    """What the round does by itself later: here at once."""
    store: Store = desk.app.state.store
    desk.do(asking_the_bank(desk.app.state.bank, ahead=timedelta(hours=1))(store))


def cash(desk: Front, method: str = "GET", day: str = "") -> dict[str, Any]:
    given = {"json": {}} if method == "POST" else {"params": {"day": day}} if day else {}
    answer = ask(desk, method, "/fees/reconciliation", **given)
    assert answer.status_code == 200, answer.text
    return answer.json()


def said(engines: Engines, id: str, until: str) -> list[tuple[str, bytes]]:
    """What Kafka has of a dossier, type and data, once it has that type; at most twenty seconds."""

    async def listen() -> list[tuple[str, bytes]]:
        consumer = AIOKafkaConsumer("intake.dossiers", bootstrap_servers=engines.kafka, auto_offset_reset="earliest")
        await consumer.start()
        found: list[tuple[str, bytes]] = []
        try:
            async with asyncio.timeout(20):
                async for record in consumer:
                    headers = dict(record.headers)
                    if headers["ce_subject"] == id.encode():
                        found.append((headers["ce_type"].decode(), record.value))
                        if found[-1][0] == until:
                            return found
        finally:
            await consumer.stop()
        return found

    return asyncio.run(listen())


def tell(desk: Front, event: Event, dossier: str) -> None:
    """What the post says of a dossier's parcel, as the bus hands it over."""
    at = datetime.now(UTC).isoformat()
    source = f"/postal/parcels/{dossier}"
    envelope = Envelope(event.topic, event.type, source, 1, dossier, at, "", msgspec.json.encode(event))

    async def hear() -> None:
        await parcels.handlers[event.type][1](Heard(event, envelope), desk.app.state.store)

    desk.do(hear())


def stop(desk: Front, id: str) -> None:
    """As when the office that decides tells that the case was stopped."""

    async def told() -> None:
        await desk.app.state.store.dossiers.change(
            id, lambda it: answer_withdrawal(it, granted=True, office=OFFICE, at=server_time())
        )

    desk.do(told())


def test_acceptance_makes_the_bill_with_the_charges_of_the_filing(desk: Front):
    it = bill(desk, file(desk, charges=[{"fee": "extract", "pieces": 3}]))
    assert (it["state"], it["due"], it["owed"], it["office"]) == ("unpaid", 24_000, 24_000, OFFICE)


def test_a_charge_that_cannot_be_refuses_the_whole_filing_and_writes_nothing(desk: Front):
    offered = desk.app.state.store.catalogue.procedure(EXTRACT, local_day(server_time()))
    id = str(uuid.uuid4())
    filing = {
        "procedure": EXTRACT,
        "applicant": OWNER,
        "papers": [{"code": it.code, "originals": it.originals} for it in offered.papers],
        "consent": True,
        "charges": [{"fee": "bribe"}],
        "reviewed": desk.filed[-50:],
    }
    answer = httpx.put(f"{desk.url}/intake/counter/dossiers/{id}", json=filing, headers=desk.headers())
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-fee")
    assert ask(desk, "GET", f"/dossiers/{id}").status_code == 404


def test_money_at_the_counter_is_taken_once_and_its_receipt_has_the_next_number(desk: Front):
    first, second, payment = file(desk), file(desk), str(uuid.uuid4())
    answers = [pay(desk, first, 8_000, payment).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert (answers[0]["bill"]["state"], len(answers[0]["bill"]["book"])) == ("paid", 1)
    after = pay(desk, second, 8_000).json()["receipt"]["number"]
    numbers = [int(it.rpartition("-")[2]) for it in (answers[0]["receipt"]["number"], after)]
    assert numbers[1] == numbers[0] + 1
    assert after.startswith(f"BL-{OFFICE}-{datetime.now(VIETNAM):%Y}-")


def test_receipts_have_no_gap_and_no_twin_when_many_are_paid_at_once(desk: Front):
    ids = [file(desk) for _ in range(12)]
    with ThreadPoolExecutor(12) as together:
        answers = list(together.map(lambda it: pay(desk, it, 8_000).json(), ids))
    numbers = sorted(int(it["receipt"]["number"].rpartition("-")[2]) for it in answers)
    assert numbers == list(range(numbers[0], numbers[0] + 12))


def test_a_wrong_amount_at_the_counter_is_refused_and_burns_no_receipt(desk: Front):
    id = file(desk)
    refused = pay(desk, id, 7_000)
    assert (refused.status_code, refused.json()["code"]) == (422, "wrong-amount")
    first = pay(desk, id, 8_000).json()["receipt"]["number"]
    second = pay(desk, file(desk), 8_000).json()["receipt"]["number"]
    assert int(second[-6:]) == int(first[-6:]) + 1


def test_an_unknown_amount_is_entered_with_its_ground_and_then_paid(desk: Front):
    id = file(desk, PROCEDURE)
    (line,) = bill(desk, id)["lines"]
    assert line["due"] is None
    assert pay(desk, id, 5_000).json()["code"] == "amount-unknown"
    entered = {"fee": line["fee"], "dong": 5_000, "because": "Nghị quyết 12/2025/NQ-HĐND"}
    key = {**desk.headers(), "idempotency-key": str(uuid.uuid4())}
    url = f"{desk.url}/intake/dossiers/{id}/bill/amounts"
    both = [httpx.post(url, json=entered, headers=key).json() for _ in range(2)]
    assert both[0] == both[1]
    assert both[0]["owed"] == 5_000
    assert pay(desk, id, 5_000).status_code == 200


def test_an_exemption_is_granted_by_a_clerk_of_the_office_and_by_nobody_else(desk: Front):
    id = file(desk)
    asked = {"fee": "extract", "exemption": "poor", "evidence": "so-ho-ngheo-2026"}
    path = f"/dossiers/{id}/bill/exemptions"
    assert ask(desk, "POST", path, "demo-citizen", json=asked).status_code == 403
    wrong = ask(desk, "POST", path, json={**asked, "exemption": "friend"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "exemption-not-offered")
    assert ask(desk, "POST", path, json=asked).json()["state"] == "exempt"


def test_a_slip_in_a_line_is_put_right_before_and_after_payment_under_one_key_once(desk: Front):
    id = file(desk, charges=[{"fee": "extract", "pieces": 100}])
    path, url = f"/dossiers/{id}/bill/corrections", f"{desk.url}/intake/dossiers/{id}/bill/corrections"
    asked = {"fee": "extract", "pieces": 10, "because": "gõ thừa một số 0"}
    assert ask(desk, "POST", path, "demo-citizen", json=asked).status_code == 403
    for wrong, code in (
        ({"because": " "}, "why-needed"),
        ({"pieces": 0}, "pieces-absurd"),
        ({"fee": "x"}, "unknown-fee"),
    ):
        refused = ask(desk, "POST", path, json={**asked, **wrong})
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert bill(desk, id)["corrections"] == []
    key = {**desk.headers(), "idempotency-key": str(uuid.uuid4())}
    both = [httpx.post(url, json=asked, headers=key).json() for _ in range(2)]
    assert both[0] == both[1]
    assert both[0]["owed"] == 80_000
    assert pay(desk, id, 80_000).status_code == 200
    then = ask(desk, "POST", path, json={**asked, "pieces": 1, "because": "chỉ xin một bản"}).json()
    assert (then["state"], then["owed"], then["refundable"]) == ("paid", -72_000, 72_000)
    assert [(it["by"], it["office"], it["was"]["pieces"], it["because"]) for it in then["corrections"]] == [
        ("demo-counter", OFFICE, 100, "gõ thừa một số 0"),
        ("demo-counter", OFFICE, 10, "chỉ xin một bản"),
    ]
    back = {"dong": 72_000, "reason": "overpaid", "words": "ghi nhầm"}
    assert ask(desk, "PUT", f"/dossiers/{id}/refunds/{uuid.uuid4()}", json=back).json()["owed"] == 0


def test_an_exemption_granted_by_mistake_is_taken_back_on_the_bill_s_page_and_sent_twice_it_is_done_once(desk: Front):
    id = file(desk, charges=[{"fee": "extract", "pieces": 2}])
    asked = {"fee": "extract", "exemption": "poor", "evidence": "so-ho-ngheo-2026"}
    assert ask(desk, "POST", f"/dossiers/{id}/bill/exemptions", json=asked).json()["state"] == "exempt"
    page = f"{desk.url}/counter/cash/{id}"
    assert 'name="not_exempt"' in httpx.get(page, headers=desk.headers()).text
    fields = {"do": "correct", "fee": "extract", "pieces": "3", "not_exempt": "on", "because": "<nhầm người>"}
    for wrong, words in (({"because": " "}, "Ghi lý do sửa"), ({"pieces": "ba"}, "Hãy ghi số bản bằng chữ số")):
        refused = httpx.post(page, data={**fields, **wrong}, headers=desk.headers())
        assert (refused.status_code, words in refused.text) == (422, True)
        assert 'name="not_exempt" checked' in refused.text
    for _ in range(2):
        assert httpx.post(page, data=fields, headers=desk.headers()).status_code == 303
    it = bill(desk, id)
    assert (it["state"], it["owed"], len(it["corrections"])) == ("unpaid", 24_000, 1)
    shown = httpx.get(page, headers=desk.headers()).text
    assert "&lt;nhầm người&gt;" in shown
    assert 'name="not_exempt"' not in shown


def test_what_was_booked_anew_stands_in_the_day_s_cash_and_not_in_what_the_applicant_reads(desk: Front):
    before = {it["what"]: it for it in cash(desk)["sums"]}.get("rebooked", {"count": 0, "phi": 0})
    id = file(desk)
    assert pay(desk, id, 8_000).status_code == 200
    asked = {"fee": "extract", "exemption": "poor", "evidence": "so-ho-ngheo-2026"}
    it = ask(desk, "POST", f"/dossiers/{id}/bill/exemptions", json=asked).json()
    assert [(line["what"], line["dong"], line["phi"]) for line in it["book"]] == [
        ("paid", 8_000, 8_000),
        ("rebooked", 0, -8_000),
    ]
    after = {it["what"]: it for it in cash(desk)["sums"]}["rebooked"]
    assert (after["count"], after["dong"], after["phi"]) == (before["count"] + 1, 0, before["phi"] - 8_000)
    day = httpx.get(f"{desk.url}/counter/cash", headers=desk.headers()).text
    assert "Ghi lại theo khoản thu đã đổi" in day
    assert "Ghi lại theo khoản thu đã đổi" in httpx.get(f"{desk.url}/counter/cash/{id}", headers=desk.headers()).text
    book: Any = load_workbook(io.BytesIO(ask(desk, "GET", "/fees/reconciliation.xlsx").content))
    assert "Ghi lại" in {row[1].value for row in book["Tổng hợp"].iter_rows()}
    assert [entry.what for entry in told(kept(desk, id), None) if entry.what.startswith("fee-")] == ["fee-paid"]


def test_a_bill_is_told_to_no_clerk_of_another_office_nor_is_the_bank_asked_for_them(desk: Front, bank: Bank):
    """Why somebody need not pay says that they are poor or disabled."""
    id, away = file(desk), "H36.205.01"
    reference = open_order(desk, id)

    async def moved() -> None:
        offices = {"receiving_office": away, "competent_office": away}
        await desk.app.state.store.dossiers.change(id, lambda it: (replace(it, filing=replace(it.filing, **offices)),))

    desk.do(moved())
    bank.turn(lose=1)
    bank.pay(reference, 8_000)
    because = {"fee": "extract", "pieces": 2, "because": "x"}
    for method, path, given in (
        ("GET", "bill", {}),
        ("POST", "orders", {}),
        ("POST", "bill/asking", {}),
        ("POST", "bill/corrections", {"json": because}),
    ):
        refused = ask(desk, method, f"/dossiers/{id}/{path}", **given)
        assert (refused.status_code, refused.json()["code"]) == (403, "not-your-office"), path
    page = httpx.post(f"{desk.url}/counter/cash/{id}", data={"do": "ask"}, headers=desk.headers())
    assert page.status_code == 403
    there = kept(desk, id).bill
    assert there is not None
    assert there.book == ()


def test_what_an_office_does_not_handle_it_does_not_touch_either(desk: Front):
    """The one-stop officer of the commune decides it, so may; a citizen who did not file it may not even look."""
    id = file(desk)
    assert ask(desk, "GET", f"/dossiers/{id}/bill", "demo-citizen").status_code == 403
    assert ask(desk, "POST", f"/dossiers/{id}/orders", "demo-citizen").status_code == 403
    assert pay(desk, id, 8_000).status_code == 200
    other = ask(desk, "GET", "/fees/reconciliation?office=H36.999")
    assert (other.status_code, other.json()["code"]) == (403, "not-your-office")


def test_paying_by_qr_opens_one_payment_and_the_bank_s_callback_pays_it(desk: Front, bank: Bank):
    id = file(desk)
    reference = open_order(desk, id)
    assert open_order(desk, id) == reference
    order = bill(desk, id)["order"]
    assert reference in order["qr"]
    assert "5405" not in order["qr"].partition("5303704")[0]
    assert order["qr"].partition("5303704")[2].startswith("54048000")
    for personal in (OWNER["name"], OWNER["number"], id):
        assert personal not in order["qr"]
    bank.pay(reference, 8_000)
    it = until(desk, id, "paid")
    assert (it["book"][0]["way"], it["book"][0]["reference"]) == ("online", reference)


def test_a_callback_that_comes_twice_and_late_pays_once(desk: Front, bank: Bank):
    bank.turn(double=1, delay=0.3)
    id = file(desk)
    bank.pay(open_order(desk, id), 8_000)
    it = until(desk, id, "paid")
    while bank.books.under_way:
        time.sleep(0.02)
    assert len(bill(desk, id)["book"]) == len(it["book"]) == 1


def test_a_lost_callback_is_found_by_the_round_that_asks_the_bank(desk: Front, bank: Bank):
    bank.turn(lose=1)
    id = file(desk)
    bank.pay(open_order(desk, id), 8_000)
    assert bill(desk, id)["state"] == "waiting"
    look_round(desk)
    assert bill(desk, id)["state"] == "paid"


def test_while_the_bank_answers_500_the_payment_waits_and_is_asked_about_again(desk: Front, bank: Bank):
    bank.turn(lose=1)
    id = file(desk)
    bank.pay(open_order(desk, id), 8_000)
    bank.turn(fail=1)
    look_round(desk)
    assert bill(desk, id)["state"] == "waiting"
    assert ask(desk, "POST", f"/dossiers/{file(desk)}/orders").status_code == 503
    bank.turn()
    look_round(desk)
    assert bill(desk, id)["state"] == "paid"


def test_an_underpaid_transfer_is_a_difference_and_the_rest_can_be_paid(desk: Front, bank: Bank):
    bank.turn(wrong_amount=1)
    id = file(desk)
    reference = open_order(desk, id)
    bank.pay(reference, 8_000)
    it = quiet(desk, id, 1)
    assert (it["state"], it["owed"]) == ("waiting", 1_000)
    assert [d["kind"] for d in cash(desk)["differences"] if d["reference"] == reference] == ["wrong-amount"]
    bank.turn()
    rest = open_order(desk, id)
    assert rest != reference
    bank.pay(rest, 1_000)
    assert until(desk, id, "paid")["owed"] == 0


def test_an_overpaid_transfer_is_given_back_by_the_bank_once(desk: Front, bank: Bank):
    id = file(desk)
    reference = open_order(desk, id)
    bank.pay(reference, 10_000)
    assert until(desk, id, "paid")["owed"] == -2_000
    back = {"dong": 2_000, "reason": "overpaid", "words": "chuyển thừa"}
    path = f"/dossiers/{id}/refunds/{uuid.uuid4()}"
    assert ask(desk, "PUT", path, json={**back, "dong": 2_001}).json()["code"] == "not-paid"
    bank.turn(fail=1)
    first = ask(desk, "PUT", path, json=back).json()
    assert first["book"][-1]["is_done"] is False
    assert ask(desk, "PUT", path, json=back).json()["book"] == first["book"]
    look_round(desk)
    assert bill(desk, id)["book"][-1]["is_done"] is False
    bank.turn()
    look_round(desk)
    look_round(desk)
    it = bill(desk, id)
    assert (it["owed"], it["book"][-1]["is_done"]) == (0, True)
    assert [m.dong for m in bank.books.movements if m.reference == reference and m.what == "refunded"] == [2_000]
    kinds = [d["kind"] for d in cash(desk)["differences"] if d["reference"] == reference]
    assert kinds == ["wrong-amount"]


def test_a_callback_without_the_bank_s_signature_changes_nothing(desk: Front):
    id = file(desk)
    it = movement(open_order(desk, id))
    forged = call_back(desk, key="guessed", **it)
    assert (forged.status_code, forged.json()["code"]) == (401, "not-the-bank")
    old = call_back(desk, signed_at=datetime.now(UTC) - timedelta(minutes=10), **it)
    assert old.status_code == 401
    bare = httpx.post(f"{desk.url}/intake/payments/callbacks", json=it)
    assert bare.status_code == 401
    assert bill(desk, id)["book"] == []
    assert call_back(desk, **it).json() == {"known": True}
    assert bill(desk, id)["state"] == "paid"


def test_a_callback_that_is_no_movement_is_refused_and_one_about_nobody_is_left(desk: Front):
    assert call_back(desk, id="x").status_code == 400
    assert call_back(desk, **{**movement("MCNOBODY"), "dong": "much"}).status_code == 400
    assert call_back(desk, **movement("MCNOBODY")).json() == {"known": False}


def test_the_day_s_cash_shows_money_of_unknown_references_and_takes_in_what_was_lost(desk: Front, bank: Bank):
    bank.turn(lose=1)
    id, stray = file(desk), f"STRAY{uuid.uuid4().hex[:8].upper()}"
    reference = open_order(desk, id)
    bank.pay(reference, 8_000)
    bank.pay(stray, 3_000)
    differences = {it["reference"]: it for it in cash(desk)["differences"]}
    assert (differences[reference]["kind"], differences[reference]["dossier"]) == ("missing-here", id)
    assert (differences[stray]["kind"], differences[stray]["there"]) == ("unknown-reference", 3_000)
    after = {it["reference"]: it["kind"] for it in cash(desk, "POST")["differences"]}
    assert reference not in after
    assert after[stray] == "unknown-reference"
    assert bill(desk, id)["state"] == "paid"


def test_the_day_s_cash_adds_up_and_says_when_the_bank_is_away(desk: Front, bank: Bank):
    before = cash(desk)
    pay(desk, file(desk), 8_000)
    left_open = file(desk)
    after = cash(desk)
    assert after["bank"] == "compared"
    assert after["in_hand"] == before["in_hand"] + 8_000
    assert after["open_dong"] >= bill(desk, left_open)["owed"]
    counter = next(it for it in after["sums"] if it["way"] == "counter" and it["what"] == "paid")
    assert counter["dong"] == counter["phi"] + counter["le_phi"] + counter["other"]
    bank.turn(fail=1)
    assert cash(desk)["bank"] == "away"


def test_what_is_not_paid_is_listed_by_a_program_as_on_the_page_the_newest_first_and_page_by_page(desk: Front):
    paid, known, open_amount = file(desk), file(desk), file(desk, PROCEDURE)
    pay(desk, paid, 8_000)
    listed = ask(desk, "GET", "/fees/unpaid?limit=2").json()
    assert [(it["id"], it["is_known"]) for it in listed] == [(open_amount, False), (known, True)]
    assert listed[1] == {"id": known, "code": bill(desk, known)["code"], "owed": 8_000, "is_known": True}
    page = httpx.get(f"{desk.url}/counter/cash", headers=desk.headers()).text.partition('id="open"')[2]
    assert page.index(listed[0]["code"]) < page.index(listed[1]["code"])
    assert bill(desk, paid)["code"] not in page.partition("</ul>")[0]
    assert ask(desk, "GET", "/fees/unpaid?limit=1&skip=1").json() == listed[1:]
    assert ask(desk, "GET", "/fees/unpaid?limit=0&skip=-1").json() == listed[:1]
    count = cash(desk)["open_count"]
    assert len(ask(desk, "GET", "/fees/unpaid?limit=1000").json()) == min(count, 200)
    assert ask(desk, "GET", f"/fees/unpaid?skip={count}").json() == []
    other = ask(desk, "GET", "/fees/unpaid?office=H36.999")
    assert (other.status_code, other.json()["code"]) == (403, "not-your-office")
    assert ask(desk, "GET", "/fees/unpaid", "demo-citizen").status_code == 403


def test_more_open_bills_than_are_summed_or_shown_are_all_counted_and_told(
    desk: Front, monkeypatch: pytest.MonkeyPatch
):
    newest = [file(desk) for _ in range(3)][-1]
    count = cash(desk)["open_count"]
    monkeypatch.setattr("services.intake.api.cash.MOST_SUMMED", 2)
    monkeypatch.setattr("services.intake.pages.cash.MOST_LINES", 1)
    day = cash(desk)
    assert (day["open_count"], day["open_dong"], day["open_at_least"]) == (count, 16_000, True)
    page = httpx.get(f"{desk.url}/counter/cash", headers=desk.headers()).text
    assert f"{count} hồ sơ</a>: ít nhất" in page
    shown = page.partition('id="open"')[2].partition("</ul>")[0]
    assert f"còn {count - 1} hồ sơ cũ hơn" in shown
    assert shown.count("<li>") == 1
    assert newest in shown
    english = httpx.get(f"{desk.url}/counter/cash?lang=en", headers=desk.headers()).text
    assert f"{count} dossiers</a>: at least" in english
    assert f"{count - 1} older ones" in english


def test_no_sum_is_made_of_a_part_of_a_day_s_book(desk: Front, monkeypatch: pytest.MonkeyPatch):
    for _ in range(2):
        pay(desk, file(desk), 8_000)
    monkeypatch.setattr("services.intake.api.cash.MOST_MOVED", 1)
    for path in ("/fees/reconciliation", "/fees/reconciliation.xlsx"):
        refused = ask(desk, "GET", path)
        assert (refused.status_code, refused.json()["code"]) == (422, "too-many-lines"), path
    page = httpx.get(f"{desk.url}/counter/cash", headers=desk.headers() | {"accept": "text/html"})
    assert (page.status_code, "báo người quản trị" in page.text) == (422, True)
    assert cash(desk, day="2020-01-01")["lines"] == []


def test_the_day_s_cash_is_a_workbook_with_sums_lines_and_differences(desk: Front):
    pay(desk, file(desk), 8_000)
    told = cash(desk)
    answer = ask(desk, "GET", "/fees/reconciliation.xlsx")
    assert answer.headers["content-disposition"].endswith('.xlsx"')
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Tổng hợp", "Chi tiết", "Sai lệch"]
    rows = list(book["Chi tiết"].iter_rows(min_row=2, values_only=True))
    assert [row[4] for row in rows] == [it["moved"]["dong"] for it in told["lines"]]
    assert rows[-1][8] == told["lines"][-1]["receipt"]


def test_the_receipt_prints_its_number_and_words_and_a_qr_that_can_be_read_and_tells_a_reprint(desk: Front):
    id, payment = file(desk), str(uuid.uuid4())
    number = pay(desk, id, 8_000, payment).json()["receipt"]["number"]
    path = f"/dossiers/{id}/payments/{payment}/receipt.pdf"
    first, second = (ask(desk, "GET", path).content for _ in range(2))
    text = PdfReader(io.BytesIO(first)).pages[0].extract_text()
    for word in (number, "Tám nghìn đồng", OWNER["name"], "8.000", "tiền mặt tại quầy"):
        assert word in text, word
    assert "In lại lần" not in text
    assert "In lại lần 1" in PdfReader(io.BytesIO(second)).pages[0].extract_text()
    picture = PdfDocument(first)[0].render(scale=4).to_pil()
    (qr,) = zxingcpp.read_barcodes(picture)
    code, procedure, identifier, paper = qr.text.split("|")
    assert (code, procedure, identifier) == (bill(desk, id)["code"], EXTRACT, OWNER["number"])
    assert number in paper
    (kept,) = desk.do(desk.app.state.store.receipts_of([f"{id}/{payment}"]))
    prints = kept.prints
    assert [it.by for it in prints] == ["demo-counter", "demo-counter"]


def test_there_is_no_receipt_for_money_that_never_came(desk: Front):
    answer = ask(desk, "POST", f"/dossiers/{file(desk)}/payments/nothing/receipt")
    assert (answer.status_code, answer.json()["code"]) == (404, "no-such-payment")


def test_fees_travel_as_events_of_the_dossier_and_name_nobody(desk: Front, engines: Engines):
    id = file(desk)
    pay(desk, id, 8_000)
    heard = said(engines, id, "fee-paid.v1")
    assert [it for it, _ in heard] == ["dossier-submitted.v1", "dossier-accepted.v1", "fee-due.v1", "fee-paid.v1"]
    due, paid = (json.loads(data) for _, data in heard[-2:])
    assert (due["dong"], due["lines"]) == (8_000, [{"code": "extract", "kind": "phí", "dong": 8_000}])
    assert (paid["dong"], paid["phi"], paid["way"], paid["owed"]) == (8_000, 8_000, "counter", 0)
    for _, data in heard:
        for personal in (OWNER["name"], OWNER["number"], "demo-counter"):
            assert personal.encode() not in data


def test_what_the_postman_collected_pays_the_bill_and_a_fact_told_twice_counts_once(desk: Front):
    id = file(desk)
    for _ in range(2):
        tell(desk, MoneyCollected(office="H36.202.02", role="carrier", parcel="P1", dong=8_000), id)
    it = until(desk, id, "paid")
    assert [(line["way"], line["stage"], line["reference"]) for line in it["book"]] == [("post", 4, "P1")]
    money = cash(desk)
    assert "post" in {line["moved"]["way"] for line in money["lines"] if line["dossier"] == id}
    printed = ask(desk, "GET", f"/dossiers/{id}/payments/{it['book'][0]['id']}/receipt.pdf")
    assert "bưu điện thu hộ" in PdfReader(io.BytesIO(printed.content)).pages[0].extract_text()


def test_a_crash_between_the_money_and_its_receipt_makes_no_gap_and_no_twin(desk: Front):
    """The money is written and nothing after it; whoever asks next makes the receipt, and it is the same for all."""
    id, payment = file(desk), str(uuid.uuid4())
    before = pay(desk, file(desk), 8_000).json()["receipt"]["number"]
    clerk = Person("demo-counter", "", "counter-clerk", OFFICE)

    async def money_alone() -> None:
        await desk.app.state.store.dossiers.change(
            id,
            lambda it: it.with_bill(
                lambda owed: owed.pay(payment, 8_000, by=clerk, at=server_time()), by=clerk, at=server_time()
            ),
        )

    desk.do(money_alone())
    path = f"/dossiers/{id}/payments/{payment}/receipt"
    with ThreadPoolExecutor(8) as together:
        numbers = {it.json()["number"] for it in together.map(lambda _: ask(desk, "POST", path), range(8))}
    (number,) = numbers
    assert int(number[-6:]) == int(before[-6:]) + 1
    after = pay(desk, file(desk), 8_000).json()["receipt"]["number"]
    assert int(after[-6:]) == int(before[-6:]) + 2


def test_a_dossier_that_was_withdrawn_asks_for_nothing_and_gives_all_back(desk: Front, bank: Bank):
    id = file(desk)
    bank.pay(open_order(desk, id), 8_000)
    until(desk, id, "paid")
    back = {"dong": 8_000, "reason": "withdrawn", "words": "rút hồ sơ"}
    path = f"/dossiers/{id}/refunds/{uuid.uuid4()}"
    assert ask(desk, "PUT", path, json=back).json()["code"] == "not-paid"
    unpaid_one = file(desk)
    for it in (id, unpaid_one):
        stop(desk, it)
    assert bill(desk, unpaid_one)["state"] == "cancelled"
    assert pay(desk, unpaid_one, 8_000).json()["code"] == "nothing-to-pay"
    done = ask(desk, "PUT", path, json=back).json()
    assert (done["state"], done["paid"], done["book"][-1]["is_done"]) == ("refunded", 0, True)


def test_a_refund_that_waits_at_the_bank_is_told_as_on_its_way_on_every_page_and_as_given_back_once_it_is(
    desk: Front, bank: Bank
):
    id = file(desk)
    bank.pay(open_order(desk, id), 8_000)
    until(desk, id, "paid")
    stop(desk, id)
    bank.turn(fail=1)
    back = {"dong": 8_000, "reason": "withdrawn", "words": "rút hồ sơ"}
    waits = ask(desk, "PUT", f"/dossiers/{id}/refunds/{uuid.uuid4()}", json=back).json()
    assert (waits["state"], waits["refunding"], waits["paid"]) == ("refunding", 8_000, 0)
    link = pay_link.token(id, desk.app.state.link_key, server_time())
    tracking = {"code": waits["code"], "last_four": LAST_FOUR}

    def told() -> list[str]:
        """The payment page, the tracking page, the counter's dossier, its bill, as plain text."""
        inside = [f"{desk.url}/counter/{path}/{id}" for path in ("dossiers", "cash")]
        outside = (httpx.get(f"{desk.url}/pay/{link}"), httpx.post(f"{desk.url}/track", data=tracking))
        return [it.text for it in (*outside, *(httpx.get(at, headers=desk.headers()) for at in inside))]

    def by_json() -> tuple[str, str, str]:
        by_link = httpx.get(f"{desk.url}/intake/payments/links/{link}").json()
        tracked = httpx.post(f"{desk.url}/intake/tracking", json=tracking).json()
        whats = [it["what"] for it in tracked["details"]["timeline"] if it["what"].startswith("fee-refund")]
        return bill(desk, id)["state"], by_link["state"], ",".join(whats)

    moved = httpx.get(f"{desk.url}/intake/payments/links/{link}").json()["moved"]
    assert by_json() == ("refunding", "refunding", "fee-refund-asked")
    for page in told():
        assert "Đang trả lại" in page
        assert "Đã trả lại" not in page
        assert "Đã hoàn trả" not in page
    assert "refunded" not in [it["what"] for it in cash(desk)["sums"] if it["way"] == "online" and it["dong"] == 8_000]
    bank.turn()
    look_round(desk)
    assert by_json() == ("refunded", "refunded", "fee-refunded")
    for page, words in zip(told(), ("Đã hoàn trả", "Đã trả lại", "Đã trả lại", "Đã hoàn trả"), strict=True):
        assert words in page
        assert "Đang trả lại" not in page
    assert httpx.get(f"{desk.url}/intake/payments/links/{link}").json()["moved"] == moved + 1


def test_money_that_came_by_two_ways_goes_back_by_both_and_the_bank_is_asked_for_no_more_than_it_has(
    desk: Front, bank: Bank
):
    id = file(desk)
    first = open_order(desk, id)
    pay(desk, id, 8_000)
    bank.pay(first, 8_000)
    quiet(desk, id, 2)
    stop(desk, id)
    back = {"dong": 16_000, "reason": "withdrawn", "words": "rút hồ sơ"}
    it = ask(desk, "PUT", f"/dossiers/{id}/refunds/{uuid.uuid4()}", json=back).json()
    assert [(m["way"], m["dong"], m["is_done"]) for m in it["book"][2:]] == [
        ("online", 8_000, True),
        ("counter", 8_000, True),
    ]
    assert [m.dong for m in bank.books.movements if m.reference == first and m.what == "refunded"] == [8_000]


def test_a_refund_that_the_bank_refuses_is_a_difference_until_the_counter_pays_it_out(desk: Front, bank: Bank):
    id = file(desk)
    reference = open_order(desk, id)
    bank.pay(reference, 8_000)
    until(desk, id, "paid")
    stop(desk, id)
    bank.books.refund(f"elsewhere-{id}", reference, 8_000)
    refund, before = str(uuid.uuid4()), cash(desk)["in_hand"]
    back = {"dong": 8_000, "reason": "withdrawn", "words": "rút hồ sơ"}
    it = ask(desk, "PUT", f"/dossiers/{id}/refunds/{refund}", json=back).json()
    assert (it["book"][-1]["is_done"], it["book"][-1]["refused_at"] is None) == (False, False)
    assert (it["state"], it["refunding"]) == ("refunding", 0)
    look_round(desk)
    assert id not in [it.id for it in desk.do(desk.app.state.store.open_at_bank(server_time() + timedelta(days=1)))]
    kinds = [d["kind"] for d in cash(desk)["differences"] if d["id"] == refund]
    assert kinds == ["refund-refused"]
    link = f"{desk.url}/pay/{pay_link.token(id, desk.app.state.link_key, server_time())}"
    assert "Ngân hàng không trả lại được 8.000 đồng" in httpx.get(link).text
    page = httpx.get(f"{desk.url}/counter/cash/{id}", headers=desk.headers()).text
    assert "Đã trả 8.000 đồng tiền mặt" in page
    path = f"/dossiers/{id}/refunds/{refund}/payout"
    assert ask(desk, "PUT", path, "demo-citizen").status_code == 403
    done = [ask(desk, "PUT", path).json() for _ in range(2)]
    assert done[0] == done[1]
    assert (done[0]["book"][-1]["way"], done[0]["book"][-1]["is_done"]) == ("counter", True)
    assert cash(desk)["in_hand"] == before - 8_000
    assert [d for d in cash(desk)["differences"] if d["id"] == refund] == []


def test_the_same_id_with_another_sum_is_a_conflict(desk: Front):
    id, payment = file(desk), str(uuid.uuid4())
    assert pay(desk, id, 8_000, payment).status_code == 200
    other = pay(desk, id, 7_000, payment)
    assert (other.status_code, other.json()["code"]) == (409, "other-money")


def test_money_that_came_after_its_order_ended_is_found_without_a_callback(desk: Front, bank: Bank):
    bank.turn(lose=1)
    id, reference = file(desk), f"MC{uuid.uuid4().hex[:10].upper()}"
    at = server_time()
    order = Order(reference, 8_000, at - timedelta(hours=2), at - timedelta(hours=2) + ORDER_LIVES)
    desk.do(changed(desk, id, lambda it: it.open_order(order)))
    look_round(desk)
    assert (bill(desk, id)["state"], bill(desk, id)["order"]) == ("unpaid", None)
    bank.pay(reference, 8_000)
    look_round(desk)
    assert bill(desk, id)["state"] == "paid"


def test_who_says_i_have_paid_is_answered_in_words(desk: Front, bank: Bank):
    bank.turn(lose=1)
    id = file(desk)
    link = f"{desk.url}/pay/{pay_link.token(id, desk.app.state.link_key, server_time())}"

    def i_have_paid() -> str:
        answer = httpx.post(f"{link}/asked", follow_redirects=True)
        assert answer.status_code == 200
        return answer.text

    assert "Không có lần chuyển khoản nào đang chờ" in i_have_paid()
    reference = open_order(desk, id)
    assert "Đã hỏi ngân hàng: chưa có tiền của bạn" in i_have_paid()
    bank.turn(lose=1, fail=1)
    assert "Ngân hàng chưa trả lời" in i_have_paid()
    bank.turn(lose=1)
    bank.pay(reference, 8_000)
    assert "Tiền đã đến" in i_have_paid()


@pytest.mark.parametrize("way", ["link", "login"])
def test_what_the_pay_page_does_a_program_does_by_its_link_or_with_a_login(desk: Front, bank: Bank, way: str):
    bank.turn(lose=1)
    id = file(desk)
    token = pay_link.token(id, desk.app.state.link_key, server_time())
    link = f"/payments/links/{token}"
    opening, asking = {
        "link": (f"{link}/orders", f"{link}/asking"),
        "login": (f"/dossiers/{id}/orders", f"/dossiers/{id}/bill/asking"),
    }[way]

    def asked() -> httpx.Response:
        headers = desk.headers() if way == "login" else {}
        return httpx.post(f"{desk.url}/intake{asking}", headers=headers)

    assert asked().json()["bank"] == "none-open"
    reference = ask(desk, "POST", opening).json()["reference"]
    shown = httpx.get(f"{desk.url}/intake{link}").json()
    assert (shown["state"], shown["owed"], shown["order"]["reference"]) == ("waiting", 8_000, reference)
    assert asked().json()["bank"] == "nothing"
    bank.turn(lose=1, fail=1)
    assert (asked().status_code, "retry-after" in asked().headers) == (503, True)
    bank.turn(lose=1)
    bank.pay(reference, 8_000)
    came = asked().json()
    assert (came["bank"], came["bill"]["state"], came["bill"]["owed"]) == ("came", "paid", 0)
    received = httpx.get(f"{desk.url}/intake{link}").json()
    assert [it["dong"] for it in received["received"]] == [8_000]
    assert received["moved"] == shown["moved"] + 1


def test_of_asking_the_bank_no_other_money_is_told_than_what_came_of_what_it_was_asked_about(
    desk: Front, bank: Bank, monkeypatch: pytest.MonkeyPatch
):
    bank.turn(lose=1)
    id, payment, status = file(desk), str(uuid.uuid4()), Gateway.status
    reference, clerk = open_order(desk, id), Person("demo-counter", "", "counter-clerk", OFFICE)

    async def meanwhile(gateway: Gateway, reference: str) -> Any:
        """They pay at the counter while the bank is asked."""
        await changed(desk, id, lambda owed: owed.pay(payment, 8_000, by=clerk, at=server_time()))
        return await status(gateway, reference)

    with monkeypatch.context() as instead:
        instead.setattr(Gateway, "status", meanwhile)
        said = ask(desk, "POST", f"/dossiers/{id}/bill/asking").json()
    assert (said["bank"], said["bill"]["state"], len(said["bill"]["book"])) == ("nothing", "paid", 1)
    bank.pay(reference, 8_000)
    said = ask(desk, "POST", f"/dossiers/{id}/bill/asking").json()
    assert (said["bank"], [it["way"] for it in said["bill"]["book"]]) == ("came", ["counter", "online"])


def test_asking_by_a_program_uses_the_page_s_allowance_and_says_how_long_to_wait(desk: Front):
    id = file(desk)
    link = f"{desk.url}/intake/payments/links/{pay_link.token(id, desk.app.state.link_key, server_time())}/asking"
    page = f"{desk.url}/pay/{pay_link.token(id, desk.app.state.link_key, server_time())}/asked"
    answers = [httpx.post(it) for _ in range(6) for it in (link, page)]
    assert {it.status_code for it in answers} == {200, 303}
    refused = [httpx.post(link) for _ in range(3)][-1]
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-tries")
    assert ask(desk, "POST", f"/dossiers/{id}/bill/asking").status_code == 429


def test_only_who_filed_it_or_an_official_asks_the_bank_and_a_link_that_is_over_opens_nothing(desk: Front):
    id = file(desk)
    assert ask(desk, "POST", f"/dossiers/{id}/bill/asking", "demo-citizen").status_code == 403
    late = pay_link.token(id, desk.app.state.link_key, server_time() - timedelta(hours=1))
    for method, path in (("GET", ""), ("POST", "/orders"), ("POST", "/asking"), ("GET", "/receipts/P1.pdf")):
        answer = httpx.request(method, f"{desk.url}/intake/payments/links/{late}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "pay-link-over")


def test_a_link_tells_a_program_nobody_s_name_and_no_official(desk: Front):
    id, payment = file(desk, PROCEDURE), str(uuid.uuid4())
    line = bill(desk, id)["lines"][0]["fee"]
    entered = {"fee": line, "dong": 5_000, "because": "Nghị quyết 12/2025/NQ-HĐND"}
    assert ask(desk, "POST", f"/dossiers/{id}/bill/amounts", json=entered).status_code == 200
    assert pay(desk, id, 5_000, payment).status_code == 200
    token = pay_link.token(id, desk.app.state.link_key, server_time())
    told = httpx.get(f"{desk.url}/intake/payments/links/{token}").text
    for personal in (OWNER["name"], OWNER["number"], OWNER["phone"], "demo-counter", id):
        assert personal not in told
    assert payment in told


def test_a_link_tells_that_somebody_is_exempt_and_not_why(desk: Front):
    id = file(desk)
    asked = {"fee": "extract", "exemption": "poor", "evidence": "so-ho-ngheo-2026"}
    ask(desk, "POST", f"/dossiers/{id}/bill/exemptions", json=asked).raise_for_status()
    why = bill(desk, id)["lines"][0]["exemption_reason"]
    token = pay_link.token(id, desk.app.state.link_key, server_time())
    page = httpx.get(f"{desk.url}/pay/{token}").text
    assert "Được miễn" in page
    assert why in httpx.get(f"{desk.url}/counter/cash/{id}", headers=desk.headers()).text
    for personal in (why, "so-ho-ngheo-2026"):
        assert personal not in page


def test_money_collected_where_nothing_was_due_is_in_the_book_as_a_difference(desk: Front):
    offered = desk.app.state.store.catalogue
    free = next(it.code for it in offered.in_force(local_day(server_time())) if not it.fees)
    id = file(desk, free)
    assert ask(desk, "GET", f"/dossiers/{id}/bill").status_code == 404
    for _ in range(2):
        tell(desk, MoneyCollected(office=OFFICE, role="carrier", parcel="P9", dong=30_000), id)
    it = quiet(desk, id, 1)
    assert (it["paid"], it["owed"], it["lines"]) == (30_000, -30_000, [])
    found = [(d["kind"], d["there"]) for d in cash(desk)["differences"] if d["dossier"] == id]
    assert found == [("wrong-amount", 30_000)]


def test_a_receipt_through_the_pay_link_tells_no_more_of_the_payer_than_tracking_does(desk: Front):
    id, payment = file(desk), str(uuid.uuid4())
    number = pay(desk, id, 8_000, payment).json()["receipt"]["number"]
    token = pay_link.token(id, desk.app.state.link_key, server_time())
    answer = ask(desk, "GET", f"/payments/links/{token}/receipts/{payment}.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert f"/intake/payments/links/{token}/receipts/{payment}.pdf" in httpx.get(f"{desk.url}/pay/{token}").text
    pdf = answer.content
    text = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    assert number in text
    assert masked(OWNER["name"]) in text
    for personal in (OWNER["name"], OWNER["address"], OWNER["number"], "Địa chỉ"):
        assert personal not in text
    (qr,) = zxingcpp.read_barcodes(PdfDocument(pdf)[0].render(scale=4).to_pil())
    assert qr.text.split("|")[2] == ""


def test_the_whole_receipt_is_for_who_filed_it_and_for_no_other_citizen(desk: Front):
    theirs, id, payment = file(desk), str(uuid.uuid4()), str(uuid.uuid4())
    desk.filed.append(id)
    online = {
        "procedure": EXTRACT,
        "applicant": OWNER,
        "papers": [{"code": "declaration", "electronic": 1, "scans": [scan(desk)]}],
        "channel": "online",
        "receiving_office": OFFICE,
        "consent": True,
    }
    filed = ask(desk, "PUT", f"/dossiers/{id}", "demo-citizen", json=online)
    assert filed.status_code == 201, filed.text
    alike = [it["dossier"] for it in ask(desk, "GET", f"/dossiers/{id}").json()["dossier"]["resembles"]]
    ask(desk, "POST", f"/dossiers/{id}/review", json={"others": alike})
    assert ask(desk, "POST", f"/dossiers/{id}/acceptance").status_code == 200
    for it in (theirs, id):
        assert pay(desk, it, 8_000, payment).status_code == 200
    path = "/dossiers/{}/payments/{}/receipt.pdf"
    mine = ask(desk, "GET", path.format(id, payment), "demo-citizen")
    text = PdfReader(io.BytesIO(mine.content)).pages[0].extract_text()
    assert OWNER["name"] in text
    assert OWNER["address"] in text
    page = httpx.get(f"{desk.url}/my/{id}", headers=desk.headers("demo-citizen")).text
    assert f"/intake{path.format(id, payment)}" in page
    assert ask(desk, "GET", path.format(theirs, payment), "demo-citizen").status_code == 403


def test_a_form_at_the_counter_without_its_key_takes_no_money_and_says_so(desk: Front):
    id = file(desk)
    for fields in ({"dong": "8000"}, {"dong": "8000", "key": "no uuid"}):
        answer = httpx.post(f"{desk.url}/counter/dossiers/{id}/pay", data=fields, headers=desk.headers())
        assert answer.status_code == 422
        assert "Có ô chưa đúng" in answer.text
    assert bill(desk, id)["book"] == []


def test_the_pay_page_needs_its_link_and_says_nobody_s_name(desk: Front):
    id = file(desk)
    link = f"{desk.url}/pay/{pay_link.token(id, desk.app.state.link_key, server_time())}"
    page = httpx.get(link)
    assert page.status_code == 200
    for personal in (OWNER["name"], OWNER["number"], OWNER["phone"]):
        assert personal not in page.text
    assert httpx.get(f"{desk.url}/pay/{'A' * 44}").status_code == 404
    late = pay_link.token(id, desk.app.state.link_key, server_time() - timedelta(hours=1))
    assert httpx.get(f"{desk.url}/pay/{late}").status_code == 404


def test_the_bank_s_page_may_not_be_asked_without_end(desk: Front):
    id = file(desk)
    link = f"{desk.url}/pay/{pay_link.token(id, desk.app.state.link_key, server_time())}/asked"
    answers = [httpx.post(link).status_code for _ in range(15)]
    assert answers[0] == 303
    assert answers[-1] == 429


def test_without_a_login_there_is_no_cash_page_and_a_citizen_s_opens_none(desk: Front):
    path = f"{desk.url}/counter/cash"
    bare = httpx.get(path, headers={"accept": "text/html"})
    assert (bare.status_code, "Cần đăng nhập" in bare.text) == (401, True)
    assert httpx.get(path, headers=desk.headers("demo-citizen")).status_code == 403


def test_every_query_of_money_uses_its_index(desk: Front):
    store: Store = desk.app.state.store
    queries = (
        (BY_ORDER, with_orders(["MCX"]), ()),
        (AT_BANK, at_bank(server_time()), ("state.bill.ask_at",)),
        (CASH, with_cash(OFFICE, "2026-11-24"), ()),
        (UNPAID, unpaid(OFFICE), ("-state.submitted_at",)),
    )
    for index, wanted, sort in queries:
        plan = json.dumps(
            desk.do(store.dossiers.explain(wanted, sort=sort))["queryPlanner"]["winningPlan"], default=str
        )
        name = "_".join(f"{field}_{1 if way > 0 else -1}" for field, way in index.keys)
        assert f'"{name}"' in plan, (index.serves, plan)
        assert "COLLSCAN" not in plan
        assert '"SORT"' not in plan
