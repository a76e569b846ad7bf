"""Stock by product and site, and what web orders hold of it. Source: contract §12.

Only usable stock counts (status A). The class states no time of change: stock is read whole, and a snapshot that is the
same as the last one reports nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO
from tidegate.domain.stock.stock_level import StockLevel, WebLine
from tidegate.sage.x3.exports import Exports
from tidegate.sage.x3.queries import both, equals, is_not, is_number
from tidegate.sage.x3.reader import Reader
from tidegate.sage.x3.reference import Reference
from tidegate.sage.x3.rows import Row, each, figure_of, name_of, number_of, text_of
from tidegate.sage.x3.settings import X3Settings
from tidegate.sage.x3.status_words import is_closed
from tidegate.sage.x3.web_orders import WebOrder, WebOrderLine, WebOrders
from tidegate.sage.x3.wire_names import NOT_BEGUN, OPEN


class Stock:
    """Stock levels."""

    def __init__(self, reader: Reader, reference: Reference, company: X3Settings) -> None:
        self._reader = reader
        self._reference = reference
        self._company = company

    def read(self, since: str | None, warehouses: Sequence[str] = ()) -> Delta[StockLevel] | Failure:
        """All levels of these sites; none when nothing is different from what the cursor has seen."""
        if warehouses or since is None:
            known = self._reference.sites()
            if isinstance(known, Failure):
                return known
            for name in warehouses:
                if name not in known:
                    text = f"X3 has no site {name!r}"
                    return Failure(Code.UNKNOWN_REFERENCE, text, missing=f"warehouse:{name}", sent=False)
        rows = self._reader.read("ITMMVT", tuple(equals("STOFCY", name) for name in warehouses))
        if isinstance(rows, Failure):
            return rows
        levels, bad = each(rows, self._level, lambda row: text_of(row, "ITMREF") or "stock of no product")
        text = "\n".join(sorted(f"{one}" for one in (*levels, *bad)))
        cursor = hashlib.sha256(text.encode()).hexdigest()[:32]
        as_of = self._reader.true_at("ITMMVT") if isinstance(self._reader, Exports) else None
        if cursor == since:
            return Delta((), cursor, as_of=as_of)
        return Delta(tuple(levels), cursor, full=True, bad=tuple(bad), as_of=as_of)

    def _level(self, row: Row) -> StockLevel:
        return StockLevel(
            sku=name_of(row, "ITMREF"),
            warehouse=name_of(row, "STOFCY"),
            on_hand=figure_of(row, "PHYSTO"),
            allocated=self._held(row),
        )

    def _held(self, row: Row) -> Decimal:
        """What open orders hold: sites that allocate at entry say so, others only what is on customer orders."""
        allocated = (number_of(row, "GLOALL") or ZERO) + (number_of(row, "PHYALL") or ZERO)
        ordered = number_of(row, "SALSTO") or ZERO
        match self._company.held:
            case "allocated":
                return allocated
            case "ordered":
                return ordered
            case _:
                return max(allocated, ordered)


class WebLines:
    """What of the orders with our key is still to be delivered; what is delivered holds no stock any more."""

    def __init__(self, orders: WebOrders) -> None:
        self._orders = orders

    def read(self) -> list[WebLine] | Failure:
        """Lines of all orders that are open, or delivered and not yet invoiced."""
        ours = self._orders.ours
        begun = both(is_not("INVSTA", "3"), is_not("DLVSTA", NOT_BEGUN))
        orders = self._orders.listed((both(ours, is_number("ORDSTA", OPEN)), both(ours, begun)))
        if isinstance(orders, Failure):
            return orders
        return [self._line(order, line) for order in orders.values() for line in order.lines.values()]

    def _line(self, order: WebOrder, line: WebOrderLine) -> WebLine:
        live = not is_closed(order.row)
        left = max(line.ordered - line.delivered, ZERO) if live else ZERO
        if self._orders.company.held == "allocated":
            left = min(left, line.allocated)
        return WebLine(
            order_id=order.number,
            order_number=order.number,
            order_key=order.key,
            line_id=line.id,
            line_key=line.key,
            sku=line.sku,
            warehouse=line.site,
            ordered=line.ordered,
            allocated=left,
            despatched=line.delivered,
            invoiced=line.invoiced,
            live=live,
            unreadable=line.unreadable,
        )
