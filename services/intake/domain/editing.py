"""A change of the catalogue before it is made: what is wrong with it, what it would change, and what to think of.

A published version is never edited. Where an entry differs from its published version, it is a correction: it becomes
the next version and must say from which day. What is not in the upload stays as it is.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Literal, cast

import msgspec

from services.intake.domain.catalogue import Catalogue, Office, Procedure
from services.intake.domain.checking import check
from services.intake.domain.listing import Withdrawal
from services.intake.domain.mistakes import Line, Mistake

__all__ = ["Change", "Difference", "DryRun", "Plan", "Upload", "plan"]

APART = " · "
"""Between the lines of a filled form, which hold commas and semicolons of their own."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What was read from a file, each entry with its place, and the mistakes met on the way."""

    procedures: Sequence[tuple[Line, Procedure]]
    offices: Sequence[tuple[Line, Office]]
    mistakes: Sequence[Mistake] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One field, as it was and as it would be; parts of a list go by their code: `fees[extract].amount`."""

    field: str
    old: str
    new: str
    parts: tuple[str, ...] = ()
    """What the codes in `field` stand for, in their order."""


@dataclass(frozen=True, slots=True)
class Difference:
    kind: Literal["procedure", "office"]
    what: Literal["added", "changed", "withdrawn", "closed"]
    code: str
    name: str
    from_day: date
    """From when it is so."""
    version: int = 0
    """The number that it gets; of an office 0."""
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class DryRun:
    """What publishing would do. `digest` names exactly this; empty where there are mistakes, or nothing changes."""

    mistakes: tuple[Mistake, ...]
    warnings: tuple[Mistake, ...]
    differences: tuple[Difference, ...]
    unchanged: int
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A dry run, and the contents that it would publish."""

    run: DryRun
    procedures: tuple[Procedure, ...]
    withdrawals: tuple[Withdrawal, ...]
    opened: tuple[Office, ...]
    closed: tuple[Office, ...]


def plan(upload: Upload, published: Catalogue, today: date) -> Plan:
    """Compare an upload with what is published. Pure: the same three give the same digest."""
    made = _Making(published, today, list(upload.mistakes))
    for line, procedure in upload.procedures:
        made.procedure(line, procedure)
    for line, office in upload.offices:
        made.office(line, office)
    return made.plan()


class _Making:
    """A plan while it grows."""

    def __init__(self, published: Catalogue, today: date, mistakes: list[Mistake]) -> None:
        self._published, self._today, self._mistakes = published, today, mistakes
        self._places = {office.code: office for office in published.offices}
        self._new: list[tuple[Line, Procedure]] = []
        self._withdrawals: list[Withdrawal] = []
        self._opened: list[tuple[Line, Office]] = []
        self._closed: list[tuple[Line, Office]] = []
        self._warnings: list[Mistake] = []
        self._differences: list[Difference] = []
        self._unchanged = 0

    def procedure(self, line: Line, given: Procedure) -> None:
        versions = self._published.versions(given.code)
        own = next((it for it in versions if it.version == given.version), None)
        same = next((it for it in reversed(versions) if _is_same(it, given)), None)
        if same:
            self._ended(line, given, same)
        elif own:
            is_old_end = given.withdrawn_from == own.withdrawn_from
            self._correction(line, replace(given, withdrawn_from=None) if is_old_end else given, versions)
        else:
            self._version(line, given, versions[-1] if versions else None)

    def _ended(self, line: Line, given: Procedure, there: Procedure) -> None:
        """Nothing but a withdrawal can be new."""
        if given.withdrawn_from == there.withdrawn_from:
            self._unchanged += 1
        elif there.withdrawn_from:
            day = f"{there.withdrawn_from:%d/%m/%Y}"
            vi = f"bản này đã thu hồi từ ngày {day} và không khôi phục được: hãy công bố bản mới."
            en = f"it is withdrawn from {day} on and stays so: publish a new version."
            self._mistakes.append(line.mistake(("withdrawn_from",), vi, en))
        elif given.withdrawn_from and given.withdrawn_from < self._today:
            vi, en = "ngày thu hồi đã qua: hãy chọn hôm nay hoặc sau.", "the day has passed: name today or a later day."
            self._mistakes.append(line.mistake(("withdrawn_from",), vi, en))
        elif from_day := given.withdrawn_from:
            self._withdrawals.append(Withdrawal(there.code, there.version, from_day))
            it = Difference("procedure", "withdrawn", there.code, there.name, from_day, there.version)
            self._differences.append(it)
            self._warn_of_open(line, there)

    def _correction(self, line: Line, given: Procedure, versions: Sequence[Procedure]) -> None:
        last = next((it for it in reversed(versions) if not it.is_void), versions[-1])
        if given.valid_from <= last.valid_from and not last.is_void:
            day = f"{last.valid_from:%d/%m/%Y}"
            vi = f"bản {last.version} đã công bố, có hiệu lực từ {day}, không sửa được: hãy ghi ngày áp dụng bản sửa."
            en = f"version {last.version} is published since {day} and never edited: say from when your correction is."
            self._mistakes.append(line.mistake(("valid_from",), vi, en))
            return
        number = versions[-1].version + 1 + sum(it.code == given.code for _, it in self._new)
        self._version(line, replace(given, version=number), last)

    def _version(self, line: Line, given: Procedure, before: Procedure | None) -> None:
        self._new.append((line, given))
        changes = _changes(before, given) if before else ()
        what = "changed" if before else "added"
        it = Difference("procedure", what, given.code, given.name, given.valid_from, given.version, changes)
        self._differences.append(it)
        if before:
            self._warn_of_open(line, before)
        self._warn_of(line, given)

    def office(self, line: Line, given: Office) -> None:
        there = self._places.get(given.code)
        if there is None:
            self._opened.append((line, given))
            self._differences.append(Difference("office", "added", given.code, given.name, given.valid_from))
            return
        changes = _changes(there, given)
        if not changes:
            self._unchanged += 1
        elif there.valid_until is None and given.valid_until and _closed_as(there, given) == given:
            if given.valid_until < self._today:
                vi, en = "ngày kết thúc đã qua: hãy chọn hôm nay hoặc sau.", "the day has passed: name today or later."
                self._mistakes.append(line.mistake(("valid_until",), vi, en))
            self._closed.append((line, given))
            it = Difference("office", "closed", given.code, given.name, given.valid_until, changes=changes)
            self._differences.append(it)
        else:
            field = next(
                it.field for it in changes if there.valid_until or it.field not in {"valid_until", "successors"}
            )
            vi = "cơ quan đã công bố không sửa được: hãy kết thúc nó và mở cơ quan kế tiếp."
            en = "a published office is never edited: close it, and open its successor."
            self._mistakes.append(line.mistake((field,), vi, en))

    def plan(self) -> Plan:
        self._mistakes += check(
            [*self._kept_versions(), *self._new], [*self._kept_offices(), *self._opened, *self._closed]
        )
        run = DryRun(tuple(self._mistakes), tuple(self._warnings), tuple(self._differences), self._unchanged)
        made = Plan(
            run,
            tuple(it for _, it in self._new),
            tuple(self._withdrawals),
            tuple(it for _, it in self._opened),
            tuple(it for _, it in self._closed),
        )
        if self._mistakes or not self._differences:
            return made
        return replace(made, run=replace(run, digest=_digest(made)))

    def _kept_versions(self) -> Iterable[tuple[Line, Procedure]]:
        gone = {(it.code, it.version): it.from_day for it in self._withdrawals}
        for it in self._published.procedures:
            from_day = gone.get((it.code, it.version), it.withdrawn_from)
            yield Line(f"{it.code}@{it.version}", {}, is_published=True), replace(it, withdrawn_from=from_day)

    def _kept_offices(self) -> Iterable[tuple[Line, Office]]:
        closed = {it.code for _, it in self._closed}
        return ((Line(it.code, {}, is_published=True), it) for it in self._places.values() if it.code not in closed)

    def _warn_of_open(self, line: Line, before: Procedure) -> None:
        vi = f"hồ sơ đang giải quyết vẫn theo bản {before.version}."
        self._warnings.append(line.mistake((), vi, f"open dossiers stay on version {before.version}."))

    def _warn_of(self, line: Line, given: Procedure) -> None:
        if given.valid_from < self._today:
            vi = "bắt đầu trong quá khứ: hồ sơ đã nộp từ ngày đó không đổi theo."
            en = "begins in the past: dossiers that were filed since do not change with it."
            self._warnings.append(line.mistake(("valid_from",), vi, en))
        if not given.verified:
            vi, en = "mã thủ tục chưa được kiểm tra.", "its code was not found in a source."
            self._warnings.append(line.mistake(("verified",), vi, en))
        for number, fee in enumerate(given.fees, start=1):
            if fee.amount is None:
                vi, en = f"chưa biết mức thu của {fee.name}.", f"the amount of {fee.code} is not known."
                self._warnings.append(line.mistake(("fees", number, "amount"), vi, en))


def _is_same(there: Procedure, given: Procedure) -> bool:
    """Its content is what stands there; under another number too, as a correction got its number by being published."""
    is_it = there.version == given.version or there.withdrawn_from == given.withdrawn_from
    return is_it and replace(given, version=there.version, withdrawn_from=there.withdrawn_from) == there


def _closed_as(there: Office, given: Office) -> Office:
    return replace(there, valid_until=given.valid_until, successors=given.successors)


def _digest(made: Plan) -> str:
    contents = (made.procedures, made.withdrawals, made.opened, made.closed, made.run.differences)
    return hashlib.blake2b(msgspec.json.encode(contents), digest_size=16).hexdigest()


def _changes(before: Procedure | Office, now: Procedure | Office) -> tuple[Change, ...]:
    """Field by field, what is not the same; the number of a version is not a change."""
    names = [field.name for field in fields(before) if field.name not in {"version", "withdrawn_from"}]
    plain: tuple[Any, Any] = (msgspec.to_builtins(before), msgspec.to_builtins(now))
    return tuple(change for name in names for change in _compared(name, plain[0][name], plain[1][name]))


def _compared(name: str, old: Any, new: Any, parts: tuple[str, ...] = ()) -> Iterable[Change]:
    if old == new:
        return
    if _is_coded(old) and _is_coded(new) and (old or new):
        before, now = ({it["code"]: it for it in coded} for coded in (old, new))
        for code in dict.fromkeys([*before, *now]):
            was, is_ = before.get(code), now.get(code)
            yield from _compared(f"{name}[{code}]", was, is_, (*parts, _shown(is_ or was)))
        if list(before) != list(now) and set(before) == set(now):
            yield Change(name, _shown(old), _shown(new), parts)
    elif name.endswith(".sample"):
        yield Change(name, *_filled_in(old, new), parts)
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        was, there = cast("Mapping[str, Any]", old), cast("Mapping[str, Any]", new)
        for inner in dict.fromkeys([*was, *there]):
            yield from _compared(f"{name}.{inner}", was.get(inner), there.get(inner), parts)
    else:
        yield Change(name, _shown(old), _shown(new), parts)


def _filled_in(old: Sequence[Any], new: Sequence[Any]) -> tuple[str, str]:
    """Of two samples the lines that the other has not as often; all of both, where nothing but their order differs."""
    was, is_ = (["{label}: {answer}".format_map(it) for it in sample] for sample in (old, new))
    gone, come = Counter(was) - Counter(is_), Counter(is_) - Counter(was)
    if not gone and not come:
        return APART.join(was), APART.join(is_)
    return APART.join(gone.elements()), APART.join(come.elements())


def _is_coded(value: Any) -> bool:
    parts = cast("Sequence[Any]", value) if isinstance(value, list | tuple) else None
    return parts is not None and all(isinstance(it, Mapping) and "code" in it for it in parts)


def _shown(value: Any) -> str:
    """A value as a person reads it: a part of a list by its name."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        named = cast("Mapping[str, Any]", value)
        return str(named.get("name") or named.get("reason") or ", ".join(_shown(it) for it in named.values()))
    if isinstance(value, list | tuple):
        return ", ".join(_shown(it) for it in cast("Sequence[Any]", value))
    return str(value).lower() if isinstance(value, bool) else str(value)
