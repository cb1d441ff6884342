"""What a dossier costs: lines of *phí* and *lệ phí* in whole đồng, and why somebody need not pay. Pure rules."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Exemption", "Fee"]


@dataclass(frozen=True, slots=True)
class Exemption:
    """Why a fee is not paid: a reason, and not an amount of zero."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Fee:
    """A *phí* or a *lệ phí* in whole đồng. `amount` None: the provincial council sets it and it is not known here."""

    code: str
    kind: Literal["phí", "lệ phí"]
    name: str
    amount: int | None
    per: Literal["dossier", "page", "copy"] = "dossier"
    reduced_from: int = 0
    """From this page or copy on, `reduced` is charged; 0: never."""
    reduced: int = 0
    most: int | None = None
    exemptions: tuple[Exemption, ...] = ()
    verified: bool = False

    def charge(self, pieces: int = 1) -> int | None:
        """What so many pages, copies or dossiers cost, in đồng; None while the amount is not known."""
        if self.amount is None:
            return None
        full = min(pieces, self.reduced_from - 1) if self.reduced_from else pieces
        total = full * self.amount + (pieces - full) * self.reduced
        return total if self.most is None else min(total, self.most)
