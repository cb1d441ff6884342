"""The reception slip on paper: read back as a person, a scanner and a search would."""

import io
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import typst
import zxingcpp
from prometheus_client import REGISTRY
from pypdf import PdfReader

from deploy.engines import Engines
from services.intake.app import catalogue
from services.intake.domain.dossier import Dossier, NotAccepted, Received
from services.intake.domain.filing import Applicant, Filing
from services.intake.forms.slip import PAPER, TEMPLATE, inputs, print_slip, slip
from shared.contracts.intake import PaperTicked
from shared.people import Person
from tests.intake.front import OWNER, PROCEDURE, Front, front
from tests.intake.png import top_quarter

AT = datetime(2026, 11, 20, 3, 5, tzinfo=UTC)
CLERK = Person("clerk", "Clerk", "counter-clerk", "H36.202.02")
CODE, TRACKING = "H36.202.02-261120-0042", "7KM2P-XQ4RT"
OFFERED = catalogue()


def filed(papers: int = 0, **applicant: str) -> Dossier:
    version = OFFERED.procedure(PROCEDURE, AT.date())
    ticked = tuple(PaperTicked(it.code, 1, 2) for it in version.papers) + tuple(
        PaperTicked(f"paper-{n}", 1) for n in range(papers)
    )
    owner = Applicant("Nguyễn Thị Hường Quỳnh", "068301000123", **applicant)
    filing = Filing(PROCEDURE, owner, papers=ticked, receiving_office="H36.202.02", competent_office="H36.202")
    made, *_ = Dossier.submit("one", filing, version.version, version.terms(), tracking=TRACKING, by=CLERK, at=AT)
    return made


def accepted(papers: int = 0, **applicant: str) -> Dossier:
    received = Received(AT + timedelta(days=3, hours=4), "")
    made, *_ = filed(papers, **applicant).accept(received, CODE, (), by=CLERK, at=AT)
    return made


def pages(dossier: Dossier) -> list[str]:
    pdf = print_slip(slip(dossier, OFFERED, "https://motcua.example"))
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def test_every_word_of_the_form_can_be_found_with_its_diacritics():
    (mine, theirs) = pages(accepted(address="Thôn Tân Lâm", phone="0912345678"))
    for words in (
        "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        f"Mã hồ sơ: {CODE}",
        "Tiếp nhận hồ sơ của: Nguyễn Thị Hường Quỳnh",
        "Địa chỉ: Thôn Tân Lâm",
        "0912 345 678",
        "1 bản chính, 2 bản sao",
        "3 ngày làm việc",
        "10 giờ 05 phút, ngày 20 tháng 11 năm 2026",
        "14 giờ 05 phút, ngày 23 tháng 11 năm 2026",
        "NGƯỜI NỘP HỒ SƠ",
        "NGƯỜI TIẾP NHẬN HỒ SƠ",
        f"https://motcua.example/track?code={TRACKING}",
    ):
        assert words in mine
    assert "Liên 1" in mine
    assert "Liên 2" in theirs
    assert mine.replace("Liên 1: giao người nộp hồ sơ", "") == theirs.replace("Liên 2: lưu tại nơi tiếp nhận", "")


def test_the_qr_at_the_top_left_of_each_copy_names_dossier_procedure_applicant_and_paper():
    given = inputs(slip(accepted(), OFFERED, "https://motcua.example"))
    fonts = typst.Fonts(include_system_fonts=False)
    pictures = typst.compile(TEMPLATE, format="png", ppi=150, sys_inputs=given, font_paths=fonts)
    assert len(pictures) == 2
    for picture in pictures:
        width, points = top_quarter(picture)
        (code,) = zxingcpp.read_barcodes(points)
        assert code.text == f"{CODE}|{PROCEDURE}|068301000123|{PAPER}"
        assert code.position.bottom_right.x < width / 3


def test_it_is_a5():
    pdf = print_slip(slip(accepted(), OFFERED, "https://motcua.example"))
    box = PdfReader(io.BytesIO(pdf)).pages[0].mediabox
    assert (round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)) == (148, 210)


def test_forty_papers_run_over_to_further_pages_and_all_are_there():
    text = " ".join(pages(accepted(papers=40)))
    assert all(text.count(f"paper-{n}:") == 2 for n in range(40))


def test_the_address_in_the_footer_carries_the_code_and_no_personal_data():
    form = slip(accepted(address="Thôn Tân Lâm", phone="0912345678"), OFFERED, "https://motcua.example")
    assert form.url == f"https://motcua.example/track?code={TRACKING}"


def test_words_of_an_applicant_are_printed_and_never_run_as_typst():
    (mine, _) = pages(accepted(address='#panic("x") *đậm* $x$ \\'))
    assert '#panic("x") *đậm* $x$ \\' in mine


def test_there_is_no_slip_before_acceptance():
    with pytest.raises(NotAccepted):
        slip(filed(), OFFERED, "https://motcua.example")


@pytest.fixture(scope="module")
def desk(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with front(engines, tmp_path_factory.mktemp("front")) as running:
        yield running


def printed_so_far() -> float:
    return REGISTRY.get_sample_value("motcua_slips_printed_total", {"office": "H36.202.02"}) or 0.0


def test_the_counter_prints_it_and_each_print_is_logged_without_personal_data_and_counted(
    desk: Front, caplog: pytest.LogCaptureFixture
):
    filed = desk.file()
    before = printed_so_far()
    with caplog.at_level(logging.INFO, "services.intake.api.forms"):
        answer = httpx.get(f"{desk.url}/intake/dossiers/{filed['id']}/slip.pdf", headers=desk.headers())
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert filed["code"] in text
    assert OWNER["name"] in text
    assert printed_so_far() == before + 1
    (line,) = [it.getMessage() for it in caplog.records if it.name == "services.intake.api.forms"]
    assert filed["id"] in line
    assert "H36.202.02" in line
    assert not any(word in line for word in (OWNER["name"], OWNER["number"], OWNER["phone"]))


def test_nobody_but_the_counter_gets_it(desk: Front):
    filed = desk.file()
    address = f"{desk.url}/intake/dossiers/{filed['id']}/slip.pdf"
    assert httpx.get(address).status_code == 401
    assert httpx.get(address, headers=desk.headers("demo-citizen")).status_code == 403


def test_a_dossier_that_is_only_filed_has_none_yet(desk: Front):
    receipt = desk.file(accept=False)
    answer = httpx.get(f"{desk.url}/intake/dossiers/{receipt['id']}/slip.pdf", headers=desk.headers())
    assert answer.status_code == 409
    assert answer.json()["code"] == "not-accepted"
