"""Row 17: what a state registry already knows is not typed again, and it stays known where it came from."""

import logging
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from deploy.demo.registry import Registry, Switches
from deploy.engines import Engines
from services.intake.domain.registry import DoesNotMatch, Known, NotInRegistry, PersonFound, Question, WrongQuestion
from services.intake.gateways.registry import registry as gateway
from shared.calendar import local_day
from shared.clock import server_time
from shared.identifiers import InvalidCitizenNumber
from tests.intake.front import Front, front
from tests.intake.partners import demo_registry

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
BINH = {"number": "068201000123", "born": "2001-03-14"}
ASKED = Question("068201000123", date(2001, 3, 14))
KNOWN = Known("Nguyễn Văn Bình", date(2001, 3, 14), "Thôn Tân Lâm")


@pytest.fixture(scope="module")
def partner() -> Iterator[tuple[Registry, str]]:
    with demo_registry() as running:
        yield running


@pytest.fixture(scope="module")
def desk(engines: Engines, tmp_path_factory: pytest.TempPathFactory, partner: tuple[Registry, str]) -> Iterator[Front]:
    with front(engines, tmp_path_factory.mktemp("registry"), MOTCUA_REGISTRY_URL=partner[1]) as running:
        yield running


@pytest.fixture
def registry(partner: tuple[Registry, str]) -> Iterator[Registry]:
    partner[0].switches = Switches()
    yield partner[0]
    partner[0].switches = Switches()


def look_up(desk: Front, person: str = "demo-counter", **asked: Any) -> httpx.Response:
    return httpx.post(f"{desk.url}/intake/people/lookup", json=asked or BINH, headers=desk.headers(person))


def test_row_17_name_and_address_come_with_their_source_and_their_time(desk: Front, registry: Registry):
    it = look_up(desk, **BINH).json()
    assert (it["name"], it["born"]) == ("Nguyễn Văn Bình", "2001-03-14")
    assert it["address"].startswith("Thôn Tân Lâm")
    assert it["source"] == "population-registry"
    age = datetime.now(UTC) - datetime.fromisoformat(it["at"])
    assert 0 <= age.total_seconds() < 60
    assert [(p["field"], p["source"]) for p in it["prefilled"]] == [
        ("applicant.name", "population-registry"),
        ("applicant.address", "population-registry"),
    ]


def test_row_17_a_filing_keeps_what_was_prefilled_from_where_and_when(desk: Front, registry: Registry):
    found = look_up(desk, **BINH).json()
    offered = desk.app.state.store.catalogue.procedure("1.004873", local_day(server_time()))
    ticked = [{"code": it.code, "originals": it.originals, "copies": it.copies} for it in offered.papers]
    applicant = {"name": found["name"], "number": found["number"], "address": found["address"]}
    filing = {
        "procedure": "1.004873",
        "applicant": applicant,
        "papers": ticked,
        "consent": True,
        "prefilled": found["prefilled"],
    }
    id = "5f0ef7a4-6d5c-4f0e-9a39-17170017aaaa"
    headers = desk.headers()
    filed = httpx.put(f"{desk.url}/intake/counter/dossiers/{id}", json=filing, headers=headers)
    assert filed.status_code == 201, filed.text
    kept = httpx.get(f"{desk.url}/intake/dossiers/{id}", headers=headers).json()["dossier"]["filing"]
    assert kept["prefilled"] == found["prefilled"]


@pytest.mark.parametrize(
    ("switches", "status", "code"),
    [
        (Switches(slow=5), 503, "registry-away"),
        (Switches(fail=True), 503, "registry-away"),
        (Switches(nobody=True), 404, "not-in-registry"),
        (Switches(other=True), 409, "does-not-match"),
    ],
)
def test_whatever_the_registry_does_the_clerk_is_told_to_go_on_by_hand(
    desk: Front, registry: Registry, switches: Switches, status: int, code: str
):
    registry.switches = switches
    answer = look_up(desk)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "by hand" in answer.json()["detail"]
    for personal in ("Nguyễn", "Ka Thơm", "Thôn"):
        assert personal not in answer.text


def test_nobody_leafs_through_the_registry_by_number_alone(desk: Front, registry: Registry):
    assert look_up(desk, number=BINH["number"]).status_code == 422
    assert look_up(desk, **{**BINH, "born": "2001-03-15"}).json()["code"] == "does-not-match"
    assert look_up(desk, "demo-citizen").status_code == 403
    assert look_up(desk, "demo-carrier").status_code == 403


def test_what_was_asked_is_logged_without_the_person(desk: Front, registry: Registry, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO, logger="services.intake.api.registry"):
        look_up(desk)
    lines = [it.getMessage() for it in caplog.records if it.name == "services.intake.api.registry"]
    assert lines == ["demo-counter asked the population registry at H36.202.02: found"]


async def test_where_no_registry_is_set_up_the_answer_says_so():
    with pytest.raises(Exception, match="by hand") as refused:
        await gateway("").look_up(ASKED)
    assert getattr(refused.value, "status", 0) == 501


def test_one_name_in_other_signs_is_one_name_and_it_is_taken_over_as_it_is_kept():
    split = unicodedata.normalize("NFD", KNOWN.name)
    assert split != KNOWN.name
    for typed, known in ((KNOWN.name, f"{split}\u200e"), (f"\ufeff{split}", KNOWN.name), ("", split)):
        asked = replace(ASKED, name=typed).checked(local_day(NOW))
        assert PersonFound.of(asked, replace(KNOWN, name=known), NOW).name == KNOWN.name


def test_a_name_that_was_typed_must_be_the_registry_s_whatever_its_case_and_blanks():
    ok = PersonFound.of(Question(ASKED.number, ASKED.born, "NGUYỄN  VĂN bình"), KNOWN, NOW)
    assert (ok.name, ok.at) == ("Nguyễn Văn Bình", NOW)
    with pytest.raises(DoesNotMatch):
        PersonFound.of(Question(ASKED.number, ASKED.born, "Trần Văn Bình"), KNOWN, NOW)
    with pytest.raises(NotInRegistry):
        PersonFound.of(ASKED, None, NOW)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (Question("", date(2001, 3, 14)), WrongQuestion),
        (Question("12", date(2001, 3, 14)), InvalidCitizenNumber),
        (Question(ASKED.number, date(2030, 1, 1)), WrongQuestion),
        (Question(ASKED.number, date(1800, 1, 1)), WrongQuestion),
    ],
)
def test_a_question_that_cannot_be_one_never_leaves_the_house(asked: Question, refusal: type[Exception]):
    with pytest.raises(refusal):
        asked.checked(NOW.date())
