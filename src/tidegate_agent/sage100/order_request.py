"""An order as the hub sends it (contract section 12.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tidegate_agent.request import Body

_UDF = re.compile(r"UDF_[A-Z0-9_]{1,40}")
KINDS = ("item", "charge", "comment")


@dataclass(frozen=True)
class Line:
    """A line: an item, a miscellaneous charge, or a comment."""

    kind: str
    key: str = ""
    item: str = ""
    quantity: Decimal = Decimal(0)
    unit_price: Decimal | None = None  #: None: Sage's own price stands
    amount: Decimal = Decimal(0)  #: of a charge
    warehouse: str = ""
    text: str = ""


@dataclass(frozen=True)
class ShipTo:
    """Where the goods go."""

    code: str = ""
    name: str = ""
    address: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""


@dataclass(frozen=True)
class Deposit:
    """What was paid at checkout."""

    amount: Decimal
    payment_type: str
    reference: str


@dataclass(frozen=True)
class Expected:
    """The total that Sage must come to."""

    total: Decimal
    tax: Decimal
    tolerance: Decimal


@dataclass(frozen=True)
class OrderRequest:
    """One order."""

    key: str
    fingerprint: str
    order_date: date
    division: str
    customer: str
    lines: tuple[Line, ...]
    ship_date: date | None = None
    customer_po: str = ""
    warehouse: str = ""
    ship_via: str = ""
    terms: str = ""
    tax_schedule: str = ""
    comment: str = ""
    email: str = ""
    ship_to: ShipTo = ShipTo()
    freight: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    deposit: Deposit | None = None
    expected: Expected | None = None
    udf: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Batch:
    """A batch of orders."""

    name: str
    dry_run: bool
    orders: tuple[OrderRequest, ...]


def read_batch(given: object) -> Batch:
    """A batch. Failure ``format`` names the first field that is wrong."""
    body = Body(given)
    batch = Batch(
        name=body.text("batch", most=60),
        dry_run=body.flag("dry_run", False),
        orders=tuple(body.each("orders", _order, least=1)),
    )
    body.done()
    keys = [one.key for one in batch.orders]
    if len(set(keys)) != len(keys):
        raise body.wrong("orders", "has a key twice")
    return batch


def _order(body: Body) -> OrderRequest:
    udf = body.table("udf")
    for name in udf:
        if not _UDF.fullmatch(name):
            raise body.wrong("udf", f"has a name that is no user-defined field: {name}")
    order = OrderRequest(
        key=body.text("key", most=40),
        fingerprint=body.text("fingerprint", most=100),
        order_date=body.day("order_date"),
        ship_date=body.maybe_day("ship_date"),
        division=body.text("division", most=2),
        customer=body.text("customer", most=20),
        customer_po=body.text("customer_po", ""),
        warehouse=body.text("warehouse", ""),
        ship_via=body.text("ship_via", ""),
        terms=body.text("terms", ""),
        tax_schedule=body.text("tax_schedule", ""),
        comment=body.text("comment", ""),
        email=body.text("email", ""),
        ship_to=_ship_to(body.part("ship_to")),
        lines=tuple(body.each("lines", _line, least=1, most=500)),
        freight=body.amount("freight", "0"),
        discount=body.amount("discount", "0"),
        deposit=_deposit(body.part("deposit")),
        expected=_expected(body.part("expected")),
        udf=udf,
    )
    body.done()
    return order


def _line(body: Body) -> Line:
    kind = body.text("type", most=10)
    if kind not in KINDS:
        raise body.wrong("type", f"must be one of {', '.join(KINDS)}")
    if kind == "comment":
        line = Line(kind, key=body.text("key", ""), text=body.text("text", most=2000))
    elif kind == "charge":
        line = Line(kind, key=body.text("key", ""), item=body.text("item"), amount=body.amount("amount"))
    else:
        line = Line(
            kind,
            key=body.text("key", ""),
            item=body.text("item"),
            quantity=body.amount("quantity"),
            unit_price=body.maybe_amount("unit_price"),
            warehouse=body.text("warehouse", ""),
            text=body.text("description", ""),
        )
    body.done()
    return line


def _ship_to(body: Body | None) -> ShipTo:
    if body is None:
        return ShipTo()
    found = ShipTo(
        code=body.text("code", ""),
        name=body.text("name", ""),
        address=tuple(body.texts("address", 3)),
        city=body.text("city", ""),
        state=body.text("state", ""),
        zip=body.text("zip", ""),
        country=body.text("country", ""),
    )
    body.done()
    return found


def _deposit(body: Body | None) -> Deposit | None:
    if body is None:
        return None
    found = Deposit(body.amount("amount"), body.text("payment_type"), body.text("reference", ""))
    body.done()
    return found


def _expected(body: Body | None) -> Expected | None:
    if body is None:
        return None
    found = Expected(body.amount("total"), body.amount("tax", "0"), body.amount("tolerance", "0"))
    body.done()
    return found
