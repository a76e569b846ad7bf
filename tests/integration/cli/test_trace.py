"""`trace`: where is order 100234? From either end."""

from __future__ import annotations

import pytest

from integration.cli.terminal import Terminal
from tidegate.ledger import chain, database, models
from tidegate.ledger.chain import ChainLink


@pytest.fixture
def sent(terminal: Terminal) -> Terminal:
    """Two orders on their whole way: sent, and noted on the Magento order."""
    terminal.sell(2)
    terminal.cycle()
    terminal.cycle("order-status")
    return terminal


def test_from_every_end_the_same_order(sent: Terminal) -> None:
    (order,) = sent.json("trace", "000000002")["orders"]
    assert order["magento"]["entity_id"] == 2
    step = order["deliveries"][0]
    for name in (step["target_number"], step["target_id"], step["key"], "2"):
        (found,) = sent.json("trace", name)["orders"]
        assert {**found, "found_by": "order"} == order, name


def test_a_number_of_several_orders_says_which_document_it_was(sent: Terminal) -> None:
    with sent.world.open_hub(), database.transaction("test"):
        second = models.Source.objects.get(entity_id=2)
        tie = ChainLink(second.pk, "magento-credit", "9", "000000001")
        chain.add([tie], sent.world.clock.now())
    shown = sent.run("trace", "000000001", "--no-history").output
    assert shown.splitlines()[0] == (
        "000000001 fits 2 orders: order 000000001 (main) by its number; order 000000002 (main) by its Magento "
        "credit memo"
    )
    assert shown.index("Magento order 000000001") < shown.index("Magento order 000000002")


def test_the_key_that_sage_has_and_the_ids_that_trace_prints(sent: Terminal) -> None:
    (order,) = sent.json("trace", "000000002")["orders"]
    printed = f"id:{order['deliveries'][0]['id']}"
    assert printed in sent.run("trace", "000000002").output
    for name in (printed, "magento:main:2"):
        (found,) = sent.json("trace", name)["orders"]
        assert found["magento"]["entity_id"] == 2, name
    (shown,) = sent.json("queue", "show", "magento:main:2/order")["deliveries"]
    assert sent.json("queue", "show", shown["target_number"])["deliveries"][0]["id"] == shown["id"]


def test_every_step_with_attempts_and_history(sent: Terminal) -> None:
    (order,) = sent.json("trace", "000000001")["orders"]
    steps = {step["step"]: step for step in order["deliveries"]}
    assert set(steps) == {"order", "number", "comment"}
    assert all(step["state"] == "confirmed" for step in steps.values())
    assert [attempt["outcome"] for attempt in steps["order"]["attempts"]] == ["accepted"]
    assert [event["after"] for event in steps["order"]["history"]] == ["queued", "sending", "confirmed"]
    assert {"kind": "sage-order", "number": steps["order"]["target_number"]}.items() <= order["links"][
        0
    ].items()


def test_the_printed_tree(sent: Terminal) -> None:
    shown = sent.run("trace", "000000001").output
    assert "Magento order 000000001 (entity 1, main, website base)" in shown
    assert "orders / order: confirmed -> 0000" in shown
    assert "attempt 1 2026-03-23 09:02 EDT" in shown
    assert "queued -> sending" in shown
    assert "queued -> sending" not in sent.run("trace", "000000001", "--no-history").output


def test_a_minute_is_shown_once_where_nothing_else_has_changed(sent: Terminal) -> None:
    shown = sent.run("trace", "000000001").output
    lines = [line for line in shown.splitlines() if "queued" in line or "sending" in line]
    assert sum("2026-03-23 09:02 EDT" in line for line in lines) < len(lines), shown
    assert "answered" not in shown, "an attempt answered within its minute says the minute once"


def test_an_unknown_order_is_exit_5_in_both_languages(sent: Terminal) -> None:
    result = sent.run("trace", "100234", code=5)
    assert "there is no order, document or key 100234" in result.stderr
    assert sent.json("trace", "100234", code=5)["error"]["exit"] == 5
