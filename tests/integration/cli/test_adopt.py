"""`adopt`: a shop moves over from another connector, and nothing is sent twice."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integration.cli.terminal import Terminal
from tidegate.ledger import database


@pytest.fixture
def moved(terminal: Terminal, tmp_path: Path, migrated: Path) -> Terminal:
    """Six orders of which five are in Sage, by whatever means; the ledger knows nothing of them."""
    terminal.sell(5)
    terminal.cycle()
    terminal.sell(1)
    forget(terminal, migrated)
    return terminal


def forget(terminal: Terminal, migrated: Path) -> None:
    """An empty ledger in place of the present one; the sign-in stays."""
    database.close()
    ledger = terminal.config.parent / "tidegate.db"
    for path in terminal.config.parent.glob("tidegate.db*"):
        path.unlink()
    ledger.write_bytes(migrated.read_bytes())
    hub = terminal.world.open_hub()
    terminal.world.sign_in(hub)
    hub.close()


def sage_orders(terminal: Terminal) -> list[Any]:
    return list(terminal.world.sage.company.orders.table)


def by_hand(terminal: Terminal, reference: str) -> Any:
    """Make Sage's order look as if another connector had written it: without our key."""
    (order,) = [each for each in sage_orders(terminal) if each.customer_order_no == reference]
    order.external_key = order.extra["spare_text_1"] = ""
    terminal.world.sage.company.orders.table.reindex(order)
    return order


def adopt(terminal: Terminal, *more: str, code: int = 0) -> Any:
    return terminal.json("adopt", "--connection", "web", "--from", "2026-03-01", *more, code=code)


def matches(report: Any) -> dict[str, str]:
    return {row["order"]: row["match"] for row in report["orders"]}


def test_found_by_key_and_by_the_order_number(moved: Terminal) -> None:
    by_hand(moved, "000000002")
    report = adopt(moved)
    assert matches(report) == {
        **{f"00000000{n}": "certain" for n in range(1, 6)},
        "000000006": "not found",
    }
    texts = {row["order"]: row["text"] for row in report["orders"]}
    assert "by its key" in texts["000000001"]
    assert "by the customer order number 000000002" in texts["000000002"]
    assert report["will_be_sent"] == 1


def test_without_apply_nothing_is_written(moved: Terminal) -> None:
    adopt(moved)
    assert moved.deliveries() == []


def test_applied_orders_are_confirmed_linked_and_never_sent(moved: Terminal) -> None:
    by_hand(moved, "000000002")
    before = len(sage_orders(moved))
    report = adopt(moved, "--apply", "--by", "ann")
    assert report["written"] == 5
    (order,) = moved.json("trace", "000000002")["orders"]
    step = order["deliveries"][0]
    assert (step["state"], step["adopted"]) == ("confirmed", True)
    assert step["history"][-1]["by"] == "ann"
    assert order["links"][0]["number"] == step["target_number"]
    counts = moved.cycle()
    assert (counts["sent"], counts["confirmed"]) == (1, 1)
    assert len(sage_orders(moved)) == before + 1
    assert moved.json("status")["adds_up"]


def test_twice_is_once(moved: Terminal) -> None:
    adopt(moved, "--apply")
    again = adopt(moved, "--apply")
    assert again["written"] == 0
    assert again["counts"]["known"] == 5
    assert len(moved.deliveries()) == 5


def test_a_total_that_differs_is_doubtful_and_waits_for_a_person(moved: Terminal) -> None:
    order = by_hand(moved, "000000003")
    order.totals.gross += Decimal("0.40")
    report = adopt(moved, "--apply", code=1)
    assert matches(report)["000000003"] == "doubtful"
    (row,) = [row for row in report["orders"] if row["order"] == "000000003"]
    assert "difference 0.40" in row["text"]
    (waiting,) = moved.deliveries("--state", "review")
    assert waiting["code"] == "duplicate-found"
    assert f"tidegate queue link 000000003 {order.number}" in waiting["reason"]
    before = len(sage_orders(moved))
    moved.cycle()
    moved.run("queue", "retry", "000000003", "--yes")
    moved.cycle()
    assert len(sage_orders(moved)) == before + 1  # only the one that was never there
    moved.run("queue", "link", "000000003", order.number, "--yes")
    assert moved.state_of("000000003") == "confirmed"


def test_two_documents_with_one_number_are_doubtful(moved: Terminal) -> None:
    by_hand(moved, "000000001")
    order = by_hand(moved, "000000002")
    order.customer_order_no = "000000001"
    moved.world.sage.company.orders.table.reindex(order)
    report = adopt(moved, code=1)
    assert matches(report)["000000001"] == "doubtful"
    assert matches(report)["000000002"] == "not found"


def test_a_cancelled_document_is_doubtful(moved: Terminal) -> None:
    by_hand(moved, "000000001").status = "cancelled"
    report = adopt(moved, code=1)
    assert matches(report)["000000001"] == "doubtful"


def test_the_file_has_every_order(moved: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "adopted.csv"
    moved.run("adopt", "--from", "2026-03-01", "--csv", str(file))
    with file.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["order"] for row in rows] == [f"00000000{n}" for n in range(1, 7)]
    assert rows[0]["match"] == "certain"


def test_the_screen(moved: Terminal) -> None:
    shown = moved.run("adopt", "--from", "2026-03-01").stdout
    assert "6 orders read; of those that Tidegate sends: 5 certain, 0 doubtful, 1 not found, 0 known" in shown
    assert "nothing was sent; nothing was written: --apply records it" in shown


def test_orders_before_the_date_are_left_alone(moved: Terminal) -> None:
    report = moved.json("adopt", "--from", "2026-03-23T09:01:00-04:00")
    assert set(matches(report)) == {"000000006"}


def test_a_delivery_that_waits_already_is_settled(moved: Terminal) -> None:
    for reference in ("000000001", "000000002"):
        by_hand(moved, reference)
    moved.cycle()
    assert {row["label"] for row in moved.deliveries("--state", "review")} == {"000000001", "000000002"}
    report = adopt(moved, "--apply")
    assert report["written"] == 2
    assert moved.deliveries("--state", "review") == []


def test_it_does_not_call_where_nobody_may_call(moved: Terminal) -> None:
    moved.run("halt", "web", "--reason", "stocktaking")
    assert "is halted: stocktaking" in moved.run("adopt", "--from", "2026-03-01", code=6).stderr
    moved.run("lift", "web")
    assert "is not a date" in moved.run("adopt", "--from", "March", code=2).stderr
    assert "between the years" in moved.run("adopt", "--from", "0001-01-01T00:00+14:00", code=2).stderr
