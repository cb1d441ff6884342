"""Settings from the environment: all that is wrong is told at once, and no secret is shown."""

import pytest

from services.notify.settings import NotifySettings
from shared.settings import Settings, WrongSettings

ENOUGH = {
    "MOTCUA_MONGO_URL": "mongodb://user:very-secret@db/",
    "MOTCUA_KAFKA": "broker:9092",
    "MOTCUA_MINIO_URL": "http://minio:9000",
    "MOTCUA_MINIO_ACCESS_KEY": "access",
    "MOTCUA_MINIO_SECRET_KEY": "secret",
    "MOTCUA_ISSUER": "https://issuer.example",
    "MOTCUA_JWKS_URL": "https://issuer.example/jwks",
}


def test_an_empty_environment_is_told_every_setting_that_is_missing_at_once():
    with pytest.raises(WrongSettings) as wrong:
        Settings.read({})
    assert all(name in str(wrong.value) for name in ENOUGH)
    assert "with replicaSet" in str(wrong.value), "with what it should hold"


def test_missing_and_wrong_ones_are_told_together():
    given = ENOUGH | {"MOTCUA_PORT": "many", "MOTCUA_MODE": "party"}
    del given["MOTCUA_KAFKA"]
    with pytest.raises(WrongSettings) as wrong:
        Settings.read(given)
    assert [name for name in ("MOTCUA_PORT", "MOTCUA_MODE", "MOTCUA_KAFKA") if name not in str(wrong.value)] == []
    assert "'many'" in str(wrong.value)


def test_a_secret_that_is_wrong_is_not_shown(monkeypatch: pytest.MonkeyPatch):
    import msgspec

    def refuse(*_: object, **__: object) -> None:
        raise msgspec.ValidationError("no")

    monkeypatch.setattr(msgspec, "convert", refuse)
    with pytest.raises(WrongSettings) as wrong:
        Settings.read(ENOUGH)
    assert "very-secret" not in str(wrong.value)
    assert "'secret'" not in str(wrong.value)
    assert "broker:9092" in str(wrong.value)


def test_what_is_not_told_has_its_default_and_production_is_the_default():
    read = Settings.read(ENOUGH)
    assert (read.mode, read.host, read.database_prefix, read.traces) == ("production", "127.0.0.1", "motcua_", 0.0)


def test_each_service_reads_its_own_beside_the_common_ones():
    read = NotifySettings.read(ENOUGH | {"MOTCUA_SEND_RATE": "7", "MOTCUA_TRACES": "0.25"})
    assert (read.send_rate, read.traces) == (7, 0.25)


def test_an_address_without_its_scheme_is_told_at_start():
    with pytest.raises(WrongSettings, match=r"MOTCUA_JWKS_URL.*http"):
        Settings.read(ENOUGH | {"MOTCUA_JWKS_URL": "issuer.example/jwks"})
