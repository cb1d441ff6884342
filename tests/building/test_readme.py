"""The README says what is true."""

import re
import subprocess
from importlib import import_module
from pathlib import Path

from bench.readme import table
from deploy import ports
from deploy.picture import picture
from shared.contracts import TOPICS
from tests.shared.debian import NEEDED

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def test_the_picture_in_the_readme_is_drawn_from_the_contracts():
    assert picture() in README


def test_the_readers_of_each_topic_are_the_services_that_hear_it():
    hearing = {
        service: {it.topic for it in import_module(f"services.{service}.consumers").HEARS}
        for service in ("intake", "processing", "postal", "notify")
    }
    for topic in TOPICS:
        assert set(topic.readers) == {service for service, topics in hearing.items() if topic.name in topics}, topic


def test_every_make_target_of_the_readme_exists():
    targets = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", README, re.MULTILINE))
    assert named <= targets, named - targets


def test_make_help_lists_every_target():
    targets = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [it for it in targets if f"make {it}" not in shown] == []


def test_the_addresses_of_the_readme_are_those_of_the_native_run():
    numbers = set(map(int, re.findall(r"127\.0\.0\.1:(\d+)", README)))
    assert numbers <= set(ports.DEFAULTS.values()), numbers


def test_the_readme_names_what_ci_installs():
    ci = (ROOT / ".ci/run").read_text()
    (named,) = re.findall(r"`apt-get install ([a-z -]+)`", NEEDED)
    assert NEEDED in README
    assert re.findall(r"missing\+=\(([a-z-]+)\)", ci) == named.split()


def test_the_measured_table_is_that_of_the_last_bench():
    assert table() in README
