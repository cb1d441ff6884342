"""What is read from outside, not touching what is measured: CPU clocks, MongoDB's oplog, and whether all is done."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from bench.filing import number_of

TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 60.0
"""Seconds within which the last message must be there after the last answer."""

Mongo = MongoClient[dict[str, Any]]


class NotFinished(Exception):
    """Something was lost, or is stuck."""


def cpu_of(pids: Mapping[str, int]) -> dict[str, float]:
    """Seconds of CPU that each process has used."""
    return {name: _cpu(pid) for name, pid in pids.items()}


def machine() -> tuple[float, float]:
    """Seconds that all cores were idle (or waited for a disk), and seconds in all."""
    numbers = [int(it) for it in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return (numbers[3] + numbers[4]) / TICKS, sum(numbers[:8]) / TICKS


def at_rest(client: Mongo, prefix: str, dossiers: int) -> None:
    """Return when every write of so many dossiers is there and nothing is pending. Raises `NotFinished`."""
    until = time.monotonic() + PATIENCE
    while missing := _missing(client, prefix, dossiers):
        if time.monotonic() > until:
            raise NotFinished(f"after {PATIENCE:.0f} s there are not: {missing}")
        time.sleep(0.1)


def ends(client: Mongo, prefix: str, run: int) -> dict[int, float]:
    """When the last message of each dossier of a run was written (its time in MongoDB's oplog, to the millisecond)."""
    log = client["local"]["oplog.rs"]
    since = client.admin.command("hello")["lastWrite"]["opTime"]["ts"]  # newest; older ones are scanned down from it
    ended: dict[int, float] = {}
    space = f"{prefix}notify.messages"
    wanted = {"$or": [{"ns": space, "op": "i"}, {"op": "c", "o.applyOps.ns": space}], "ts": {"$lte": since}}
    for entry in log.find(wanted, {"wall": 1, "ns": 1, "o.state.dossier": 1, "o.applyOps": 1}):
        at = entry["wall"].timestamp()
        for document in _documents(entry, space):
            id = document["state"]["dossier"]
            if int(id[:8], 16) == run:
                number = number_of(id)
                ended[number] = max(at, ended.get(number, 0.0))
    return ended


def _documents(entry: dict[str, Any], space: str) -> list[dict[str, Any]]:
    if "applyOps" in entry["o"]:
        return [it["o"] for it in entry["o"]["applyOps"] if it["ns"] == space and it["op"] == "i"]
    return [entry["o"]]


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


WRITES = {
    "intake.dossiers": 1,
    "intake.progress": 1,
    "processing.cases": 1,
    "notify.contacts": 1,
    "notify.messages": 2,
    "postal.addressees": 1,
}
"""The documents of one dossier on this path."""
PENDING = ("intake.dossiers", "processing.cases", "notify.messages")


def _missing(client: Mongo, prefix: str, dossiers: int) -> str:
    for space, each in WRITES.items():
        have = _collection(client, prefix, space).estimated_document_count()
        if have < dossiers * each:
            return f"{dossiers * each - have} of {space}"
    for space in PENDING:
        try:
            left = _collection(client, prefix, space).count_documents({"pending_since": {"$exists": True}})
            left += _collection(client, prefix, f"{space}_outbox").estimated_document_count()
        except PyMongoError as away:
            return str(away)
        if left:
            return f"the events of {left} {space} are pending"
    return ""


def _collection(client: Mongo, prefix: str, space: str) -> Any:
    service, _, plural = space.partition(".")
    return client[prefix + service][plural]
