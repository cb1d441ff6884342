"""Puts intake together."""

from functools import partial

from fastapi import FastAPI
from opentelemetry.sdk.trace.export import SpanExporter

from services.intake import api, consumers, pages
from services.intake.domain.catalogue import Catalogue
from services.intake.domain.reading import OFFICES, PROCEDURES, read_catalogue
from services.intake.pages.tracking import Tries
from services.intake.settings import IntakeSettings
from services.intake.store import keep
from shared.documents import PAPERS, Documents
from shared.reference import table, table_at, working_calendar
from shared.service import build

__all__ = ["create"]


def create(settings: IntakeSettings, exporter: SpanExporter | None = None) -> FastAPI:
    offered = catalogue(settings.more_procedures)
    app = build(
        "intake",
        settings,
        about="The front desk: file, accept, supplement, hand over; and the applicant's view of everything.",
        keep=partial(keep, catalogue=offered),
        routers=[*api.ROUTERS, *pages.ROUTERS],
        hears=consumers.HEARS,
        pages=[pages.TEMPLATES],
        exporter=exporter,
    )
    app.state.tries = Tries()
    app.state.calendar = working_calendar()
    app.state.papers = Documents(settings, PAPERS)
    return app


def catalogue(more: str = "") -> Catalogue:
    """The procedures and offices of the package, and those of one more file. Raises `UnreadableCatalogue`."""
    procedures, offices = table("services.intake.data", PROCEDURES), table("services.intake.data", OFFICES)
    if more:
        procedures["procedures"] += table_at(more).get("procedures", [])
    return read_catalogue(procedures, offices)
