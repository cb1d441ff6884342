"""Codes that offices give: of procedures, agencies, dossiers, of online filings that are not yet a dossier, of files.

Each class is made with `.of(raw)`, keeps its normal form in `.text`, and refuses what cannot be with a sentence that
says what to do.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, Self

from shared.errors import Refusal


class InvalidProcedureCode(Refusal):
    """Not a procedure code (mã TTHC)."""


class InvalidAgencyCode(Refusal):
    """Not an agency code (mã định danh)."""


class InvalidDossierCode(Refusal):
    """Not a dossier code (mã hồ sơ)."""


class InvalidTrackingCode(Refusal):
    """Not a tracking code, or one with a slip of the finger in it."""


class InvalidDigest(Refusal):
    """Not a SHA-256."""


_PROCEDURE: Final = re.compile(r"(\d\.\d{6})(?:\.((?:[0-9A-Z]{2,3}\.)*[0-9A-Z]{2,3}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ProcedureCode:
    """A procedure's national code, `2.000815`, and the suffix of a local variant or service if one was written."""

    text: str
    variant: str = ""

    @classmethod
    def of(cls, raw: str) -> Self:
        """Reads `2.000815`, `2.000815.000.00.00.H55`, `1.012753.H19` and `2.000815.01`."""
        match = _PROCEDURE.fullmatch(raw.strip().upper())
        if not match:
            raise InvalidProcedureCode("A procedure code has one digit, a point and six digits, for example 2.000815.")
        return cls(match[1], match[2] or "")


Order = Literal["2016", "2020"]
_AGENCY_2016: Final = re.compile(r"(\d{3})\.(\d{2})\.(\d{2})\.([A-Z]\d{2})", re.ASCII)
_AGENCY_2020: Final = re.compile(r"[A-Z]\d{2}(?:\.\d{2,3}){0,4}", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class AgencyCode:
    """An agency's code, from its province or ministry downwards: levels `("H36", "15")`.

    It is written largest first since Decision 20/2020 (`H36.15`) and was written smallest first in QCVN 102:2016
    (`000.00.15.H36`). Both name the same agency and are equal; `text` keeps the order in which it was given.
    """

    levels: tuple[str, ...]
    order: Order = field(default="2020", compare=False)

    @classmethod
    def of(cls, raw: str) -> Self:
        text = raw.strip().upper()
        if match := _AGENCY_2016.fullmatch(text):
            return cls(_without_empty(tuple(reversed(match.groups()))), "2016")
        if _AGENCY_2020.fullmatch(text):
            return cls(_without_empty(tuple(text.split("."))), "2020")
        raise InvalidAgencyCode("An agency code looks like H36.15 (or 000.00.15.H36 before 2020): check it.")

    @property
    def text(self) -> str:
        return self.in_order(self.order)

    def in_order(self, order: Order) -> str:
        """The code in that order; the order of 2016 has room for two digits, two digits and three, and no more."""
        if order == "2020":
            return ".".join(self.levels)
        empty = ("00", "00", "000")[len(self.levels) - 1 :]
        old = ".".join(reversed((*self.levels, *empty)))
        if not _AGENCY_2016.fullmatch(old):
            raise InvalidAgencyCode("This agency has no code in the order of 2016: write it as H36.15.")
        return old

    def is_within(self, other: "AgencyCode") -> bool:
        """Whether this agency is `other` or stands under it."""
        return self.levels[: len(other.levels)] == other.levels


def _without_empty(levels: tuple[str, ...]) -> tuple[str, ...]:
    while len(levels) > 1 and not levels[-1].strip("0"):
        levels = levels[:-1]
    return levels


_DOSSIER: Final = re.compile(r"([0-9A-Z.]+)-(?:\d{2})?(\d{2})(\d{2})(\d{2})-(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class DossierCode:
    """A dossier's legal code: receiving agency, local day, number of that day (Circular 01/2018, art. 19).

    Written `H36.15-200122-0042`. After 9999 the number takes a fifth digit (`-10000`). Such texts no longer sort as the
    numbers do ("10000" before "9999"): sort by the values of this class, which compare by agency, day and number.
    """

    agency: AgencyCode
    day: date
    number: int

    def __post_init__(self) -> None:
        if self.number < 1:
            raise InvalidDossierCode("The numbers of a day begin with 1: check the code on the slip.")

    @classmethod
    def of(cls, raw: str) -> Self:
        """Reads other systems' codes too: either order of the agency, YYMMDD or YYYYMMDD, any padding."""
        match = _DOSSIER.fullmatch(raw.strip().upper())
        try:
            if match:
                day = date(2000 + int(match[2]), int(match[3]), int(match[4]))
                return cls(AgencyCode.of(match[1]), day, int(match[5]))
        except (ValueError, InvalidAgencyCode):
            pass
        raise InvalidDossierCode("A dossier code looks like H36.15-200122-0042: copy it from the slip.")

    @property
    def text(self) -> str:
        """The strict form, which is the only one that is ever printed."""
        return f"{self.agency.text}-{self.day:%y%m%d}-{self.number:04}"


_SYMBOLS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_RANDOM: Final = 9
_RANDOM_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class TrackingCode:
    """The code of an online filing from its first second: 9 random symbols and a check symbol, `7KM2P-XQ4RT`.

    There is no 0, O, 1, I or L. The 31 symbols that are left are a prime number of them, so the check (the sum of each
    symbol times its place, modulo 31) catches every wrong symbol and every two symbols that changed places.
    """

    text: str

    @classmethod
    def make(cls, random_bytes: bytes) -> Self:
        """From at least 8 random bytes. Two codes may meet by chance: keep a unique index and make another."""
        if len(random_bytes) < _RANDOM_BYTES:
            raise ValueError("Give at least 8 random bytes, for example secrets.token_bytes(8).")
        number, symbols = int.from_bytes(random_bytes, "big"), ""
        for _ in range(_RANDOM):
            number, rest = divmod(number, len(_SYMBOLS))
            symbols += _SYMBOLS[rest]
        return cls(_grouped(symbols + _check_symbol(symbols)))

    @classmethod
    def of(cls, raw: str) -> Self:
        """Reads what a person typed: any case, spaces and dashes anywhere."""
        symbols = re.sub(r"[\s-]", "", raw).upper()
        if len(symbols) != _RANDOM + 1 or not set(symbols) <= set(_SYMBOLS):
            raise InvalidTrackingCode(
                "A tracking code has 10 letters and digits, none of them 0, O, 1, I or L: look again."
            )
        if symbols[-1] != _check_symbol(symbols[:-1]):
            raise InvalidTrackingCode(
                "A letter or digit of the tracking code is wrong: compare it with the message again."
            )
        return cls(_grouped(symbols))


def _check_symbol(symbols: str) -> str:
    total = sum(place * _SYMBOLS.index(symbol) for place, symbol in enumerate(symbols, start=1))
    return _SYMBOLS[total % len(_SYMBOLS)]


def _grouped(symbols: str) -> str:
    return f"{symbols[:5]}-{symbols[5:]}"


class NotACode(Refusal):
    """Where a code is asked for, free text does not do: it travels in events, and might name a person."""


_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", re.ASCII)


def code(raw: str, about: str) -> str:
    """A code as it is: at most 80 letters, digits, dots, dashes. Raises `NotACode`, naming the field."""
    if not _CODE.fullmatch(raw):
        raise NotACode("Give a code of letters, digits, dots and dashes; words belong on the form.", about=about)
    return raw


_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Digest:
    """A file's SHA-256 (FIPS 180-4), 64 hexadecimal digits in small letters."""

    text: str

    @classmethod
    def of(cls, raw: str, *, about: str = "") -> Self:
        """Exactly 64 hexadecimal digits, large or small; `about` names the field in the refusal."""
        text = raw.lower()
        if not _DIGEST.fullmatch(text):
            raise InvalidDigest("Give the file's SHA-256: 64 hexadecimal digits, as sha256sum prints it.", about=about)
        return cls(text)
