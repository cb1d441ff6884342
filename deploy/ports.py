"""Which port each process listens on, all on the loopback interface."""

import os
from collections.abc import Mapping

from deploy.engines.network import free_ports
from deploy.trouble import Trouble

SERVICES = ("intake", "postal", "processing", "notify")
"""The four that are deployed, each by the name of its package, its database and its place behind the gateway."""
DEFAULTS = {
    "gateway": 8080,
    "intake": 8101,
    "postal": 8102,
    "processing": 8103,
    "notify": 8104,
    "issuer": 8105,
    "bank": 8106,
    "registry": 8107,
    "mongo": 27117,
    "kafka": 29092,
    "kafka_controller": 29093,
    "minio": 29000,
    "minio_console": 29001,
    "smtp": 21025,
    "mail": 28025,
}
PORTS = range(1, 65536)


def setting(name: str) -> str:
    """The environment variable that moves a port."""
    return f"MOTCUA_{name.upper()}_PORT"


def configured(environment: Mapping[str, str] = os.environ) -> dict[str, int]:
    """The default ports, moved by the environment. Trouble if a setting is not a port number."""
    return {name: _port(setting(name), environment.get(setting(name)), port) for name, port in DEFAULTS.items()}


def free() -> dict[str, int]:
    """Ports that nobody uses now, for a temporary stack."""
    return dict(zip(DEFAULTS, free_ports(len(DEFAULTS)), strict=True))


def _port(name: str, chosen: str | None, default: int) -> int:
    if not chosen:
        return default
    if not chosen.isdecimal() or int(chosen) not in PORTS:
        raise Trouble(f"{name} is {chosen!r}: it must be a port number between 1 and 65535.")
    return int(chosen)
