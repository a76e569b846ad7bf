"""The lines of open web orders, for the stock that they hold.

Source: contract §7.1, §7.3. Sage holds a piece until the sales journal is posted. A piece that left before then is
reported as despatched, because the store has shipped it.
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
    """Reads the lines of open orders that carry our key."""

    def __init__(self, orders: WebOrders, shipments: OpenShipments, company: Sage100Settings) -> None:
        self._orders = orders
        self._shipments = shipments
        self._company = company

    def read(self) -> list[WebLine] | Failure:
        """The goods lines of all open web orders; quantities are pieces."""
        open_orders = self._orders.open()
        if isinstance(open_orders, Failure):
            return open_orders
        if not open_orders:
            return []
        lines = self._orders.lines(open_orders)
        if isinstance(lines, Failure):
            return lines
        shipments = self._shipments.of_orders(open_orders)
        if isinstance(shipments, Failure):
            return shipments
        found = []
        for number, row in open_orders.items():
            pieces = pieces_by_line(shipments.get(number, ()), ORDER_LINE)
            for line in lines.get(number, ()):
                despatched = line.shipped + pieces.get(line.id, ZERO)
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
                        allocated=max(line.ordered - despatched, ZERO),
                        despatched=despatched,
                        invoiced=line.shipped,
                        unreadable=line.unreadable,
                    )
                )
        return found
