"""The log's lines of the calls that Sage 200's wire sees."""

from __future__ import annotations

import io
import logging

import msgspec

from integration.over_the_wire import ORDERS
from integration.over_the_wire import WireStage as Stage
from tidegate import log
from tidegate.engine import reports


def test_an_order_is_followed_from_magento_to_the_calls_of_sage_by_its_key(stage: Stage) -> None:
    """The key that Sage keeps, the attempt of the ledger and the cycle stand on the line of each call that sends."""
    entity = stage.order("guest")
    stream = io.StringIO()
    log.set_up("json", clock=stage.hub.clock, stream=stream, level=logging.DEBUG)
    stage.cycle()
    stage.notes()
    told = [msgspec.json.decode(line) for line in stream.getvalue().splitlines()]
    key = stage.delivery(entity).key.removesuffix("/order")  # as Sage keeps it
    (sent,) = [each for each in told if each.get("keys") == [key]]
    assert sent["event"].startswith("POST ")
    assert ORDERS.removesuffix("$") in sent["event"]
    trace = reports.traced(key, stage.now, set())["orders"][0]["deliveries"][0]
    assert sent["attempts"] == [each["id"] for each in trace["attempts"]]
    assert sent["cycle"] == trace["attempts"][0]["batch"]
    noted = [each for each in told if each.get("keys") == [f"{key}/comment"]]
    assert [each["event"].startswith("POST ") for each in noted] == [True]
    (cycle,) = [each for each in told if each["event"] == "cycle" and each["flow"] == "orders"]
    assert cycle["cycle"] == sent["cycle"]
    assert not [each for each in told if "keys" in each and each["event"].startswith("GET ")]
