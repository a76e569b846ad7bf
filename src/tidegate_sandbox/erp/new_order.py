"""What an order is entered with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date as Day
from decimal import Decimal
from typing import Any, Literal

from tidegate_sandbox.erp.money import ZERO
from tidegate_sandbox.erp.nominal import Target
from tidegate_sandbox.erp.order import LineKind, Payment


@dataclass(slots=True, kw_only=True)
class NewLine:
    """A line as it is asked for; None takes the company's default."""

    kind: LineKind
    item_id: int | None = None
    warehouse_id: int | None = None
    code: str = ""  #: of the item or charge, where no id is given
    description: str | None = None
    quantity: Decimal | None = None
    to_allocate: Decimal | None = None  #: None: all of it, if the company allocates on entry
    price: Decimal | None = None  #: None: the price book's
    price_overridden: bool = False
    discount_percent: Decimal | None = None
    discount_value: Decimal | None = None
    cost: Decimal | None = None
    tax_code_id: int | None = None
    revenue: Target | None = None
    given: tuple[Decimal, Decimal] | None = (
        None  #: net and tax, where a face's product calculates them itself
    )
    external_key: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class NewOrder:
    """An order as it is asked for; None takes the company's default."""

    customer_id: int
    lines: list[NewLine] = field(default_factory=list)
    number: str = ""
    customer_order_no: str = ""
    external_key: str = ""
    date: Day | None = None
    draft: bool = False
    customer_kind: Literal["credit", "cash", "prospect"] = "credit"
    exchange_rate: Decimal | None = None
    discount_percent: Decimal = ZERO
    override_hold: bool = False
    payment: Payment | None = None
    delivery: dict[str, Any] = field(default_factory=dict)
    invoice_address: dict[str, Any] = field(default_factory=dict)
    created_by: str = ""
    channel: str = "api"
    requested: Day | None = None
    promised: Day | None = None
    extra: dict[str, Any] = field(default_factory=dict)
