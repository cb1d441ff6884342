"""The account of a replay: what came in against what the services said, to the last case."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.table import Table

from deploy.facts import Facts, NothingCame, awaits_answer, name_of
from deploy.logbook import LoggedCase
from shared.events import Envelope

FILED_ONLINE = "dossier-submitted, to be answered"
TOLD = (FILED_ONLINE, "dossier-accepted", "case-opened", "case-decided")
"""The facts of a replayed case of which the applicant hears: one message each."""
ENDS = ("message-sent", "call-task-opened")
MOST_TOLD = 20


@dataclass
class Driven:
    """What the calls came to."""

    ends: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """The case as processing answered it last, by id."""
    refusals: dict[str, tuple[LoggedCase, str]] = field(default_factory=dict[str, tuple[LoggedCase, str]])

    def arrived(self, id: str, case: LoggedCase, end: dict[str, Any]) -> None:
        self.ends[id] = {"done": len(end["done"]), "decided": end["outcome"] is not None}

    def refused(self, id: str, case: LoggedCase, why: str) -> None:
        self.refusals[id] = (case, why)


@dataclass
class Account:
    """Both sides. `said` counts each case's facts by name, each fact once."""

    cases: Sequence[LoggedCase]
    by_id: Mapping[str, LoggedCase]
    driven: Driven
    seconds: float = 0.0
    took: list[float] = field(default_factory=list[float])
    retries: int = 0
    said: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    topics: tuple[str, ...] = ("intake.dossiers", "processing.cases", "postal.parcels", "notify.messages")
    by_topic: Counter[str] = field(default_factory=Counter[str])
    gaps: list[str] = field(default_factory=list[str])

    def hear(self, fact: Envelope) -> None:
        if fact.subject in self.by_id:
            name = name_of(fact)
            self.said[fact.subject][name] += 1
            self.said[fact.subject][FILED_ONLINE] += awaits_answer(fact)
            self.by_topic[fact.topic] += 1

    async def complete(self, facts: Facts, patience: float) -> None:
        """Return when all that must be said was said, or nothing more comes for `patience` seconds."""
        with suppress(NothingCame):  # what is missing stands in the account
            await facts.until(lambda: not any(self._wrong()), "The rest", patience=patience)
        self.gaps = facts.gaps

    @property
    def balances(self) -> bool:
        return not any(self._wrong()) and not self.driven.refusals and not self.gaps

    def differences(self, log: Path) -> Iterable[str]:
        """What does not balance, case by case, with the line of the log where it begins."""
        lines = [f"{log}, line {case.line}, {case.name}: {why}" for case, why in self.driven.refusals.values()]
        lines += [f"{log}, line {self.by_id[id].line}, {self.by_id[id].name}: {why}" for id, why in self._wrong()]
        lines += [f"a gap in the log of the bus: {gap}" for gap in self.gaps]
        yield from lines[:MOST_TOLD]
        if len(lines) > MOST_TOLD:
            yield f"… and {len(lines) - MOST_TOLD} more."
        if lines:
            yield "It does not balance: look into the services' logs and at `motcua parked list`; then run it again."

    def totals(self) -> dict[str, Any]:
        """The report, as plain numbers; times in seconds and milliseconds."""
        told = self._sum(*ENDS)
        calls = sorted(self.took)
        return {
            "cases in the log": len(self.cases),
            "filed": self._sum("dossier-submitted"),
            "accepted": self._sum("dossier-accepted"),
            "cases in processing": self._sum("case-opened"),
            "activities in the log": sum(len(case.activities) for case in self.cases),
            "steps done": self._sum("step-completed"),
            "finished in the log": sum(case.is_finished for case in self.cases),
            "decided": self._sum("case-decided"),
            "in flight": self._sum("case-opened") - self._sum("case-decided"),
            "refused": len(self.driven.refusals),
            "messages expected": self._sum(*TOLD),
            "messages": self._sum("message-queued"),
            "messages that went out or to a call so far": told,
            **{f"events said on {topic}": self.by_topic[topic] for topic in self.topics},
            "seconds": round(self.seconds, 1),
            "cases per second": round(len(self.cases) / self.seconds, 1) if self.seconds else 0.0,
            "calls": len(calls),
            "calls per second": round(len(calls) / self.seconds, 1) if self.seconds else 0.0,
            "calls asked again": self.retries,
            "a call, median ms": _share(calls, 0.5),
            "a call, p99 ms": _share(calls, 0.99),
            "balances": self.balances,
        }

    def as_json(self) -> str:
        return json.dumps(self.totals(), ensure_ascii=False)

    def as_table(self) -> Table:
        table = Table("what", "number", title="The replay's account", title_justify="left")
        for what, number in self.totals().items():
            shown = ("yes" if number else "NO") if isinstance(number, bool) else f"{number:,}"
            table.add_row(what, shown)
        table.columns[1].justify = "right"
        return table

    def _wrong(self) -> Iterable[tuple[str, str]]:
        for id, case in self.by_id.items():
            if id in self.driven.refusals:
                continue
            said, end = self.said[id], self.driven.ends.get(id)
            expected = {
                "dossier-submitted": 1,
                "dossier-accepted": 1,
                "case-opened": 1,
                "step-completed": len(case.activities),
                "case-decided": int(case.is_finished),
                "message-queued": sum(said[name] for name in TOLD),
            }
            for name, number in expected.items():
                if said[name] != number:
                    yield id, f"{name} was said {said[name]} times, not {number}"
            if end != {"done": len(case.activities), "decided": case.is_finished}:
                yield id, f"processing answered last: {end or 'nothing'}"

    def _sum(self, *names: str) -> int:
        return sum(said[name] for said in self.said.values() for name in names)


def _share(ordered: Sequence[float], share: float) -> float:
    """That quantile in milliseconds; 0 where there is nothing."""
    return round(ordered[int(share * (len(ordered) - 1))] * 1000, 1) if ordered else 0.0
