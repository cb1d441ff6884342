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
    took_over: frozenset[str] = frozenset()
    """Offices that have ended and whose work goes on at `office` today: what they began is theirs to end."""

    @property
    def offices(self) -> frozenset[str]:
        """The offices whose work is theirs to do; none for who has no office."""
        return self.took_over | {self.office} if self.office else frozenset()

    def acts_for(self, *offices: str) -> bool:
        """Whether the work of one of these is theirs to do."""
        return not self.offices.isdisjoint(offices)


SYSTEM = Person("", "", "system", "")
"""A rule of the platform, where nobody acts."""
