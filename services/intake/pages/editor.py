"""The editor of the catalogue: every version and office and how they stand, a dry run before each publication."""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from http import HTTPStatus
from typing import Self

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException

from services.intake.api.given import Kept, Offered
from services.intake.api.publishing import Editing, NothingChanges
from services.intake.domain.catalogue import Catalogue, Office, Procedure, ProcedureNotInForce
from services.intake.domain.finding import finder, fold
from services.intake.domain.listing import Changed, InThePast, OverByThen, Publication, WithdrawnAlready
from services.intake.forms.workbook import FILE, MOST_UPLOAD, UnreadableFile
from services.intake.templates import offer_words
from services.intake.templates.money import amount
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
BEGUN = N_("Bản %(number)s có hiệu lực từ %(day)s: hồ sơ nộp từ nay theo bản này.")
COMING_AFTER = N_("Bản %(number)s có hiệu lực từ %(day)s; trước ngày đó hồ sơ vẫn nộp theo bản %(before)s.")
COMING = N_("Bản %(number)s có hiệu lực từ %(day)s; trước ngày đó chưa nộp được.")
GONE = N_("Bản %(number)s thu hồi từ %(day)s: từ ngày đó không nộp được theo bản này nữa.")
OPENED = N_("Mở từ %(day)s.")
CLOSED = N_("Hoạt động đến hết ngày %(day)s.")

router = door.router()


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was chosen, and as a form keeps it. Its name is what a person called it: shown, and never opened."""

    called: str
    content: bytes

    @property
    def name(self) -> str:
        last = re.split(r"[/\\]", self.called)[-1]
        return "".join(it for it in last if it.isprintable())[:100] or FILE

    @property
    def kept(self) -> dict[str, str]:
        return {"name": self.name, "content": base64.b64encode(self.content).decode()}

    @classmethod
    def again(cls, fields: Mapping[str, str]) -> Self:
        return cls(fields.get("name", ""), _kept(fields.get("content", "")))


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


@dataclass(frozen=True, slots=True)
class Said:
    """From which day something that was published holds: a sentence, and what stands in its blanks."""

    name: str
    sentence: str
    blanks: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Place:
    """One office on the list, with those around it."""

    office: Office
    is_open: bool
    parent: Office | None
    before: tuple[Office, ...]
    """Whose work goes on here."""
    after: tuple[Office, ...]


@router.get("/catalogue", include_in_schema=False)
async def listed(
    request: Request,
    _: Editor,
    pages: Web,
    kept: Kept,
    now: Now,
    q: str = "",
    page: int = 1,
    published: str = "",
) -> Response:
    """The procedures with all their versions, some at a time; found as citizens find them.

    `published` is the digest of what was published just now.
    """
    made = await kept.published.publication(published[:64]) if published else None
    return _list(request, pages, kept.catalogue, local_day(now), q.strip()[:200], max(page, 1), made)


@router.get("/catalogue/offices", include_in_schema=False)
async def offices(request: Request, _: Editor, pages: Web, offered: Offered, now: Now, q: str = "") -> Response:
    """All offices, also those that have ended, with what went before them and what comes after."""
    asked, today = q.strip()[:200], local_day(now)
    known = {it.code: it for it in offered.offices}
    found = [it for it in known.values() if fold(asked) in fold(f"{it.code} {it.name}")]
    listed = [
        Place(
            it,
            it.is_open(today),
            known.get(it.parent),
            tuple(one for one in known.values() if it.code in one.successors),
            tuple(known[code] for code in it.successors if code in known),
        )
        for it in sorted(found, key=lambda it: it.code)
    ]
    word = partial(offer_words.word, language=pages.language(request))
    return pages.show(request, "catalogue_offices.html", asked=asked, listed=listed, today=today, word=word)


@router.post("/catalogue/check", include_in_schema=False)
async def check(request: Request, by: Editor, pages: Web, kept: Kept, now: Now) -> Response:
    """The dry run of a file: its mistakes by cell, and what it would change."""
    try:
        file = await _file(request) if _is_upload(request) else File.again(await _again(request))
    except TooLarge as refusal:
        return _unread(request, pages, refusal)
    if not file.content:
        return _list(request, pages, kept.catalogue, local_day(now), wrong=N_("Hãy chọn một tệp trước."))
    try:
        return await _checked(request, pages, Editing(kept.published, by, now), file)
    except UnreadableFile as refusal:
        return _unread(request, pages, refusal, file)


@router.post("/catalogue/publish", include_in_schema=False)
async def publish(request: Request, by: Editor, pages: Web, kept: Kept, now: Now) -> Response:
    """Publish what was seen. Where the catalogue has changed since, the new dry run is shown instead."""
    fields, editing = await _again(request), Editing(kept.published, by, now)
    file = File.again(fields)
    try:
        made = await editing.publish(file.content, fields.get("digest", ""))
    except (Changed, NothingChanges) as refusal:
        return await _checked(request, pages, editing, file, refusal)
    return RedirectResponse(f"/catalogue?published={made.id}", HTTPStatus.SEE_OTHER)


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


def _list(
    request: Request,
    pages: Web,
    offered: Catalogue,
    today: date,
    asked: str = "",
    page: int = 1,
    made: Publication | None = None,
    wrong: str = "",
) -> Response:
    codes = _codes(offered, today, asked)
    here = codes[(page - 1) * ON_A_PAGE :][:ON_A_PAGE]
    return pages.show(
        request,
        "catalogue.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if wrong else 200,
        asked=asked,
        page=page,
        is_more=len(codes) > page * ON_A_PAGE,
        total=len(codes),
        places=len(offered.offices),
        published=made,
        said=list(_said(made, offered, today)) if made else [],
        listed=[[Version.of(it, offered, today) for it in reversed(offered.versions(code))] for code in here],
        wrong=wrong,
    )


def _said(made: Publication, offered: Catalogue, today: date) -> Iterable[Said]:
    for it in made.procedures:
        in_force = next((one.version for one in _today(offered, it.code, today)), None)
        blanks = {"number": it.version, "day": f"{it.valid_from:%d/%m/%Y}", "before": in_force}
        coming = COMING if in_force is None else COMING_AFTER
        yield Said(it.name, BEGUN if it.valid_from <= today else coming, blanks)
    for it in made.withdrawals:
        blanks = {"number": it.version, "day": f"{it.from_day:%d/%m/%Y}"}
        yield Said(offered.version(it.code, it.version).name, GONE, blanks)
    for it in made.opened:
        yield Said(it.name, OPENED, {"day": f"{it.valid_from:%d/%m/%Y}"})
    for it in made.closed:
        yield Said(it.name, CLOSED, {"day": f"{it.valid_until:%d/%m/%Y}"})


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
    request: Request, pages: Web, editing: Editing, file: File, refusal: Refusal | None = None
) -> Response:
    made = await editing.dry_run(file.content, file.name)
    language = pages.language(request)
    return pages.show(
        request,
        "catalogue_check.html",
        HTTPStatus.CONFLICT if isinstance(refusal, Changed) else 200,
        run=made.run,
        again=file.kept,
        kept=file.kept,
        wrong=WRONG[type(refusal)] if refusal else "",
        told=_told(language),
        whats=offer_words.WHATS,
        field=partial(offer_words.field, language=language),
        value=partial(offer_words.value, language=language),
    )


def _told(language: Language) -> Callable[[object], str]:
    """A mistake's sentence in the reader's language."""
    return lambda mistake: str(getattr(mistake, "vi" if language.code == "vi" else "en"))


def _unread(request: Request, pages: Web, refusal: UnreadableFile | TooLarge, file: File | None = None) -> Response:
    """The reader's reason stands below in the reader's language."""
    is_english = pages.language(request).code == "en"
    reason = (str(refusal) if is_english else refusal.vi) if isinstance(refusal, UnreadableFile) else ""
    shown = {"wrong": WRONG[type(refusal)], "reason": reason}
    return pages.show(request, "catalogue_unread.html", refusal.status, again=file.kept if file else None, **shown)


def _version(
    request: Request, pages: Web, offered: Catalogue, it: Procedure, today: date, wrong: str = "", status: int = 200
) -> Response:
    language = pages.language(request)
    return pages.show(
        request,
        "catalogue_version.html",
        status,
        version=Version.of(it, offered, today),
        it=it,
        today=today,
        wrong=wrong,
        names={case.code: case.name for case in it.cases},
        pieces=partial(offer_words.pieces, language=language),
        fee=partial(offer_words.fee, language=language),
        term=partial(offer_words.term, language=language),
        word=partial(offer_words.word, language=language),
        size=partial(amount, language=language),
    )


async def _file(request: Request) -> File:
    """The one file of a form; an empty one where none was chosen. Raises `TooLarge`."""
    told = request.headers.get("content-length", "")
    if not told.isdecimal() or int(told) > MOST_UPLOAD + AROUND:
        raise TooLarge(f"At most {MOST_UPLOAD} bytes: split the file.")
    try:
        async with request.form(max_files=1, max_fields=5, max_part_size=AROUND) as fields:
            file = fields.get("file")
            return File(file.filename or "", await file.read()) if isinstance(file, UploadFile) else File("", b"")
    except MultiPartException as wrong:
        raise Malformed("This is not the form of this page: load the page again.") from wrong


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
