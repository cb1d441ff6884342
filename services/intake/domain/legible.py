"""What people type, as it is kept. Pure."""

import unicodedata

__all__ = ["legible"]


def legible(raw: str) -> str:
    """The same in composed letters (NFC), without blanks around it and without signs that nobody sees.

    Control signs and those that turn the direction of writing show another text than is there, on a screen or on a
    form; any blank is a blank. A phone and a registry write one name in different signs: so it is the same name.
    """
    seen = raw if raw.isprintable() else "".join(map(_seen, raw.replace("\r\n", "\n")))
    return unicodedata.normalize("NFC", seen).strip()


def _seen(sign: str) -> str:
    if sign == "\n" or sign.isprintable():
        return sign
    return " " if sign.isspace() else ""
