"""A round of the voice on a real store: what becomes of each message, whatever becomes of its neighbours."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from deploy.engines import Engines
from services.notify.domain import Contact, Mail, Message
from services.notify.gateways import Refused
from services.notify.rounds import sending
from services.notify.store import Store, keep
from shared.contracts.intake import ContactRecorded
from shared.errors import Unavailable
from shared.repository import connect
from tests.shared.toys import fresh

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Post:
    """A way out that takes some mails and refuses others."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.wrong: dict[str, Exception] = {}

    async def send(self, mail: Mail) -> None:
        if mail.to in self.wrong:
            raise self.wrong[mail.to]
        self.sent.append(mail)


@pytest.fixture
async def store(engines: Engines) -> AsyncIterator[Store]:
    database = connect(engines.mongo_url, fresh())
    kept = keep(database, lambda *_: None)
    await kept.prepare()
    yield kept
    for repository in kept.repositories:
        await repository.close()
    await database.client.drop_database(database.name)
    database.client.close()


async def known(store: Store, dossier: str, email: str) -> None:
    said = ContactRecorded(name="Ka Thơm", language="vi", email=email)
    await store.contacts.create(dossier, lambda: Contact.record(dossier, said))


async def queue(store: Store, dossier: str, about: str = "e", code: str = "") -> Message:
    made = Message.queue(dossier, f"{dossier}/{about}", "out-for-delivery", (), AT, code=code)
    return await store.messages.create(made[0].id, lambda: made)


async def test_what_goes_wrong_with_one_message_stops_no_other_and_is_written_down(store: Store):
    post = Post()
    post.wrong = {
        "refused@x.vn": Refused(550),
        "later@x.vn": Refused(450),
        "closed@x.vn": Unavailable("away"),
        "fault@x.vn": ValueError("Ka Thơm"),
    }
    emails = (*post.wrong, "a\nb@x.vn", ",", "", "good@x.vn")
    asked: list[str] = []
    for n, email in enumerate(emails):
        await known(store, f"d{n}", email)
        asked.append((await queue(store, f"d{n}")).id)
    await sending([post], 1000, timedelta(seconds=60), "u")(store)
    now = [await store.messages.get(id) for id in asked]
    assert [(it.state, it.attempts, it.waits) for it in now] == [
        ("call", 1, 0),
        ("queued", 1, 0),
        ("queued", 0, 1),
        ("queued", 1, 0),
        ("call", 1, 0),
        ("call", 1, 0),
        ("call", 0, 0),
        ("sent", 0, 0),
    ]
    assert now[3].reason.startswith("ValueError at ")
    assert "Ka Thơm" not in "".join(it.reason for it in now)
    assert [it.to for it in post.sent] == ["good@x.vn"]
    to_call = await store.to_call()
    assert {it.id for it in to_call} == {now[n].id for n in (0, 4, 5, 6)}


async def test_an_erased_contact_gets_no_mail_and_no_call(store: Store):
    post = Post()
    await known(store, "d1", "ka@x.vn")
    await store.contacts.change("d1", Contact.erase)
    message = await queue(store, "d1")
    await sending([post], 1000, timedelta(seconds=60), "u")(store)
    assert (await store.messages.get(message.id)).state == "dropped"
    assert (post.sent, await store.to_call()) == ([], [])


async def test_a_message_without_the_code_of_its_dossier_takes_it_from_an_earlier_one(store: Store):
    post = Post()
    for dossier, code in (("d1", "H36.202-261124-0001"), ("d2", "H36.202-261124-0002")):
        await known(store, dossier, f"{dossier}@x.vn")
        await queue(store, dossier, "accepted", code)
        await queue(store, dossier, "on-its-way")
    await sending([post], 1000, timedelta(seconds=60), "u")(store)
    assert sorted((it.to, it.subject) for it in post.sent) == sorted(
        (f"d{n}@x.vn", f"Kết quả hồ sơ H36.202-261124-000{n} đang được giao") for n in (1, 1, 2, 2)
    )


async def test_a_dossier_is_named_by_its_code_for_tracking_until_a_message_knows_the_legal_one(store: Store):
    post = Post()
    await known(store, "d1", "ka@x.vn")
    legal = Message.queue("d1", "d1/accepted", "accepted", ("H36.202", AT.isoformat()), AT + HOUR, code="H36.202-1")
    await queue(store, "d1", "submitted", "K7QM-2XWA-9")
    await queue(store, "d1", "refused")
    await sending([post], 1000, timedelta(seconds=60), "u")(store)
    assert {it.subject for it in post.sent} == {"Kết quả hồ sơ K7QM-2XWA-9 đang được giao"}
    post.sent.clear()
    await store.messages.create(legal[0].id, lambda: legal)
    await queue(store, "d1", "on-its-way")
    await sending([post], 1000, timedelta(seconds=60), "u")(store)
    assert {it.subject for it in post.sent} == {
        "Đã tiếp nhận hồ sơ H36.202-1",
        "Kết quả hồ sơ H36.202-1 đang được giao",
    }
