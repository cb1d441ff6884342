"""The citizen's own pages: file from a phone, see what one filed, and do what is asked for."""

from services.intake.pages.portal import acting, filing, mine, result

__all__ = ["ROUTERS"]

ROUTERS = (filing.router, mine.router, acting.router, result.router)
