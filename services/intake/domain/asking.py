"""What the applicant may be asked for, and what of it did not come since: papers and fields. Pure rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from services.intake.domain.changing import FIELDS
from services.intake.domain.dossier import Dossier
from services.intake.domain.facts import Asked, worded
from services.intake.domain.procedure import Procedure
from services.intake.domain.progress import Progress
from shared import codes
from shared.errors import Refusal

__all__ = ["Askable", "NotAskedHere", "checked", "still_asked"]

OVER = {"clock-resumed", "case-decided", "case-stopped"}
"""After these nobody waits for what the case asked for."""
MOST_ASKED = 100


class NotAskedHere(Refusal):
    """Neither a paper of the procedure nor a field of the dossier; or more than there can be."""


@dataclass(frozen=True, slots=True)
class Askable:
    """What the counter may ask for: each paper by its code, with its name, or its code where the catalogue has none."""

    listed: Mapping[str, str]
    """On the checklist of the dossier's case, in its order."""
    others: Mapping[str, str]
    """Those of other cases, and what was handed in beside the checklist."""
    fields: tuple[str, ...]
    """Those that can be wrong: of the applicant, and with `owner.` before it of the owner."""

    @classmethod
    def of(cls, dossier: Dossier, procedure: Procedure) -> Self:
        filing = dossier.filing
        listed = {it.code: it.name for it in procedure.checklist(filing.case)}
        known = {it.code: it.code for it in filing.papers} | {it.code: it.name for it in procedure.papers}
        others = {code: name for code, name in known.items() if code not in listed}
        return cls(listed, others, (*FIELDS, *(f"owner.{it}" for it in FIELDS if filing.owner)))

    def awaiting(self, asked: Iterable[Asked]) -> Self:
        """The same with what is waited for at the head of the list: the office that decides may ask for any paper."""
        awaited = {it.code: self.others.get(it.code, it.code) for it in asked if it.about == "paper"}
        others = {code: name for code, name in self.others.items() if code not in awaited}
        return replace(self, listed=awaited | {**self.listed}, others=others)


def checked(asked: tuple[Asked, ...], may: Askable) -> tuple[Asked, ...]:
    """What the counter asks for, of all that it may. Raises `NotACode`, `NotAskedHere`, `ReasonMissing`."""
    if len(asked) > MOST_ASKED:
        raise NotAskedHere(f"Ask for at most {MOST_ASKED} papers and fields.", about="items")
    there = {"paper": {*may.listed, *may.others}, "field": {*may.fields}}
    for it in asked:
        if codes.code(it.code, "items") not in there[it.about]:
            known = ", ".join(sorted(there[it.about]))
            raise NotAskedHere(f"There is no {it.about} {it.code} to ask for: choose one of {known}.", about="items")
    return tuple(replace(it, words=worded(it.words)) if it.words.strip() else it for it in asked)


def still_asked(dossier: Dossier, progress: Progress | None) -> tuple[Asked, ...]:
    """Each with its reason, in the order in which it was asked; none once the dossier is closed.

    The counter asks before it accepts (with words), the office that decides after that (with the papers' codes alone).
    """
    if dossier.state == "accepted" and progress:
        return _of_case(dossier, progress)
    return dossier.still_asked


def _of_case(dossier: Dossier, progress: Progress) -> tuple[Asked, ...]:
    told = [it for it in progress.entries if it.what in {"supplement-requested", *OVER}]
    last = max(told, key=lambda it: it.at, default=None)
    if last is None or last.what in OVER:
        return ()
    came = dossier.supplied(last.at)
    return tuple(Asked("paper", code) for code in last.detail.split(", ") if code and ("paper", code) not in came)
