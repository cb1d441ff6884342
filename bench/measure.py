"""One phase of load on one contestant: how many, how fast, and at whose cost."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bench import readings
from bench.load import Filed, Order
from bench.stand import Contestant, Stand


@dataclass(frozen=True, slots=True)
class Phase:
    """`rate` 0: closed loop at saturation."""

    connections: int
    seconds: float
    rate: float = 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """Times in milliseconds; `cpu_us` in microseconds for each dossier, of each process until all was at rest."""

    dossiers: int
    carried: float
    """Dossiers a second, from the first question to the last message of the last dossier."""
    accept: tuple[float, float]
    """Median and 99th percentile of the HTTP answer."""
    whole: tuple[float, float]
    """The same, from the question to the last message's write."""
    cpu_us: dict[str, float]
    idle: float
    """Share of the two cores that nobody used while the load lasted, in percent."""


class Refused(Exception):
    """A dossier was not accepted: the measurement is void."""


def measure(stand: Stand, contestant: Contestant, phase: Phase) -> Measured:
    """File, wait until everything is at rest, read the clocks. Raises `Refused`, `NotFinished`."""
    run = (stand.taken << 16) | (contestant.filed & 0xFFFF) | 0x1000_0000
    order = Order(contestant.port, run, phase.connections, phase.seconds, stand.clerks.tokens, phase.rate)
    before, idle_before = readings.cpu_of(contestant.pids), readings.machine()
    filed = _file(order, stand.folder)
    idle_after = readings.machine()
    contestant.filed += len(filed.began)
    if filed.refused or not all(filed.answered):
        unanswered = sum(not it for it in filed.answered)
        raise Refused(f"{contestant.name}: {filed.refused} refused, {unanswered} unanswered: {filed.first_refusal}")
    readings.at_rest(stand.client, contestant.prefix, contestant.filed)
    used = {name: after - before[name] for name, after in readings.cpu_of(contestant.pids).items()}
    ended = readings.ends(stand.client, contestant.prefix, run)
    return _measured(filed, ended, {**used, "generator": filed.cpu}, idle_before, idle_after)


def _file(order: Order, folder: Path) -> Filed:
    file = folder / "order.json"
    file.write_bytes(msgspec.json.encode(order))
    subprocess.run([sys.executable, "-m", "bench.load", str(file)], check=True)
    return msgspec.json.decode(file.read_bytes(), type=Filed)


def _measured(
    filed: Filed,
    ended: dict[int, float],
    used: dict[str, float],
    before: tuple[float, float],
    after: tuple[float, float],
) -> Measured:
    count = len(filed.began)
    if len(ended) != count:
        raise readings.NotFinished(f"the log shows {len(ended)} of {count} dossiers at their end")
    accept = [answered - began for began, answered in zip(filed.began, filed.answered, strict=True)]
    whole = [ended[number] - began for number, began in enumerate(filed.began)]
    return Measured(
        count,
        count / (max(ended.values()) - min(filed.began)),
        _quantiles(accept),
        _quantiles(whole),
        {name: seconds / count * 1e6 for name, seconds in used.items()},
        100 * (after[0] - before[0]) / (after[1] - before[1]),
    )


def _quantiles(seconds: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(seconds)
    return ordered[len(ordered) // 2] * 1e3, ordered[int(len(ordered) * 0.99)] * 1e3
