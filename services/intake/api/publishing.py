"""Publishing a change of the catalogue, the same for programs and for the editor's page: dry run, publish, withdraw."""

import asyncio
import hashlib
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Self

from fastapi import Request

from services.intake.domain.catalogue import ProcedureNotInForce
from services.intake.domain.editing import Plan, plan
from services.intake.domain.listing import Changed, ListedProcedure, Publication, Withdrawal, listed_id
from services.intake.forms.workbook import FILE, MOST_UPLOAD, UnreadableFile, read_upload
from services.intake.store.published import Published
from shared.calendar import local_day
from shared.door import TooLarge
from shared.errors import Conflict, NotFound, Refusal
from shared.people import Person

__all__ = ["Editing", "HasMistakes", "NothingChanges", "PublicationMade", "Withdrawn", "received"]


class HasMistakes(Refusal):
    """The file has mistakes: nothing of it was published."""


class NothingChanges(Refusal):
    """Everything in the file is published already."""


@dataclass(frozen=True, slots=True)
class PublicationMade:
    """What was published: versions as `code@number`, offices by their codes."""

    number: int
    """Publications are counted from 1 on."""
    at: datetime
    digest: str
    published: tuple[str, ...]
    withdrawn: tuple[str, ...]
    opened: tuple[str, ...]
    closed: tuple[str, ...]

    @classmethod
    def of(cls, it: Publication) -> Self:
        return cls(
            it.number,
            it.at,
            it.id,
            tuple(listed_id(one.code, one.version) for one in it.procedures),
            tuple(listed_id(one.code, one.version) for one in it.withdrawals),
            tuple(one.code for one in it.opened),
            tuple(one.code for one in it.closed),
        )


@dataclass(frozen=True, slots=True)
class Withdrawn:
    code: str
    version: int
    withdrawn_from: date


@dataclass(frozen=True, slots=True)
class Editing:
    """One official at the catalogue."""

    published: Published
    by: Person
    at: datetime
    today: date = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "today", local_day(self.at))

    async def dry_run(self, content: bytes, name: str = FILE) -> Plan:
        """Compare a file with what is published this moment, here or elsewhere. Raises `UnreadableFile`."""
        await self.published.look()
        catalogue = self.published.catalogue
        async with self.published.reading:
            return await asyncio.to_thread(lambda: plan(read_upload(content, name), catalogue, self.today))

    async def publish(self, content: bytes, seen: str) -> Publication:
        """Publish what a dry run showed; the same again gets the same answer.

        `seen` is its digest. Raises `HasMistakes`, `NothingChanges`, `Changed` where it is not what was seen.
        """
        upload = hashlib.blake2b(content, digest_size=16).hexdigest()
        if again := await self._before(seen, upload):
            return again
        made = await self.dry_run(content)
        if made.run.mistakes:
            raise HasMistakes(f"Nothing was published. {made.run.mistakes[0]} See the dry run for all mistakes.")
        if not made.run.digest:
            raise NothingChanges("Everything in this file is published already: there is nothing to do.")
        if made.run.digest != seen:
            raise Changed("The file or the catalogue is not what the dry run showed: look at it again, then publish.")
        try:
            return await self.published.publish(self._publication(made, upload))
        except Conflict:  # by another, or by this very request, sent twice at once
            if again := await self._before(seen, upload):
                return again
            raise

    async def withdraw(self, code: str, version: int, from_day: date) -> Withdrawn:
        """Withdraw a version from a day on; the same again gets the same answer.

        Raises `ProcedureNotInForce` where there is none, `InThePast`, `OverByThen`, `WithdrawnAlready`.
        """
        await self.published.look()
        there = await self._listed(code, version)
        if there.may_withdraw(from_day, self.today):
            id = hashlib.blake2b(f"withdrawal/{there.id}".encode(), digest_size=16).hexdigest()
            withdrawal = Withdrawal(there.content.code, version, from_day)
            await self.published.publish(self._numbered(id, withdrawals=(withdrawal,)))
        return Withdrawn(there.content.code, version, from_day)

    async def _listed(self, code: str, version: int) -> ListedProcedure:
        known = self.published.catalogue.version(code, version)
        try:
            return await self.published.procedures.get(listed_id(known.code, version))
        except NotFound as missing:
            raise ProcedureNotInForce(
                "The catalogue is not stored yet: try again in a moment.", about=code
            ) from missing

    async def _before(self, seen: str, upload: str) -> Publication | None:
        there = await self.published.publication(seen) if seen else None
        if there and there.upload != upload:
            raise Changed("This dry run was published with another file: look at yours again, then publish.")
        return there

    def _publication(self, made: Plan, upload: str) -> Publication:
        return replace(
            self._numbered(made.run.digest, withdrawals=made.withdrawals),
            procedures=made.procedures,
            opened=made.opened,
            closed=made.closed,
            upload=upload,
        )

    def _numbered(self, id: str, *, withdrawals: tuple[Withdrawal, ...]) -> Publication:
        number = self.published.last + 1
        return Publication(id, number, self.at, withdrawals=withdrawals, by=self.by.id, office=self.by.office)


async def received(request: Request) -> bytes:
    """A file in the body, read no further than it may be long. Raises `TooLarge`, `UnreadableFile`."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_UPLOAD:
            raise TooLarge(f"At most {MOST_UPLOAD} bytes: an upload changes only what it names, so split it.")
    if not content:
        raise UnreadableFile(
            "The file is empty: choose the workbook or the YAML file.",
            "Tệp này trống: hãy chọn bảng tính hoặc tệp YAML.",
        )
    return bytes(content)
