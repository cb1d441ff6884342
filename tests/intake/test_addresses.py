"""Addresses old and new: a card of 2021 names a district that is no more."""

import pytest

from services.intake.domain.facts import contact_of
from services.intake.domain.filing import Applicant
from services.intake.gateways.addresses import LONGEST, today


@pytest.mark.parametrize(
    ("written", "now", "code"),
    [
        ("Thôn 1, xã Tân Hà, huyện Lâm Hà, tỉnh Lâm Đồng", "Thôn 1, Xã Tân Hà Lâm Hà, Tỉnh Lâm Đồng", "24916"),
        ("Thị trấn Đinh Văn, huyện Lâm Hà, Lâm Đồng", "Xã Đinh Văn Lâm Hà, Tỉnh Lâm Đồng", "24871"),
        ("Xã Đinh Văn Lâm Hà, tỉnh Lâm Đồng", "Xã Đinh Văn Lâm Hà, Tỉnh Lâm Đồng", "24871"),
    ],
)
async def test_an_address_of_before_july_2025_is_told_in_todays_units_and_todays_stays(
    written: str, now: str, code: str
):
    found = await today(written)
    assert (found.today, found.commune_code, found.province_code) == (now, code, "68")
    assert found.written == written


@pytest.mark.parametrize("written", ["", "chẳng biết đâu", "x" * 5000, "\x00|()[]*"])
async def test_what_is_no_address_is_left_as_it_was_written(written: str):
    found = await today(written)
    assert (found.today, found.commune) == ("", "")
    assert found.written == written[:LONGEST]


def test_the_post_is_told_where_somebody_lives_today():
    old = Applicant("Ka Thơm", address="Thôn 1, xã Tân Hà, huyện Lâm Hà", address_today="Thôn 1, Xã Tân Hà Lâm Hà")
    assert contact_of(old).address == "Thôn 1, Xã Tân Hà Lâm Hà"
    assert contact_of(Applicant("Ka Thơm", address="Thôn 1")).address == "Thôn 1"
