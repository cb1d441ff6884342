"""The numbers of the people to practise with at the counter: of the right form, and nobody's. Pure."""

from services.intake.domain.filing import Filing
from shared.errors import Refusal

__all__ = ["DAUGHTER", "MAN", "MOTHER", "MOTHER_BEFORE", "PRACTISED", "WOMAN", "OnlyPractice", "check_real"]

MAN = "068201000000"
WOMAN = "250000000"
DAUGHTER = "068185000000"
MOTHER = "068158000000"
MOTHER_BEFORE = "251000000"
"""Of the CMND that her card replaced."""
PRACTISED = frozenset({MAN, WOMAN, DAUGHTER, MOTHER, MOTHER_BEFORE})


class OnlyPractice(Refusal):
    """With the card of somebody invented nothing is filed."""


def check_real(filing: Filing) -> None:
    """Of a filing that was checked and is not sealed. Raises `OnlyPractice`."""
    for about, it in (("number", filing.applicant), ("owner.number", filing.owner)):
        if it and it.number in PRACTISED:
            raise OnlyPractice(
                "This number is of somebody invented to practise with: scan the card of who is there, "
                "or practise at /counter/practice.",
                about=about,
            )
