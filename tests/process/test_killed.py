"""SIGKILL at random moments of a cycle: restarted, the hub loses nothing and sends nothing twice."""

from __future__ import annotations

import random

import pytest

from process.conftest import SetUp
from process.gate import Moment
from process.stage import Stage

pytestmark = pytest.mark.process

ORDERS = 6
#: Where else a cycle may die: while it reads, while it creates an account, while it looks up.
ELSEWHERE = [
    ("shop", Moment.CARRIED_OUT, "GET", r"/V1/orders$"),
    ("sage", Moment.CARRIED_OUT, "POST", r"/customers$"),
    ("sage", Moment.THEN_LOST, "POST", r"/customers$"),
    ("sage", Moment.AS_IT_ARRIVES, "GET", r"/sop_orders$"),
]


@pytest.mark.parametrize("times", [1, pytest.param(3, marks=pytest.mark.campaign)])
def test_killed_while_sending(stage: Stage, times: int) -> None:
    """Deaths on one ledger, each at some order of the batch, at every moment of its request."""
    chance = random.Random(1789)
    moments = [*Moment] * times
    chance.shuffle(moments)
    for moment in moments:
        stage.live_until(chance.randint(1, ORDERS), moment, ORDERS)
    stage.sell(ORDERS)
    run = stage.run()
    stage.wait_until_settled()
    run.stop()
    stage.check()
    stage.call("status")
    adopted = [each for each in stage.orders() if each["adopted"]]
    assert len(adopted) >= moments.count(Moment.CARRIED_OUT) + moments.count(Moment.THEN_CARRIED_OUT)


def test_killed_elsewhere(stage: Stage) -> None:
    """Whatever the hub was doing: it goes on where the ledger stands."""
    for where, moment, method, path in ELSEWHERE:
        stage.sell(ORDERS)
        gate = stage.shop_gate if where == "shop" else stage.sage_gate
        request = gate.catch(1, moment, method, path)
        command = stage.start("cycle", "orders", "--connection", "web", "--now")
        request.wait()
        command.kill()
        gate.wait_until_quiet()
    stage.cycle_until_settled()
    stage.check()


def test_killed_while_noting(set_up: SetUp) -> None:
    """Magento adds a comment each time it is told: what may be there already is looked for first.

    Under a fast clock, since no look counts before ten minutes have passed.
    """
    stage = set_up(rate=120, every_orders="1m", every_status="1m", settle_minutes=10)
    stage.sell(5)
    for number, moment in ((2, Moment.CARRIED_OUT), (2, Moment.THEN_LOST)):
        request = stage.shop_gate.catch(number, moment, "POST", r"/V1/orders/\d+/comments$")
        run = stage.run()
        request.wait()
        run.kill()
    run = stage.run()
    stage.wait_until_settled()
    stage.wait_until_noted()
    run.stop()
    stage.check(notes=True)
