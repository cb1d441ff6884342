"""What the applicant is waited for: the papers and fields that were asked for and did not come since. Pure rules."""

from services.intake.domain.dossier import Dossier
from services.intake.domain.facts import Asked
from services.intake.domain.progress import Progress

__all__ = ["still_asked"]

OVER = {"clock-resumed", "case-decided", "case-stopped"}
"""After these nobody waits for what the case asked for."""


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
