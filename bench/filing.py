"""The one request that everybody answers: file and accept at a counter, 1.5 KB of JSON, all papers electronic."""

import json
from uuid import UUID

COUNTERS = tuple(f"H36.{commune}.01" for commune in range(201, 207))
"""The receiving offices: each has its own series of dossier numbers."""
PROCEDURE = "2.000908"
"""One without a fee: what is due would be one event and one message more, which the floors do not write."""
PAPERS = (
    "request",
    "identity",
    "authorisation",
    "lease",
    "floor-plan",
    "licence",
    "minutes",
    "photo",
    "tax",
    "address",
)

BODY = json.dumps(
    {
        "procedure": PROCEDURE,
        "applicant": {
            "name": "Nguyễn Thị Lan",
            "kind": "person",
            "phone": "0912345678",
            "email": "lan@example.org",
            "address": "Thôn Đam Pao, xã Đinh Văn Lâm Hà, tỉnh Lâm Đồng; cạnh nhà sinh hoạt cộng đồng, cổng xanh",
            "language": "vi",
        },
        "papers": [{"code": code, "originals": 0, "copies": 0, "electronic": 1, "scans": []} for code in PAPERS],
        "channel": "direct",
        "home_by": "electronic",
        "consent": True,
    },
    ensure_ascii=False,
    indent=1,
).encode()
"""No scan is named, so none is looked up; nothing is on paper, so no parcel is ordered."""


def dossier_id(run: int, number: int) -> str:
    """The id that the generator gives to a run's dossier."""
    return str(UUID(int=(run << 96) | (4 << 76) | (8 << 60) | number))


def number_of(id: str) -> int:
    """Its place in its run."""
    return UUID(id).int & ((1 << 48) - 1)


def request(id: str, token: str) -> bytes:
    """What goes down the wire."""
    head = (
        f"PUT /counter/dossiers/{id} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(BODY)}\r\n\r\n"
    )
    return head.encode() + BODY
