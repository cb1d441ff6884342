"""The voice: one message for each event and recipient; tried again, then a call; in words that people read."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from deploy.engines.network import free_ports
from services.notify import domain as rules
from services.notify.domain import Contact, Mail, Message, message_id
from services.notify.gateways import MailServer, Outbox, Refused, ways
from services.notify.templates import HOME_BY, TEMPLATES, mail
from shared.contracts.intake import ContactRecorded
from shared.contracts.notify import CallTaskOpened, MessageFailed, MessageQueued, MessageSent
from shared.errors import Unavailable

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
KA_THOM = Contact("d1", "Ka Thơm", "vi", "0912345678", "ka-thom@example.com")


def queued(template: str = "refused", *facts: str) -> Message:
    return Message.queue("d1", "/intake/dossiers/d1/3", template, facts, AT)[0]


def test_a_message_is_named_by_its_event_and_recipient_so_saying_it_twice_is_saying_it_once():
    assert queued().id == queued().id == message_id("/intake/dossiers/d1/3", "owner")
    assert len({message_id(e, r) for e in ("a", "b") for r in ("owner", "postman")}) == 4


def test_what_travels_of_a_message_names_no_person_and_holds_no_words():
    _, said = Message.queue("d1", "e", "refused", ("R1", "H36.202"), AT)
    assert isinstance(said, MessageQueued)
    assert "H36.202" not in str(said)


def test_a_message_is_taken_by_one_sender_while_the_lease_runs_and_by_another_when_it_ended():
    (taken,) = queued().take(AT)
    with pytest.raises(rules.NotToBeSent):
        taken.take(AT + rules.LEASE - timedelta(seconds=1))
    (again,) = taken.take(AT + rules.LEASE)
    assert (taken.attempts, again.attempts) == (1, 2)
    sent, said = again.sent(AT)
    assert isinstance(said, MessageSent)
    with pytest.raises(rules.NotToBeSent):
        sent.take(AT + timedelta(days=1))


def test_a_message_that_fails_is_tried_again_each_time_after_twice_as_long_and_then_somebody_must_call():
    message, pauses, now = queued(), [], AT
    for _ in range(rules.MOST_ATTEMPTS - 1):
        (message,) = message.take(now)
        (message,) = message.failed("550", now)
        assert message.not_before is not None
        pauses.append((message.not_before - now).total_seconds())
        now = message.not_before
    assert pauses == [15.0 * 2**n for n in range(rules.MOST_ATTEMPTS - 1)]
    (message,) = message.take(now)
    message, failed, call = message.failed("550", now)
    assert message.state == "failed"
    assert isinstance(failed, MessageFailed)
    assert isinstance(call, CallTaskOpened)


def test_a_message_waits_a_while_for_the_contact_that_travels_on_another_topic():
    message = queued()
    assert message.may_wait_for_contact(AT + rules.CONTACT_COMES_WITHIN - timedelta(seconds=1))
    assert not message.may_wait_for_contact(AT + rules.CONTACT_COMES_WITHIN)
    (taken,) = message.take(AT)
    (waiting,) = taken.wait_for_contact(AT)
    assert waiting.attempts == 0, "waiting is no attempt"
    assert waiting.take(AT + timedelta(seconds=2))


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


FACTS = ("H36.202.02-261124-0001", "2026-12-01T10:00:00+00:00", "post")


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_message_can_be_said_in_both_languages_with_all_its_facts_and_the_way_to_look_it_up(
    template: str, language: str
):
    subject, text = TEMPLATES[template][language]
    used = {field for part in (subject, text) for _, field, _, _ in Formatter().parse(part) if field is not None}
    made = mail(queued(template, *FACTS), Contact("d1", "Ka Thơm", language, email="a@b.c"), "https://mot-cua.example")
    assert used <= {"0", "1", "2"}
    assert "{" not in made.subject + made.text
    assert "https://mot-cua.example/track" in made.text
    assert made.to == "a@b.c"
    assert "Ka Thơm" not in made.subject + made.text


def test_a_language_that_nobody_wrote_yet_is_answered_in_vietnamese():
    assert "Tra cứu" in mail(queued("refused", "R1", "H36.202"), Contact("d1", language="khoho"), "u").text


def test_dates_are_told_as_people_here_read_them_and_codes_in_words():
    made = mail(queued("handed-over", "2026-11-24T02:00:00+00:00"), KA_THOM, "u")
    assert "09:00 24/11/2026" in made.text
    assert HOME_BY["post"][0] in mail(queued("decided-positive", "c", "o", "post"), KA_THOM, "u").text


def test_both_languages_tell_the_same_facts():
    def facts(words: tuple[str, str]) -> set[str]:
        return set(re.findall(r"\{\d\}", " ".join(words)))

    apart = [it for it, words in TEMPLATES.items() if facts(words["vi"]) != facts(words["en"])]
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
        self.answer = "250 OK"

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
        inbox.answer = "550 no such mailbox"
        with pytest.raises(Refused, match="550"):
            await server.send(MAIL)
    finally:
        await asyncio.to_thread(controller.stop)
    with pytest.raises(Unavailable):
        await server.send(MAIL)


def test_the_outbox_comes_first_and_what_is_not_configured_is_not_used():
    assert [type(it) for it in ways("smtp://h:25", "out", "a@b.c")] == [Outbox, MailServer]
    assert ways("", "", "a@b.c") == []
