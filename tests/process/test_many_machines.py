"""Workers, the planner and PostgreSQL are killed at moments drawn from a seed; the systems' own books are the judge.

Time is handed to every process, and what the queue waits for is shortened as much: all bounds are the hub's seconds.
"""

from __future__ import annotations

import random
from datetime import timedelta

import psycopg
import pytest

from process.conftest import SetUp
from process.fleet import NOTES, ORDERS, RATE, Fleet
from process.test_postgresql import Server
from process.test_postgresql import server as server
from tidegate.engine import cycle_queue
from tidegate.engine.planner import AGAIN
from tidegate.flows.cycle import LEASE_SECONDS
from tidegate.ledger import alerts

pytestmark = pytest.mark.process

#: What a cycle takes itself, on a busy machine: the bounds are about waiting.
CYCLE = timedelta(seconds=30)
LEASE = timedelta(seconds=LEASE_SECONDS)
OFTEN = {"rate": RATE, "every_orders": "30s", "every_status": "30s"}


def books_agree(fleet: Fleet) -> None:
    """Nothing is lost, doubled or unexplained; nothing is left in the queue, and workers were taken for no second hub."""
    fleet.stage.wait_until_noted()
    fleet.leave()
    fleet.stage.check(notes=True)
    with fleet.stage.ledger_open():
        assert "second-hub" not in {each.code for each in alerts.open_alerts()}
    with psycopg.connect(fleet.stage.ledger, options=f"-c search_path={cycle_queue.SCHEMA}") as admin:
        assert admin.execute("SELECT * FROM procrastinate_jobs WHERE status = 'doing'").fetchall() == []


def test_whoever_dies_every_flow_is_served_again_within_a_lease(set_up: SetUp, server: Server) -> None:
    fleet = Fleet(set_up(**OFTEN, ledger=server.fresh()), server, seed=1)
    took = [
        fleet.hit(blow) for blow in (fleet.kill_the_planner, fleet.restart_the_server, fleet.cut_connections)
    ]
    books_agree(fleet)
    assert max(took) < LEASE, took


@pytest.mark.campaign
@pytest.mark.timeout(1800)  # a busy machine takes longer than all other tests may
@pytest.mark.parametrize("far", [False, True])
@pytest.mark.parametrize("seed", range(1, 6))
def test_a_day_of_deaths(set_up: SetUp, server: Server, seed: int, far: bool) -> None:
    """Every kind of blow three times, in any order, with more flows at work; on one machine, and on several.

    On several nobody can look up whether a worker has ended: its lease ends by itself, and is looked at again within a
    minute.
    """
    back = dict.fromkeys(("inventory", "customers"), "30s")
    stage = set_up(seed, **OFTEN, back=back, ledger=server.fresh())
    fleet = Fleet(stage, server, seed, (*ORDERS, *ORDERS, NOTES), far)
    blows = 3 * [
        fleet.kill_one,
        fleet.kill_the_planner,
        fleet.kill_all,
        fleet.suspend_one,
        fleet.restart_the_server,
        fleet.cut_connections,
    ]
    random.Random(seed).shuffle(blows)
    took = [(blow.__name__, fleet.hit(blow)) for blow in blows]
    books_agree(fleet)
    most = LEASE + AGAIN + CYCLE if far else LEASE
    assert [each for each in took if each[1] > most] == [], took
