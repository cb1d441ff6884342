"""The road's rules: a parcel and its way, a manifest and its hand-over. Pure."""

from services.postal.domain.manifest import Manifest
from services.postal.domain.parcel import Addressee, Attempt, Parcel, parcel_id

__all__ = ["Addressee", "Attempt", "Manifest", "Parcel", "parcel_id"]
