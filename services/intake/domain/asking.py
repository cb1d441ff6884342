"""What the applicant is waited for: the papers and fields that were asked for and did not come since. Pure rules."""

from datetime import datetime

from services.intake.domain.dossier import CLOSED, Dossier
from services.intake.domain.facts import Asked
from services.intake.domain.progress import Progress

__all__ = ["still_asked", "supplied"]

OVER = {"clock-resumed", "case-decided", "case-stopped"}
"""After these nobody waits for what the case asked for."""


def still_asked(dossier: Dossier, progress: Progress | None) -> tuple[Asked, ...]:
    """Each with its reason, in the order in which it was asked; none once the dossier is closed.

    The counter asks before it accepts (with words), the office that decides after that (with the papers' codes alone).
    """
    if dossier.state in CLOSED:
        return ()
    if dossier.state == "accepted":
        return _of_case(dossier, progress) if progress else ()
    at = next((it.at for it in reversed(dossier.history) if it.what == "supplement-asked"), None)
    came = supplied(dossier, at) if at else set[tuple[str, str]]()
    return tuple(it for it in dossier.asked if (it.about, it.code) not in came)


def supplied(dossier: Dossier, since: datetime) -> set[tuple[str, str]]:
    """What came from then on: `("paper", code)` and `("field", name)`."""
    about = {"supplemented": "paper", "corrected": "field"}
    facts = (it for it in dossier.history if it.at >= since and it.what in about)
    return {(about[it.what], code) for it in facts for code in it.detail.split(", ")}


def _of_case(dossier: Dossier, progress: Progress) -> tuple[Asked, ...]:
    told = [it for it in progress.entries if it.what in {"supplement-requested", *OVER}]
    last = max(told, key=lambda it: it.at, default=None)
    if last is None or last.what in OVER:
        return ()
    came = supplied(dossier, last.at)
    return tuple(Asked("paper", code) for code in last.detail.split(", ") if code and ("paper", code) not in came)
