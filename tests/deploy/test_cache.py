"""The cache of engines: whole, by version, or not at all."""

import hashlib
import multiprocessing
import os
import subprocess
import time
from pathlib import Path

import pytest

from deploy.engines import cache, gobuild, jars
from deploy.engines.cache import unwatched
from deploy.trouble import CannotObtain, NoRoom


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MOTCUA_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_what_was_made_once_is_not_made_again():
    made = []
    for _ in range(2):
        folder = cache.kept("thing", "1", lambda folder: made.append((folder / "file").write_text("whole")))
    assert (folder / "file").read_text() == "whole"
    assert len(made) == 1


def test_another_version_stands_beside_the_old_one():
    assert cache.kept("thing", "1", lambda _: None) != cache.kept("thing", "2", lambda _: None)


def test_an_interrupted_making_leaves_nothing_that_looks_finished(home: Path):
    def interrupted(folder: Path) -> None:
        (folder / "half").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.kept("thing", "1", interrupted)
    assert [it.name for it in home.iterdir() if it.is_dir()] == []


def test_what_a_killed_making_left_behind_is_cleared_by_the_next(home: Path):
    leftover = home / ".thing-1.leftover"
    leftover.mkdir(parents=True)
    cache.kept("thing", "1", lambda _: None)
    assert not leftover.exists()


def _make_slowly(count: Path) -> None:
    def slow(_: Path) -> None:
        with count.open("a") as file:
            file.write("made\n")
        time.sleep(0.3)

    cache.kept("thing", "1", slow)


def test_of_two_processes_that_want_the_same_one_makes_it_and_both_have_it(tmp_path: Path, home: Path):
    count = tmp_path / "count"
    spawn = multiprocessing.get_context("spawn")
    both = [spawn.Process(target=_make_slowly, args=(count,)) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join(30)
    assert [each.exitcode for each in both] == [0, 0]
    assert count.read_text() == "made\n"
    assert (home / "thing-1").is_dir()


def test_a_jar_whose_digest_is_not_the_locked_one_is_refused_and_nothing_is_kept(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
):
    wrong = tmp_path / "thing-1.jar"
    wrong.write_bytes(b"something else")
    jar = jars.Jar(hashlib.sha256(b"the real one").hexdigest(), "group", "thing", "1")
    with pytest.raises(CannotObtain, match=r"thing-1\.jar is not the file that kafka\.lock names"):
        jar.check(wrong)
    lock = tmp_path / "kafka.lock"
    lock.write_text(f"{jar.sha256}  group:thing:1\n")
    monkeypatch.setattr(jars, "_fetch", lambda jar, **_: jar.check(wrong))
    with pytest.raises(CannotObtain):
        jars.obtain(unwatched, lock)
    assert list(home.glob("kafka-*")) == []


def test_the_lock_names_each_jar_of_kafka_once_with_a_whole_digest():
    locked = jars.locked_jars()
    assert len({jar.filename for jar in locked}) == len(locked) > 40
    assert all(len(jar.sha256) == 64 for jar in locked)
    assert {jar.version for jar in locked if jar.group == "org.apache.kafka"} == {jars.VERSION}


def test_without_network_a_build_says_that_the_first_start_needs_it(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GOPROXY", "off")
    with pytest.raises(CannotObtain, match=r"could not be built from source\. The first start needs the network"):
        gobuild.obtain(gobuild.MAILPIT, unwatched)
    assert list(home.glob("mailpit-*")) == []


def test_without_network_fetching_kafka_says_that_the_first_start_needs_it(home: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with pytest.raises(CannotObtain, match="The first start needs the network"):
        jars.obtain(unwatched)
    assert list(home.glob("kafka-*")) == []


def test_a_cache_that_cannot_be_written_is_told_with_the_setting_that_moves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("MOTCUA_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(NoRoom, match="set MOTCUA_CACHE to another folder"):
        cache.kept("thing", "1", lambda _: None)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a tiny file system needs root")
def test_a_full_disk_is_told_and_what_did_not_fit_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)], check=False).returncode:
        pytest.skip("this machine lets nobody mount a tmpfs")
    monkeypatch.setenv("MOTCUA_CACHE", str(small))
    try:
        with pytest.raises(NoRoom, match=r"No space left on device.*free some space"):
            cache.kept("thing", "1", lambda folder: (folder / "big").write_bytes(bytes(1_000_000)) and None)
        assert list(small.glob("*thing-1*")) == []
    finally:
        subprocess.run(["umount", str(small)], check=True)
