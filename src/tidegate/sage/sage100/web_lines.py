"""What web orders hold of stock: pieces that have not left.

Source: contract §7.1, §7.3. Sage holds a piece until the sales journal is posted; what has left before that is told as
despatched, since the store has shipped it.
"""

from __future__ import annotations

from tidegate.domain.errors import Failure
from tidegate.domain.money import ZERO
from tidegate.domain.stock.stock_level import WebLine
from tidegate.sage.sage100.rows import text_of
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.shipments import ORDER_LINE, OpenShipments
from tidegate.sage.sage100.web_orders import WebOrders, pieces_by_line


class WebLines:
    """Lines of open orders with our key."""

    def __init__(self, orders: WebOrders, shipments: OpenShipments, company: Sage100Settings) -> None:
        self._orders = orders
        self._shipments = shipments
        self._company = company

    def read(self) -> list[WebLine] | Failure:
        """Lines of goods of all open orders."""
        there = self._orders.open()
        if isinstance(there, Failure):
            return there
        if not there:
            return []
        lines = self._orders.lines(there)
        if isinstance(lines, Failure):
            return lines
        entered = self._shipments.of_orders(there)
        if isinstance(entered, Failure):
            return entered
        found = []
        for number, row in there.items():
            pieces = pieces_by_line(entered.get(number, ()), ORDER_LINE)
            for line in lines.get(number, ()):
                left = line.shipped + pieces.get(line.id, ZERO)
                found.append(
                    WebLine(
                        order_id=number,
                        order_number=number,
                        order_key=text_of(row, self._company.order_field),
                        line_id=line.id,
                        line_key=line.key,
                        sku=line.sku,
                        warehouse=line.warehouse,
                        ordered=line.ordered,
                        allocated=max(line.ordered - left, ZERO),
                        despatched=left,
                        invoiced=line.shipped,
                        unreadable=line.unreadable,
                    )
                )
        return found
