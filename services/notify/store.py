"""Notify's collections, indexes and queries: the only file of notify that knows MongoDB."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.notify.domain import Contact, Known, Message, Office
from shared.repository import Carry, Database, Index, Repository, nowhere

__all__ = ["Store", "keep", "prepare"]

DUE = Index(("state.not_before",), "messages to be sent now", only={"state.state": "queued"})
OF_DOSSIER = Index(("state.dossier", "state.queued_at"), "the messages of a dossier")
TO_CALL = Index(("state.queued_at",), "who must be called, the oldest first", only={"state.state": "call"})

MOST_WITH_CODE = 4
"""Messages of a dossier that know a code of it: submitted (the one for tracking), accepted, opened, decided."""


class Store:
    def __init__(self, database: Database, carry: Carry) -> None:
        self.messages = Repository(database, Message, plural="messages", carry=carry)
        self.contacts = Repository(database, Contact, plural="contacts", carry=carry)
        self.offices = Repository(database, Office, plural="offices", carry=carry)

    @property
    def repositories(self) -> Sequence[Repository[Any]]:
        return (self.messages, self.contacts, self.offices)

    async def prepare(self) -> None:
        await self.messages.prepare(DUE, OF_DOSSIER, TO_CALL)
        await self.contacts.prepare()
        await self.offices.prepare()

    async def due(self, now: datetime, most: int) -> list[Message]:
        """Messages to be sent now, those first that have waited longest."""
        wanted = {"state.state": "queued", "state.not_before": {"$lte": now}}
        return await self.messages.find(wanted, sort=("state.not_before",), limit=most)

    async def contacts_of(self, dossiers: Sequence[str]) -> dict[str, Contact]:
        found = await self.contacts.find({"_id": {"$in": list(dossiers)}}, limit=len(dossiers))
        return {it.id: it for it in found}

    async def known(self, messages: Sequence[Message]) -> Known:
        """What the words of these messages need besides, as far as it was said. Two queries, however many they are."""
        if not messages:
            return Known()
        dossiers, facts = {it.dossier for it in messages}, {fact for it in messages for fact in it.facts}
        wanted = {"state.dossier": {"$in": list(dossiers)}, "state.code": {"$gt": ""}}
        most = len(dossiers) * MOST_WITH_CODE
        said = await self.messages.find(wanted, sort=("state.dossier", "state.queued_at"), limit=most)
        named = await self.offices.find({"_id": {"$in": list(facts)}}, limit=len(facts)) if facts else []
        return Known(
            codes={it.dossier: it.code for it in said},
            online=frozenset(it.dossier for it in said if it.is_to_online_filer),
            offices={it.id: it.name for it in named},
        )

    async def of_dossier(self, dossier: str) -> list[Message]:
        return await self.messages.find({"state.dossier": dossier}, sort=("state.queued_at",))

    async def to_call(self, *, dossier: str = "", limit: int = 50) -> list[Message]:
        """What must be said by phone, of all dossiers or of one; the oldest first."""
        wanted = {"state.state": "call"} | ({"state.dossier": dossier} if dossier else {})
        return await self.messages.find(wanted, sort=("state.queued_at",), limit=limit)


def keep(database: Database, carry: Carry) -> Store:
    return Store(database, carry)


async def prepare(database: Database) -> None:
    """The indexes alone, for `motcua provision`."""
    await keep(database, nowhere).prepare()
