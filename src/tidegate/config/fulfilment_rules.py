"""Checks of `[connections.NAME.fulfilment]`, `[connections.NAME.statuses]` and prepaid payment methods."""

from __future__ import annotations

from collections.abc import Mapping

from tidegate.config.model import ConnectionSettings, Payment
from tidegate.config.problem import Report, joined, suggestion
from tidegate.domain.fulfilment.order_status import CANCELLED_STATUS, HELD_STATUS, OrderStatus

STATUSES = tuple(status.value for status in OrderStatus if status is not OrderStatus.OPEN)
MONEY = (OrderStatus.INVOICED_OPEN, OrderStatus.PAID, OrderStatus.COMPLETE)
#: Statuses that Magento sets by calls of its own: a comment that names one would be untrue.
OWN_CALL = {HELD_STATUS: OrderStatus.ON_HOLD.value, CANCELLED_STATUS: OrderStatus.CANCELLED.value}


def check(connection: ConnectionSettings, key: str, report: Report) -> None:
    """Check one connection."""
    for courier, carrier in connection.fulfilment.carriers.items():
        if not carrier.strip() or not courier.strip():
            path = joined(key, "fulfilment", "carriers", courier)
            report.problem(path, "no carrier", 'write a carrier code of Magento, such as "ups", or "custom"')
    for name, status in connection.statuses.items():
        path = joined(key, "statuses", name)
        if name not in STATUSES:
            report.problem(path, f'"{name}" is not a status of an order', suggestion(name, STATUSES))
        elif not status.strip():
            report.problem(path, "no status", "write a status code of Magento, or remove the line")
        elif OWN_CALL.get(status, name) != name:
            remedy = f'Magento sets this status by a separate call: use it for "{OWN_CALL[status]}" only'
            report.problem(path, f'the status "{status}"', remedy)
    _check_prepaid(connection.payments, f"{key}.payments", report)
    _check_money(connection, key, report)


def _check_money(connection: ConnectionSettings, key: str, report: Report) -> None:
    """Only the flows of money know what is open and what is paid."""
    mapped = [name for name in MONEY if name in connection.statuses]
    running = {name for name, flow in connection.flows.items() if flow.enabled}
    for flow in ("invoices", "payments"):
        if mapped and flow not in running:
            remedy = f"without the flow {flow} paid invoices are never known: enable it"
            report.warning(joined(key, "statuses", mapped[0]), f"the flow {flow} does not run", remedy)
    if any(payment.prepaid for payment in connection.payments.values()) and "payments" not in running:
        remedy = "receipts of prepaid orders are posted by the flow payments: enable it"
        report.warning(f"{key}.payments", "the flow payments does not run", remedy)


def _check_prepaid(payments: Mapping[str, Payment], key: str, report: Report) -> None:
    for method, payment in payments.items():
        if payment.prepaid and not payment.account:
            remedy = "a prepaid method needs its clearing account"
            report.problem(joined(key, method, "account"), "missing", remedy)
