"""What the services tell one another. A service writes only in its own file; a published event is never edited."""

from dataclasses import dataclass

from shared.contracts import intake, notify, postal, processing
from shared.events import Event

__all__ = ["EVENTS", "TOPICS", "Topic", "events_of"]


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic carries facts about one kind of thing; each has a twin `<name>.parked`.

    `compacted`: Kafka keeps the last event of each key. `restricted`: holds personal data; `readers` alone may read it.
    """

    name: str
    owner: str
    about: str
    compacted: bool = False
    restricted: bool = False
    readers: tuple[str, ...] = ()

    @property
    def parked(self) -> str:
        return f"{self.name}.parked"


TOPICS = (
    Topic("intake.procedures", "intake", "versions of procedures", compacted=True),
    Topic(
        "intake.offices",
        "intake",
        "offices and their successors",
        compacted=True,
        readers=("processing", "postal", "notify"),
    ),
    Topic("intake.dossiers", "intake", "dossiers", readers=("processing", "postal", "notify")),
    Topic(
        "intake.people",
        "intake",
        "how to reach the people of a dossier",
        compacted=True,
        restricted=True,
        readers=("notify", "postal"),
    ),
    Topic("processing.cases", "processing", "cases", readers=("intake", "postal", "notify")),
    Topic("postal.parcels", "postal", "parcels", readers=("intake", "notify")),
    Topic("postal.manifests", "postal", "manifests", readers=("postal",)),
    Topic("notify.messages", "notify", "messages to people", readers=("intake",)),
)


def _events() -> dict[str, type[Event]]:
    found: dict[str, type[Event]] = {}
    for module in (intake, processing, postal, notify):
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, Event) and hasattr(thing, "type"):
                found[thing.type] = thing
    return found


EVENTS = _events()
"""Every event that was ever published, by its type on the wire."""


def events_of(topic: str) -> list[type[Event]]:
    return [event for event in EVENTS.values() if event.topic == topic]
