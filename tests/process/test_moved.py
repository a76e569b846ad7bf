"""A ledger is moved from its file to PostgreSQL, and whoever moves it is killed on the way."""

from __future__ import annotations

import psycopg
import pytest

from process.conftest import SetUp
from process.test_postgresql import Server
from process.test_postgresql import server as server
from tidegate.ledger import database

pytestmark = pytest.mark.process

WAITS = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


def test_a_move_whose_process_is_killed_goes_on_and_workers_take_over(set_up: SetUp, server: Server) -> None:
    stage = set_up(every_orders="5s", every_status="5s")
    stage.sell(5)
    stage.cycle_until_settled()
    target = server.fresh()
    database.open_ledger(target)
    database.migrate()
    database.close()
    moved = stage.configure("moved.toml", ledger=target)
    with psycopg.connect(target) as admin, psycopg.connect(target, autocommit=True) as watching:
        admin.execute("LOCK TABLE tidegate_delivery IN EXCLUSIVE MODE")  # so far, and no further
        mover = stage.start("ledger", "move", "--to", target)
        stage.wait_for(lambda: watching.execute(WAITS).fetchone() == (1,), "it waits in the middle")
        mover.kill()
    refused = stage.call("run", config=moved, code=4)
    assert "was not moved to this database completely" in refused.stderr
    tables = {each["table"]: each for each in stage.json("ledger", "move", "--to", target)["moved"]}
    assert tables["tidegate_source"]["copied"] == 0  # they were there
    assert tables["tidegate_delivery"]["copied"] == tables["tidegate_delivery"]["rows"] > 0
    assert stage.json("status", config=moved)["adds_up"]
    worker = stage.start("--debug", "worker", "--json", config=moved)
    stage.sell(2)
    stage.wait_until_settled(moved)
    worker.stop()
    stage.check(config=moved)
