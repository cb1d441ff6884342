"""AsyncAPI 3.0 of a service: what it hears, as FastStream declares it, and what it says, with every schema."""

from collections.abc import Sequence
from typing import Any

import msgspec
from fastapi import Request
from faststream.kafka import KafkaBroker
from faststream.specification import AsyncAPI

from shared import door
from shared.auth import Anyone
from shared.bus import Hears
from shared.contracts import TOPICS, Topic, events_of
from shared.events import Event

__all__ = ["document", "router"]

CONTENT_TYPE = "application/json"


def router(service: str, hears: Sequence[Hears[Any]]) -> Any:
    made = door.router(tags=["contracts"])

    async def asyncapi(_: Anyone, request: Request) -> dict[str, Any]:
        """The events that this service says and hears (AsyncAPI 3.0)."""
        return document(service, request.app.state.frame.bus.broker, hears)

    made.add_api_route("/asyncapi.json", asyncapi, methods=["GET"], include_in_schema=False)
    return made


def document(service: str, broker: KafkaBroker, hears: Sequence[Hears[Any]]) -> dict[str, Any]:
    """FastStream's document, with the payloads that it cannot know and the topics that the relay writes."""
    made: dict[str, Any] = AsyncAPI(broker, title=f"Một Cửa: {service}", version="1").to_specification().to_jsonable()
    heard = {kind for it in hears for kind, _ in it.handlers.values()}
    said = [event for topic in TOPICS if topic.owner == service for event in events_of(topic.name)]
    components = made.setdefault("components", {})
    schemas, refs = _schemas({*heard, *said})
    components["schemas"] = schemas
    components["messages"] = {kind.type: _message(kind, refs[kind.type]) for kind in {*heard, *said}}
    for channel in made["channels"].values():
        topic = channel["address"].partition(":")[0]
        kinds = [kind for it in hears if it.topic == topic for kind, _ in it.handlers.values()]
        channel["messages"] = _messages(kinds)
    for operation in made["operations"].values():
        operation.pop("messages", None)
    for topic in TOPICS:
        if topic.owner == service:
            made["channels"][topic.name] = _channel(topic)
            made["operations"][f"say.{topic.name}"] = {
                "action": "send",
                "channel": {"$ref": f"#/channels/{topic.name}"},
            }
    return made


def _schemas(kinds: set[type[Event]]) -> tuple[dict[str, Any], dict[str, Any]]:
    ordered = sorted(kinds, key=lambda it: it.type)
    found, components = msgspec.json.schema_components(ordered, ref_template="#/components/schemas/{name}")
    return components, {kind.type: ref for kind, ref in zip(ordered, found, strict=True)}


def _message(kind: type[Event], ref: dict[str, Any]) -> dict[str, Any]:
    headers = {
        "type": "object",
        "properties": {
            name: {"type": "string"} for name in ("ce_id", "ce_source", "ce_time", "ce_subject", "ce_sequence")
        }
        | {"ce_type": {"const": kind.type}, "traceparent": {"type": "string"}},
    }
    return {
        "name": kind.type,
        "title": kind.type,
        "contentType": CONTENT_TYPE,
        "headers": headers,
        "payload": ref,
    }


def _messages(kinds: Sequence[type[Event]]) -> dict[str, Any]:
    return {kind.type: {"$ref": f"#/components/messages/{kind.type}"} for kind in kinds}


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "description": f"{topic.about}{' (personal data: restricted)' if topic.restricted else ''}",
        "messages": _messages(events_of(topic.name)),
    }
