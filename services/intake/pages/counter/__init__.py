"""The counter's pages: the desk, what waits online, the day's list, and a dossier with what may be done with it."""

from services.intake.pages.counter import acting, desk, dossier, listed, online, statistics

__all__ = ["ROUTERS"]

ROUTERS = (desk.router, online.router, listed.router, statistics.router, acting.router, dossier.router)
"""`/counter/list` and `/counter/online` come before `/counter/dossiers/{id}`."""
