"""`motcua parked`: what the services could not use, why, and what an operator does about it.

Sending once more is safe: a message that was used meanwhile changes nothing. Who did it is recorded behind it.
"""

import asyncio
import getpass
import json
import os
import sys
from collections.abc import Coroutine, Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import typer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deploy import ports
from deploy.engines.network import HOST
from deploy.trouble import CannotStart, Trouble
from shared.contracts import TOPICS
from shared.errors import NotFound
from shared.parked import Parked, Parking

T = TypeVar("T")

NAMES = tuple(topic.name for topic in TOPICS)
RESTRICTED = frozenset(topic.name for topic in TOPICS if topic.restricted)

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)

Ids = Annotated[list[str] | None, typer.Argument(help="as `motcua parked list` shows them")]
OfTopic = Annotated[str, typer.Option("--topic", help="only those of this topic")]
OfDossier = Annotated[str, typer.Option("--dossier", help="only those of this dossier (its UUID)")]
OfKind = Annotated[str, typer.Option("--kind", help="refusal: the rules said no; fault: a bug of ours")]
Settled = Annotated[bool, typer.Option("--settled", help="those too that were replayed or set aside")]
AsJson = Annotated[bool, typer.Option("--json", help="for machines: one object per line")]
By = Annotated[str, typer.Option("--by", help="who decides it; the login name by default")]


@app.command("list")
def listed(
    topic: OfTopic = "", dossier: OfDossier = "", kind: OfKind = "", settled: Settled = False, as_json: AsJson = False
) -> None:
    """Those that wait for somebody, the oldest first."""
    found = _found(topic, dossier, kind, settled=settled)
    if as_json:
        _as_json(found)
        return
    if not found:
        console.print("Nothing is parked.")
        return
    table = Table("id", "event", "dossier", "kind", "because", "since", "settled")
    for it in found:
        done = f"{it.settled.outcome} by {it.settled.by}" if it.settled else ""
        since = f"{it.parked_at.astimezone():%d/%m/%Y %H:%M}"
        table.add_row(*(escape(cell) for cell in (it.id, it.type, it.subject, it.kind, it.because, since, done)))
    console.print(table)
    console.print("`motcua parked show ID` shows one whole; `replay ID` sends it once more; `set-aside ID` closes it.")


@app.command()
def show(
    id: str, as_json: AsJson = False, content: Annotated[bool, typer.Option(help="personal data too")] = False
) -> None:
    """One message, its headers and its content. What holds personal data is shown with --content alone."""
    found = _one(id)
    hidden = found.topic in RESTRICTED and not content
    if as_json:
        _as_json([found], with_content=not hidden)
        return
    for name, value in found.headers:
        console.print(f"[cyan]{escape(name)}[/]: {escape(value.decode(errors='replace'))}", soft_wrap=True)
    value = "(personal data: --content shows it)" if hidden else (found.value or b"").decode(errors="replace")
    console.print(escape(value), soft_wrap=True)


@app.command()
def replay(
    ids: Ids = None,
    topic: OfTopic = "",
    dossier: OfDossier = "",
    kind: OfKind = "",
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Send messages to their topics once more, in the order in which they were parked."""
    chosen = _chosen(ids, topic, dossier, kind)
    _run(_parking().replay(chosen, by or getpass.getuser(), datetime.now(UTC)))
    _done(chosen, "sent once more", as_json)


@app.command("set-aside")
def set_aside(
    ids: Ids = None,
    topic: OfTopic = "",
    dossier: OfDossier = "",
    kind: OfKind = "",
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Record that nothing more is to be done about these messages."""
    chosen = _chosen(ids, topic, dossier, kind)
    _run(_parking().set_aside(chosen, by or getpass.getuser(), datetime.now(UTC)))
    _done(chosen, "set aside", as_json)


def main() -> None:
    """Trouble is one sentence on stderr and exit code 1."""
    try:
        app()
    except Trouble as trouble:
        errors.print(f"[bold red]✗[/] {escape(str(trouble))}", soft_wrap=True)
        sys.exit(1)


def _chosen(ids: Sequence[str] | None, topic: str, dossier: str, kind: str) -> list[Parked]:
    """Those named, or all open ones that the filters leave; never everything by accident."""
    if ids:
        return [_one(id) for id in ids]
    if not (topic or dossier or kind):
        raise Trouble("Which ones? Name their ids, or narrow them with --topic, --dossier or --kind.")
    return _found(topic, dossier, kind)


def _found(topic: str, dossier: str, kind: str, *, settled: bool = False) -> list[Parked]:
    if topic and topic not in NAMES:
        raise Trouble(f"There is no topic {topic}: choose one of {', '.join(NAMES)}.")
    topics = (topic,) if topic else NAMES
    found = _run(_parking().parked(topics, open_only=not settled, subject=dossier))
    return [it for it in found if kind in {"", it.kind}]


def _one(id: str) -> Parked:
    try:
        return _run(_parking().one(NAMES, id))
    except NotFound as missing:
        raise Trouble(str(missing)) from None


def _parking() -> Parking:
    return Parking(os.environ.get("MOTCUA_KAFKA") or f"{HOST}:{ports.configured()['kafka']}")


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except KafkaError as away:
        raise CannotStart(f"Kafka did not do it ({away}). Is it up? MOTCUA_KAFKA says where it listens.") from None


def _done(chosen: Sequence[Parked], what: str, as_json: bool) -> None:
    if as_json:
        _as_json(chosen)
    else:
        console.print(f"{len(chosen)} {what}." if chosen else "Nothing matches: nothing was done.")


def _as_json(found: Iterable[Parked], *, with_content: bool = False) -> None:
    for it in found:
        sys.stdout.write(json.dumps(_plain(it, with_content), ensure_ascii=False) + "\n")


def _plain(it: Parked, with_content: bool) -> dict[str, Any]:
    settled = it.settled
    plain: dict[str, Any] = {
        "id": it.id,
        "topic": it.topic,
        "parked_by": it.parked_by,
        "type": it.type,
        "source": it.source,
        "dossier": it.subject,
        "because": it.because,
        "kind": it.kind,
        "parked_at": it.parked_at.isoformat(),
        "settled": settled and {"outcome": settled.outcome, "by": settled.by, "at": settled.at.isoformat()},
    }
    return plain | {"content": (it.value or b"").decode(errors="replace")} if with_content else plain


if __name__ == "__main__":
    main()
