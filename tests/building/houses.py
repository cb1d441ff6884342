"""The four services as they are built, without any engine."""

from typing import Any

from fastapi import FastAPI

from services.intake.app import create as intake
from services.intake.settings import IntakeSettings
from services.notify.app import create as notify
from services.notify.settings import NotifySettings
from services.postal.app import create as postal
from services.postal.settings import PostalSettings
from services.processing.app import create as processing
from services.processing.settings import ProcessingSettings
from tests.shared.apps import nowhere

SETTINGS: dict[str, type[Any]] = {
    "intake": IntakeSettings,
    "notify": NotifySettings,
    "postal": PostalSettings,
    "processing": ProcessingSettings,
}
CREATE: dict[str, Any] = {"intake": intake, "notify": notify, "postal": postal, "processing": processing}
SERVICES = tuple(SETTINGS)


def built(service: str) -> FastAPI:
    return CREATE[service](nowhere(SETTINGS[service]))
