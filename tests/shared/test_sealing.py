"""Identity numbers at rest: sealed, found, and sealed anew."""

import base64

import pytest
from hypothesis import given, strategies as st

from shared.sealing import Seals, WrongKeys

OLD, NEW = Seals.new("k1"), Seals.new("k2")
NUMBER = "068201000123"


@given(st.text(max_size=60))
def test_what_is_sealed_is_opened_again_and_shows_nothing_of_itself(plain: str):
    seals = Seals.of(OLD)
    sealed = seals.seal(plain)
    assert seals.open(sealed) == plain
    assert sealed != seals.seal(plain), "the same number never looks the same twice"
    if len(plain) > 3:
        assert plain not in sealed


def test_the_same_number_has_the_same_mark_and_another_number_another():
    seals = Seals.of(OLD)
    assert seals.mark(NUMBER) == Seals.of(OLD).mark(NUMBER)
    assert seals.mark(NUMBER) != seals.mark("068201000124")
    assert NUMBER not in seals.mark(NUMBER)
    assert seals.mark(NUMBER) != Seals.of(Seals.new("k1")).mark(NUMBER), "without the key nobody can make marks"


def test_row_84_a_key_rotates_old_seals_still_open_and_what_is_sealed_anew_needs_the_new_key_alone():
    sealed, mark = Seals.of(OLD).seal(NUMBER), Seals.of(OLD).mark(NUMBER)
    both = Seals.of(f"{NEW},{OLD}")
    assert both.open(sealed) == NUMBER
    assert mark in both.marks(NUMBER), "it is found while the rotation is under way"
    anew = both.sealed_anew()(sealed)
    assert Seals.of(NEW).open(anew) == NUMBER
    assert both.mark(NUMBER) == Seals.of(NEW).mark(NUMBER)
    with pytest.raises(WrongKeys):
        Seals.of(NEW).open(sealed)


@pytest.mark.parametrize("spoilt", ["", "k1.", "k1.AAAA", "k9.AAAA", "nothing", "k1.é"])
def test_what_was_not_sealed_here_is_refused_and_never_read_as_something(spoilt: str):
    if spoilt == "":
        assert Seals.of(OLD).open(spoilt) == ""
        return
    with pytest.raises(WrongKeys):
        Seals.of(OLD).open(spoilt)


def test_a_seal_moved_to_another_keys_name_or_changed_by_a_bit_does_not_open():
    seals = Seals.of(f"{OLD},{NEW}")
    name, _, text = seals.seal(NUMBER).partition(".")
    raw = bytearray(base64.urlsafe_b64decode(text))
    raw[-1] ^= 1
    for changed in (f"k2.{text}", f"{name}.{base64.urlsafe_b64encode(raw).decode()}"):
        with pytest.raises(WrongKeys):
            seals.open(changed)


@pytest.mark.parametrize(
    "keys",
    [
        "",
        "k1",
        "k1:short",
        "K 1:" + "A" * 44,
        "k1:" + base64.b64encode(b"x" * 16).decode(),
        f"{OLD},{OLD}",
        "k1:" + "!" * 44,
    ],
    ids=["none", "no key", "short", "blank in the name", "half as long", "twice", "no Base64"],
)
def test_keys_that_cannot_seal_are_refused_at_start_with_a_sentence_that_does_not_show_them(keys: str):
    with pytest.raises(WrongKeys) as wrong:
        Seals.of(keys)
    assert "openssl rand -base64 32" in str(wrong.value)
    assert not keys or keys not in str(wrong.value)
