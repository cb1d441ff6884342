"""What the QR of a citizen's card (CCCD) says. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from services.intake.domain.legible import legible
from shared.errors import Refusal
from shared.identifiers import CitizenNumber, OldIdentityNumber

__all__ = ["Card", "UnreadableCard"]

PARTS = (6, 7, 11)
"""Fields between the bars: six on early cards, seven since, eleven with parents and the like on those of 2024."""


class UnreadableCard(Refusal):
    """Not the text of a citizen's card."""


@dataclass(frozen=True, slots=True)
class Card:
    number: str
    old_number: str
    """The CMND that the card replaced, where it had one."""
    name: str
    born: date
    is_female: bool
    address: str
    issued: date | None
    address_today: str = ""
    """The address in the units since 1/7/2025, where it was looked up and found; no card says it."""

    @classmethod
    def of(cls, text: str) -> Self:
        """Reads `068201000123|250123456|Nguyễn Văn Bình|01011990|Nam|Thôn 1, …|01012021`. Raises `UnreadableCard`."""
        parts = [it.strip() for it in legible(text).split("|")]
        if len(parts) not in PARTS or not parts[2]:
            raise UnreadableCard("This is not the QR of a citizen's card: scan it again, or type the fields.")
        number, old, name, born, sex, address, *issued = parts
        return cls(
            CitizenNumber.of(number).text,
            OldIdentityNumber.of(old).text if old else "",
            name,
            _day(born),
            sex.casefold() in {"nữ", "nu", "f"},
            address,
            _day(issued[0]) if issued and issued[0] else None,
        )


def _day(text: str) -> date:
    try:
        return date(int(text[4:]), int(text[2:4]), int(text[:2]))
    except ValueError as wrong:
        raise UnreadableCard("A date on the card cannot be read: scan it again, or type the fields.") from wrong
