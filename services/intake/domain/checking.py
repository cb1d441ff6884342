"""Whether procedures and offices fit together: days, links, cases. Every mistake is told, with its place."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

from services.intake.domain.catalogue import Office, Procedure
from services.intake.domain.cells import quoted
from services.intake.domain.mistakes import Line, Mistake, Path
from services.intake.domain.procedure import ORDINARY, FormLine
from shared import codes

__all__ = ["LONGEST_LINE", "MOST_LINES", "check"]

MOST_LINES, LONGEST_LINE = 40, 200
"""Lines of a filled form; characters of what one asks, and of what is answered there."""

Procedures = Sequence[tuple[Line, Procedure]]
Offices = Sequence[tuple[Line, Office]]


def check(procedures: Procedures, offices: Offices) -> list[Mistake]:
    """What does not fit in the whole; what is published already is taken as right."""
    found = [*_of_codes(procedures, offices), *_of_dates(procedures, offices), *_of_links(procedures, offices)]
    for line, procedure in procedures:
        if not line.is_published:
            found += [*_of_papers(line, procedure), *_of_cases(line, procedure), *_of_ways(line, procedure)]
    return found


def _of_codes(procedures: Procedures, offices: Offices) -> Iterable[Mistake]:
    keyed = [(line, (it.code, it.version)) for line, it in procedures]
    for lines in (keyed, [(line, (it.code, 0)) for line, it in offices]):
        times = Counter(key for _, key in lines)
        told: set[tuple[str, int]] = set()
        for line, key in lines:
            if times[key] > 1 and key not in told:
                told.add(key)
                yield line.mistake((), "có hai lần: hãy bỏ một.", "stands there twice: remove one.")


def _of_dates(procedures: Procedures, offices: Offices) -> Iterable[Mistake]:
    for line, dated in (*procedures, *offices):
        if dated.valid_until and dated.valid_until < dated.valid_from:
            vi = "trước ngày bắt đầu (valid_from): hãy sửa một trong hai."
            yield line.mistake(("valid_until",), vi, "lies before valid_from: correct one of them.")
    ordered = sorted(procedures, key=lambda it: (it[1].code, it[1].version))
    for (line, one), (next_line, next_one) in pairwise([it for it in ordered if not it[1].is_void]):
        if one.code == next_one.code:
            yield from _of_succeeding(line, one, next_line, next_one)


def _of_succeeding(line: Line, one: Procedure, next_line: Line, next_one: Procedure) -> Iterable[Mistake]:
    """A later version begins later; one that says when it ends has ended by then, or is withdrawn by then."""
    if next_one.valid_from <= one.valid_from:
        begun = f"{one.valid_from:%d/%m/%Y}"
        if next_line.is_published:
            vi = f"bản {next_one.version} đã công bố và bắt đầu trước đó: hãy ghi số bản lớn hơn."
            en = f"version {next_one.version} is published and begins before it: give it a higher number."
            yield line.mistake(("version",), vi, en)
        else:
            vi = f"bản {one.version} có hiệu lực từ {begun}: hãy chọn ngày sau ngày đó."
            en = f"version {one.version} begins on {begun}: choose a later day."
            yield next_line.mistake(("valid_from",), vi, en)
        return
    is_gone = one.withdrawn_from is not None and one.withdrawn_from <= next_one.valid_from
    if one.valid_until and one.valid_until >= next_one.valid_from and not is_gone:
        if line.is_published:
            until = f"{one.valid_until:%d/%m/%Y}"
            vi = f"bản {one.version} còn hiệu lực đến {until}: hãy thu hồi bản đó, hoặc chọn ngày sau."
            en = f"version {one.version} lasts until {until}: withdraw it, or begin later."
            yield next_line.mistake(("valid_from",), vi, en)
        else:
            vi = f"bản {next_one.version} bắt đầu trước khi bản này hết hiệu lực: hãy kết thúc vào ngày trước đó."
            en = f"version {next_one.version} begins before it ends: end it on the day before."
            yield line.mistake(("valid_until",), vi, en)


def _of_links(procedures: Procedures, offices: Offices) -> Iterable[Mistake]:
    known, places = {it.code for _, it in procedures}, {it.code: it for _, it in offices}
    for line, procedure in procedures:
        if procedure.successor and procedure.successor not in known and not line.is_published:
            vi = f"không có thủ tục {procedure.successor}: hãy thêm thủ tục đó."
            yield line.mistake(("successor",), vi, f"there is no procedure {procedure.successor}: add it.")
    for line, office in offices:
        yield from _of_succession(line, office, places)
        if line.is_published:
            continue
        for field, linked in (("parent", (office.parent,)), ("successors", office.successors)):
            for code in linked:
                if code and code not in places:
                    vi = f"không có cơ quan {code}: hãy thêm cơ quan đó."
                    yield line.mistake((field,), vi, f"there is no office {code}: add it.")
        yield from _of_parents(line, office, places)


def _of_parents(line: Line, office: Office, places: Mapping[str, Office]) -> Iterable[Mistake]:
    seen, code = {office.code}, office.parent
    while code and code in places:
        if code in seen:
            vi = "các cơ quan cấp trên nối thành vòng: hãy sửa lại."
            yield line.mistake(("parent",), vi, "the offices above it go round in a circle: correct it.")
            return
        seen.add(code)
        code = places[code].parent


def _of_succession(line: Line, office: Office, places: Mapping[str, Office]) -> Iterable[Mistake]:
    """An heir must begin after the one that it follows has ended, or at least outlive it: so there are no circles.

    Whoever ends has an heir on the day after: nobody else may handle its open dossiers.
    """
    if office.successors and not office.valid_until:
        vi, en = "cơ quan này chưa kết thúc: hãy ghi valid_until.", "it has not ended: add valid_until."
        yield line.mistake(("successors",), vi, en)
    heirs = [places[code] for code in office.successors if code in places]
    for heir in heirs:
        if office.valid_until and heir.valid_until and heir.valid_until <= office.valid_until:
            vi = f"{heir.code} khi đó cũng đã kết thúc: hãy chọn cơ quan còn hoạt động."
            en = f"{heir.code} has ended too by then: name one that goes on."
            yield line.mistake(("successors",), vi, en)
    if office.valid_until and not line.is_published:
        yield from _of_heirs(line, office.valid_until, office.successors, heirs)


def _of_heirs(line: Line, end: date, named: Sequence[str], heirs: Sequence[Office]) -> Iterable[Mistake]:
    if not named:
        vi = "hồ sơ đang giải quyết sẽ không còn ai nhận: hãy ghi cơ quan kế tiếp."
        yield line.mistake(("successors",), vi, "nobody would go on with its open dossiers: name its successor.")
    elif heirs and all((heir.valid_from - end).days > 1 for heir in heirs):
        vi = f"ngay sau ngày {end:%d/%m/%Y} chưa có cơ quan nào hoạt động: hãy chọn cơ quan đã hoạt động khi đó."
        en = f"none of them is open on the day after {end:%d/%m/%Y}: name one that is."
        yield line.mistake(("successors",), vi, en)


def _of_papers(line: Line, procedure: Procedure) -> Iterable[Mistake]:
    for field in ("papers", "fees", "steps", "cases"):
        parts: tuple[object, ...] = getattr(procedure, field)
        named = [str(getattr(it, "code", "")) for it in parts]
        for number, code in enumerate(named, start=1):
            if code in named[: number - 1]:
                vi, en = f"{code} có hai lần: hãy bỏ một.", f"{code} stands there twice: remove one."
                yield line.mistake((field, number), vi, en)
            yield from _of_code(line, (field, number, "code"), code)
    for number, paper in enumerate(procedure.papers, start=1):
        yield from _of_sample(line, ("papers", number, "sample"), paper.sample)
    for number, fee in enumerate(procedure.fees, start=1):
        if any(mark in text for it in fee.exemptions for text in (it.code, it.reason) for mark in "|\n"):
            vi, en = "lý do miễn không được có dấu gạch đứng.", "a reason holds no bar: write it without."
            yield line.mistake(("fees", number, "exemptions"), vi, en)
    if not procedure.steps and not procedure.free_steps:
        vi = "chưa có bước nào: hãy thêm ít nhất một, hoặc ghi `free_steps: true`."
        yield line.mistake(("steps",), vi, "there is none: add at least one, or say `free_steps: true`.")
    if procedure.steps and procedure.free_steps:
        vi = "các bước là tự do nên không liệt kê: hãy bỏ danh sách, hoặc bỏ `free_steps`."
        yield line.mistake(("steps",), vi, "they are free, so none is planned: remove the list, or `free_steps`.")


def _of_code(line: Line, at: Path, code: str) -> Iterable[Mistake]:
    """It travels in events and stands in addresses."""
    try:
        codes.code(code, "code")
    except codes.NotACode:
        vi = "mã gồm nhiều nhất 80 chữ không dấu, chữ số, dấu chấm và dấu gạch: hãy sửa lại."
        en = "a code has at most 80 plain letters, digits, dots and dashes: correct it."
        yield line.mistake(at, vi, en)


def _of_sample(line: Line, at: Path, sample: Sequence[FormLine]) -> Iterable[Mistake]:
    if len(sample) > MOST_LINES:
        vi = f"mẫu điền sẵn dài quá: nhiều nhất {MOST_LINES} dòng."
        yield line.mistake(at, vi, f"the sample is too long: {MOST_LINES} lines at most.")
    for number, it in enumerate(sample, start=1):
        begun = quoted(f"{it.label}: {it.answer}")
        for vi, en in _of_form_line(it):
            yield line.mistake((*at, number), f"dòng {begun} của mẫu {vi}", f"the line {begun} of the sample {en}")


def _of_form_line(it: FormLine) -> Iterable[tuple[str, str]]:
    if not it.label or not it.answer:
        yield "còn trống: hãy ghi tên mục và nội dung.", "is empty: write what the form asks, and the answer."
    if ":" in it.label:
        yield "có dấu hai chấm trong tên mục: hãy bỏ đi.", "has a colon in what the form asks: write it without."
    if any(len(text) > LONGEST_LINE for text in (it.label, it.answer)):
        yield f"dài quá: nhiều nhất {LONGEST_LINE} ký tự.", f"is too long: {LONGEST_LINE} characters at most."
    if any(len(text.splitlines()) > 1 for text in (it.label, it.answer)):
        yield "bị ngắt dòng ở giữa: hãy ghi liền một dòng.", "is broken in two: write it on one line."


def _of_cases(line: Line, procedure: Procedure) -> Iterable[Mistake]:
    known = {case.code for case in procedure.cases}
    if ORDINARY in known:
        vi = f"`{ORDINARY}` là trường hợp thông thường: hãy chọn mã khác."
        yield line.mistake(("cases",), vi, f"`{ORDINARY}` is the case of whoever names none: choose another code.")
    for number, paper in enumerate(procedure.papers, start=1):
        for case in paper.cases:
            if case not in known and case != ORDINARY:
                vi = f"không có trường hợp {case}: hãy thêm trường hợp đó."
                yield line.mistake(("papers", number, "cases"), vi, f"there is no case {case}: add it to cases.")


def _of_ways(line: Line, procedure: Procedure) -> Iterable[Mistake]:
    """The channels, the post and presence must not contradict one another."""
    if not procedure.channels or not procedure.competent:
        field = "competent" if procedure.channels else "channels"
        yield line.mistake((field,), "cần ít nhất một.", "name at least one.")
    if procedure.presence and procedure.channels != ("direct",):
        vi = "người nộp phải có mặt nên chỉ nhận trực tiếp: hãy bỏ kênh khác, hoặc bỏ `presence`."
        en = "the applicant must come in person: offer `direct` alone, or remove `presence`."
        yield line.mistake(("channels",), vi, en)
    if procedure.postal_collection != ("post" in procedure.channels):
        vi = "`postal_collection` phải đi cùng kênh `post`: hãy sửa một trong hai."
        yield line.mistake(("channels",), vi, "`postal_collection` goes with the channel `post`: correct one of them.")
    if procedure.immediate and all(it.amount for it in (procedure.term, *(case.term for case in procedure.cases))):
        vi = "trả ngay thì thời hạn phải là 0: hãy sửa thời hạn, hoặc bỏ `immediate`."
        yield line.mistake(("immediate",), vi, "what is done at once takes no time: make the term 0, or remove it.")
    if procedure.largest_scan < 1:
        yield line.mistake(("largest_scan",), "phải lớn hơn 0.", "it must be more than 0 bytes.")
