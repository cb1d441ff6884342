"""A round of the voice on a real store: what becomes of each message, whatever becomes of its neighbours."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from deploy.engines import Engines
from services.notify import consumers
from services.notify.domain import Contact, Mail, Message, Office
from services.notify.gateways import Refused
from services.notify.rounds import sending
from services.notify.store import Store, keep
from shared.contracts.intake import ContactRecorded, FeeDue
from shared.errors import Unavailable
from shared.events import Envelope, Heard
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


async def known(store: Store, dossier: str, email: str, **more: str) -> None:
    said = ContactRecorded(**{"name": "Ka Thơm", "language": "vi", "email": email, **more})
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


async def test_who_is_to_be_called_gets_no_mail_though_one_would_arrive(store: Store):
    post = Post()
    await known(store, "d1", "kho@x.vn", language="kho", phone="0912345678")
    await known(store, "d2", "call@x.vn", prefers="call", phone="0912345678")
    await known(store, "d3", "mail@x.vn", prefers="email", phone="0912345678")
    for dossier in ("d1", "d2", "d3"):
        await queue(store, dossier)
    await sending([post], 1000, timedelta(seconds=60), "u")(store)
    assert [it.to for it in post.sent] == ["mail@x.vn"]
    assert {it.dossier for it in await store.to_call()} == {"d1", "d2"}


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


async def test_a_mail_names_the_office_and_gives_who_filed_online_by_themselves_the_page_of_the_dossier(store: Store):
    post = Post()
    await store.offices.create("H36.202", lambda: (Office("H36.202", "Bộ phận Một cửa xã Đinh Văn Lâm Hà"),))
    for dossier in ("d1", "d2", "d3"):
        await known(store, dossier, f"{dossier}@x.vn")
        asked = Message.queue(dossier, f"{dossier}/asked", "supplement", ("declaration", "H36.202"), AT + HOUR)
        await store.messages.create(asked[0].id, lambda asked=asked: asked)
    for dossier, role in (("d1", "citizen"), ("d2", "one-stop-officer")):
        facts = (AT.isoformat(), role)
        filed = Message.queue(dossier, f"{dossier}/filed", "submitted", facts, AT, code="K7QM-2XWA-9")
        await store.messages.create(filed[0].id, lambda filed=filed: filed)
    await sending([post], 1000, timedelta(seconds=60), "https://m.vn")(store)
    asked_of = {it.to: it.text for it in post.sent if "bổ sung" in it.subject}
    assert all("Bộ phận Một cửa xã Đinh Văn Lâm Hà" in it for it in asked_of.values())
    assert {to for to, text in asked_of.items() if "/my/" in text} == {"d1@x.vn"}, "who filed with their own login"
    assert "https://m.vn/my/d1" in asked_of["d1@x.vn"]


@pytest.mark.parametrize(("dong", "told"), [(0, []), (8_000, ["fee-due"])])
async def test_nobody_is_asked_to_pay_nothing(store: Store, dong: int, told: list[str]):
    due = FeeDue(office="H36.202", role="counter-clerk", dong=dong, lines=())
    envelope = Envelope("intake.dossiers", due.type, "/intake/dossiers/d1", 3, "d1", AT.isoformat(), "", b"")
    said = consumers.fee_due(Heard(due, envelope), store)
    if said is not None:
        await said
    assert [it.template for it in await store.of_dossier("d1")] == told
