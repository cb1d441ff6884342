"""The words of the counter: each in both languages, and none for a refusal that there is not."""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from services.intake import app, templates
from services.intake.pages.counter import listed
from services.intake.templates import counter_words
from shared.errors import Refusal
from shared.web.languages import languages
from shared.web.pages import HERE

TEMPLATES = Path(templates.__file__).parent
OF_THE_SCRIPT = {"offline", "fault", "unavailable", "wrong-date", "no-resolution"}
"""What is no refusal of a rule: the line is down, a fault of ours, the weather, a date that the screen
cannot read, an amount without its resolution."""
MESSAGE = re.compile(r'\b_\("((?:[^"\\]|\\.)*)"')


def said() -> set[str]:
    tables = (getattr(counter_words, it) for it in counter_words.__all__)
    pages = (MESSAGE.findall(it.read_text()) for it in TEMPLATES.glob("counter*.html"))
    of_list = (listed.TODAY, listed.FOUND, listed.NOTHING)
    return {*chain.from_iterable(it.values() for it in tables), *chain.from_iterable(pages), *of_list}


def refusals(of: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for it in of.__subclasses__():
        yield it
        yield from refusals(it)


def test_everything_that_the_counter_says_has_its_english():
    english = languages((HERE, TEMPLATES))["en"].words
    assert len(said()) > 200
    assert sorted(it for it in said() if it not in english) == []


def test_a_message_keeps_its_places_in_english():
    english = languages((HERE, TEMPLATES))["en"].words
    places = re.compile(r"\{\w+\}|%\(\w+\)s")
    assert [it for it in said() if set(places.findall(it)) != set(places.findall(english[it]))] == []


def test_every_refusal_with_a_sentence_at_the_counter_exists():
    assert app.create
    known = {it("").code for it in refusals() if it.__init__ is Refusal.__init__} | {"too-many-tries"}
    assert sorted(set(counter_words.REFUSALS) - known - OF_THE_SCRIPT) == []
