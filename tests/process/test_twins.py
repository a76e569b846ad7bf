"""Two schedulers by mistake: they share the work or wait for each other, and send nothing twice."""

from __future__ import annotations

import json
import signal

import pytest

from process.conftest import SetUp
from process.gate import Moment
from process.stage import Stage
from tidegate.ledger import lease

pytestmark = pytest.mark.process


def holder_of(stage: Stage, flow: str = "orders") -> int | None:
    """Which process has the lease of the flow now."""
    with stage.ledger_open():
        names = [held.holder for held in lease.holders(stage.clock.now()) if held.flow == flow]
    return int(names[0].split(":")[1]) if names else None


def test_two_hubs_on_one_ledger(set_up: SetUp) -> None:
    """Each works under its own name, and the other one waits: for the lease to be free, or to run out.

    Under a fast clock: a lease is ten minutes, and whoever is refused waits for one.
    """
    stage = set_up(rate=120, every_orders="1m", every_status="1m")
    twins = {each.pid: each for each in (stage.run(), stage.run())}
    stage.sell(4)
    stage.wait_until_settled()
    stage.sell(4)
    request = stage.sage_gate.catch(2, Moment.CARRIED_OUT)
    request.wait()
    first = holder_of(stage)
    assert first in twins
    assert "another worker runs this flow" in stage.call("cycle", "orders", "--now", code=6).stdout

    twins[first].signal(signal.SIGSTOP)  # as a machine that is suspended
    request.let_go()
    stage.wait_until_settled()
    twins[first].signal(signal.SIGCONT)  # it hears its answer, and may not record it any more
    stage.wait_for(lambda: bool(twins[first].cycles("lease lost")), "the late one sees that it is late")

    stage.wait_until_noted()
    for each in twins.values():
        assert each.runs
        assert each.cycles("done", "ended early", "lease lost")  # the late one may have had no other
        each.stop()
    assert holder_of(stage) is None
    stage.check(notes=True)


def test_the_twin_goes_on_when_one_is_killed(set_up: SetUp) -> None:
    """In the middle of a batch: the other one takes over what was in doubt."""
    stage = set_up(rate=60, every_orders="1m", every_status="1m")
    stage.sell(5)
    request = stage.sage_gate.catch(3, Moment.CARRIED_OUT)
    twins = {each.pid: each for each in (stage.run(), stage.run())}
    request.wait()
    killed = holder_of(stage)
    assert killed is not None
    twins.pop(killed).kill()
    (other,) = twins.values()
    stage.wait_until_settled()
    stage.wait_until_noted()
    other.stop()
    stage.check(notes=True)
    assert sum(each["adopted"] for each in stage.orders()) == 2  # the two calls of one commit


def test_cycles_by_hand_started_at_once(stage: Stage) -> None:
    """Of three, each runs its cycle or is refused: exit code 0 or 6, and nothing is sent twice."""
    stage.sell(6)
    request = stage.sage_gate.catch(1, Moment.THEN_CARRIED_OUT)
    commands = [stage.start("cycle", "orders", "--now", "--json") for _ in range(3)]
    request.wait()
    stage.wait_for(lambda: sum(each.runs for each in commands) == 1, "two are refused")
    request.let_go()
    for each in commands:
        each.wait(0, 6)
    assert sorted(each.code or 0 for each in commands) == [0, 6, 6]
    assert sorted(json.loads(each.stdout)["outcome"] for each in commands) == ["busy", "busy", "done"]
    stage.cycle_until_settled()
    stage.check()
