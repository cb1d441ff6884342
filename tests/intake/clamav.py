"""A real clamd, of Debian's package, with a signature of our own and nothing from elsewhere."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.engines.network import free_ports
from tests.shared.debian import NEEDED

__all__ = ["eicar", "scanner"]


def eicar() -> bytes:
    """The test file that every scanner is to find (eicar.org); put together here, so that none finds this source."""
    return rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-" + b"STANDARD-ANTIVIRUS-" + rb"TEST-FILE!$H+H*"


@contextmanager
def scanner(folder: Path, **more: str) -> Iterator[str]:
    """Its address. `more` are lines of its configuration."""
    clamd = shutil.which("clamd", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if clamd is None:
        pytest.fail(NEEDED)
    (port,) = free_ports(1)
    signatures, settings = folder / "signatures", folder / "clamd.conf"
    signatures.mkdir(parents=True)
    (signatures / "own.ndb").write_text(f"Own.Test.Eicar:0:*:{eicar().hex()}\n")
    told = {
        "TCPSocket": str(port),
        "TCPAddr": "127.0.0.1",
        "DatabaseDirectory": str(signatures),
        "TemporaryDirectory": str(folder),
        "Foreground": "yes",
        "StreamMaxLength": "300M",
        "MaxScanSize": "300M",
        "MaxFileSize": "300M",
    } | more
    settings.write_text("".join(f"{name} {value}\n" for name, value in told.items()))
    with (folder / "clamd.log").open("wb") as log:
        process = subprocess.Popen([clamd, "--config-file", str(settings)], stdout=log, stderr=log)
        try:
            _until_it_listens(port, process, folder / "clamd.log")
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _until_it_listens(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as line:
                line.sendall(b"nPING\n")
                if line.recv(10).strip() == b"PONG":
                    return
        except OSError:
            time.sleep(0.1)
    pytest.fail(log.read_text()[-2000:])
