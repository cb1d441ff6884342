"""Puts postal together."""

from functools import partial

from fastapi import FastAPI
from opentelemetry.sdk.trace.export import SpanExporter

from services.postal import api, consumers
from services.postal.settings import PostalSettings
from services.postal.store import Items, keep
from shared.heirs import took_over
from shared.service import build

__all__ = ["create"]


def create(settings: PostalSettings, exporter: SpanExporter | None = None) -> FastAPI:
    items = Items(settings.item_service, settings.first_item)
    return build(
        "postal",
        settings,
        about="The road: parcels, bags and manifests, the postman's attempts, money collected.",
        keep=partial(keep, items=items),
        routers=[api.router],
        hears=consumers.HEARS,
        took_over=took_over,
        exporter=exporter,
    )
