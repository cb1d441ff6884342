"""How a paper's form is filled in, large on A4, with the QR of its service's page: for the wall and the table."""

from dataclasses import dataclass

from services.intake.domain.procedure import FormLine
from services.intake.forms.frame import compiled, json_of

__all__ = ["Sample", "print_sample"]

TEMPLATE = "sample.typ"


@dataclass(frozen=True, slots=True)
class Sample:
    """What stands on the sheet."""

    qr: str
    """SVG."""
    url: str
    procedure: str
    code: str
    paper: str
    """The form's name, with its number where it has one."""
    lines: tuple[FormLine, ...]


def print_sample(form: Sample) -> bytes:
    """As many sheets of A4 as it takes, as PDF. Takes processor time: call it in a thread."""
    return compiled(TEMPLATE, {"form": json_of(form)})
