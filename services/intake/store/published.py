"""The published catalogue: kept in MongoDB version by version, and whole in memory, where every request reads it.

Everything that changes it is a `Publication`, numbered in one series. So a replica learns of what others published by
asking for what comes after the last number that it knows: one small query, which mostly finds nothing.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from services.intake.domain.catalogue import Catalogue, Office, Procedure
from services.intake.domain.listing import (
    SERIES,
    ListedOffice,
    ListedProcedure,
    Publication,
    Withdrawal,
    listed_id,
    missing,
    packaged,
)
from shared.clock import server_time
from shared.errors import Conflict, NotFound
from shared.events import Decision
from shared.repository import Carry, Database, Index, Repository

__all__ = ["BY_NUMBER", "UNDONE", "Published"]

BY_NUMBER = Index(("state.number",), "what was published after a number")
UNDONE = Index(("state.is_done",), "publications that are not listed whole", only={"state.is_done": False})
MOST = 1_000_000
"""Versions and offices that are read at start."""


class Published:
    """The catalogue, and the writing of what is published. Until the store was reached it is the package's."""

    def __init__(self, database: Database, carry: Carry, package: Catalogue) -> None:
        self.catalogue = self._package = package
        self.procedures = Repository(database, ListedProcedure, plural="procedures", carry=carry)
        self.offices = Repository(database, ListedOffice, plural="offices", carry=carry)
        self.publications = Repository(database, Publication, plural="publications", carry=carry)
        self._procedures: dict[str, ListedProcedure] = {}
        self._offices: dict[str, ListedOffice] = {}
        self._last = 0
        self._looking = asyncio.Lock()
        self.reading = asyncio.Lock()
        """Held while a file is read: one at a time, as that takes processor time which filing needs more."""

    @property
    def repositories(self) -> Sequence[Repository[Any]]:
        return (self.procedures, self.offices, self.publications)

    @property
    def last(self) -> int:
        """The number of the last publication that the catalogue holds."""
        return self._last

    async def prepare(self) -> None:
        """Make the indexes, read what is published, and publish what the package has beside it."""
        await self.procedures.prepare()
        await self.offices.prepare()
        await self.publications.prepare(BY_NUMBER, UNDONE)
        await self._read()
        while any(contents := missing(self._package, self._gathered())):
            try:
                await self.publish(packaged(*contents, number=self._last + 1, at=server_time()))
            except Conflict:  # another replica is at the same
                await self.look()
        self.catalogue = self._gathered()

    async def look(self) -> None:
        """Learn what was published since, and finish what its publisher left unfinished."""
        async with self._looking:
            newer = await self.publications.find(
                {"state.number": {"$gt": self._last}}, sort=("state.number",), limit=100
            )
            for it in newer:
                await self._list(it)
                self._last = max(self._last, it.number)
            if newer:
                self.catalogue = self._gathered()

    async def publish(self, publication: Publication) -> Publication:
        """Publish it all, next in the series. Raises `Changed` where another came between; `Conflict`."""
        made = await self.publications.create_numbered(publication.id, SERIES, publication.numbered)
        await self.look()
        return made

    async def publication(self, id: str) -> Publication | None:
        """What was published under that digest; whole, now that it was asked for."""
        try:
            found = await self.publications.get(id)
        except NotFound:
            return None
        await self.look()
        return found

    async def _read(self) -> None:
        """Everything, at start. It is not offered yet: a new store is empty until the package is published."""
        async with self._looking:
            last = await self.publications.find({}, sort=("-state.number",), limit=1)
            for it in await self.publications.find({"state.is_done": False}, limit=MOST):
                await self._list(it)
            self._procedures = {it.id: it for it in await self.procedures.find({}, limit=MOST)}
            self._offices = {it.id: it for it in await self.offices.find({}, limit=MOST)}
            self._last = last[0].number if last else 0

    async def _list(self, it: Publication) -> None:
        """Every version of a publication into the catalogue; what stands there already is left as it is."""
        versions = [*(self._version(one, it) for one in it.procedures), *map(self._withdrawal, it.withdrawals)]
        offices = [self._office(one, it) for one in (*it.opened, *it.closed)]
        self._procedures |= {listed.id: listed for listed in await asyncio.gather(*versions)}
        self._offices |= {listed.id: listed for listed in await asyncio.gather(*offices)}
        if not it.is_done:
            await self.publications.change(it.id, Publication.done)

    def _version(self, procedure: Procedure, it: Publication) -> "asyncio.Future[ListedProcedure]":
        def decide(there: ListedProcedure | None) -> Decision[ListedProcedure]:
            return (there,) if there else ListedProcedure.publish(procedure, at=it.at)

        return self.procedures.keep(listed_id(procedure.code, procedure.version), decide)

    def _withdrawal(self, it: Withdrawal) -> "asyncio.Future[ListedProcedure]":
        return self.procedures.change(listed_id(it.code, it.version), lambda there: there.withdrawn(it.from_day))

    def _office(self, office: Office, it: Publication) -> "asyncio.Future[ListedOffice]":
        def decide(there: ListedOffice | None) -> Decision[ListedOffice]:
            return there.closed_as(office) if there else ListedOffice.open(office, at=it.at)

        return self.offices.keep(office.code, decide)

    def _gathered(self) -> Catalogue:
        procedures = tuple(it.offered for it in self._procedures.values())
        return Catalogue(procedures, tuple(it.content for it in self._offices.values()))
