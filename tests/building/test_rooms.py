"""The rooms: a service stands alone; nothing personal is logged; every setting is documented."""

import ast
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from shared.sealing import Seals
from shared.settings import PREFIX
from tests.building.houses import SERVICES, SETTINGS

ROOT = Path(__file__).parents[2]
SOURCES = [it for room in ("services", "shared") for it in sorted((ROOT / room).rglob("*.py"))]

ALONE = """
import sys

others = {others!r}

class Walls:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[:2] in [["services", it] for it in others] or name.split(".")[0] in ("deploy", "tests", "bench"):
            raise ModuleNotFoundError(f"{{name}} is not in this image", name=name)

sys.meta_path.insert(0, Walls())

"""


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_builds_with_the_other_three_absent(service: str):
    others = [it for it in SERVICES if it != service]
    kind = SETTINGS[service].__name__
    given = {
        "mongo_url": "mongodb://127.0.0.1:1/",
        "kafka": "127.0.0.1:1",
        "minio_url": "http://127.0.0.1:1",
        "minio_access_key": "none",
        "minio_secret_key": "none",
        "issuer": "https://issuer.example",
        "jwks_url": "https://issuer.example/jwks",
    }
    if service == "intake":
        given["seal_keys"] = Seals.new()
    program = "\n".join(
        [
            ALONE.format(others=others),
            f"from services.{service}.app import create",
            f"from services.{service}.settings import {kind}",
            f"app = create({kind}(**{given!r}))",
            "assert app.openapi()['paths']",
            f"assert not [it for it in sys.modules if it.split('.')[0] == 'services' and it.count('.') and it.split('.')[1] != {service!r}]",
        ]
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_without_settings_says_in_one_list_what_is_missing_and_ends(service: str):
    done = subprocess.run(
        [sys.executable, "-m", f"services.{service}"], cwd=ROOT, capture_output=True, text=True, check=False, env={}
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for name in ("MONGO_URL", "KAFKA", "MINIO_URL", "MINIO_ACCESS_KEY", "MINIO_SECRET_KEY", "ISSUER", "JWKS_URL"):
        assert f"{PREFIX}{name} is not set" in done.stderr


def test_every_setting_is_documented_in_the_example():
    example = (ROOT / ".env.example").read_text()
    told = {PREFIX + it.name.upper() for kind in SETTINGS.values() for it in fields(kind)}
    set_by_compose = {f"{PREFIX}{it}" for it in ("HOST", "PORT", "ROOT_PATH")}
    missing = sorted(it for it in told - set_by_compose if not re.search(rf"^#?\s*{it}=", example, re.MULTILINE))
    assert missing == [], "each with a comment that says what it is for"


LOGGERS = {"debug", "info", "warning", "error", "exception", "critical"}
PERSONAL = re.compile(r"\b(name|phone|email|address|number|applicant|contact|words|mail|body|token|secret|password)\b")


def logged(tree: ast.AST) -> list[ast.Call]:
    return [
        it
        for it in ast.walk(tree)
        if isinstance(it, ast.Call)
        and isinstance(it.func, ast.Attribute)
        and it.func.attr in LOGGERS
        and isinstance(it.func.value, ast.Name)
        and it.func.value.id in {"log", "logger", "logging"}
    ]


def test_no_log_line_is_given_anything_personal_or_the_words_of_a_fault():
    found, lines = [], 0
    for place in SOURCES:
        for call in logged(ast.parse(place.read_text())):
            lines += 1
            given = [*call.args[1:], *(word.value for word in call.keywords)]
            attributes = [n.attr for it in given for n in ast.walk(it) if isinstance(n, ast.Attribute)]
            wrong = [it for it in attributes if PERSONAL.search(it) and it not in NAMES_OF_THINGS]
            if call.func.attr == "exception" or any(word.arg == "exc_info" for word in call.keywords):
                wrong.append("the words of a fault")
            found += [f"{place.relative_to(ROOT)}:{call.lineno}: {it}" for it in wrong]
    assert lines > 5
    assert found == []


NAMES_OF_THINGS = {"name"}
"""A store's or a service's name; people have none in these modules, see the contracts."""


def test_nothing_is_printed():
    prints = [
        f"{place.relative_to(ROOT)}:{it.lineno}"
        for place in SOURCES
        for it in ast.walk(ast.parse(place.read_text()))
        if isinstance(it, ast.Call) and isinstance(it.func, ast.Name) and it.func.id == "print"
    ]
    assert prints == []


def test_one_module_knows_mongodb_three_know_kafka_and_one_asks_minio():
    def importing(package: str) -> set[str]:
        return {
            str(place.relative_to(ROOT))
            for place in SOURCES
            if re.search(rf"^\s*(from|import) {package}\b", place.read_text(), re.MULTILINE)
        }

    assert importing("motor") == {"shared/repository.py"}
    assert importing("aiokafka") == {"shared/bus.py", "shared/hearing.py", "shared/parked.py"}
    assert importing("minio") == {"shared/documents.py"}


def test_nothing_is_raised_within_an_except_star():
    """Before Python 3.11.4 it came out as a group, and nobody who waits for it would know it."""
    sources = [*SOURCES, *sorted((ROOT / "deploy").rglob("*.py")), *sorted((ROOT / "bench").rglob("*.py"))]
    within = [
        f"{source.relative_to(ROOT)}:{it.lineno}"
        for source in sources
        for tried in ast.walk(ast.parse(source.read_text()))
        if isinstance(tried, ast.TryStar)
        for handler in tried.handlers
        for it in ast.walk(handler)
        if isinstance(it, ast.Raise)
    ]
    assert within == []
