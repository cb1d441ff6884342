"""An amount of money as it is written: in digits, and in Vietnamese words as on a receipt. Pure."""

__all__ = ["digits", "spelled"]

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
GROUPS = ("", "nghìn", "triệu")
THOUSAND, BILLION, TEN, HUNDRED = 1_000, 10**9, 10, 100


def digits(dong: int, point: str = ".") -> str:
    """8.000: with a point between thousands, as it is written in Vietnamese."""
    return f"{dong:,}".replace(",", point)


def spelled(dong: int) -> str:
    """10.005 is *Mười nghìn không trăm linh năm đồng*. Raises ValueError below zero."""
    if dong < 0:
        raise ValueError("a receipt says no amount below zero")
    words = _number(dong) if dong else DIGITS[0]
    return f"{words[0].upper()}{words[1:]} đồng"


def _number(value: int) -> str:
    """Groups of three from the left; after nine digits all begins again, with *tỷ*."""
    billions, rest = divmod(value, BILLION)
    said = [f"{_number(billions)} tỷ"] if billions else []
    for place in (2, 1, 0):
        group = rest // THOUSAND**place % THOUSAND
        if group:
            said.append(f"{_three(group, whole=bool(said))} {GROUPS[place]}".strip())
    return " ".join(said)


def _three(group: int, *, whole: bool) -> str:
    """Three digits; `whole`: something stands before them, so the hundreds are said even where there are none."""
    hundreds, rest = divmod(group, HUNDRED)
    said = [f"{DIGITS[hundreds]} trăm"] if hundreds or whole else []
    if rest:
        said.append(_two(rest, after=bool(said)))
    return " ".join(said)


def _two(rest: int, *, after: bool) -> str:
    tens, ones = divmod(rest, TEN)
    if not tens:
        return f"linh {DIGITS[ones]}" if after else DIGITS[ones]
    ten = "mười" if tens == 1 else f"{DIGITS[tens]} mươi"
    return f"{ten} {_one(ones, tens)}" if ones else ten


def _one(ones: int, tens: int) -> str:
    """*mốt*, *tư* and *lăm*: how one, four and five are said behind tens."""
    behind = {1: "mốt", 4: "tư"} if tens > 1 else {}
    return "lăm" if ones == DIGITS.index("năm") else behind.get(ones, DIGITS[ones])
