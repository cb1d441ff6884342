"""Each fact of the main job in plain words; a fact that is not listed is told by its name alone."""

from datetime import datetime
from typing import Any

from deploy.facts import name_of, told
from shared.calendar import VIETNAM
from shared.events import Envelope

WORDS = {
    "dossier-submitted": "filed at {receiving_office} for {procedure} (channel {channel}, assisted: {assisted})",
    "dossier-accepted": "received as {code}; due {due_at}; {papers_on_paper} sheets lie at {support_point}",
    "fee-due": "{dong} đồng are to be paid",
    "fee-paid": "{dong} đồng came in by {way}; still owed: {owed}",
    "dossier-supplemented": "the missing papers were brought to {office}",
    "result-handed-over": "the result is with the citizen (by {by}): the dossier is closed, state 10",
    "contact-recorded": "how to reach them is recorded (restricted topic)",
    "case-opened": "a case at {competent_office} with the steps {steps}",
    "step-completed": "{step} is done; next: {next_step}",
    "supplement-requested": "asks for {papers}, because: {reason}",
    "clock-stopped": "the clock stands since {stopped_at}",
    "clock-resumed": "the clock runs again since {resumed_at}",
    "deadline-moved": "the due date was counted again: {due_at} (before: {was_due_at}); {reason_vi} / {reason_en}",
    "case-decided": "decided: {outcome}, late: {late}; the signed result is {result}",
    "parcel-ordered": "parcel {tracking} ({kind}) from {sender}, promised by {promised_by}",
    "parcel-sealed": "the parcel lies in the sealed bag",
    "out-for-delivery": "the postman is on his way with the result",
    "attempt-failed": "attempt {attempt} failed: {reason}",
    "invitation-left": "invitation {invitation} is left; the next attempt from {next_attempt_after}",
    "parcel-delivered": "delivered ({kind}), signed for: {proof}",
    "money-collected": "{dong} đồng collected at the door",
    "manifest-opened": "a bag from {sender} to {recipient}",
    "manifest-sealed": "the bag is sealed with {seal}",
    "manifest-received": "counted, ticked and signed for at {office}: {record}",
    "message-queued": "will tell the applicant: {template}",
    "message-sent": "told by {channel}: {template}",
    "call-task-opened": "no address to write to, so somebody will call: {template}",
}


def in_words(fact: Envelope) -> str:
    """`dossier-accepted: received as …`."""
    name = name_of(fact)
    if name not in WORDS:
        return name
    return f"{name}: {WORDS[name].format(**{field: _plain(value) for field, value in told(fact).items()})}"


def _plain(value: Any) -> str:
    """Lists with commas, digests cut, times as they are read in Vietnam."""
    if isinstance(value, list):
        return ", ".join(str(it) for it in value) or "—"  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] (JSON)
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value) or "—"
    if len(text) == 64:  # noqa: PLR2004  a SHA-256 in hexadecimal
        return f"{text[:12]}…"
    try:
        return f"{datetime.fromisoformat(text).astimezone(VIETNAM):%H:%M %d/%m/%Y}"
    except ValueError:
        return text
