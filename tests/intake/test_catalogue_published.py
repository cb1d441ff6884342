"""The published catalogue on real engines: seen in a dry run, published whole, learnt by every replica, never edited."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
import yaml

from deploy.engines import Engines
from services.intake.app import catalogue
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.listing import Publication
from services.intake.forms.workbook import to_workbook, to_yaml
from services.intake.store.published import BY_NUMBER, UNDONE, Published
from shared.calendar import local_day
from shared.errors import Conflict
from shared.repository import Database, connect, nowhere
from tests.intake.front import Front, front

PACKAGE = catalogue()
TODAY = local_day(datetime.now(UTC))
NEXT_YEAR = date(TODAY.year + 1, 1, 1)
FEE, WORDS = "2.000815", "1.001266"


@pytest.fixture
async def database(engines: Engines) -> AsyncGenerator[Database]:
    made = connect(engines.mongo_url, f"published_{uuid.uuid4().hex[:8]}")
    yield made
    await made.client.drop_database(made.name)
    made.client.close()


@pytest.fixture(scope="module")
def desk(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with front(engines, tmp_path_factory.mktemp("front")) as running:
        yield running


def ask(desk: Front, method: str, path: str, person: str = "demo-editor", **more: Any) -> httpx.Response:
    return httpx.request(method, f"{desk.url}/intake{path}", headers=desk.headers(person), timeout=20, **more)


def changed(code: str, **fields: Any) -> bytes:
    """A YAML upload of one procedure's version of today, with other fields."""
    table = yaml.safe_load(to_yaml(Catalogue((PACKAGE.procedure(code, TODAY),), ())))
    table["procedures"][0] |= fields
    return yaml.safe_dump({"procedures": table["procedures"]}, allow_unicode=True).encode()


async def test_the_package_is_published_once_also_by_two_replicas_that_start_together(database: Database):
    replicas = [Published(database, nowhere, PACKAGE) for _ in range(3)]
    await asyncio.gather(*(it.prepare() for it in replicas))
    assert len(await replicas[0].publications.find({})) == 1
    for it in replicas:
        assert set(it.catalogue.procedures) == set(PACKAGE.procedures)
        assert set(it.catalogue.offices) == set(PACKAGE.offices)
    again = Published(database, nowhere, PACKAGE)
    await again.prepare()
    assert again.last == 1


async def test_a_newer_package_adds_its_versions_and_closes_its_offices_and_edits_nothing(database: Database):
    old = tuple(replace(it, valid_until=None, successors=()) for it in PACKAGE.offices if it.code == "H36.15.11")
    before = Catalogue(PACKAGE.procedures[:5], old)
    await Published(database, nowhere, before).prepare()
    newer = Published(database, nowhere, PACKAGE)
    await newer.prepare()
    assert newer.last == 2
    assert set(newer.catalogue.offices) == set(PACKAGE.offices)
    renamed = Catalogue(tuple(replace(it, name="Tên khác") for it in PACKAGE.procedures), PACKAGE.offices)
    third = Published(database, nowhere, renamed)
    await third.prepare()
    assert set(third.catalogue.procedures) == set(PACKAGE.procedures)


async def test_without_a_store_the_catalogue_of_the_package_serves(database: Database):
    assert Published(database, nowhere, PACKAGE).catalogue is PACKAGE


async def test_what_a_publisher_left_unfinished_is_finished_by_whoever_looks_next(database: Database):
    here, there = (Published(database, nowhere, PACKAGE) for _ in range(2))
    await here.prepare()
    await there.prepare()
    new = replace(PACKAGE.procedure(FEE, TODAY), version=3, valid_from=NEXT_YEAR)
    half = Publication("half", here.last + 1, datetime.now(UTC), procedures=(new,))
    await here.publications.create_numbered("half", "catalogue", half.numbered)  # and then it was killed
    await there.look()
    assert there.catalogue.procedure(FEE, NEXT_YEAR) == new
    assert (await there.publications.get("half")).is_done
    late = Published(database, nowhere, PACKAGE)
    await late.prepare()
    assert late.catalogue.version(FEE, 3) == new


async def test_of_two_publications_seen_against_the_same_catalogue_one_is_refused(database: Database):
    published = Published(database, nowhere, PACKAGE)
    await published.prepare()
    number, at = published.last + 1, datetime.now(UTC)
    made = [Publication(f"p{n}", number, at) for n in range(5)]
    answers = await asyncio.gather(*(published.publish(it) for it in made), return_exceptions=True)
    assert sum(isinstance(it, Publication) for it in answers) == 1
    assert sum(isinstance(it, Conflict) for it in answers) == 4


async def test_both_questions_of_the_published_catalogue_use_their_index(database: Database):
    published = Published(database, nowhere, PACKAGE)
    await published.prepare()
    assert BY_NUMBER.keys == [("state.number", 1)]
    assert UNDONE.keys == [("state.is_done", 1)]
    newer = await published.publications.explain({"state.number": {"$gt": 1}}, sort=("state.number",))
    undone = await published.publications.explain({"state.is_done": False})
    for plan in (newer, undone):
        assert "IXSCAN" in str(plan)
        assert "COLLSCAN" not in str(plan)


def test_a_file_is_seen_then_published_and_offered_and_the_same_again_gets_the_same_answer(desk: Front):
    content = changed(FEE, valid_from=NEXT_YEAR, note="Mức thu mới")
    run = ask(desk, "POST", "/catalogue/dry-run", content=content).json()
    assert run["mistakes"] == []
    (difference,) = run["differences"]
    assert (difference["what"], difference["version"], difference["from_day"]) == ("changed", 3, NEXT_YEAR.isoformat())
    assert {it["field"]: it["new"] for it in difference["changes"]}["note"] == "Mức thu mới"
    first = ask(desk, "POST", f"/catalogue/publication?digest={run['digest']}", content=content)
    again = ask(desk, "POST", f"/catalogue/publication?digest={run['digest']}", content=content)
    assert (first.status_code, first.json()) == (200, again.json())
    assert first.json()["published"] == [f"{FEE}@3"]
    assert ask(desk, "GET", f"/procedures/{FEE}?on={NEXT_YEAR}").json()["note"] == "Mức thu mới"
    assert ask(desk, "GET", f"/procedures/{FEE}").json()["version"] == 2
    assert len(ask(desk, "GET", f"/procedures/{FEE}/versions").json()) == 3
    assert ask(desk, "POST", "/catalogue/dry-run", content=content).json()["digest"] == ""


def test_what_is_not_what_was_seen_is_not_published(desk: Front):
    content, other = (changed(WORDS, valid_from=NEXT_YEAR, note=note) for note in ("một", "hai"))
    seen = ask(desk, "POST", "/catalogue/dry-run", content=content).json()["digest"]
    refused = ask(desk, "POST", f"/catalogue/publication?digest={seen}", content=other)
    assert (refused.status_code, refused.json()["code"]) == (409, "changed")
    assert ask(desk, "POST", f"/catalogue/publication?digest={seen}", content=content).status_code == 200
    with_another = ask(desk, "POST", f"/catalogue/publication?digest={seen}", content=other)
    assert (with_another.status_code, with_another.json()["code"]) == (409, "changed")


def test_a_file_with_a_mistake_publishes_nothing(desk: Front):
    content = changed("1.001612", valid_from=NEXT_YEAR, level=9)
    run = ask(desk, "POST", "/catalogue/dry-run", content=content).json()
    assert run["mistakes"][0]["place"] == "catalogue.yaml, 1.001612@2, level"
    refused = ask(desk, "POST", f"/catalogue/publication?digest={run['digest']}", content=content)
    assert (refused.status_code, refused.json()["code"]) == (422, "has-mistakes")
    nothing = ask(desk, "POST", "/catalogue/publication?digest=0", content=to_yaml(PACKAGE))
    assert (nothing.status_code, nothing.json()["code"]) == (422, "nothing-changes")


def test_a_version_is_withdrawn_from_a_day_on_once_and_never_back(desk: Front):
    path = "/procedures/1.001570/versions/2/withdrawal"
    first = ask(desk, "POST", path, json={"from_day": NEXT_YEAR.isoformat()})
    again = ask(desk, "POST", path, json={"from_day": NEXT_YEAR.isoformat()})
    assert (first.status_code, first.json()) == (200, again.json())
    other = ask(desk, "POST", path, json={"from_day": (NEXT_YEAR + timedelta(days=1)).isoformat()})
    assert (other.status_code, other.json()["code"]) == (409, "withdrawn-already")
    past = ask(desk, "POST", "/procedures/1.001266/versions/2/withdrawal", json={"from_day": "2026-01-01"})
    assert (past.status_code, past.json()["code"]) == (422, "in-the-past")
    over = ask(desk, "POST", "/procedures/1.001266/versions/1/withdrawal", json={"from_day": NEXT_YEAR.isoformat()})
    assert (over.status_code, over.json()["code"]) == (422, "over-by-then")
    gone = ask(desk, "GET", f"/procedures/1.001570?on={NEXT_YEAR}")
    assert gone.status_code == 404
    assert "withdrawn from" in gone.json()["detail"]
    assert ask(desk, "GET", "/procedures/1.001570").status_code == 200


def test_what_is_found_at_each_pause_of_typing_comes_without_the_samples_which_the_procedure_itself_holds(desk: Front):
    birth = ask(desk, "GET", "/procedures/1.001193").json()
    found = ask(desk, "GET", "/procedures/search?q=khai+sinh").json()
    assert any(it["sample"] for it in birth["papers"])
    assert not any(paper["sample"] for it in found for paper in it["papers"])
    assert found[0] == birth | {"papers": [it | {"sample": []} for it in birth["papers"]]}


def test_a_local_variants_code_finds_its_procedure(desk: Front):
    assert ask(desk, "GET", f"/procedures/{FEE}.000.00.00.H36").json()["code"] == FEE
    assert ask(desk, "GET", f"/procedures/{FEE}.000.00.00.H99").status_code == 404


def test_only_a_leader_changes_the_catalogue(desk: Front):
    for path in ("/catalogue/dry-run", "/catalogue/publication?digest=x"):
        assert ask(desk, "POST", path, person="demo-counter", content=b"x: 1").status_code == 403


def test_an_export_read_again_changes_nothing(desk: Front):
    for kind in ("yaml", "xlsx"):
        file = ask(desk, "GET", f"/catalogue/export.{kind}", person="demo-counter")
        assert f"catalogue.{kind}" in file.headers["content-disposition"]
        run = ask(desk, "POST", "/catalogue/dry-run", content=file.content).json()
        assert (run["mistakes"], run["differences"]) == ([], [])


def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(desk: Front):
    for content, words in (
        (b"", "empty"),
        (b"PK\x03\x04junk", "save it again"),
        (b"a: [", "not YAML"),
        (b"- a", "begin"),
    ):
        answer = ask(desk, "POST", "/catalogue/dry-run", content=content)
        assert answer.status_code == 422
        assert words in answer.json()["detail"]
    assert ask(desk, "POST", "/catalogue/dry-run", content=b"#" * 4_000_001).status_code == 413


def test_lam_ha_district_leads_to_its_six_communes_after_june_2025(desk: Front):
    before = ask(desk, "GET", "/offices/H36.15/successors?on=2025-06-30").json()
    assert [it["code"] for it in before] == ["H36.15"]
    after = ask(desk, "GET", "/offices/H36.15/successors?on=2025-07-01").json()
    assert [it["code"] for it in after] == [f"H36.20{n}" for n in range(1, 7)]
    gone = ask(desk, "GET", "/offices/H36.15")
    assert gone.status_code == 404
    assert "its work goes on at: Ủy ban nhân dân xã Nam Ban Lâm Hà" in gone.json()["detail"]


def test_another_replica_offers_it_by_its_next_round(desk: Front, engines: Engines):
    store = desk.app.state.store
    other = Published(store.published.publications._documents.database, nowhere, PACKAGE)
    content = to_workbook(Catalogue((replace(PACKAGE.procedure("2.000575", TODAY), valid_from=NEXT_YEAR),), ()))

    async def learn() -> Catalogue:
        await other.prepare()
        run = (await asyncio.to_thread(ask, desk, "POST", "/catalogue/dry-run", content=content)).json()
        made = await asyncio.to_thread(
            ask, desk, "POST", f"/catalogue/publication?digest={run['digest']}", content=content
        )
        assert made.status_code == 200, made.text
        await other.look()
        return other.catalogue

    assert desk.do(learn()).procedure("2.000575", NEXT_YEAR).version == 3
