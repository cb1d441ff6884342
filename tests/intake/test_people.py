"""Who files, for whom, and what their cards say."""

import unicodedata
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, strategies as st

from services.intake.domain import filing as rules
from services.intake.domain.card import Card, UnreadableCard
from services.intake.domain.changing import choose_home, correct
from services.intake.domain.dossier import Dossier
from services.intake.domain.draft import Draft
from services.intake.domain.facts import contact_of, worded
from services.intake.domain.filing import Applicant, Authorisation, Filing, NameMissing
from services.intake.domain.legible import legible
from shared.errors import Refusal
from shared.identifiers import InvalidCitizenNumber, InvalidPassport, InvalidTaxNumber
from tests.intake.test_dossier import AT, CITIZEN, CLERK, FILING, KA_THOM, online, submitted

CARD = "068201000123|250123456|Nguyễn Văn Bình|01021990|Nam|Thôn 1, xã Đinh Văn Lâm Hà, tỉnh Lâm Đồng|15012021"
MOTHER = Applicant("Ka Hem", number="068170001234", address="Thôn 1")
RIGHT = Authorisation("power-of-attorney", number="12/2026")


def test_the_qr_of_a_card_fills_every_field():
    card = Card.of(CARD)
    assert (card.number, card.old_number, card.name) == ("068201000123", "250123456", "Nguyễn Văn Bình")
    assert (card.born, card.is_female, card.issued) == (date(1990, 2, 1), False, date(2021, 1, 15))
    assert card.address == "Thôn 1, xã Đinh Văn Lâm Hà, tỉnh Lâm Đồng"


@pytest.mark.parametrize(
    "text",
    [
        "068301000123||Trần Thị Mai|31121985|Nữ|Thôn 2|01012022",
        "068301000123||Trần Thị Mai|31121985|Nữ|Thôn 2",
        "068301000123||Trần Thị Mai|31121985|Nữ|Thôn 2|01012022|||Trần A|Lê B",
    ],
)
def test_a_card_without_an_old_number_and_cards_of_every_year_are_read(text: str):
    card = Card.of(text)
    assert (card.number, card.old_number, card.is_female, card.born) == ("068301000123", "", True, date(1985, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.org",
        "068201000123",
        "1|2|3",
        CARD.replace("01021990", "31021990"),
        CARD.replace("Nguyễn Văn Bình", ""),
    ],
)
def test_what_is_not_a_card_is_told_from_one(text: str):
    with pytest.raises(UnreadableCard, match="type the fields"):
        Card.of(text)


def test_a_card_is_read_whatever_signs_its_letters_are_made_of():
    assert Card.of(f"{unicodedata.normalize('NFD', CARD)}\x1d\r\n") == Card.of(CARD)


@given(st.text(max_size=200))
def test_whatever_a_wand_types_is_a_card_or_a_refusal(text: str):
    try:
        card = Card.of(text)
    except Refusal:
        return
    assert card.number.isdecimal()


@pytest.mark.parametrize(
    ("more", "kept"),
    [
        ({"number": " 068 201 000 123 "}, "068201000123"),
        ({"number": "250123456"}, "250123456"),
        ({"number": "b 1234567", "shown": "passport"}, "B1234567"),
        ({"number": "0100109106", "kind": "organisation"}, "0100109106"),
        ({"number": "0100109106-001", "kind": "organisation"}, "0100109106-001"),
        ({"number": "068201000123", "kind": "household"}, "068201000123"),
        ({"number": ""}, ""),
    ],
)
def test_cards_passports_and_tax_numbers_are_kept_in_their_normal_form(more: dict[str, Any], kept: str):
    assert replace(KA_THOM, **more).checked().number == kept


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"number": "06820100012"}, InvalidCitizenNumber),
        ({"number": "B1234567"}, InvalidCitizenNumber),
        ({"number": "12", "shown": "passport"}, InvalidPassport),
        ({"number": "ABCDEFGH", "shown": "passport"}, InvalidPassport),
        ({"number": "0100109107", "kind": "organisation"}, InvalidTaxNumber),
    ],
)
def test_a_number_that_cannot_be_one_is_refused_and_not_repeated(more: dict[str, Any], refusal: type[Refusal]):
    with pytest.raises(refusal) as reason:
        replace(KA_THOM, **more).checked()
    assert more["number"] not in str(reason.value)


def test_who_files_for_another_shows_by_what_right():
    for_mother = replace(FILING, owner=MOTHER)
    with pytest.raises(rules.AuthorisationMissing):
        for_mother.checked(CLERK)
    with pytest.raises(rules.AuthorisationMissing):
        replace(for_mother, authorisation=Authorisation("power-of-attorney")).checked(CLERK)
    filed = replace(for_mother, authorisation=RIGHT).checked(CLERK)
    assert (filed.holder, filed.applicant.name) == (MOTHER, "Ka Thơm")
    assert filed.numbers() == ("068199001234", "068170001234")
    assert replace(for_mother, authorisation=Authorisation("law")).checked(CLERK), "a parent needs no paper"


def test_row_07_who_types_for_somebody_has_their_consent_and_a_citizen_needs_none():
    without = replace(FILING, consent=False)
    with pytest.raises(rules.ConsentMissing):
        without.checked(CLERK)
    assert online().checked(CITIZEN).consent is False


def test_a_state_agency_is_known_by_whose_dossier_it_is_not_by_who_brings_it():
    office = Applicant("Phòng Tài nguyên", kind="state-agency")
    brought = replace(FILING, owner=office, authorisation=Authorisation("employee"))
    with pytest.raises(rules.MustFileOnline):
        brought.checked(CLERK)
    assert replace(brought, channel="online").checked(CLERK).holder == office


def test_sealing_takes_every_number_and_leaves_everything_else():
    filed = Filing("2.000815", KA_THOM, owner=MOTHER)
    closed = filed.sealed(lambda number: f"sealed-{len(number)}")
    assert (closed.applicant.number, closed.holder.number) == ("sealed-12", "sealed-12")
    assert replace(closed.applicant, number=KA_THOM.number) == KA_THOM
    assert Filing("2.000815", Applicant("A")).sealed(lambda _: "never") == Filing("2.000815", Applicant("A"))


@pytest.mark.parametrize("field", ["name", "address", "address_today"])
def test_a_field_of_a_person_has_an_end_and_which_one_is_said(field: str):
    most = rules.LONGEST[field]
    fits = replace(KA_THOM, **{field: "x" * most})
    assert getattr(fits.checked(), field) == "x" * most
    with pytest.raises(rules.TooLong, match=str(most)) as refused:
        replace(KA_THOM, **{field: "x" * (most + 1)}).checked("owner.")
    assert refused.value.about == f"owner.{field}"


@pytest.mark.parametrize(
    ("more", "about"),
    [
        ({"owner": replace(MOTHER, name="x" * 900_000), "authorisation": RIGHT}, "owner.name"),
        ({"owner": MOTHER, "authorisation": replace(RIGHT, number="1" * 201)}, "authorisation"),
        ({"ticket": "t" * 201}, "ticket"),
        ({"reviewed": ("d",) * 1_001}, "reviewed"),
        ({"reviewed": ("d" * 201,)}, "reviewed"),
        ({"prefilled": (rules.Prefilled("name", "c" * 201, AT),)}, "prefilled"),
        ({"papers": FILING.papers * 1_001}, "papers"),
    ],
)
def test_a_filing_holds_no_more_than_a_form_does(more: dict[str, Any], about: str):
    with pytest.raises(rules.TooLong) as refused:
        replace(FILING, **more).checked(CLERK)
    assert refused.value.about == about


PEOPLES = st.text(st.characters() | st.sampled_from("ế\u0302\u0301 \t\r\n\u202e\u200b\u00a0\x00\x07"), max_size=40)
"""Whatever can be sent: unpaired halves of signs, control signs, turned writing, letters in pieces."""


@given(PEOPLES)
def test_what_is_kept_is_composed_and_seen_and_is_the_same_however_often_it_is_read(raw: str):
    kept = legible(raw)
    assert unicodedata.is_normalized("NFC", kept)
    assert kept.replace("\n", "").isprintable()
    assert kept == legible(kept) == kept.strip()
    assert legible(unicodedata.normalize("NFD", kept)) == kept


@given(PEOPLES)
def test_every_way_in_keeps_the_words_of_people_alike(raw: str):
    right = replace(RIGHT, number=f"12{raw}")
    filed = replace(FILING, applicant=replace(KA_THOM, name=f"Ka{raw}", address=raw), owner=MOTHER, authorisation=right)
    kept = filed.checked(CLERK)
    assert kept.applicant.name == " ".join(legible(f"Ka{raw}").split())
    assert (kept.applicant.address, kept.authorisation) == (legible(raw), replace(right, number=legible(f"12{raw}")))
    begun = Draft.begin("d", filed, code="c", by=CITIZEN, at=AT)[0]
    again = Draft.begin("d", FILING, code="c", by=CITIZEN, at=AT)[0].save(filed, by=CITIZEN, at=AT)[0]
    assert begun.filing.applicant == again.filing.applicant == replace(kept.applicant, phone=KA_THOM.phone)
    assert corrected(submitted(), name=f"Ka{raw}", address=raw).filing.applicant == kept.applicant
    chosen = choose_home(submitted(), "post", f"Thôn{raw}", is_decided=False, by=CLERK, at=AT)[0]
    assert chosen.filing.applicant.address == legible(f"Thôn{raw}")
    assert worded(f"Vì{raw}") == legible(f"Vì{raw}")


def test_a_name_of_signs_that_nobody_sees_is_none():
    with pytest.raises(NameMissing):
        Applicant("\u200b\u202e\x00 ").checked()


def corrected(there: Dossier, **fields: str) -> Dossier:
    return correct(there, fields, "typing-error", seal=str, mark=str, unseal=str, by=CLERK, at=AT)[0]


def test_the_address_of_today_stays_with_the_address_for_which_it_was_found():
    old, today = "Thôn 1, xã Đạ Đờn, huyện Lâm Hà", "Thôn 1, xã Phú Sơn Lâm Hà"
    there = submitted(applicant=replace(KA_THOM, address=old, address_today=today))

    def goes_to(address: str) -> str:
        chosen = choose_home(there, "post", address, is_decided=False, by=CLERK, at=AT)[0]
        assert corrected(there, address=legible(address) or old).filing.applicant == chosen.filing.applicant
        return contact_of(chosen.filing.applicant).address

    for same in (old, f" {old}\n", unicodedata.normalize("NFD", old), "", "\u200b"):
        assert goes_to(same) == today, "as the form had it before"
    assert goes_to("12 Trần Phú") == "12 Trần Phú"
