"""One run on a data folder; a process id alone is never believed."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from deploy import running
from deploy.running import AlreadyRuns, Run, born, last_run, only_one
from deploy.trouble import NoRoom

URL = "http://127.0.0.1:1"


@pytest.fixture
def bystander() -> Iterator[int]:
    child = subprocess.Popen(["sleep", "600"])
    yield child.pid
    child.kill()
    child.wait()


def test_while_one_runs_another_is_told_where(tmp_path: Path):
    with only_one(tmp_path, URL), pytest.raises(AlreadyRuns) as already, only_one(tmp_path, "http://other"):
        pass
    assert already.value.run is not None
    assert already.value.run.url == URL
    assert already.value.run.pid == os.getpid()


def test_after_the_end_the_folder_is_free_and_says_nothing(tmp_path: Path):
    with only_one(tmp_path, URL):
        pass
    assert last_run(tmp_path) is None
    with only_one(tmp_path, URL) as stale:
        assert stale is None


def test_a_run_whose_process_is_gone_is_stale_and_the_folder_free(tmp_path: Path):
    ended = subprocess.Popen(["true"])
    ended.wait()
    (tmp_path / "run.json").write_text(json.dumps(asdict(Run(ended.pid, 1, URL))))
    assert running.stop(tmp_path) is None
    with only_one(tmp_path, URL) as stale:
        assert stale is not None
        assert not stale.lives


def test_a_reused_process_id_is_told_by_its_birth_and_is_not_stopped(tmp_path: Path, bystander: int):
    birth = born(bystander)
    assert birth is not None
    (tmp_path / "run.json").write_text(json.dumps(asdict(Run(bystander, birth - 1, URL))))
    assert running.stop(tmp_path) is None
    assert born(bystander) == birth


def test_stop_ends_the_run_that_it_names(tmp_path: Path, bystander: int):
    birth = born(bystander)
    assert birth is not None
    (tmp_path / "run.json").write_text(json.dumps(asdict(Run(bystander, birth, URL))))
    run = running.stop(tmp_path)
    assert run is not None
    assert not run.lives


@pytest.mark.parametrize("torn", ["", "{", "[]", '{"pid": 1}'])
def test_a_torn_file_is_no_run(tmp_path: Path, torn: str):
    (tmp_path / "run.json").write_text(torn)
    assert last_run(tmp_path) is None


def test_a_folder_that_cannot_be_made_is_told_with_the_setting_that_moves_it(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(NoRoom, match="set MOTCUA_DATA"), only_one(tmp_path / "file" / "var", URL):
        pass
