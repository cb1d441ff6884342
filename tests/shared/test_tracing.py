"""One trace from the HTTP request to the last message, across four services; an unsampled one leaves no span."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from deploy.engines import Engines
from deploy.provision import provision
from services.intake.app import create as intake
from services.intake.settings import IntakeSettings
from services.notify.app import create as notify
from services.notify.settings import NotifySettings
from services.postal.app import create as postal
from services.postal.settings import PostalSettings
from services.processing.app import create as processing
from services.processing.settings import ProcessingSettings
from tests.shared.apps import client, issuing, ready, running, settings_for
from tests.shared.filings import filing
from tests.shared.toys import fresh, records, until

SERVICES = (
    (intake, IntakeSettings),
    (processing, ProcessingSettings),
    (postal, PostalSettings),
    (notify, NotifySettings),
)


class House:
    """The four services in this process, their spans in memory."""

    def __init__(
        self, engines: Engines, apps: list[FastAPI], exporter: InMemorySpanExporter, counter: httpx.AsyncClient
    ):
        self.engines, self.apps, self.exporter, self.counter = engines, apps, exporter, counter

    async def file(self, trace: str, flags: str) -> str:
        id = str(uuid.uuid4())
        parent = {"traceparent": f"00-{trace}-{'b' * 16}-{flags}"}
        answer = await self.counter.put(f"/counter/dossiers/{id}", json=filing(), headers=parent)
        assert answer.status_code == 201, answer.text
        return id

    async def said(self, topic: str, id: str) -> list[dict[str, str]]:
        log = await records(self.engines.kafka, topic)
        heads = [{name: value.decode() for name, value in it.headers} for it in log]
        return [it for it in heads if it.get("ce_subject") == id]

    async def last_messages(self, id: str) -> list[dict[str, str]]:
        """Of the acceptance and of the case that it opened: each queued, and then sent or given to somebody to call."""
        found: list[dict[str, str]] = []

        async def are_there() -> bool:
            found[:] = await self.said("notify.messages", id)
            ends = [it for it in found if it["ce_type"] in {"message-sent.v1", "call-task-opened.v1"}]
            return len(ends) == 2 and len(found) == 4

        await until(are_there, 60)
        return found

    def spans(self, trace: str) -> list[Any]:
        for app in self.apps:
            app.state.frame.tracing.force_flush()
        return [it for it in self.exporter.get_finished_spans() if f"{it.context.trace_id:032x}" == trace]


@pytest.fixture
async def house(engines: Engines) -> AsyncIterator[House]:
    prefix, exporter = fresh(), InMemorySpanExporter()
    environment = {
        "MOTCUA_MONGO_URL": engines.mongo_url,
        "MOTCUA_KAFKA": engines.kafka,
        "MOTCUA_MINIO_URL": engines.minio_url,
        "MOTCUA_MINIO_ACCESS_KEY": engines.minio_access_key,
        "MOTCUA_MINIO_SECRET_KEY": engines.minio_secret_key,
        "MOTCUA_DATABASE_PREFIX": prefix,
    }
    await provision(environment)
    async with AsyncExitStack() as stack:
        issuer = stack.enter_context(issuing())
        apps = [create(settings_for(kind, engines, issuer, prefix, traces=1.0), exporter) for create, kind in SERVICES]  # type: ignore[operator]
        for app in apps:
            await stack.enter_async_context(running(app))
            await ready(await stack.enter_async_context(client(app)))
        counter = await stack.enter_async_context(client(apps[0], issuer.token("counter-clerk")))
        yield House(engines, apps, exporter, counter)


async def test_one_trace_leads_from_the_request_to_the_last_message_and_an_unsampled_one_leaves_no_span(house: House):
    sampled, silent = uuid.uuid4().hex, uuid.uuid4().hex
    ids = dict(
        zip((sampled, silent), await asyncio.gather(house.file(sampled, "01"), house.file(silent, "00")), strict=True)
    )
    for trace, flags in ((sampled, "01"), (silent, "00")):
        messages = await house.last_messages(ids[trace])
        on_the_way = await house.said("intake.dossiers", ids[trace]) + await house.said("processing.cases", ids[trace])
        assert {it["ce_type"] for it in on_the_way} == {
            "dossier-submitted.v1",
            "dossier-accepted.v1",
            "case-opened.v1",
        }
        for said in (*on_the_way, *messages):
            assert said["traceparent"].split("-")[1::2] == [trace, flags], said["ce_type"]
    assert house.spans(silent) == []

    spans = house.spans(sampled)
    by_service: dict[str, set[str]] = {}
    for it in spans:
        by_service.setdefault(it.resource.attributes["service.name"], set()).add(it.name)
    assert "PUT /counter/dossiers/{dossier_id}" in by_service["intake"]
    assert "hears dossier-accepted.v1" in by_service["processing"]
    assert {"hears dossier-accepted.v1", "hears case-opened.v1"} <= by_service["notify"]
    known = {it.context.span_id for it in spans} | {int("b" * 16, 16)}
    assert {it.parent.span_id for it in spans} <= known, "every span hangs on another of the same trace"

    links = [
        f"{link.context.trace_id:032x}"
        for it in house.exporter.get_finished_spans()
        for link in it.links
        if it.name.startswith("intake.dossiers")
    ]
    assert sampled in links, "a batch is linked to the traces of its events"
