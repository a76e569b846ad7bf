"""Figures that nobody can read, in the first record of one kind of answer, for some hours of a week.

Drawn from a random stream of its own, so that everything else of a seed stays what it is. While it lasts that
record waits by its own name; when it is over everything is confirmed as always.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from tidegate.simulation.event import Event, moment
from tidegate.simulation.trade import MAGENTO, SAGE
from tidegate_sandbox.unreadable import FIGURES, UNREADABLE

#: What may be unreadable: (system, path, field of the record).
ORDERS = (
    (SAGE, "sop_orders$", "total_gross_value"),
    (MAGENTO, "V1/orders$", "grand_total"),
    (MAGENTO, "V1/orders$", "items.0.qty_ordered"),
    (MAGENTO, "V1/orders$", "items"),
)
BACK = (
    (SAGE, "warehouse_holdings$", "quantity_in_stock"),
    (SAGE, "warehouse_holdings$", "quantity_allocated"),
    (SAGE, "sop_orders$", "lines"),
    (SAGE, "sop_orders$", "lines.0.stock_unit_line_quantity"),
    (SAGE, "sop_order_despatch_line_views$", "sop_despatch_line_quantity"),
    (SAGE, "sop_order_return_invoice_credit_views$", "sop_invoice_credit_total_gross_value"),
    (SAGE, "sales_posted_transactions$", "document_outstanding_value"),
    (SAGE, "product_price", "product_price_price"),
    (MAGENTO, "V1/products$", "status"),
    (MAGENTO, "inventory/source-items$", "quantity"),
    (MAGENTO, "customers/search$", "group_id"),
)


def figures(system: str, path: str) -> list[str]:
    """What a figure may become: in the shop's orders only what nobody can read.

    Magento leaves out what is null, so an amount that is absent there is no amount: another order than before.
    """
    if system == MAGENTO and path == "V1/orders$":
        return [name for name in FIGURES if name in ("text", "nan", "huge", "deep")]
    return list(FIGURES)


def unreadable(seed: int, start: datetime, days: int, *, back: bool) -> Iterator[Event]:
    """What cannot be read in one week, in two weeks of three; `back`: Sage's documents flow back, too."""
    rng = random.Random(f"unreadable-{seed}")
    for _ in range(rng.randrange(5 if back else 3)):
        system, path, field = rng.choice((*ORDERS, *BACK) if back else ORDERS)
        at = moment(rng, start, days)
        yield Event(
            at,
            "fault",
            {
                "system": system,
                "name": UNREADABLE,
                "kind": UNREADABLE,
                "times": None,
                "method": "GET",
                "path": path,
                "options": {"field": field, "figure": rng.choice(figures(system, path))},
            },
        )
        yield Event(
            at + timedelta(hours=rng.choice((2, 5, 12))),
            "face-fault-ends",
            {"system": system, "kind": UNREADABLE},
        )
