"""Intake over HTTP, for programs: one module for each kind of thing."""

from services.intake.api import (
    cash,
    catalogue,
    dossiers,
    drafts,
    fees,
    finding,
    forms,
    links,
    mine,
    outlook,
    papers,
    pay_links,
    people,
    queue,
    receipts,
    register,
    registry,
    statistics,
    uploads,
)

__all__ = ["ROUTERS"]

ROUTERS = (
    dossiers.router,
    finding.router,
    outlook.router,
    mine.router,
    drafts.router,
    people.router,
    papers.router,
    uploads.router,
    links.router,
    forms.router,
    catalogue.router,
    fees.router,
    cash.router,
    receipts.router,
    pay_links.router,
    registry.router,
    register.router,
    statistics.router,
    queue.router,
)
