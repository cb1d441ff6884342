"""What comes of parts of an upload that ended while they were on their way."""

import hashlib
from base64 import b64encode
from typing import Any

import pytest

from services.intake.domain.upload import Upload
from services.intake.scans.taking import parts_of
from tests.intake.front import Front
from tests.intake.test_papers import asking, begun, fresh_pdf, left_of, sent


@pytest.mark.parametrize("summed", [False, True])
def test_a_part_that_is_laid_when_the_upload_has_ended_does_not_stay(
    desk: Front, monkeypatch: pytest.MonkeyPatch, summed: bool
):
    content = fresh_pdf()[:5000]
    state = desk.app.state
    lay = state.papers.lay

    async def late(name: str, block: bytes, *more: Any) -> None:
        """As if somebody took the upload back just before this part was laid."""
        id = name.split("/")[-2]
        await state.papers.clear(parts_of(id))
        await state.store.uploads.change(id, Upload.cleared)
        await lay(name, block, *more)

    sums = {"upload-checksum": f"sha256 {b64encode(hashlib.sha256(content).digest()).decode()}"} if summed else {}
    with asking(desk) as asked:
        place = begun(asked, 9000)
        monkeypatch.setattr(state.papers, "lay", late)
        assert sent(asked, place, content, **sums).status_code == 410
        assert left_of(desk, place) == []


def test_a_part_that_is_not_what_its_checksum_says_does_not_stay(desk: Front):
    with asking(desk) as asked:
        place = begun(asked, 9000)
        wrong = {"upload-checksum": f"sha256 {b64encode(hashlib.sha256(b'other').digest()).decode()}"}
        assert sent(asked, place, fresh_pdf()[:5000], **wrong).status_code == 460
        assert left_of(desk, place) == []
        assert sent(asked, place, fresh_pdf()[:5000]).status_code == 204
        assert len(left_of(desk, place)) == 1, "what is kept stays"
