"""Processing's collections, indexes and queries: the only file of processing that knows MongoDB."""

from collections.abc import Collection, Sequence
from typing import Any

from services.processing.domain import Case
from shared.calendar import Calendar
from shared.heirs import ENDED_BY_HEIR, Ended
from shared.reference import working_calendar
from shared.repository import Carry, Database, Index, Repository, nowhere

__all__ = ["Store", "keep", "prepare"]

WORKLIST = Index(
    ("state.competent_office", "state.outcome", "state.due_at"), "an office's open cases, the most urgent first"
)


class Store:
    def __init__(self, database: Database, carry: Carry, working: Calendar) -> None:
        self.working = working
        self.cases = Repository(database, Case, plural="cases", carry=carry)
        self.ended = Repository(database, Ended, plural="ended_offices", carry=carry)

    @property
    def repositories(self) -> Sequence[Repository[Any]]:
        return (self.cases, self.ended)

    async def prepare(self) -> None:
        await self.cases.prepare(WORKLIST)
        await self.ended.prepare(ENDED_BY_HEIR)

    async def worklist(self, offices: Collection[str], *, limit: int = 50) -> list[Case]:
        """The open cases of these offices, the most urgent first."""
        wanted = {"state.competent_office": {"$in": sorted(offices)}, "state.outcome": None, "state.ended_at": None}
        return await self.cases.find(wanted, sort=("state.due_at",), limit=limit)


def keep(database: Database, carry: Carry) -> Store:
    return Store(database, carry, working_calendar())


async def prepare(database: Database) -> None:
    """The indexes alone, for `motcua provision`."""
    await keep(database, nowhere).prepare()
