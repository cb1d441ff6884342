"""A draft that changes channel: begun on a phone, finished at the counter. One dossier, never two."""

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import log_in, look_at
from tests.browser.test_portal import COUNTER, begin, number, on, send, who
from tests.intake.front import Front


@pytest.mark.parametrize("width", [320, 1280])
def test_row_03_a_draft_begun_on_the_phone_is_found_by_code_and_digits_and_filed_at_the_counter_once(
    browser: Browser, desk: Front, width: int
):
    context = browser.new_context(viewport={"width": width, "height": 640}, base_url=desk.url)
    phone, person = context.new_page(), number()
    log_in(phone, desk, "demo-citizen")
    id = begin(phone)
    who(phone, person)
    send(phone, "request", "don.jpg")
    code = phone.locator(".big-code").inner_text()
    on(phone)

    def asked(digits: str) -> httpx.Response:
        body = {"code": code, "last_four": digits}
        return httpx.post(f"{desk.url}/intake/drafts/opening", json=body, headers=desk.headers())

    wrong = f"{(int(person[-4:]) + 1) % 10_000:04d}"
    assert asked(wrong).status_code == 404
    draft = asked(person[-4:]).json()
    assert (draft["id"], draft["filing"]["applicant"]["name"]) == (id, "Ka Thơm")
    filing = draft["filing"] | {"channel": "direct", "consent": True, "receiving_office": COUNTER}
    identity = {"code": "identity", "originals": 1, "copies": 1}
    filing["papers"] = [*filing["papers"], identity]
    slip = httpx.put(f"{desk.url}/intake/counter/dossiers/{id}", json=filing, headers=desk.headers())
    assert slip.status_code == 201, slip.text
    ended = httpx.delete(f"{desk.url}/intake/drafts/{id}", headers=desk.headers())  # as the counter's screen does
    assert ended.status_code == 200, ended.text

    _sent_again_it_is_still_one(phone, id)
    look_at(phone, "portal-filed-at-counter-vi")
    phone.goto("/my")
    expect(phone.locator(f"a[href='/my/drafts/{id}']")).to_have_count(0)
    phone.get_by_role("link", name=slip.json()["code"]).click()
    expect(phone.locator("#code")).to_have_value(slip.json()["tracking"])
    context.close()


def _sent_again_it_is_still_one(phone: Page, id: str) -> None:
    phone.goto(f"/my/drafts/{id}/review")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Bản nháp này đã được nộp tại quầy")
    answer = phone.request.post(f"/my/drafts/{id}/review", headers={"origin": phone.url.partition("/my")[0]})
    assert "đã được nộp tại quầy" in answer.text()
