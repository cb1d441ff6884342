"""The voice: one message for each event and recipient; tried again, then a call; in words that people read."""

import asyncio
import re
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from deploy.engines.network import free_ports
from services.intake.templates.counter_words import REFUSED_BECAUSE
from services.notify import domain as rules
from services.notify.domain import Contact, Known, Mail, Message, Office, message_id
from services.notify.gateways import MailServer, Outbox, Refused, ways
from services.notify.templates import HOME_BY, REASONS, TEMPLATES, mail, words
from services.processing.domain import DECIDED_ALREADY
from shared.contracts.intake import ContactRecorded, OfficeClosed, OfficeOpened
from shared.contracts.notify import CallTaskOpened, MessageFailed, MessageQueued, MessageSent
from shared.errors import Unavailable
from shared.web.languages import LANGUAGES, Language

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
KA_THOM = Contact("d1", "Ka Thơm", "vi", "0912345678", "ka-thom@example.com")
LAM_HA = "Bộ phận Một cửa xã Đinh Văn Lâm Hà"
NOTHING = Known()
CODE = "H36.202.02-261124-0001"
NAMED = Known(codes={"d1": CODE}, offices={"H36.202": LAM_HA})
ONLINE = Known(NAMED.codes, frozenset({"d1"}), NAMED.offices)


def queued(template: str = "refused", *facts: str) -> Message:
    return Message.queue("d1", "/intake/dossiers/d1/3", template, facts, AT)[0]


def test_a_message_is_named_by_its_event_and_recipient_so_saying_it_twice_is_saying_it_once():
    assert queued().id == queued().id == message_id("/intake/dossiers/d1/3", "owner")
    assert len({message_id(e, r) for e in ("a", "b") for r in ("owner", "postman")}) == 4


def test_what_travels_of_a_message_names_no_person_and_holds_no_words():
    _, said = Message.queue("d1", "e", "refused", ("R1", "H36.202"), AT)
    assert isinstance(said, MessageQueued)
    assert "H36.202" not in str(said)


LEASE = timedelta(seconds=60)


def test_a_message_is_taken_by_one_sender_while_the_lease_runs_and_by_another_when_it_ended():
    (taken,) = queued().take(AT, LEASE)
    with pytest.raises(rules.NotToBeSent):
        taken.take(AT + LEASE - timedelta(seconds=1), LEASE)
    (again,) = taken.take(AT + LEASE, LEASE)
    sent, said = again.sent(AT)
    assert isinstance(said, MessageSent)
    with pytest.raises(rules.NotToBeSent):
        sent.take(AT + timedelta(days=1), LEASE)


def test_a_message_that_is_refused_for_now_is_tried_again_each_time_after_twice_as_long_and_then_somebody_must_call():
    message, now = queued(), AT
    pauses: list[timedelta] = []
    for _ in range(rules.MOST_ATTEMPTS - 1):
        (message,) = message.failed("450", now)
        assert message.not_before is not None
        pauses.append(message.not_before - now)
        now = message.not_before
    assert pauses == [rules.FIRST_PAUSE * 2**n for n in range(rules.MOST_ATTEMPTS - 1)]
    message, failed, call = message.failed("450", now)
    assert (message.state, message.channel, message.reason) == ("call", "call", "450")
    assert isinstance(failed, MessageFailed)
    assert isinstance(call, CallTaskOpened)


def test_a_message_that_is_refused_for_good_is_not_tried_again():
    message, failed, call = queued().failed("550", AT, for_good=True)
    assert (message.state, message.reason, message.attempts) == ("call", "550", 1)
    assert isinstance(failed, MessageFailed)
    assert isinstance(call, CallTaskOpened)


def test_while_the_way_out_is_closed_a_message_waits_longer_up_to_a_bound_and_uses_up_no_attempt():
    message, now = queued(), AT
    pauses: list[timedelta] = []
    for _ in range(200):
        (message,) = message.put_off("Unavailable", now)
        assert message.not_before is not None
        pauses.append(message.not_before - now)
        now = message.not_before
    assert pauses[:3] == [timedelta(seconds=15), timedelta(seconds=30), timedelta(seconds=60)]
    assert max(pauses) == pauses[-1] == rules.LONGEST_WAIT
    assert (message.state, message.attempts) == ("queued", 0)


def test_of_an_erased_contact_nothing_is_said_and_nobody_is_called():
    (dropped,) = queued().drop()
    assert dropped.state == "dropped"
    with pytest.raises(rules.NotToBeSent):
        dropped.take(AT + timedelta(days=1), LEASE)


def test_a_message_waits_a_while_for_the_contact_that_travels_on_another_topic():
    message = queued()
    assert message.may_wait_for_contact(AT + rules.CONTACT_COMES_WITHIN - timedelta(seconds=1))
    assert not message.may_wait_for_contact(AT + rules.CONTACT_COMES_WITHIN)
    (taken,) = message.take(AT, LEASE)
    (waiting,) = taken.wait_for_contact(AT)
    assert waiting.attempts == 0, "waiting is no attempt"
    assert waiting.take(AT + timedelta(seconds=2), LEASE)


def test_without_an_address_somebody_is_to_call():
    message, said = queued().call()
    assert (message.state, message.channel) == ("call", "call")
    assert isinstance(said, CallTaskOpened)


def test_a_contact_that_is_erased_is_gone():
    said = ContactRecorded(name="Ka Thơm", language="vi", phone="0912345678", email="ka@example.com")
    (known,) = Contact.record("d1", said)
    (gone,) = known.erase()
    assert gone == Contact("d1", is_erased=True)
    assert "Ka Thơm" not in str(gone)


@pytest.mark.parametrize(
    ("language", "prefers", "phone", "written_to"),
    [
        ("vi", "", "0912345678", True),
        ("en", "email", "0912345678", True),
        ("vi", "call", "0912345678", False),
        ("kho", "", "0912345678", False),
        ("nung", "email", "0912345678", False),
        ("vi", "call", "", True),
        ("ma", "", "", True),
    ],
)
def test_who_wants_a_call_or_speaks_what_nobody_writes_is_called_and_written_to_only_where_there_is_no_number(
    language: str, prefers: str, phone: str, written_to: bool
):
    said = ContactRecorded(name="Ka Thơm", language=language, phone=phone, email="ka@x.vn", prefers=prefers)
    (contact,) = Contact.record("d1", said)
    assert contact.prefers == prefers
    assert contact.is_written_to is written_to


def test_without_an_address_nobody_is_written_to_whatever_they_prefer():
    said = ContactRecorded(name="Ka Thơm", language="vi", phone="0912345678", prefers="email")
    (contact,) = Contact.record("d1", said)
    assert not contact.is_written_to


def test_what_is_written_is_what_the_pages_are_written_in():
    assert {*LANGUAGES} == rules.WRITTEN
    assert all({*it} == rules.WRITTEN for it in TEMPLATES.values())


def test_an_office_keeps_its_name_when_it_has_closed():
    opened = OfficeOpened(code="H36.202", name=LAM_HA, kind="commune", valid_from=date(2025, 7, 1))
    closed = OfficeClosed(
        code="H36.202",
        name=LAM_HA,
        kind="commune",
        valid_from=date(2025, 7, 1),
        valid_until=date(2026, 6, 30),
        successors=("H36.203",),
    )
    assert Office.learn(opened) == Office.learn(closed) == (Office("H36.202", LAM_HA),)


WHEN = "2026-12-01T10:00:00+00:00"
FACTS = {"when": WHEN, "home": "post", "money": "45000", "reason": "decided-already", "office": "H36.202", "": "R1"}
"""A fact for each way in which a template reads one."""


def facts_for(template: str) -> tuple[str, ...]:
    read = [it for said in TEMPLATES[template].values() for part in said for it in Formatter().parse(part)]
    wanted = {field: how or "" for _, field, how, _ in read if field and field != "dossier"}
    return tuple(FACTS[wanted.get(str(n), "")] for n in range(3))


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_message_can_be_said_in_both_languages_with_all_its_facts_and_the_way_to_look_it_up(
    template: str, language: str
):
    contact = Contact("d1", "Ka Thơm", language, email="a@b.c")
    made = mail(queued(template, *facts_for(template)), contact, "https://mot-cua.example", NAMED)
    assert CODE in made.subject
    assert CODE in made.text
    assert "{" not in made.subject + made.text
    assert "https://mot-cua.example/track" in made.text
    assert made.to == "a@b.c"
    assert "Ka Thơm" not in made.subject + made.text


def test_who_speaks_what_nobody_writes_and_left_no_number_is_written_to_in_vietnamese():
    assert "Tra cứu" in mail(queued("refused", "R1", "H36.202"), Contact("d1", language="kho"), "u", NOTHING).text


@pytest.mark.parametrize(
    ("language", "moment"), [("vi", "09:00 Thứ Ba, ngày 24/11/2026"), ("en", "09:00, Tuesday 24 November 2026")]
)
def test_a_moment_is_told_as_the_pages_tell_it(language: str, moment: str):
    assert Language(language, {}).moment(AT) == moment
    assert moment in words(queued("handed-over", AT.isoformat()), NOTHING, language)[1]


def test_money_and_codes_are_told_in_words():
    assert "45.000 đồng" in words(queued("fee-due", "45000"), NOTHING)[1]
    assert HOME_BY["post"][0] in words(queued("decided-positive", "o", "post"), NOTHING)[1]


@pytest.mark.parametrize("template", [it for it, said in TEMPLATES.items() if ":office}" in str(said)])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_office_is_told_by_its_name_and_by_its_code_only_while_the_name_is_unknown(template: str, language: str):
    message = queued(template, *facts_for(template))
    assert LAM_HA in words(message, NAMED, language)[1]
    assert "H36.202" not in words(message, NAMED, language)[1].replace(CODE, "")
    assert "H36.202" in words(message, Known(codes={"d1": "2611-0001"}), language)[1]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_who_is_asked_for_papers_is_told_where_it_says_which_and_how_to_send_them_and_no_code_of_ours(language: str):
    contact = Contact("d1", "Ka Thơm", language, email="a@b.c")
    asked = queued("supplement", "declaration, death-extract, phone", "H36.202")
    at_counter, online = (mail(asked, contact, "https://m.vn", it).text for it in (NAMED, ONLINE))
    for text in (at_counter, online):
        assert not re.search("declaration|death-extract|phone", text)
        assert LAM_HA in text
        assert "https://m.vn/track" in text
        assert {"vi": "mang đến quầy, hoặc gửi qua bưu điện", "en": "to a counter, or send them by post"}[
            language
        ] in text
    on_the_page = {"vi": "gửi ngay trên trang hồ sơ của bạn", "en": "send them on the page of your dossier"}[language]
    assert on_the_page in online
    assert "https://m.vn/my/d1" in online
    assert on_the_page not in at_counter
    assert "/my/" not in at_counter


def test_what_is_said_by_phone_holds_no_address_of_a_page():
    assert [it for it in TEMPLATES if "http" in words(queued(it, *facts_for(it)), ONLINE)[1]] == []


@pytest.mark.parametrize("office", ["20240101", "2024-01-01", "post", "decided-already"])
def test_a_code_that_looks_like_a_date_or_like_another_word_is_told_as_it_is(office: str):
    assert f"tại {office}." in words(queued("refused", "forged", office), NAMED)[1]


@pytest.mark.parametrize(
    ("language", "template", "told"),
    [
        ("vi", "withdrawal-refused", "Lý do: hồ sơ đã có kết quả."),
        ("en", "withdrawal-refused", "Reason: the dossier was decided already."),
        ("vi", "refused", "Lý do: không thuộc thẩm quyền giải quyết."),
        ("en", "refused", "Reason: another office decides this."),
    ],
)
def test_why_an_office_said_no_is_told_in_words(language: str, template: str, told: str):
    facts = {"withdrawal-refused": ("H36.202", DECIDED_ALREADY), "refused": ("not-competent", "H36.202")}[template]
    assert told in words(queued(template, *facts), NAMED, language)[1]


def test_a_reason_that_has_no_words_here_is_not_told_as_a_bare_code():
    for template, facts in (("refused", ("R1-own", "H36.202")), ("withdrawal-refused", ("H36.202", "R1-own"))):
        told = words(queued(template, *facts), NAMED)[1]
        assert "R1-own" not in told
        assert "Lý do: xin hỏi cơ quan này." in told


def test_every_reason_of_the_counter_has_words_but_the_one_that_means_any_other():
    assert {*REFUSED_BECAUSE} - {*REASONS} == {"other"}


def test_a_dossier_is_named_by_its_code_and_before_it_has_one_by_the_end_of_its_id():
    dossier = "0199aa00-0000-7000-8000-00005eed0001"
    (early, _), (accepted, _) = (
        Message.queue(dossier, "e1", "refused", ("R1", "H36.202"), AT),
        Message.queue(dossier, "e2", "accepted", ("H36.202", WHEN), AT, code=CODE),
    )
    assert "5eed0001" in mail(early, KA_THOM, "u", NOTHING).subject
    assert CODE in mail(early, KA_THOM, "u", Known({dossier: CODE})).subject
    assert CODE in mail(accepted, KA_THOM, "u", NOTHING).subject


def test_both_languages_tell_the_same_facts():
    def facts(said: tuple[str, str]) -> set[str]:
        return set(re.findall(r"\{[^}]+\}", " ".join(said)))

    apart = [it for it, said in TEMPLATES.items() if facts(said["vi"]) != facts(said["en"])]
    assert apart == ["moved"], "there each language has its own words for the reason"


MAIL = Mail("m1", "ka-thom@example.com", "Đã tiếp nhận hồ sơ", "Ngày hẹn trả: 01/12/2026")


async def test_the_outbox_keeps_one_file_for_each_message_however_often_it_is_sent(tmp_path: Path):
    outbox = Outbox(tmp_path / "out", "mot-cua@example.com")
    for _ in range(2):
        await outbox.send(MAIL)
    (kept,) = (tmp_path / "out").iterdir()
    read = message_from_bytes(kept.read_bytes(), policy=policy.default)
    assert (kept.name, read["Subject"], read["To"]) == ("m1.eml", MAIL.subject, MAIL.to)
    assert read.get_content().strip() == MAIL.text


class Inbox:
    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.answer = self.sender_answer = self.recipient_answer = "250 OK"

    async def handle_MAIL(self, _: SMTP, __: Any, envelope: Any, sender: str, ___: list[str]) -> str:  # noqa: N802
        envelope.mail_from = sender
        return self.sender_answer

    async def handle_RCPT(self, _: SMTP, __: Any, envelope: Any, to: str, ___: list[str]) -> str:  # noqa: N802
        envelope.rcpt_tos.append(to)
        return self.recipient_answer

    async def handle_DATA(self, _: SMTP, __: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        self.mails.append(envelope.content)
        return self.answer


async def test_a_mail_server_gets_the_mail_as_it_was_written_and_its_refusal_is_told_from_its_absence():
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=free_ports(1)[0])
    controller.start()
    try:
        server = MailServer(f"smtp://127.0.0.1:{controller.port}", "mot-cua@example.com")
        await server.send(MAIL)
        read = message_from_bytes(inbox.mails[0], policy=policy.default)
        assert (read["Subject"], read["Message-ID"]) == (MAIL.subject, "<m1@motcua>")
        assert read.get_content().strip() == MAIL.text
        for answer, for_good in (("550 no such mailbox", True), ("450 try later", False)):
            inbox.answer = answer
            with pytest.raises(Refused, match=answer[:3]) as refused:
                await server.send(MAIL)
            assert refused.value.for_good is for_good
        inbox.answer = "421 going down"
        with pytest.raises(Unavailable):
            await server.send(MAIL)
        inbox.sender_answer = "550 who are you"
        with pytest.raises(Unavailable):
            await server.send(MAIL)
        inbox.sender_answer, inbox.recipient_answer = "250 OK", "551 not here"
        with pytest.raises(Refused, match="551"):
            await server.send(MAIL)
    finally:
        await asyncio.to_thread(controller.stop)
    with pytest.raises(Unavailable):
        await server.send(MAIL)


def test_the_outbox_comes_first_and_what_is_not_configured_is_not_used():
    assert [type(it) for it in ways("smtp://h:25", "out", "a@b.c")] == [Outbox, MailServer]
    assert ways("", "", "a@b.c") == []
