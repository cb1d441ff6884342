"""What a dossier costs: lines of *phí* and *lệ phí* in whole đồng, and why somebody need not pay. Pure rules."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from shared import codes
from shared.errors import NotFound, Refusal
from shared.people import Person

__all__ = [
    "MOST_DONG",
    "AmountNotOpen",
    "Charge",
    "ClerksOnly",
    "Exemption",
    "ExemptionNotOffered",
    "Fee",
    "FeeKind",
    "FeeNamedTwice",
    "Line",
    "LineCorrected",
    "PiecesAbsurd",
    "ReasonNeeded",
    "UnknownFee",
    "WhyNeeded",
    "WrongAmount",
    "clerks_only",
    "lines_of",
    "typed_pieces",
]

FeeKind = Literal["phí", "lệ phí"]
MOST_PIECES = 10_000
"""Nobody certifies more copies at once; a larger number is a slip of the finger."""
MOST_DONG = 1_000_000_000_000
"""The land levies of a whole quarter are less."""
CLERKS = ("counter-clerk", "one-stop-officer")


class UnknownFee(NotFound):
    """The procedure has no such fee."""

    status = 422


class FeeNamedTwice(Refusal):
    """One fee, one charge: its pieces are counted together."""


class ExemptionNotOffered(Refusal):
    """The council's resolution does not free this fee for this reason."""


class PiecesAbsurd(Refusal):
    pass


class ReasonNeeded(Refusal):
    """Whoever departs from the tariff says why, and names the paper that shows it."""


class WhyNeeded(Refusal):
    """Whoever puts a line of a bill right says why."""


class AmountNotOpen(Refusal):
    """The amount is fixed by the catalogue, and not entered at the counter."""


class WrongAmount(Refusal):
    """Not an amount of money that can be due, or not the one that is due."""


class ClerksOnly(Refusal):
    """Only an office frees from a fee or sets an amount."""

    status = 403


@dataclass(frozen=True, slots=True)
class Exemption:
    """Why a fee is not paid: a reason, and not an amount of zero."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Fee:
    """A *phí* or a *lệ phí* in whole đồng. `amount` None: the provincial council sets it and it is not known here."""

    code: str
    kind: FeeKind
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

    def exemption(self, code: str) -> Exemption:
        """Raises `ExemptionNotOffered`, with those that are."""
        for offered in self.exemptions:
            if offered.code == code:
                return offered
        known = ", ".join(it.code for it in self.exemptions) or "none"
        raise ExemptionNotOffered(f"{self.name} is not waived for {code!r}: choose one of: {known}.", about="exemption")


@dataclass(frozen=True, slots=True)
class Charge:
    """What a filing says of one fee: so many pieces, and why it need not be paid, with the paper that shows it."""

    fee: str
    pieces: int = 1
    exemption: str = ""
    evidence: str = ""
    """Code of the paper on the checklist, or of the certificate that was shown."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill. `due` in đồng; None: the amount is not known yet, so the bill cannot be paid."""

    fee: str
    kind: FeeKind
    name: str
    pieces: int
    unit: int | None
    due: int | None
    exemption: str = ""
    exemption_reason: str = ""
    evidence: str = ""
    granted_by: str = ""
    """Who freed from the fee; empty while the applicant only asks for it, and then the fee is due."""
    set_by: str = ""
    """Who entered an amount that the catalogue does not know; `set_because` says on what ground."""
    set_because: str = ""
    entered: int | None = None
    """That amount, in đồng: it stands behind an exemption too, and is due where that is taken back."""

    @classmethod
    def of(cls, fee: Fee, charge: Charge, by: Person) -> "Line":
        _possible(fee, charge.pieces)
        line = cls(fee.code, fee.kind, fee.name, charge.pieces, fee.amount, fee.charge(charge.pieces))
        return line.freed(fee, charge.exemption, charge.evidence, by) if charge.exemption else line

    @property
    def is_exempt(self) -> bool:
        return bool(self.exemption and self.granted_by)

    def freed(self, fee: Fee, exemption: str, evidence: str, by: Person) -> "Line":
        """Free from this fee; where it is the applicant who says so, it is only noted for a clerk to grant."""
        reason = fee.exemption(exemption).reason
        if not evidence.strip():
            raise ReasonNeeded("Which paper shows it? Name it: it is kept with the bill.", about="evidence")
        granted = by.role in CLERKS
        return replace(
            self,
            exemption=exemption,
            exemption_reason=reason,
            evidence=codes.code(evidence, "evidence"),
            granted_by=by.id if granted else "",
            due=0 if granted else self.due,
        )

    def priced(self, dong: int, because: str, by: Person) -> "Line":
        """With the amount that the council set, entered by a clerk with the ground for it."""
        if self.unit is not None:
            raise AmountNotOpen(f"{self.name} is fixed by the catalogue at {self.unit} đồng.", about="fee")
        if not because.strip():
            raise ReasonNeeded("On what ground? Name the council's resolution.", about="because")
        if not 0 < dong <= MOST_DONG:
            raise WrongAmount("Give the amount in whole đồng; whoever need not pay is exempt.", about="dong")
        due = 0 if self.is_exempt else dong
        return replace(self, due=due, set_by=by.id, set_because=because.strip()[:300], entered=dong)

    def corrected(self, fee: Fee, pieces: int, *, not_exempt: bool) -> "Line":
        """For so many pieces, and without its exemption where it is `not_exempt`. What was entered stays entered."""
        _possible(fee, pieces)
        bare = replace(self, exemption="", exemption_reason="", evidence="", granted_by="") if not_exempt else self
        was_entered = self.entered if self.is_exempt or self.entered is not None else self.due
        full = was_entered if fee.amount is None else fee.charge(pieces)
        return replace(bare, pieces=pieces, due=0 if bare.is_exempt else full)


@dataclass(frozen=True, slots=True)
class LineCorrected:
    """A line that was put right: as it `was`, when, by whom (an opaque id) and why."""

    at: datetime
    by: str
    office: str
    was: Line
    because: str


def clerks_only(by: Person) -> None:
    """Raises `ClerksOnly`."""
    if by.role not in CLERKS:
        raise ClerksOnly("Only a clerk of an office does this: ask at the counter.")


def _possible(fee: Fee, pieces: int) -> None:
    """Raises `PiecesAbsurd`."""
    if not 1 <= pieces <= MOST_PIECES:
        raise PiecesAbsurd(f"{fee.name}: {pieces} pieces? Give 1 to {MOST_PIECES}.", about="pieces")


def typed_pieces(text: str) -> int:
    """As people type them; nought for what is no number or far too many, which every bill refuses."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(MOST_PIECES)) else 0


def lines_of(fees: Iterable[Fee], charges: Iterable[Charge], by: Person) -> tuple[Line, ...]:
    """A line for each fee of the procedure: one piece where the filing says nothing else of it."""
    fees, charges = tuple(fees), tuple(charges)
    said = {charge.fee: charge for charge in charges}
    if len(said) < len(charges):
        twice = next(code for code, count in Counter(it.fee for it in charges).items() if count > 1)
        raise FeeNamedTwice(f"{twice} is named twice: count its pieces together.", about="charges")
    known = {fee.code for fee in fees}
    for charge in charges:
        if charge.fee not in known:
            listed = ", ".join(sorted(known)) or "none"
            raise UnknownFee(f"This procedure has no fee {charge.fee!r}: it has {listed}.", about="charges")
    return tuple(Line.of(fee, said.get(fee.code, Charge(fee.code)), by) for fee in fees)
