"""Postal's own settings, on top of the common ones."""

from dataclasses import dataclass

from shared.settings import Settings, told

__all__ = ["PostalSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostalSettings(Settings):
    item_service: str = told("the S10 service indicator that the post allotted: two letters", "EE")
    first_item: int = told("the first serial number that the post allotted", 10_000_000)
