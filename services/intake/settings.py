"""Intake's own settings, on top of the common ones."""

from dataclasses import dataclass

from shared.settings import Settings, told

__all__ = ["IntakeSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeSettings(Settings):
    more_procedures: str = told("a YAML file with procedures beside those of the package; empty: none", "")
    largest_scan: int = told("bytes that one scan may have", 50_000_000)
