"""Processing's own settings: none yet beyond the common ones."""

from dataclasses import dataclass

from shared.settings import Settings

__all__ = ["ProcessingSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessingSettings(Settings):
    pass
