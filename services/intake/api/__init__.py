"""Intake over HTTP, for programs: one module for each kind of thing."""

from services.intake.api import catalogue, dossiers, forms, papers

__all__ = ["ROUTERS"]

ROUTERS = (dossiers.router, papers.router, forms.router, catalogue.router)
