"""Reads the reference tables that travel inside the package: YAML files next to the code that they describe."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import msgspec
import yaml

from shared.calendar import Calendar, Swap

YEARS = range(2010, 2041)
"""What `working_calendar` covers: the years for which `holidays` has official swaps, and the next ones."""


class UnreadableTable(ValueError):
    """A data file is not what it should be; the sentence names the file."""


def table(package: str, name: str) -> dict[str, Any]:
    """The YAML file `name` beside the modules of `package`; raises `UnreadableTable` where it is not a mapping."""
    return _mapping(files(package) / name, f"{package}/{name}")


def table_at(path: str) -> dict[str, Any]:
    """A YAML file of the operator's own; raises `UnreadableTable`, which names it."""
    return _mapping(Path(path), path)


def _mapping(file: Traversable, name: str) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UnreadableTable(f"{name} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise UnreadableTable(f"{name} must begin with names followed by a colon, for example `procedures:`.")
    return content  # pyright: ignore[reportUnknownVariableType] (YAML knows its types only when it is read)


def swaps() -> tuple[Swap, ...]:
    """The days that the Government moved, from `shared/data/swaps.yaml`."""
    try:
        return msgspec.convert(table("shared.data", "swaps.yaml").get("swaps", []), tuple[Swap, ...])
    except msgspec.ValidationError as error:
        raise UnreadableTable(f"shared.data/swaps.yaml: {error}") from error


def working_calendar() -> Calendar:
    """The calendar with every swap that is known. Takes some 10 ms and half a second of imports: build it at start."""
    return Calendar.of(YEARS, swaps=swaps())
