"""What the agent's log says of orders: keys, numbers and Sage's texts; addresses on one day alone (contract section 12.4)."""

from __future__ import annotations

import logging
from typing import Any

from tidegate_agent.sage100.order_request import OrderRequest

_log = logging.getLogger("tidegate_agent.orders")


def log_order(order: OrderRequest, result: dict[str, Any], *, with_address: bool) -> None:
    """One line of an order and its outcome."""
    error = result["error"] or {}
    parts = [f"order {order.key}: {result['outcome']}", result["sales_order_no"] or ""]
    parts += [str(error.get(name) or "") for name in ("class", "stage", "line", "field", "sage_text")]
    if with_address:
        to = order.ship_to
        parts += [to.name, *to.address, to.city, to.state, to.zip, to.country, order.email]
    _log.info("%s", " | ".join(part for part in parts if part))
