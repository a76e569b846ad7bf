"""An order's whole life: its chain is complete when it is paid, from either end."""

from __future__ import annotations

from decimal import Decimal

from integration.cli.terminal import Terminal

FLOWS = "".join(
    f'\n[connections.web.flows.{flow}]\nevery = "15m"\n'
    for flow in ("shipments", "inventory", "invoices", "payments")
)


def test_a_paid_order_is_complete_and_the_books_agree(terminal: Terminal) -> None:
    terminal.write_config(
        text={"\n[connections.web.flows.orders]": f"{FLOWS}\n[connections.web.flows.orders]"}
    )
    terminal.cycle("inventory")
    terminal.sell(1)
    terminal.cycle()
    company = terminal.world.sage.company
    (order,) = company.books()["orders"]
    company.despatch(order["number"], None)
    terminal.cycle("shipments")
    (invoice,) = company.invoice_run(None)
    company.run_posting()
    terminal.cycle("invoices")
    before = terminal.json("trace", "000000001")["orders"][0]["chain"]
    assert not before["complete"]
    company.receipt("WEB", invoice.totals.gross, reference="000000001", invoice=invoice.number)
    terminal.cycle("payments")
    report = terminal.json("reconcile", "--from", "2026-03-20")
    assert report["differences"] == []
    chain = terminal.json("trace", "000000001")["orders"][0]["chain"]
    assert (chain["missing"], chain["complete"], chain["not_told"]) == ([], True, [])
    (total,) = [row["sage"] for row in report["tables"][0]["rows"] if row["name"] == "grand total"]
    assert Decimal(total) == invoice.totals.gross
    assert "complete" in terminal.run("trace", invoice.number).output
