"""Real engines for every test that asks: started once for the whole run, on free ports, and gone with it."""

from collections.abc import Iterator

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from deploy.engines import Engines
from tests.intake.front import Front, front
from tests.intake.partners import KEY, Bank, sandbox_bank

settings.register_profile("house", deadline=None)  # a busy machine is no mistake of a rule
settings.load_profile("house")


class SideBySide(LoadFileScheduling):
    """Files run side by side; those that start all services are one, so that no two of them starve each other."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "all services" if _starts_all(file) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SideBySide:
    return SideBySide(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts all services first, the longest; of it last what uses `stack`, which then runs to the end."""
    items.sort(
        key=lambda it: (not _starts_all(it.nodeid), isinstance(it, pytest.Function) and "stack" in it.fixturenames)
    )


def _starts_all(id: str) -> bool:
    return id.startswith(("tests/journeys/", "tests/deploy/test_run.py", "tests/shared/test_tracing.py"))


@pytest.fixture(scope="session")
def engines() -> Iterator[Engines]:
    """MongoDB, Kafka and MinIO, shared by all tests: use your own database, topics and bucket, and leave them running.

    A test that kills or stops an engine starts its own with `Engines.temporary(...)`.
    """
    with Engines.temporary() as running:
        yield running


@pytest.fixture(scope="module")
def desk(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """Intake behind the real gateway, for a module of tests: what runs beside it would hear its topics."""
    with front(engines, tmp_path_factory.mktemp("front")) as running:
        yield running


@pytest.fixture(scope="module")
def bank() -> Iterator[Bank]:
    """The sandbox bank: `behaved` before each test, `banking` for intake that pays there."""
    with sandbox_bank() as running:
        yield running


@pytest.fixture
def behaved(bank: Bank) -> None:
    """It loses, doubles and delays nothing until a test says so."""
    bank.turn()


@pytest.fixture(scope="module")
def banking(engines: Engines, tmp_path_factory: pytest.TempPathFactory, bank: Bank) -> Iterator[Front]:
    """As `desk`, with the sandbox bank behind it that calls back."""
    told = {"MOTCUA_BANK_URL": bank.url, "MOTCUA_BANK_KEY": KEY}
    with front(engines, tmp_path_factory.mktemp("banking"), **told) as running:
        bank.calls_back_to(running.direct)
        yield running
