"""The stylesheet and the icon: a digest in each name, so a browser may keep them for ever and never has an old one."""

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from fastapi import Response

from shared import door
from shared.auth import Anyone
from shared.errors import NotFound

__all__ = ["address", "router"]

FOLDER = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"

router = door.router(tags=["web"])


@dataclass(frozen=True, slots=True)
class File:
    address: str
    content: bytes
    kind: str

    @classmethod
    def of(cls, path: Path) -> "File":
        content = path.read_bytes()
        digest = hashlib.blake2b(content, digest_size=6).hexdigest()
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return cls(f"{path.stem}-{digest}{path.suffix}", content, kind)


FILES = {path.name: File.of(path) for path in sorted(FOLDER.iterdir())}
SERVED = {file.address: file for file in FILES.values()}


def address(root: str, name: str) -> str:
    """Where a browser finds the file behind this service's path `root`."""
    return f"{root}/static/{FILES[name].address}"


@router.get("/static/{name}", include_in_schema=False)
async def serve(name: str, _: Anyone) -> Response:
    file = SERVED.get(name)
    if file is None:
        raise NotFound("There is no such file: load the page again.")
    return Response(file.content, media_type=file.kind, headers={"cache-control": FOR_EVER})
