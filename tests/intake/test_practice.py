"""The page of practice: whom it lets in, what it says in both languages, and people with whom nothing can be filed."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from deploy.demo.people import COUNTER
from services.intake.domain.card import Card
from services.intake.domain.practice import PRACTISED
from services.intake.pages.counter import desk as counter
from services.intake.pages.counter.practice import PEOPLE, Practised
from services.intake.templates.counter_words import IN_PRACTICE, REFUSALS, SAID
from shared.calendar import local_day
from shared.identifiers import OldIdentityNumber
from tests.intake.front import Front
from tests.intake.printed import OFFERED

DAY = local_day(datetime(2026, 11, 27, tzinfo=UTC))


def page(desk: Front, path: str, person: str = "demo-counter") -> httpx.Response:
    return httpx.get(f"{desk.url}{path}", headers=desk.headers(person) | {"accept": "text/html"}, timeout=20)


@pytest.mark.parametrize("path", ["/counter", "/counter/practice"])
def test_practice_is_for_those_who_may_work_at_the_counter(desk: Front, path: str):
    assert httpx.get(f"{desk.url}{path}", headers={"accept": "text/html"}).status_code == 401
    people = ("demo-citizen", "demo-leader", "demo-counter", "demo-one-stop")
    assert [page(desk, path, it).status_code for it in people] == [403, 403, 200, 200]


@pytest.mark.parametrize(
    ("language", "title", "band"),
    [
        ("vi", "Luyện tập ở quầy tiếp nhận", "LUYỆN TẬP: không có gì được ghi lại"),
        ("en", "Practice at the counter", "PRACTICE: nothing is recorded"),
    ],
)
def test_title_heading_and_band_say_that_it_is_practice(desk: Front, language: str, title: str, band: str):
    html = page(desk, f"/counter/practice?lang={language}").text
    assert f"<title>{title} – Một Cửa</title>" in html
    assert f"<h1>{title}</h1>" in html
    assert band in html
    work = page(desk, f"/counter?lang={language}").text
    assert title not in work
    assert band not in work


def test_work_and_practice_lead_to_each_other_and_the_start_page_to_both(desk: Front):
    for path, to in (("/counter", "/counter/practice"), ("/counter/practice", "/counter"), ("/", "/counter/practice")):
        assert f'href="{to}"' in page(desk, path).text


def test_where_it_is_practised_nothing_can_be_uploaded_or_opened(desk: Front):
    work, practice = (page(desk, it).text for it in ("/counter", "/counter/practice"))
    for it in ("/intake/papers", "/upload-", 'id="open"', 'id="open-money"'):
        assert it in work
        assert it not in practice


@pytest.mark.parametrize("it", PEOPLE, ids=lambda it: it.procedure)
def test_whoever_is_practised_with_comes_for_what_the_counter_takes_today(it: Practised):
    procedure = OFFERED.procedure(it.procedure, DAY)
    assert "direct" in procedure.channels
    assert OFFERED.deciding(procedure, COUNTER, DAY)


def test_their_cards_read_as_cards_and_their_numbers_are_numbers():
    cards = [Card.of(card.text) for it in PEOPLE for card in it.cards]
    assert all(re.fullmatch(r"\d{6}0{6}", it.number) for it in cards), "a serial of zeros tells that it is invented"
    assert [it.number[3:6] for it in cards] == [
        f"{it.is_female + 2 * (it.born.year >= 2000)}{it.born:%y}" for it in cards
    ]
    assert [it.name for it in PEOPLE if it.cards] == [it.cards[0].name for it in PEOPLE if it.cards]
    olds = [it.typed["Số CMND"] for it in PEOPLE if not it.cards] + [it.old_number for it in cards if it.old_number]
    assert [OldIdentityNumber.of(it).text for it in olds if re.fullmatch(r"\d{3}0{6}", it)] == olds


def numbers() -> Iterator[str]:
    """All that stand on the page: to be scanned, and to be typed."""
    for it in PEOPLE:
        for card in (Card.of(card.text) for card in it.cards):
            yield from filter(None, (card.number, card.old_number))
        if not it.cards:
            yield it.typed["Số CMND"]


def test_every_number_to_practise_with_is_known_as_one():
    assert sorted(numbers()) == sorted(PRACTISED)


@pytest.mark.parametrize("accept", [True, False], ids=["/counter/dossiers", "/dossiers"])
@pytest.mark.parametrize("whose", ["applicant", "owner"])
def test_with_a_number_of_practice_nothing_is_filed_though_its_outlook_is_good_and_its_draft_is_kept(
    desk: Front, whose: str, accept: bool
):
    right = {"ground": "power-of-attorney", "number": "00/UQ"}
    for number in numbers():
        spaced = {"name": "Trần Văn Tập", "number": f"{number[:3]} {number[3:]}", "address": "Thôn Tân Lâm"}
        path, filing = desk.filing(accept=accept)
        filing |= {whose: spaced, "authorisation": right}
        seen = sent(desk, "POST", "/dossiers/outlook", filing)
        assert (seen.status_code, seen.json()["wrong"], seen.json()["missing"]) == (200, [], [])
        assert sent(desk, "PUT", f"/drafts/{uuid4()}", filing).status_code == 200
        refused = sent(desk, "PUT", path, filing)
        about = "owner.number" if whose == "owner" else "number"
        assert (refused.status_code, refused.json()["code"], refused.json()["about"]) == (422, "only-practice", about)
        assert number not in refused.text
        assert sent(desk, "GET", f"/dossiers/{path.rpartition('/')[2]}").status_code == 404


def sent(desk: Front, method: str, path: str, body: object = None) -> httpx.Response:
    return httpx.request(method, f"{desk.url}/intake{path}", json=body, headers=desk.headers(), timeout=20)


def test_practice_is_practice_though_there_is_nobody_to_practise_with(desk: Front, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(counter, "PEOPLE", ())
    html = page(desk, "/counter/practice").text
    assert "data-scan" not in html
    assert "data-practice=" in html
    assert "LUYỆN TẬP: không có gì được ghi lại" in html


def test_what_is_said_otherwise_in_practice_is_said_at_work_too():
    own = {"no-code", "no-scan", "next-first"}
    told = set(SAID) | {f"refused/{it}" for it in REFUSALS}
    assert set(IN_PRACTICE) - told == own
