"""Postal over HTTP: bags and their manifests, the postman's round."""

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from services.postal.domain import Addressee, Manifest, Parcel
from services.postal.store import Store
from shared import door
from shared.auth import AnyOfficial, Carrier, Hands, Insider
from shared.door import FromApp, FromStore, Key, Now, once
from shared.errors import NotFound
from shared.repository import Repository

__all__ = ["router"]

router = door.router(tags=["post"])

Parcels = Annotated[Repository[Parcel], FromStore("parcels")]
Manifests = Annotated[Repository[Manifest], FromStore("manifests")]
Addressees = Annotated[Repository[Addressee], FromStore("addressees")]
Kept = Annotated[Store, FromApp("store")]


@dataclass(frozen=True, slots=True)
class OpenManifest:
    sender: str
    recipient: str
    parcels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seal:
    seal: str
    parcels: tuple[str, ...] = ()
    """More parcels, beside those that the manifest was opened with."""


@dataclass(frozen=True, slots=True)
class Receive:
    ticked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    reason: Literal["nobody-there", "wrong-address", "refused", "moved"]


@dataclass(frozen=True, slots=True)
class Delivered:
    proof: str
    """SHA-256 of the signed proof."""
    shown: Literal["cccd", "cmnd", "passport"]


@dataclass(frozen=True, slots=True)
class Collected:
    dong: int


class UnknownParcel(NotFound):
    """A parcel that was never ordered cannot lie in a bag."""

    status = 422


@router.put("/manifests/{manifest_id}", status_code=201)
async def open_manifest(
    manifest_id: UUID, wanted: OpenManifest, by: Hands, manifests: Manifests, kept: Kept, now: Now
) -> Manifest:
    """Open a bag's list under an id of your choice (a UUID)."""
    await _check_parcels(wanted.parcels, kept)
    id = str(manifest_id)
    same = once("created", wanted, status=201)
    return await manifests.create(
        id, lambda: Manifest.open(id, wanted.sender, wanted.recipient, wanted.parcels, by=by, at=now), once=same
    )


@router.post("/manifests/{manifest_id}/seal")
async def seal(
    manifest_id: UUID, seal: Seal, by: Hands, manifests: Manifests, kept: Kept, key: Key, now: Now
) -> Manifest:
    """Seal the bag: the list is fixed."""
    await _check_parcels(seal.parcels, kept)
    same = once(key, seal)
    return await manifests.change(
        str(manifest_id), lambda it: it.close(seal.seal, seal.parcels, by=by, at=now), once=same
    )


@router.post("/manifests/{manifest_id}/receipt")
async def receive(
    manifest_id: UUID, receipt: Receive, by: Insider, manifests: Manifests, key: Key, now: Now
) -> Manifest:
    """Count, tick and sign for a bag: the hand-over record (QĐ 45/2016 art. 7.4)."""
    same = once(key, receipt)
    return await manifests.change(str(manifest_id), lambda it: it.receive(receipt.ticked, by=by, at=now), once=same)


@router.get("/manifests/{manifest_id}")
async def manifest(manifest_id: UUID, _: AnyOfficial, manifests: Manifests) -> Manifest:
    return await manifests.get(str(manifest_id))


@router.get("/dossiers/{dossier_id}/parcels")
async def parcels_of(dossier_id: UUID, _: AnyOfficial, kept: Kept) -> list[Parcel]:
    return await kept.of_dossier(str(dossier_id))


@router.get("/parcels")
async def parcels(
    by: Hands, kept: Kept, kind: Literal["file", "result"] = "file", state: str = "ordered"
) -> list[Parcel]:
    """The parcels in a state of one's office and those that it took over, those first that are promised first."""
    return await kept.at(by.offices, kind, state)


@router.get("/parcels/{parcel_id}")
async def parcel(parcel_id: str, _: AnyOfficial, parcels: Parcels) -> Parcel:
    return await parcels.get(parcel_id)


@router.get("/parcels/{parcel_id}/addressee")
async def addressee(parcel_id: str, _: Carrier, parcels: Parcels, addressees: Addressees) -> Addressee:
    """Where the postman finds them; for carriers alone."""
    return await addressees.get((await parcels.get(parcel_id)).dossier)


@router.post("/parcels/{parcel_id}/round")
async def go_out(parcel_id: str, by: Carrier, parcels: Parcels, key: Key) -> Parcel:
    """Take it out for delivery."""
    return await parcels.change(parcel_id, lambda it: it.go_out(by=by), once=once(key, "round"))


@router.post("/parcels/{parcel_id}/attempts")
async def attempt_failed(
    parcel_id: str, failed: Failed, by: Carrier, parcels: Parcels, kept: Kept, key: Key, now: Now
) -> Parcel:
    """It could not be delivered: an invitation is left."""
    same = once(key, failed)
    return await parcels.change(
        parcel_id, lambda it: it.attempt_failed(failed.reason, kept.working, by=by, at=now), once=same
    )


@router.post("/parcels/{parcel_id}/delivery")
async def deliver(parcel_id: str, done: Delivered, by: Carrier, parcels: Parcels, key: Key, now: Now) -> Parcel:
    """Delivered and signed for."""
    same = once(key, done)
    return await parcels.change(parcel_id, lambda it: it.deliver(done.proof, done.shown, by=by, at=now), once=same)


@router.post("/parcels/{parcel_id}/money")
async def collect(parcel_id: str, money: Collected, by: Carrier, parcels: Parcels, key: Key) -> Parcel:
    """Money collected at the door, in đồng."""
    same = once(key, money)
    return await parcels.change(parcel_id, lambda it: it.collect(money.dong, by=by), once=same)


async def _check_parcels(parcels: tuple[str, ...], kept: Store) -> None:
    if unknown := await kept.unknown(parcels):
        raise UnknownParcel(f"No such parcel here: {', '.join(unknown)}. Scan it again.", about="parcels")
