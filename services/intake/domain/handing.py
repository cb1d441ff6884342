"""Handing the result over: to whom, what they show, what they sign (TT 01/2018; QĐ 45/2016 art. 8). Pure rules."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.intake.domain.dossier import Dossier
from services.intake.domain.facts import Fact, Handed, NotAccepted
from services.intake.domain.filing import Shown, number_of
from services.intake.domain.progress import Progress
from shared.codes import Digest
from shared.contracts.intake import HomeBy, ResultHandedOver
from shared.errors import Conflict, Forbidden, NotFound, Refusal
from shared.events import Decision
from shared.people import Person

__all__ = ["NoResultFile", "NotDecided", "Receiver", "hand_over", "opened", "result_of"]

OPENING = {"counter-clerk", "one-stop-officer"}
"""Roles that open a result for somebody without a login; all others look at what they made."""


class NotDecided(Conflict):
    """There is no result yet to hand over."""


class NoResultFile(NotFound):
    """It was decided without a file: the result is had at the counter alone."""


class NotElectronic(Refusal):
    """The result goes home another way."""


class ReceiverMissing(Refusal):
    """Nobody is given a result without showing who they are."""


class NotTheReceiver(Forbidden):
    """The card is neither the owner's nor the applicant's, and no authorisation was shown."""


class NotSigned(Refusal):
    pass


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who stands at the counter."""

    number: str = ""
    """As it stands on the card that they show."""
    shown: Shown = ""
    slip: bool = False
    """They show the reception slip: enough only where the dossier knows no number of anybody."""
    authorised: str = ""
    """Number of the authorisation that they show, where they are another."""
    signature: str = ""
    """SHA-256 of the signature, scanned at this office; or `register`: signed on paper, in the register."""


def hand_over(
    dossier: Dossier,
    how: HomeBy,
    *,
    is_decided: bool,
    by: Person,
    at: datetime,
    handed: Handed | None = None,
) -> Decision[Dossier]:
    """State 10. Handing over twice the same way changes nothing: two facts may tell of one delivery."""
    if dossier.state == "handed-over":
        return (dossier,)
    if dossier.state != "accepted":
        raise NotAccepted("It was never accepted: there is no result to hand over.")
    if how != "post":
        dossier.handled_by(by)
    if how == "electronic" and dossier.filing.home_by != "electronic":
        raise NotElectronic(
            "They chose to get it on paper: hand it over at the counter, to who shows the card.", about="by"
        )
    if not is_decided:
        raise NotDecided("There is no result yet: see the due date.")
    return _closed(dossier, how, by=by, at=at, handed=handed)


def opened(dossier: Dossier, *, by: Person, at: datetime) -> Decision[Dossier]:
    """The result's file was opened, by a link that `by` was given: an electronic result is handed over with that.

    Who filed it opens it; the counter does for those alone for whom it filed, who have no login. Everybody else only
    reads, and so does whoever opens what goes home another way or was handed over before. Whoever has a link was let in
    when it was made.
    """
    is_theirs = by.role in OPENING if dossier.assisted_by else by.role == "citizen"
    is_taken = dossier.filing.home_by == "electronic" and is_theirs
    return _closed(dossier, "electronic", by=by, at=at) if is_taken and dossier.state == "accepted" else (dossier,)


def result_of(progress: Progress | None) -> str:
    """The SHA-256 of the signed result. Raises `NotDecided`, `NoResultFile`."""
    if progress is None or not progress.is_decided:
        raise NotDecided("There is no result yet: see the due date.")
    if not progress.result:
        raise NoResultFile("It was decided without an electronic result: ask at the office that received the dossier.")
    return progress.result


def _closed(
    dossier: Dossier, how: HomeBy, *, by: Person, at: datetime, handed: Handed | None = None
) -> Decision[Dossier]:
    fact = Fact(at, "handed-over", by.id, by.office, how)
    closed = replace(dossier, state="handed-over", handed=handed, history=(*dossier.history, fact))
    return closed, ResultHandedOver(office=by.office, role=by.role, by=how, handed_over_at=at)


def identified(
    dossier: Dossier,
    receiver: Receiver,
    *,
    marks: Callable[[str], tuple[str, ...]],
    seal: Callable[[str], str],
    at: datetime,
) -> Handed:
    """What is kept of who took it. Raises `ReceiverMissing`, `NotTheReceiver`, `NotSigned`."""
    signature = receiver.signature
    if not signature:
        raise NotSigned("Let them sign: scan the signature, or have the register signed.", about="signature")
    if signature != "register":
        signature = Digest.of(signature, about="signature").text
    if not receiver.number:
        return Handed(at, _by_slip(dossier, receiver), "", receiver.authorised, signature)
    number = number_of("person", receiver.shown, receiver.number)
    is_theirs = any(it in dossier.marks for it in marks(number))
    if not is_theirs and not receiver.authorised.strip():
        raise NotTheReceiver("This card is not the applicant's: ask for the authorisation.", about="number")
    document: Literal["passport", "card"] = "passport" if receiver.shown == "passport" else "card"
    return Handed(at, document, "" if is_theirs else seal(number), receiver.authorised.strip()[:100], signature)


def _by_slip(dossier: Dossier, receiver: Receiver) -> str:
    if dossier.marks or not receiver.slip:
        raise ReceiverMissing("Scan their card: the result is given to the applicant alone.", about="number")
    return "slip"
