"""The editor's pages over HTTP: export, offices, a version in full, mistakes in YAML, and from when what is in force."""

import html
import re
from collections.abc import Iterator
from datetime import date

import httpx
import pytest
import yaml

from services.intake.app import catalogue
from services.intake.domain.catalogue import Catalogue, Procedure
from services.intake.forms.workbook import to_yaml
from services.intake.templates import offer_words
from shared.calendar import local_day
from shared.clock import server_time
from shared.web.languages import Language
from tests.intake.front import Front

TODAY = local_day(server_time())
NEXT_YEAR = date(TODAY.year + 1, 1, 1)
PACKAGE = catalogue()
PERMIT = PACKAGE.procedure("1.013225", TODAY)
CHANGED = PACKAGE.procedure("2.000913", TODAY)
"""A new version of it is published."""
VIETNAMESE = Language("vi", {})


@pytest.fixture
def site(desk: Front) -> Iterator[httpx.Client]:
    asked = {"accept": "text/html", **desk.headers("demo-editor")}
    with httpx.Client(base_url=desk.url, headers=asked, timeout=20) as client:
        yield client


def text(page: str) -> str:
    main = re.sub(r"<[^>]+>", " ", page.partition("<main")[2])
    return " ".join(html.unescape(main).split())


def check(site: httpx.Client, content: str | bytes, name: str = "sua-phi.yaml", lang: str = "vi") -> httpx.Response:
    return site.post(f"/catalogue/check?lang={lang}", files={"file": (name, content)})


def permit(amount: int, procedure: Procedure = PERMIT) -> str:
    table = yaml.safe_load(to_yaml(Catalogue((procedure,), ())))
    (it,) = table["procedures"]
    it["fees"][0]["amount"] = amount
    return yaml.safe_dump({"procedures": [it | {"valid_from": NEXT_YEAR}]}, allow_unicode=True)


@pytest.mark.parametrize("kind", ["xlsx", "yaml"])
def test_the_editor_exports_the_catalogue_by_the_links_of_the_page(site: httpx.Client, kind: str):
    (address,) = re.findall(rf'href="([^"]+export\.{kind})"', site.get("/catalogue").text)
    answer = site.get(address)
    assert answer.status_code == 200
    assert f"catalogue.{kind}" in answer.headers["content-disposition"]


def test_offices_are_listed_with_kind_validity_what_was_before_and_what_comes_after(site: httpx.Client):
    assert 'href="/catalogue/offices"' in site.get("/catalogue").text
    page = site.get("/catalogue/offices", params={"q": "lam ha"}).text
    district = text(page.partition('id="H36.15"')[2].partition("</li>")[0].join(("<main", "")))
    assert "đến hết 30/06/2025" in district
    assert "Đã kết thúc" in district
    assert "Nơi tiếp nhận công việc: Ủy ban nhân dân xã Nam Ban Lâm Hà" in district
    heir = page.partition('id="H36.201"')[2].partition("</li>")[0]
    assert "Tiếp nhận công việc của" in heir
    assert 'href="/catalogue/offices#H36.15"' in heir
    assert "trang Offices của tệp Excel" in text(page)


def test_what_is_not_verified_is_told_with_the_reason_and_the_place_s_own_code(site: httpx.Client):
    page = site.get("/catalogue/offices").text
    district, province = (
        text(page.partition(f'id="{code}"')[2].partition("</li>")[0].join(("<main", ""))) for code in ("H36.15", "H36")
    )
    assert "Cấp huyện · Mã đơn vị hành chính: 676" in district
    assert "Chưa kiểm chứng: Placeholder code; Lâm Hà's own number was not found." in district
    assert "Mã đơn vị hành chính: 68 Since 1/7/2025 together with Đắk Nông" in province
    assert "Chưa kiểm chứng" not in province
    shown = text(site.get(f"/catalogue/versions/{PERMIT.code}/{PERMIT.version}").text)
    assert "75.000 đ một hồ sơ (mức thu chưa kiểm chứng)" in shown
    unknown = PACKAGE.procedure("1.004873", TODAY)
    assert "mức thu" not in text(site.get(f"/catalogue/versions/{unknown.code}/{unknown.version}").text)


def test_a_version_is_shown_with_all_that_it_says(site: httpx.Client):
    shown = text(site.get(f"/catalogue/versions/{PERMIT.code}/{PERMIT.version}").text)
    for it in (*PERMIT.papers, *PERMIT.fees, *PERMIT.steps, *PERMIT.cases):
        assert it.name in shown
    for it in (
        offer_words.term(PERMIT.term, VIETNAMESE),
        "75.000 đ một hồ sơ",
        offer_words.word("supplement", PERMIT.supplement, VIETNAMESE),
        "Tại quầy, Trực tuyến",
        "Phải có mặt không",
        "Bản chính: 1",
        "bắt buộc",
    ):
        assert it in shown
    birth = PACKAGE.procedure("1.001193", TODAY)
    shown = text(site.get(f"/catalogue/versions/{birth.code}/{birth.version}").text)
    assert f"Chỉ trong trường hợp: {birth.cases[0].name}" in shown
    assert all(line.answer in shown for line in birth.filled_in("declaration").sample)


def test_the_difference_shows_money_and_names_as_people_read_them(site: httpx.Client):
    shown = text(check(site, permit(90_000)).text)
    assert f"Phí, lệ phí › {PERMIT.fees[0].name} › Mức thu (đồng) trước: 75.000 → sau: 90.000" in shown
    assert "building-permit" not in shown


@pytest.mark.parametrize(
    ("path", "parts", "code", "told"),
    [
        ("term.amount", (), "15", "Thời hạn › Bao nhiêu: 15"),
        ("term.unit", (), "working-days", "Thời hạn › Đơn vị: ngày làm việc"),
        ("channels", (), "direct, online", "Kênh nộp: Tại quầy, Trực tuyến"),
        ("fees[a].exemptions[b].reason", ("Lệ phí", "Hộ nghèo"), "x", "Phí, lệ phí › Lệ phí"),
    ],
)
def test_a_change_is_told_in_words(path: str, parts: tuple[str, ...], code: str, told: str):
    line = f"{offer_words.field(path, parts, VIETNAMESE)}: {offer_words.value(path, code, VIETNAMESE)}"
    assert line.startswith(told)


def test_after_publishing_it_is_said_from_which_day_which_version_is_in_force(site: httpx.Client):
    page = check(site, permit(91_000, CHANGED)).text
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    assert fields["name"] == "sua-phi.yaml"
    made = site.post("/catalogue/publish", data=fields)
    assert made.status_code == 303
    shown = text(site.get(made.headers["location"]).text)
    day, now = f"{NEXT_YEAR:%d/%m/%Y}", CHANGED.version
    assert f"có hiệu lực từ {day}; trước ngày đó hồ sơ vẫn nộp theo bản {now}." in shown
    assert "từ nay" not in shown


def test_a_mistake_in_yaml_is_told_with_the_name_of_the_file_and_its_line(site: httpx.Client):
    shown = text(check(site, permit(-1)).text)
    line = permit(-1).splitlines().index("  - amount: -1") + 1
    place = f"sua-phi.yaml, {PERMIT.code}@{PERMIT.version}, fees[1], amount , dòng {line}"
    assert f"{place} không thể là số âm" in shown
    assert "version" not in shown


def test_no_file_is_told_beside_the_field(site: httpx.Client):
    answer = check(site, b"", name="")
    assert answer.status_code == 422
    assert "Hãy chọn một tệp trước." in answer.text
    assert 'aria-describedby="file-wrong" aria-invalid="true"' in answer.text
    assert "There is no file" not in answer.text


def test_what_is_no_yaml_is_told_in_the_readers_language_with_its_line(site: httpx.Client):
    broken = "procedures:\n  - {code: 1.013225, name: [Tên\n"
    shown = check(site, broken)
    assert shown.status_code == 422
    assert "ở dòng 2" in text(shown.text)
    assert "YAML:" not in shown.text
    assert "This is not YAML" in check(site, broken, lang="en").text
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', shown.text))
    assert "This is not YAML" in site.post("/catalogue/check?lang=en", data=fields).text
