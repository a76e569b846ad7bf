"""A ledger that is older than the truth: what was sent meanwhile is found by its key, not sent again."""

from __future__ import annotations

import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from process.command import PATIENCE, Command
from process.gate import Moment
from process.stage import Stage

pytestmark = pytest.mark.process

BESIDE = ("-wal", "-shm")


def test_restored_from_an_older_backup(stage: Stage) -> None:
    """`tidegate backup` in the middle of a day; the copy replaces the ledger, as the manual says."""
    stage.sell(4)
    run = stage.run()
    stage.wait_until_settled()
    # a comment that is under way in the copy would wait ten minutes for its look-up
    stage.wait_for(lambda: "order-status" in {each["flow"] for each in run.cycles()}, "the first notes")
    backup = stage.folder / "backup.db"
    stage.call("backup", str(backup))
    before = {each["label"] for each in stage.orders()}
    stage.sell(6)
    stage.wait_until_settled()
    run.stop()
    stage.cycle("order-status")
    stage.check(notes=True)

    forget(stage)
    shutil.copy(backup, ledger_of(stage))
    stage.sign_in()
    stage.sell(2)
    run = stage.run()
    stage.wait_until_settled()
    run.stop()
    stage.cycle("order-status")
    stage.check(notes=True)
    stage.call("status")
    orders = stage.orders()
    assert sum(each["adopted"] for each in orders) == 6
    assert not any(each["adopted"] for each in orders if each["label"] in before)


def test_the_ledger_is_lost_altogether(stage: Stage) -> None:
    """Everything is read again from `capture.since` on, and found by its key."""
    stage.sell(5)
    stage.cycle_until_settled()
    stage.cycle("order-status")
    forget(stage)
    stage.sign_in()
    stage.cycle_until_settled()
    counts = stage.cycle("order-status")
    assert (counts["sent"], counts["adopted"]) == (0, 2 * stage.sold)
    stage.check(notes=True)
    assert all(each["adopted"] for each in stage.orders())


@pytest.mark.parametrize("stopped", [False, True], ids=["copied while it is written", "frozen for the copy"])
def test_copies_of_the_live_files_go_on(stage: Stage, stopped: bool) -> None:
    """The files as a file system's snapshot has them, or as an unsuspecting copy of the folder.

    Each copy is gone on with, against the company that knows everything that came later, too.
    """
    chance = random.Random(1815 + stopped)
    stage.sell(20)
    requests = [
        stage.sage_gate.catch(number, Moment.AS_IT_ARRIVES)
        for number in sorted(chance.sample(range(1, 20), 2))
    ]
    run = stage.run()
    copies = []
    for number, request in enumerate(requests):
        request.wait()
        copy = stage.folder / f"copy-{number}.db"
        (freeze if stopped else copy_unchanged)(run, ledger_of(stage), copy)
        copies.append(copy)
    stage.wait_until_settled()
    run.stop()
    stage.sell(1)
    for copy in copies:
        config = stage.configure(f"{copy.stem}.toml", ledger=f"sqlite:///{copy}")
        stage.cycle_until_settled(config=config)
        stage.check(config=config)


def ledger_of(stage: Stage) -> Path:
    return stage.folder / "ledger.db"


def forget(stage: Stage) -> None:
    """Remove the ledger with the files beside it."""
    for found in stage.folder.glob("ledger.db*"):
        found.unlink()


def copy_files(ledger: Path, copy: Path) -> None:
    shutil.copy(ledger, copy)
    for end in BESIDE:
        beside = ledger.with_name(ledger.name + end)
        if beside.exists():
            shutil.copy(beside, copy.with_name(copy.name + end))


def freeze(run: Command, ledger: Path, copy: Path) -> None:
    """All three files at one instant, in the middle of whatever the process was doing."""
    run.signal(signal.SIGSTOP)
    copy_files(ledger, copy)
    run.signal(signal.SIGCONT)


def copy_unchanged(run: Command, ledger: Path, copy: Path) -> None:
    """One file after the other while all of them are written to.

    Where a checkpoint rewrote the first one meanwhile, the copy is torn, whatever made it: then once more.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        before = ledger.stat()
        copy_files(ledger, copy)
        after = ledger.stat()
        if (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size):
            return
    raise AssertionError("the ledger was rewritten during every copy")
