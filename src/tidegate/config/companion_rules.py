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
        text = "shipments take items from the source default: no warehouse is mapped to a source"
        yield "stock.warehouses", text, "name the source of each warehouse"
    if "inventory" in running and stock.msi and "shipments" not in running:
        text = "the flow shipments does not run: reservations of shipped orders are never released"
        yield (
            "flows.inventory",
            text,
            ("enable shipments, or make sure that every order is shipped in Magento in another way"),
        )
    if connection.accounts.hold_orders and "customers" not in running:
        text = "the flow customers does not run, so accounts on hold are not known"
        yield "accounts.hold_orders", text, "enable customers"
    if (
        "invoices" in running
        and connection.fulfilment.invoice_when == "payment"
        and "payments" not in running
    ):
        text = "the flow payments does not run, so paid invoices are never known"
        yield "fulfilment.invoice_when", text, 'enable payments, or set "invoice"'
    if "credits" in running and "invoices" not in running:
        text = "the flow invoices does not run, but Magento refunds only what it has invoiced"
        yield "flows.credits", text, "enable invoices"
    missing = [flow for flow in ("invoices", "payments") if flow not in running]
    if connection.portal.enabled and missing:
        text = f"without the flow {' and '.join(missing)} the portal has no invoices, or shows none as paid"
        yield "portal.enabled", text, f"enable {' and '.join(missing)}"
