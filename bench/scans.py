"""T7: scans of 500 KB put through intake, hashed, checked and written down, beside bare PUTs of the same to MinIO.

Beside a process, too, that only hashes and passes on: nothing that stands between can be quicker. And the memory of
intake's process while 200 MB come in, whole and in parts, beside that while 2 MB do.
`python -m bench.scans` measures this alone.
"""

import base64
import http.client
import itertools
import json
import os
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from minio import Minio

from bench.clerks import AUDIENCE, ISSUER, clerks
from bench.stand import Stand, stand
from bench.table import Row, console
from deploy.engines.network import HOST, free_ports
from deploy.web import Web
from shared.documents import PAPERS

SIZE, LARGE, SMALL = 500_000, 200_000_000, 2_000_000
"""Bytes."""
LINES = 4
"""Connections, each putting one after the other."""
LEAST, LEAST_OF_PASSED, MOST = 0.7, 0.5, 1.15
"""The middle one as T1 asks of its own leanest floor; the others are the targets."""
PART = 32 * 1024 * 1024
TUS = {"Tus-Resumable": "1.0.0"}
OFFSET = TUS | {"Content-Type": "application/offset+octet-stream"}

Put = Callable[[http.client.HTTPConnection, int, bytes], None]


class NotTaken(Exception):
    """A scan was not taken: the measurement is void."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Intake on its own, a process that only passes on, and MinIO behind both."""

    port: int
    pid: int
    token: str
    passing_port: int
    store: Minio
    store_port: int

    @property
    def login(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def product(self, line: http.client.HTTPConnection, _: int, content: bytes) -> None:
        _asked(line, "POST", "/papers", content, self.login)

    def addresses(self, numbers: Sequence[int]) -> dict[int, str]:
        """Where MinIO takes each, signed beforehand."""
        return {it: self.store.presigned_put_object(PAPERS, f"bench/{it}") for it in numbers}


def paper(size: int, number: int) -> bytes:
    """A PDF of one page and about so many bytes, most of them noise, as those of a scanned picture are."""
    picture = NOISE * (size // len(NOISE) + 1)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        b"<< /Length %d >>\nstream\n%012d%s\nendstream" % (size - 700, number, picture[: size - 712]),
    ]
    pdf, places = b"%PDF-1.4\n", [b"0000000000 65535 f \n"]
    for nth, content in enumerate(objects, start=1):
        places.append(b"%010d 00000 n \n" % len(pdf))
        pdf += b"%d 0 obj\n%s\nendobj\n" % (nth, content)
    end = b"xref\n0 5\n%strailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (b"".join(places), len(pdf))
    return pdf + end


NOISE = base64.b64encode(os.urandom(300_000))


def measured(place: Stand, rounds: int, count: int) -> list[Row]:
    """Product and floor in turns; then the memory."""
    with _desk(place) as desk:
        numbers = itertools.count()
        _rate(desk.port, desk.product, [next(numbers) for _ in range(2 * LINES)])  # warm
        rates = [_round(desk, nth, [[next(numbers) for _ in range(count)] for _ in range(3)]) for nth in range(rounds)]
        product, passed, bare = (median(it[n] for it in rates) for n in range(3))
        memory = [_peak(desk, partial(send, desk, size)) for send in (_whole, _parts) for size in (SMALL, LARGE)]
    small, large = max(memory[0], memory[2]), max(memory[1], memory[3])
    console.print(
        f"T7: {product:.1f} MB/s, only passed on {passed:.1f} MB/s, bare {bare:.1f} MB/s; "
        f"peaks of memory {[round(it) for it in memory]} MB"
    )
    return [
        _row("500 KB through intake, against a bare PUT", product, bare, "MB/s", f">= {LEAST}", rounds),
        _row("the same, against only hashed and passed on", product, passed, "MB/s", f">= {LEAST_OF_PASSED}", rounds),
        _row("intake's memory while 200 MB come, against 2 MB", large, small, "MB", f"<= {MOST}", 1),
    ]


def _round(desk: Desk, nth: int, numbers: Sequence[Sequence[int]]) -> tuple[float, float, float]:
    """Megabytes a second: through intake, only passed on, bare; in an order that changes."""
    addresses = desk.addresses([it for some in numbers for it in some])

    def to_store(line: http.client.HTTPConnection, number: int, content: bytes) -> None:
        _asked(line, "PUT", addresses[number].partition(f":{desk.store_port}")[2], content, {})

    ways: list[tuple[int, Put]] = [
        (desk.port, desk.product),
        (desk.passing_port, to_store),
        (desk.store_port, to_store),
    ]
    rates = {it: _rate(*ways[it], numbers[it]) for it in sorted(range(3), reverse=bool(nth % 2))}
    return rates[0], rates[1], rates[2]


def _rate(port: int, put: Put, numbers: Sequence[int]) -> float:
    """Megabytes a second."""
    papers = {it: paper(SIZE, it) for it in numbers}
    began = time.monotonic()
    with ThreadPoolExecutor(LINES) as threads:
        list(threads.map(partial(_line, port, put, papers), (numbers[n::LINES] for n in range(LINES))))
    return SIZE * len(numbers) / 1e6 / (time.monotonic() - began)


def _line(port: int, put: Put, papers: Mapping[int, bytes], numbers: Sequence[int]) -> None:
    line = http.client.HTTPConnection(HOST, port, timeout=60)
    for number in numbers:
        put(line, number, papers[number])
    line.close()


def _asked(
    line: http.client.HTTPConnection, method: str, path: str, body: bytes | Iterator[bytes], headers: dict[str, str]
) -> http.client.HTTPResponse:
    line.request(method, path, body, headers)
    answer = line.getresponse()
    said = answer.read()
    if answer.status >= 300:
        raise NotTaken(f"{method} {path.partition('?')[0]}: {answer.status} {said[:200]!r}")
    return answer


def _whole(desk: Desk, size: int) -> None:
    line = http.client.HTTPConnection(HOST, desk.port, timeout=120)
    _asked(line, "POST", "/papers", paper(size, 1), desk.login)


def _parts(desk: Desk, size: int) -> None:
    content = paper(size, 2)
    line = http.client.HTTPConnection(HOST, desk.port, timeout=120)
    begun = _asked(line, "POST", "/papers/uploads", b"", TUS | desk.login | {"Upload-Length": str(len(content))})
    place = begun.headers["Location"]
    for at in range(0, len(content), PART):
        headers = OFFSET | desk.login | {"Upload-Offset": str(at)}
        _asked(line, "PATCH", place, content[at : at + PART], headers)
    became = http.client.HTTPConnection(HOST, desk.port, timeout=60)
    became.request("GET", place, headers=desk.login)
    said = json.loads(became.getresponse().read())
    if said["state"] != "done":
        raise NotTaken(str(said))


def _peak(desk: Desk, work: Callable[[], None]) -> float:
    """Megabytes that intake held at most while it did this."""
    Path(f"/proc/{desk.pid}/clear_refs").write_text("5")  # forget the peak so far (proc(5))
    work()
    status = Path(f"/proc/{desk.pid}/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1e3


def _row(what: str, product: float, floor: float, unit: str, wanted: str, runs: int) -> Row:
    ratio, (way, bound) = product / floor, wanted.split()
    met = ratio >= float(bound) if way == ">=" else ratio <= float(bound)
    return Row("T7", what, product, floor, ratio, unit, wanted, met, {}, {}, 0.0, runs)


@contextmanager
def _desk(place: Stand) -> Generator[Desk]:
    port, passing_port = free_ports(2)
    engines = place.engines
    address = urlsplit(engines.minio_url)
    store = Minio(
        endpoint=address.netloc,
        access_key=engines.minio_access_key,
        secret_key=engines.minio_secret_key,
        secure=False,
        region="us-east-1",
    )
    if not store.bucket_exists(PAPERS):
        store.make_bucket(PAPERS)
    told = {
        **os.environ,
        "MOTCUA_HOST": HOST,
        "MOTCUA_PORT": str(port),
        "MOTCUA_MONGO_URL": engines.mongo_url,
        "MOTCUA_KAFKA": engines.kafka,
        "MOTCUA_MINIO_URL": engines.minio_url,
        "MOTCUA_MINIO_ACCESS_KEY": engines.minio_access_key,
        "MOTCUA_MINIO_SECRET_KEY": engines.minio_secret_key,
        "MOTCUA_DATABASE_PREFIX": "scans_",
        "MOTCUA_SEAL_KEYS": place.seal_keys,
        "MOTCUA_LARGEST_SCAN": str(2 * LARGE),
        "MOTCUA_ISSUER": ISSUER,
        "MOTCUA_AUDIENCE": AUDIENCE,
        "MOTCUA_JWKS_URL": place.clerks.keys,
    }
    intake = Web("intake", "services.intake", place.folder, told, "/health/ready")
    passing = told | {"MOTCUA_PORT": str(passing_port), "FLOOR_STORE": address.netloc}
    passer = Web("passing", "bench.floor_scans", place.folder, passing, "/health/ready")
    try:
        intake.start()
        passer.start()
        yield Desk(port, intake.pid, place.clerks.tokens[0], passing_port, store, address.port or 80)
    finally:
        passer.stop()
        intake.stop()


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder,
        clerks() as them,
        stand(them, Path(folder)) as place,
    ):
        for row in measured(place, rounds=3, count=120):
            console.print(f"{row.target} {row.what}: {row.ratio:.2f} ({row.wanted})")


if __name__ == "__main__":
    main()
