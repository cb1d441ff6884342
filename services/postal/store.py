"""Postal's collections, indexes and queries: the only file of postal that knows MongoDB."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from services.postal.domain import Addressee, Manifest, Parcel
from shared.calendar import Calendar
from shared.heirs import ENDED_BY_HEIR, Ended
from shared.identifiers import ItemNumber
from shared.reference import working_calendar
from shared.repository import Carry, Database, Index, Repository, nowhere

__all__ = ["Items", "Store", "keep", "prepare"]

TO_BRING = Index(
    ("state.sender", "state.kind", "state.state", "state.promised_by"), "an office's parcels by their state"
)
OF_DOSSIER = Index(("state.dossier",), "the parcels of a dossier")


@dataclass(frozen=True, slots=True)
class Items:
    """The numbers that the post allotted: a service indicator and the first serial number (UPU S10)."""

    service: str = "EE"
    first: int = 10_000_000

    @property
    def series(self) -> str:
        return f"S10-{self.service}"

    def number(self, nth: int) -> str:
        return ItemNumber.make(self.first + nth - 1, service=self.service).text


class Store:
    def __init__(self, database: Database, carry: Carry, items: Items, working: Calendar) -> None:
        self.items = items
        self.working = working
        self.parcels = Repository(database, Parcel, plural="parcels", carry=carry)
        self.manifests = Repository(database, Manifest, plural="manifests", carry=carry)
        self.addressees = Repository(database, Addressee, plural="addressees", carry=carry)
        self.ended = Repository(database, Ended, plural="ended_offices", carry=carry)

    @property
    def repositories(self) -> Sequence[Repository[Any]]:
        return (self.parcels, self.manifests, self.addressees, self.ended)

    async def prepare(self) -> None:
        await self.parcels.prepare(TO_BRING, OF_DOSSIER)
        await self.manifests.prepare()
        await self.addressees.prepare()
        await self.ended.prepare(ENDED_BY_HEIR)

    async def at(self, senders: Collection[str], kind: str, state: str, *, limit: int = 100) -> list[Parcel]:
        """The parcels of these offices in a state, those first that are promised first."""
        wanted = {"state.sender": {"$in": sorted(senders)}, "state.kind": kind, "state.state": state}
        return await self.parcels.find(wanted, sort=("state.promised_by",), limit=limit)

    async def of_dossier(self, dossier: str) -> list[Parcel]:
        return await self.parcels.find({"state.dossier": dossier})

    async def unknown(self, parcels: Sequence[str]) -> list[str]:
        """Which of these ids are no parcels of ours."""
        found = {it.id for it in await self.parcels.find({"_id": {"$in": list(parcels)}}, limit=len(parcels) or 1)}
        return [it for it in parcels if it not in found]


def keep(database: Database, carry: Carry, items: Items | None = None) -> Store:
    return Store(database, carry, items or Items(), working_calendar())


async def prepare(database: Database) -> None:
    """The indexes alone, for `motcua provision`."""
    await keep(database, nowhere).prepare()
