"""Secrets of a data folder: made once, kept in a file that only its owner reads."""

import os
from collections.abc import Callable
from pathlib import Path

__all__ = ["kept"]


def kept(file: Path, make: Callable[[], str]) -> str:
    """What the file holds; where there is none, it is made."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(make())
    return file.read_text()
