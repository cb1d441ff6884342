"""Scans from a browser: on their way, cut off, after a reload, refused, and what is to be scanned again.

On a page of the tests' own, whose markup is that of upload.js's first lines.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from shared.documents import PAPERS
from shared.web import static
from tests.browser.conftest import WIDTHS
from tests.browser.looking import log_in, look_at
from tests.intake import sheets_of_paper as sheets
from tests.intake.front import Front
from tests.intake.test_papers import digest_of, fresh_pdf


def html(language: str = "vi", more: str = "multiple", digests: str = "") -> str:
    script, style = (static.address("/intake", it) for it in ("upload.js", "style.css"))
    return f"""<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Nộp giấy tờ</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="{style}">
<link rel="icon" href="{static.address("/intake", "icon.svg")}"><script type="module" src="{script}"></script></head>
<body><main id="main"><h1>Nộp giấy tờ</h1><form method="get" action="/intake/test-sent">
<div class="upload" data-upload="/intake/papers"><label for="scan-TK">Bản quét tờ khai</label>
<span class="hint" id="scan-TK-hint">PDF, ảnh hoặc DOCX; kéo thả vào đây cũng được.</span>
<input type="file" id="scan-TK" aria-describedby="scan-TK-hint" accept="application/pdf,image/*,.docx" {more}>
<input type="hidden" name="scan-TK" value="{digests}"></div><button>Gửi</button></form></main></body></html>"""


def opened(page: Page, desk: Front, **how: str) -> None:
    """The tests' own page, from the very address at which the real pages stand."""
    headers = {"content-security-policy": "default-src 'self'", "content-type": "text/html; charset=utf-8"}
    page.route("**/intake/test-upload", lambda route: route.fulfill(body=html(**how), headers=headers))
    page.goto("/intake/test-upload")


@pytest.fixture
def desk_page(page: Page, desk: Front) -> Page:
    log_in(page, desk, "demo-counter")
    return page


@pytest.fixture(params=WIDTHS)
def troubled(request: pytest.FixtureRequest, desk: Front, browser: Browser) -> Iterator[Page]:
    """As `desk_page`, but that the browser may complain of what was refused and of a line that was cut."""
    context = browser.new_context(viewport={"width": request.param, "height": 740}, base_url=desk.url)
    page = context.new_page()
    log_in(page, desk, "demo-counter")
    yield page
    context.close()


def choose(page: Page, tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    page.locator("#scan-TK").set_input_files(file)


def pictures(page: Page, count: int) -> None:
    """So many scans have come and been looked at, which takes a busy machine its time."""
    expect(page.locator(".sent img")).to_have_count(count, timeout=30_000)


def kept(page: Page) -> str:
    return page.locator("input[name=scan-TK]").input_value()


def test_row_11_scans_are_sent_and_their_digests_stand_in_the_form(desk_page: Page, desk: Front, tmp_path: Path):
    opened(desk_page, desk)
    first, second = fresh_pdf(2), sheets.jpeg(sheets.page(lines=20))
    choose(desk_page, tmp_path, "Tờ khai đăng ký kết hôn bản có chữ ký của hai bên.pdf", first)
    pictures(desk_page, 1)
    choose(desk_page, tmp_path, "ảnh chụp.jpg", second)
    pictures(desk_page, 2)
    expect(desk_page.locator(".sent > li").first).to_contain_text("PDF, 2 trang")
    assert kept(desk_page) == f"{digest_of(first)} {digest_of(second)}"
    expect(desk_page.get_by_role("status")).to_have_text("Đã gửi xong ảnh chụp.jpg.", timeout=30_000)
    look_at(desk_page, "upload-done")
    desk_page.get_by_role("button", name="Bỏ: ảnh chụp.jpg").click()
    assert kept(desk_page) == digest_of(first)
    expect(desk_page.locator("#scan-TK")).to_be_focused()


def test_row_12_a_page_that_should_be_scanned_again_is_shown_with_a_button_for_it(
    desk_page: Page, desk: Front, tmp_path: Path
):
    opened(desk_page, desk)
    content = sheets.pdf_of(sheets.page(blur=3), sheets.blank())
    choose(desk_page, tmp_path, "mờ.pdf", content)
    pictures(desk_page, 1)
    told = ["Trang 1: bị mờ, khó đọc.", "Trang 2: trang trống."]
    expect(desk_page.locator(".warnings li")).to_have_text(told)
    look_at(desk_page, "upload-warned")
    better = fresh_pdf()
    (tmp_path / "rõ.pdf").write_bytes(better)
    with desk_page.expect_file_chooser() as chooser:
        desk_page.get_by_role("button", name="Quét lại: mờ.pdf").click()
    assert kept(desk_page) == digest_of(content)
    chooser.value.set_files(tmp_path / "rõ.pdf")
    pictures(desk_page, 1)
    expect(desk_page.locator(".warnings")).to_have_count(0)
    assert kept(desk_page) == digest_of(better)


def test_row_08_what_is_no_paper_is_refused_in_words_that_say_what_to_do(troubled: Page, desk: Front, tmp_path: Path):
    opened(troubled, desk)
    for name, content, words in (
        ("đơn.pdf", b"MZ\x90\0 a program", "không phải PDF, JPEG, PNG, TIFF hay DOCX"),
        ("khóa.pdf", sheets.locked_pdf(), "Tệp có mật khẩu"),
    ):
        choose(troubled, tmp_path, name, content)
        expect(troubled.locator(".sent .bad .note").last).to_contain_text(words, timeout=30_000)
    look_at(troubled, "upload-refused")
    assert kept(troubled) == ""


class Line:
    """A line to the server that carries so many parts, and is cut until it is mended."""

    def __init__(self, page: Page, carries: int) -> None:
        self.left, self.offsets = carries, []
        page.route("**/papers/uploads/*", self._pass)

    def _pass(self, route: Route) -> None:
        if route.request.method == "PATCH":
            if not self.left:
                return route.abort()
            self.left -= 1
            self.offsets.append(int(route.request.headers["upload-offset"]))
        return route.continue_()


@pytest.fixture
def cut(troubled: Page) -> Iterator[Line]:
    """Carries one part."""
    yield Line(troubled, 1)
    troubled.unroute_all(behavior="wait")


def large() -> bytes:
    """More than two parts of upload.js."""
    content = fresh_pdf()
    return content.replace(b"%%EOF", b"%" + b"x" * 17_000_000 + b"\n%%EOF")


def test_row_11_after_a_cut_of_the_network_it_goes_on_by_itself_from_where_it_stood(
    troubled: Page, desk: Front, tmp_path: Path, cut: Line
):
    opened(troubled, desk)
    content = large()
    choose(troubled, tmp_path, "lớn.pdf", content)
    expect(troubled.locator(".sent > li")).to_contain_text("Mất kết nối", timeout=30_000)
    assert kept(troubled) == ""
    look_at(troubled, "upload-cut")
    troubled.get_by_role("button", name="Gửi").click()
    expect(troubled.get_by_role("status")).to_have_text("Xin đợi: tệp vẫn đang được gửi.")
    cut.left = 100
    pictures(troubled, 1)
    assert kept(troubled) == digest_of(content)
    assert cut.offsets == [0, 8 * 1024 * 1024, 16 * 1024 * 1024]


def test_row_11_after_a_reload_the_same_file_goes_on_from_where_it_stood(
    troubled: Page, desk: Front, tmp_path: Path, cut: Line
):
    opened(troubled, desk)
    content = large()
    choose(troubled, tmp_path, "lớn.pdf", content)
    expect(troubled.locator(".sent > li")).to_contain_text("Mất kết nối", timeout=30_000)
    assert "lớn" not in troubled.evaluate("JSON.stringify(localStorage)")
    troubled.reload()
    cut.left = 100
    troubled.locator("#scan-TK").set_input_files(tmp_path / "lớn.pdf")
    pictures(troubled, 1)
    assert kept(troubled) == digest_of(content)
    assert cut.offsets == [0, 8 * 1024 * 1024, 16 * 1024 * 1024]
    assert troubled.evaluate("localStorage.length") == 0


def test_what_is_stopped_on_its_way_leaves_nothing_here_nor_there(
    troubled: Page, desk: Front, tmp_path: Path, cut: Line
):
    opened(troubled, desk)
    choose(troubled, tmp_path, "lớn.pdf", large())
    expect(troubled.locator(".sent > li")).to_contain_text("Mất kết nối", timeout=30_000)
    with troubled.expect_response(lambda it: it.request.method == "DELETE") as answered:
        troubled.get_by_role("button", name="Dừng: lớn.pdf").click()
    assert answered.value.status == 204
    expect(troubled.locator(".sent > li")).to_have_count(0)
    assert troubled.evaluate("localStorage.length") == 0
    place = answered.value.url.rpartition("/")[2]
    store = desk.app.state.papers._client
    assert list(store.list_objects(PAPERS, f"uploads/{place}/", recursive=True)) == []


def test_a_box_that_a_script_takes_away_stops_what_is_on_its_way_and_holds_no_form_back(
    troubled: Page, desk: Front, tmp_path: Path, cut: Line
):
    opened(troubled, desk)
    troubled.route("**/intake/test-sent*", lambda route: route.fulfill(body="sent"))
    choose(troubled, tmp_path, "lớn.pdf", large())
    expect(troubled.locator(".sent > li")).to_contain_text("Mất kết nối", timeout=30_000)
    with troubled.expect_response(lambda it: it.request.method == "DELETE") as answered:
        troubled.evaluate(
            "document.querySelector('.upload').remove(); document.dispatchEvent(new Event('papers:look'))"
        )
    assert answered.value.status == 204
    assert troubled.evaluate("localStorage.length") == 0
    troubled.get_by_role("button", name="Gửi").click()
    troubled.wait_for_url("**/intake/test-sent*")


def test_a_box_that_is_on_no_page_any_more_says_nothing(troubled: Page, desk: Front, tmp_path: Path, cut: Line):
    opened(troubled, desk)
    choose(troubled, tmp_path, "lớn.pdf", large())
    expect(troubled.locator(".sent > li")).to_contain_text("Mất kết nối", timeout=30_000)
    troubled.evaluate("""() => {
        window.told = [];
        const box = document.querySelector(".upload");
        for (const it of ["uploaded", "removed", "failed"]) box.addEventListener(`papers:${it}`, () => told.push(it));
        box.remove();
    }""")
    cut.left = 100
    with troubled.expect_response("**/preview", timeout=90_000):  # which is asked for when it was told that it came
        pass
    assert troubled.evaluate("told") == []


def test_the_same_file_chosen_twice_is_in_the_form_until_both_of_its_lines_are_gone(
    desk_page: Page, desk: Front, tmp_path: Path
):
    opened(desk_page, desk)
    content = fresh_pdf()
    for count in (1, 2):
        choose(desk_page, tmp_path, "một.pdf", content)
        pictures(desk_page, count)
    removed = desk_page.get_by_role("button", name="Bỏ: một.pdf")
    for left in (digest_of(content), ""):
        removed.first.click()
        assert kept(desk_page) == left
    expect(desk_page.locator(".sent > li")).to_have_count(0)


def test_where_one_scan_is_asked_for_a_new_one_takes_its_place(desk_page: Page, desk: Front, tmp_path: Path):
    opened(desk_page, desk, more="")
    first, second = fresh_pdf(), fresh_pdf()
    choose(desk_page, tmp_path, "một.pdf", first)
    pictures(desk_page, 1)
    choose(desk_page, tmp_path, "hai.pdf", second)
    expect(desk_page.locator(".sent > li")).to_contain_text("hai.pdf")
    pictures(desk_page, 1)
    assert kept(desk_page) == digest_of(second)


def test_a_draft_that_is_opened_again_shows_the_scans_that_it_has(desk_page: Page, desk: Front, tmp_path: Path):
    opened(desk_page, desk)
    content = fresh_pdf(3)
    choose(desk_page, tmp_path, "một.pdf", content)
    pictures(desk_page, 1)
    desk_page.unroute_all()
    opened(desk_page, desk, digests=hashlib.sha256(content).hexdigest(), language="en")
    pictures(desk_page, 1)
    expect(desk_page.locator(".sent > li")).to_contain_text("PDF, 3 pages")


def test_a_file_that_is_dropped_on_the_box_is_sent(desk_page: Page, desk: Front):
    opened(desk_page, desk)
    content = fresh_pdf()
    drop = """([bytes]) => { const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], "thả.pdf", {type: "application/pdf"}));
        return data }"""
    data = desk_page.evaluate_handle(drop, [list(content)])
    desk_page.dispatch_event(".upload", "drop", {"dataTransfer": data})
    pictures(desk_page, 1)
    assert kept(desk_page) == digest_of(content)


def test_it_needs_nothing_but_the_keyboard(desk_page: Page, desk: Front, tmp_path: Path):
    opened(desk_page, desk)
    choose(desk_page, tmp_path, "một.pdf", fresh_pdf())
    pictures(desk_page, 1)
    desk_page.locator("#scan-TK").focus()
    desk_page.keyboard.press("Tab")
    expect(desk_page.get_by_role("button", name="Bỏ: một.pdf")).to_be_focused()
    desk_page.keyboard.press("Enter")
    expect(desk_page.locator(".sent > li")).to_have_count(0)
    assert kept(desk_page) == ""
