"""One seat, two workers, three flows of the company that want it: never two sessions at the company."""

from __future__ import annotations

from datetime import timedelta

import pytest

from process.conftest import SetUp
from process.fleet import RATE, Fleet
from process.gate import Moment
from process.test_postgresql import Server
from process.test_postgresql import server as server
from tidegate.ledger import lease, marks

pytestmark = pytest.mark.process

OTHERS = ("inventory", "customers")


@pytest.mark.parametrize("seats", [1, pytest.param(2, marks=pytest.mark.campaign)])
def test_of_two_workers_one_is_at_the_company(set_up: SetUp, server: Server, seats: int) -> None:
    """While one holds the seat, in the middle of a call, the other flows begin, wait, and call nothing.

    With a second seat they do call: the test sees it.
    """
    stage = set_up(
        rate=RATE,
        seats=seats,
        every_orders="30s",
        every_status="30s",
        back=dict.fromkeys(OTHERS, "30s"),
        ledger=server.fresh(),
    )
    request = stage.sage_gate.catch(1, Moment.CARRIED_OUT)
    stage.sell(2)
    fleet = Fleet(stage, server, seed=1)
    request.wait()
    since, asked = stage.clock.now(), stage.sage_gate.asked

    def began() -> bool:
        at_work = {held.flow for held in lease.holders(stage.clock.now())}
        last = marks.last_runs("web", OTHERS)
        return all(flow in at_work or last.get(flow, since) > since for flow in OTHERS)

    with stage.ledger_open():
        stage.wait_for(began, "both others have begun")
    stage.wait_for(lambda: stage.clock.now() > since + timedelta(minutes=1), "they would have called by now")
    assert (stage.sage_gate.asked == asked) is (seats == 1)
    request.let_go()
    fleet.wait_until_served(stage.clock.now())
    assert stage.sage_gate.most_inside == seats
    fleet.leave()
    stage.check()
