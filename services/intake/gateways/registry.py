"""The population registry: who a number belongs to. Its words are ours from here on."""

from http import HTTPStatus
from typing import Protocol

import msgspec

from services.intake.domain.registry import BY_HAND, Known, NoRegistry, Question, RegistryAway
from services.intake.gateways.partner import Partner
from shared.errors import Unavailable

__all__ = ["NoRegistryHere", "PopulationRegistry", "Registry", "registry"]

SECONDS = 3.0
"""The person at the counter waits no longer for a registry; then the clerk types."""


class Registry(Protocol):
    """Raises `RegistryAway` where it does not answer in time, `NoRegistry` where none is set up."""

    async def look_up(self, asked: Question) -> Known | None: ...


class PopulationRegistry:
    """The demonstration's API, after which a real registry's adapter is written. The number stands in no address."""

    def __init__(self, partner: Partner) -> None:
        self._partner = partner

    async def look_up(self, asked: Question) -> Known | None:
        question = msgspec.json.encode({"number": asked.number, "born": asked.born})
        try:
            status, answer = await self._partner.ask("POST", "/citizens/look-up", question)
        except Unavailable as away:
            raise RegistryAway(f"The registry does not answer: {BY_HAND}, nothing is lost.") from away
        if status == HTTPStatus.NOT_FOUND:
            return None
        try:
            if status != HTTPStatus.OK:
                raise RegistryAway(f"The registry refused the question ({status}): {BY_HAND}.")
            return msgspec.json.decode(answer, type=Known)
        except (msgspec.DecodeError, UnicodeDecodeError) as unreadable:
            raise RegistryAway(f"The registry's answer cannot be read: {BY_HAND}.") from unreadable


class NoRegistryHere:
    async def look_up(self, asked: Question) -> Known | None:
        raise NoRegistry(f"No registry is set up here: {BY_HAND}.")


def registry(url: str) -> Registry:
    return PopulationRegistry(Partner(url, seconds=SECONDS)) if url else NoRegistryHere()
