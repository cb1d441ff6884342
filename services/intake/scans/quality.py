"""How a page looks: is there anything on it, is it sharp, does it stand straight. On grey pictures, without numpy."""

from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image, ImageFilter, ImageStat

from services.intake.domain.scan import Warned

__all__ = ["Page", "thumbnail", "warnings"]

THUMBNAIL = (200, 280)
MARGIN = 0.04
"""Share of each edge that is not looked at: lids and shadows of scanners lie there."""
INK = 45
"""Grey values below the paper's own at which something is ink."""
LEAST_INK = 0.00015
"""Share of a page below which it is empty: a line of text on A4 has 0.002, "2/2" alone 0.0003."""
ENOUGH = 0.001
"""Share of ink from which on it can be told whether it is sharp."""
SHARP = 0.2
"""How steep the steepest edges are, as a share of the contrast: below it letters run into one another."""
LAPLACE = ImageFilter.Kernel((3, 3), (0, -1, 0, -1, 4, -1, 0, -1, 0), scale=1, offset=0)
STEEPEST = 0.002
STRAIGHT = 2.5
"""Degrees up to which nobody minds."""
TURNS = [it / 2 for it in range(-20, 21)]
SMALL = 500
"""Pixels of the longer edge at which lines of text are looked for."""


@dataclass(frozen=True, slots=True)
class Page:
    """What was measured."""

    ink: float
    sharpness: float
    turned: float

    @classmethod
    def of(cls, picture: Image.Image) -> "Page":
        grey = _inside(picture)
        calm = grey.reduce(2).histogram()  # without the grain of paper and sensor
        paper = _percentile(calm, 0.6)
        ink = _share_below(calm, paper - INK)
        if ink < LEAST_INK:
            return cls(ink, 1.0, 0.0)
        return cls(ink, _sharpness(grey, paper, ink) if ink > ENOUGH else 1.0, _turned(grey, paper))

    @property
    def flaw(self) -> str:
        if self.ink < LEAST_INK:
            return "empty"
        if self.sharpness < SHARP:
            return "blurred"
        return "skewed" if abs(self.turned) > STRAIGHT else ""


def warnings(pictures: Iterable[Image.Image]) -> tuple[Warned, ...]:
    """One for each page that should be scanned again."""
    flaws = ((n, Page.of(it).flaw) for n, it in enumerate(pictures, start=1))
    return tuple(Warned(flaw, n) for n, flaw in flaws if flaw)  # type: ignore[arg-type]


def thumbnail(picture: Image.Image) -> Image.Image:
    small = picture.copy()
    small.thumbnail(THUMBNAIL, reducing_gap=3.0)
    return small


def _inside(picture: Image.Image) -> Image.Image:
    grey = picture.convert("L")
    x, y = int(grey.width * MARGIN), int(grey.height * MARGIN)
    return grey.crop((x, y, max(grey.width - x, x + 1), max(grey.height - y, y + 1)))


def _sharpness(grey: Image.Image, paper: int, inked: float) -> float:
    """The Laplacian where it is steepest, above what grain alone would give, by the contrast of ink and paper."""
    edges = grey.filter(LAPLACE).crop((1, 1, grey.width - 1, grey.height - 1))  # the outermost pixels are not filtered
    histogram, few = edges.histogram(), min(STEEPEST, inked / 2)
    steep, grain = _percentile(histogram, 1 - few), _percentile(histogram, 0.75) / 0.674
    ink = _percentile(grey.histogram(), few)
    return max(steep - 3 * grain, 0) / max(paper - ink, 1)


def _turned(grey: Image.Image, paper: int) -> float:
    """Degrees by which the lines of text are turned: at their angle, ink and gaps stand clearest apart."""
    small = grey.point([255 * (value < paper - INK) for value in range(256)])
    small.thumbnail((SMALL, SMALL), Image.Resampling.BOX)
    clear = {turn: _clearness(small, turn) for turn in TURNS}
    best = max(TURNS, key=lambda it: clear[it])
    return best if clear[best] > 1.25 * clear[0.0] and abs(best) < max(TURNS) else 0.0


def _clearness(ink: Image.Image, turn: float) -> float:
    rows = ink.rotate(turn, Image.Resampling.BILINEAR).resize((1, ink.height), Image.Resampling.BOX)
    return ImageStat.Stat(rows).var[0]


def _percentile(histogram: list[int], share: float) -> int:
    """The grey value below which this share of the pixels lies."""
    left = share * sum(histogram)
    for value, count in enumerate(histogram):
        left -= count
        if left <= 0:
            return value
    return len(histogram) - 1


def _share_below(histogram: list[int], value: int) -> float:
    return sum(histogram[: max(value, 0)]) / max(sum(histogram), 1)
