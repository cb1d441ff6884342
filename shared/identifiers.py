"""Numbers and addresses of people and of postal items, made from raw text once and then trusted.

Each class is made with `.of(raw)`, keeps its normal form in `.text`, and refuses what cannot be with a sentence that
says what to do. The sentences never repeat the number: they end in logs and on screens. The codes that offices give
(procedure, agency, dossier, tracking) are in `shared.codes`.
"""

import re
from dataclasses import dataclass
from typing import ClassVar, Final, Self

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.vn import mst

from shared.data.provinces import FIRST_COUNTRY, PROVINCES
from shared.errors import Refusal


class InvalidCitizenNumber(Refusal):
    """Not a citizen number (CCCD) nor an old identity number (CMND)."""


class InvalidTaxNumber(Refusal):
    """Not a tax number (MST)."""


class InvalidPhone(Refusal):
    """Not a phone number in Việt Nam that can be reached today."""


class InvalidEmail(Refusal):
    """Not an e-mail address to which a mail server delivers."""


class InvalidItemNumber(Refusal):
    """Not a postal item number (UPU S10)."""


@dataclass(frozen=True, slots=True)
class CitizenNumber:
    """CCCD, 12 digits: province of birth registration (3), century and sex (1), year of birth (2), serial (6).

    It has no check digit: a well-formed number is not yet a real one (Decree 137/2015, art. 13).
    """

    LENGTH: ClassVar[int] = 12
    text: str

    @classmethod
    def of(cls, raw: str) -> Self:
        digits = re.sub(r"[\s.]", "", raw)
        if not _is_digits(digits, cls.LENGTH):
            raise InvalidCitizenNumber("A citizen number (CCCD) has 12 digits: copy it from the front of the card.")
        if digits[:3] not in PROVINCES and int(digits[:3]) < FIRST_COUNTRY:
            raise InvalidCitizenNumber("The first three digits are no province: check them against the card.")
        if digits[3] > "3":
            raise InvalidCitizenNumber("The fourth digit must be 0 to 3 (sex and century): check it against the card.")
        return cls(digits)

    @property
    def province(self) -> str:
        """Where the birth was registered; empty for a birth registered abroad."""
        return PROVINCES.get(self.text[:3], "")

    @property
    def birth_year(self) -> int:
        return 1900 + 100 * (int(self.text[3]) // 2) + int(self.text[4:6])

    @property
    def is_female(self) -> bool:
        return int(self.text[3]) % 2 == 1

    @property
    def last_four(self) -> str:
        """What a citizen types to see their own dossier; the only part that a page may show."""
        return self.text[-4:]


@dataclass(frozen=True, slots=True)
class OldIdentityNumber:
    """CMND, 9 digits: no longer issued, still written on old papers."""

    LENGTH: ClassVar[int] = 9
    text: str

    @classmethod
    def of(cls, raw: str) -> Self:
        digits = re.sub(r"[\s.]", "", raw)
        if not _is_digits(digits, cls.LENGTH):
            raise InvalidCitizenNumber("An old identity number (CMND) has 9 digits: copy it from the card.")
        return cls(digits)

    @property
    def last_four(self) -> str:
        return self.text[-4:]


class InvalidPassport(Refusal):
    """Not a passport number."""


_PASSPORT: Final = re.compile(r"[A-Z0-9]{6,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Passport:
    """A passport's number: of Việt Nam one letter and seven digits, of any country at most nine (ICAO Doc 9303-4)."""

    text: str

    @classmethod
    def of(cls, raw: str) -> Self:
        text = re.sub(r"[\s.-]", "", raw).upper()
        if not _PASSPORT.fullmatch(text) or not any(it.isdigit() for it in text):
            raise InvalidPassport("A passport number has 6 to 9 letters and digits: copy it from the data page.")
        return cls(text)


def identity_number(raw: str) -> CitizenNumber | OldIdentityNumber:
    """The number of whichever card was shown: 12 digits are a CCCD, 9 a CMND."""
    kind = _CARDS.get(len(re.sub(r"[\s.]", "", raw)))
    if kind is None:
        raise InvalidCitizenNumber("An identity number has 12 digits (CCCD) or 9 (CMND): count them again on the card.")
    return kind.of(raw)


_CARDS: Final[dict[int, type[CitizenNumber | OldIdentityNumber]]] = {
    CitizenNumber.LENGTH: CitizenNumber,
    OldIdentityNumber.LENGTH: OldIdentityNumber,
}


@dataclass(frozen=True, slots=True)
class TaxNumber:
    """MST: 10 digits with a check digit, `-001` for a branch, or since 1/7/2025 a person's 12-digit citizen number."""

    text: str

    @classmethod
    def of(cls, raw: str) -> Self:
        compact = mst.compact(raw)
        if len(compact) == CitizenNumber.LENGTH:
            return cls(CitizenNumber.of(compact).text)
        try:
            return cls(mst.format(mst.validate(compact)))
        except InvalidChecksum:
            raise InvalidTaxNumber(
                "The tax number's check digit does not fit: a digit is wrong, read it again."
            ) from None
        except ValidationError:
            raise InvalidTaxNumber(
                "A tax number (MST) has 10 digits, 13 for a branch, or the 12 of a citizen number: read it again."
            ) from None


# Mobile numbers lost a digit in 2018 (0123 456 7890 became 083 456 7890); the old ones reach nobody.
_DEAD_MOBILE: Final = re.compile(r"(?:\+?84|0)1[2689]\d{8}")
_PLAIN_PHONE: Final = re.compile(r"(?:\+84|0)([1-9]\d{8,9})", re.ASCII)
_ALLOWED_IN_PHONE: Final = re.compile(r"[+\d\s().-]+")
_REACHABLE: Final = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_VIETNAM: Final = 84  # the country code


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone in Việt Nam, in E.164: `+84912345678`. Several people may share one."""

    text: str

    @classmethod
    def of(cls, raw: str) -> Self:
        digits = re.sub(r"[\s().-]", "", raw)
        if _DEAD_MOBILE.fullmatch(digits):
            raise InvalidPhone(
                "This is a mobile number from before 2018, with 11 digits: ask for today's number with 10."
            )
        number = _plain_phone(digits) or _parsed_phone(raw)
        kind = phonenumbers.number_type(number) if number.country_code == _VIETNAM else PhoneNumberType.UNKNOWN
        if kind == PhoneNumberType.UNKNOWN:
            raise InvalidPhone(
                "This is no phone number in use in Việt Nam: mobile numbers have 10 digits, read it again."
            )
        if kind not in _REACHABLE:
            raise InvalidPhone("This is a service number: ask for a number at which the person can be reached.")
        return cls(phonenumbers.format_number(number, PhoneNumberFormat.E164))

    @property
    def is_mobile(self) -> bool:
        """Whether a text message can reach it."""
        return phonenumbers.number_type(phonenumbers.parse(self.text)) == PhoneNumberType.MOBILE

    @property
    def national(self) -> str:
        """As people write it: 0912 345 678."""
        return phonenumbers.format_number(phonenumbers.parse(self.text), PhoneNumberFormat.NATIONAL)


def _plain_phone(digits: str) -> phonenumbers.PhoneNumber | None:
    """What parsing would come to, at a tenth of its cost, where the number is written as nearly everybody does."""
    plain = _PLAIN_PHONE.fullmatch(digits)
    return phonenumbers.PhoneNumber(country_code=_VIETNAM, national_number=int(plain[1])) if plain else None


def _parsed_phone(raw: str) -> phonenumbers.PhoneNumber:
    try:
        if _ALLOWED_IN_PHONE.fullmatch(raw.strip()):
            return phonenumbers.parse(raw, "VN")
    except NumberParseException:
        pass
    raise InvalidPhone("A phone number holds digits only, for example 0912 345 678: read it again.")


_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_EMAIL: Final = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@((?:{_LABEL}\.)+{_LABEL})")
_LONGEST_LOCAL_PART: Final = 64
_LONGEST_EMAIL: Final = 254  # RFC 5321: a path holds 256 octets, two of them its brackets


@dataclass(frozen=True, slots=True)
class Email:
    """One e-mail address, as the dot-atom form of RFC 5322 writes it; the domain in small letters.

    Quoted local parts, address literals and letters beyond ASCII are refused: not every mail server takes them.
    """

    text: str

    @classmethod
    def of(cls, raw: str) -> Self:
        match = _EMAIL.fullmatch(raw.strip())
        if not match or len(match[1]) > _LONGEST_LOCAL_PART or len(match[0]) > _LONGEST_EMAIL:
            raise InvalidEmail(
                "An e-mail address looks like ten@example.com, one address without accents or spaces: read it again.",
                about="email",
            )
        return cls(f"{match[1]}@{match[2].lower()}")


_S10: Final = re.compile(r"([A-Z]{2})(\d{8})(\d)([A-Z]{2})")
_S10_WEIGHTS: Final = (8, 6, 4, 2, 3, 5, 9, 7)
_S10_RESERVED: Final = frozenset("JKSTW")


@dataclass(frozen=True, slots=True)
class ItemNumber:
    """A postal item's number (UPU standard S10): service indicator, 8 digits, check digit, country: `EE123456785VN`.

    Numbers are the post's to give out; `make` is for the post and for demonstrations.
    """

    text: str

    @classmethod
    def of(cls, raw: str) -> Self:
        text = re.sub(r"[\s.-]", "", raw).upper()
        if not text.isascii() or not (match := _S10.fullmatch(text)):
            raise InvalidItemNumber("An item number has 2 letters, 9 digits, 2 letters (EE123456785VN): scan it again.")
        service, serial, check, _ = match.groups()
        if service[0] in _S10_RESERVED:
            raise InvalidItemNumber("No item number begins with J, K, S, T or W: scan it again.")
        if s10_check_digit(serial) != check:
            raise InvalidItemNumber("The item number's check digit does not fit: a digit is wrong, scan it again.")
        return cls(text)

    @classmethod
    def make(cls, serial: int, *, service: str = "EE", country: str = "VN") -> Self:
        digits = f"{serial:08}"
        return cls.of(f"{service}{digits}{s10_check_digit(digits)}{country}")


def s10_check_digit(serial: str) -> str:
    """The check digit of eight digits: 11 minus the weighted sum modulo 11, where 10 gives 0 and 11 gives 5."""
    check = 11 - sum(weight * int(digit) for weight, digit in zip(_S10_WEIGHTS, serial, strict=True)) % 11
    return {10: "0", 11: "5"}.get(check, str(check))


def _is_digits(text: str, count: int) -> bool:
    return len(text) == count and text.isascii() and text.isdigit()
