"""Who acts. Pure, so that rules can take it as an argument."""

from dataclasses import dataclass
from typing import Literal, get_args

__all__ = ["ROLES", "SYSTEM", "Person", "Role"]

Role = Literal[
    "counter-clerk",
    "one-stop-officer",
    "carrier",
    "specialist",
    "leader",
    "registry-clerk",
    "operator",
    "integrator",
    "citizen",
    "catalogue-editor",
]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody acting in a role for an office. `id` is opaque: it may be recorded; the name goes nowhere."""

    id: str
    name: str
    role: str
    office: str


SYSTEM = Person("", "", "system", "")
"""A rule of the platform, where nobody acts."""
