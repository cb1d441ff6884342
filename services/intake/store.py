"""Intake's collections, indexes and queries: the only file of intake that knows MongoDB."""

from collections.abc import Sequence
from typing import Any

from services.intake.domain.catalogue import Catalogue
from services.intake.domain.dossier import Dossier
from services.intake.domain.listing import ListedOffice, ListedProcedure
from services.intake.domain.progress import Progress
from shared.repository import Carry, Database, Index, Repository, nowhere

__all__ = ["Store", "keep", "prepare"]

BY_CODE = Index(("state.code",), "a dossier by its legal code")
BY_TRACKING = Index(("state.tracking",), "a dossier by its tracking code")
OF_OFFICE = Index(("state.filing.receiving_office", "-state.submitted_at"), "the counter's list, the newest first")


class Store:
    def __init__(self, database: Database, carry: Carry, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.dossiers = Repository(database, Dossier, plural="dossiers", carry=carry)
        self.progress = Repository(database, Progress, plural="progress", carry=carry)
        self.procedures = Repository(database, ListedProcedure, plural="procedures", carry=carry)
        self.offices = Repository(database, ListedOffice, plural="offices", carry=carry)

    @property
    def repositories(self) -> Sequence[Repository[Any]]:
        return (self.dossiers, self.progress, self.procedures, self.offices)

    async def prepare(self) -> None:
        """Make the indexes, and say which procedures and offices there are: each version once."""
        await self.dossiers.prepare(BY_CODE, BY_TRACKING, OF_OFFICE)
        for repository in (self.progress, self.procedures, self.offices):
            await repository.prepare()
        for procedure in self.catalogue.procedures:
            listed = ListedProcedure.publish(procedure)
            await self.procedures.keep(listed[0].id, lambda there, new=listed: (there,) if there else new)
        for office in self.catalogue.offices:
            opened = ListedOffice.open(office)
            await self.offices.keep(opened[0].id, lambda there, new=opened: there.closed_as(new) if there else new)

    async def tracked(self, code: str) -> list[Dossier]:
        """Dossiers with this tracking code or legal code (two may meet by chance; the second factor tells)."""
        by_tracking = await self.dossiers.find({"state.tracking": code}, limit=5)
        return by_tracking or await self.dossiers.find({"state.code": code}, limit=5)

    async def at_office(self, office: str, *, limit: int = 50) -> list[Dossier]:
        """What came in at an office, the newest first."""
        return await self.dossiers.find(
            {"state.filing.receiving_office": office}, sort=("-state.submitted_at",), limit=limit
        )

    async def progress_of(self, dossier: str) -> Progress | None:
        found = await self.progress.find({"_id": dossier}, limit=1)
        return found[0] if found else None


def keep(database: Database, carry: Carry, catalogue: Catalogue | None = None) -> Store:
    return Store(database, carry, catalogue or Catalogue((), ()))


async def prepare(database: Database) -> None:
    """The indexes alone, for `motcua provision`."""
    await keep(database, nowhere).prepare()
