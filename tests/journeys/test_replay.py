"""The replay of a municipality's log: every case arrives once, however often it is interrupted, and the account says so."""

import json
import os
import subprocess
import sys
import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.balance import Account
from deploy.demo.callers import Callers
from deploy.logbook import LoggedCase, UnreadableLog, read_log
from deploy.replay import replay
from deploy.stack import Stack

LOG = Path(__file__).parent / "data" / "log.csv"
HEADER = "case:concept:name,case:channel,concept:name,org:group,time:timestamp,case:enddate"
GOOD = "case-1,Desk,Check,Group 1,2019-05-02 08:10:00+07:00,"


@pytest.fixture(scope="module")
def cases() -> list[LoggedCase]:
    return read_log(LOG)


async def replayed(stack: Stack, cases: list[LoggedCase], name: str) -> Account:
    return await replay(cases, name, stack.base_url, stack.kafka, at_once=4)


async def test_every_case_arrives_by_its_channel_with_its_steps_in_the_order_of_their_time(
    stack: Stack, cases: list[LoggedCase]
):
    account = await replayed(stack, cases, uuid.uuid4().hex)
    assert list(account.differences(LOG)) == []
    totals = account.totals()
    assert (totals["cases in the log"], totals["filed"], totals["cases in processing"]) == (6, 6, 6)
    assert (totals["steps done"], totals["decided"], totals["in flight"]) == (12, 4, 2)
    assert totals["messages"] == totals["messages expected"] == 3 + 6 + 6 + 4
    came = {case.name: await shown(stack, id) for id, case in account.by_id.items()}
    assert [came[f"lamha-{it}"]["filing"]["channel"] for it in range(1, 7)] == [
        *("online", "direct", "post", "online", "online", "direct")
    ]
    assert [bool(came[f"lamha-{it}"]["assisted_by"]) for it in range(1, 7)] == [False, True, True, True, True, True]
    second = next(id for id, case in account.by_id.items() if case.name == "lamha-2")
    async with Callers(stack.base_url) as callers:
        steps = (await callers.get("demo-specialist", f"/processing/cases/{second}"))["done"]
    assert [(it["step"], it["group"]) for it in steps] == [
        ("Kiem-tra-thanh-phan-ho-so", "Một cửa"),
        ("Tham-dinh", "Chuyên môn"),
        ("Ky-duyet", "Lãnh đạo"),
    ]


async def test_a_replay_that_was_interrupted_goes_on_and_one_that_is_done_again_does_nothing_twice(
    stack: Stack, cases: list[LoggedCase]
):
    name = uuid.uuid4().hex
    begun = [replace(case, activities=case.activities[:1], is_finished=False) for case in cases[:4]]
    assert (await replayed(stack, begun, name)).balances
    whole = await replayed(stack, cases, name)
    assert list(whole.differences(LOG)) == []
    again = await replayed(stack, cases, name)
    assert list(again.differences(LOG)) == []
    assert (steps_of(again), again.totals()["messages"]) == (steps_of(whole), whole.totals()["messages"])


async def test_a_case_that_is_refused_is_named_with_its_line_and_the_account_does_not_balance(
    stack: Stack, cases: list[LoggedCase]
):
    name = uuid.uuid4().hex
    assert (await replayed(stack, cases[:2], name)).balances
    longer = replace(cases[0], activities=(*cases[0].activities, cases[0].activities[0]))
    account = await replayed(stack, [longer, cases[1]], name)
    assert not account.balances
    assert account.totals()["refused"] == 1
    (line, *_) = account.differences(LOG)
    assert "line 2, lamha-1: " in line
    assert "already-decided" in line


def test_the_command_prints_its_account_and_ends_with_0(stack: Stack):
    done = command(stack, str(LOG), "--json", "--name", uuid.uuid4().hex)
    assert (done.returncode, done.stderr.count("✗")) == (0, 0), done.stderr
    assert json.loads(done.stdout)["balances"] is True


def test_the_command_refuses_a_broken_log_in_a_sentence_and_ends_with_1(stack: Stack, tmp_path: Path):
    broken = tmp_path / "broken.csv"
    broken.write_text(f"{HEADER}\n{GOOD}\ncase-2,Desk,Check,Group 1,yesterday,\n")
    done = command(stack, str(broken))
    assert done.returncode == 1
    assert "line 3, time:timestamp: 'yesterday' is no time" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "line 1: the columns case:concept:name, case:channel, .* are missing"),
        ("a;b\n1;2\n", "line 1: the columns .* are missing"),
        (f"{HEADER}\n", "not one activity"),
        (f"{HEADER}\n{GOOD}\ncase-2,Desk\n", "line 3: it has another number of columns"),
        (f"{HEADER}\n{GOOD},more\n", "line 2: it has another number of columns"),
        (f"{HEADER}\n{GOOD.replace('Desk', 'Pigeon')}\n", "line 2, case:channel: 'Pigeon': write one of"),
        (f"{HEADER}\n{GOOD.replace('case-1', ' ')}\n", "line 2, case:concept:name: is empty"),
        (f"{HEADER}\n{GOOD.replace('+07:00', '')}\n", "line 2, time:timestamp: .* with its zone"),
        (f"{HEADER}\n{GOOD}soon\n", "line 2, case:enddate: 'soon' is no time"),
        (f"{HEADER}\n{GOOD}\n{GOOD.replace('Desk', 'Post')}\n", "line 3, case:channel: 'Post', but line 2"),
        (f'{HEADER}\n"{GOOD}\n', "no whole CSV"),
    ],
)
def test_a_broken_log_is_refused_with_its_line_and_column_before_anything_is_sent(
    tmp_path: Path, content: str, told: str
):
    file = tmp_path / "log.csv"
    file.write_text(content)
    with pytest.raises(UnreadableLog, match=told):
        read_log(file)


def test_a_log_that_is_not_there_or_not_text_is_refused(tmp_path: Path):
    with pytest.raises(UnreadableLog, match="There is no file"):
        read_log(tmp_path / "none.csv")
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(UnreadableLog, match="not UTF-8"):
        read_log(picture)


def steps_of(account: Account) -> dict[str, int]:
    return {id: said["step-completed"] for id, said in account.said.items()}


async def shown(stack: Stack, id: str) -> dict[str, object]:
    async with Callers(stack.base_url) as callers:
        return (await callers.get("demo-one-stop", f"/intake/dossiers/{id}"))["dossier"]


def command(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MOTCUA_PUBLIC_URL": stack.base_url, "MOTCUA_KAFKA": stack.kafka, "COLUMNS": "500"}
    return subprocess.run(
        [sys.executable, "-m", "deploy.replay", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
