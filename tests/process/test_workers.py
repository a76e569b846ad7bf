"""Two workers on one PostgreSQL: they share the work, and the death of one costs time and nothing else."""

from __future__ import annotations

import pytest

from documents import check
from process.command import Command
from process.conftest import SetUp
from process.fleet import RATE
from process.gate import Moment
from process.stage import Stage
from process.test_postgresql import Server
from process.test_postgresql import server as server
from process.test_twins import holder_of

pytestmark = pytest.mark.process


def worker(stage: Stage, *words: str) -> Command:
    """Start one."""
    return stage.start("--debug", "worker", "--json", "--jobs", "2", *words)


@pytest.mark.campaign
def test_one_of_two_workers_is_killed_in_the_middle_of_a_batch(set_up: SetUp, server: Server) -> None:
    """The other one frees what it has left in the queue, and takes over what was in doubt."""
    stage = set_up(rate=RATE, every_orders="1m", every_status="1m", ledger=server.fresh())
    stage.sell(5)
    request = stage.sage_gate.catch(3, Moment.CARRIED_OUT)
    workers = {each.pid: each for each in (worker(stage), worker(stage))}
    request.wait()
    killed = holder_of(stage)
    assert killed is not None
    workers.pop(killed).kill()
    (other,) = workers.values()
    stage.wait_for(
        lambda: any(each["event"] == "cycle of a dead worker" for each in other.log), "it is found"
    )
    stage.wait_until_settled()
    stage.wait_until_noted()
    other.stop()
    stage.check(notes=True)
    assert sum(each["adopted"] for each in stage.orders()) == 1


def test_a_worker_with_another_configuration_refuses(set_up: SetUp, server: Server) -> None:
    """And one that is at work stops by itself when the workers have got a new one."""
    stage = set_up(rate=RATE, every_orders="1m", ledger=server.fresh())
    first = stage.start("worker", "--json")
    stage.wait_for(
        lambda: any(each["event"] == "start" for each in first.log), "it has said which one it has"
    )
    for line in first.log:
        check("worker", line)
    other = stage.configure("other.toml", every_orders="2m")
    refused = stage.start("worker", config=other)
    refused.wait(4)
    assert "use another configuration" in refused.stderr
    second = stage.start("--debug", "worker", "--json", "--new-configuration", config=other)
    first.wait(4)
    assert "use another configuration" in first.stderr
    second.stop()


def test_a_ledger_in_a_file_is_no_ledger_of_several_machines(set_up: SetUp) -> None:
    stage = set_up()
    assert "in PostgreSQL only" in stage.call("worker", code=4).stderr
