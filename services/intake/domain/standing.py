"""How a dossier stands for the one who filed it, and what they may do with it now. Pure."""

from dataclasses import dataclass
from typing import Self

from services.intake.domain.asking import still_asked
from services.intake.domain.dossier import CLOSED, Dossier
from services.intake.domain.facts import Asked
from services.intake.domain.procedure import Procedure
from services.intake.domain.progress import Progress, national_state

__all__ = ["Standing"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a dossier stands for the one who filed it, and what they may do with it now."""

    dossier: Dossier
    procedure: Procedure
    state: int
    """National code."""
    is_decided: bool
    asked: tuple[Asked, ...]
    owed: int
    """In đồng, where it can be paid now."""

    @classmethod
    def of(cls, dossier: Dossier, progress: Progress | None, procedure: Procedure) -> Self:
        bill = dossier.bill
        owed = max(bill.owed, 0) if bill and not bill.unknown else 0
        decided = progress is not None and progress.is_decided
        state = national_state(dossier, progress)
        return cls(dossier, procedure, state, decided, still_asked(dossier, progress), owed)

    @property
    def is_open(self) -> bool:
        """Whether the way home may still be changed, and the dossier withdrawn."""
        return self.dossier.state not in CLOSED and not self.is_decided

    @property
    def may_withdraw(self) -> bool:
        return self.is_open and not (self.dossier.wish and not self.dossier.wish.answer)

    @property
    def may_rate(self) -> bool:
        return self.dossier.state in CLOSED

    @property
    def waits(self) -> bool:
        """Whether something is to be done by the citizen."""
        return bool(self.asked or self.owed or (self.may_rate and not self.dossier.score))
