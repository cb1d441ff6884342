"""How a command ends where something went wrong."""

import os
import sys
import tempfile
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from rich.markup import escape

from deploy.show import errors
from deploy.trouble import Trouble

__all__ = ["Stopped", "in_sentences"]


class Stopped(BaseException):
    """SIGTERM or SIGHUP: end as if Ctrl-C were pressed."""


@contextmanager
def in_sentences() -> Generator[None]:
    """What goes wrong within is one sentence on stderr and exit code 1, never a traceback; Ctrl-C is exit code 130.

    A command line that cannot be read is told by typer itself, with exit code 2.
    """
    try:
        yield
    except Trouble as trouble:
        errors.print(f"[bold red]✗[/] {escape(str(trouble))}", soft_wrap=True)
        _leave(1)
    except (KeyboardInterrupt, Stopped):
        _leave(130)
    except Exception:  # noqa: BLE001 - nobody is left to catch it, and a person should not read a traceback
        errors.print(f"[bold red]✗[/] A fault of this program. Please report it, with {_kept_traceback()}.")
        _leave(1)


def _leave(code: int) -> None:
    """End now: a download or a build that still runs in a thread is not waited for, and leaves no half."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _kept_traceback() -> Path:
    """Where the traceback of the exception under way was written."""
    with tempfile.NamedTemporaryFile("w", prefix="motcua-fault-", suffix=".txt", delete=False) as file:
        traceback.print_exc(file=file)
    return Path(file.name)
