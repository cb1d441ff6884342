"""Reading, comparing and finding, without any engine: what is wrong, where, and what would change."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
import yaml
from hypothesis import HealthCheck, given, settings, strategies as st

from services.intake.domain.catalogue import (
    Case,
    Catalogue,
    Exemption,
    Fee,
    Office,
    Paper,
    Procedure,
    ProcedureNotInForce,
    Step,
)
from services.intake.domain.checking import LONGEST_LINE, MOST_LINES
from services.intake.domain.dossier import Dossier
from services.intake.domain.editing import DryRun, Plan, Upload, plan
from services.intake.domain.filing import Applicant, Filing
from services.intake.domain.finding import LIFE_EVENTS, finder, fold
from services.intake.domain.mistakes import Line
from services.intake.domain.procedure import (
    ORDINARY,
    ChannelNotOffered,
    FormLine,
    MustComeInPerson,
    NoPostalReturn,
    UnknownCase,
)
from services.intake.domain.reading import read_catalogue
from services.intake.domain.sheet_words import HEADERS
from services.intake.domain.sheets import SHEETS
from services.intake.domain.tracking import Details
from services.intake.forms.workbook import MOST_ROWS, UnreadableFile, read_upload, to_workbook, to_yaml
from shared import reference
from shared.calendar import Term
from shared.contracts.intake import PaperTicked
from shared.people import Person

CATALOGUE = read_catalogue(
    reference.table("services.intake.data", "procedures.yaml"), reference.table("services.intake.data", "offices.yaml")
)
TODAY, LATER = date(2026, 11, 24), date(2027, 1, 1)
BIRTH = CATALOGUE.procedure("1.001193", TODAY)
PERMIT = CATALOGUE.procedure("1.013225", TODAY)
FORMATS = {"yaml": to_yaml, "xlsx": to_workbook}


def given_(*procedures: Procedure, offices: tuple[Office, ...] = ()) -> Upload:
    return Upload([(Line(it.code, {}), it) for it in procedures], [(Line(it.code, {}), it) for it in offices])


def dry_run(*procedures: Procedure, offices: tuple[Office, ...] = (), published: Catalogue = CATALOGUE) -> DryRun:
    return plan(given_(*procedures, offices=offices), published, TODAY).run


def workbook(*procedures: Procedure, **cells: Any) -> bytes:
    """An export with some cells typed over: `Papers_D2=…`."""
    book = openpyxl.load_workbook(io.BytesIO(to_workbook(Catalogue(procedures or (BIRTH,), ()))))
    for place, value in cells.items():
        sheet, cell = place.split("_")
        book[sheet][cell] = value
    book.save(made := io.BytesIO())
    return made.getvalue()


def told(content: bytes) -> dict[str, str]:
    return {it.place: it.en for it in plan(read_upload(content), CATALOGUE, TODAY).run.mistakes}


# ---- Round trip -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS)
def test_all_procedures_and_offices_are_the_same_after_export_and_import(kind: str):
    made = plan(read_upload(FORMATS[kind](CATALOGUE)), CATALOGUE, TODAY)
    assert (made.run.mistakes, made.run.differences) == ((), ())
    assert made.run.unchanged == len(CATALOGUE.procedures) + len(CATALOGUE.offices)
    assert made.run.digest == ""


@pytest.mark.parametrize("kind", FORMATS)
def test_an_empty_catalogue_takes_its_own_export_as_all_new(kind: str):
    made = plan(read_upload(FORMATS[kind](CATALOGUE)), Catalogue((), ()), TODAY)
    assert made.run.mistakes == ()
    assert set(made.procedures) == set(CATALOGUE.procedures)
    assert set(made.opened) == set(CATALOGUE.offices)


def test_a_withdrawn_version_and_the_fields_of_an_office_survive_both_formats():
    gone = replace(BIRTH, withdrawn_from=LATER)
    office = replace(CATALOGUE.offices[0], fields=("Đất đai", "Hộ tịch"))
    published = Catalogue((gone,), (office,))
    for write in FORMATS.values():
        assert plan(read_upload(write(published)), published, TODAY).run.unchanged == 2


# The Greek question mark is a semicolon once it is composed (NFC).
printable = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters=";|\n\u037e"), max_size=20)
words = printable.map(str.strip).filter(bool)
codes = st.from_regex(r"[a-z]{1,6}(-[a-z]{1,6})?", fullmatch=True)
days = st.dates(date(2020, 1, 1), date(2040, 1, 1))
terms = st.builds(Term, st.sampled_from(["working-days", "calendar-days", "hours", "half-days"]), st.integers(0, 400))


def several(kind: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[Any]:
    return st.lists(kind, min_size=least, max_size=3, unique_by=lambda it: it.code).map(tuple)


samples = st.lists(st.builds(FormLine, words.filter(lambda it: ":" not in it), words), max_size=3).map(tuple)
papers = st.builds(
    Paper,
    codes,
    words,
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(0, 2),
    st.booleans(),
    printable,
    sample=samples,
)
exemptions = st.builds(Exemption, codes, words)
fees = st.builds(
    Fee,
    codes,
    st.sampled_from(["phí", "lệ phí"]),
    words,
    st.none() | st.integers(0, 10**9),
    st.sampled_from(["dossier", "page", "copy"]),
    exemptions=several(exemptions),
    most=st.none() | st.integers(0, 10**9),
    verified=st.booleans(),
)
procedures = st.builds(
    Procedure,
    st.from_regex(r"[0-9]\.[0-9]{6}", fullmatch=True).filter(str.isascii),
    words,
    words,
    days,
    st.just(("C",)),
    terms,
    several(st.builds(Step, codes, words, st.just("specialist"), st.none(), st.none() | terms), 1),
    several(papers),
    fees=several(fees),
    cases=several(st.builds(Case, codes.filter(lambda it: it != ORDINARY), words, terms)),
    words=st.lists(words, max_size=3).map(tuple),
    life_events=st.lists(st.sampled_from(list(LIFE_EVENTS)), unique=True, max_size=2).map(tuple),
    summary=printable,
    sensitive=st.booleans(),
    note=printable,
)


def normal(it: Procedure) -> Procedure:
    """As it is once it was read: composed, without blanks around."""
    made = plan(read_upload(to_yaml(Catalogue((it,), ()))), Catalogue((), ()), TODAY)
    assert made.run.mistakes == ()
    return made.procedures[0]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(procedures)
def test_any_procedure_is_the_same_after_export_and_import_in_both_formats(it: Procedure):
    it = normal(it)
    published = Catalogue((it,), ())
    for write in FORMATS.values():
        made = plan(read_upload(write(published)), published, TODAY)
        assert (made.run.mistakes, made.run.differences, made.run.unchanged) == ((), (), 1)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | printable | days,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from([it.name for it in SHEETS[0].columns] + ["papers", "fees", "steps", "cases", "versions", "x"])
entries = st.dictionaries(names, plain, max_size=6)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["procedures", "offices", "step_lists"]), plain | st.lists(entries, max_size=3)))
def test_any_yaml_is_answered_with_mistakes_or_a_sentence_and_never_with_a_fault(table: dict[str, Any]):
    try:
        made = plan(read_upload(yaml.safe_dump(table, allow_unicode=True).encode()), CATALOGUE, TODAY)
    except UnreadableFile:
        return
    assert all(it.place and it.vi and it.en for it in made.run.mistakes)
    assert not (made.run.mistakes and made.run.digest)


cells = st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats(allow_nan=False) | printable | days


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["Procedures", "Papers", "Fees", "Steps", "Cases"]), st.integers(1, 13), cells),
        max_size=6,
    )
)
def test_any_cells_typed_over_are_answered_with_mistakes_by_cell(typed: list[tuple[str, int, Any]]):
    book = openpyxl.load_workbook(io.BytesIO(to_workbook(Catalogue((PERMIT,), ()))))
    for sheet, column, value in typed:
        book[sheet].cell(2, column, value)
    book.save(made := io.BytesIO())
    for mistake in plan(read_upload(made.getvalue()), CATALOGUE, TODAY).run.mistakes:
        assert mistake.place.split("!")[0] in {it.name for it in SHEETS}


# ---- Mistakes by cell -----------------------------------------------------------------------------------------------


def test_a_mistake_is_told_by_its_cell():
    assert told(workbook(Papers_E2="hai", Papers_J2="maybe", Cases_E2="5 tuần", Procedures_B2=None)) == {
        "Papers!J2": "write có or không.",
        "Cases!E2": "write a number and one of: ngày làm việc, ngày, giờ làm việc, buổi.",
        "Procedures!B2": "is missing: add it.",
        "Papers!E2": "Expected `int`, got `str`: correct the value.",
    }


def test_a_filled_form_is_one_cell_with_a_line_each_and_its_mistakes_are_told_by_that_cell_with_the_line_as_it_begins():
    def typed(text: str) -> dict[str, str]:
        return told(workbook(replace(BIRTH, code="1.999999"), Papers_M2=text))

    ((_, read),) = read_upload(workbook(Papers_M2=" Nơi sinh : Nhà, lúc 08:30\n\nDân tộc:Cơ Ho ")).procedures
    assert read.papers[0].sample == (FormLine("Nơi sinh", "Nhà, lúc 08:30"), FormLine("Dân tộc", "Cơ Ho"))
    assert typed("\n \nNơi sinh\n\nGiới tính: Nữ\n Dân tộc:\n: Cơ Ho") == {
        "Papers!M2": "the line “Nơi sinh”, “Dân tộc:”, “: Cơ Ho”: write what the form asks, a colon, and the answer."
    }
    most = "a" * LONGEST_LINE
    assert typed("\n".join([f"{most}: {most}"] * MOST_LINES)) == {}
    for long in (f"Tên: {most}a", f"Tên {most}: b"):
        (told_,) = typed(f"\nNơi sinh: xã Nam Hà\n\n{long}").values()
        assert told_ == f"the line “{long[:40]}” of the sample is too long: {LONGEST_LINE} characters at most."
    assert typed("\n".join(["a: b"] * (MOST_LINES + 1))) == {
        "Papers!M2": f"the sample is too long: {MOST_LINES} lines at most."
    }


def test_how_a_filled_form_is_written_is_told_at_its_cell_and_its_column_is_named_as_it_is_in_a_difference():
    sheet = openpyxl.load_workbook(io.BytesIO(workbook()))["Papers"]
    assert sheet["M1"].value == HEADERS["sample"] == "Mẫu điền sẵn"
    (told_,) = (it for it in sheet.data_validations.dataValidation if "M2" in it.sqref)
    assert (told_.showInputMessage, told_.type) == (True, None)
    assert "tên mục, dấu hai chấm, nội dung" in told_.prompt


@pytest.mark.parametrize("wrong", ["don/to-khai", "đơn", "a b", "", "-a", "a" * 81])
@pytest.mark.parametrize("field", ["papers", "fees", "steps", "cases"])
def test_what_no_event_and_no_address_can_hold_is_no_code_of_a_part(field: str, wrong: str):
    def coded(code: str) -> DryRun:
        first, *others = getattr(PERMIT, field)
        return dry_run(replace(PERMIT, code="1.999999", **{field: (replace(first, code=code), *others)}))

    assert coded("A-1_b.c" + "c" * 73).mistakes == ()
    (mistake,) = coded(wrong).mistakes
    assert mistake.place == f"1.999999, {field}[1], code"
    assert mistake.en.startswith("a code has at most 80 plain letters")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{label: "Nơi: sinh", answer: Nhà}', "có dấu hai chấm trong tên mục"),
        ('{label: "", answer: Nhà}', "còn trống"),
        ('{label: Nơi sinh, answer: " "}', "còn trống"),
        ('{label: Nơi sinh, answer: "Nhà\\nVườn"}', "bị ngắt dòng"),
        ('{label: Nơi sinh, answer: "Nhà\\u2028Vườn"}', "bị ngắt dòng"),
        ("{label: Nơi sinh}", "còn thiếu"),
        ("{label: Nơi sinh, answer: 5}", "cần chữ"),
        ("Nơi sinh", "ở đây cần các trường"),
    ],
)
def test_a_wrong_line_of_a_filled_form_is_told_with_its_line_of_the_yaml(line: str, words: str):
    new = replace(BIRTH, code="1.999999", papers=(replace(BIRTH.papers[0], sample=(FormLine("a", "b"),) * 2),))
    written = to_yaml(Catalogue((new,), ())).decode()
    one = "    - label: a\n      answer: b\n"
    assert one * 2 in written
    wrong = written.replace(one * 2, f"{one}    - {line}\n")
    (mistake,) = plan(read_upload(wrong.encode()), CATALOGUE, TODAY).run.mistakes
    assert "papers[1], sample[2]" in mistake.place
    assert wrong.splitlines()[mistake.line - 1].strip() == f"- {line}"
    assert words in mistake.vi


def test_an_unknown_column_a_missing_column_and_a_row_without_owner_are_told_by_their_cells():
    told_ = told(workbook(Papers_F1="Bản xao", Papers_A1="Sai", Steps_A2="1.999999"))
    assert told_["Papers!F1"].startswith("there is no such column")
    assert told_["Papers!A1"] == "the column Mã thủ tục is missing: add it."
    assert told_["Steps!A2"].startswith("there is no 1.999999 version 2 on the sheet Procedures")


BAD = """\
procedures:
  - code: abc
    name: Thủ tục thử
    field: Hộ tịch
    competent: [C]
    term: {unit: working-days, amount: 5}
    versions:
      - valid_from: 2027-01-01
        fees:
          - {code: copy, kind: phí, name: Bản sao, amount: 2000}
          - code: original
            kind: phí
            name: Bản chính
            amount: -1
        papers: []
        steps: unheard
      - valid_from: soon
        papers: []
        steps: []
offices:
  - {code: X, name: Nơi thử, kind: one-stop, level: commune}
"""


def test_a_mistake_in_yaml_is_told_with_its_file_and_line_also_beside_others_of_its_entry():
    found = read_upload(BAD.replace("unheard", "[]").encode(), "sua-phi.yaml").mistakes
    assert {(it.place.removeprefix("sua-phi.yaml, "), it.line) for it in found} == {
        ("abc@1, fees[2], amount", 14),
        ("abc@1, code", 2),
        ("abc@2, code", 2),
        ("abc@2, valid_from", 17),
        ("X, valid_from", 21),
        ("X, code", 21),
    }
    assert {it.vi for it in found if "amount" in it.place} == {"không thể là số âm: hãy sửa lại."}
    assert ("sua-phi.yaml, abc@1, steps", 16) in {
        (it.place, it.line) for it in read_upload(BAD.encode(), "sua-phi.yaml").mistakes
    }


def test_a_wrong_code_and_a_negative_number_are_told_by_their_cells():
    code, amount = "Procedures!A2", "Fees!F2"
    found = told(workbook(PERMIT, Procedures_A2="abc", Procedures_B2=None, Fees_F2=-1, Fees_A2="abc"))
    assert found[code].startswith("A procedure code has one digit")
    assert found[amount] == "it cannot be negative: correct it."
    assert found["Procedures!B2"] == "is missing: add it."


def test_a_formula_is_not_read():
    assert told(workbook(Papers_D2="=1+1"))["Papers!D2"] == "here stands a formula: paste its value."


def test_a_code_that_excel_made_a_number_of_is_read_with_its_zeros():
    upload = read_upload(workbook(CATALOGUE.procedure("2.000720", TODAY), Procedures_A2=2.00072))
    assert upload.procedures[0][1].code == "2.000720"


def test_every_header_is_a_word_that_a_clerk_reads_and_stands_once_on_its_sheet():
    for sheet in SHEETS:
        headers = [it.header for it in sheet.columns]
        assert len(headers) == len(set(headers))
        assert all(it.name in HEADERS for it in sheet.columns), sheet.name


# ---- Files that are traps -------------------------------------------------------------------------------------------


def zipped(**parts: bytes) -> bytes:
    with zipfile.ZipFile(made := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    made = io.BytesIO(workbook())
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr(name, content)
    return made.getvalue()


LAUGHS = "a: &a [1, 2]\n" + "".join(
    f"b{n}: &b{n} [*{'a' if not n else f'b{n - 1}'}, *{'a' if not n else f'b{n - 1}'}]\n" for n in range(60)
)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (zipped(**{"xl/worksheets/sheet1.xml": b"0" * 70_000_000}), "unpacks to too much"),
        (zipped(**{f"part{n}": b"" for n in range(300)}), "unpacks to too much"),
        (with_part("xl/vbaProject.bin", b"macro"), "macros"),
        (with_part("xl/evil.xml", b'<!DOCTYPE x [<!ENTITY a "b">]>'), "what no workbook needs"),
        (zipped(**{"hello.txt": b"hello"}), "save it again"),
        (b"PK\x03\x04 cut off", "save it again"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"0" * 100, "old or a locked"),
        (LAUGHS.encode(), "too much"),
        (b"a: &a [*a]", "inside itself"),
        (b"[" * 100_000, "too deep"),
        (b"{a: " * 5_000, "too deep"),
        (b"!!python/object/apply:os.system [ls]", "not YAML"),
        (b"\xff\xfe\x00", "neither a workbook"),
        (b"x: 2026-99-99", "not YAML"),
        (b"procedures: []\nprocedures", "not YAML"),
        (b"- a", "must begin with names"),
        (b"#" * 4_000_001, "At most 4 MB"),
    ],
)
def test_a_file_that_is_a_trap_is_refused_with_a_sentence(content: bytes, words: str):
    with pytest.raises(UnreadableFile, match=words) as refused:
        read_upload(content)
    assert ": hãy " in refused.value.vi or "phải" in refused.value.vi


def test_a_name_that_stands_twice_in_an_entry_is_a_mistake_with_its_line_and_not_the_last_of_both():
    twice = to_yaml(Catalogue((BIRTH,), ())).decode().replace("  fees:", "  fees: []\n  fees:", 1)
    (mistake,) = read_upload(twice.encode(), "sua-phi.yaml").mistakes
    line = twice.splitlines().index("  fees: []") + 1
    assert (mistake.place, mistake.line) == ("sua-phi.yaml, fees", line + 1)
    assert f"dòng {line} " in mistake.vi
    assert f"line {line} " in mistake.en
    (mistake,) = read_upload(b"procedures: []\noffices: []\nprocedures: []").mistakes
    assert mistake.line == 3
    again = "procedures: []\na: &a {x: 1, x: 2}\nb: [*a, *a, {<<: *a, x: 3}]"
    (mistake,) = read_upload(again.encode()).mistakes
    assert mistake.line == 2, "what an anchor repeats is told once, and what it gives may be replaced"


def test_where_yaml_ends_to_be_yaml_is_told_in_vietnamese_without_the_readers_english():
    with pytest.raises(UnreadableFile) as refused:
        read_upload("procedures:\n  - {code: 1.013225, name: Tên".encode())
    assert "ở dòng 2 đến dòng 3:" in refused.value.vi
    assert "parsing" not in refused.value.vi


def test_a_sheet_with_too_many_rows_is_refused():
    book = openpyxl.load_workbook(io.BytesIO(workbook()))
    book["Papers"].cell(MOST_ROWS + 1, 1, "x")
    book.save(made := io.BytesIO())
    with pytest.raises(UnreadableFile, match="more than 20000 rows"):
        read_upload(made.getvalue())


# ---- What would change ----------------------------------------------------------------------------------------------


def test_a_correction_becomes_the_next_version_field_by_field():
    (fee,) = PERMIT.fees
    new = replace(PERMIT, valid_from=LATER, fees=(replace(fee, amount=90_000),), papers=PERMIT.papers[:-1])
    made = plan(given_(new), CATALOGUE, TODAY)
    (difference,) = made.run.differences
    assert (difference.what, difference.version, difference.from_day) == ("changed", PERMIT.version + 1, LATER)
    assert {it.field: it.parts for it in difference.changes if it.parts} == {
        "fees[building-permit].amount": (fee.name,),
        "papers[commitment]": (PERMIT.papers[-1].name,),
    }
    assert {(it.field, it.old, it.new) for it in difference.changes} == {
        ("valid_from", "2025-07-01", "2027-01-01"),
        ("fees[building-permit].amount", "75000", "90000"),
        ("papers[commitment]", "Bản cam kết bảo đảm an toàn đối với công trình liền kề", ""),
    }
    assert made.procedures == (replace(new, version=PERMIT.version + 1),)
    after = Catalogue((*CATALOGUE.procedures, *made.procedures), CATALOGUE.offices)
    assert after.procedure(PERMIT.code, LATER - timedelta(days=1)) == PERMIT
    assert after.procedure(PERMIT.code, LATER) == made.procedures[0]
    assert plan(given_(new), after, TODAY).run.differences == ()


def test_of_a_filled_form_the_lines_that_change_are_shown_and_both_whole_where_only_their_order_does():
    declaration, *others = BIRTH.papers
    first, second, *rest = declaration.sample

    def changed(*sample: FormLine) -> tuple[str, str, str]:
        papers = (replace(declaration, sample=sample), *others)
        (difference,) = dry_run(replace(BIRTH, valid_from=LATER, papers=papers)).differences
        change = next(it for it in difference.changes if it.field != "valid_from")
        assert change.parts == (declaration.name,)
        return change.field.removeprefix("papers[declaration]."), change.old, change.new

    assert changed(first, FormLine(second.label, "K'Brim"), *rest) == (
        "sample",
        f"{second.label}: {second.answer}",
        f"{second.label}: K'Brim",
    )
    name, old, new = changed(second, first, *rest)
    assert (name, old != new, sorted(old.split(" · ")) == sorted(new.split(" · "))) == ("sample", True, True)
    assert changed()[1:] == (" · ".join(f"{it.label}: {it.answer}" for it in declaration.sample), "")


def test_of_lines_that_a_form_repeats_each_one_counts():
    mother, father, other = (FormLine("Nơi cư trú", it) for it in ("Thôn Một", "Thôn Một", "Thôn Hai; xóm Ba"))

    def changes(old: tuple[FormLine, ...], new: tuple[FormLine, ...]) -> list[tuple[str, str]]:
        before, now = (
            replace(BIRTH, valid_from=day, papers=(replace(BIRTH.papers[0], sample=sample), *BIRTH.papers[1:]))
            for day, sample in ((BIRTH.valid_from, old), (LATER, new))
        )
        (difference,) = dry_run(now, published=Catalogue((before,), CATALOGUE.offices)).differences
        return [(it.old, it.new) for it in difference.changes if it.field.endswith(".sample")]

    one, two = "Nơi cư trú: Thôn Một", "Nơi cư trú: Thôn Hai; xóm Ba"
    assert changes((mother, father), (other, father)) == [(one, two)]
    assert changes((other, father), (mother, father)) == [(two, one)]
    assert changes((mother,), (mother, father)) == [("", one)]
    assert changes((mother, father), (other, other)) == [(f"{one} · {one}", f"{two} · {two}")]
    assert changes((mother, other), (other, mother)) == [(f"{one} · {two}", f"{two} · {one}")]
    assert changes((mother, father), (father, mother)) == []


def test_an_edit_without_a_new_day_is_a_mistake_as_a_published_version_is_never_edited():
    (mistake,) = dry_run(replace(PERMIT, name="Tên khác")).mistakes
    assert mistake.place == f"{PERMIT.code}, valid_from"
    assert "never edited" in mistake.en
    assert "không sửa được" in mistake.vi


def test_a_new_version_below_a_published_one_is_told_at_its_own_number():
    (mistake,) = dry_run(replace(PERMIT, version=0, valid_from=LATER)).mistakes
    assert mistake.place == f"{PERMIT.code}, version"


def test_a_withdrawal_is_a_difference_and_cannot_be_taken_back():
    gone = replace(PERMIT, withdrawn_from=LATER)
    (difference,) = dry_run(gone).differences
    assert (difference.what, difference.from_day) == ("withdrawn", LATER)
    published = Catalogue((gone,), ())
    (mistake,) = dry_run(PERMIT, published=published).mistakes
    assert "stays so" in mistake.en
    (late,) = dry_run(replace(PERMIT, withdrawn_from=TODAY - timedelta(days=1))).mistakes
    assert "today or a later day" in late.en


def test_what_is_not_in_the_upload_stays_as_it_is():
    run = dry_run(BIRTH)
    assert (run.differences, run.unchanged, run.digest) == ((), 1, "")


def test_an_office_may_be_closed_once_with_its_heirs_and_not_edited():
    commune = next(it for it in CATALOGUE.offices if it.code == "H36.201")
    heir = replace(commune, code="H36.301", name="Ủy ban nhân dân phường mới", valid_from=LATER)
    closed = replace(commune, valid_until=LATER - timedelta(days=1), successors=("H36.301",))
    made = plan(given_(offices=(heir, closed)), CATALOGUE, TODAY)
    assert [it.what for it in made.run.differences] == ["added", "closed"]
    assert (made.opened, made.closed) == ((heir,), (closed,))
    (mistake,) = dry_run(offices=(replace(commune, name="Tên khác"),)).mistakes
    assert (mistake.place, "close it" in mistake.en) == ("H36.201, name", True)
    others = tuple(it for it in CATALOGUE.offices if it != commune)
    ended = Catalogue((), (*others, heir, replace(closed, successors=())))
    (again,) = dry_run(offices=(closed, heir), published=ended).mistakes
    assert again.place == "H36.201, successors"


def test_an_office_ends_today_or_later_and_its_work_goes_on_on_the_day_after():
    commune = next(it for it in CATALOGUE.offices if it.code == "H36.201")
    last = LATER - timedelta(days=1)

    def told(begins: date = LATER, *heirs: str, ends: date = last) -> list[str]:
        heir = replace(commune, code="H36.301", valid_from=begins)
        run = dry_run(offices=(heir, replace(commune, valid_until=ends, successors=heirs)))
        assert bool(run.digest) == (not run.mistakes)
        return [it.place for it in run.mistakes]

    assert told(LATER, "H36.301") == told(date(2020, 1, 1), "H36.301") == []
    assert told(LATER + timedelta(days=1), "H36.202", "H36.301") == [], "one goes on with it"
    assert told() == ["H36.201, successors"]
    assert told(LATER + timedelta(days=1), "H36.301") == ["H36.201, successors"]
    assert told(LATER, "H36.999") == ["H36.201, successors"], "and is told once"
    assert told(LATER, "H36.202", ends=TODAY) == []
    assert told(LATER, "H36.202", ends=TODAY - timedelta(days=1)) == ["H36.201, valid_until"]
    assert told(LATER, "H36.202", ends=date.max) == []


def test_offices_above_one_another_in_a_circle_are_a_mistake():
    one = replace(CATALOGUE.offices[0], code="H99", parent="H98")
    other = replace(one, code="H98", parent="H99")
    assert {it.place for it in dry_run(offices=(one, other)).mistakes} == {"H99, parent", "H98, parent"}


def test_warnings_tell_what_to_think_of():
    new = replace(PERMIT, valid_from=TODAY - timedelta(days=1), verified=False)
    fee = replace(PERMIT.fees[0], amount=None)
    assert {it.place: it.en.split(" ")[0] for it in dry_run(replace(new, fees=(fee,))).warnings} == {
        PERMIT.code: "open",
        f"{PERMIT.code}, valid_from": "begins",
        f"{PERMIT.code}, verified": "its",
        f"{PERMIT.code}, fees[1], amount": "the",
    }


def test_the_digest_names_the_file_and_what_it_was_compared_with():
    new = replace(PERMIT, valid_from=LATER)
    digest = dry_run(new).digest
    assert digest
    assert dry_run(new).digest == digest
    assert dry_run(replace(new, note="x")).digest != digest
    moved = Catalogue(tuple(replace(it, note="y") if it == PERMIT else it for it in CATALOGUE.procedures), ())
    assert dry_run(new, published=moved).digest not in {"", digest}


@given(st.sampled_from(CATALOGUE.procedures), st.dates(date(2027, 1, 1), date(2035, 1, 1)), words)
def test_any_later_correction_is_planned_as_the_next_version_and_then_is_no_change(it: Procedure, day: date, name: str):
    latest = CATALOGUE.versions(it.code)[-1]
    made = plan(given_(replace(latest, name=name, valid_from=day, valid_until=None)), CATALOGUE, TODAY)
    if made.run.mistakes:  # it says itself when it ends, after that day
        assert latest.valid_until
        return
    assert [new.version for new in made.procedures] == [latest.version + 1]
    after = Catalogue((*CATALOGUE.procedures, *made.procedures), CATALOGUE.offices)
    assert after.procedure(it.code, day) == made.procedures[0]
    assert plan(given_(made.procedures[0]), after, TODAY).run.unchanged == 1


# ---- Versions, cases, ways ------------------------------------------------------------------------------------------


def test_a_later_version_ends_the_one_before_and_when_it_is_withdrawn_the_earlier_does_not_come_back():
    later = replace(BIRTH, version=3, valid_from=LATER, withdrawn_from=date(2028, 1, 1))
    both = Catalogue((BIRTH, later), ())
    assert both.procedure(BIRTH.code, LATER - timedelta(days=1)).version == 2
    assert both.procedure(BIRTH.code, LATER).version == 3
    with pytest.raises(ProcedureNotInForce, match="withdrawn from 01/01/2028"):
        both.procedure(BIRTH.code, date(2028, 1, 1))


def test_a_version_that_was_withdrawn_before_it_began_never_was():
    void = replace(BIRTH, version=3, valid_from=LATER, withdrawn_from=LATER)
    assert Catalogue((BIRTH, void), ()).procedure(BIRTH.code, date(2030, 1, 1)) == BIRTH
    assert Catalogue((BIRTH, void), ()).version(BIRTH.code, 3) == void


def test_the_case_decides_which_papers_are_asked_for():
    assert [it.code for it in BIRTH.missing(())] == ["declaration", "birth-notice"]
    assert [it.code for it in BIRTH.missing((), "without-notice")] == ["declaration", "witness"]
    assert BIRTH.checklist(ORDINARY) == BIRTH.checklist()
    with pytest.raises(UnknownCase, match="choose one of without-notice, ordinary"):
        BIRTH.missing((), "unheard")


@given(st.sampled_from(CATALOGUE.procedures))
def test_every_paper_is_asked_for_in_some_case_and_every_case_has_papers(it: Procedure):
    lists = [it.checklist(case) for case in ("", *(case.code for case in it.cases))]
    assert set(it.papers) == {paper for papers in lists for paper in papers}
    assert all(lists)


def test_the_ways_that_a_procedure_does_not_offer_are_refused():
    PERMIT.check("online", "post")
    copy, marriage = (CATALOGUE.procedure(code, TODAY) for code in ("2.000815", "1.000894"))
    with pytest.raises(ChannelNotOffered, match="choose one of direct"):
        copy.check("online", "counter")
    with pytest.raises(MustComeInPerson, match="file it at the counter"):
        marriage.check("online", "counter")
    with pytest.raises(NoPostalReturn, match="choose to collect it"):
        marriage.check("direct", "post")
    with pytest.raises(UnknownCase):
        PERMIT.check("direct", "counter", "unheard")


def test_papers_of_a_case_that_is_not_there_and_ways_that_contradict_are_mistakes():
    odd = replace(
        PERMIT,
        code="1.999999",
        papers=(Paper("x", "X", cases=("none",)),),
        presence=True,
        channels=("direct", "post"),
        postal_collection=False,
        largest_scan=0,
        immediate=True,
    )
    assert {it.place.removeprefix("1.999999, ") for it in dry_run(odd).mistakes} == {
        "papers[1], cases",
        "channels",
        "largest_scan",
        "immediate",
    }


def test_a_dossier_filed_at_lam_ha_district_before_july_2025_shows_where_it_is_handled_after():
    filed_on, counter = date(2025, 6, 20), CATALOGUE.office("H36.15.01", date(2025, 6, 20))
    procedure = CATALOGUE.procedure("2.000720", filed_on)
    competent = CATALOGUE.office("H36.15.03", filed_on)
    assert competent.decides(procedure)
    filing = Filing(
        procedure.code, Applicant("Ka Thơm"), receiving_office=counter.code, competent_office=competent.code
    )
    at = datetime(2025, 6, 20, 2, 0, tzinfo=UTC)
    clerk = Person("clerk", "Clerk", "counter-clerk", counter.code)
    dossier, *_ = Dossier.submit("d", filing, procedure.version, procedure.terms(), tracking="T", by=clerk, at=at)
    before, after = (Details.of(dossier, None, CATALOGUE, at + timedelta(days=days)) for days in (0, 30))
    assert (before.competent_office, before.handled_at) == ("Phòng Tài chính - Kế hoạch huyện Lâm Hà", ())
    assert after.competent_office == before.competent_office
    assert after.handled_at == tuple(
        f"Ủy ban nhân dân xã {name} Lâm Hà"
        for name in ("Nam Ban", "Đinh Văn", "Phú Sơn", "Nam Hà", "Phúc Thọ", "Tân Hà")
    )
    assert CATALOGUE.version(dossier.filing.procedure, dossier.version) == procedure


# ---- Finding --------------------------------------------------------------------------------------------------------

FINDER = finder(CATALOGUE, TODAY)


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("dang ky khai sinh", "Đăng ký khai sinh"),
        ("ĐĂNG KÝ KHAI SINH", "Đăng ký khai sinh"),
        ("làm giấy cho con mới đẻ", "Đăng ký khai sinh"),
        ("xay nha", "Cấp giấy phép xây dựng nhà ở riêng lẻ"),
        ("sổ đỏ bị mất", "Cấp lại Giấy chứng nhận quyền sử dụng đất do bị mất"),
        ("bo toi mat", "Đăng ký khai tử"),
        ("toi muon mo quan ca phe", "Đăng ký thành lập hộ kinh doanh"),
        ("giấy độc thân", "Cấp giấy xác nhận tình trạng hôn nhân"),
        ("len tho cu", "Chuyển mục đích sử dụng đất"),
        ("sao y", "Chứng thực bản sao từ bản chính"),
        ("1.001193", "Đăng ký khai sinh"),
        ("ket ho", "Đăng ký kết hôn"),
    ],
)
def test_row_97_plain_words_find_what_is_meant(asked: str, first: str):
    assert FINDER.find(asked)[0].name == first


@given(st.sampled_from(FINDER.procedures))
def test_row_97_every_procedure_is_found_by_its_name_without_diacritics(it: Procedure):
    assert FINDER.find(fold(it.name))[0] == it
    assert FINDER.find(it.name.upper())[0] == it
    assert it in FINDER.find(it.code)


def test_every_procedure_is_found_by_what_happened_and_every_event_leads_somewhere():
    assert {code for it in FINDER.procedures for code in it.life_events} == set(LIFE_EVENTS)
    assert all(it.life_events and it.summary and it.words for it in FINDER.procedures)


@given(st.text(max_size=60))
def test_any_question_is_answered(asked: str):
    assert len(FINDER.find(asked, 5)) <= 5


def test_missing_counts_what_was_handed_in_for_the_case():
    handed = [PaperTicked("declaration", originals=1), PaperTicked("witness", originals=1)]
    assert BIRTH.missing(handed, "without-notice") == ()
    assert [it.code for it in BIRTH.missing(handed)] == ["birth-notice"]


def test_a_plan_of_nothing_publishes_nothing():
    made = plan(Upload((), ()), CATALOGUE, TODAY)
    assert made == Plan(DryRun((), (), (), 0), (), (), (), ())
