"""The editor of the catalogue, for leaders: every version and how it stands, a dry run before each publication."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from http import HTTPStatus

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException

from services.intake.api.given import Kept, Offered
from services.intake.api.publishing import Editing, NothingChanges
from services.intake.domain.catalogue import Catalogue, Procedure, ProcedureNotInForce
from services.intake.domain.finding import finder
from services.intake.domain.listing import Changed, InThePast, OverByThen, WithdrawnAlready
from services.intake.forms.workbook import MOST_UPLOAD, UnreadableFile
from services.intake.templates import offer_words
from shared import door
from shared.auth import Editor
from shared.calendar import local_day
from shared.door import Now, TooLarge
from shared.errors import Malformed, Refusal
from shared.web import Web, form
from shared.web.languages import N_, Language

__all__ = ["router"]

ON_A_PAGE = 40
"""Procedures."""
AROUND = 20_000
"""Bytes of a form beside its file."""
WRONG: dict[type[Refusal], str] = {
    InThePast: N_("Ngày này đã qua và đã có hồ sơ nộp theo bản này. Hãy chọn hôm nay hoặc ngày sau."),
    OverByThen: N_("Bản này tự hết hiệu lực trước ngày đó, nên không cần thu hồi."),
    WithdrawnAlready: N_("Bản này đã được thu hồi từ một ngày khác; ngày đó giữ nguyên."),
    Changed: N_("Danh mục đã thay đổi sau khi bạn xem. Dưới đây là kết quả kiểm tra mới: hãy xem lại rồi công bố."),
    NothingChanges: N_("Mọi nội dung trong tệp này đã được công bố."),
    UnreadableFile: N_(
        "Không đọc được tệp này. Hãy dùng tệp .xlsx hoặc .yaml như khi xuất ra, không có macro và mật khẩu."
    ),
    TooLarge: N_("Tệp quá lớn. Hãy chia nhỏ: mỗi lần tải lên chỉ đổi những gì có trong tệp."),
}

router = door.router()


@dataclass(frozen=True, slots=True)
class Version:
    """One version on the list."""

    procedure: Procedure
    state: str
    can_end: bool

    @classmethod
    def of(cls, it: Procedure, offered: Catalogue, today: date) -> "Version":
        in_force = {one.version for one in _today(offered, it.code, today)}
        is_coming = it.valid_from > today and not it.is_void
        is_now = it.version in in_force
        state = offer_words.state(it, is_in_force=is_now, is_coming=is_coming)
        return cls(it, state, (is_now or is_coming) and it.withdrawn_from is None)


@router.get("/catalogue", include_in_schema=False)
async def listed(
    request: Request,
    _: Editor,
    pages: Web,
    offered: Offered,
    now: Now,
    q: str = "",
    page: int = 1,
    published: int = 0,
) -> Response:
    """The procedures with all their versions, some at a time; found as citizens find them."""
    today, asked = local_day(now), q.strip()[:200]
    codes = _codes(offered, today, asked)
    here = codes[max(page - 1, 0) * ON_A_PAGE :][:ON_A_PAGE]
    return pages.show(
        request,
        "catalogue.html",
        asked=asked,
        page=max(page, 1),
        is_more=len(codes) > max(page, 1) * ON_A_PAGE,
        total=len(codes),
        published=published,
        listed=[[Version.of(it, offered, today) for it in reversed(offered.versions(code))] for code in here],
        wrong="",
    )


@router.post("/catalogue/check", include_in_schema=False)
async def check(request: Request, by: Editor, pages: Web, kept: Kept, now: Now) -> Response:
    """The dry run of a file: its mistakes by cell, and what it would change."""
    try:
        content = await _file(request) if _is_upload(request) else _kept((await _again(request)).get("content", ""))
        return await _checked(request, pages, Editing(kept.published, by, now), content)
    except (UnreadableFile, TooLarge) as refusal:
        return _unread(request, pages, refusal)


@router.post("/catalogue/publish", include_in_schema=False)
async def publish(request: Request, by: Editor, pages: Web, kept: Kept, now: Now) -> Response:
    """Publish what was seen. Where the catalogue has changed since, the new dry run is shown instead."""
    fields, editing = await _again(request), Editing(kept.published, by, now)
    content = _kept(fields.get("content", ""))
    try:
        made = await editing.publish(content, fields.get("digest", ""))
    except (Changed, NothingChanges) as refusal:
        return await _checked(request, pages, editing, content, refusal)
    return RedirectResponse(f"/catalogue?published={made.number}", HTTPStatus.SEE_OTHER)


@router.get("/catalogue/versions/{code}/{version}", include_in_schema=False)
async def shown(
    request: Request, code: str, version: int, _: Editor, pages: Web, offered: Offered, now: Now
) -> Response:
    """One version, and the form that withdraws it."""
    return _version(request, pages, offered, offered.version(code, version), local_day(now))


@router.post("/catalogue/versions/{code}/{version}", include_in_schema=False)
async def withdraw(request: Request, code: str, version: int, by: Editor, pages: Web, kept: Kept, now: Now) -> Response:
    """Withdraw it from a day on."""
    fields = await form(request)
    try:
        from_day = date.fromisoformat(fields.get("from_day", ""))
        await Editing(kept.published, by, now).withdraw(code, version, from_day)
    except (InThePast, OverByThen, WithdrawnAlready, ValueError) as wrong:
        words = WRONG.get(type(wrong), N_("Hãy ghi ngày.")) if isinstance(wrong, Refusal) else N_("Hãy ghi ngày.")
        it = kept.catalogue.version(code, version)
        return _version(request, pages, kept.catalogue, it, local_day(now), words, HTTPStatus.UNPROCESSABLE_ENTITY)
    return RedirectResponse(f"/catalogue/versions/{code}/{version}", HTTPStatus.SEE_OTHER)


def _codes(offered: Catalogue, today: date, asked: str) -> list[str]:
    if asked and offered.versions(asked):
        return [asked]
    if asked:
        return [it.code for it in finder(offered, today).find(asked, ON_A_PAGE)]
    ordered = sorted(offered.procedures, key=lambda it: (it.field, it.name, it.code))
    return list(dict.fromkeys(it.code for it in ordered))


def _today(offered: Catalogue, code: str, today: date) -> list[Procedure]:
    try:
        return [offered.procedure(code, today)]
    except ProcedureNotInForce:
        return []


async def _checked(
    request: Request, pages: Web, editing: Editing, content: bytes, refusal: Refusal | None = None
) -> Response:
    made = await editing.dry_run(content)
    language = pages.language(request)
    return pages.show(
        request,
        "catalogue_check.html",
        HTTPStatus.CONFLICT if isinstance(refusal, Changed) else 200,
        run=made.run,
        again={"content": (kept := base64.b64encode(content).decode())},
        content=kept,
        wrong=WRONG[type(refusal)] if refusal else "",
        told=_told(language),
        whats=offer_words.WHATS,
        field=partial(offer_words.field, language=language),
        value=partial(offer_words.value, language=language),
    )


def _told(language: Language) -> Callable[[object], str]:
    """A mistake's sentence in the reader's language."""
    return lambda mistake: str(getattr(mistake, "vi" if language.code == "vi" else "en"))


def _unread(request: Request, pages: Web, refusal: Refusal) -> Response:
    return pages.show(request, "catalogue_unread.html", refusal.status, wrong=WRONG[type(refusal)], reason=str(refusal))


def _version(
    request: Request, pages: Web, offered: Catalogue, it: Procedure, today: date, wrong: str = "", status: int = 200
) -> Response:
    version = Version.of(it, offered, today)
    return pages.show(request, "catalogue_version.html", status, version=version, it=it, today=today, wrong=wrong)


async def _file(request: Request) -> bytes:
    """The one file of a form. Raises `TooLarge`, `UnreadableFile` where there is none."""
    told = request.headers.get("content-length", "")
    if not told.isdecimal() or int(told) > MOST_UPLOAD + AROUND:
        raise TooLarge(f"At most {MOST_UPLOAD} bytes: split the file.")
    try:
        async with request.form(max_files=1, max_fields=5, max_part_size=AROUND) as fields:
            file = fields.get("file")
            content = await file.read() if isinstance(file, UploadFile) else b""
    except MultiPartException as wrong:
        raise Malformed("This is not the form of this page: load the page again.") from wrong
    if not content:
        raise UnreadableFile("There is no file: choose one.")
    return content


def _is_upload(request: Request) -> bool:
    """A file that is chosen; not the page that shows it, asked for again in the other language."""
    return request.headers.get("content-type", "").startswith("multipart/")


async def _again(request: Request) -> dict[str, str]:
    return await form(request, most=MOST_UPLOAD * 2)


def _kept(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise Malformed("The file was lost on the way: check it again.") from wrong
