"""Amounts of money as people read them."""

from services.intake.domain.spelled import digits
from shared.web.languages import Language

__all__ = ["amount"]


def amount(dong: int, language: Language) -> str:
    """8.000 in Vietnamese, 8,000 in English; without the unit."""
    return digits(dong, "." if language.code == "vi" else ",")
