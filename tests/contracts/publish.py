"""Writes down every event that is new, as it is first published: `python -m tests.contracts.publish`.

What stands in `published/` is never written over: an event that is there already is left as it is, whatever its class
says now. A change of meaning is a new version.
"""

import json
import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec

from shared.contracts import EVENTS
from shared.events import Event

PUBLISHED = Path(__file__).with_name("published")
AT = datetime(2026, 11, 24, 8, 30, tzinfo=timezone(timedelta(hours=7)))


def main() -> None:
    PUBLISHED.mkdir(exist_ok=True)
    for type, kind in sorted(EVENTS.items()):
        place = PUBLISHED / f"{type}.json"
        if not place.exists():
            place.write_text(json.dumps(written(kind), ensure_ascii=False, indent=2, sort_keys=True) + "\n")
            print(f"published {type}")


def written(kind: type[Event]) -> dict[str, Any]:
    """An event's topic, its schema, and an example with every field, and one with only those that it needs."""
    examples = [] if kind.erases else [plain(example(kind)), plain(example(kind, least=True))]
    return {"topic": kind.topic, "schema": schema(kind), "examples": examples}


def schema(kind: type[Event]) -> dict[str, Any]:
    """The shape alone: words that explain it may change."""
    return json.loads(json.dumps(without(msgspec.json.schema(kind), {"description", "title"})))


def without(value: Any, names: set[str]) -> Any:
    if isinstance(value, dict):
        return {
            name: without(inner, names) for name, inner in value.items() if name not in names or name == "properties"
        }
    return [without(inner, names) for inner in value] if isinstance(value, list) else value


def plain(event: Event) -> Any:
    return json.loads(msgspec.json.encode(event))


def example(kind: Any, *, least: bool = False) -> Any:
    hints = typing.get_type_hints(kind)
    needed = [it for it in fields(kind) if not least or (it.default is MISSING and it.default_factory is MISSING)]
    return kind(**{it.name: value(hints[it.name], it.name, least=least) for it in needed})


def value(hint: Any, name: str, *, least: bool) -> Any:
    if is_dataclass(hint):
        return example(hint, least=least)
    if get_origin(hint) is tuple:
        return () if least else (value(get_args(hint)[0], name, least=least),)
    if get_origin(hint) is Literal:
        return get_args(hint)[-1 if least else 0]
    if isinstance(hint, types.UnionType):
        return value(get_args(hint)[0], name, least=least)
    return {str: f"một {name}", int: 3, bool: True, datetime: AT, date: AT.date()}[hint]


if __name__ == "__main__":
    main()
