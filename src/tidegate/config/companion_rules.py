"""Flows of one connection that need each other: warnings, since each may run elsewhere for a while."""

from __future__ import annotations

from collections.abc import Iterator

from tidegate.config.model import ConnectionSettings
from tidegate.config.problem import Report


def check(connection: ConnectionSettings, key: str, report: Report) -> None:
    """Check which flows run together."""
    for path, found, remedy in _lacking(connection):
        report.warning(f"{key}.{path}", found, remedy)


def _lacking(connection: ConnectionSettings) -> Iterator[tuple[str, str, str]]:
    """(key, what is found, remedy)."""
    running = {name for name, flow in connection.flows.items() if flow.enabled}
    stock = connection.stock
    if "shipments" in running and stock.msi and not stock.warehouses:
        text = "shipments take from the source default: no warehouse is tied to a source"
        yield "stock.warehouses", text, "name the source of each warehouse"
    if "inventory" in running and stock.msi and "shipments" not in running:
        text = "the flow shipments does not run: reservations of shipped orders are never released"
        yield "flows.inventory", text, "enable shipments, or let someone else ship every order in Magento"
    if connection.accounts.hold_orders and "customers" not in running:
        text = "the flow customers does not run: nobody knows which accounts are on hold"
        yield "accounts.hold_orders", text, "enable customers"
    if (
        "invoices" in running
        and connection.fulfilment.invoice_when == "payment"
        and "payments" not in running
    ):
        text = "the flow payments does not run: no invoice is ever known to be paid"
        yield "fulfilment.invoice_when", text, 'enable payments, or set "invoice"'
    if "credits" in running and "invoices" not in running:
        text = "the flow invoices does not run: Magento refunds only what it has invoiced"
        yield "flows.credits", text, "enable invoices"
    missing = [flow for flow in ("invoices", "payments") if flow not in running]
    if connection.portal.enabled and missing:
        text = f"without the flow {' and '.join(missing)} there are no invoices, or none is shown as paid"
        yield "portal.enabled", text, f"enable {' and '.join(missing)}"
