"""Real engines for every test that asks: started once for the whole run, on free ports, and gone with it."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from deploy.engines import Engines
from tests.intake.front import Front, front
from tests.intake.partners import KEY, Bank, sandbox_bank

settings.register_profile("house", deadline=None)  # a busy machine is no mistake of a rule
settings.load_profile("house")


@pytest.hookimpl(tryfirst=True)  # before xdist writes the group into each test's id
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where files run side by side: those that start all services first, one behind the other; beside them the rest."""
    for it in items:
        it.add_marker(pytest.mark.xdist_group("whole" if _starts_all(it) else it.nodeid.partition("::")[0]))
    items.sort(key=lambda it: (not _starts_all(it), "stack" in _fixtures(it)))


def pytest_collection_finish(session: pytest.Session) -> None:
    is_grouped = session.config.getoption("loadgroup", default=False)  # what a worker of xdist was told
    if is_grouped and not all("@" in it.nodeid for it in session.items):
        raise pytest.UsageError("The files would not stay together: xdist no longer takes the groups of conftest.py.")


def _starts_all(item: pytest.Item) -> bool:
    return item.path.parent.name == "journeys" or item.path.stem in {"test_run", "test_tracing"}


def _fixtures(item: pytest.Item) -> list[str]:
    """`stack`, once started, runs to the end of the session: who has a stack of their own goes first."""
    return item.fixturenames if isinstance(item, pytest.Function) else []


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
