"""What becomes of a dossier later: put right, sent home another way, withdrawn, stopped, rated. Pure rules."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from services.intake.domain.dossier import Dossier
from services.intake.domain.facts import Correction, Fact, Withdrawal, contact_of, worded
from services.intake.domain.filing import Applicant, NoAddress, number_of
from services.intake.domain.legible import legible
from shared import codes
from shared.contracts.intake import (
    DossierCorrected,
    DossierRated,
    HomeBy,
    HomeChosen,
    WithdrawalAsked,
)
from shared.errors import Conflict, Refusal
from shared.events import Decision, Event
from shared.people import SYSTEM, Person

__all__ = [
    "FIELDS",
    "answer_withdrawal",
    "choose_home",
    "correct",
    "goes_home_by",
    "rate",
    "resealed",
    "sealed",
    "withdraw",
]

FIELDS = ("name", "number", "phone", "email", "address")
"""What may be corrected: of the applicant, and with `owner.` before it of the owner."""
CONTACT = {"name", "phone", "email", "address"}
BEST = 5


class NoSuchField(Refusal):
    """Not a field that may be corrected."""


class TooLate(Conflict):
    """The result is there already."""


class AskedBefore(Conflict):
    """They asked to withdraw before, and are still to be answered."""


class NotOver(Conflict):
    """How it went can be said once it is over."""


class WrongScore(Refusal):
    pass


def correct(
    dossier: Dossier,
    fields: Mapping[str, str],
    reason: str,
    *,
    seal: Callable[[str], str],
    mark: Callable[[str], str],
    unseal: Callable[[str], str],
    by: Person,
    at: datetime,
    respond_by: datetime | None = None,
) -> Decision[Dossier]:
    """Put right what was written down wrong. A citizen corrects their own, and only what they are still asked for.

    What stood there before is kept. Until all that was asked for came, it is waited for; an online filing is answered
    by `respond_by` then.

    Raises `NoSuchField`, and the refusal of what cannot be such a field.
    """
    dossier.still_open()
    _may_correct(dossier, tuple(fields), by)
    codes.code(reason, "reason")
    then, changed = dossier, list[Correction]()
    for field, raw in fields.items():
        person = _person(then, field)
        was, now = getattr(person, _name(field)), _read(person, _name(field), raw, seal)
        then = _with(then, field, now)
        changed.append(Correction(at, by.id, field, was, now))
    _still_whole(then)
    fact = Fact(at, "corrected", by.id, by.office, ", ".join(fields))
    corrected = replace(then, corrections=(*then.corrections, *changed), history=(*then.history, fact))
    if any(_name(it) == "number" for it in fields):  # all of it, or a mark would say that an old seal is not there
        corrected = resealed(corrected, lambda it: seal(unseal(it)) if it else "", unseal, mark)[0]
    corrected = corrected.once_all_came(respond_by)
    events: list[Event] = [DossierCorrected(office=by.office, role=by.role, fields=tuple(fields), reason=reason)]
    if CONTACT & set(fields):
        events.insert(0, contact_of(corrected.filing.applicant))
    return corrected, *events


def choose_home(
    dossier: Dossier, home_by: HomeBy, address: str, *, is_decided: bool, by: Person, at: datetime
) -> Decision[Dossier]:
    """Send the result home another way, as long as there is none. `address` empty: the one that is known."""
    dossier.still_open()
    _theirs(dossier, by)
    if is_decided:
        raise TooLate("The result is on its way already: ask at the counter.")
    filing = dossier.filing
    applicant = filing.applicant
    if legible(address):
        applicant = applicant.at(address)
        applicant.fits()
    if home_by == "post" and not applicant.address.strip():
        raise NoAddress("Where shall the postman bring it? Give an address.", about="address")
    then = replace(
        dossier,
        filing=replace(filing, home_by=home_by, applicant=applicant),
        history=(*dossier.history, Fact(at, "home-chosen", by.id, by.office, home_by)),
    )
    accepted = dossier.state == "accepted"
    said = HomeChosen(office=by.office, role=by.role, home_by=home_by, accepted=accepted)
    moved = (contact_of(applicant),) if applicant != filing.applicant else ()
    return then, *moved, said


def goes_home_by(dossier: Dossier, home_by: HomeBy, *, office: str, at: datetime) -> Decision[Dossier]:
    """The way by which the result was sent: one that was chosen while it was being decided came too late."""
    if dossier.state != "accepted" or dossier.filing.home_by == home_by:
        return (dossier,)
    fact = Fact(at, "home-kept", SYSTEM.id, office, home_by)
    filing = replace(dossier.filing, home_by=home_by)
    return (replace(dossier, filing=filing, history=(*dossier.history, fact)),)


def withdraw(
    dossier: Dossier, reason: str, words: str, *, is_decided: bool, by: Person, at: datetime
) -> Decision[Dossier]:
    """State 7; and 8 at once where nobody accepted it yet (nobody need agree)."""
    dossier.still_open()
    _theirs(dossier, by)
    if is_decided:
        raise TooLate("It is decided already: there is nothing left to withdraw.")
    if dossier.wish and not dossier.wish.answer:
        raise AskedBefore("Withdrawing was asked for before: wait for the answer.")
    accepted = dossier.state == "accepted"
    wish = Withdrawal(at, codes.code(reason, "reason"), worded(words), "" if accepted else "granted")
    fact = Fact(at, "withdrawal-asked", by.id, by.office)
    then = replace(dossier, wish=wish, history=(*dossier.history, fact))
    if not accepted:
        then = replace(then, state="stopped")
    return then, WithdrawalAsked(office=by.office, role=by.role, accepted=accepted, reason=reason, asked_at=at)


def answer_withdrawal(dossier: Dossier, *, granted: bool, office: str, at: datetime) -> Decision[Dossier]:
    """The office that decides stopped the case (8), or goes on with it. A stop without a wish closes too."""
    if dossier.state != "accepted":
        return (dossier,)
    wish = replace(dossier.wish, answer="granted" if granted else "refused") if dossier.wish else None
    if not granted:
        return (replace(dossier, wish=wish),)
    fact = Fact(at, "stopped", SYSTEM.id, office)
    bill = dossier.bill.cancel("withdrawn")[0] if dossier.bill else None
    return (replace(dossier, state="stopped", wish=wish, bill=bill, history=(*dossier.history, fact)),)


def rate(dossier: Dossier, score: int, reasons: tuple[str, ...], *, by: Person, at: datetime) -> Decision[Dossier]:
    """How content the applicant is, once it is over; said again, the last word counts."""
    dossier.belongs_to(by)
    if dossier.state not in {"handed-over", "refused", "stopped"}:
        raise NotOver("Say how it went once you have the result.")
    if not 1 <= score <= BEST:
        raise WrongScore(f"Give 1 (bad) to {BEST} (very good).", about="score")
    for reason in reasons:
        codes.code(reason, "reasons")
    then = replace(dossier, score=score, history=(*dossier.history, Fact(at, "rated", by.id, by.office, str(score))))
    return then, DossierRated(office=by.office, role=by.role, score=score, reasons=reasons)


def resealed(
    dossier: Dossier, seal: Callable[[str], str], unseal: Callable[[str], str], mark: Callable[[str], str]
) -> Decision[Dossier]:
    """The same under the key that is current now: its seals and its marks."""
    then = sealed(dossier, seal)
    return (replace(then, marks=_marks(then, mark, unseal)),)


def sealed(dossier: Dossier, seal: Callable[[str], str]) -> Dossier:
    """The same with each identity number in it sealed, or opened; its marks stay as they are."""
    handed = replace(dossier.handed, number=seal(dossier.handed.number)) if dossier.handed else None
    corrections = tuple(
        replace(it, was=seal(it.was), now=seal(it.now)) if _name(it.field) == "number" else it
        for it in dossier.corrections
    )
    return replace(dossier, filing=dossier.filing.sealed(seal), handed=handed, corrections=corrections)


def _theirs(dossier: Dossier, by: Person) -> None:
    """A citizen's own, or handled at the official's office. Raises `NotYours`, `NotYourOffice`."""
    dossier.belongs_to(by)
    if by.role != "citizen":
        dossier.handled_by(by)


def _may_correct(dossier: Dossier, fields: tuple[str, ...], by: Person) -> None:
    _theirs(dossier, by)
    asked = {it.code for it in dossier.still_asked if it.about == "field"}
    allowed = asked if by.role == "citizen" else {*FIELDS, *(f"owner.{it}" for it in FIELDS)}
    for field in fields:
        if field not in allowed or (field.startswith("owner.") and not dossier.filing.owner):
            raise NoSuchField(f"Correct one of: {', '.join(sorted(allowed)) or 'nothing'}.", about=field[:40])
    if not fields:
        raise NoSuchField("Name at least one field.", about="fields")


def _read(person: Applicant, name: str, raw: str, seal: Callable[[str], str]) -> str:
    if name == "number":
        return seal(number_of(person.kind, person.shown, raw)) if raw else ""
    return str(getattr(replace(person, number="", **{name: raw}).checked(), name))


def _still_whole(dossier: Dossier) -> None:
    if dossier.filing.home_by == "post" and not dossier.filing.applicant.address.strip():
        raise NoAddress("The postman needs an address: give one, or choose the counter first.", about="address")


def _person(dossier: Dossier, field: str) -> Applicant:
    return dossier.filing.holder if field.startswith("owner.") else dossier.filing.applicant


def _name(field: str) -> str:
    return field.removeprefix("owner.")


def _with(dossier: Dossier, field: str, now: str) -> Dossier:
    there = _person(dossier, field)
    person = there.at(now) if _name(field) == "address" else replace(there, **{_name(field): now})
    where = "owner" if field.startswith("owner.") else "applicant"
    return replace(dossier, filing=replace(dossier.filing, **{where: person}))


def _marks(dossier: Dossier, mark: Callable[[str], str], unseal: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(mark(unseal(it)) for it in dossier.filing.numbers())
