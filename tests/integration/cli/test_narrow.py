"""Every list and report fits a terminal of 80 columns, and a pipe without any; figures stay whole."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from integration.cli.terminal import ONE_PAYMENT, Terminal
from tidegate.cli import advise, alerts, coverage, items, match, queue, reconcile, showing, status
from tidegate.ledger import alerts as alarms
from tidegate.ledger import database

LONG = (
    "the reason goes on and on, names connections.web.payments.banktransfer-instant and ends much later " * 3
)
AMOUNT = "12345678.90"
COUNT = 123_456_789


@pytest.fixture(params=["80", None], ids=["terminal", "pipe"])
def narrow(terminal: Terminal, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Terminal:
    """A shop with orders of every state, shown at 80 columns; without a terminal that is the width, too."""
    terminal.write_config(text=ONE_PAYMENT)
    terminal.sell(2, method="banktransfer")
    terminal.sell(2, method="checkmo")
    terminal.cycle()
    with terminal.world.open_hub(), database.transaction("test"):
        alarms.raise_alert("totals-differ", "web", "000000004", LONG, terminal.world.clock.now())
    if request.param:
        monkeypatch.setenv("COLUMNS", request.param)
    else:
        monkeypatch.delenv("COLUMNS")
    return terminal


def fits(shown: str) -> str:
    """The output, no line of which is wider than 80 columns."""
    assert shown.strip()
    assert [line for line in shown.splitlines() if len(line) > 80] == []
    return shown


def test_the_commands_fit(narrow: Terminal) -> None:
    for arguments, code in (
        (["check"], 1),
        (["status"], 1),
        (["alerts"], 1),
        (["queue", "list", "--all"], 0),
        (["coverage"], 1),
        (["match"], 1),  # an e-mail alone waits for a person
        (["reconcile"], 0),
        (["advise", "--days", "30"], 1),  # too little history
    ):
        fits(narrow.run(*arguments, code=code).output)


def test_the_queue_says_whose_order_it_is_and_how_much_it_is_about(narrow: Terminal) -> None:
    (held, *_) = narrow.json("queue", "list", "--state", "held")["deliveries"]
    assert held["customer"]
    assert Decimal(held["amount"]) > 0
    assert (
        f"{held['label']}  {held['amount']} {held['currency']}  {held['customer']}"
        in narrow.run("queue", "list").output
    )
    assert "payment:banktransfer" in held["why"]


def output(capsys: pytest.CaptureFixture[str], draw: Any, *arguments: Any) -> str:
    draw(*arguments)
    return fits(capsys.readouterr().out)


@pytest.fixture
def eighty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.usefixtures("eighty")
def test_large_figures_are_never_folded(capsys: pytest.CaptureFixture[str]) -> None:
    account = dict.fromkeys(("read", "confirmed", *status.REST), COUNT)
    flow = {
        "enabled": True,
        "next_cycle": "2026-03-23T12:15:00Z",
        "ended_early": 0,
        "account": account,
        "steps": {"part-payment": account, "standing": account},
    }
    connection = {
        "store": "main",
        "company": "uk",
        "configured": True,
        "time_zone": "Europe/London",
        "alerts": 3,
        "halted": {"since": "2026-03-23T12:15:00Z", "by": "ann", "reason": LONG},
        "oldest_waiting": None,
        "used": None,
        "seats": None,
        "budget": [],
        "parcels": [],
        "window": None,
        "flows": {"registrations": flow},
    }
    shown = output(capsys, status.show_connection, "web", connection)
    assert shown.count(str(COUNT)) == 2 * (2 + len(status.REST))

    row = ["grand total", COUNT, AMOUNT, AMOUNT, AMOUNT, "0.00"]
    shown = output(
        capsys, showing.show_table, ["totals", "count", "Magento", "ledger", "Sage", "difference"], [row]
    )
    assert shown.count(AMOUNT) == 3


@pytest.mark.usefixtures("eighty")
def test_long_titles_never_cut_the_figures_below_them(capsys: pytest.CaptureFixture[str]) -> None:
    """As of month's end: the days, and the codes with the net and tax of both sides."""
    titles = ["day", "placed", "in Sage", "waiting", *["cancelled or left out"] * 2, *["unexplained"] * 2]
    row = ["2026-12-01", "34,097.22", "31,664.11", "2,433.11", "0", "0.00", "0", "0.00"]
    shown = output(capsys, showing.show_table, titles, [row, ["sum", *row[1:]]])
    for figure in row[1:4]:
        assert shown.count(figure) == 2, shown
    titles = ["tax code", "net by Magento's orders", "net in Sage", "tax by Magento's orders", "tax in Sage"]
    figures = ["1,234,567.89", "1,234,567.99", "12,345.67", "12,345.97", "0.30"]
    shown = output(capsys, showing.show_table, [*titles, "difference of the tax"], [["T1", *figures]])
    assert all(figure in shown for figure in figures), shown


@pytest.mark.usefixtures("eighty")
def test_figures_that_do_not_fit_are_whole_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    row = ["grand total", *[f"{each}23,456,789.01" for each in range(1, 8)], LONG]
    showing.show_table(["totals", *"abcdefg", "why"], [row])
    shown = capsys.readouterr().out
    assert all(figure in shown for figure in row[1:8]), shown


@pytest.mark.parametrize("width", range(20, 90, 7))
def test_a_figure_is_whole_at_any_width(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    row = ["grand total", "13", "34097.22", "34097.23", "31664.11", "2433.11"]
    showing.show_table(["totals", "count", "Magento", "ledger", "Sage", "difference"], [row])
    shown = capsys.readouterr().out
    assert all(cell in shown for cell in row), shown


@pytest.mark.usefixtures("eighty")
def test_long_texts_are_broken_between_words(capsys: pytest.CaptureFixture[str]) -> None:
    item = {
        "name": "HUB-0001",
        "key": "HUB-0001/main/" + "x" * 90,
        "wanted": "12.0000",
        "sent": "",
        "state": "held",
    }
    report = {"items": [{**item, "failures": 3, "why": LONG}]}
    shown = output(capsys, items.show, {**report, "next": None})
    assert "connections.web.payments.banktransfer-instant" in shown

    alert = {"id": 7, "connection": "", "code": "clock", "subject": "x" * 200, "text": LONG, "count": 12}
    alert |= {"severity": "warning", "role": "operator", "notifications": []}
    instants = dict.fromkeys(("raised_at", "last_at"), "2026-03-23T12:15:00Z")
    zones = {"": ZoneInfo("UTC")}
    report = {"cleared": [], "halted": [], "alerts": [{**alert, **instants}]}
    assert "12 times" in output(capsys, alerts.show, report, zones)

    pair = {
        "kind": "customer",
        "store_id": "17",
        "store_name": "x" * 100,
        "match": "likely",
        "rule": "e-mail",
    }
    pair |= {"company_id": "ACME01", "company_name": LONG, "others": ["A", "B"]}
    counts = {"certain": COUNT, "likely": COUNT, "unmatched": COUNT, "only_in_sage": COUNT}
    output(capsys, match.show, {"pairs": [pair], "counts": {"customer": counts}})

    line = SimpleNamespace(kind="payment", name="x" * 90, target="1200", verdict="missing", text=LONG)
    output(capsys, coverage.show, [line])

    delivery = {"id": COUNT, "connection": "web", "flow": "order-status", "step": "part-payment:" + "8" * 40}
    delivery |= {"label": "000000123", "state": "queued", "failures": 2, "age_seconds": 99, "why": LONG}
    delivery |= {"amount": AMOUNT, "currency": "GBP", "customer": "x" * 70, "key": "k"}
    delivery |= {"changed_at": datetime(2026, 3, 23, tzinfo=UTC).isoformat()}
    assert AMOUNT in output(capsys, queue.show_deliveries, {"deliveries": [delivery], "next": None}, {})


@pytest.mark.usefixtures("eighty")
def test_reports_fit(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("name", "count", "magento", "ledger", "sage", "difference")
    row = dict(zip(names, ("4000 Sales of goods, domestic", COUNT, *[AMOUNT] * 4), strict=True))
    bucket = dict.fromkeys(("age", "orders", "value", "confirmed", "waiting", "unexplained"), AMOUNT) | {
        "age": "over 30 days",
        "orders": COUNT,
    }
    document = {
        "connection": "web",
        "from": "2026-03-01",
        "to": "2026-03-31",
        "currency": "GBP",
        "tables": [{"name": "revenue and freight by account", "rows": [row], "sum": row}],
        "completeness": [bucket],
        "completeness_total": bucket,
        "unchecked": [LONG],
        "differences": [{"kind": "total", "subject": "000000123", "text": LONG}],
        "waiting": AMOUNT,
        "unexplained": AMOUNT,
        "agrees": False,
        "small": [],
        "notes": [LONG],
    }
    shown = output(capsys, reconcile.show_report, document)
    assert shown.count(AMOUNT) == 4 + 4 + 2 * 4 + 2

    option = {"class": "medium", "every_seconds": 3600, "buffer_percent": 20, "buffer_pieces": 0}
    option |= {"oversold_per_1000": "1234.56", "refused_per_1000": "1234.56"}
    classes = {"name": "medium", "skus": COUNT, "web": "123.456", "other": "123.456"}
    document = {"connection": "web", "orders": COUNT, "days": 90, "classes": [classes], "options": [option]}
    document |= {"recommended": [option], "measured": [LONG], "assumed": [LONG], "too_little": ""}
    document |= {"measured_gap_seconds": {"usual": 900, "longest": 1000}}
    output(capsys, advise.show, document)
