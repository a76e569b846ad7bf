"""What was learnt of sizes is in the ledger: the next process begins with it, and forgets it after a week.

A wire test: what is learnt are sizes that the hosting of Sage 200 bears.
"""

from __future__ import annotations

from datetime import timedelta

from integration.flows.stage import Stage
from tidegate.engine.limits_check import check_limits
from tidegate.flows import learnt
from tidegate.ledger.database import transaction


def test_the_next_process_begins_with_what_was_learnt(stage: Stage) -> None:
    connection, now = stage.connection, stage.now
    connection.company.take_limits({"page /sop_orders": 125, "query": 600})
    connection.store.client.learn_page_size("/V1/products", 25)
    with transaction("end"):
        learnt.keep(connection, {}, now)

    connection.company.forget_limits()
    connection.store.client.forget_limits()
    learnt.recall(connection, now + timedelta(days=6))
    assert connection.company.learnt_limits == {"page /sop_orders": 125, "query": 600}
    assert connection.store.client.learnt_limits == {"/V1/products": 25}

    known = learnt.recall(connection, now + timedelta(days=8))
    assert connection.company.learnt_limits == {}
    with transaction("end"):
        learnt.keep(connection, known, now + timedelta(days=8))
    learnt.recall(connection, now + timedelta(days=8))
    assert connection.store.client.learnt_limits == {}


def test_check_reports_what_both_systems_have_taught(stage: Stage) -> None:
    connection, now = stage.connection, stage.now
    connection.company.take_limits({"query": 600})
    connection.store.client.take_limits({"query": 950})
    with transaction("end"):
        learnt.keep(connection, {}, now)
    found = [finding.text for finding in check_limits(connection)]
    assert [f"query {size}" in text for size, text in zip((600, 950), found, strict=True)] == [True, True]
    assert all(f"{now + timedelta(days=7):%Y-%m-%d}" in text for text in found)
