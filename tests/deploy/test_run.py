"""`motcua run`: everything with one command, each trouble one sentence, and nothing left behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy import ports
from deploy.ports import SERVICES
from deploy.running import born

MOTCUA = str(Path(sys.executable).with_name("motcua"))


def environment(data: Path, numbers: dict[str, int]) -> dict[str, str]:
    mine = {ports.setting(name): str(port) for name, port in numbers.items()}
    return os.environ | mine | {"MOTCUA_DATA": str(data), "COLUMNS": "200"}


def motcua(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([MOTCUA, *arguments], env=env, capture_output=True, text=True, check=False, timeout=120)


def children(pid: int) -> set[int]:
    return {
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    }


def until(true: object, seconds: float = 60) -> None:
    assert callable(true)
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.1)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    if (
        os.geteuid() != 0
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], check=False).returncode
    ):
        pytest.skip("mounting a tiny file system needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_run_serves_says_that_it_runs_revives_what_dies_and_stops_only_what_it_started(tmp_path: Path):
    numbers = ports.free()
    env = environment(tmp_path / "var", numbers)
    gateway = f"http://127.0.0.1:{numbers['gateway']}"
    bystander = subprocess.Popen(["sleep", "600"])
    with (tmp_path / "said").open("w") as said:
        run = subprocess.Popen([MOTCUA, "run", "--no-journey"], env=env, stdout=said, stderr=said)
    try:
        until(lambda: "Ctrl-C stops everything" in (tmp_path / "said").read_text() or run.poll() is not None, 90)
        assert run.poll() is None, (tmp_path / "said").read_text()
        for service in SERVICES:
            assert httpx.get(f"{gateway}/{service}/health/ready").status_code == 200
        assert "DEMO" in (tmp_path / "said").read_text()

        again = motcua("run", env=env)
        assert again.returncode == 0
        assert f"It runs already at {gateway}" in again.stdout

        started = children(run.pid)
        victim = next(pid for pid in started if b"services.notify" in Path(f"/proc/{pid}/cmdline").read_bytes())
        os.kill(victim, signal.SIGKILL)
        until(lambda: "notify-1 died; starting it again" in (tmp_path / "said").read_text())
        until(lambda: httpx.get(f"{gateway}/notify/health/live", timeout=10).status_code == 200)

        births = {pid: born(pid) for pid in children(run.pid)}
        assert len(births) >= 10
        assert motcua("stop", env=env).stdout == "Stopped.\n"
        assert run.wait(30) == 0
        assert [pid for pid, birth in births.items() if birth and born(pid) == birth] == []
        assert bystander.poll() is None
        assert (tmp_path / "var" / "mongo").is_dir()
        assert "Traceback" not in (tmp_path / "said").read_text()
        assert motcua("stop", env=env).stdout == "Nothing runs on this data folder.\n"
    finally:
        for each in (run, bystander):
            each.kill()
            each.wait()


def test_a_busy_port_is_told_before_anything_starts(tmp_path: Path):
    numbers = ports.free()
    with socket.create_server(("127.0.0.1", numbers["postal"])):
        ended = motcua("run", env=environment(tmp_path, numbers))
    assert ended.returncode == 1
    assert f"Port {numbers['postal']} on 127.0.0.1, wanted for postal, is taken" in ended.stderr
    assert "set MOTCUA_POSTAL_PORT to a free port" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "logs").exists()


def test_a_port_that_is_no_number_is_refused_by_name(tmp_path: Path):
    ended = motcua("run", env=environment(tmp_path, ports.free()) | {"MOTCUA_KAFKA_PORT": "ninety"})
    assert ended.returncode == 1
    assert "MOTCUA_KAFKA_PORT is 'ninety'" in ended.stderr


def test_a_disk_without_room_is_told_before_anything_starts(small_disk: Path):
    ended = motcua("run", env=environment(small_disk, ports.free()))
    assert ended.returncode == 1
    assert "free some space, or set MOTCUA_DATA" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (small_disk / "logs").exists()


def test_a_read_only_folder_is_told_with_the_setting_that_moves_it(small_disk: Path):
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    ended = motcua("run", env=environment(small_disk / "var", ports.free()))
    assert ended.returncode == 1
    assert "Read-only file system" in ended.stderr
    assert "set MOTCUA_DATA to another folder" in ended.stderr


def test_a_service_that_dies_at_start_shows_its_last_words_and_nothing_stays(tmp_path: Path):
    env = environment(tmp_path, ports.free()) | {"MOTCUA_LARGEST_SCAN": "many"}
    ended = motcua("run", "--no-journey", env=env)
    assert ended.returncode == 1
    assert "ended before it was usable" in ended.stderr
    assert "MOTCUA_LARGEST_SCAN" in ended.stderr
    assert "Traceback" not in ended.stderr
    with socket.create_server(("127.0.0.1", int(env["MOTCUA_MONGO_PORT"]))):
        pass


def test_what_nobody_foresaw_is_one_sentence_and_a_file_for_the_report(tmp_path: Path):
    script = "from deploy import cli; cli.app = lambda: 1 / 0; cli.main()"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, env=os.environ)
    assert ended.returncode == 1
    assert "Please report it" in ended.stderr
    assert "Traceback" not in ended.stderr
    kept = Path(ended.stderr.split("with ")[1].strip().rstrip(".").replace("\n", ""))
    assert "ZeroDivisionError" in kept.read_text()
    kept.unlink()
