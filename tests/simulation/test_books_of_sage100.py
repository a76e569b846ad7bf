"""The judge's books of Sage 100: its figure is without all that open orders lack, also what is not there."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

from conformance.sage100_stand import Sage100Stand
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import accepted, delta, make_order, send
from tidegate.simulation.houses.sage100 import SAGE_100
from tidegate_sandbox.erp.channel import sell_elsewhere


def test_more_on_order_than_on_hand_is_off_the_figure_as_a_whole() -> None:
    """Seen before: 41 on hand, two orders of 25; the kernel allocates 41, Sage says that 50 are on order (§7.3)."""
    stand = Sage100Stand()
    sku, warehouse = stand.codes.skus[0], stand.codes.warehouse
    item, place = stand.erp.item(sku), stand.erp.warehouse(warehouse)
    held = stand.erp.stock.holding(item.id, place.id)
    assert held is not None
    with opened(stand.company) as session:
        accepted(send(session, make_order(stand, 1)))
        sell_elsewhere(stand.erp, item, place, held.on_hand + 9, "phone")
        levels = {(one.sku, one.warehouse): one for one in delta(session.stock.read(None)).rows}
    assert SAGE_100.stock_books is not None
    books = SAGE_100.stock_books(SimpleNamespace(site=stand.site), None)
    stand.close()

    level = books["stock"][sku][warehouse]
    assert levels[sku, warehouse].allocated == Decimal(level["allocated"]) > held.on_hand
    lines = [line for each in books["orders"] for line in each["lines"] if line["code"] == sku]
    assert sum(Decimal(line["allocated"]) for line in lines) == Decimal(level["allocated"])
