"""Leases that were left behind: taken over at once where the end of their holder is proved, else not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest

from integration.ledger.making import COMPANY, FLOW, NOW, SECOND, take_lease
from tidegate.ledger import database, holder, lease
from tidegate.ledger.faults import LeaseLost

TTL = 600
NAMED = "from tidegate.ledger.holder import this_process; print(this_process('t'), flush=True); input()"

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="nothing is proved elsewhere")


@pytest.fixture
def other() -> Iterator[subprocess.Popen[str]]:
    """Another process, which names itself and waits."""
    with subprocess.Popen(
        [sys.executable, "-c", NAMED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def name_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def acquire(by: str, *, again: bool = False) -> lease.Lease | None:
    with database.transaction("test"):
        return lease.acquire(COMPANY, FLOW, by, TTL, NOW + SECOND, again=again)


def test_a_killed_process_leaves_nothing_to_wait_for(ledger: object, other: subprocess.Popen[str]) -> None:
    dead = name_of(other)
    held = take_lease(dead)
    assert acquire("me") is None
    other.kill()
    other.wait()
    taken = acquire("me")
    assert taken is not None
    assert taken.fence == held.fence + 1
    with database.transaction("test"), pytest.raises(LeaseLost):
        lease.check(held, NOW + SECOND)


def test_a_name_shows_which_process_it_was(other: subprocess.Popen[str]) -> None:
    name = name_of(other)
    assert name.split(":")[1] == str(other.pid)
    assert not holder.gone(name)
    assert not holder.gone(holder.this_process("t"))
    assert holder.this_process("a") != holder.this_process("b")


def test_a_process_id_that_was_given_away_again_proves_the_end() -> None:
    name = holder.this_process("t")
    began = name.split(".")[1]
    assert holder.gone(name.replace(f".{began}.", f".{int(began) - 1}."))


@pytest.mark.parametrize(
    "name",
    [
        "worker",
        "shop1:4194304:t",  # a system that cannot tell
        "shop1:4194304:00000000.1.t",  # another kernel, or another container's table
        "demo:4194304",
    ],
)
def test_nothing_is_proved_of_a_process_elsewhere(name: str) -> None:
    assert not holder.gone(name)


def test_a_living_process_of_another_user_is_not_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    name = holder.this_process("t")
    first = name.split(".")[0].replace(f":{os.getpid()}:", ":1:")
    assert not holder.gone(f"{first}.{holder._began(1)}.t")
    monkeypatch.setattr(holder, "_began", lambda _: "")  # hidden from us: nothing is proved
    assert not holder.gone(f"{first}.4711.t")


def test_a_number_that_was_given_to_another_users_process_proves_that_the_first_is_gone() -> None:
    """Its start can be read, whosever it is: it is not the process that held the lease."""
    first = holder.this_process("t").split(".")[0].replace(f":{os.getpid()}:", ":1:")
    assert holder.gone(f"{first}.{int(holder._began(1)) + 1}.t")


def test_a_holder_may_take_its_own_again_when_it_says_that_nothing_works_under_it(ledger: object) -> None:
    former = take_lease("me")
    assert acquire("me") is None
    assert acquire("you", again=True) is None
    taken = acquire("me", again=True)
    assert taken is not None
    assert taken.fence == former.fence + 1
    with database.transaction("test"), pytest.raises(LeaseLost):
        lease.renew(former, TTL, NOW + timedelta(seconds=2))
