"""What every fact about a dossier says of its origin: the office and the role, never the person."""

from dataclasses import dataclass

from shared.events import Event

__all__ = ["Acted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted(Event):
    office: str
    """Code of the office that acted; empty where nobody did (a rule of the platform)."""
    role: str
    """The role in which it was done; `system` where a rule of the platform did it."""
