"""Ports on the loopback interface, and the smallest questions one can ask there."""

import http
import http.client
import socket
import struct

from deploy.trouble import PortTaken

HOST = "127.0.0.1"
HEAD = struct.Struct(">iii")  # length, correlation, number of brokers


def two_free_ports() -> tuple[int, int]:
    """Two different ports that nobody listens on now."""
    first, second = free_ports(2)
    return first, second


def free_ports(count: int) -> list[int]:
    """Different ports that nobody listens on now: all are held while they are chosen."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def require_free(port: int, wanted_for: str, setting: str | None) -> None:
    """Raise PortTaken if somebody holds the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PortTaken(port, wanted_for, setting) from error


def answers(port: int, path: str, timeout: float = 1.0) -> bool:
    """Whether GET `path` on that port answers 200."""
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def brokers(port: int, timeout: float = 1.0) -> int:
    """How many brokers a Kafka there counts in its cluster: 0 until it serves (Metadata request, version 1)."""
    request = struct.pack(">hhih", 3, 1, 1, 1) + b"x" + struct.pack(">i", 0)
    try:
        with socket.create_connection((HOST, port), timeout) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            answer = connection.makefile("rb").read(HEAD.size)
    except OSError:
        return 0
    return HEAD.unpack(answer)[2] if len(answer) == HEAD.size else 0
