"""The editor of the catalogue in a real browser: upload, mistakes by cell, difference, publish, withdraw."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from services.intake.app import catalogue
from services.intake.domain.catalogue import Catalogue
from services.intake.forms.workbook import to_workbook
from shared.calendar import local_day
from tests.browser.conftest import WIDTHS
from tests.browser.looking import LANGUAGES, complaints_of, log_in, look_at
from tests.intake.front import Front

TODAY = local_day(datetime.now(UTC))
NEXT_YEAR = date(TODAY.year + 1, 1, 1)
PACKAGE = catalogue()
UNREAD = {
    "vi": (
        "Không đọc được tệp",
        "không có macro và mật khẩu",
        "Đây là tệp Excel kiểu cũ hoặc có mật khẩu: hãy lưu thành .xlsx, không có mật khẩu.",
    ),
    "en": (
        "The file cannot be read",
        "without macros or a password",
        "This is an old or a locked Excel file: save it as .xlsx without a password.",
    ),
}


@pytest.fixture(params=WIDTHS)
def editor(request: pytest.FixtureRequest, desk: Front, browser: Browser) -> Iterator[Page]:
    """As `page`, logged in; and a file that cannot be read is answered with 422, of which the browser may speak."""
    context = browser.new_context(viewport={"width": request.param, "height": 740}, base_url=desk.url)
    visited = context.new_page()
    complaints = complaints_of(visited, desk)
    log_in(visited, desk, "demo-editor")
    yield visited
    context.close()
    assert [it for it in complaints if "422" not in it] == []


def workbook(folder: Path, code: str, *cells: tuple[str, str, Any]) -> Path:
    """An export of one procedure's version of today, with some cells typed over."""
    book = openpyxl.load_workbook(io.BytesIO(to_workbook(Catalogue((PACKAGE.procedure(code, TODAY),), ()))))
    for sheet, cell, value in cells:
        book[sheet][cell] = value
    book.save(file := folder / f"{code}.xlsx")
    return file


def column(sheet: str, header: str) -> str:
    book = openpyxl.load_workbook(io.BytesIO(to_workbook(Catalogue((), ()))))
    return next(cell.column_letter for cell in book[sheet][1] if cell.value == header)


def upload(page: Page, file: Path) -> None:
    page.goto("/catalogue")
    page.locator("#file").set_input_files(file)
    page.locator("form[enctype] button").click()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_fits_its_screen_and_axe_finds_nothing(page: Page, desk: Front, language: str):
    log_in(page, desk, "demo-editor")
    page.goto(f"/catalogue?lang={language}")
    expect(page.locator("html")).to_have_attribute("lang", language)
    look_at(page, f"catalogue-{language}")
    page.goto(f"/catalogue/versions/1.001193/2?lang={language}")
    look_at(page, f"catalogue-version-{language}")
    page.goto(f"/catalogue/offices?lang={language}")
    look_at(page, f"catalogue-offices-{language}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_dry_run_names_the_cell_of_each_mistake_and_publishes_nothing(
    page: Page, desk: Front, tmp_path: Path, language: str
):
    log_in(page, desk, "demo-editor")
    page.goto(f"/catalogue?lang={language}")
    wrong, number = column("Papers", "Bản chính"), column("Fees", "Mức thu (đồng)")
    file = workbook(tmp_path, "2.000815", ("Papers", f"{wrong}2", "hai"), ("Fees", f"{number}2", "=1+1"))
    upload(page, file)
    expect(page.locator("tbody code")).to_have_text([f"Fees!{number}2", f"Papers!{wrong}2"])
    expect(page.locator("tbody td").nth(1)).to_contain_text({"vi": "số nguyên", "en": "Expected `int`"}[language])
    expect(page.get_by_role("button", name="Công bố")).to_have_count(0)
    expect(page.locator("#mistakes")).to_be_focused()
    look_at(page, f"catalogue-mistakes-{language}")


def test_the_language_can_be_switched_on_a_dry_run(page: Page, desk: Front, tmp_path: Path):
    log_in(page, desk, "demo-editor")
    upload(page, workbook(tmp_path, "2.000815", ("Papers", f"{column('Papers', 'Bản chính')}2", "hai")))
    expect(page.get_by_role("heading", level=1)).to_have_text("Kiểm tra thử")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dry run")
    expect(page.locator("tbody td")).to_contain_text("Expected `int`")


def test_what_was_seen_is_published_and_citizens_see_it(page: Page, desk: Front, tmp_path: Path):
    width = page.viewport_size["width"] if page.viewport_size else 0
    code = {320: "1.001266", 1280: "2.000575"}[width]
    log_in(page, desk, "demo-editor")
    day, summary = column("Procedures", "Hiệu lực từ ngày"), column("Procedures", "Giải thích dễ hiểu")
    file = workbook(tmp_path, code, ("Procedures", f"{day}2", TODAY), ("Procedures", f"{summary}2", "Lời mới."))
    upload(page, file)
    expect(page.locator(".change .what")).to_have_text("Sửa đổi")
    expect(page.locator(".change ins").nth(1)).to_contain_text("Lời mới.")
    look_at(page, "catalogue-difference")
    page.get_by_role("button", name="Công bố đúng những thay đổi này").click()
    expect(page.get_by_role("status")).to_contain_text("Đã công bố")
    look_at(page, "catalogue-published")
    page.goto(f"/services/{code}")
    expect(page.locator("main")).to_contain_text("Lời mới.")


def test_a_version_is_withdrawn_from_a_day_that_has_not_passed(page: Page, desk: Front):
    width = page.viewport_size["width"] if page.viewport_size else 0
    code = {320: "1.004884", 1280: "2.001019"}[width]
    log_in(page, desk, "demo-editor")
    page.goto(f"/catalogue/versions/{code}/2")
    page.locator("#from_day").fill(NEXT_YEAR.isoformat())
    page.get_by_role("button", name="Thu hồi").click()
    expect(page.locator(".facts").first).to_contain_text(f"{NEXT_YEAR:%d/%m/%Y}")
    expect(page.locator("#from_day")).to_have_count(0)


def test_a_yaml_file_is_told_by_its_name_and_line(page: Page, desk: Front, tmp_path: Path):
    log_in(page, desk, "demo-editor")
    (file := tmp_path / "sua-phi.yaml").write_text("procedures:\n  - code: abc\n    name: Thủ tục thử\n")
    upload(page, file)
    expect(page.locator("tbody th").filter(has_text="code")).to_have_text("sua-phi.yaml, abc@1, code, dòng 2")
    expect(page.locator("#mistakes")).to_be_focused()
    look_at(page, "catalogue-mistakes-yaml")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_that_is_no_catalogue_is_answered_with_what_to_do(editor: Page, tmp_path: Path, language: str):
    editor.goto(f"/catalogue?lang={language}")
    (file := tmp_path / "old.xls").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"0" * 100)
    with editor.expect_response("**/catalogue/check") as answered:
        upload(editor, file)
    assert answered.value.status == 422
    title, what, how = UNREAD[language]
    expect(editor).to_have_url(re.compile("/catalogue/check$"))
    expect(editor.locator("html")).to_have_attribute("lang", language)
    expect(editor.get_by_role("heading", level=1)).to_have_text(title)
    expect(editor.get_by_role("alert")).to_contain_text(what)
    expect(editor.get_by_role("alert")).to_be_focused()
    expect(editor.locator(".reason")).to_have_text(how)
    look_at(editor, f"catalogue-unread-{language}")
    other = {"vi": "en", "en": "vi"}[language]
    editor.get_by_role("button", name={"vi": "Tiếng Việt", "en": "English"}[other]).click()
    expect(editor.locator(".reason")).to_have_text(UNREAD[other][2])


def test_who_is_no_leader_is_told_so(page: Page, desk: Front):
    log_in(page, desk, "demo-counter")
    answer = page.request.get("/catalogue", headers={"accept": "text/html"})
    assert answer.status == 403
    assert "Bạn không có quyền" in answer.text()
