"""`motcua`: everything one does with the platform from a terminal."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from importlib import import_module
from types import FrameType
from typing import Annotated, Any

import typer

from deploy import parked, ports, provision as provisioning, running, show
from deploy.ending import Stopped, in_sentences
from deploy.engines import obtain
from deploy.engines.process import Process
from deploy.running import data_folder
from deploy.stack import ENGINES, Stack
from deploy.trouble import CannotStart, Trouble

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
Rest = Annotated[list[str] | None, typer.Argument(help="handed on as it is")]
HANDED_ON: dict[str, Any] = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}
MOST_RESTARTS = 5
app.add_typer(parked.app, name="parked")


def main() -> None:
    """The entry point: what went wrong is one sentence on stderr and exit code 1, never a traceback."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what it complains about is told in a sentence
    with in_sentences(), signals_stop():
        app()


@app.command()
def run(
    *,
    replicas: Annotated[int, typer.Option(min=1, max=9, help="processes of each service")] = 1,
    journey: Annotated[bool, typer.Option(help="perform the main job at start")] = True,
) -> None:
    """Start everything on this machine, show the main job, stay until Ctrl-C."""
    numbers = ports.configured()
    stack = Stack(data_folder(), numbers, replicas=replicas)
    try:
        with running.only_one(stack.data, stack.base_url) as stale:
            if stale is not None:
                show.console.print("The last run ended without tidying up; its data is whole and is used again.")
            _run(stack, journey)
    except running.AlreadyRuns as already:
        where = f" at {already.run.url}" if already.run else ""
        show.console.print(f"It runs already{where}. `make stop` stops it; MOTCUA_DATA starts another one elsewhere.")


@app.command()
def stop() -> None:
    """Stop what `motcua run` started on this data folder, and nothing else."""
    run = running.stop(data_folder())
    if run is None:
        show.console.print("Nothing runs on this data folder.")
    elif run.lives:
        raise Trouble(f"Process {run.pid} was asked to stop and is still busy: look into {data_folder()}/logs.")
    else:
        show.console.print("Stopped.")


@app.command()
def engines() -> None:
    """Have the engines in the cache; start none."""
    with show.progress() as watch:
        obtain(ENGINES, watch)


@app.command()
def provision() -> None:
    """Make topics, indexes and buckets on the engines that MOTCUA_… names; what is there is left as it is."""
    asyncio.run(provisioning.provision(os.environ, show.console.print))


@app.command(context_settings=HANDED_ON)
def bench(arguments: Rest = None) -> None:
    """Measure, beside the floors, into bench/results/."""
    hand_on("bench", arguments)


@app.command(context_settings=HANDED_ON)
def replay(arguments: Rest = None) -> None:
    """Drive a municipality's log through the running services."""
    hand_on("deploy.replay", arguments)


@app.command()
def asyncapi(
    service: Annotated[str, typer.Argument(help="intake, postal, processing or notify; none: all, by name")] = "",
) -> None:
    """The events that each service says and hears (AsyncAPI 3.0, JSON); nothing need run."""
    print(import_module("deploy.asyncapi").as_json(service))


def hand_on(module: str, arguments: list[str] | None) -> None:
    """Run a module that has a command line of its own, in a process of its own."""
    process = subprocess.Popen([sys.executable, "-m", module, *(arguments or [])])
    while process.returncode is None:
        with suppress(KeyboardInterrupt):  # the terminal told it too, and it ends in its own way
            process.wait()
    sys.exit(process.returncode)


@contextmanager
def signals_stop() -> Generator[None]:
    """Let `kill` and a closed terminal end a run the way Ctrl-C does."""

    def end(number: int, frame: FrameType | None) -> None:
        raise Stopped

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    yield


def _run(stack: Stack, journey: bool) -> None:
    started = time.monotonic()
    try:
        with show.progress() as watch:
            stack.start(watch)
        show.console.print(f"Everything runs after {time.monotonic() - started:.1f} s.")
        if journey:
            perform = import_module("deploy.demo.journey").perform
            asyncio.run(perform(stack.base_url, stack.kafka, show.told))
        show.ready(stack)
        _watch_over(stack)
    except (KeyboardInterrupt, Stopped):
        show.console.print("\nStopping what was started here …")
    finally:
        with uninterrupted():
            stack.stop()
    show.console.print("Stopped. The data stays in " + str(stack.data))


@contextmanager
def uninterrupted() -> Generator[None]:
    """A second Ctrl-C does not leave a half-stopped stack; after SIGKILL the kernel stops the rest."""
    with suppress(ValueError):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
    yield


def _watch_over(stack: Stack) -> None:
    """Start again what dies; give up on what dies again and again."""
    deaths: dict[str, int] = {}
    while True:
        for process in stack.processes:
            if not process.alive:
                deaths[process.name] = deaths.get(process.name, 0) + 1
                _revive(process, deaths[process.name])
        time.sleep(0.5)


def _revive(process: Process, deaths: int) -> None:
    if deaths > MOST_RESTARTS:
        raise CannotStart(f"{process.name} died {deaths} times, so everything is stopped.\n{process.last_words()}")
    show.console.print(f"[yellow]{process.name} died; starting it again ({deaths} of {MOST_RESTARTS}).[/]")
    process.start()


if __name__ == "__main__":
    main()
