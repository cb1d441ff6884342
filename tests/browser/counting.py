"""For the counter's tests: a procedure of five papers, a wand, and a browser that counts what a mouse does."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page

from deploy.demo.people import COUNTER
from deploy.engines import Engines
from tests.browser.looking import log_in
from tests.intake.front import Front, front
from tests.intake.partners import demo_registry

__all__ = ["FIVE", "clerk_at", "counter_of_five", "fresh_card", "fresh_tax_number", "ticket", "wand"]

FIVE = "0.680095"
NAME = "Cấp phép sửa chữa nhà ở có năm giấy tờ"
OF_FIVE = f"""
procedures:
  - code: "{FIVE}"
    name: {NAME}
    field: Xây dựng
    term: {{unit: working-days, amount: 7}}
    steps: simple
    channels: [direct, online, post]
    postal_collection: true
    postal_return: true
    cases: [{{code: shared-wall, name: Nhà chung tường, term: {{unit: working-days, amount: 10}}}}]
    fees:
      - {{code: permit, kind: lệ phí, name: Lệ phí giấy phép, amount: 75000}}
      - {{code: copies, kind: phí, name: Phí sao bản vẽ, amount: 2000, per: page, exemptions: [{{code: poor, reason: Người thuộc hộ nghèo}}]}}
    papers:
      - {{code: request, name: Đơn đề nghị, originals: 1}}
      - {{code: land-paper, name: Giấy tờ về đất, copies: 1}}
      - {{code: drawings, name: Bản vẽ hiện trạng, originals: 2}}
      - {{code: photos, name: Ảnh chụp hiện trạng, copies: 1}}
      - {{code: commitment, name: Bản cam kết với nhà liền kề, originals: 1, cases: [shared-wall]}}
    versions:
      - {{valid_from: 2025-07-01, supplement: pause, competent: [C]}}
"""
CARD = "{number}||{name}|01021985|Nam|Thôn Tân Lâm, xã Đinh Văn Lâm Hà, tỉnh Lâm Đồng|01012021"
WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
MOUSE = """
window.mouseEvents = [];
for (const it of ["mousedown", "mouseup", "mousemove", "dblclick", "contextmenu", "wheel", "touchstart", "pointerdown"])
  addEventListener(it, (event) => window.mouseEvents.push(it), true);
addEventListener("click", (event) => event.detail && window.mouseEvents.push("click"), true);
"""
"""A click by the keyboard has a detail of 0."""


@contextmanager
def counter_of_five(engines: Engines, folder: Path) -> Iterator[Front]:
    """Intake with that procedure, and with the population registry behind it."""
    file = folder / "more.yaml"
    file.write_text(OF_FIVE)
    with (
        demo_registry() as (_, registry),
        front(engines, folder, MOTCUA_MORE_PROCEDURES=str(file), MOTCUA_REGISTRY_URL=registry) as running,
    ):
        yield running


def fresh_card(name: str = "Nguyễn Văn Bình") -> str:
    """The card of a man born in 1985 whom nobody has met here."""
    return CARD.format(number=f"068085{uuid.uuid4().int % 1_000_000:06d}", name=name)


def fresh_tax_number() -> str:
    """Ten digits whose last one checks the others (modulo 11)."""
    while True:
        nine = f"{uuid.uuid4().int % 1_000_000_000:09d}"
        check = 10 - sum(int(it) * by for it, by in zip(nine, WEIGHTS, strict=True)) % 11
        if check < 10:
            return f"{nine}{check}"


def ticket(desk: Front) -> int:
    """A number taken at the machine."""
    answer = httpx.put(f"{desk.url}/intake/queue/tickets/{uuid.uuid4()}", json={"office": COUNTER})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["number"])


def clerk_at(browser: Browser, desk: Front, width: int = 1280, person: str = "demo-counter") -> Page:
    """A clerk's browser in which refusals are allowed: the browser logs each of them as an error of the page."""
    context = browser.new_context(viewport={"width": width, "height": 740}, base_url=desk.url)
    page = context.new_page()
    log_in(page, desk, person)
    return page


def wand(page: Page, text: str) -> None:
    """A barcode wand is a quick keyboard that presses Enter after what it read."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")
