"""Intake on the bus: how far each dossier has come with the others."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from services.intake.domain.changing import answer_withdrawal, goes_home_by
from services.intake.domain.collecting import collected
from services.intake.domain.handing import hand_over
from services.intake.domain.progress import Entry, Progress
from services.intake.store import Store
from shared.bus import Hears
from shared.contracts.acting import Acted
from shared.contracts.notify import CallTaskOpened, MessageSent
from shared.contracts.postal import (
    AttemptFailed,
    InvitationLeft,
    MoneyCollected,
    OutForDelivery,
    ParcelDelivered,
    ParcelOrdered,
)
from shared.contracts.processing import (
    CaseDecided,
    CaseOpened,
    CaseStopped,
    ClockResumed,
    DeadlineMoved,
    StepCompleted,
    SupplementRequested,
    WithdrawalRefused,
)
from shared.events import Heard
from shared.people import Person

__all__ = ["HEARS"]

cases = Hears[Store]("processing.cases")
parcels = Hears[Store]("postal.parcels")
messages = Hears[Store]("notify.messages")
HEARS = (cases, parcels, messages)


@cases.on(CaseOpened)
def case_opened(heard: Heard[CaseOpened], store: Store) -> Awaitable[object]:
    due_at = heard.event.due_at
    entry = _entry(heard, detail=due_at.isoformat())
    return _note(heard, store, entry, lambda known: known.with_state(4, entry.at).with_due(due_at, entry.at))


@cases.on(StepCompleted)
def step_completed(heard: Heard[StepCompleted], store: Store) -> Awaitable[object]:
    return _note(heard, store, _entry(heard, detail=heard.event.step))


@cases.on(SupplementRequested)
def supplement_requested(heard: Heard[SupplementRequested], store: Store) -> Awaitable[object]:
    entry = _entry(heard, detail=", ".join(heard.event.papers))
    return _note(heard, store, entry, lambda known: known.with_state(5, entry.at))


@cases.on(ClockResumed)
def clock_resumed(heard: Heard[ClockResumed], store: Store) -> Awaitable[object]:
    entry = _entry(heard)
    return _note(heard, store, entry, lambda known: known.with_state(4, entry.at))


@cases.on(DeadlineMoved)
def deadline_moved(heard: Heard[DeadlineMoved], store: Store) -> Awaitable[object]:
    """A wait within one day moves nothing: the date was counted again and stands."""
    event = heard.event
    entry = replace(
        _entry(heard, detail=event.due_at.isoformat()), reason_vi=event.reason_vi, reason_en=event.reason_en
    )
    if event.due_at == event.was_due_at:
        entry = replace(entry, what="deadline-kept")
    return _note(heard, store, entry, lambda known: known.with_due(event.due_at, entry.at))


@cases.on(CaseDecided)
def case_decided(heard: Heard[CaseDecided], store: Store) -> Awaitable[object]:
    """The result is sent the way that processing knew: whatever was chosen meanwhile came too late."""
    event, entry = heard.event, _entry(heard, detail=heard.event.outcome)
    noted = _note(heard, store, entry, lambda known: known.decided(entry.at, late=event.late, result=event.result))
    sent = store.dossiers.change(
        heard.envelope.subject,
        lambda it: goes_home_by(it, event.home_by, office=event.office, at=entry.at),
        cause=heard,
    )
    return asyncio.gather(noted, sent)


@cases.on(CaseStopped)
def case_stopped(heard: Heard[CaseStopped], store: Store) -> Awaitable[object]:
    """State 8: the dossier is closed, and what was paid may go back."""
    entry = _entry(heard, detail=heard.event.reason)
    noted = _note(heard, store, entry, lambda known: known.with_state(8, entry.at))
    return asyncio.gather(noted, _answered(heard, store, granted=True))


@cases.on(WithdrawalRefused)
def withdrawal_refused(heard: Heard[WithdrawalRefused], store: Store) -> Awaitable[object]:
    noted = _note(heard, store, _entry(heard, detail=heard.event.reason))
    return asyncio.gather(noted, _answered(heard, store, granted=False))


@parcels.on(ParcelOrdered)
def parcel_ordered(heard: Heard[ParcelOrdered], store: Store) -> Awaitable[object]:
    return _note(heard, store, _entry(heard, detail=heard.event.tracking))


@parcels.on(OutForDelivery)
def out_for_delivery(heard: Heard[OutForDelivery], store: Store) -> Awaitable[object]:
    return _note(heard, store, _entry(heard))


@parcels.on(AttemptFailed)
def attempt_failed(heard: Heard[AttemptFailed], store: Store) -> Awaitable[object]:
    return _note(heard, store, _entry(heard, detail=heard.event.reason))


@parcels.on(InvitationLeft)
def invitation_left(heard: Heard[InvitationLeft], store: Store) -> Awaitable[object]:
    return _note(heard, store, _entry(heard, detail=heard.event.next_attempt_after.isoformat()))


@parcels.on(ParcelDelivered)
def parcel_delivered(heard: Heard[ParcelDelivered], store: Store) -> Awaitable[object]:
    """The result at the door closes the dossier (state 10); a paper file at the office does not."""
    noted = _note(heard, store, _entry(heard, detail=heard.event.kind))
    if heard.event.kind == "file":
        return noted
    by = Person("", "", heard.event.role, heard.event.office)
    at = heard.event.delivered_at
    closed = store.dossiers.change(
        heard.envelope.subject, lambda dossier: hand_over(dossier, "post", is_decided=True, by=by, at=at), cause=heard
    )
    return asyncio.gather(noted, closed)


@parcels.on(MoneyCollected)
def money_collected(heard: Heard[MoneyCollected], store: Store) -> Awaitable[object]:
    """The postman took it at the door: it is in the bill's book, also where nothing was due."""
    event, envelope = heard.event, heard.envelope
    by, at = Person("", "", event.role, event.office), datetime.fromisoformat(envelope.time)
    id = f"{event.parcel}-{envelope.sequence}"
    return store.dossiers.change(
        envelope.subject,
        lambda dossier: collected(dossier, id, event.dong, parcel=event.parcel, by=by, at=at),
        cause=heard,
    )


@messages.on(MessageSent)
def message_sent(heard: Heard[MessageSent], store: Store) -> Awaitable[object]:
    return _note(heard, store, _entry(heard, detail=f"{heard.event.template} ({heard.event.channel})"))


@messages.on(CallTaskOpened)
def call_task_opened(heard: Heard[CallTaskOpened], store: Store) -> Awaitable[object]:
    return _note(heard, store, _entry(heard, detail=heard.event.template))


def _answered(heard: Heard[Acted], store: Store, *, granted: bool) -> Awaitable[object]:
    at, office = datetime.fromisoformat(heard.envelope.time), heard.event.office
    return store.dossiers.change(
        heard.envelope.subject, lambda it: answer_withdrawal(it, granted=granted, office=office, at=at), cause=heard
    )


def _entry(heard: Heard[Acted], *, detail: str = "") -> Entry:
    envelope = heard.envelope
    what = envelope.type.partition(".v")[0]
    return Entry(datetime.fromisoformat(envelope.time), what, heard.event.office, detail)


def _note(
    heard: Heard[Acted], store: Store, entry: Entry, learn: Callable[[Progress], Progress] = lambda known: known
) -> Awaitable[object]:
    """Write one line of the timeline, and what else is known now, once."""
    subject = heard.envelope.subject

    def note(there: Progress | None) -> tuple[Progress]:
        return (learn((there or Progress(subject)).with_entry(entry)),)

    return store.progress.keep(subject, note, cause=heard)
