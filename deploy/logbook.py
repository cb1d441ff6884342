"""A municipality's event log (CSV, one line per activity that was done) as cases that can be replayed.

The columns are those of the XES standard's extensions as process-mining tools export them: `case:concept:name` (the
case), `case:channel`, `concept:name` (the activity), `org:group` (who did it), `time:timestamp`, and `case:enddate`,
which is empty while the case is in flight.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from deploy.trouble import Trouble

CASE, CHANNEL, ACTIVITY, GROUP = "case:concept:name", "case:channel", "concept:name", "org:group"
WHEN, ENDED = "time:timestamp", "case:enddate"
COLUMNS = (CASE, CHANNEL, ACTIVITY, GROUP, WHEN, ENDED)
CHANNELS = ("Internet", "Desk", "Post", "e-mail", "Intern")
"""As they stand in the log; `Intern` was started by the administration itself."""
NOBODY = ("", "EMPTY")
MOST_TOLD = 20


class UnreadableLog(Trouble):
    """The log has mistakes, each with file, line, column and what to do; nothing was sent."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One line of the log."""

    line: int
    name: str
    group: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LoggedCase:
    """A case with its activities in the order of their time."""

    name: str
    channel: str
    is_finished: bool
    line: int
    """Where it begins."""
    activities: tuple[Activity, ...]


def read_log(file: Path) -> list[LoggedCase]:
    """All cases, in the order in which they begin in the file. Raises `UnreadableLog` with every mistake found."""
    mistakes: list[str] = []
    cases: dict[str, list[tuple[Mapping[str, str], Activity]]] = {}
    for line, row in _rows(file):
        if (activity := _activity(file, line, row, mistakes)) is not None:
            cases.setdefault(row[CASE].strip(), []).append((row, activity))
    for lines in cases.values():
        mistakes += _disagreements(file, lines)
    if mistakes:
        more = [f"… and {len(mistakes) - MOST_TOLD} more."] if len(mistakes) > MOST_TOLD else []
        raise UnreadableLog("\n".join(["Nothing was sent. Mend the log first:", *mistakes[:MOST_TOLD], *more]))
    if not cases:
        raise UnreadableLog(f"{file}: there is not one activity below the header: is it the right file?")
    return [_case(name, lines) for name, lines in cases.items()]


def _rows(file: Path) -> Iterable[tuple[int, Mapping[str, str]]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text, strict=True, restkey="", restval=None)
            if absent := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
                raise UnreadableLog(
                    f"{file}, line 1: the columns {', '.join(absent)} are missing. Is it a CSV with commas whose "
                    f"first line names its columns? Needed are {', '.join(COLUMNS)}."
                )
            for row in reader:
                yield reader.line_num, row
    except FileNotFoundError:
        raise UnreadableLog(f"There is no file {file}: check the path.") from None
    except UnicodeDecodeError as wrong:
        raise UnreadableLog(f"{file} is not UTF-8 ({wrong.reason} at byte {wrong.start}): save it as UTF-8.") from None
    except csv.Error as wrong:
        raise UnreadableLog(f"{file} is no whole CSV ({wrong}): look for an unclosed quotation mark.") from None
    except OSError as wrong:
        raise UnreadableLog(f"{file} cannot be read: {wrong.strerror}.") from None


def _activity(file: Path, line: int, row: Mapping[str, str], mistakes: list[str]) -> Activity | None:
    if None in row.values() or "" in row:
        mistakes.append(f"{file}, line {line}: it has another number of columns than the first line: complete it.")
        return None
    before = len(mistakes)
    mistakes += [
        f"{file}, line {line}, {name}: is empty: fill it in." for name in (CASE, ACTIVITY) if not row[name].strip()
    ]
    if row[CHANNEL] not in CHANNELS:
        mistakes.append(f"{file}, line {line}, {CHANNEL}: {row[CHANNEL]!r}: write one of {', '.join(CHANNELS)}.")
    at = _time(file, line, WHEN, row[WHEN], mistakes)
    if row[ENDED].strip():
        _time(file, line, ENDED, row[ENDED], mistakes)
    if at is None or len(mistakes) > before:
        return None
    return Activity(line, row[ACTIVITY].strip(), "" if row[GROUP] in NOBODY else row[GROUP], at)


def _time(file: Path, line: int, column: str, text: str, mistakes: list[str]) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        mistakes.append(
            f"{file}, line {line}, {column}: {text!r} is no time: write it as 2011-10-11 13:45:40+02:00, with its zone."
        )
        return None
    return at


def _disagreements(file: Path, lines: list[tuple[Mapping[str, str], Activity]]) -> Iterable[str]:
    """What is said of a case must be the same on each of its lines."""
    first, begins = lines[0]
    for row, activity in lines[1:]:
        for column in (CHANNEL, ENDED):
            if row[column] != first[column]:
                yield (
                    f"{file}, line {activity.line}, {column}: {row[column]!r}, but line {begins.line} of the same case "
                    f"says {first[column]!r}: make them the same."
                )


def _case(name: str, lines: list[tuple[Mapping[str, str], Activity]]) -> LoggedCase:
    row, first = lines[0]
    activities = tuple(sorted((activity for _, activity in lines), key=lambda it: it.at))
    return LoggedCase(name, row[CHANNEL], bool(row[ENDED].strip()), first.line, activities)


def slug(name: str) -> str:
    """An activity's name as a code: `T02 Kiểm tra hồ sơ` is `T02-Kiem-tra-ho-so`."""
    plain = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    letters = "".join(it for it in plain if not unicodedata.combining(it))
    return re.sub(r"[^A-Za-z0-9]+", "-", letters).strip("-")[:80] or "unnamed"
