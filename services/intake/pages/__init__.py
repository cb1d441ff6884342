"""Intake's pages, for people: one module for each place that they go to."""

from pathlib import Path

from services.intake.pages import cash, counter, editor, leaflets, pay, portal, queue, services, start, tracking

__all__ = ["ROUTERS", "TEMPLATES"]

TEMPLATES = Path(__file__).parent.parent / "templates"
ROUTERS = (
    start.router,
    tracking.router,
    queue.router,
    pay.router,
    cash.router,
    leaflets.router,
    services.router,
    editor.router,
    *portal.ROUTERS,
    *counter.ROUTERS,
)
