"""A past that was filled in is a past as the flows would have left it; and every order of it can be found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidegate.bench import filling, tracing
from tidegate.engine import reports
from tidegate.flows.stored_order import read_order
from tidegate.ledger import account, queue

ORDERS = 2500


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("past") / "ledger.db"
    heard: list[int] = []
    filling.fill(path, ORDERS, heard.append)
    assert heard == [1000, 2000, 2500]
    return path


def test_the_account_adds_up(ledger: Path) -> None:
    with filling.open_without_safety(ledger):
        for flow, step in (("orders", "order"), ("order-status", "number"), ("order-status", "comment")):
            counted = account.account("web", flow, step)
            assert (counted.read, counted.confirmed, counted.unexplained) == (ORDERS, ORDERS, 0)


def test_an_order_has_its_document_attempts_history_and_link(ledger: Path) -> None:
    with filling.open_without_safety(ledger):
        [found] = reports.traced(filling.increment_of(1234), filling.START)["orders"]
        [item] = queue.listing(label=filling.increment_of(1234), step="order")
        stored = queue.get(item.id)

    assert stored is not None
    assert read_order(stored.document).lines
    order, *notes = found["deliveries"]
    assert [each["step"] for each in notes] == ["number", "comment"]
    assert order["target_number"] == filling.sage_number_of(1234)
    for each in found["deliveries"]:
        assert [attempt["outcome"] for attempt in each["attempts"]] == ["accepted"]
        assert [event["letter"] for event in each["history"]] == ["", "b", "c"]
    assert [link["number"] for link in found["links"]] == [filling.sage_number_of(1234)]


def test_orders_are_found_by_both_numbers(ledger: Path) -> None:
    with filling.open_without_safety(ledger):
        by_shop = tracing.look_up(ORDERS, filling.increment_of, times=20)
        by_sage = tracing.look_up(ORDERS, filling.sage_number_of, times=20)

    assert len(by_shop) == len(by_sage) == 20
    assert all(taken > 0 for taken in by_shop + by_sage)


def test_an_order_that_is_not_there_is_no_measurement(ledger: Path) -> None:
    with filling.open_without_safety(ledger), pytest.raises(ValueError, match="not enough values"):
        tracing.look_up(ORDERS, lambda _number: "nobody", times=1)


def test_the_size_of_an_order_keeps_its_bound(ledger: Path) -> None:
    assert ledger.stat().st_size / ORDERS < 7000
