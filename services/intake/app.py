"""Puts intake together."""

from datetime import date
from functools import partial

import msgspec
from fastapi import FastAPI
from opentelemetry.sdk.trace.export import SpanExporter

from services.intake import api, consumers, pages
from services.intake.api.drafts import opening as opening_drafts
from services.intake.api.links import link_key
from services.intake.api.papers import bringing
from services.intake.api.paying import opening
from services.intake.api.queue import Turns
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.reading import OFFICES, PROCEDURES, read_catalogue
from services.intake.forms.printer import Printer
from services.intake.gateways.bank import payments
from services.intake.gateways.clamd import Clamd
from services.intake.gateways.registry import registry
from services.intake.pages.tracking import Tries
from services.intake.rounds import (
    asking_the_bank,
    ending_drafts,
    forgetting_scans,
    learning_the_catalogue,
    sealing_anew,
    sweeping,
    tying_tickets,
)
from services.intake.scans.reading import Readers
from services.intake.scans.taking import Taking
from services.intake.settings import IntakeSettings
from services.intake.store import Store, keep
from services.intake.templates.refusal_words import TOLD
from shared.documents import PAPERS, RESULTS, Documents
from shared.openapi import Example
from shared.reference import table, table_at, working_calendar
from shared.sealing import Seals
from shared.service import build

__all__ = ["create"]


def create(settings: IntakeSettings, exporter: SpanExporter | None = None) -> FastAPI:
    offered = catalogue(settings.more_procedures)
    papers, seals = Documents(settings, PAPERS), Seals.of(settings.seal_keys)
    bank = payments(settings.bank_url, settings.bank_key)
    app = build(
        "intake",
        settings,
        about="The front desk: file, accept, supplement, hand over; and the applicant's view of everything.",
        keep=partial(keep, catalogue=offered),
        routers=[*api.ROUTERS, *pages.ROUTERS],
        hears=consumers.HEARS,
        rounds=[
            asking_the_bank(bank),
            learning_the_catalogue,
            sweeping(papers),
            ending_drafts(),
            forgetting_scans(papers),
            tying_tickets(),
            sealing_anew(seals),
        ],
        pages=[pages.TEMPLATES],
        told=TOLD,
        took_over=took_over,
        examples=msgspec.convert(table("services.intake.data", "examples.yaml")["examples"], list[Example]),
        exporter=exporter,
    )
    app.state.tries = Tries()
    app.state.pay_tries, app.state.draft_tries, app.state.bringing = opening(), opening_drafts(), bringing()
    app.state.printer = Printer()
    app.state.bank, app.state.registry = bank, registry(settings.registry_url)
    app.state.calendar = working_calendar()
    app.state.turns = Turns()
    app.state.seals = seals
    app.state.papers, app.state.results = papers, Documents(settings, RESULTS)
    app.state.taking = Taking(papers, Readers(), Clamd(settings.clamd) if settings.clamd else None)
    app.state.link_key = link_key(settings)
    return app


async def took_over(store: Store, office: str, day: date) -> frozenset[str]:
    """By the catalogue, which lies in memory."""
    return store.catalogue.took_over(office, day)


def catalogue(more: str = "") -> Catalogue:
    """The procedures and offices of the package, and those of one more file. Raises `UnreadableCatalogue`."""
    procedures, offices = table("services.intake.data", PROCEDURES), table("services.intake.data", OFFICES)
    if more:
        procedures["procedures"] += table_at(more).get("procedures", [])
    return read_catalogue(procedures, offices)
