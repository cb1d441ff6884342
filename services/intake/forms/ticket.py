"""The number that a machine at the door prints, on paper 80 mm wide."""

from dataclasses import dataclass
from datetime import datetime

from services.intake.forms.frame import compiled, drawn, json_of, short

__all__ = ["TicketForm", "ticket_pdf"]


@dataclass(frozen=True, slots=True)
class TicketForm:
    """It tells nothing of whoever holds it."""

    number: str
    office: str
    wish: str
    before: str
    taken: str
    url: str
    qr: str

    @classmethod
    def of(cls, number: int, office: str, wish: str, before: int, taken_at: datetime, url: str) -> "TicketForm":
        waiting = f"Trước bạn còn {before} người" if before else "Bạn là người tiếp theo"
        return cls(str(number), office, wish, waiting, short(taken_at), url, drawn(url))


def ticket_pdf(form: TicketForm) -> bytes:
    """One page, as long as its words need. Call it in a thread."""
    return compiled("ticket.typ", {"form": json_of(form)})
