"""`motcua asyncapi`: the events that each service says and hears, as AsyncAPI 3.0, without anything running."""

import json
from importlib import import_module
from typing import Any

from deploy.ports import SERVICES
from deploy.trouble import Trouble
from shared.asyncapi import document
from shared.bus import Bus


def documents() -> dict[str, dict[str, Any]]:
    """The document of each service; a running one answers the same at `/<service>/asyncapi.json`."""
    return {name: _document(name) for name in SERVICES}


def as_json(service: str = "") -> str:
    """One service's document, or all of them by name. Trouble if there is no such service."""
    if service and service not in SERVICES:
        raise Trouble(f"There is no service {service}: there are {', '.join(SERVICES)}.")
    made: Any = _document(service) if service else documents()
    return json.dumps(made, ensure_ascii=False, indent=2)


def _document(service: str) -> dict[str, Any]:
    hears = import_module(f"services.{service}.consumers").HEARS
    bus = Bus("kafka:9092", service)
    for topic in hears:
        bus.listen(topic, None)
    return document(service, bus.broker, hears)
