"""`advise`: from the ledger's own history."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from integration.cli.terminal import Terminal
from tidegate.engine import advice
from tidegate.ledger import database, movements


@pytest.fixture
def enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five orders are history enough: what is tested is not the number."""
    monkeypatch.setattr(advice, "ENOUGH_ORDERS", 5)


def test_too_little_history_is_said_and_nothing_is_recommended(terminal: Terminal, tmp_path: Path) -> None:
    terminal.sell(5)
    terminal.cycle()
    plot = tmp_path / "curve.png"
    report = terminal.json("advise", "--days", "30", "--plot", str(plot), code=1)
    assert report["recommended"] == []
    assert report["too_little"].startswith("5 orders in 30 days; at least 30 are needed")
    for option in report["options"]:
        assert max(Decimal(option["oversold_per_1000"]), Decimal(option["refused_per_1000"])) <= 1000
    shown = terminal.run("advise", "--days", "30", code=1).output
    assert "too little history" in shown
    assert "\nrecommended" not in shown
    assert plot.exists()


@pytest.mark.usefixtures("enough")
def test_advice_from_captured_orders(terminal: Terminal, tmp_path: Path) -> None:
    terminal.sell(5)
    terminal.cycle()
    for name, beginning in (("curve.svg", b"<?xml"), ("curve.png", b"\x89PNG")):
        report = terminal.json("advise", "--days", "30", "--plot", str(tmp_path / name))
        assert (tmp_path / name).read_bytes().startswith(beginning)
    assert report["orders"] == 5
    assert {each["class"] for each in report["recommended"]} == {each["name"] for each in report["classes"]}
    assert any("has watched Sage's stock for 0 whole days" in text for text in report["assumed"])
    assert report["measured"] == []
    assert report == terminal.json("advise", "--days", "30")
    assert "recommended" in terminal.run("advise", "--days", "30").output


@pytest.mark.usefixtures("enough")
@pytest.mark.parametrize(("days", "measured"), [(6, False), (7, True)])
def test_the_stock_s_own_movements_count_once_a_week_is_known(
    terminal: Terminal, days: int, measured: bool
) -> None:
    terminal.sell(5)
    terminal.cycle()
    now = terminal.world.clock.now()
    left = {sku: Decimal(-70) for sku in terminal.world.sage.company.books()["stock"]}
    today = now.date()  # in Detroit, too: it is morning there
    with terminal.world.open_hub(), database.transaction("test"):
        movements.begin("web", today - timedelta(days=days + 1), now)
        for day in (today - timedelta(days=days), today):
            movements.note("web", day, left, {}, now)
    report = terminal.json("advise", "--days", "30")
    assert bool(report["measured"]) is measured
    if measured:
        (text,) = report["measured"]
        assert "in 7 days" in text
        assert {each["other_pieces_a_day"] for each in report["classes"]} == {"10"}
        assert text in " ".join(terminal.run("advise", "--days", "30").output.split())
    asked = terminal.json("advise", "--days", "30", "--other", "50")
    assert asked["measured"] == []
    assert any("50 %" in text and "as you specified" in text for text in asked["assumed"])


def test_without_a_sale_there_is_no_advice(terminal: Terminal) -> None:
    assert "captured no order" in terminal.run("advise", code=1).stderr
    terminal.run("advise", "--plot", "curve.gif", code=2)
    terminal.run("advise", "--risk", "much", code=2)
