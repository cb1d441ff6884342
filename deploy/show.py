"""What `motcua run` shows: progress, the table of addresses, the demo logins."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.demo.people import PEOPLE
from deploy.engines import Watch
from deploy.engines.network import HOST
from deploy.stack import Stack

PAGES = {
    "/": "start page",
    "/services": "find a service",
    "/track": "follow a dossier",
    "/my": "the citizen's own dossiers",
    "/queue": "take a ticket",
    "/counter": "the clerk's screen",
    "/catalogue": "procedures and offices",
}
"""What people open, in the order in which they need it."""

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


@contextmanager
def progress() -> Generator[Watch]:
    """A line with a bar for each thing under way; without a terminal, a line when something is ready."""
    if not console.is_terminal:
        yield _plainly
        return
    bars = Progress(
        SpinnerColumn(finished_text="[green]✓[/]"),
        TextColumn("{task.description:<20}"),
        BarColumn(24),
        TextColumn("{task.fields[doing]}"),
        TimeElapsedColumn(),
        console=console,
    )
    lines: dict[str, TaskID] = {}

    def watch(engine: str, doing: str, share: float | None) -> None:
        if engine not in lines:
            lines[engine] = bars.add_task(engine, total=1.0, doing=doing)
        total = None if share is None else 1.0
        bars.update(lines[engine], total=total, completed=share or 0.0, doing=doing)

    with bars:
        yield watch


def ready(stack: Stack) -> None:
    """The banner, where everything is, and who can log in."""
    console.print(
        Panel("BẢN THỬ — DEMO: logins without passwords, for invented people. No real data.", style="bold red")
    )
    console.print(_table("Địa chỉ / Addresses", ("what", "where"), _addresses(stack)))
    logins = ((it.name, ", ".join(it.roles), it.office or "—", it.id) for it in PEOPLE)
    console.print(_table(f"Demo logins: {stack.base_url}/demo/", ("name", "role", "office", "person"), logins))
    console.print("Ctrl-C stops everything that was started here; the data stays.")


def told(who: str, what: str) -> None:
    """A fact of the main job, with the service that said it."""
    console.print(f"  [bold cyan]{who:<10}[/] {escape(what)}", soft_wrap=True)


def _addresses(stack: Stack) -> Iterable[tuple[str, str]]:
    ports = stack.ports
    for path, what in PAGES.items():
        yield what, stack.base_url + path
    for name in stack.services:
        yield f"{name}: its API", f"{stack.base_url}/{name}/docs"
    yield "mail that was sent", f"http://{HOST}:{ports['mail']}"
    yield "MinIO", f"{stack.engines.minio_url} (keys: {stack.data}/minio.credentials)"
    yield "MongoDB", stack.engines.mongo_url
    yield "Kafka", stack.engines.kafka
    yield "logs", f"{stack.data}/logs"


def _table(title: str, columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> Table:
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*row)
    return table


def _plainly(engine: str, doing: str, share: float | None) -> None:
    if share == 1.0:
        console.print(f"{engine}: {doing}")
