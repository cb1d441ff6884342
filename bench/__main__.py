"""`python -m bench`: the product and its floors, alternating; medians go into bench/results/latest.json.

In the environment: QUICK=1, once each, and short: to see that it works, not to be quoted. SCALE=1000000: T5 too, the
same with ten thousand dossiers in the store and with so many.
"""

import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from bench import scans
from bench.clerks import clerks
from bench.growth import LEAST, Growth, grow
from bench.measure import Measured, Phase, measure
from bench.stand import Contestant, Stand, stand
from bench.table import SATURATED, Runs, Span, console, growth_rows, rows, show, write

FEW, MANY = 64, 128
"""Connections of the generator."""
Put = Callable[[Stand], AbstractContextManager[Contestant]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How often each is put on the stand, and for how many seconds it is loaded."""

    rounds: int
    seconds: float
    warm: float
    scans: int
    """Scans that are put each time."""


QUICK, FULL = Plan(1, 3, 2, 40), Plan(3, 6, 3, 120)


@dataclass(slots=True)
class Bench:
    stand: Stand
    plan: Plan
    runs: Runs = field(default_factory=dict[tuple[str, str], list[Measured]])

    def warm_up(self) -> None:
        """The broker's compiler and the engines' caches, by a contestant whose figures are thrown away."""
        with self.stand.embedded() as contestant:
            measure(self.stand, contestant, Phase(MANY, 2 * self.plan.warm))

    def round(self, nth: int) -> None:
        """The product and the embedded floor, now the one first and now the other, and the textbook beside them."""
        first, second = (Stand.product, Stand.embedded) if nth % 2 else (Stand.embedded, Stand.product)
        self._contest(first, self._main)
        self._contest(second, self._main)
        self._contest(lambda it: it.textbook(batch=True), self._saturated)
        self._contest(lambda it: it.textbook(batch=False), self._one_by_one)

    def grow(self, scale: int) -> list[Growth]:
        """The product alone, while its store grows."""
        with self.stand.product() as contestant:
            grown: list[Growth] = []
            for it in grow(self.stand, contestant, (LEAST, max(scale, LEAST)), self.plan.rounds, self.plan.seconds):
                console.print(f"  {it.dossiers:,} dossiers, {it.megabytes:,.0f} MB")
                grown.append(it)
            return grown

    def _contest(self, put: Put, phases: Callable[[Contestant], None]) -> None:
        with put(self.stand) as contestant:
            console.print(f"[bold]{contestant.name}[/]")
            phases(contestant)

    def _main(self, contestant: Contestant) -> None:
        self._saturated(contestant)
        seconds = self.plan.seconds
        most = [self._phase(contestant, f"{MANY} connections", Phase(MANY, seconds)).carried]
        most += [it.carried for it in self.runs[contestant.name, SATURATED]]
        self._phase(contestant, "50/s", Phase(FEW, seconds, 50.0))
        if contestant.name == "product":
            self._phase(contestant, "half", Phase(FEW, seconds, max(most) / 2))

    def _saturated(self, contestant: Contestant) -> None:
        measure(self.stand, contestant, Phase(FEW, self.plan.warm))
        self._phase(contestant, SATURATED, Phase(FEW, self.plan.seconds))

    def _one_by_one(self, contestant: Contestant) -> None:
        """Its consumers fall behind at once, and it is measured until they are through: a short time is enough."""
        measure(self.stand, contestant, Phase(FEW, 0.5))
        self._phase(contestant, SATURATED, Phase(FEW, 2.0))

    def _phase(self, contestant: Contestant, name: str, phase: Phase) -> Measured:
        measured = measure(self.stand, contestant, phase)
        self.runs.setdefault((contestant.name, name), []).append(measured)
        accept, whole = (Span(*it).text for it in (measured.accept, measured.whole))
        console.print(
            f"  {name}: {measured.carried:.0f}/s, answer {accept} ms, to the last message {whole} ms, "
            f"{sum(measured.cpu_us.values()):.0f} us each, idle {measured.idle:.0f} %"
        )
        return measured


def main(folder: Path, results: Path, plan: Plan, scale: int = 0) -> None:
    with clerks() as them, stand(them, folder) as place:
        bench = Bench(place, plan)
        bench.warm_up()
        for nth in range(plan.rounds):
            bench.round(nth)
        scanned = scans.measured(place, plan.rounds, plan.scans)
        grown = bench.grow(scale) if scale else []
    found = [*rows(bench.runs), *scanned, *(growth_rows(grown) if grown else [])]
    show(found, bench.runs)
    console.print(f"Written: {_shown(write(found, bench.runs, results))}")


def _shown(files: Sequence[Path]) -> str:
    return ", ".join(os.path.relpath(it) for it in files)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as temporary:
        quick = os.environ.get("QUICK", "") not in {"", "0"}
        scale = int(os.environ.get("SCALE", "") or 0)
        main(Path(temporary), Path(__file__).parent / "results", QUICK if quick else FULL, scale)
