"""What is told of an event that cannot be used: on a topic that holds personal data never a word of it."""

from collections.abc import Awaitable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, ClassVar, Literal, cast

import msgspec
import pytest

from shared import hearing
from shared.contracts import TOPICS
from shared.errors import Malformed, NotYet, Refusal
from shared.events import Event
from shared.hearing import Batch, Ear, Hears, Record, why
from tests.shared.toys import NotThat, headers

PEOPLE = next(it.name for it in TOPICS if it.restricted)
OPEN = next(it.name for it in TOPICS if not it.restricted)
WHO = "Nguyễn Thị Hoa 0912345678"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached(Event):
    topic: ClassVar[str] = PEOPLE
    type: ClassVar[str] = "reached.v1"

    by: Literal["phone", "email"]


def record(value: Any) -> Record:
    said = headers(ce_type=Reached.type)
    told = SimpleNamespace(topic=PEOPLE, partition=0, offset=7, headers=said, value=msgspec.json.encode(value))
    return cast("Record", told)


def a_batch(wrong: Exception | None = None) -> tuple[Batch[None], list[BaseException]]:
    hears, parked = Hears[None](PEOPLE), list[BaseException]()

    async def park(_: Record, reason: BaseException) -> None:
        parked.append(reason)

    def reached(heard: object, store: None) -> Awaitable[object] | None:
        if wrong:
            raise wrong
        return None

    hears.on(Reached)(reached)
    return Batch(Ear(PEOPLE), hears, None, None, park), parked


async def test_a_value_that_will_not_do_on_a_restricted_topic_is_told_by_its_place_alone(
    caplog: pytest.LogCaptureFixture,
):
    batch, parked = a_batch()
    await batch.take((record({"by": WHO}),))
    assert len(parked) == 1
    assert WHO in str(parked[0]), "or this proves nothing"
    assert why(parked[0], PEOPLE) == "malformed at $.by"
    assert "parked intake.people[0]@7: malformed at $.by" in caplog.text
    assert "Hoa" not in caplog.text


async def test_a_wait_on_a_restricted_topic_does_not_repeat_the_words_of_the_rule(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    batch, parked = a_batch(NotYet(f"{WHO} has no parcel yet", about="parcel"))
    with pytest.raises(NotYet):
        await batch.take((record({"by": "phone"}),))
    monkeypatch.setattr(hearing, "PATIENCE", 0.0)
    await batch.take((record({"by": "phone"}),))
    assert len(parked) == 1
    assert "intake.people waits: not-yet at parcel" in caplog.text
    assert "Hoa" not in caplog.text


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (NotThat(WHO), "not-that"),
        (NotThat(WHO, about="papers"), "not-that at papers"),
        (Malformed(f"not one: Invalid enum value '{WHO} - at `$.{WHO}`' - at `$.a[0].b`"), "malformed at $.a[0].b"),
    ],
)
def test_a_refusal_on_a_restricted_topic_is_its_code_and_the_field_and_elsewhere_its_words(reason: Refusal, told: str):
    assert why(reason, PEOPLE) == told
    assert why(reason, OPEN) == f"{reason.code}: {reason}"
