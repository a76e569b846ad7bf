"""What web orders hold of Intacct's stock: an order's line does not state it, the item's figure in the warehouse does."""

from __future__ import annotations

from decimal import Decimal

import pytest

from conformance.intacct_stand import IntacctStand
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import accepted, goods, make_order, send


@pytest.mark.parametrize(("on_hand", "held"), [("9", "5"), ("3", "3"), ("0", "0")])
def test_no_more_is_held_of_a_line_than_the_company_holds_of_the_item(on_hand: str, held: str) -> None:
    """Seen before: of five pieces ordered and none on hand five came back on, and were published."""
    stand = IntacctStand()
    line = goods(stand, quantity=Decimal(5))
    stand.do("stock-adjust", item=line.code, warehouse=stand.codes.warehouse, to=on_hand)
    with opened(stand.company) as session:
        accepted(send(session, make_order(stand, 213, line)))
        found = session.web_lines.read()
    stand.close()
    assert [(one.ordered, one.allocated) for one in found] == [(Decimal(5), Decimal(held))]
