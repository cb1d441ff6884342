"""From the catalogue's plain data, as YAML gives it, to its values: everything that is wrong is told at once."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from difflib import get_close_matches
from itertools import pairwise
from types import UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

import msgspec

from services.intake.domain.catalogue import Catalogue, Office, Procedure
from shared.codes import AgencyCode, ProcedureCode
from shared.errors import Refusal

T = TypeVar("T")
Entry = Mapping[str, Any]

PROCEDURES, OFFICES = "procedures.yaml", "offices.yaml"


class UnreadableCatalogue(ValueError):
    """The data files have mistakes: `.mistakes` names file, entry and field of each and says what to do."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(("The catalogue cannot be used until this is mended:", *self.mistakes)))


def read_catalogue(procedures: Entry, offices: Entry) -> Catalogue:
    """The catalogue of `procedures.yaml` and `offices.yaml`; raises `UnreadableCatalogue` with all mistakes."""
    mistakes: list[str] = []
    read = list(_procedures(procedures, mistakes))
    places = [
        place
        for entry in _entries(offices, "offices", OFFICES, mistakes)
        if (place := _value(Office, entry, f"{OFFICES}, {entry.get('code', '?')}", mistakes))
    ]
    mistakes += [*_of_codes(read, places), *_of_dates(read, places), *_of_links(read, places), *_of_papers(read)]
    if mistakes:
        raise UnreadableCatalogue(mistakes)
    return Catalogue(tuple(read), tuple(places))


def _procedures(table: Entry, mistakes: list[str]) -> Iterable[Procedure]:
    """An entry holds what its versions share; each version adds to it or replaces it. Steps may be a list's name."""
    lists = cast("Entry", table.get("step_lists", {}))
    for entry in _entries(table, "procedures", PROCEDURES, mistakes):
        shared = {name: value for name, value in entry.items() if name != "versions"}
        for number, own in enumerate(cast("list[Entry]", entry.get("versions", [{}])), start=1):
            version = {"version": number, **shared, **own}
            where = f"{PROCEDURES}, {version.get('code', '?')} version {version['version']}"
            if isinstance(name := version.get("steps"), str):
                version["steps"] = lists.get(name)
                if name not in lists:
                    mistakes.append(f"{where}, steps: there is no list {name}: add it to step_lists.")
                    continue
            if procedure := _value(Procedure, version, where, mistakes):
                yield procedure


def _entries(table: Entry, name: str, file: str, mistakes: list[str]) -> list[Entry]:
    entries = table.get(name)
    if isinstance(entries, list) and all(isinstance(entry, dict) for entry in cast("list[object]", entries)):
        return cast("list[Entry]", entries)
    mistakes.append(f"{file}: it must hold a list `{name}:` whose entries have fields.")
    return []


def _value(kind: type[T], entry: object, where: str, mistakes: list[str]) -> T | None:
    """The dataclass that the entry describes, or None after telling every field that is wrong."""
    if not isinstance(entry, Mapping):
        mistakes.append(f"{where}: here belong fields with a colon, for example `code: …`.")
        return None
    given, before = cast("Entry", entry), len(mistakes)
    known = {field.name: field for field in fields(cast("Any", kind))}
    hints = get_type_hints(kind)
    mistakes += [f"{where}, {name}: {_unknown(name, known)}" for name in given if name not in known]
    values = {name: _field(hints[name], given[name], f"{where}, {name}", mistakes) for name in known if name in given}
    for name, field in known.items():
        if name not in given and field.default is MISSING and field.default_factory is MISSING:
            mistakes.append(f"{where}, {name}: is missing: add it.")
    return kind(**values) if len(mistakes) == before else None


def _field(hint: Any, value: object, where: str, mistakes: list[str]) -> object:
    """Nested values are read field by field too, so that a misspelt name in them is told."""
    inner = _dataclass_in(hint)
    if inner is None or value is None:
        return _converted(hint, value, where, mistakes)
    if get_origin(hint) is not tuple:
        return _value(inner, value, where, mistakes)
    if not isinstance(value, list):
        mistakes.append(f"{where}: this is a list: begin each entry with a dash.")
        return ()
    entries = enumerate(cast("list[object]", value), start=1)
    return tuple(_value(inner, entry, f"{where}[{number}]", mistakes) for number, entry in entries)


def _dataclass_in(hint: Any) -> type[Any] | None:
    options = get_args(hint) if get_origin(hint) is tuple or isinstance(hint, UnionType) else (hint,)
    return next((option for option in options if isinstance(option, type) and is_dataclass(option)), None)


def _converted(hint: Any, value: object, where: str, mistakes: list[str]) -> object:
    try:
        return msgspec.convert(value, hint)
    except msgspec.ValidationError as error:
        mistakes.append(f"{where}: {error}: correct the value.")
        return None


def _unknown(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"there is no such field: {f'write {close[0]}' if close else 'remove it'}."


def _of_codes(procedures: list[Procedure], offices: list[Office]) -> Iterable[str]:
    numbers = [f"{PROCEDURES}, {procedure.code} version {procedure.version}" for procedure in procedures]
    codes = [f"{OFFICES}, {office.code}" for office in offices]
    for names in (numbers, codes):
        yield from (
            f"{name}: stands there twice: remove one." for name in sorted({n for n in names if names.count(n) > 1})
        )
    yield from _refused(ProcedureCode.of, ((procedure.code, PROCEDURES) for procedure in procedures))
    yield from _refused(AgencyCode.of, ((office.code, OFFICES) for office in offices))


def _refused(read: Callable[[str], object], codes: Iterable[tuple[str, str]]) -> Iterable[str]:
    for code, file in codes:
        try:
            read(code)
        except Refusal as refusal:
            yield f"{file}, {code}, code: {refusal}"


def _of_dates(procedures: list[Procedure], offices: list[Office]) -> Iterable[str]:
    for dated, file in [*((one, PROCEDURES) for one in procedures), *((one, OFFICES) for one in offices)]:
        if dated.valid_until and dated.valid_until < dated.valid_from:
            yield f"{file}, {dated.code}, valid_until: lies before valid_from: correct one of them."
    ordered = sorted(procedures, key=lambda procedure: (procedure.code, procedure.valid_from))
    for one, next_one in pairwise(ordered):
        if one.code == next_one.code and (one.valid_until or date.max) >= next_one.valid_from:
            where = f"{PROCEDURES}, {one.code} version {one.version}, valid_until"
            yield f"{where}: version {next_one.version} begins before it ends: end it on the day before."


def _of_links(procedures: list[Procedure], offices: list[Office]) -> Iterable[str]:
    codes, places = {procedure.code for procedure in procedures}, {office.code: office for office in offices}
    for procedure in procedures:
        if procedure.successor and procedure.successor not in codes:
            yield f"{PROCEDURES}, {procedure.code}, successor: there is no procedure {procedure.successor}: add it."
    for office in offices:
        for field, linked in (("parent", (office.parent,)), ("successors", office.successors)):
            for code in linked:
                if code and code not in places:
                    yield f"{OFFICES}, {office.code}, {field}: there is no office {code}: add it."
        yield from _of_succession(office, places)


def _of_succession(office: Office, places: Mapping[str, Office]) -> Iterable[str]:
    """An heir must begin after the one that it follows has ended, or at least outlive it: so there are no circles."""
    if office.successors and not office.valid_until:
        yield f"{OFFICES}, {office.code}, successors: it has not ended: add valid_until."
    for heir in (places[code] for code in office.successors if code in places):
        if office.valid_until and heir.valid_until and heir.valid_until <= office.valid_until:
            yield f"{OFFICES}, {office.code}, successors: {heir.code} has ended too by then: name one that goes on."


def _of_papers(procedures: list[Procedure]) -> Iterable[str]:
    for procedure in procedures:
        codes = [paper.code for paper in procedure.papers]
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            where = f"{PROCEDURES}, {procedure.code} version {procedure.version}, papers"
            yield f"{where}: {code} stands there twice: remove one."
        where = f"{PROCEDURES}, {procedure.code} version {procedure.version}, steps"
        if not procedure.steps and not procedure.free_steps:
            yield f"{where}: there is none: add at least one, or say `free_steps: true`."
        if procedure.steps and procedure.free_steps:
            yield f"{where}: they are free, so none is planned: remove the list, or `free_steps`."
