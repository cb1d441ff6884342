"""The measured table in the README, drawn from bench/results/latest.json: `python -m bench.readme`."""

import json
from pathlib import Path
from typing import Any

__all__ = ["table"]

LATEST = Path(__file__).parent / "results" / "latest.json"


def table(file: Path = LATEST) -> str:
    """Markdown: each target with the product, its floor in the same run, and their ratio."""
    found: dict[str, Any] = json.loads(file.read_text())
    lines = [
        f"Measured {found['date'][:10]} on {found['machine']}, everything on one machine, medians.",
        "",
        "| target | what | product | floor | ratio |",
        "|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *(_line(row) for row in found["rows"])])


def _line(row: dict[str, Any]) -> str:
    floor = f"{row['floor']:.4g} {row['unit']}" if row["floor"] else "-"
    return f"| {row['target']} | {row['what']} | {row['product']:.4g} {row['unit']} | {floor} | {row['ratio']:.2f} |"


if __name__ == "__main__":
    print(table())
