"""A full disk under the ledger: what cannot be recorded is not sent, and nothing needs mending afterwards."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from process.conftest import SetUp
from process.gate import Moment
from process.stage import Stage
from tidegate.flows.cycle import LEASE_SECONDS

pytestmark = pytest.mark.process

SIZE = 4 * 1024 * 1024


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, a few megabytes large."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tidegate-test", str(place)]
    try:
        made = subprocess.run(mount, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("there is no mount command here")
    if made.returncode:
        pytest.skip(f"no file system may be mounted here: {made.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Fill it to the last byte; the file to remove."""
    filler = disk / "filler"
    with filler.open("ab", buffering=0) as file, suppress(OSError):
        for size in (65536, 4096, 1):
            with suppress(OSError):
                while file.write(b"\0" * size):
                    pass
    assert os.statvfs(disk).f_bavail == 0
    return filler


@pytest.fixture
def stage(set_up: SetUp, disk: Path) -> Stage:
    return set_up(ledger=f"sqlite:///{disk / 'ledger.db'}")


def test_full_before_the_cycle(stage: Stage, disk: Path) -> None:
    """Nothing is read, nothing sent: the ledger says what is wrong."""
    stage.sell(3)
    filler = fill(disk)
    command = stage.call("cycle", "orders", "--now", code=4)
    assert "the ledger cannot be used" in command.stderr
    assert "the disk that holds the ledger is full" in command.stderr
    assert stage.booked == 0
    filler.unlink()
    stage.cycle_until_settled()
    stage.check()


def test_full_in_the_middle_of_a_batch(stage: Stage, disk: Path) -> None:
    """The order that is on its way is found again afterwards; none follows it."""
    stage.sell(6)
    request = stage.sage_gate.catch(3, Moment.CARRIED_OUT)
    command = stage.start("cycle", "orders", "--now")
    request.wait()
    filler = fill(disk)
    request.let_go()
    command.wait(4)
    assert "the disk that holds the ledger is full" in command.stderr
    assert stage.booked == 3
    filler.unlink()
    stage.cycle_until_settled()
    stage.check()
    assert sum(each["adopted"] for each in stage.orders()) == 2  # the two calls of one commit


def test_a_running_hub_goes_on_when_there_is_space_again(set_up: SetUp, disk: Path) -> None:
    """The process neither ends nor waits for the lease that it could not give back."""
    stage = set_up(ledger=f"sqlite:///{disk / 'ledger.db'}", rate=20, every_orders="10s")
    stage.sell(6)
    request = stage.sage_gate.catch(2, Moment.CARRIED_OUT)
    run = stage.run()
    request.wait()
    filler = fill(disk)
    request.let_go()
    stage.wait_for(lambda: any(each["event"] == "ledger" for each in run.log), "the trouble is logged")
    assert stage.booked == 3
    since = stage.clock.now()
    filler.unlink()
    stage.wait_until_settled()
    assert stage.clock.now() - since < timedelta(seconds=LEASE_SECONDS)
    run.stop()
    stage.check()
