"""The web frame of all services: one base page, one stylesheet, two languages, a page for every refusal.

A service gives its app the frame with `install(app, its_folder_of_templates)`; a route takes `pages: Web` and answers
`pages.show(request, "name.html", ...)`. Nothing is loaded from elsewhere and no page needs a script.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, Request, Response

from shared.door import FromApp
from shared.web import login, reference, static
from shared.web.limits import TooManyTries
from shared.web.pages import Pages, form

__all__ = ["Pages", "Web", "form", "install"]

Web = Annotated[Pages, FromApp("pages")]


def install(app: FastAPI, *folders: Path, told: Mapping[str, str] | None = None) -> None:
    """Gives an app the frame; `folders` hold its own templates and its `en.po`.

    `told` are the sentences of its refusals, by their codes.
    """
    app.state.pages = Pages(*folders, told=told)
    app.state.show_problem = app.state.pages.problem
    for router in (static.router, reference.router, login.router):
        app.router.routes.extend(router.routes)
    app.add_exception_handler(TooManyTries, _slow_down)


async def _slow_down(request: Request, refusal: Exception) -> Response:
    """Like any refusal, and with the time to wait: in seconds for a program, in minutes on the page."""
    seconds = request.state.wait = getattr(refusal, "seconds", 1)
    kinds: Sequence[type[Exception]] = type(refusal).__mro__[1:]
    handle = next(it for kind in kinds if (it := request.app.exception_handlers.get(kind)))
    answer: Response = await handle(request, refusal)
    answer.headers["retry-after"] = str(seconds)
    return answer
