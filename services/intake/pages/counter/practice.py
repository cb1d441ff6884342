"""People to practise with at the counter: invented, and nothing is filed with their numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from services.intake.domain.card import Card
from services.intake.domain.practice import DAUGHTER, MAN, MOTHER, MOTHER_BEFORE, WOMAN
from services.intake.pages.pay import drawn
from shared.web.languages import N_

__all__ = ["PEOPLE", "Practised", "ToScan"]


@dataclass(frozen=True)
class ToScan:
    """A card (CCCD): what its QR says, and the field of the screen into which it is read."""

    text: str
    box: Literal["card", "owner-number"] = "card"

    @property
    def name(self) -> str:
        return Card.of(self.text).name

    @cached_property
    def qr(self) -> str:
        """As SVG, for a wand to read from the screen."""
        return drawn(self.text)


@dataclass(frozen=True, slots=True)
class Practised:
    """Somebody who comes to the counter, and what for. `typed` is what no card says: a field and what goes there."""

    name: str
    wish: str
    procedure: str
    cards: tuple[ToScan, ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict[str, str])


THERE = "Thôn Tân Lâm, xã Đinh Văn Lâm Hà, tỉnh Lâm Đồng"
PEOPLE = (
    Practised(
        "Trần Văn Tập",
        N_("Có thẻ căn cước. Xin một bản sao trích lục khai sinh của mình."),
        "2.000635",
        (ToScan(f"{MAN}||Trần Văn Tập|15032001|Nam|{THERE}|01072025"),),
    ),
    Practised(
        "Ka Thử",
        N_("Đã già, chỉ có chứng minh nhân dân, không có điện thoại: gõ tay. Xin trợ cấp xã hội hằng tháng."),
        "1.001776",
        typed={N_("Số CMND"): WOMAN, N_("Ngày sinh"): "02/09/1944", N_("Địa chỉ"): THERE},
    ),
    Practised(
        "Lê Thị Luyện",
        N_("Nộp thay mẹ, theo văn bản ủy quyền: quét thẻ của hai người. Xin giấy phép xây nhà ở."),
        "1.013225",
        (
            ToScan(f"{DAUGHTER}||Lê Thị Luyện|20111985|Nữ|{THERE}|01072025"),
            ToScan(f"{MOTHER}|{MOTHER_BEFORE}|Phạm Thị Mẫu|05051958|Nữ|{THERE}|01072025", "owner-number"),
        ),
        {N_("Số văn bản"): "00/UQ"},
    ),
)
