"""`trace`: where is order 100234? From either end."""

from __future__ import annotations

import pytest

from integration.cli.terminal import Terminal


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
        assert found == order, name


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


def test_the_tree_for_people(sent: Terminal) -> None:
    shown = sent.run("trace", "000000001").output
    assert "Magento order 000000001 (entity 1, main, website base)" in shown
    assert "orders / order: confirmed -> 0000" in shown
    assert "attempt 1 2026-03-23 09:02 EDT" in shown
    assert "queued -> sending" in shown
    assert "queued -> sending" not in sent.run("trace", "000000001", "--no-history").output


def test_an_unknown_order_is_exit_5_in_both_languages(sent: Terminal) -> None:
    result = sent.run("trace", "100234", code=5)
    assert "there is no order, document or key 100234" in result.stderr
    assert sent.json("trace", "100234", code=5)["error"]["exit"] == 5
