import re
import unicodedata
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given, strategies as st

from services.intake.domain.catalogue import (
    Catalogue,
    Fee,
    Office,
    OfficeNotOpen,
    Paper,
    Procedure,
    ProcedureNotInForce,
    Step,
)
from services.intake.domain.filing import Applicant, Filing
from services.intake.domain.procedure import NoSample
from services.intake.domain.reading import UnreadableCatalogue, read_catalogue
from shared import reference
from shared.calendar import VIETNAM, Term
from shared.contracts.intake import PaperTicked
from shared.identifiers import InvalidPhone, Phone

PROCEDURES = reference.table("services.intake.data", "procedures.yaml")
OFFICES = reference.table("services.intake.data", "offices.yaml")
CATALOGUE = read_catalogue(PROCEDURES, OFFICES)
WORKING = reference.working_calendar()

LAST_DAY_OF_DISTRICTS, FIRST_DAY_WITHOUT = date(2025, 6, 30), date(2025, 7, 1)
IN_2020, IN_2026 = date(2020, 3, 2), date(2026, 11, 24)

# The starter catalogue, row by row, by the code that is in force today.
THE_TWENTY_NINE = {
    *("2.000815", "2.000884", "2.000913", "2.001019", "2.000908", "2.000635", "1.001193", "1.004884", "1.000894"),
    *("2.000806", "1.000656", "1.004873", "1.004859", "1.001612", "2.000720", "1.001570", "1.001266", "2.000575"),
    *("1.012784", "1.012783", "1.012786", "1.012790", "0.680001", "1.013225", "1.013227", "1.001776", "1.001731"),
    *("1.001699", "3.000182"),
}


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from texts(list(cast("dict[str, Any]", value).values()))
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            yield from texts(inner)


def phones(text: str) -> list[str]:
    """What may be called, of all that looks like a number in a text."""

    def rings(digits: str) -> bool:
        try:
            return bool(Phone.of(digits))
        except InvalidPhone:
            return False

    return [it for it in re.findall(r"\+?\d[\d .-]*\d", text) if rings(it)]


def asking_for(*papers: Paper) -> Procedure:
    return Procedure(
        code="1.000001",
        name="Thử",
        field="Thử",
        valid_from=IN_2020,
        competent=("C",),
        term=Term("working-days", 3),
        steps=(Step("verify", "Thẩm định", "specialist"),),
        papers=papers,
    )


def mistakes(procedures: dict[str, Any], offices: dict[str, Any]) -> tuple[str, ...]:
    with pytest.raises(UnreadableCatalogue) as told:
        read_catalogue(procedures, offices)
    return told.value.mistakes


def test_today_the_catalogue_holds_the_twenty_nine_procedures() -> None:
    assert {known.code for known in CATALOGUE.in_force(IN_2026)} == THE_TWENTY_NINE


def test_every_name_is_vietnamese_in_composed_unicode() -> None:
    for text in (*texts(PROCEDURES), *texts(OFFICES)):
        assert unicodedata.is_normalized("NFC", text), text
    for known in (*CATALOGUE.procedures, *CATALOGUE.offices):
        decomposed = unicodedata.normalize("NFD", known.name)
        assert any(unicodedata.combining(character) for character in decomposed), f"no diacritics: {known.name}"
        assert "?" not in known.name


def test_each_version_of_a_procedure_stands_once_and_no_two_are_in_force_together() -> None:
    keys = [(known.code, known.version) for known in CATALOGUE.procedures]
    assert len(keys) == len(set(keys))
    for day in (IN_2020, date(2024, 7, 31), date(2024, 8, 1), LAST_DAY_OF_DISTRICTS, FIRST_DAY_WITHOUT, IN_2026):
        codes = [known.code for known in CATALOGUE.in_force(day)]
        assert len(codes) == len(set(codes))


def test_every_procedure_has_an_office_that_decides_it_on_every_day_of_its_validity() -> None:
    for known in CATALOGUE.procedures:
        for day in (known.valid_from, known.valid_until or IN_2026):
            assert CATALOGUE.competent(known, day), f"nobody decides {known.code} version {known.version} on {day}"


def test_every_procedure_that_ended_names_a_successor_that_is_in_force_on_the_next_day() -> None:
    ended = [
        versions[-1]
        for code in {known.code for known in CATALOGUE.procedures}
        if (versions := [known for known in CATALOGUE.procedures if known.code == code])[-1].valid_until
    ]
    assert {known.code for known in ended} == {"1.004203", "1.004199", "1.009994"}
    for known in ended:
        assert known.valid_until
        assert CATALOGUE.procedure(known.successor, known.valid_until + timedelta(days=1))


def test_a_code_that_is_unsure_is_marked_and_says_so() -> None:
    unsure = {known.code for known in CATALOGUE.procedures if not known.verified}
    assert unsure == {"1.004859", "1.004203", "1.004199", "1.009994", "0.680001"}
    assert all(known.note for known in CATALOGUE.procedures if not known.verified)
    assert "not a national code" in CATALOGUE.procedure("0.680001", IN_2026).note


def test_who_must_come_in_person_is_not_offered_the_post_or_the_web() -> None:
    for known in CATALOGUE.procedures:
        if known.presence:
            assert known.channels == ("direct",)
            assert not known.postal_collection
        assert known.postal_collection == ("post" in known.channels)


def test_the_joint_procedures_of_2020_share_their_days_between_commune_and_district() -> None:
    for code, shares in {"1.001776": [7, 3, 7, 3], "1.001731": [2, 3]}.items():
        joint = CATALOGUE.procedure(code, IN_2020)
        assert [step.term.amount for step in joint.steps if step.term] == shares
        assert joint.term == Term("working-days", sum(shares))
        assert [step.at for step in joint.steps] == sorted(step.at or "" for step in joint.steps)


def test_a_dossier_stays_on_its_version_after_a_new_one_came() -> None:
    old = CATALOGUE.procedure("2.000806", LAST_DAY_OF_DISTRICTS)
    new = CATALOGUE.procedure("2.000806", FIRST_DAY_WITHOUT)
    assert (old.competent, old.term, old.supplement) == (("D",), Term("calendar-days", 15), "restart")
    assert (new.competent, new.term, new.supplement) == (("C",), Term("working-days", 5), "pause")
    assert CATALOGUE.version("2.000806", old.version) == old


def test_a_case_has_its_own_time_and_any_other_the_ordinary_one() -> None:
    marriage = CATALOGUE.procedure("1.000894", IN_2026)
    assert (marriage.terms().amount, marriage.terms("verified").amount, marriage.terms("unheard").amount) == (0, 5, 0)
    assert marriage.terms().steps == ("verify", "record", "sign", "issue")


COPY = CATALOGUE.procedure("2.000815", IN_2026)
"""Done while the applicant waits."""


@pytest.mark.parametrize(
    ("procedure", "filing", "hour", "owed"),
    [
        (COPY, {}, 9, False),
        (COPY, {}, 14, False),
        (COPY, {}, 16, True),
        (COPY, {"case": "large"}, 9, True),
        (COPY, {"home_by": "post"}, 9, True),
        (replace(COPY, channels=("direct", "online")), {"channel": "online"}, 9, True),
        (replace(COPY, immediate=False), {}, 9, True),
    ],
    ids=["at-once", "before-15", "next-day", "two-days", "sent-home", "nobody-there", "same-day"],
)
def test_no_slip_is_owed_where_the_result_is_handed_over_at_once_and_everywhere_else_it_is(
    procedure: Procedure, filing: dict[str, Any], hour: int, owed: bool
) -> None:
    filed, at = Filing(COPY.code, Applicant("Ka Thơm"), **filing), datetime(2026, 11, 25, hour, tzinfo=VIETNAM)
    terms = procedure.terms(filed.case)
    assert procedure.owes_slip(filed, at, WORKING.due(at, Term(terms.unit, terms.amount))) is owed


def test_whatever_is_done_at_once_is_promised_for_the_same_day() -> None:
    at = datetime(2026, 11, 25, 9, tzinfo=VIETNAM)
    at_once = [it for it in CATALOGUE.in_force(IN_2026) if it.immediate]
    assert at_once
    assert {WORKING.due(at, it.term).date() for it in at_once} == {at.date()}


def test_a_procedure_that_was_replaced_names_the_code_to_use_now() -> None:
    with pytest.raises(ProcedureNotInForce, match=r"1\.004203 ended on 31/07/2024: use 1\.012784"):
        CATALOGUE.procedure("1.004203", IN_2026)
    with pytest.raises(ProcedureNotInForce, match=r"in force from 01/07/2025 only"):
        CATALOGUE.procedure("1.013225", IN_2020)
    with pytest.raises(ProcedureNotInForce, match="choose one from the list"):
        CATALOGUE.procedure("9.999999", IN_2026)
    with pytest.raises(ProcedureNotInForce, match="no version 9"):
        CATALOGUE.version("2.000815", 9)


def test_all_sixteen_communes_of_lam_ha_end_with_june_2025_and_lead_to_a_living_office() -> None:
    communes = [office for office in CATALOGUE.offices if office.kind == "commune" and office.parent == "H36.15"]
    assert len({office.gso for office in communes}) == 16
    for commune in communes:
        assert commune.valid_until == LAST_DAY_OF_DISTRICTS
        (heir,) = CATALOGUE.successors(commune.code, FIRST_DAY_WITHOUT)
        assert heir.kind == "commune"
        assert heir.is_open(IN_2026)


def test_the_six_new_communes_are_those_of_the_conversion_table() -> None:
    heirs = {
        heir.name.removeprefix("Ủy ban nhân dân xã "): heir.gso
        for office in CATALOGUE.offices
        if office.parent == "H36.15" and office.kind == "commune"
        for heir in CATALOGUE.successors(office.code, IN_2026)
    }
    assert heirs == {
        "Nam Ban Lâm Hà": "24868",
        "Đinh Văn Lâm Hà": "24871",
        "Phú Sơn Lâm Hà": "24895",
        "Nam Hà Lâm Hà": "24883",
        "Phúc Thọ Lâm Hà": "24907",
        "Tân Hà Lâm Hà": "24916",
    }


def test_every_office_that_ended_leads_to_offices_that_are_open_today() -> None:
    for office in CATALOGUE.offices:
        assert CATALOGUE.successors(office.code, IN_2026), f"{office.name} leads nowhere"


def test_a_dossier_filed_in_me_linh_before_july_2025_is_at_home_in_nam_ban_after_it() -> None:
    me_linh = next(office for office in CATALOGUE.offices if office.name.endswith("xã Mê Linh"))
    assert CATALOGUE.successors(me_linh.code, LAST_DAY_OF_DISTRICTS) == (me_linh,)
    assert [heir.name for heir in CATALOGUE.successors(me_linh.code, FIRST_DAY_WITHOUT)] == [
        "Ủy ban nhân dân xã Nam Ban Lâm Hà"
    ]
    with pytest.raises(OfficeNotOpen, match=r"01/07/2025: its work goes on at: Ủy ban nhân dân xã Nam Ban Lâm Hà\."):
        CATALOGUE.office(me_linh.code, FIRST_DAY_WITHOUT)


def test_the_counter_in_the_district_post_office_of_2020_goes_on_in_six_communes() -> None:
    (counter,) = (office for office in CATALOGUE.open_on(IN_2020) if office.kind == "post-counter")
    assert "Bưu điện" in counter.name
    assert len(CATALOGUE.successors(counter.code, IN_2026)) == 6


def test_an_unknown_office_is_refused_with_advice_and_has_no_successors() -> None:
    assert CATALOGUE.successors("H99", IN_2026) == ()
    with pytest.raises(OfficeNotOpen, match="choose another office"):
        CATALOGUE.office("H99", IN_2026)


def test_no_district_is_left_after_june_2025_and_every_placeholder_number_is_marked() -> None:
    assert all(office.level != "district" for office in CATALOGUE.open_on(FIRST_DAY_WITHOUT))
    for office in CATALOGUE.offices:
        assert office.code == "H36" or (not office.verified and "Placeholder" in office.note)


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.sampled_from([office.code for office in CATALOGUE.offices]))
def test_successors_are_open_on_the_day_that_is_asked_for(day: date, code: str) -> None:
    assert all(heir.is_open(day) for heir in CATALOGUE.successors(code, day))


def test_a_succession_over_two_hops_is_followed_to_the_living_office() -> None:
    def office(code: str, begins: int, ends: int | None, *heirs: str) -> Office:
        until = date(ends, 12, 31) if ends else None
        return Office(code, code, "commune", "commune", date(begins, 1, 1), until, successors=heirs)

    offices = (office("A", 2018, 2019, "B", "C"), office("B", 2020, 2022, "C"), office("C", 2020, None))
    catalogue = Catalogue((), offices)
    assert [heir.code for heir in catalogue.successors("A", date(2021, 1, 1))] == ["B", "C"]
    assert [heir.code for heir in catalogue.successors("A", date(2024, 1, 1))] == ["C"]


BIRTH = CATALOGUE.procedure("1.001193", IN_2026)


def test_a_dossier_with_all_its_papers_lacks_nothing() -> None:
    handed = (PaperTicked("declaration", originals=1), PaperTicked("birth-notice", electronic=1))
    assert BIRTH.missing(handed) == ()


def test_what_is_missing_is_told_all_at_once_without_the_papers_that_are_not_always_needed() -> None:
    assert [paper.code for paper in BIRTH.missing(())] == ["declaration", "birth-notice"]
    assert [paper.code for paper in BIRTH.missing([PaperTicked("birth-notice", originals=1)])] == ["declaration"]


def test_a_copy_is_not_enough_where_an_original_is_asked_for_and_an_original_does_for_a_copy() -> None:
    papers = (Paper("a", "Bản chính", originals=1), Paper("b", "Bản sao", copies=1))
    known = asking_for(*papers)
    assert known.missing([PaperTicked("a", copies=1), PaperTicked("b", originals=1)]) == (papers[0],)


def test_a_file_stands_for_paper_only_where_it_may() -> None:
    papers = (Paper("a", "Bản gốc", originals=1, electronic=0), Paper("b", "Đơn", originals=1))
    known = asking_for(*papers)
    assert known.missing([PaperTicked("a", electronic=5), PaperTicked("b", electronic=1)]) == (papers[0],)


def test_papers_that_came_in_two_lots_are_counted_together() -> None:
    known = asking_for(Paper("drawings", "Bản vẽ", originals=2, electronic=0))
    assert known.missing([PaperTicked("drawings", originals=1)])
    assert not known.missing([PaperTicked("drawings", originals=1), PaperTicked("drawings", originals=1)])


ticks = st.lists(
    st.builds(
        PaperTicked,
        st.sampled_from(["declaration", "birth-notice", "marriage", "other"]),
        st.integers(0, 2),
        st.integers(0, 2),
        st.integers(0, 2),
    )
)


@given(ticks, ticks)
def test_handing_in_more_never_makes_more_missing(some: list[PaperTicked], more: list[PaperTicked]) -> None:
    assert set(BIRTH.missing([*some, *more])) <= set(BIRTH.missing(some))


def test_d1_the_forms_that_a_commune_sees_most_are_filled_in_by_people_whom_nobody_is() -> None:
    filled = {it.code: paper for it in CATALOGUE.in_force(IN_2026) for paper in it.papers if paper.sample}
    assert filled.keys() == {
        *("1.001193", "1.000656", "1.000894", "2.000635", "1.004873", "1.001612", "1.012783", "1.001731"),
    }
    numbers = [it for paper in filled.values() for line in paper.sample for it in re.findall(r"\d{12}", line.answer)]
    assert numbers
    assert all(it.endswith("000000") for it in numbers)


@pytest.mark.parametrize("text", ["0900 000 000", "+84 900.000.000 (Zalo)", "Gọi 0263 3850 123 buổi sáng"])
def test_a_phone_number_is_known_by_its_digits_wherever_it_stands(text: str) -> None:
    assert phones(text)


def test_d1_nobody_is_called_for_a_sample_as_no_phone_number_stands_in_one() -> None:
    lines = [line for it in CATALOGUE.procedures for paper in it.papers for line in paper.sample]
    assert "Điện thoại" in {it.label for it in lines}
    assert [found for it in lines for found in phones(it.answer)] == []


def test_a_paper_without_a_sample_and_one_that_is_not_there_are_refused() -> None:
    assert BIRTH.filled_in("declaration").sample[0].label == "Kính gửi"
    for code in ("birth-notice", "unheard"):
        with pytest.raises(NoSample, match=f"no sample of a paper {code}: choose one"):
            BIRTH.filled_in(code)


def test_a_certified_copy_costs_less_from_its_third_page_and_never_more_than_the_most() -> None:
    (fee,) = CATALOGUE.procedure("2.000815", IN_2026).fees
    assert [fee.charge(pages) for pages in (1, 2, 3, 10, 500)] == [2000, 4000, 5000, 12000, 200000]


def test_a_fee_that_the_council_sets_is_unknown_and_not_free() -> None:
    (fee,) = CATALOGUE.procedure("1.004873", IN_2026).fees
    assert fee.charge() is None


@given(st.integers(1, 1000), st.integers(1, 1000))
def test_more_pages_never_cost_less(pages: int, more: int) -> None:
    fee = Fee("copy", "phí", "Phí", 2000, "page", reduced_from=3, reduced=1000, most=200000)
    assert (fee.charge(pages) or 0) <= (fee.charge(pages + more) or 0)


def test_every_exemption_is_a_reason_in_words() -> None:
    exemptions = [exemption for known in CATALOGUE.procedures for fee in known.fees for exemption in fee.exemptions]
    assert exemptions
    assert all(exemption.code and exemption.reason for exemption in exemptions)


def test_every_mistake_in_the_files_is_told_with_file_entry_and_field() -> None:
    procedures, offices = deepcopy(PROCEDURES), deepcopy(OFFICES)
    first, second, third = procedures["procedures"][:3]
    del first["name"]
    second["levle"] = 3
    second["fees"] = [{"kind": "tip", "name": "Phí", "amount": "many"}]
    third["steps"] = "unheard"
    offices["offices"][1]["parent"] = "H36.99"
    offices["offices"][2]["valid_until"] = date(2019, 1, 1)
    told = mistakes(procedures, offices)
    for expected in (
        "procedures.yaml, 2.000815@1, name: is missing: add it.",
        "procedures.yaml, 2.000884@2, levle: there is no such field: write level.",
        "procedures.yaml, 2.000884@1, fees[1], kind: Invalid enum value 'tip': correct the value.",
        "procedures.yaml, 2.000913@1, steps: there is no list unheard: add it to step_lists.",
        "offices.yaml, H36.01, parent: there is no office H36.99: add it.",
        "offices.yaml, H36.02, valid_until: lies before valid_from: correct one of them.",
    ):
        assert expected in told
    assert any(line.startswith("procedures.yaml, 2.000884@1, fees[1], amount: Expected") for line in told)


def test_two_versions_in_force_together_are_a_mistake() -> None:
    procedures = deepcopy(PROCEDURES)
    procedures["procedures"][0]["versions"][0]["valid_until"] = date(2026, 1, 1)
    assert mistakes(procedures, OFFICES) == (
        "procedures.yaml, 2.000815@1, valid_until: version 2 begins before it ends: end it on the day before.",
    )


def test_an_entry_that_stands_twice_a_wrong_code_and_a_successor_that_is_not_there_are_mistakes() -> None:
    procedures, offices = deepcopy(PROCEDURES), deepcopy(OFFICES)
    offices["offices"].append(deepcopy(offices["offices"][0]))
    procedures["procedures"][1]["code"] = "2000884"
    procedures["procedures"][0]["versions"][1]["successor"] = "1.999999"
    told = mistakes(procedures, offices)
    assert "offices.yaml, H36: stands there twice: remove one." in told
    assert any(line.startswith("procedures.yaml, 2000884@1, code: A procedure code has one digit") for line in told)
    assert "procedures.yaml, 2.000815@2, successor: there is no procedure 1.999999: add it." in told


def test_offices_that_succeed_each_other_in_a_circle_are_a_mistake() -> None:
    offices = deepcopy(OFFICES)
    by_code = {entry["code"]: entry for entry in offices["offices"]}
    by_code["H36.15.11"]["successors"] = ["H36.15.12"]
    by_code["H36.15.12"]["successors"] = ["H36.15.11"]
    told = mistakes(PROCEDURES, offices)
    assert "offices.yaml, H36.15.11, successors: H36.15.12 has ended too by then: name one that goes on." in told


def test_a_file_without_its_list_says_which_list_it_must_hold() -> None:
    told = mistakes({}, {"offices": "none"})
    assert told == (
        "procedures.yaml: it must hold a list `procedures:` whose entries have fields.",
        "offices.yaml: it must hold a list `offices:` whose entries have fields.",
    )
