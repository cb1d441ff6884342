"""The picture in the README, drawn from the contracts: who says what on which topic, and who hears it."""

from shared.contracts import TOPICS, events_of

__all__ = ["picture"]


def picture() -> str:
    """Text, one line a topic: owner, topic, readers; `*` marks a restricted topic."""
    names = [f"{topic.name}{' *' if topic.restricted else ''}" for topic in TOPICS]
    width = max(map(len, names))
    lines = [
        f"{topic.owner:>10} ──▶ {name:<{width}} ──▶ {', '.join(topic.readers) or 'integrators'}"
        f"   ({_count(len(events_of(topic.name)))})"
        for topic, name in zip(TOPICS, names, strict=True)
    ]
    return "\n".join(lines)


def _count(events: int) -> str:
    return f"{events} event{'s' if events > 1 else ''}"


if __name__ == "__main__":
    print(picture())
