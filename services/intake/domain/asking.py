"""What the applicant may be asked for, and what of it did not come since: papers and fields. Pure rules."""

from collections.abc import Collection
from dataclasses import replace

from services.intake.domain.changing import FIELDS
from services.intake.domain.dossier import Dossier
from services.intake.domain.facts import Asked, worded
from services.intake.domain.progress import Progress
from shared import codes
from shared.errors import Refusal

__all__ = ["NotAskedHere", "checked", "still_asked"]

OVER = {"clock-resumed", "case-decided", "case-stopped"}
"""After these nobody waits for what the case asked for."""
MOST_ASKED = 100


class NotAskedHere(Refusal):
    """Neither a paper of the procedure nor a field of the dossier; or more than there can be."""


def checked(asked: tuple[Asked, ...], dossier: Dossier, papers: Collection[str]) -> tuple[Asked, ...]:
    """What the counter may ask for: `papers` of the procedure, those that were handed in, and fields that can be wrong.

    Raises `NotACode`, `NotAskedHere`, `ReasonMissing`.
    """
    if len(asked) > MOST_ASKED:
        raise NotAskedHere(f"Ask for at most {MOST_ASKED} papers and fields.", about="items")
    fields = (*FIELDS, *(f"owner.{it}" for it in FIELDS if dossier.filing.owner))
    there = {"paper": {*papers, *(it.code for it in dossier.filing.papers)}, "field": set(fields)}
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
