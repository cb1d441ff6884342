"""Reading a paper of a dossier, or its result: a link for minutes, each use written down, never unchecked."""

import base64
import hmac
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Annotated
from uuid import UUID, uuid4

import jwt
from fastapi import Depends, Request, Response
from fastapi.responses import StreamingResponse

from services.intake.api.given import Dossiers, Kept, Papers, Results
from services.intake.api.papers import Digest
from services.intake.domain.dossier import Dossier
from services.intake.domain.handing import opened, result_of
from services.intake.domain.link import Link, LinkOver, PaperNotInDossier, held, may_read
from services.intake.domain.scan import DOCX, KINDS, PDF, TIFF
from services.intake.settings import IntakeSettings
from shared import door
from shared.auth import Anyone, holding
from shared.documents import OnDisk
from shared.door import FromApp, Now
from shared.people import Person

__all__ = ["LinkKey", "issue", "issue_to_result", "link_key", "router"]

log = logging.getLogger(__name__)

router = door.router(tags=["papers"])

ALGORITHM, PURPOSE = "HS256", "motcua-paper"
PIECE = 256 * 1024
SAVED = {DOCX, TIFF}
"""Kinds that browsers do not show."""
HEADERS = {
    "x-content-type-options": "nosniff",
    "cache-control": "private, no-store",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
ALONE = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'"
"""For what is shown: it loads nothing, runs nothing. Browsers open no PDF in a sandbox; their PDF viewers are one."""

Reader = Annotated[
    Person,
    Depends(holding("counter-clerk", "one-stop-officer", "specialist", "leader", "registry-clerk", "citizen")),
]
"""Somebody of an office, or a citizen: which of them reads which dossier, `may_read` says."""
LinkKey = Annotated[bytes, FromApp("link_key")]


@dataclass(frozen=True, slots=True)
class LinkTo:
    """Opens the file without a login until then."""

    url: str
    expires_at: datetime


def link_key(settings: IntakeSettings) -> bytes:
    """What signs links: the setting, or one made from MinIO's secret, which opens the same papers anyway."""
    secret = settings.link_key or settings.minio_secret_key
    return hmac.digest(secret.encode(), b"motcua links to papers", "sha256")


@router.post("/dossiers/{dossier_id}/papers/{digest}/link")
async def issue(
    dossier_id: UUID,
    digest: Digest,
    request: Request,
    by: Reader,
    dossiers: Dossiers,
    kept: Kept,
    key: LinkKey,
    now: Now,
) -> LinkTo:
    """A link to one paper of a dossier, for its offices and for who filed it; lives five minutes; written down."""
    dossier = await dossiers.get(str(dossier_id))
    _let_in(by, dossier)
    if digest not in held(dossier):
        raise PaperNotInDossier("This dossier has no such scan: see its papers.")
    id = str(uuid4())
    link = await kept.links.create(id, lambda: Link.issue(id, digest, dossier.id, by=by, at=now))
    return _told(link, request, key)


@router.post("/dossiers/{dossier_id}/result/link")
async def issue_to_result(
    dossier_id: UUID, request: Request, by: Reader, dossiers: Dossiers, kept: Kept, key: LinkKey, now: Now
) -> LinkTo:
    """A link to the signed result, as to a paper, before and after it was handed over.

    Where it goes home electronically, who filed it or the counter hands it over by opening it.
    """
    dossier = await dossiers.get(str(dossier_id))
    _let_in(by, dossier)
    digest, id = result_of(await kept.progress_of(dossier.id)), str(uuid4())
    link = await kept.links.create(id, lambda: Link.issue(id, digest, dossier.id, by=by, at=now, opens="result"))
    return _told(link, request, key)


@router.get("/papers/links/{token}", responses={410: {"description": "Its minutes are over"}})
async def read(token: str, _: Anyone, kept: Kept, papers: Papers, results: Results, key: LinkKey, now: Now) -> Response:
    """The file itself; each use is written down before its first byte leaves, and every byte was checked by then."""
    id, digest = _opened(token, key)
    link = await kept.links.get(id)
    link.use(now)
    is_result = link.opens == "result"
    scan = None if is_result else await kept.scan_of(digest)
    whole = await (results if is_result else papers).whole(digest)
    try:
        kind = whole.kind if is_result else scan.kind if scan else ""
        link = await kept.links.change(id, lambda it: it.use(now))
        if is_result:
            await kept.dossiers.change(link.dossier, lambda it: opened(it, by=link.by, at=now))
    except BaseException:
        whole.close()
        raise
    log.info("link %s to a %s of %s was used, %d times by now", link.id, link.opens, link.dossier, len(link.used))
    return _sent(whole, kind)


def _let_in(by: Person, dossier: Dossier) -> None:
    filing = dossier.filing
    may_read(by, offices=(filing.receiving_office, filing.competent_office), owner=dossier.filed_by)


def _told(link: Link, request: Request, key: bytes) -> LinkTo:
    by = link.by
    log.info("link %s to a %s of %s for %s of %s", link.id, link.opens, link.dossier, by.id, by.office or "no office")
    root = request.scope.get("root_path", "").rstrip("/")
    return LinkTo(f"{root}/papers/links/{_signed(link, key)}", link.expires_at)


def _signed(link: Link, key: bytes) -> str:
    said = {
        "aud": PURPOSE,
        "jti": link.id,
        "sub": link.person,
        "dossier": link.dossier,
        "digest": link.digest,
        "exp": int(link.expires_at.timestamp()),
    }
    return jwt.encode(said, key, ALGORITHM)


def _opened(token: str, key: bytes) -> tuple[str, str]:
    """The id of the link and the digest of its paper. Raises `LinkOver`."""
    try:
        said = jwt.decode(token, key, [ALGORITHM], audience=PURPOSE, options={"require": ["exp", "jti", "aud"]})
    except jwt.PyJWTError as wrong:
        raise LinkOver("This link is over, or is none: open it from the dossier again.") from wrong
    return str(said["jti"]), str(said["digest"])


def _sent(whole: OnDisk, kind: str) -> Response:
    ending = KINDS[kind][0] if kind in KINDS else ""
    how = "attachment" if kind in SAVED or not ending else "inline"
    policy = ALONE if kind == PDF else f"{ALONE}; sandbox"
    told = {
        "content-length": str(whole.size),
        "content-disposition": f'{how}; filename="{whole.digest[:16]}{ending}"',
        "content-security-policy": policy,
        "digest": f"sha-256={base64.b64encode(bytes.fromhex(whole.digest)).decode()}",
    }
    return StreamingResponse(_pieces(whole), headers=HEADERS | told, media_type=kind or "application/octet-stream")


def _pieces(whole: OnDisk) -> Iterator[bytes]:
    file: IO[bytes] = whole.file
    with whole:
        while piece := file.read(PIECE):
            yield piece
