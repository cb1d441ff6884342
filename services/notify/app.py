"""Puts notify together."""

from datetime import timedelta

from fastapi import FastAPI
from opentelemetry.sdk.trace.export import SpanExporter

from services.notify import api, consumers
from services.notify.gateways import ways
from services.notify.rounds import sending
from services.notify.settings import NotifySettings
from services.notify.store import keep
from shared.service import build

__all__ = ["create"]


def create(settings: NotifySettings, exporter: SpanExporter | None = None) -> FastAPI:
    out = ways(settings.smtp_url, settings.outbox, settings.sender)
    return build(
        "notify",
        settings,
        about="The voice: one message for each event and recipient.",
        keep=keep,
        routers=[api.router],
        hears=consumers.HEARS,
        exporter=exporter,
        rounds=[sending(out, settings.send_rate, timedelta(seconds=settings.lease), settings.public_url)],
    )
