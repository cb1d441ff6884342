"""Intake's collections and queries; the index of each stands in `indexes`. Nothing else of intake knows MongoDB."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from services.intake.domain.catalogue import Catalogue
from services.intake.domain.dossier import CLOSED, Dossier
from services.intake.domain.draft import Draft
from services.intake.domain.link import Link
from services.intake.domain.printing import Printing
from services.intake.domain.progress import Progress
from services.intake.domain.receipt import Receipt
from services.intake.domain.scan import Scan
from services.intake.domain.ticket import Ticket
from services.intake.domain.upload import Upload
from services.intake.store.indexes import (
    AT_BANK,
    AUTHORISED,
    BY_CODE,
    BY_ORDER,
    BY_TRACKING,
    CALLED,
    CASH,
    CORRECTED_FROM,
    CORRECTED_TO,
    DRAFT_AUTHORISED,
    DRAFT_BY_CODE,
    DRAFT_SCANNED,
    DRAFTS_OF,
    DRAFTS_OPEN,
    DRAFTS_OVER,
    DRAFTS_OWNED,
    DRAFTS_SEALED,
    FILING,
    HANDED,
    OF_CITIZEN,
    OF_OFFICE,
    OF_PERSON,
    ONLINE,
    OPEN,
    OPEN_OF_CITIZEN,
    QUEUE,
    SCAN_PLACES,
    SCANNED,
    SCANS_OVER,
    SIGNED,
    UNACCEPTED,
    UNPAID,
    UPLOADS_LEFT,
    UPLOADS_OF,
    WAITING,
    at_bank,
    drafts_sealed_otherwise,
    held,
    received,
    scans_over,
    sealed_otherwise,
    unpaid,
    waiting_before,
    with_cash,
    with_orders,
)
from services.intake.store.published import Published
from shared.repository import Carry, Database, Repository, nowhere

__all__ = ["Store", "keep", "prepare"]


class Store:
    def __init__(self, database: Database, carry: Carry, catalogue: Catalogue) -> None:
        self.published = Published(database, carry, catalogue)
        self.dossiers = Repository(database, Dossier, plural="dossiers", carry=carry)
        self.progress = Repository(database, Progress, plural="progress", carry=carry)
        self.drafts = Repository(database, Draft, plural="drafts", carry=carry)
        self.receipts = Repository(database, Receipt, plural="receipts", carry=carry)
        self.printings = Repository(database, Printing, plural="printings", carry=carry)
        self.uploads = Repository(database, Upload, plural="uploads", carry=carry)
        self.scans = Repository(database, Scan, plural="scans", carry=carry)
        self.links = Repository(database, Link, plural="links", carry=carry)
        self.tickets = Repository(database, Ticket, plural="tickets", carry=carry)

    @property
    def catalogue(self) -> Catalogue:
        """All procedures and offices, kept in memory: reading it asks nobody."""
        return self.published.catalogue

    @property
    def repositories(self) -> Sequence[Repository[Any]]:
        return (
            self.dossiers,
            self.progress,
            self.receipts,
            self.drafts,
            *self.published.repositories,
            self.printings,
            self.tickets,
            self.uploads,
            self.scans,
            self.links,
        )

    async def prepare(self) -> None:
        """Make the indexes, and publish what the package has and the catalogue has not."""
        await self.dossiers.prepare(
            BY_CODE, BY_TRACKING, OF_OFFICE, OF_PERSON, OF_CITIZEN, ONLINE, BY_ORDER, AT_BANK, CASH, UNPAID, HANDED
        )
        await self.dossiers.prepare(
            OPEN_OF_CITIZEN, UNACCEPTED, SCANNED, AUTHORISED, SIGNED, CORRECTED_FROM, CORRECTED_TO
        )
        await self.drafts.prepare(DRAFTS_OF, DRAFT_BY_CODE, DRAFTS_OVER, DRAFTS_OPEN, DRAFT_SCANNED, DRAFT_AUTHORISED)
        await self.drafts.prepare(DRAFTS_SEALED, DRAFTS_OWNED)
        for repository in (self.progress, self.receipts):
            await repository.prepare()
        await self.printings.prepare()
        await self.tickets.prepare(QUEUE, CALLED, FILING)
        await self.uploads.prepare(UPLOADS_LEFT, UPLOADS_OF)
        await self.scans.prepare(SCANS_OVER)
        await self.links.prepare()
        await self.published.prepare()

    async def of_orders(self, references: Sequence[str]) -> list[Dossier]:
        """The dossiers that opened payments at the bank under these references."""
        return await self.dossiers.find(with_orders(references), limit=len(references) or 1)

    async def open_at_bank(self, at: datetime, *, limit: int = 50) -> list[Dossier]:
        """About whose payments or refunds the bank is to be asked by then, the longest due first."""
        return await self.dossiers.find(at_bank(at), sort=("state.bill.ask_at",), limit=limit)

    async def moved_at(self, office: str, day: str, *, limit: int) -> list[Dossier]:
        """The dossiers in whose books this office has lines of that day, `2026-11-24`, in no order that counts."""
        return await self.dossiers.find(with_cash(office, day), limit=limit)

    async def unpaid_at(self, office: str, *, limit: int = 50, skip: int = 0) -> list[Dossier]:
        """The dossiers received at an office of which a bill is open, the newest first."""
        return await self.dossiers.find(unpaid(office), sort=("-state.submitted_at",), limit=limit, skip=skip)

    async def count_unpaid_at(self, office: str) -> int:
        """How many dossiers received at an office have an open bill."""
        return await self.dossiers.count(unpaid(office))

    async def receipts_of(self, ids: Sequence[str]) -> list[Receipt]:
        return await self.receipts.find({"_id": {"$in": list(ids)}}, limit=len(ids) or 1)

    async def tracked(self, code: str) -> list[Dossier]:
        """Dossiers with this tracking code or legal code (two may meet by chance; the second factor tells)."""
        by_tracking = await self.dossiers.find({"state.tracking": code}, limit=5)
        return by_tracking or await self.dossiers.find({"state.code": code}, limit=5)

    async def at_offices(self, offices: Collection[str], *, limit: int = 50) -> list[Dossier]:
        """What came in at these offices, the newest first."""
        return await self.dossiers.find(
            {"state.filing.receiving_office": {"$in": sorted(offices)}}, sort=("-state.submitted_at",), limit=limit
        )

    async def unaccepted_at(self, offices: Collection[str], before: datetime, *, limit: int = 200) -> list[Dossier]:
        """What came in at these offices before then and was neither accepted nor refused, the oldest first."""
        wanted = {
            "state.filing.receiving_office": {"$in": sorted(offices)},
            "state.state": {"$in": WAITING},
            "state.submitted_at": {"$lt": before},
        }
        return await self.dossiers.find(wanted, sort=("state.submitted_at",), limit=limit)

    async def of_person(self, marks: Sequence[str], *, limit: int = 20) -> list[Dossier]:
        """The dossiers in which a number with one of these marks stands, the newest first."""
        wanted = {"state.marks": {"$in": list(marks)}, "state.marks.0": {"$exists": True}}
        return await self.dossiers.find(wanted, sort=("-state.submitted_at",), limit=limit)

    async def held_by(self, marks: Sequence[str], *, limit: int = 20) -> list[Dossier]:
        """The dossiers of whom one of these marks stands for, whoever filed them; the newest first."""
        return await self.dossiers.find(held(marks), sort=("-state.submitted_at",), limit=limit)

    async def perhaps_twins(
        self, marks: Sequence[str], procedure: str, scans: Collection[str], since: datetime
    ) -> list[Dossier]:
        """The holder's open dossiers since then of this procedure or with one of these scans; the twenty newest."""
        alike = [{"state.filing.procedure": procedure}, {"state.filing.papers.scans": {"$in": sorted(scans)}}]
        still = {"state.submitted_at": {"$gte": since}, "state.state": {"$nin": sorted(CLOSED)}}
        wanted = {"$and": [held(marks), {**still, "$or": alike}]}
        return await self.dossiers.find(wanted, sort=("-state.submitted_at",), limit=20)

    async def filed_by(self, citizen: str, *, limit: int = 50, skip: int = 0) -> list[Dossier]:
        """What a citizen filed, the newest first."""
        wanted = {"state.history.0.by": citizen, "state.assisted_by": ""}
        return await self.dossiers.find(wanted, sort=("-state.submitted_at",), limit=limit, skip=skip)

    async def open_of(self, citizen: str, *, limit: int = 500) -> list[Dossier]:
        """What a citizen filed and is not closed, the oldest first: among it is what waits for them."""
        wanted = {"state.history.0.by": citizen, "state.assisted_by": "", "state.state": {"$in": OPEN}}
        return await self.dossiers.find(wanted, sort=("state.submitted_at",), limit=limit)

    async def waiting_online(self, offices: Collection[str], *, limit: int = 50) -> list[Dossier]:
        """Online filings at these offices that wait for an answer, the most urgent first."""
        wanted = {
            "state.filing.receiving_office": {"$in": sorted(offices)},
            "state.state": "submitted",
            "state.filing.channel": "online",
        }
        return await self.dossiers.find(wanted, sort=("state.respond_by",), limit=limit)

    async def drafts_of(self, person: str, at: datetime) -> list[Draft]:
        """Somebody's drafts that are neither over nor filed, the newest first."""
        wanted = {"state.by": person, "state.until": {"$gt": at}, "state.is_filed": False}
        found = await self.drafts.find(wanted, sort=("-state.saved_at",), limit=50)
        filed = {it.id for it in await self.filed_as([it.id for it in found])}
        return [it for it in found if it.id not in filed]

    async def drafts_and_filed_of(self, person: str, at: datetime) -> tuple[list[Draft], list[Dossier]]:
        """Somebody's drafts as `drafts_of` has them, and what became of the others, wherever they were filed."""
        wanted = {"state.by": person, "state.until": {"$gt": at}}
        found = {it.id: it for it in await self.drafts.find(wanted, sort=("-state.saved_at",), limit=100)}
        filed = {it.id: it for it in await self.filed_as(list(found))}
        still = [it for it in found.values() if not it.is_filed and it.id not in filed]
        return still, [it for it in filed.values() if found[it.id].became(it.submitted_at)]

    async def draft_of(self, code: str) -> Draft | None:
        found = await self.drafts.find({"state.code": code}, limit=1)
        return found[0] if found and not found[0].is_over else None

    async def drafts_over(self, at: datetime) -> list[Draft]:
        """Drafts whose days are over and of which something is left."""
        return await self.drafts.find({"state.until": {"$lte": at}}, limit=100)

    async def drafts_open(self, at: datetime, *, skip: int = 0) -> list[Draft]:
        """Drafts that are not over, as far as is known; some hundreds at most."""
        wanted = {"state.is_filed": False, "state.until": {"$gt": at}}
        return await self.drafts.find(wanted, sort=("state.until",), limit=500, skip=skip)

    async def filed_as(self, ids: Sequence[str]) -> list[Dossier]:
        """Those of these drafts' ids that are dossiers."""
        return await self.dossiers.find({"_id": {"$in": list(ids)}}, limit=len(ids) or 1)

    async def sealed_otherwise(self, key: str) -> list[Dossier]:
        """Dossiers with a number that another key has sealed, wherever in them; some hundreds at most."""
        found = [await self.dossiers.find(it, limit=100) for it in sealed_otherwise(key)]
        return list({it.id: it for some in found for it in some}.values())

    async def drafts_sealed_otherwise(self, key: str) -> list[Draft]:
        """Drafts with a number that another key has sealed; some hundreds at most."""
        found = [await self.drafts.find(it, limit=100) for it in drafts_sealed_otherwise(key)]
        return list({it.id: it for some in found for it in some}.values())

    async def is_decided(self, dossier: str) -> bool:
        """Whether processing said so."""
        progress = await self.progress_of(dossier)
        return progress is not None and progress.is_decided

    async def progress_of(self, dossier: str) -> Progress | None:
        return await self.progress.known(dossier)

    async def printing_of(self, id: str) -> Printing | None:
        return await self.printings.known(id)

    async def uploads_left(self, before: datetime) -> list[Upload]:
        """Uploads that were begun before then and whose parts still lie there."""
        return await self.uploads.find({"state.begun_at": {"$lt": before}, "state.is_open": True}, limit=100)

    async def uploads_of(self, person: str) -> int:
        """How many uploads somebody has open."""
        return await self.uploads.count({"state.owner": person, "state.is_open": True})

    async def scans_of(self, digests: Sequence[str]) -> list[Scan]:
        """Those of these scans that were taken in."""
        return await self.scans.find({"_id": {"$in": list(digests)}}, limit=len(digests) or 1)

    async def scan_of(self, digest: str) -> Scan | None:
        return await self.scans.known(digest)

    async def scans_over(self, at: datetime) -> list[Scan]:
        """Scans of which it is to be asked whether anything needs them, the one that waits longest first."""
        return await self.scans.find(scans_over(at), sort=("state.until",), limit=100)

    async def is_filed(self, digest: str) -> bool:
        """Whether a scan stands in a dossier: as a paper, as the right to file, as a signature."""
        return any([await self.dossiers.find({place: digest}, limit=1) for place in SCAN_PLACES])

    async def stands_at(self, digest: str, offices: Collection[str]) -> bool:
        """Whether a scan stands in a dossier that one of these offices received or decides."""
        wanted = {"$in": sorted(offices)}
        theirs = {"$or": [{"state.filing.receiving_office": wanted}, {"state.filing.competent_office": wanted}]}
        return any([await self.dossiers.find({place: digest, **theirs}, limit=1) for place in SCAN_PLACES if offices])

    async def is_reusable(self, digest: str, dossier: str) -> bool:
        """Whether a scan is a paper of this dossier, which is of somebody who is known by their number."""
        wanted = {"_id": dossier, "state.filing.papers.scans": digest, "state.marks.0": {"$exists": True}}
        return bool(await self.dossiers.find(wanted, limit=1))

    async def is_drafted(self, digest: str) -> bool:
        """Whether a scan stands in a draft that is not over."""
        places = ("state.filing.papers.scans", "state.filing.authorisation.scan")
        return any([await self.drafts.find({place: digest}, limit=1) for place in places])

    async def is_helped_with(self, digest: str, clerk: str) -> bool:
        """Whether a scan stands in a draft that was opened to this clerk, and is not over."""
        places = ("state.filing.papers.scans", "state.filing.authorisation.scan")
        return any([await self.drafts.find({place: digest, "state.helpers": clerk}, limit=1) for place in places])

    async def received_between(self, office: str, first: date, last: date) -> int:
        """How many dossiers an office received from one day to another, both included."""
        return await self.dossiers.count(received(office, first, last))

    async def received_before(self, office: str, day: date) -> int:
        """How many dossiers an office received in the year of that day, on the days before it."""
        return await self.dossiers.count(received(office, date(day.year, 1, 1), day - timedelta(days=1)))

    async def register(self, office: str, first: date, last: date, *, limit: int) -> list[Dossier]:
        """The dossiers that an office received from one day to another, in no order that counts."""
        return await self.dossiers.find(received(office, first, last), limit=limit)

    async def progress_of_all(self, dossiers: Sequence[str]) -> list[Progress]:
        return await self.progress.find({"_id": {"$in": list(dossiers)}}, limit=len(dossiers) or 1)

    async def ticket(self, id: str) -> Ticket | None:
        return await self.tickets.known(id)

    async def tickets_filing(self) -> list[Ticket]:
        """Numbers with which something is being filed, or was when a process died; the oldest first."""
        return await self.tickets.find({"state.filing": {"$gt": ""}}, sort=("state.day",), limit=1_000)

    async def waiting(self, office: str, day: date, *, limit: int) -> list[Ticket]:
        """Who waits at an office, in the order in which they are called."""
        wanted = {"state.office": office, "state.day": day.isoformat(), "state.state": "waiting"}
        return await self.tickets.find(wanted, sort=("state.place_at",), limit=limit)

    async def before(self, ticket: Ticket) -> int:
        """How many are called before this one."""
        return await self.tickets.count(waiting_before(ticket))

    async def wait_at(self, office: str, day: date) -> int:
        """How many wait at an office."""
        return await self.tickets.count(
            {"state.office": office, "state.day": day.isoformat(), "state.state": "waiting"}
        )

    async def called(self, office: str, day: date, *, limit: int) -> list[Ticket]:
        """Who was called at an office that day, the latest first, whatever became of them."""
        wanted = {"state.office": office, "state.day": day.isoformat(), "state.called_at": {"$ne": None}}
        return await self.tickets.find(wanted, sort=("-state.called_at",), limit=limit)

    async def at_hand(self, office: str, day: date, clerk: str) -> list[Ticket]:
        """The numbers that a clerk called and is not done with."""
        wanted = {"state.office": office, "state.day": day.isoformat(), "state.state": {"$in": ["called", "serving"]}}
        return await self.tickets.find({**wanted, "state.called_by": clerk}, limit=20)


def keep(database: Database, carry: Carry, catalogue: Catalogue | None = None) -> Store:
    return Store(database, carry, catalogue or Catalogue((), ()))


async def prepare(database: Database) -> None:
    """The indexes alone, for `motcua provision`."""
    await keep(database, nowhere).prepare()
