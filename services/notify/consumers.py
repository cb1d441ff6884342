"""Notify on the bus: which event is told, by which template, with which facts."""

from collections.abc import Awaitable
from datetime import datetime

from services.notify.domain import Contact, Message, Office, message_id
from services.notify.store import Store
from shared.bus import Hears
from shared.contracts.intake import (
    ContactErased,
    ContactRecorded,
    DossierAccepted,
    DossierRefused,
    DossierSubmitted,
    FeeDue,
    FeePaid,
    FeeRefunded,
    OfficeClosed,
    OfficeOpened,
    ResultHandedOver,
    SupplementAskedAtCounter,
    WithdrawalAsked,
)
from shared.contracts.postal import InvitationLeft, OutForDelivery
from shared.contracts.processing import (
    CaseDecided,
    CaseOpened,
    CaseStopped,
    DeadlineMoved,
    SupplementRequested,
    WithdrawalRefused,
)
from shared.events import Event, Heard

__all__ = ["HEARS"]

offices = Hears[Store]("intake.offices")
people = Hears[Store]("intake.people")
dossiers = Hears[Store]("intake.dossiers")
cases = Hears[Store]("processing.cases")
parcels = Hears[Store]("postal.parcels")
HEARS = (offices, people, dossiers, cases, parcels)

LAST_INVITATION = 2
"""QĐ 45/2016: two invitations, then the parcel goes back."""


@offices.on(OfficeOpened)
def office_opened(heard: Heard[OfficeOpened], store: Store) -> Awaitable[object]:
    return store.offices.keep(heard.event.code, lambda _: Office.learn(heard.event), cause=heard)


@offices.on(OfficeClosed)
def office_closed(heard: Heard[OfficeClosed], store: Store) -> Awaitable[object]:
    """What it began is still told in its name."""
    return store.offices.keep(heard.event.code, lambda _: Office.learn(heard.event), cause=heard)


@people.on(ContactRecorded)
def contact_recorded(heard: Heard[ContactRecorded], store: Store) -> Awaitable[object]:
    id = heard.envelope.subject
    return store.contacts.keep(id, lambda _: Contact.record(id, heard.event), cause=heard)


@people.on(ContactErased)
def contact_erased(heard: Heard[ContactErased], store: Store) -> Awaitable[object]:
    id = heard.envelope.subject
    return store.contacts.keep(id, lambda there: (there or Contact(id)).erase(), cause=heard)


@dossiers.on(DossierSubmitted)
def submitted(heard: Heard[DossierSubmitted], store: Store) -> Awaitable[object] | None:
    """Of an online filing; who stands at a counter has the receipt in hand. The role says whose login it was."""
    said = heard.event
    if said.respond_by is None:
        return None
    return _tell(heard, store, "submitted", said.respond_by.isoformat(), said.role, code=said.tracking)


@dossiers.on(DossierAccepted)
def accepted(heard: Heard[DossierAccepted], store: Store) -> Awaitable[object]:
    said = heard.event
    return _tell(heard, store, "accepted", said.receiving_office, said.due_at.isoformat(), code=said.code)


@dossiers.on(DossierRefused)
def refused(heard: Heard[DossierRefused], store: Store) -> Awaitable[object]:
    return _tell(heard, store, "refused", heard.event.reason, heard.event.office)


@dossiers.on(SupplementAskedAtCounter)
def asked_at_counter(heard: Heard[SupplementAskedAtCounter], store: Store) -> Awaitable[object]:
    """The codes are for officials who read the message; its words say where people read what is missing."""
    return _tell(heard, store, "supplement", ", ".join((*heard.event.papers, *heard.event.fields)), heard.event.office)


@dossiers.on(ResultHandedOver)
def handed_over(heard: Heard[ResultHandedOver], store: Store) -> Awaitable[object]:
    return _tell(heard, store, "handed-over", heard.event.handed_over_at.isoformat())


@dossiers.on(FeeDue)
def fee_due(heard: Heard[FeeDue], store: Store) -> Awaitable[object] | None:
    """Nobody is asked for nothing: what they had to pay is exempt, or was a slip."""
    return _tell(heard, store, "fee-due", str(heard.event.dong)) if heard.event.dong else None


@dossiers.on(FeePaid)
def fee_paid(heard: Heard[FeePaid], store: Store) -> Awaitable[object]:
    return _tell(heard, store, "fee-paid", str(heard.event.dong), str(max(heard.event.owed, 0)))


@dossiers.on(FeeRefunded)
def fee_refunded(heard: Heard[FeeRefunded], store: Store) -> Awaitable[object]:
    return _tell(heard, store, "fee-refunded", str(heard.event.dong))


@dossiers.on(WithdrawalAsked)
def withdrawal_asked(heard: Heard[WithdrawalAsked], store: Store) -> Awaitable[object]:
    return _tell(heard, store, "withdrawal-asked" if heard.event.accepted else "withdrawn")


@cases.on(CaseStopped)
def stopped(heard: Heard[CaseStopped], store: Store) -> Awaitable[object]:
    return _tell(heard, store, "stopped", heard.event.office)


@cases.on(WithdrawalRefused)
def withdrawal_refused(heard: Heard[WithdrawalRefused], store: Store) -> Awaitable[object]:
    return _tell(heard, store, "withdrawal-refused", heard.event.office, heard.event.reason)


@cases.on(CaseOpened)
def opened(heard: Heard[CaseOpened], store: Store) -> Awaitable[object]:
    said = heard.event
    return _tell(heard, store, "opened", said.competent_office, said.due_at.isoformat(), code=said.code)


@cases.on(SupplementRequested)
def requested(heard: Heard[SupplementRequested], store: Store) -> Awaitable[object]:
    return _tell(heard, store, "supplement", ", ".join(heard.event.papers), heard.event.office)


@cases.on(DeadlineMoved)
def moved(heard: Heard[DeadlineMoved], store: Store) -> Awaitable[object] | None:
    """Nobody is told of a date that was counted again and stands."""
    said = heard.event
    if said.due_at == said.was_due_at:
        return None
    return _tell(heard, store, "moved", said.due_at.isoformat(), said.reason_vi, said.reason_en)


@cases.on(CaseDecided)
def decided(heard: Heard[CaseDecided], store: Store) -> Awaitable[object]:
    said = heard.event
    return _tell(heard, store, f"decided-{said.outcome}", said.competent_office, said.home_by, code=said.code)


@parcels.on(OutForDelivery)
def out_for_delivery(heard: Heard[OutForDelivery], store: Store) -> Awaitable[object]:
    return _tell(heard, store, "out-for-delivery")


@parcels.on(InvitationLeft)
def invitation_left(heard: Heard[InvitationLeft], store: Store) -> Awaitable[object]:
    """An attempt that failed is told by its invitation, not twice. After the last one nobody comes again."""
    if heard.event.invitation >= LAST_INVITATION:
        return _tell(heard, store, "invitation-last")
    return _tell(heard, store, "invitation-left", heard.event.next_attempt_after.isoformat())


def _tell(heard: Heard[Event], store: Store, template: str, *facts: str, code: str = "") -> Awaitable[object]:
    """Queue one message for this event: however often it is delivered, it is told once."""
    about = heard.envelope
    at = datetime.fromisoformat(about.time)
    return store.messages.create(
        message_id(about.id, "owner"),
        lambda: Message.queue(about.subject, about.id, template, facts, at, code=code),
        cause=heard,
    )
