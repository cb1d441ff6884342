"""Intake's own settings, on top of the common ones."""

from dataclasses import dataclass

from shared.sealing import Seals, WrongKeys
from shared.settings import Settings, WrongSettings, told

__all__ = ["IntakeSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeSettings(Settings):
    seal_keys: str = told(
        "keys that seal identity numbers, name:secret separated by commas, the current one first; a secret is "
        "`openssl rand -base64 32`",
        secret=True,
    )
    more_procedures: str = told("a YAML file with procedures beside those of the package; empty: none", "")
    largest_scan: int = told("bytes that one scan may have", 200_000_000)
    clamd: str = told("the malware scanner (ClamAV), host:port; empty: scans are kept as not scanned", "")
    link_key: str = told(
        "signs the links to papers, `openssl rand -hex 32`; empty: one made from MinIO's secret key", "", secret=True
    )
    bank_url: str = told("the payment provider's API, http://host:port; empty: no payment online", "")
    bank_key: str = told("the key with which the provider and intake sign what they tell each other", "", secret=True)
    registry_url: str = told("the population registry's API, http://host:port; empty: everything is typed", "")

    def __post_init__(self) -> None:
        """Raises `WrongSettings` for keys that cannot seal."""
        try:
            Seals.of(self.seal_keys)
        except WrongKeys as wrong:
            raise WrongSettings(f"The settings are wrong:\n  - MOTCUA_SEAL_KEYS: {wrong}") from wrong
