"""Checks of `[connections.NAME.fulfilment]`, `[connections.NAME.statuses]` and prepaid payment methods."""

from __future__ import annotations

from collections.abc import Mapping

from tidegate.config.model import Connection, Payment
from tidegate.config.problem import Report, joined, suggestion
from tidegate.domain.order_standing import CANCELLED_STATUS, HELD_STATUS, Standing

STANDINGS = tuple(standing.value for standing in Standing if standing is not Standing.OPEN)
#: Only Magento's own calls bring these about; as a mere text they would lie.
OWN_CALL = {HELD_STATUS: Standing.ON_HOLD.value, CANCELLED_STATUS: Standing.CANCELLED.value}


def check(connection: Connection, key: str, report: Report) -> None:
    """Check one connection."""
    for courier, carrier in connection.fulfilment.carriers.items():
        if not carrier.strip() or not courier.strip():
            path = joined(key, "fulfilment", "carriers", courier)
            report.problem(path, "no carrier", 'write a carrier code of Magento, such as "ups", or "custom"')
    for name, status in connection.statuses.items():
        path = joined(key, "statuses", name)
        if name not in STANDINGS:
            report.problem(path, f'"{name}" is no standing of an order', suggestion(name, STANDINGS))
        elif not status.strip():
            report.problem(path, "no status", "write a status code of Magento, or remove the line")
        elif OWN_CALL.get(status, name) != name:
            remedy = f'Magento means something of its own by it: use it for "{OWN_CALL[status]}" only'
            report.problem(path, f'the status "{status}"', remedy)
    _check_prepaid(connection.payments, f"{key}.payments", report)


def _check_prepaid(payments: Mapping[str, Payment], key: str, report: Report) -> None:
    for method, payment in payments.items():
        if payment.prepaid and not payment.account:
            remedy = "a prepaid method needs the clearing account that its money comes to"
            report.problem(joined(key, method, "account"), "missing", remedy)
