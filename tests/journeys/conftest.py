"""One whole stack for all journeys: engines, services, gateway, mail. Whoever kills something starts it again."""

from collections.abc import Iterator

import pytest

from deploy.stack import Stack

QUICK = {"MOTCUA_SWEEP_AFTER": "1", "MOTCUA_LEASE": "8", "MOTCUA_SEND_RATE": "2000"}
"""What a crash left is swept up soon, and messages do not queue for the mail server's sake."""


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with Stack.temporary(settings=QUICK) as running:
        yield running
