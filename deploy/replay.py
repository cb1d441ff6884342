"""`motcua replay LOG`: every case of a municipality's log, through the running services by HTTP, until it balances.

A case's id is made from the log's name and the case's, and what was done already is asked of the services themselves:
so a replay that was interrupted, or is done again, goes on where it stopped and does nothing twice.
"""

import asyncio
import os
import signal
import sys
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from deploy import ports
from deploy.balance import Account, Driven
from deploy.demo.callers import Callers, Refused
from deploy.demo.paper import sheet
from deploy.demo.people import COUNTER, ONE_STOP
from deploy.ending import in_sentences
from deploy.engines.network import HOST
from deploy.facts import Facts
from deploy.logbook import LoggedCase, read_log, slug
from deploy.show import console, errors
from deploy.trouble import CannotStart, Trouble

PROCEDURE = "9.000001"
"""See deploy/demo/replay-procedure.yaml."""
NAMES = uuid.UUID("6d6f7463-7561-5000-8000-7265706c6179")
"""The namespace of the ids of replayed cases."""
CLERK, ONE_STOP_OFFICER, CITIZEN = "demo-counter", "demo-one-stop", "demo-citizen"
SPECIALIST, LEADER = "demo-specialist", "demo-leader"


@dataclass(frozen=True, slots=True)
class WayIn:
    """How a channel of the log comes in here: who files, who receives, and where."""

    channel: str
    filed_by: str
    accepted_by: str
    office: str


WAYS_IN = {
    "Internet": WayIn("online", CITIZEN, ONE_STOP_OFFICER, COUNTER),
    "Desk": WayIn("direct", CLERK, CLERK, COUNTER),
    "Post": WayIn("post", CLERK, CLERK, COUNTER),
    "e-mail": WayIn("online", ONE_STOP_OFFICER, ONE_STOP_OFFICER, ONE_STOP),
    "Intern": WayIn("online", ONE_STOP_OFFICER, ONE_STOP_OFFICER, ONE_STOP),
}
"""By the channel's name in the log. Who types for somebody else is recorded as assisting."""


@dataclass
class Replay:
    """One log on its way in."""

    name: str
    callers: Callers
    driven: Driven = field(default_factory=Driven)
    result: str = ""

    def id_of(self, case: LoggedCase) -> str:
        """Always the same for the same log name and case."""
        return str(uuid.uuid5(NAMES, f"{self.name}/{case.name}"))

    async def drive(self, cases: Sequence[LoggedCase], at_once: int, bar: Progress) -> None:
        """All cases, so many at once; a refusal ends its case alone, an outage that does not end ends the replay."""
        task = bar.add_task("cases", total=len(cases))
        waiting = iter(cases)

        async def work() -> None:
            for case in waiting:
                await self._one(case)
                bar.advance(task)

        self.result = (await self.callers.upload(LEADER, "/processing/results", sheet("Ket qua")))["digest"]
        trouble: Exception | None = None
        try:
            async with asyncio.TaskGroup() as workers:
                for _ in range(at_once):
                    workers.create_task(work())
        except* Trouble as several:
            trouble = several.exceptions[0]
        if trouble:
            raise CannotStart(f"{trouble} The same command goes on where it stopped.") from None

    async def _one(self, case: LoggedCase) -> None:
        id = self.id_of(case)
        try:
            await self._file(id, WAYS_IN[case.channel])
            there = await self.callers.get(SPECIALIST, f"/processing/cases/{id}", until_there=True)
            there = await self._steps(id, case, there)
            if case.is_finished and there["outcome"] is None:
                decision = {"outcome": "positive", "result": self.result}
                there = await self.callers.post(
                    LEADER, f"/processing/cases/{id}/decision", decision, key=f"{id}/decision"
                )
            self.driven.arrived(id, case, there)
        except Refused as refusal:
            self.driven.refused(id, case, str(refusal))

    async def _file(self, id: str, way: WayIn) -> None:
        filing = {
            "procedure": PROCEDURE,
            "applicant": {"name": "Người nộp hồ sơ trong nhật ký"},
            "channel": way.channel,
            "receiving_office": way.office,
            "consent": way.filed_by != CITIZEN,
        }
        if way.channel == "direct":
            await self.callers.put(way.filed_by, f"/intake/counter/dossiers/{id}", filing)
            return
        await self.callers.put(way.filed_by, f"/intake/dossiers/{id}", filing)
        await self.callers.post(way.accepted_by, f"/intake/dossiers/{id}/acceptance", key=f"{id}/acceptance")

    async def _steps(self, id: str, case: LoggedCase, there: dict[str, Any]) -> dict[str, Any]:
        """The activities that are not done yet, one after the other."""
        for number, activity in enumerate(case.activities[len(there["done"]) :], start=len(there["done"])):
            step = {"step": slug(activity.name), "group": activity.group}
            there = await self.callers.post(
                SPECIALIST, f"/processing/cases/{id}/steps", step, key=f"{id}/step/{number}"
            )
        return there


async def replay(
    cases: Sequence[LoggedCase], name: str, base_url: str, kafka: str, *, at_once: int = 32, patience: float = 60.0
) -> Account:
    """Bring all cases in, wait until everything that follows was said, and answer the account of it."""
    async with Callers(base_url, most=at_once, patience=patience) as callers:
        one = Replay(name, callers)
        account = Account(cases, {one.id_of(case): case for case in cases}, one.driven)
        async with Facts(kafka, topics=account.topics, from_start=True, hear=account.hear) as facts:
            began = time.monotonic()
            with _bar() as bar:
                await one.drive(cases, at_once, bar)
            account.seconds, account.took, account.retries = time.monotonic() - began, callers.took, callers.retries
            await account.complete(facts, patience)
    return account


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(help=__doc__)
def command(
    log: Annotated[Path, typer.Argument(help="CSV, one line per activity; see deploy/logbook.py for its columns")],
    *,
    name: Annotated[str, typer.Option(help="the log's name, part of each case's id; its file name by default")] = "",
    at_once: Annotated[int, typer.Option(min=1, max=256, help="cases under way at the same time")] = 32,
    patience: Annotated[float, typer.Option(min=1, help="seconds to wait for what must come")] = 60.0,
    as_json: Annotated[bool, typer.Option("--json", help="the account as JSON, for machines")] = False,
) -> None:
    numbers = ports.configured()
    base_url = os.environ.get("MOTCUA_PUBLIC_URL") or f"http://{HOST}:{numbers['gateway']}"
    kafka = os.environ.get("MOTCUA_KAFKA") or f"{HOST}:{numbers['kafka']}"
    cases = read_log(log)
    try:
        account = asyncio.run(replay(cases, name or log.stem, base_url, kafka, at_once=at_once, patience=patience))
    except KeyboardInterrupt:
        errors.print("Stopped. The same command goes on where it stopped, and does nothing twice.")
        raise typer.Exit(130) from None
    if as_json:
        sys.stdout.write(account.as_json() + "\n")
    else:
        console.print(account.as_table())
    for line in account.differences(log):
        errors.print(f"[red]✗[/] {escape(line)}", soft_wrap=True)
    raise typer.Exit(0 if account.balances else 1)


def main() -> None:
    """What goes wrong is one sentence on stderr and exit code 1; a wrong command line is 2; a stop is 130."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with in_sentences():
        app()


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(30), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=errors)


if __name__ == "__main__":
    main()
