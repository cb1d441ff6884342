"""`motcua parked`: the messages that a service could not use, and what an operator does about them."""

import asyncio
import getpass
import os
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import msgspec
import typer
from aiokafka.errors import KafkaError
from rich.markup import escape
from rich.table import Table

from deploy import ports, show
from deploy.engines.network import HOST
from deploy.trouble import Trouble
from shared.contracts import TOPICS
from shared.errors import NotFound
from shared.parked import Parked, Parking

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
T = TypeVar("T")
RESTRICTED = frozenset(topic.name for topic in TOPICS if topic.restricted)
Topic = Annotated[str, typer.Option(help="of this topic only")]
Dossier = Annotated[str, typer.Option(help="about this dossier only")]
Kind = Annotated[str, typer.Option(help="of this kind only; refusal: the rules said no, fault: a bug of ours")]
Content = Annotated[bool, typer.Option(help="the body too where it holds personal data")]
Json = Annotated[bool, typer.Option("--json", help="for machines: one JSON array")]
Everything = Annotated[bool, typer.Option("--all", help="also those that were settled")]
Ids = Annotated[list[str] | None, typer.Argument(help="as `list` shows them; none: all that the options choose")]


@app.command("list")
def list_(
    *, topic: Topic = "", dossier: Dossier = "", kind: Kind = "", everything: Everything = False, json: Json = False
) -> None:
    """What is parked, in the order in which it was."""
    found = _found(topic, dossier, kind, open_only=not everything)
    if json:
        print(msgspec.json.encode([_plain(it) for it in found]).decode())
    elif not found:
        show.console.print("Nothing is parked.")
    else:
        show.console.print(_table(found))
        show.console.print(
            "`motcua parked show ID` for one, `replay ID` to send it once more, `set-aside ID` to settle it."
        )


@app.command("show")
def show_(id: str, *, content: Content = False) -> None:
    """One message with its reason, its headers and its body; personal data only with --content."""
    it = _one(id)
    for name, value in _plain(it).items():
        show.console.print(f"[bold]{name:<10}[/] {escape(str(value))}", soft_wrap=True)
    for name, value in it.headers:
        show.console.print(f"  {name}: {escape(value.decode(errors='replace'))}", soft_wrap=True)
    hidden = it.topic in RESTRICTED and not content
    body = "(personal data: --content shows it)" if hidden else (it.value or b"").decode(errors="replace")
    show.console.print(escape(body), soft_wrap=True)


@app.command()
def replay(ids: Ids = None, *, topic: Topic = "", dossier: Dossier = "", kind: Kind = "", yes: bool = False) -> None:
    """Send messages to their topic once more, past the sequence guard; who did it is recorded."""
    chosen = _chosen(ids, topic, dossier, kind)
    _confirm(f"Send {len(chosen)} once more?", yes or bool(ids))
    _asked(_parking().replay(chosen, getpass.getuser(), datetime.now(UTC)))
    show.console.print(f"{len(chosen)} sent once more; what cannot be used again will be parked again.")


@app.command()
def set_aside(ids: Ids = None, *, topic: Topic = "", dossier: Dossier = "", kind: Kind = "", yes: bool = False) -> None:
    """Record that nothing more is to be done about messages; they stay to be read."""
    chosen = _chosen(ids, topic, dossier, kind)
    _confirm(f"Set {len(chosen)} aside?", yes or bool(ids))
    _asked(_parking().set_aside(chosen, getpass.getuser(), datetime.now(UTC)))
    show.console.print(f"{len(chosen)} set aside.")


def _parking() -> Parking:
    return Parking(os.environ.get("MOTCUA_KAFKA") or f"{HOST}:{ports.configured()['kafka']}")


def _topics(only: str) -> list[str]:
    names = [topic.name for topic in TOPICS]
    if only and only not in names:
        raise Trouble(f"There is no topic {only}: there are {', '.join(names)}.")
    return [only] if only else names


def _one(id: str) -> Parked:
    topic = id.partition("/")[0]  # an id begins with its topic
    return _asked(_parking().one([it.name for it in TOPICS if it.name == topic], id))


def _found(topic: str, dossier: str, kind: str, *, open_only: bool = True) -> list[Parked]:
    found = _asked(_parking().parked(_topics(topic), open_only=open_only, subject=dossier))
    return [it for it in found if kind in {"", it.kind}]


def _chosen(ids: Sequence[str] | None, topic: str, dossier: str, kind: str) -> list[Parked]:
    if ids:
        return [_one(id) for id in ids]
    chosen = _found(topic, dossier, kind)
    if not chosen:
        raise Trouble("Nothing is parked that fits.")
    return chosen


def _confirm(question: str, yes: bool) -> None:
    if not yes and not typer.confirm(question):
        raise Trouble("Nothing was done.")


def _asked(question: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(question)
    except NotFound as missing:
        raise Trouble(str(missing)) from missing
    except (KafkaError, OSError) as away:
        raise Trouble(f"Kafka did not answer ({away}): does it run, and does MOTCUA_KAFKA name it?") from away


def _table(found: Sequence[Parked]) -> Table:
    table = Table("id", "type", "dossier", "parked at", "kind", "because", "settled")
    for it in found:
        settled = f"{it.settled.outcome} by {it.settled.by}" if it.settled else ""
        table.add_row(it.id, it.type, it.subject, f"{it.parked_at:%F %T}", it.kind, escape(it.because), settled)
    return table


def _plain(it: Parked) -> dict[str, Any]:
    """What may be shown of it anywhere: everything but the body."""
    return {
        "id": it.id,
        "topic": it.topic,
        "type": it.type,
        "source": it.source,
        "dossier": it.subject,
        "parked_by": it.parked_by,
        "parked_at": it.parked_at.isoformat(),
        "kind": it.kind,
        "because": it.because,
        "settled": it.settled.outcome if it.settled else None,
    }
