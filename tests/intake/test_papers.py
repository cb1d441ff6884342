"""Papers come in whole or in parts, are checked, kept once, shown with what there is to warn of, and read by link."""

import base64
import hashlib
import io
import logging
import socket
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from deploy.engines import Engines
from services.intake.api.papers import unknown
from services.intake.api.uploads import PART as PART_KEPT
from services.intake.app import create
from services.intake.domain.draft import Draft
from services.intake.domain.facts import Handed
from services.intake.domain.filing import Applicant, Authorisation, Filing
from services.intake.domain.link import LIVES
from services.intake.domain.scan import KEPT_UNFILED, LEAVING, NotYourScan, ScanTooLarge
from services.intake.domain.upload import KEPT
from services.intake.rounds import forget_scans, sweep
from services.intake.scans.taking import parts_of, thumbnail_of
from shared.clock import server_time
from shared.contracts.intake import PaperTicked
from shared.documents import PAPERS, Documents
from shared.errors import Unavailable
from shared.people import Person
from shared.web.limits import Allowance
from tests.intake import sheets_of_paper as sheets
from tests.intake.front import LAST_FOUR, OWNER, PROCEDURE, Front, front
from tests.shared.apps import client, ready, running

TUS = {"tus-resumable": "1.0.0"}
PART = TUS | {"content-type": "application/offset+octet-stream"}
CITIZEN, CLERK = "demo-citizen", "demo-counter"


@pytest.fixture(scope="module")
def desk(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with front(engines, tmp_path_factory.mktemp("front")) as opened:
        yield opened


def fresh_pdf(pictures: int = 1) -> bytes:
    """A scanned PDF that nobody has uploaded before."""
    page = sheets.page()
    sheets.ImageDraw.Draw(page).text((100, 60), uuid.uuid4().hex, fill=0)
    return sheets.pdf_of(*[page] * pictures)


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def asking(desk: Front, person: str = CLERK) -> httpx.Client:
    return httpx.Client(base_url=f"{desk.url}/intake", headers=desk.headers(person), timeout=30)


def begun(asked: httpx.Client, length: int, name: str = "đơn.pdf", **more: str) -> str:
    metadata = f"filename {base64.b64encode(name.encode()).decode()}"
    headers = TUS | {"upload-length": str(length), "upload-metadata": metadata}
    answer = asked.post("/papers/uploads", headers=headers, params=more)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"].removeprefix("/intake")


def sent(asked: httpx.Client, place: str, content: bytes, offset: int = 0, **more: str) -> httpx.Response:
    return asked.patch(place, content=content, headers=PART | {"upload-offset": str(offset)} | more)


def offset_of(asked: httpx.Client, place: str) -> int:
    return int(asked.head(place, headers=TUS).headers["upload-offset"])


def left_of(desk: Front, place: str) -> list[str]:
    store = desk.app.state.papers._client
    return [it.object_name for it in store.list_objects(PAPERS, parts_of(place.rpartition("/")[2]), recursive=True)]


def is_kept(desk: Front, content: bytes) -> bool:
    return desk.do(desk.app.state.papers.has(digest_of(content)))


def scan_of(desk: Front, content: bytes) -> Any:
    return desk.do(desk.app.state.store.scan_of(digest_of(content)))


def test_row_10_a_scan_is_named_by_its_sha256_and_what_was_found_out_is_written_down(desk: Front):
    content = fresh_pdf(2)
    with asking(desk) as asked:
        answer = asked.post("/papers", content=content)
    assert answer.status_code == 201
    assert answer.json() == {
        "digest": digest_of(content),
        "size": len(content),
        "kind": "application/pdf",
        "pages": 2,
        "verdict": "unscanned",
    }
    scan = scan_of(desk, content)
    assert (scan.pages, scan.owners, scan.verdict) == (2, ("demo-counter",), "unscanned")
    assert desk.do(desk.app.state.papers.get(digest_of(content))) == content


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "empty-document"),
        (b"MZ\x90\0 a program", 415, "not-a-paper"),
        (sheets.pdf()[:-40], 422, "broken-paper"),
        (sheets.locked_pdf(), 422, "paper-locked"),
        (sheets.pdf() + sheets.archive(), 422, "looks-like-two"),
        (sheets.docx({"word/a.bmp": b"\0" * 40_000_000}), 422, "too-much-inside"),
        (sheets.many_pages(10_000), 422, "too-many-pages"),
        (sheets.docx({"word/vbaProject.bin": b"x"}), 422, "with-macros"),
    ],
)
def test_row_08_what_is_refused_is_refused_with_a_reason_and_leaves_nothing_behind(
    desk: Front, content: bytes, status: int, code: str
):
    with asking(desk) as asked:
        whole = asked.post("/papers", content=content)
        assert (whole.status_code, whole.json()["code"]) == (status, code)
        if content:
            place = begun(asked, len(content))
            parts = sent(asked, place, content)
            assert (parts.status_code, parts.json()["code"]) == (status, code)
            assert parts.json()["detail"] == whole.json()["detail"]
            assert left_of(desk, place) == []
            assert asked.head(place, headers=TUS).status_code == 410
            became = asked.get(place).json()
            assert (became["state"], became["refusal"], became["digest"]) == ("refused", code, "")
    assert not is_kept(desk, content)
    assert scan_of(desk, content) is None


def test_row_11_a_large_scan_comes_in_parts_and_is_the_same_as_if_it_had_come_whole(desk: Front):
    content = fresh_pdf()
    half = len(content) // 2
    with asking(desk) as asked:
        place = begun(asked, len(content))
        first = sent(asked, place, content[:half])
        assert (first.status_code, first.headers["upload-offset"]) == (204, str(half))
        assert "motcua-paper" not in first.headers
        assert not is_kept(desk, content)
        assert offset_of(asked, place) == half
        last = sent(asked, place, content[half:], half)
        assert (last.status_code, last.headers["motcua-paper"]) == (204, digest_of(content))
        became = asked.get(place).json()
        assert (became["state"], became["digest"], became["pages"], became["warnings"]) == (
            "done",
            digest_of(content),
            1,
            [],
        )
        assert offset_of(asked, place) == len(content)
    assert left_of(desk, place) == []
    assert desk.do(desk.app.state.papers.get(digest_of(content))) == content


def test_row_08_a_name_that_says_another_kind_is_told_and_decides_nothing(desk: Front):
    content = fresh_pdf()
    with asking(desk) as asked:
        place = begun(asked, len(content), "ảnh.jpg")
        assert sent(asked, place, content).status_code == 204
        became = asked.get(place).json()
    assert (became["kind"], [it["what"] for it in became["warnings"]]) == ("application/pdf", ["renamed"])
    (kept,) = desk.do(desk.app.state.store.uploads.find({"_id": place.rpartition("/")[2]}))
    assert kept.name == ""  # it may hold somebody's name


def cut_off(desk: Front, place: str, content: bytes, told: int) -> None:
    """A line that breaks in the middle of a part: so much was told, so much came."""
    address = httpx.URL(desk.direct)
    head = [
        f"PATCH {place} HTTP/1.1",
        "host: intake",
        f"content-length: {told}",
        "upload-offset: 0",
        *(f"{name}: {value}" for name, value in (PART | desk.headers()).items()),
    ]
    with socket.create_connection((address.host, address.port)) as line:
        line.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + content)
        time.sleep(0.2)  # or the line is closed before the server has read what it brought


def until(sure: Any) -> Any:
    end = time.monotonic() + 10
    while not (found := sure()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return found


def test_row_11_what_came_before_the_line_broke_is_kept_and_the_rest_goes_on_from_there(desk: Front):
    content = fresh_pdf(20)
    with asking(desk) as asked:
        place = begun(asked, len(content))
        cut = PART_KEPT // 2  # less than is kept at once: it comes to the store only because the line broke
        assert cut < len(content)
        cut_off(desk, place, content[:cut], len(content))
        offset = until(lambda: offset_of(asked, place))
        assert 0 < offset <= cut
        assert sent(asked, place, content[offset:], offset).headers["motcua-paper"] == digest_of(content)
    assert left_of(desk, place) == []


async def test_row_11_another_replica_goes_on_with_what_one_began(desk: Front):
    content = fresh_pdf()
    half = len(content) // 2
    with asking(desk) as asked:
        place = begun(asked, len(content))
        sent(asked, place, content[:half])
    other = create(desk.app.state.settings)
    token = desk.headers()["authorization"].split()[1]
    async with running(other), client(other, token) as there:
        await ready(there)
        answer = await there.patch(place, content=content[half:], headers=PART | {"upload-offset": str(half)})
        assert answer.headers["motcua-paper"] == digest_of(content)
        await other.state.taking.readers.close()


def test_an_upload_goes_on_only_from_where_it_stands_and_never_beyond_its_length(desk: Front):
    content = fresh_pdf()
    with asking(desk) as asked:
        place = begun(asked, len(content))
        assert sent(asked, place, content[:1000]).status_code == 204
        for offset in (0, 999, 1001):
            answer = sent(asked, place, content[1000:2000], offset)
            assert (answer.status_code, answer.json()["code"]) == (409, "wrong-offset")
        more = sent(asked, place, content[1000:] + b"x", 1000)
        assert (more.status_code, more.json()["code"]) == (413, "more-than-told-of")
        assert offset_of(asked, place) == 1000


def test_of_two_who_send_the_same_part_at_once_one_is_told_to_ask_and_the_file_is_whole(desk: Front):
    content = fresh_pdf()
    half = len(content) // 2
    with asking(desk) as asked, ThreadPoolExecutor(4) as threads:
        place = begun(asked, len(content))
        answers = list(threads.map(lambda n: sent(asked, place, content[: half - n]), range(4)))
        assert sorted(it.status_code for it in answers) == [204, 409, 409, 409]
        offset = offset_of(asked, place)
        assert sent(asked, place, content[offset:], offset).headers["motcua-paper"] == digest_of(content)
    assert left_of(desk, place) == []


@pytest.mark.parametrize("name", ["sha1", "sha256"])
def test_a_part_with_another_checksum_is_not_kept(desk: Front, name: str):
    content = fresh_pdf()
    good = base64.b64encode(hashlib.new(name, content).digest()).decode()
    with asking(desk) as asked:
        place = begun(asked, len(content))
        wrong = sent(asked, place, content[:-1] + b"x", **{"upload-checksum": f"{name} {good}"})
        assert (wrong.status_code, offset_of(asked, place)) == (460, 0)
        right = sent(asked, place, content, **{"upload-checksum": f"{name} {good}"})
        assert right.headers["motcua-paper"] == digest_of(content)
        assert left_of(desk, place) == []
        place = begun(asked, 10)
        for header in ("md5 abcd", "sha1 ???", "sha1"):
            answer = sent(asked, place, b"0123456789", **{"upload-checksum": header})
            assert answer.status_code in {400, 460}, header
            assert offset_of(asked, place) == 0


def test_an_upload_is_its_owners_alone(desk: Front):
    content = fresh_pdf()
    with asking(desk) as asked, asking(desk, CITIZEN) as other:
        place = begun(asked, len(content))
        assert other.head(place, headers=TUS).status_code == 404
        assert sent(other, place, content).status_code == 404
        assert other.get(place).status_code == 404
        assert other.delete(place, headers=TUS).status_code == 404
        assert offset_of(asked, place) == 0


def test_what_is_taken_back_leaves_nothing(desk: Front):
    content = fresh_pdf()
    with asking(desk) as asked:
        place = begun(asked, len(content))
        sent(asked, place, content[:5000])
        assert len(left_of(desk, place)) == 1
        assert asked.delete(place, headers=TUS).status_code == 204
        assert left_of(desk, place) == []
        assert asked.head(place, headers=TUS).status_code == 410
        assert sent(asked, place, content).status_code == 410


def test_tus_is_spoken_as_it_is_written(desk: Front):
    with asking(desk) as asked:
        offered = asked.options("/papers/uploads")
        assert offered.status_code == 204
        assert offered.headers["tus-version"] == "1.0.0"
        assert offered.headers["tus-extension"] == "creation,termination,checksum"
        assert int(offered.headers["tus-max-size"]) == desk.app.state.settings.largest_scan
        place = begun(asked, 10)
        old = asked.patch(place, content=b"x", headers=PART | {"upload-offset": "0", "tus-resumable": "0.2.2"})
        assert old.status_code == 412
        form = asked.patch(place, content=b"x", headers=TUS | {"upload-offset": "0", "content-type": "text/plain"})
        assert form.status_code == 415
        for headers in ({}, {"upload-length": "many"}, {"upload-length": "-1"}, {"upload-defer-length": "1"}):
            assert asked.post("/papers/uploads", headers=TUS | headers).status_code == 422
        assert asked.post("/papers/uploads", headers=TUS | {"upload-length": "0"}).json()["code"] == "nothing-in-it"
        bad = TUS | {"upload-length": "9", "upload-metadata": "filename ???"}
        assert asked.post("/papers/uploads", headers=bad).json()["code"] == "wrong-metadata"


def test_what_is_larger_than_allowed_is_refused_before_it_is_sent(desk: Front):
    most = desk.app.state.settings.largest_scan
    of_procedure = desk.app.state.store.catalogue.procedure(PROCEDURE, server_time().date()).largest_scan
    assert of_procedure < most
    with asking(desk) as asked:
        headers = TUS | {"upload-length": str(most + 1)}
        assert asked.post("/papers/uploads", headers=headers).json()["code"] == "scan-too-large"
        headers = TUS | {"upload-length": str(of_procedure + 1)}
        named = asked.post("/papers/uploads", headers=headers, params={"procedure": PROCEDURE})
        assert (named.status_code, named.json()["code"]) == (413, "scan-too-large")
        assert asked.post("/papers/uploads", headers=headers).status_code == 201


def test_a_crash_before_the_end_is_made_good_when_it_is_asked_again(desk: Front, monkeypatch: pytest.MonkeyPatch):
    content = fresh_pdf()

    async def away(*_: object) -> None:
        raise Unavailable("gone")

    with asking(desk) as asked:
        place = begun(asked, len(content))
        with monkeypatch.context() as patched:
            patched.setattr(Documents, "keep", away)
            answer = sent(asked, place, content)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
            assert asked.get(place).status_code == 503
        assert not is_kept(desk, content)
        assert offset_of(asked, place) == len(content)
        became = asked.get(place).json()
    assert (became["state"], became["digest"]) == ("done", digest_of(content))
    assert left_of(desk, place) == []


def test_what_nobody_finished_within_a_day_is_swept(desk: Front):
    content = fresh_pdf()
    state = desk.app.state
    with asking(desk) as asked:
        old, young = begun(asked, len(content)), begun(asked, len(content))
        sent(asked, old, content[:1000])
        later = server_time() + KEPT - timedelta(minutes=1)
        desk.do(sweep(state.store, state.papers, later))
        assert (len(left_of(desk, old)), offset_of(asked, young)) == (1, 0)
        desk.do(sweep(state.store, state.papers, later + timedelta(minutes=2)))
        assert left_of(desk, old) == []
        assert asked.head(old, headers=TUS).status_code == 410
        assert desk.do(state.store.uploads_left(later)) == []
        assert desk.do(state.store.uploads_of(CLERK)) == 0


def test_the_queries_of_uploads_are_served_by_their_indexes(desk: Front):
    uploads = desk.app.state.store.uploads
    for query in (
        {"state.begun_at": {"$lt": server_time()}, "state.is_open": True},
        {"state.owner": "x", "state.is_open": True},
    ):
        assert "IXSCAN" in str(desk.do(uploads.explain(query))["queryPlanner"]["winningPlan"])


def test_whoever_begins_many_uploads_and_ends_none_is_told_so(desk: Front):
    with asking(desk, CITIZEN) as asked:
        answers = [asked.post("/papers/uploads", headers=TUS | {"upload-length": "9"}) for _ in range(41)]
        assert [it.status_code for it in answers] == [201] * 40 + [429]
        for it in answers[:-1]:
            asked.delete(it.headers["location"].removeprefix("/intake"), headers=TUS)


def test_row_12_a_preview_tells_pages_and_warnings_in_both_languages_and_has_a_small_picture(desk: Front):
    content = sheets.pdf_of(sheets.page(), sheets.page(blur=3), sheets.blank())
    with asking(desk) as asked:
        digest = asked.post("/papers", content=content).json()["digest"]
        shown = asked.get(f"/papers/{digest}/preview").json()
        assert (shown["pages"], shown["kind"]) == (3, "application/pdf")
        assert [(it["page"], it["what"]) for it in shown["warnings"]] == [(2, "blurred"), (3, "empty")]
        assert shown["warnings"][0]["vi"] == "Bị mờ, khó đọc."
        assert shown["warnings"][0]["en"] == "Blurred, hard to read."
        picture = asked.get(shown["thumbnail"].removeprefix("/intake"))
        assert picture.headers["content-type"] == "image/png"
        assert sheets.Image.open(io.BytesIO(picture.content)).height == 280
        assert asked.get(f"/papers/{digest}/preview").json() == shown
    assert scan_of(desk, content).look.warnings[0].what == "blurred"


def test_a_text_has_no_small_picture_and_no_pages(desk: Front):
    with asking(desk) as asked:
        digest = asked.post("/papers", content=sheets.docx({"word/x.xml": uuid.uuid4().bytes})).json()["digest"]
        shown = asked.get(f"/papers/{digest}/preview").json()
        assert (shown["pages"], shown["thumbnail"], shown["warnings"]) == (0, "", [])
        assert asked.get(f"/papers/{digest}/thumbnail").status_code == 404


def test_a_citizen_sees_no_scan_of_somebody_else_and_their_own_even_where_another_brought_it_first(desk: Front):
    content = fresh_pdf()
    with asking(desk) as clerk, asking(desk, CITIZEN) as citizen:
        digest = clerk.post("/papers", content=content).json()["digest"]
        assert citizen.get(f"/papers/{digest}/preview").json()["code"] == "not-your-scan"
        assert citizen.post("/papers", content=content).status_code == 201
        assert citizen.get(f"/papers/{digest}/preview").status_code == 200
        assert citizen.get(f"/papers/{'0' * 64}/preview").status_code == 404
    assert scan_of(desk, content).owners == ("demo-counter", CITIZEN)


@pytest.fixture
def filed(desk: Front) -> tuple[str, bytes]:
    """A dossier with one scan."""
    content = fresh_pdf()
    with asking(desk) as asked:
        digest = asked.post("/papers", content=content).json()["digest"]
    dossier = desk.file()["id"]
    store = desk.app.state.store

    async def add() -> None:
        def with_scan(it: Any) -> Any:
            first, *rest = it.filing.papers
            papers = (replace(first, electronic=1, scans=(digest,)), *rest)
            return (replace(it, filing=replace(it.filing, papers=papers)),)

        await store.dossiers.change(dossier, with_scan)

    desk.do(add())
    return dossier, content


def looked(desk: Front, content: bytes, person: str, asked: str = "") -> list[int]:
    """What the preview and the small picture answer."""
    with asking(desk, person) as client:
        there = [client.get(f"/papers/{digest_of(content)}/{it}{asked}") for it in ("preview", "thumbnail")]
    assert {it.json()["code"] for it in there if it.status_code == 403} <= {"not-your-scan"}
    return [it.status_code for it in there]


def test_row_86_an_official_sees_what_their_office_brought_or_handles_and_each_look_is_logged(
    desk: Front, filed: tuple[str, bytes], caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    (_, handled), unfiled, citizens = filed, brought(desk), brought(desk, CITIZEN)
    assert looked(desk, unfiled, CLERK) == [200, 200]
    assert looked(desk, unfiled, "demo-one-stop") == looked(desk, citizens, CLERK) == [403, 403]
    assert [it for it in caplog.records if it.name.endswith("papers") and "demo-one-stop" in it.getMessage()] == []
    assert looked(desk, handled, "demo-one-stop") == [200, 200], "its office decides"
    said = [it.getMessage() for it in caplog.records if it.name.endswith("papers")]
    assert said[-2:] == [f"demo-one-stop of H36.202 looked at scan {digest_of(handled)}"] * 2
    assert not [it for it in said if OWNER["number"] in it or OWNER["name"] in it]
    with asking(desk) as client:
        for it in ("preview", "thumbnail"):
            assert "no-store" in client.get(f"/papers/{digest_of(handled)}/{it}").headers["cache-control"]


def test_row_86_what_a_colleague_brought_is_seen_at_the_same_office_and_at_its_heir_alone(desk: Front):
    scan = scan_of(desk, brought(desk))
    there = Person("another", "", "counter-clerk", "H36.202.02")
    assert scan.is_of(there)
    assert scan.is_of(replace(there, office="H36.205", took_over=frozenset({"H36.202.02"})))
    for other in (
        replace(there, office="H36.205"),
        replace(there, office=""),
        replace(there, role="citizen", office=""),
    ):
        assert not scan.is_of(other)


def test_row_03_the_scans_of_a_draft_are_seen_by_the_clerk_to_whom_it_was_opened(desk: Front):
    content = brought(desk, CITIZEN)
    papers = [{"code": "request", "electronic": 1, "scans": [digest_of(content)]}]
    draft = {"procedure": PROCEDURE, "applicant": OWNER, "papers": papers}
    with asking(desk, CITIZEN) as citizen, asking(desk) as clerk:
        code = citizen.put(f"/drafts/{uuid.uuid4()}", json=draft).json()["code"]
        assert looked(desk, content, CLERK) == [403, 403]
        assert clerk.post("/drafts/opening", json={"code": code, "last_four": LAST_FOUR}).status_code == 200
    assert looked(desk, content, CLERK) == [200, 200]
    assert looked(desk, content, "demo-one-stop") == [403, 403]


def test_row_13_a_paper_of_an_earlier_dossier_of_the_same_person_is_seen_at_any_counter_before_it_is_used_again(
    desk: Front, filed: tuple[str, bytes], caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    dossier, content = filed
    filing = desk.do(desk.app.state.store.dossiers.known(dossier)).filing
    away = replace(filing, receiving_office="H36.205", competent_office="H36.205")
    changed(desk, dossier, filing=away)
    assert looked(desk, content, "demo-one-stop") == [403, 403]
    asked = f"?reused_from={dossier}"
    assert looked(desk, content, "demo-one-stop", asked) == [200, 200]
    assert f"demo-one-stop of H36.202 looked at scan {digest_of(content)}" in caplog.text
    assert looked(desk, content, CITIZEN, asked) == [403, 403]
    assert looked(desk, content, "demo-one-stop", f"?reused_from={uuid.uuid4()}") == [403, 403]
    with asking(desk, "demo-one-stop") as client:
        shown = client.get(f"/papers/{digest_of(content)}/preview{asked}").json()
        assert client.get(shown["thumbnail"].removeprefix("/intake")).status_code == 200
    changed(desk, dossier, marks=())
    assert looked(desk, content, "demo-one-stop", asked) == [403, 403], "of whom nobody knows"


def linked(desk: Front, filed: tuple[str, bytes], person: str = CLERK) -> httpx.Response:
    dossier, content = filed
    with asking(desk, person) as asked:
        return asked.post(f"/dossiers/{dossier}/papers/{digest_of(content)}/link")


def test_row_86_a_paper_is_read_by_a_link_that_lives_minutes_and_each_step_is_written_down(
    desk: Front, filed: tuple[str, bytes], caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    dossier, content = filed
    issued = linked(desk, filed)
    assert issued.status_code == 200, issued.text
    answer = httpx.get(desk.url + issued.json()["url"])
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f'inline; filename="{digest_of(content)[:16]}.pdf"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    (link,) = desk.do(desk.app.state.store.links.find({"state.dossier": dossier}))
    assert (link.person, link.digest, link.office) == ("demo-counter", digest_of(content), "H36.202.02")
    assert len(link.used) == 1
    assert link.expires_at - link.issued_at == LIVES == timedelta(minutes=5)
    said = [it.getMessage() for it in caplog.records if it.name.endswith("links")]
    assert len(said) == 2
    assert all(dossier in it and link.id in it for it in said)
    assert "Bình" not in " ".join(said)


def test_row_86_a_link_that_is_over_forged_or_used_too_often_opens_nothing(desk: Front, filed: tuple[str, bytes]):
    url = desk.url + linked(desk, filed).json()["url"]
    head, _, signature = url.rpartition(".")
    for wrong in (f"{head}.{signature[::-1]}", f"{desk.url}/intake/papers/links/x.y.z"):
        assert httpx.get(wrong).json()["code"] == "link-over"
    link = desk.do(desk.app.state.store.links.find({"state.dossier": filed[0]}))[0]
    with pytest.raises(Exception, match="over"):
        link.use(link.expires_at)

    async def age() -> None:
        await desk.app.state.store.links.change(link.id, lambda it: (replace(it, expires_at=server_time()),))

    assert httpx.get(url).status_code == 200
    desk.do(age())
    over = httpx.get(url)
    assert (over.status_code, over.json()["code"]) == (410, "link-over")


def test_row_86_links_are_for_the_offices_of_the_dossier_and_for_who_filed_it(desk: Front, filed: tuple[str, bytes]):
    assert linked(desk, filed, CITIZEN).status_code == 403
    assert linked(desk, filed, "demo-operator").status_code == 403
    dossier, _ = filed
    with asking(desk) as asked:
        assert asked.post(f"/dossiers/{dossier}/papers/{'0' * 64}/link").status_code == 404
        assert asked.post(f"/dossiers/{uuid.uuid4()}/papers/{'0' * 64}/link").status_code == 404


def signed_result(desk: Front) -> bytes:
    """A file that processing keeps."""
    content = fresh_pdf()

    async def pieces() -> AsyncIterator[bytes]:
        yield content

    desk.do(desk.app.state.results.put(pieces(), "application/pdf", most=len(content)))
    return content


def decided(desk: Front, home_by: str = "electronic", **owner: Any) -> tuple[str, bytes]:
    """A dossier and its signed result. `filed_by`: the citizen who filed it online."""
    id, content = desk.file(home_by=home_by)["id"], signed_result(desk)
    if filed_by := owner.get("filed_by", ""):
        history = desk.do(desk.app.state.store.dossiers.known(id)).history
        changed(desk, id, assisted_by="", history=(replace(history[0], by=filed_by), *history[1:]))
    desk.tell(id, 9, is_decided=True, result=digest_of(content))
    return id, content


def result_link(desk: Front, dossier: str, person: str = CITIZEN) -> httpx.Response:
    with asking(desk, person) as asked:
        return asked.post(f"/dossiers/{dossier}/result/link")


def state_of(desk: Front, dossier: str) -> str:
    return desk.do(desk.app.state.store.dossiers.known(dossier)).state


@pytest.mark.parametrize(("person", "filed_by"), [(CITIZEN, CITIZEN), (CLERK, "")])
def test_an_electronic_result_is_opened_by_a_link_which_hands_it_over_and_can_be_opened_again(
    desk: Front, person: str, filed_by: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    dossier, content = decided(desk, filed_by=filed_by)
    issued = result_link(desk, dossier, person)
    assert issued.status_code == 200, issued.text
    assert state_of(desk, dossier) == "accepted", "a link that nobody follows hands nothing over"
    answer, again = (httpx.get(desk.url + issued.json()["url"]) for _ in range(2))
    assert (answer.status_code, answer.content) == (again.status_code, again.content) == (200, content)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f'inline; filename="{digest_of(content)[:16]}.pdf"'
    assert answer.headers["digest"] == f"sha-256={base64.b64encode(hashlib.sha256(content).digest()).decode()}"
    assert answer.headers["cache-control"] == "private, no-store"
    facts = desk.do(desk.app.state.store.dossiers.known(dossier)).history
    assert [(it.by, it.detail) for it in facts if it.what == "handed-over"] == [(person, "electronic")]
    (link,) = desk.do(desk.app.state.store.links.find({"state.dossier": dossier}))
    assert (link.person, link.digest, link.opens, len(link.used)) == (person, digest_of(content), "result", 2)
    assert link.expires_at - link.issued_at == LIVES
    said = [it.getMessage() for it in caplog.records if it.name.endswith("links")]
    assert len([it for it in said if dossier in it and link.id in it and "result" in it]) == 3
    later = result_link(desk, dossier, person)
    assert httpx.get(desk.url + later.json()["url"]).content == content, "after it was handed over too"


@pytest.mark.parametrize(
    ("home_by", "person"),
    [("counter", CITIZEN), ("post", CITIZEN), ("electronic", "demo-specialist"), ("electronic", CLERK)],
)
def test_who_only_looks_at_a_result_is_not_handed_it(desk: Front, home_by: str, person: str):
    dossier, content = decided(desk, home_by, filed_by=CITIZEN)
    answer = httpx.get(desk.url + result_link(desk, dossier, person).json()["url"])
    assert (answer.status_code, answer.content) == (200, content)
    assert state_of(desk, dossier) == "accepted"


def test_a_result_is_opened_by_its_citizen_and_its_offices_alone(desk: Front):
    dossier, _ = decided(desk, filed_by=CITIZEN)
    for stranger in ("demo-citizen-2", "demo-operator"):
        assert result_link(desk, dossier, stranger).status_code == 403
    assert httpx.post(f"{desk.url}/intake/dossiers/{dossier}/result/link").status_code == 401
    assert result_link(desk, str(uuid.uuid4())).status_code == 404
    assert desk.do(desk.app.state.store.links.find({"state.dossier": dossier})) == []


def test_there_is_no_link_before_the_decision_nor_where_it_has_no_file(desk: Front):
    dossier = desk.file(home_by="electronic")["id"]
    early = result_link(desk, dossier, CLERK)
    assert (early.status_code, early.json()["code"]) == (409, "not-decided")
    desk.tell(dossier, 9, is_decided=True)
    without = result_link(desk, dossier, CLERK)
    assert (without.status_code, without.json()["code"]) == (404, "no-result-file")
    assert desk.do(desk.app.state.store.links.find({"state.dossier": dossier})) == []


def test_a_result_that_is_not_what_was_signed_is_neither_sent_nor_handed_over(
    desk: Front, caplog: pytest.LogCaptureFixture
):
    dossier, content = decided(desk, filed_by=CITIZEN)
    desk.do(desk.app.state.results.lay(digest_of(content), b"%PDF- another", "application/pdf"))
    answer = httpx.get(desk.url + result_link(desk, dossier).json()["url"])
    assert answer.status_code == 500
    assert "ALARM" in caplog.text
    assert b"another" not in answer.content
    assert state_of(desk, dossier) == "accepted"


def changed(desk: Front, dossier: str, **fields: Any) -> None:
    async def write() -> None:
        await desk.app.state.store.dossiers.change(dossier, lambda it: (replace(it, **fields),))

    desk.do(write())


def brought(desk: Front, person: str = CLERK) -> bytes:
    content = fresh_pdf()
    with asking(desk, person) as asked:
        assert asked.post("/papers", content=content).status_code == 201
    return content


def authorised(desk: Front, dossier: str, digest: str) -> None:
    filing = desk.do(desk.app.state.store.dossiers.find({"_id": dossier}))[0].filing
    right = Authorisation("power-of-attorney", scan=digest)
    changed(desk, dossier, filing=replace(filing, owner=Applicant("Ka Thơm"), authorisation=right))


def signed(desk: Front, dossier: str, signature: str) -> None:
    handed = Handed(server_time(), "Trần Thị Hoa", "", "", signature)
    changed(desk, dossier, state="handed-over", handed=handed)


def test_row_86_the_power_of_attorney_and_the_signature_are_opened_by_link_too(desk: Front):
    dossier, right, signature = desk.file()["id"], brought(desk), brought(desk)
    for content in (right, signature):
        assert linked(desk, (dossier, content)).status_code == 404
    authorised(desk, dossier, digest_of(right))
    signed(desk, dossier, digest_of(signature))
    with asking(desk) as asked:
        page = asked.get(f"{desk.url}/counter/dossiers/{dossier}").text
        for content in (right, signature):
            assert f'action="/counter/dossiers/{dossier}/papers/{digest_of(content)}"' in page
            issued = linked(desk, (dossier, content))
            assert httpx.get(desk.url + issued.json()["url"]).content == content
        signed(desk, dossier, "register")
        page = asked.get(f"{desk.url}/counter/dossiers/{dossier}").text
        assert "papers/register" not in page
        assert asked.post(f"/dossiers/{dossier}/papers/{digest_of(signature)}/link").status_code == 404


def test_a_result_is_signed_for_with_a_scan_of_this_office_alone(desk: Front):
    dossier, store = desk.file()["id"], desk.app.state.store
    desk.tell(dossier, 9, is_decided=True)
    strangers, mine = brought(desk, CITIZEN), brought(desk)

    def out(signature: str) -> httpx.Response:
        receiver = {"number": OWNER["number"], "signature": signature}
        with asking(desk) as asked:
            return asked.post(f"/dossiers/{dossier}/hand-over", json={"receiver": receiver})

    unknown, other = out("0" * 64), out(digest_of(strangers))
    assert (unknown.status_code, unknown.json()["code"], unknown.json()["about"]) == (422, "unknown-scan", "signature")
    assert (other.status_code, other.json()["code"]) == (403, "not-your-scan")
    there = desk.do(store.dossiers.known(dossier))
    assert (there.state, there.handed) == ("accepted", None)
    assert out(digest_of(mine)).status_code == 200
    there = desk.do(store.dossiers.known(dossier))
    assert (there.state, there.handed.signature) == ("handed-over", digest_of(mine))


def forget(desk: Front, after: timedelta) -> None:
    state = desk.app.state
    desk.do(forget_scans(state.store, state.papers, server_time() + after))


def test_a_scan_that_nobody_files_is_forgotten_with_its_picture_and_whose_it_was(desk: Front):
    content = brought(desk, CITIZEN)
    digest, state = digest_of(content), desk.app.state
    with asking(desk, CITIZEN) as asked:
        asked.get(f"/papers/{digest}/thumbnail").raise_for_status()
        forget(desk, KEPT_UNFILED - timedelta(minutes=5))
        assert asked.get(f"/papers/{digest}/preview").status_code == 200
        forget(desk, KEPT_UNFILED + timedelta(minutes=5))
        assert is_kept(desk, content)  # somebody may be filing it at this moment
        assert asked.get(f"/papers/{digest}/preview").json()["code"] == "unknown-paper"
        citizen = Person(CITIZEN, "", "citizen", "")
        assert desk.do(unknown([digest], state.store, state.papers, citizen, 0)) == [digest]
        forget(desk, KEPT_UNFILED + LEAVING + timedelta(minutes=10))
        assert not is_kept(desk, content)
        beside = state.papers._client.list_objects(PAPERS, thumbnail_of(digest), recursive=True)
        assert list(beside) == []
        assert scan_of(desk, content).owners == ()
        assert asked.post("/papers", content=content).status_code == 201
        assert asked.get(f"/papers/{digest}/preview").status_code == 200
        assert is_kept(desk, content)


def test_a_scan_of_a_dossier_or_of_a_draft_is_never_forgotten(desk: Front, filed: tuple[str, bytes]):
    dossier, paper = filed
    right, signature, drafted, raced = (brought(desk) for _ in range(4))
    authorised(desk, dossier, digest_of(right))
    signed(desk, dossier, digest_of(signature))
    clerk, id = Person(CLERK, "", "counter-clerk", "H36.202.02"), str(uuid.uuid4())
    draft = Filing(PROCEDURE, Applicant("Ka Thơm"), papers=(PaperTicked("declaration", scans=(digest_of(drafted),)),))
    drafts = desk.app.state.store.drafts

    async def save() -> None:
        await drafts.create(id, lambda: Draft.begin(id, draft, code="7KM2P-XQ4RT", by=clerk, at=server_time()))

    desk.do(save())
    forget(desk, KEPT_UNFILED + timedelta(minutes=5))
    other = desk.file()["id"]
    authorised(desk, other, digest_of(raced))  # filed between the two looks
    forget(desk, KEPT_UNFILED + LEAVING + timedelta(minutes=10))
    for content in (paper, right, signature, drafted, raced):
        assert is_kept(desk, content)
        assert not scan_of(desk, content).is_leaving
    assert scan_of(desk, paper).until is None
    assert scan_of(desk, drafted).until > server_time() + KEPT_UNFILED

    async def end() -> None:
        await drafts.change(id, Draft.end)

    desk.do(end())
    for days in (1, 2):
        forget(desk, 2 * KEPT_UNFILED + timedelta(days=days))
    assert not is_kept(desk, drafted)
    assert is_kept(desk, paper)


def test_a_citizen_brings_so_many_scans_a_day_and_a_clerk_as_many_as_there_are(
    desk: Front, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(desk.app.state._state, "bringing", Allowance(2, timedelta(minutes=7)))
    with asking(desk, CITIZEN) as asked, asking(desk) as clerk:
        assert asked.post("/papers", content=fresh_pdf()).status_code == 201
        asked.delete(begun(asked, 9), headers=TUS)
        whole, parts = (
            asked.post("/papers", content=fresh_pdf()),
            asked.post("/papers/uploads", headers=TUS | {"upload-length": "9"}),
        )
        assert (whole.status_code, parts.status_code) == (429, 429)
        assert int(whole.headers["retry-after"]) > 0
        told = desk.app.openapi()["paths"]
        assert all("429" in told[path]["post"]["responses"] for path in ("/papers", "/papers/uploads"))
        assert {clerk.post("/papers", content=fresh_pdf()).status_code for _ in range(3)} == {201}


def test_what_is_too_large_for_the_gateway_is_told_to_come_in_parts(desk: Front):
    with asking(desk) as asked:
        answer = asked.post("/papers", content=b"%PDF-" + b"0" * 64_000_000)
    assert answer.status_code == 413
    assert "/intake/papers/uploads" in answer.text
    assert "gửi từng phần" in answer.text


def test_row_10_a_paper_that_was_changed_behind_our_back_is_never_sent(
    desk: Front, filed: tuple[str, bytes], caplog: pytest.LogCaptureFixture
):
    _, content = filed
    forged = sheets.pdf("Forged")
    url = desk.url + linked(desk, filed).json()["url"]
    desk.app.state.papers._client.put_object(PAPERS, digest_of(content), io.BytesIO(forged), len(forged))
    answer = httpx.get(url)
    assert answer.status_code == 500
    assert answer.json()["code"] == "fault"
    assert forged not in answer.content
    assert any("ALARM" in it.getMessage() and digest_of(content) in it.getMessage() for it in caplog.records)
    link = desk.do(desk.app.state.store.links.find({"state.dossier": filed[0]}))[0]
    assert link.used == ()


def test_only_scans_that_are_here_are_ones_own_and_are_small_enough_can_be_filed(desk: Front):
    content = fresh_pdf()
    state = desk.app.state
    clerk, citizen = Person("demo-counter", "", "counter-clerk", "H36.202.02"), Person(CITIZEN, "", "citizen", "")
    with asking(desk) as asked:
        digest = asked.post("/papers", content=content).json()["digest"]

    def unknown_to(by: Person, most: int = 0) -> list[str]:
        return desk.do(unknown([digest, "0" * 64, digest], state.store, state.papers, by, most))

    assert unknown_to(clerk) == ["0" * 64]
    assert unknown_to(clerk, len(content)) == ["0" * 64]
    with pytest.raises(ScanTooLarge, match="150 to 200 dpi"):
        unknown_to(clerk, len(content) - 1)
    with pytest.raises(NotYourScan):
        unknown_to(citizen)
