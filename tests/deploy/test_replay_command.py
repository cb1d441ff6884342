"""`motcua replay`: whatever goes wrong is a sentence and an exit code, never a traceback."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

LINES = """case:concept:name,case:channel,concept:name,org:group,time:timestamp,case:enddate
case-1,Desk,Check,Group 1,2019-05-02 08:10:00+07:00,
"""


def replay(*arguments: str, before: str = "pass") -> subprocess.CompletedProcess[str]:
    script = f"import sys; from deploy import replay; {before}; replay.main()"
    environment = os.environ | {"COLUMNS": "300", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-c", script, *arguments], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Missing argument"),
        (("log.csv", "--fast"), "No such option: --fast"),
        (("log.csv", "--at-once", "many"), "Invalid value for '--at-once'"),
    ],
)
def test_a_command_line_that_cannot_be_read_is_told_with_exit_code_2(arguments: tuple[str, ...], told: str):
    ended = replay(*arguments)
    assert ended.returncode == 2
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_log_that_is_not_there_is_one_sentence(tmp_path: Path):
    ended = replay(str(tmp_path / "none.csv"))
    assert ended.returncode == 1
    assert "There is no file" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_fault_is_one_sentence_and_a_file_for_the_report(tmp_path: Path):
    ended = replay(str(tmp_path / "log.csv"), before="replay.read_log = lambda _: 1 / 0")
    assert ended.returncode == 1
    assert "Please report it" in ended.stderr
    assert "Traceback" not in ended.stderr
    kept = Path(ended.stderr.split("with ")[1].strip().rstrip("."))
    assert "ZeroDivisionError" in kept.read_text()
    kept.unlink()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_replay_that_is_stopped_says_how_to_go_on(tmp_path: Path, number: signal.Signals):
    log = tmp_path / "log.csv"
    log.write_text(LINES)
    begun = tmp_path / "begun"
    script = (
        "import asyncio, pathlib, signal; from deploy import replay\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's job in the background ignores it
        "async def waits(*_, **__):\n"
        f"    pathlib.Path({str(begun)!r}).touch(); await asyncio.sleep(60)\n"
        "replay.replay = waits; replay.main()"
    )
    run = subprocess.Popen([sys.executable, "-c", script, str(log)], stderr=subprocess.PIPE, text=True)
    while not begun.exists() and run.poll() is None:
        time.sleep(0.05)
    run.send_signal(number)
    _, told = run.communicate()
    assert run.returncode == 130
    assert "goes on where it stopped" in told
    assert "Traceback" not in told
