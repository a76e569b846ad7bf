"""Sage's own price for a customer, item and quantity: the order calls without the write (contract section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tidegate_agent.caller import CallFailed
from tidegate_agent.failure import Failure
from tidegate_agent.pool import Held
from tidegate_agent.request import Body
from tidegate_agent.sage100 import names
from tidegate_agent.sage100.boi import Refused
from tidegate_agent.sage100.session import Session

MOST_LINES = 20


@dataclass(frozen=True)
class ProbeLine:
    """One question."""

    division: str
    customer: str
    item: str
    quantity: Decimal


def read_probe(given: object) -> list[ProbeLine]:
    """The questions. Failure ``format``."""
    body = Body(given)
    lines = body.each("lines", _line, least=1, most=MOST_LINES)
    body.done()
    return lines


def _line(body: Body) -> ProbeLine:
    line = ProbeLine(
        body.text("division", most=2),
        body.text("customer", most=20),
        body.text("item", most=30),
        body.amount("quantity"),
    )
    body.done()
    return line


def probe(held: Held[Session], lines: list[ProbeLine], day: date) -> dict[str, Any]:
    """One answer a line. A number is reserved for each customer asked for, and lost: gaps are normal."""
    return {"results": [_one(held, line, day) for line in lines]}


def _one(held: Held[Session], line: ProbeLine, day: date) -> dict[str, Any]:
    shown = {"customer": line.customer, "item": line.item, "quantity": str(line.quantity)}
    try:
        order = held.session.begin(names.ORDER, day)
        try:
            number = order.by_reference("number", "nGetNextSalesOrderNo")
            order.done("key", "nSetKeyValue", "SalesOrderNo$", number)
            order.done("key", "nSetKey")
            order.set("ARDivisionNo$", line.division)
            order.set("CustomerNo$", line.customer)
            lines = order.child("oLines")
            lines.done("line.add", "nAddLine")
            lines.set("ItemCode$", line.item, "line.set")
            lines.set("QuantityOrdered", line.quantity, "line.set")
            return {
                **shown,
                "unit_price": str(lines.amount("UnitPrice")),
                "price_level": lines.value("PriceLevel$"),
                "error": None,
            }
        except Refused as refused:
            if refused.meaning in ("locked", "seat_limit"):
                raise Failure("locked", "Sage refused the probe.", sage_text=refused.text) from None
            return {
                **shown,
                "unit_price": None,
                "price_level": None,
                "error": {"class": refused.meaning, "sage_text": refused.text},
            }
        finally:
            held.session.end(order)
    except CallFailed:
        held.spoil()
        raise
