"""From measurements to the table of ratios, on the screen and in bench/results/."""

import os
import platform
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, cast

import msgspec
from rich.console import Console
from rich.table import Table

from bench.growth import Growth
from bench.measure import Measured

console = Console(highlight=False, width=None if sys.stdout.isatty() else 190)
SATURATED = "64 connections"
Runs = dict[tuple[str, str], list[Measured]]
"""By contestant and phase."""
KEPT = 10
"""Dated files that stay beside `latest.json`."""


class Span(NamedTuple):
    p50: float
    p99: float

    @property
    def text(self) -> str:
        return f"{self.p50:.1f} / {self.p99:.1f}"


class Row(msgspec.Struct):
    """`ratio`: product by floor; where there is no floor, product by target. `cpu_us`: each of the product's processes.

    `met` compares with `wanted` in the direction that `wanted` says.
    """

    target: str
    what: str
    product: float
    floor: float | None
    ratio: float
    unit: str
    wanted: str
    met: bool
    cpu_us: dict[str, float]
    floor_cpu_us: dict[str, float]
    idle_percent: float
    runs: int


def rows(runs: Runs) -> list[Row]:
    """One row for each target and what it is measured against; medians of the runs."""
    return [
        _rate("T1", "embedded", 0.5, runs, SATURATED),
        _rate("T1", "embedded", 0.5, runs, "128 connections"),
        _rate("T2", "textbook-single", 10, runs, SATURATED),
        _rate("T2", "textbook-batch", 2, runs, SATURATED),
        _latency("T3", "median, question to last message", 0, 2, runs),
        _latency("T3", "p99, question to last message", 1, 3, runs),
        _accept(runs),
    ]


def growth_rows(grown: Sequence[Growth]) -> list[Row]:
    """T5: what a dossier costs in the large stock by what it costs in the small one; and how long questions take."""
    small, large = grown[0], grown[-1]
    costs = [median(sum(one.cpu_us.values()) for one in it.filed) for it in (small, large)]
    what = f"CPU of a dossier with {large.dossiers:,} in the store, against {small.dossiers:,}"
    found = [
        _row("T5", what, costs[1], costs[0], "us", "<= 1.15", costs[1] / costs[0] <= 1.15, large.filed, small.filed)
    ]
    for name, seen in large.asked.items():
        what = f"{name}: p95 with {large.dossiers:,}, against {small.dossiers:,}"
        floor = small.asked[name].p95
        found.append(_row("T5", what, seen.p95, floor, "ms", "<= 50 ms", seen.p95 <= 50, large.filed, ()))
    return found


def show(found: Sequence[Row], runs: Runs) -> None:
    table = Table("target", "what", "product", "floor", "ratio", "wanted", title="Ratios, medians of alternating runs")
    for row in found:
        floor = "-" if row.floor is None else f"{row.floor:.1f}"
        mark = "[green]yes[/]" if row.met else "[red]no[/]"
        table.add_row(
            row.target,
            row.what,
            f"{row.product:.1f} {row.unit}",
            floor,
            f"{row.ratio:.2f}",
            f"{row.wanted} {mark}",
        )
    console.print(table)
    console.print(_costs(runs))


def write(found: Sequence[Row], runs: Runs, folder: Path) -> list[Path]:
    """`latest.json`, and the same under its date."""
    at = datetime.now(UTC)
    whole = {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "date": at.isoformat(timespec="seconds"),
        "rows": found,
        "phases": [_phase(who, name, some) for (who, name), some in runs.items()],
    }
    text = msgspec.json.format(msgspec.json.encode(_rounded(msgspec.to_builtins(whole))), indent=1)
    files = [folder / "latest.json", folder / f"{at:%Y-%m-%dT%H%M%S}.json"]
    folder.mkdir(exist_ok=True)
    for file in files:
        file.write_bytes(text + b"\n")
    for old in sorted(folder.glob("2*.json"))[:-KEPT]:
        old.unlink()
    return files


def _rate(target: str, floor: str, least: float, runs: Runs, phase: str) -> Row:
    ours, theirs = runs["product", phase], runs[floor, phase]
    product, other = (median(it.carried for it in some) for some in (ours, theirs))
    what = f"{phase}, to the last message, against {floor}"
    return _row(target, what, product, other, "dossiers/s", f">= {least:g}", product / other >= least, ours, theirs)


def _latency(target: str, what: str, which: int, most: float, runs: Runs) -> Row:
    ours, theirs = runs["product", "50/s"], runs["embedded", "50/s"]
    product, other = (median(it.whole[which] for it in some) for some in (ours, theirs))
    return _row(target, f"50/s, {what}", product, other, "ms", f"<= {most:g}", product / other <= most, ours, theirs)


def _accept(runs: Runs, most: float = 100.0) -> Row:
    ours = runs["product", "half"]
    product = median(it.accept[1] for it in ours)
    return _row(
        "T4", "half of saturation, p99 of the answer", product, None, "ms", "<= 100 ms", product <= most, ours, ()
    )


def _row(
    target: str,
    what: str,
    product: float,
    floor: float | None,
    unit: str,
    wanted: str,
    met: bool,
    ours: Sequence[Measured],
    theirs: Sequence[Measured],
) -> Row:
    ratio = product / (floor or 100.0)
    idle = median(it.idle for it in ours)
    return Row(target, what, product, floor, ratio, unit, wanted, met, _cpu(ours), _cpu(theirs), idle, len(ours))


def _cpu(some: Sequence[Measured]) -> dict[str, float]:
    return {name: median(it.cpu_us[name] for it in some) for name in some[0].cpu_us} if some else {}


def _costs(runs: Runs) -> Table:
    """Where the time goes, and whether the cores or something else set the limit."""
    names = list(next(iter(runs.values()))[0].cpu_us)
    table = Table(
        "who", "phase", "/s", "answer ms", "to the end ms", *names, "sum", "idle %", title="CPU us per dossier"
    )
    for (who, phase), some in runs.items():
        cpu = _cpu(some)
        accept, whole = _span(some, "accept"), _span(some, "whole")
        rate = median(it.carried for it in some)
        shown = [f"{cpu[name]:.0f}" for name in names]
        idle = f"{median(it.idle for it in some):.0f}"
        table.add_row(who, phase, f"{rate:.0f}", accept.text, whole.text, *shown, f"{sum(cpu.values()):.0f}", idle)
    return table


def _span(some: Sequence[Measured], name: str) -> Span:
    spans: list[tuple[float, float]] = [getattr(it, name) for it in some]
    return Span(median(it[0] for it in spans), median(it[1] for it in spans))


def _phase(who: str, name: str, some: Sequence[Measured]) -> Mapping[str, object]:
    return {
        "who": who,
        "phase": name,
        "carried": median(it.carried for it in some),
        "accept_ms": _span(some, "accept"),
        "whole_ms": _span(some, "whole"),
        "cpu_us": _cpu(some),
        "idle_percent": median(it.idle for it in some),
        "carried_each": [it.carried for it in some],
    }


def _rounded(value: Any) -> Any:
    match value:
        case float():
            return round(value, 2)
        case dict():
            return {name: _rounded(it) for name, it in cast("dict[str, Any]", value).items()}
        case list() | tuple():
            return [_rounded(it) for it in cast("list[Any]", value)]
        case _:
            return value
