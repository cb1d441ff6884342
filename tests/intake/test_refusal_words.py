"""Refusals on pages: each in Vietnamese, and a mistyped address is no page."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from services.intake import app
from services.intake.templates.counter_words import REFUSALS
from services.intake.templates.portal_words import REFUSED
from services.intake.templates.refusal_words import OTHERS, TOLD
from shared.errors import Refusal
from tests.intake.front import Front

PAID = "1.013225"
"""A procedure with a fee of a known amount."""


def refusals(of: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for it in of.__subclasses__():
        yield it
        yield from refusals(it)


def known() -> dict[str, type[Refusal]]:
    """Those that intake can answer with, by their codes."""
    assert app.create
    ours = (it for it in refusals() if it.__module__.startswith(("services.intake.", "shared.")))
    return {it.__new__(it).code: it for it in ours}


def test_every_refusal_that_intake_can_answer_with_has_a_vietnamese_sentence():
    assert len(known()) > 100
    assert sorted(set(known()) - set(TOLD)) == []


def test_no_sentence_is_for_a_refusal_that_there_is_not():
    assert sorted(set(OTHERS) - set(known())) == []


def test_only_what_the_counters_screen_says_of_its_ticket_and_its_scanner_is_said_otherwise_elsewhere():
    twice = {"no-such-ticket", "not-called", "not-your-queue", "not-your-scan"}
    assert set(OTHERS) & {*REFUSALS, *REFUSED} == twice


@pytest.fixture
def site(desk: Front) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=desk.url, headers={"accept": "text/html"}, timeout=20) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "person"),
    [
        ("/my/xyz", "demo-citizen"),
        ("/my/drafts", "demo-citizen"),
        ("/queue/ticket/xyz", ""),
        ("/counter/dossiers/xyz", "demo-counter"),
        ("/counter/cash/xyz", "demo-counter"),
        ("/catalogue/versions/1.001193/xyz", "demo-editor"),
    ],
)
def test_a_mistyped_address_is_no_page(desk: Front, site: httpx.Client, path: str, person: str):
    answer = site.get(path, headers=desk.headers(person) if person else {})
    assert answer.status_code == 404
    assert "Không có trang này" in answer.text
    assert "UUID" not in answer.text
    assert "sửa lại rồi gửi" not in answer.text


def test_a_refusal_without_a_page_of_its_own_is_told_in_the_readers_language(desk: Front, site: httpx.Client):
    path = "/intake/register.pdf?year=x&first=2026-01-01&last=2025-01-01"
    page = site.get(path, headers=desk.headers()).text
    assert '<p class="reason">' in page
    assert 'lang="en">' not in page.partition("<main")[2]


@pytest.mark.parametrize("code", ["xyz", "H36.15-200122-9999"])
def test_a_code_of_no_dossier_is_told_beside_the_field_where_it_was_typed(desk: Front, site: httpx.Client, code: str):
    answer = site.get("/counter/cash/find", params={"code": code}, headers=desk.headers())
    assert answer.status_code in {404, 422}
    assert 'id="code-wrong" role="alert"' in answer.text
    assert f'value="{code}"' in answer.text
    assert 'aria-describedby="code-wrong" aria-invalid="true"' in answer.text


def test_cash_that_was_taken_in_another_tab_is_told_on_the_bill(desk: Front, site: httpx.Client):
    dossier = desk.file(procedure=PAID)["id"]
    for status in (303, 409):
        fields = {"do": "pay", "id": str(uuid4()), "dong": "75000"}
        answer = site.post(f"/counter/cash/{dossier}", data=fields, headers=desk.headers())
        assert answer.status_code == status
    assert "không còn khoản nào phải nộp" in answer.text
    assert "Thu phí hồ sơ" in answer.text
    assert "Nothing is to be paid" not in answer.text


def test_a_refused_exemption_keeps_what_was_typed_on_the_bill(desk: Front, site: httpx.Client):
    dossier = desk.file(procedure="2.000635", home_by="counter")["id"]
    why = "disabled"
    fields = {"do": "exempt", "fee": "extract", "exemption": why, "evidence": "Số <1>"}
    answer = site.post(f"/counter/cash/{dossier}", data=fields, headers=desk.headers())
    assert answer.status_code == 422
    assert 'value="Số &lt;1&gt;"' in answer.text
    assert f'<option value="{why}" selected>' in answer.text
    assert '<details class="after" open>' in answer.text
