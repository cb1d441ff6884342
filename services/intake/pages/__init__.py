"""Intake's pages, for people: one module for each place that they go to."""

from pathlib import Path

from services.intake.pages import start, tracking

__all__ = ["ROUTERS", "TEMPLATES"]

TEMPLATES = Path(__file__).parent.parent / "templates"
ROUTERS = (start.router, tracking.router)
