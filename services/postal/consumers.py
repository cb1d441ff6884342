"""Postal on the bus: what is to be carried, and what a signed manifest means for each of its parcels."""

import asyncio
from collections.abc import Awaitable
from datetime import datetime

from services.postal.domain import Addressee, Parcel, parcel_id
from services.postal.store import Store
from shared.bus import Hears
from shared.contracts.intake import ContactErased, ContactRecorded, DossierAccepted
from shared.contracts.postal import ManifestReceived, ManifestSealed, ParcelKind
from shared.contracts.processing import CaseDecided
from shared.events import Event, Heard
from shared.heirs import ended_offices

__all__ = ["HEARS"]

people = Hears[Store]("intake.people")
dossiers = Hears[Store]("intake.dossiers")
cases = Hears[Store]("processing.cases")
manifests = Hears[Store]("postal.manifests")
HEARS = (people, dossiers, cases, manifests, ended_offices(Store))


@people.on(ContactRecorded)
def contact_recorded(heard: Heard[ContactRecorded], store: Store) -> Awaitable[object]:
    id = heard.envelope.subject
    return store.addressees.keep(id, lambda _: Addressee.record(id, heard.event), cause=heard)


@people.on(ContactErased)
def contact_erased(heard: Heard[ContactErased], store: Store) -> Awaitable[object]:
    id = heard.envelope.subject
    return store.addressees.keep(id, lambda there: (there or Addressee(id)).erase(), cause=heard)


@dossiers.on(DossierAccepted)
def accepted(heard: Heard[DossierAccepted], store: Store) -> Awaitable[object] | None:
    """Papers that lie at a counter away from the office that decides ride there in a bag."""
    said = heard.event
    if not said.papers_on_paper or not said.support_point or said.support_point == said.competent_office:
        return None
    return _order(heard, store, "file", said.support_point, said.competent_office)


@cases.on(CaseDecided)
def decided(heard: Heard[CaseDecided], store: Store) -> Awaitable[object] | None:
    """The result goes home by post, where the applicant chose it."""
    if heard.event.home_by != "post":
        return None
    return _order(heard, store, "result", heard.event.competent_office, "")


@manifests.on(ManifestSealed)
def sealed(heard: Heard[ManifestSealed], store: Store) -> Awaitable[object]:
    said, manifest = heard.event, heard.envelope.subject
    return asyncio.gather(
        *(
            store.parcels.change(
                it, lambda parcel: parcel.seal(manifest, office=said.office, role=said.role), cause=heard
            )
            for it in said.parcels
        )
    )


@manifests.on(ManifestReceived)
def received(heard: Heard[ManifestReceived], store: Store) -> Awaitable[object]:
    said = heard.event
    return asyncio.gather(
        *(
            store.parcels.change(
                it,
                lambda parcel: parcel.arrive(said.record, office=said.office, role=said.role, at=said.received_at),
                cause=heard,
            )
            for it in said.parcels
        )
    )


def _order(heard: Heard[Event], store: Store, kind: ParcelKind, sender: str, recipient: str) -> Awaitable[object]:
    dossier, at = heard.envelope.subject, datetime.fromisoformat(heard.envelope.time)
    return store.parcels.create_numbered(
        parcel_id(dossier, kind),
        store.items.series,
        lambda nth: Parcel.order(
            dossier, kind, store.items.number(nth), sender, recipient, working=store.working, at=at
        ),
        cause=heard,
    )
