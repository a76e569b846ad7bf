"""`items`: what was not written to the store yet, and trying it again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from integration.cli.terminal import Terminal
from tidegate.domain.verdict import Verdict
from tidegate.ledger import database, lease, mirror

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def waiting(terminal: Terminal) -> Terminal:
    """A held item and a queued one."""
    database.open_ledger(f"sqlite:///{terminal.config.parent / 'tidegate.db'}")
    with database.transaction("test"):
        held = lease.acquire("sage", "inventory", "test", 60, NOW)
        assert held is not None
        mirror.want("web", "inventory", {"A@s": "1;1", "B@s": "2;1"}, NOW)
        (first, _) = mirror.due("web", "inventory", NOW, 2)
        verdict = Verdict(first.id, "i", code="unknown-sku", text="no product A", waits_for="sku:A")
        mirror.settle(held, [verdict], NOW)
        lease.release(held, NOW)
    database.close()
    return terminal


def test_the_list_says_what_waits_and_why(waiting: Terminal) -> None:
    report = waiting.json("items", "list", "web", "inventory")
    assert [(row["key"], row["state"], row["waits_for"]) for row in report["items"]] == [
        ("A@s", "held", "sku:A"),
        ("B@s", "queued", ""),
    ]
    assert report["next"] is None
    shown = waiting.run("items", "list", "web", "inventory").stdout
    assert "waits for sku:A" in shown
    assert "stock of A at source s (key A@s)" in shown
    assert "held: wanted 1, in stock; the store has no value yet" in shown
    assert "nothing" in waiting.run("items", "list", "web", "prices").stdout


def test_pages_and_states(waiting: Terminal) -> None:
    first = waiting.json("items", "list", "web", "inventory", "--limit", "1")
    assert first["next"] == "A@s"
    second = waiting.json("items", "list", "web", "inventory", "--after", first["next"])
    assert [row["key"] for row in second["items"]] == ["B@s"]
    held = waiting.json("items", "list", "web", "inventory", "--state", "held")
    assert [row["key"] for row in held["items"]] == ["A@s"]
    assert "--after A@s" in waiting.run("items", "list", "web", "inventory", "--limit", "1").stdout


def test_retry_is_harmless_twice(waiting: Terminal) -> None:
    assert waiting.json("items", "retry", "web", "inventory", "A@s", "B@s", "Z@s") == {"retried": 1}
    assert "0 of 1" in waiting.run("items", "retry", "web", "inventory", "A@s").stdout


def test_an_unknown_connection(waiting: Terminal) -> None:
    waiting.run("items", "list", "webb", "inventory", code=5)
    waiting.run("items", "retry", "webb", "inventory", "A@s", code=5)


def test_a_flow_without_items_is_an_error_and_no_empty_list(waiting: Terminal) -> None:
    assert "did you mean inventory?" in waiting.run("items", "list", "web", "inventry", code=5).stderr
    assert "queue list --flow orders" in waiting.run("items", "list", "web", "orders", code=5).stderr
    waiting.run("items", "retry", "web", "inventry", "A@s", code=5)


def test_the_status_counts_items(waiting: Terminal) -> None:
    flow = waiting.json("status")["connections"]["web"]["flows"]["inventory"]
    assert flow["account"]["read"] == 2
    assert flow["steps"]["item"]["held"] == 1
