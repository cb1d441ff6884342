"""Puts processing together."""

from fastapi import FastAPI
from opentelemetry.sdk.trace.export import SpanExporter

from services.processing import api, consumers
from services.processing.settings import ProcessingSettings
from services.processing.store import keep
from shared.documents import RESULTS, Documents
from shared.heirs import took_over
from shared.service import build

__all__ = ["create"]


def create(settings: ProcessingSettings, exporter: SpanExporter | None = None) -> FastAPI:
    app = build(
        "processing",
        settings,
        about="The back office: cases, their steps, the working-day clock, decisions.",
        keep=keep,
        routers=[api.router],
        hears=consumers.HEARS,
        took_over=took_over,
        exporter=exporter,
    )
    app.state.results = Documents(settings, RESULTS)
    return app
