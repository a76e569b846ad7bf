"""Sage or Magento killed and started again in the middle of a cycle: the cycles go on, the orders wait."""

from __future__ import annotations

import pytest

from process.command import Command
from process.conftest import SetUp
from process.gate import Catch, Moment
from process.stage import Stage
from tidegate_sandbox.server import SandboxServer

pytestmark = pytest.mark.process


def break_off(request: Catch, server: SandboxServer) -> None:
    """Kill the server while it has the request; it was asked for before the hub could send it."""
    request.wait()
    server.pause()


def wait_for_cycles(stage: Stage, run: Command, count: int) -> None:
    """Wait until the hub has gone through so many more cycles."""
    before = len(run.cycles())
    stage.wait_for(lambda: len(run.cycles()) >= before + count, "the cycles go on")


def test_sage_is_killed_twice(stage: Stage) -> None:
    """Once after an order was saved, once before: looked up, adopted or sent again; the others only wait."""
    stage.sell(6)
    request = stage.sage_gate.catch(3, Moment.CARRIED_OUT)
    run = stage.run()
    for next_moment in (Moment.THEN_LOST, None):
        break_off(request, stage.sage_server)
        booked = stage.booked
        stage.sell(1)
        wait_for_cycles(stage, run, 3)
        assert stage.booked == booked
        if next_moment is not None:
            request = stage.sage_gate.catch(3, next_moment)
        stage.sage_server.resume()
    stage.wait_until_settled()
    run.stop()
    stage.check()
    assert any("ended early" in each.get("note", "") for each in run.cycles())
    orders = stage.orders()
    assert sum(each["adopted"] for each in orders) == 1
    assert sum(each["failures"] for each in orders) == 1  # only of the one that was proved absent
    assert stage.json("alerts")["alerts"] == []


def test_magento_is_killed_while_it_is_read(stage: Stage) -> None:
    """The cursor stays where it is; what is queued already goes out all the same."""
    stage.sell(3)
    request = stage.shop_gate.catch(1, Moment.CARRIED_OUT, "GET", r"/V1/orders$")
    run = stage.run()
    request.wait()
    stage.shop_server.pause()
    wait_for_cycles(stage, run, 3)
    assert stage.booked == 0
    stage.shop_server.resume()
    stage.wait_until_settled()
    run.stop()
    stage.check()
    assert not any(each["failures"] for each in stage.orders())
    assert stage.json("alerts")["alerts"] == []


def test_magento_is_killed_while_it_is_written_to(set_up: SetUp) -> None:
    """A comment that may be there is looked for before it is written again (fast clock: ten minutes later)."""
    stage = set_up(rate=120, every_orders="1m", every_status="1m")
    stage.sell(4)
    request = stage.shop_gate.catch(2, Moment.CARRIED_OUT, "POST", r"/V1/orders/\d+/comments$")
    run = stage.run()
    break_off(request, stage.shop_server)
    wait_for_cycles(stage, run, 4)
    stage.shop_server.resume()
    stage.wait_until_noted()
    run.stop()
    stage.check(notes=True)
