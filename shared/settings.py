"""What every service is told from outside, through its environment: `MOTCUA_` and the field's name in capitals."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, Literal, Self, TypeVar, cast

import msgspec

__all__ = ["Settings", "WrongSettings", "told"]

PREFIX = "MOTCUA_"
ADDRESSES = {"minio_url", "jwks_url", "public_url", "otlp_url", "authorize_url", "token_url"}
T = TypeVar("T")


class WrongSettings(Exception):
    """The environment does not say what is needed; the sentence names each variable and what it should hold."""


def told(about: str, default: T | None = None, *, secret: bool = False) -> T:
    """A setting. Without a default it must be told; a secret is never shown."""
    metadata = {"about": about, "secret": secret}
    if default is None:
        return cast("T", field(metadata=metadata))
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    mode: Literal["demo", "production"] = told("demo opens the demo logins; never in production", "production")
    mongo_url: str = told("MongoDB's connection string, with replicaSet", secret=True)
    kafka: str = told("bootstrap servers, host:port separated by commas")
    minio_url: str = told("MinIO's address, http://host:port")
    minio_access_key: str = told("MinIO's access key", secret=True)
    minio_secret_key: str = told("MinIO's secret key", secret=True)
    issuer: str = told("`iss` of the tokens that are accepted")
    jwks_url: str = told("where the issuer publishes its keys (JWKS)")
    audience: str = told("`aud` of the tokens that are accepted", "motcua")
    authorize_url: str = told("the issuer's login page (OpenID Connect, authorization endpoint); empty: no pages", "")
    token_url: str = told("where the issuer changes a code for a token, as the services reach it", "")
    client_id: str = told("what the issuer knows the pages as", "motcua-web")
    client_secret: str = told("the pages' secret at the issuer, where it asks for one", "", secret=True)
    database_prefix: str = told("before the service's name: its database", "motcua_")
    host: str = told("the address to listen on", "127.0.0.1")
    port: int = told("the port to listen on", 8100)
    public_url: str = told("the gateway's address, as people type it", "http://127.0.0.1:8080")
    trusted_proxies: str = told(
        "addresses or networks, separated by commas, whose X-Forwarded-For is believed: the gateway's", "127.0.0.1"
    )
    root_path: str = told("the path under which the gateway serves this service", "/")
    sweep_after: float = told("seconds after which an unpublished event is taken for left behind", 5.0)
    traces: float = told("share of the requests that are traced, 0 to 1", 0.0)
    otlp_url: str = told("OpenTelemetry collector, http://host:4318; empty: none", "")

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Raises `WrongSettings`, naming everything that is wrong at once."""
        wrong: list[str] = []
        values: dict[str, Any] = {}
        for it in fields(cls):
            name = PREFIX + it.name.upper()
            text = environment.get(name)
            if text is None and it.default is MISSING:
                wrong.append(f"{name} is not set: {it.metadata['about']}")
            elif text is not None:
                _read_one(it, name, text, values, wrong)
        if wrong:
            raise WrongSettings("The settings are wrong:\n" + "\n".join(f"  - {line}" for line in wrong))
        return cls(**values)


def _read_one(it: "Field[Any]", name: str, text: str, values: dict[str, Any], wrong: list[str]) -> None:
    try:
        values[it.name] = msgspec.convert(text, cast("Any", it.type), strict=False)
    except msgspec.ValidationError as reason:
        shown = "what it holds" if it.metadata["secret"] else f"{text!r}"
        wrong.append(f"{name}: {shown} will not do ({reason}); {it.metadata['about']}")
    if it.name in ADDRESSES and text and not text.startswith(("http://", "https://")):
        wrong.append(f"{name}: {text!r} will not do (it must begin with http:// or https://); {it.metadata['about']}")
