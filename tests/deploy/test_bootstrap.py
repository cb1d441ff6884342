"""From a machine with python3 to an environment: what is in the way is one sentence."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    (tmp_path / "deploy").mkdir()
    for name in ("Makefile", "pyproject.toml", "uv.lock", "deploy/bootstrap.sh", "deploy/uv.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def bootstrap(clone: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "deploy/bootstrap.sh"],
        cwd=clone,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def python_that(clone: Path, does: str) -> str:
    script = clone / "python"
    script.write_text(f'#!/bin/sh\ncase "$*" in {does} esac\nexec "{sys.executable}" "$@"\n')
    script.chmod(0o755)
    return str(script)


def refused(ended: subprocess.CompletedProcess[str]) -> str:
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1, ended.stderr
    return ended.stderr


def test_without_python_it_says_what_to_install(clone: Path):
    assert "apt-get install python3 python3-venv" in refused(bootstrap(clone, PYTHON="no-such-python"))


def test_a_python_that_is_too_old_is_named_with_its_version(clone: Path):
    old = python_that(clone, '*version_info*) exit 1;; -V) echo "Python 3.9.2"; exit 0;;')
    assert "Python 3.11 or newer is needed" in (said := refused(bootstrap(clone, PYTHON=old)))
    assert "3.9.2" in said


def test_without_venv_it_says_what_to_install(clone: Path):
    bare = python_that(clone, "*ensurepip*) exit 1;;")
    assert "apt-get install python3-venv" in refused(bootstrap(clone, PYTHON=bare))


def test_without_network_at_the_first_start_it_says_so_and_the_next_start_begins_again(clone: Path):
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_FIND_LINKS": ""}
    ended = bootstrap(clone, PYTHON=sys.executable, **nowhere, PIP_CONFIG_FILE="/dev/null", PIP_NO_CACHE_DIR="1")
    assert "The first start needs the network" in refused(ended)
    assert not (clone / ".boot" / "uv.txt").exists()
    assert not (clone / ".venv").exists()


def test_an_environment_as_new_as_the_lock_is_not_touched_again(clone: Path):
    (clone / ".venv").mkdir()
    (clone / ".venv" / ".locked").touch()
    assert subprocess.run(["make", "-q", ".venv/.locked"], cwd=clone, check=False).returncode == 0
    os.utime(clone / "uv.lock")
    os.utime(clone / ".venv" / ".locked", (0, 0))
    assert subprocess.run(["make", "-q", ".venv/.locked"], cwd=clone, check=False).returncode == 1


def test_make_alone_lists_every_target(clone: Path):
    listed = subprocess.run(["make"], cwd=clone, capture_output=True, text=True, check=True).stdout
    makefile = (clone / "Makefile").read_text()
    declared = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert declared is not None
    assert re.findall(r"^  make (\w+) ", listed, re.MULTILINE) == declared[1].split()
