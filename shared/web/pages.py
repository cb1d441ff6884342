"""Pages: a template, in the reader's language, with the headers that a page needs."""

import math
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.routing import Match

from shared.auth import LOGIN, said_roles
from shared.door import TooLarge
from shared.problems import Problem
from shared.web import static
from shared.web.languages import LANGUAGES, N_, Language, languages

__all__ = ["Pages", "form"]

HERE = Path(__file__).parent / "templates"
COOKIE = "lang"
PREFIX = "x-forwarded-prefix"
"""The gateway's: the path that it took away before it passed the request on."""
A_YEAR = 31_536_000
"""Seconds that a chosen language is remembered."""
MOST_FORM = 20_000
"""Bytes of a form without files."""
HEADERS = {
    "content-security-policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
    "vary": "Cookie",
}

SAID: dict[int, tuple[str, str]] = {
    401: (N_("Cần đăng nhập"), N_("Trang này dành cho người đã đăng nhập. Hãy đăng nhập rồi mở lại.")),
    403: (N_("Bạn không có quyền xem trang này"), N_("Nếu công việc cần đến, hãy hỏi người quản trị.")),
    404: (N_("Không có trang này"), N_("Hãy kiểm tra lại địa chỉ, hoặc bắt đầu từ trang chủ.")),
    405: (N_("Không có trang này"), N_("Hãy kiểm tra lại địa chỉ, hoặc bắt đầu từ trang chủ.")),
    429: (N_("Bạn đã thử quá nhiều lần"), N_("Hãy đợi một lúc rồi thử lại. Đây là cách bảo vệ hồ sơ của bạn.")),
    500: (
        N_("Hệ thống gặp lỗi"),
        N_("Đây là lỗi của chúng tôi và đã được ghi lại. Dữ liệu của bạn không thay đổi; xin thử lại sau."),
    ),
    503: (N_("Hệ thống đang bận"), N_("Xin thử lại sau ít giây. Gửi lại lần nữa không gây hại gì.")),
}
ONWARD: Mapping[str, tuple[str, str]] = {
    "services": ("/services", N_("Thủ tục")),
    "file": ("/services", N_("Thủ tục")),
    "my": ("/my", N_("Hồ sơ của tôi")),
    "queue": ("/queue", N_("Chọn nơi lấy số")),
    "track": ("/track", N_("Tra cứu")),
    "pay": ("/track", N_("Tra cứu")),
    "counter": ("/counter", N_("Quầy")),
    "catalogue": ("/catalogue", N_("Danh mục")),
}
"""By the first part of an address where nothing is: where one goes on from there, and what it is called."""
OF_ITS_OWN = "not-found"
"""The code of a 404 that says no more than its number."""
OTHERWISE = (N_("Chưa làm được"), N_("Hãy xem lý do dưới đây, sửa lại rồi gửi lần nữa."))


class Pages:
    """The templates of the frame and of one service, in both languages.

    `told` are the Vietnamese sentences of refusals, by their codes.
    """

    def __init__(self, *folders: Path, told: Mapping[str, str] | None = None) -> None:
        self._told = told or {}
        known = languages((HERE, *folders))
        self._in: dict[str, tuple[Language, Environment]] = {
            code: (language, _environment(language, (*folders, HERE))) for code, language in known.items()
        }

    def language(self, request: Request) -> Language:
        """The reader's: the one just chosen, else the one chosen before, else Vietnamese."""
        wished = (request.query_params.get("lang"), request.cookies.get(COOKIE), LANGUAGES[0])
        return self._in[next(code for code in wished if code in self._in)][0]

    def show(
        self,
        request: Request,
        template: str,
        status: int = 200,
        *,
        again: Mapping[str, str] | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """A page. `again` are the fields of the form that it answers, so that the language can be switched on it."""
        language, environment = self._in[self.language(request).code]
        settings = getattr(request.app.state, "settings", None)
        html = environment.get_template(template).render(
            values,
            switch=_switch(request, language, is_sent_again=again is not None),
            again=again,
            root=request.scope.get("root_path", "").rstrip("/"),
            is_demo=settings is not None and settings.mode == "demo",
            is_in=bool(request.cookies.get(LOGIN)),
            roles=said_roles(request),
            path=_address(request),
        )
        answer = HTMLResponse(html, status, {**HEADERS, "content-language": language.code})
        if request.query_params.get("lang") == language.code:
            safe = request.url.scheme == "https"
            answer.set_cookie(COOKIE, language.code, max_age=A_YEAR, httponly=True, samesite="lax", secure=safe)
        return answer

    def problem(self, request: Request, problem: Problem) -> HTMLResponse:
        """The page of a refusal: what it is and what to do now, in words; the reason below."""
        title, advice = SAID.get(problem.status, OTHERWISE)
        minutes = math.ceil(getattr(request.state, "wait", 0) / 60)
        told: dict[str, Any] = {"problem": problem, "title": title, "advice": advice, "minutes": minutes}
        sentence = self._told.get(problem.code, "")
        told["then"] = _asked_for(request)
        is_told = problem.status in SAID
        if problem.status == HTTPStatus.NOT_FOUND and sentence and problem.code != OF_ITS_OWN:
            told["advice"] = sentence  # it knows more than that there is no page
        first, *_ = _address(request).strip("/").split("/")
        told["onward"] = ONWARD.get(first) if problem.status == HTTPStatus.NOT_FOUND else None
        return self.show(request, "problem.html", problem.status, **told, sentence=sentence, is_told=is_told)


async def form(request: Request, most: int = MOST_FORM) -> dict[str, str]:
    """The fields of a form without files, blanks around them removed. Raises `TooLarge`."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise TooLarge(f"At most {most} bytes: this form holds short fields only.")
    return {name: text.strip() for name, text in parse_qsl(body.decode(errors="replace"))}


def _environment(language: Language, folders: tuple[Path, ...]) -> Environment:
    made = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    install: Any = getattr(made, "install_gettext_callables")  # noqa: B009  the extension adds it at run time
    install(language.of, language.counted, newstyle=True)
    cast("dict[str, object]", made.globals).update(language=language, static=static.address)
    made.filters["moment"] = language.moment
    return made


def _address(request: Request) -> str:
    """The path as people have it: the gateway serves pages at the root, and says so where it took a prefix away."""
    root = request.scope.get("root_path", "").rstrip("/")
    return request.scope["path"] if request.headers.get(PREFIX) else request.scope["path"].removeprefix(root) or "/"


def _asked_for(request: Request) -> str:
    """Where to go on after a login: what was asked for, or the page whose form was sent."""
    here = _address(request)
    if request.method not in {"GET", "HEAD"}:
        return _nearest_page(request, here)
    return f"{here}?{request.url.query}" if request.url.query else here


def _switch(request: Request, now: Language, *, is_sent_again: bool) -> tuple[str, str]:
    """The other language, and the address of this page in it.

    What answers a form may have no address of its own; where the form is sent again, it is sent to where it was.
    """
    other = next(code for code in LANGUAGES if code != now.code)
    here = _address(request)
    page = here if is_sent_again or request.method in {"GET", "HEAD"} else _nearest_page(request, here)
    if page != here:
        return other, f"{page}?lang={other}"
    kept = {name: text for name, text in request.query_params.items() if name != "lang"}
    return other, "?" + urlencode({**kept, "lang": other})


def _nearest_page(request: Request, path: str) -> str:
    """The path itself where it can be opened, else the first above it that can; at last the start page.

    A form's own address is no page only because a wider route takes it in.
    """
    sent_to, here = getattr(request.scope.get("route"), "path", None), path
    while path:
        asked = {**request.scope, "method": "GET", "path": path}
        opens = next((it for it in request.app.routes if it.matches(asked)[0] is Match.FULL), None)
        if opens and (path != here or sent_to in {None, getattr(opens, "path", None)}):
            return path
        path = path.rpartition("/")[0]
    return "/"
