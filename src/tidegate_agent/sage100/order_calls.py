"""The calls that build one order, in the order of the contract (section 4). Nothing here writes to Sage."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tidegate_agent.sage100.boi import Boi, Refused
from tidegate_agent.sage100.lookup import SUMS, total_of, totals_of
from tidegate_agent.sage100.names import CODE_PAGE
from tidegate_agent.sage100.order_request import Line, OrderRequest
from tidegate_agent.settings import Sage100
from tidegate_agent.texts import matches

NEW = 2


@dataclass
class Built:
    """What was built and read back."""

    totals: dict[str, Decimal] = field(default_factory=dict)
    tax_is_known: bool = True
    lines: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """What Sage will invoice."""
        return total_of(self.totals)

    def shown(self) -> dict[str, str]:
        """The sums as texts."""
        return totals_of(self.totals)


class OrderCalls:
    """Builds orders in ``SO_SalesOrder_bus``. ``refusing``: patterns of warnings that count as refusals."""

    def __init__(self, sage: Sage100, refusing: tuple[str, ...]) -> None:
        self._sage = sage
        self._refusing = refusing

    def reserve(self, order: Boi) -> str:
        """The next number. The counter moves on even if nothing is written."""
        return order.by_reference("number", "nGetNextSalesOrderNo")

    def build(self, order: Boi, number: str, asked: OrderRequest) -> Built:
        """Header, lines and sums, all but the header's ``nWrite``. Refused names stage, line and field."""
        built = Built()
        order.done("key", "nSetKeyValue", "SalesOrderNo$", number, field="SalesOrderNo$")
        code = order.code("nSetKey")
        if code == 0:
            raise order.refusal("key", "SalesOrderNo$")
        if code != NEW:
            raise Refused(
                "key", f"the number {number} is already used", "record_locked", field="SalesOrderNo$"
            )
        order.set("ARDivisionNo$", asked.division)
        order.set("CustomerNo$", asked.customer)
        self._header(order, asked)
        self._ship_to(order, asked)
        lines = order.child("oLines")
        for line in asked.lines:
            built.lines.append(self._line(lines, line))
        order.set("FreightAmt", rounded(asked.freight, 2))
        if asked.discount:
            order.set("DiscountAmt", rounded(asked.discount, 2))
        self._deposit(order, asked)
        built.totals = {name: order.amount(name) for name in SUMS}
        built.tax_is_known = self._tax_is_known(order, asked, built.totals)
        built.warnings = [*order.warnings, *lines.warnings, *_replaced(asked)]
        self._refuse_warnings(built)
        return built

    def _header(self, order: Boi, asked: OrderRequest) -> None:
        order.set("OrderDate$", asked.order_date.strftime("%Y%m%d"))
        if asked.ship_date is not None:
            order.set("ShipExpireDate$", asked.ship_date.strftime("%Y%m%d"))
        if asked.customer_po:
            order.set("CustomerPONo$", _encodable(asked.customer_po))
        order.set(f"{self._sage.udf_order}$", asked.key)
        for name, value in sorted(asked.udf.items()):
            order.set(f"{name}$", _encodable(value))
        if asked.ship_to.code:  # brings its own warehouse, carrier and tax schedule: so it comes before them
            order.set("ShipToCode$", asked.ship_to.code)
        for name, value in (
            ("WarehouseCode$", asked.warehouse),
            ("ShipVia$", asked.ship_via),
            ("TaxSchedule$", asked.tax_schedule),
            ("TermsCode$", asked.terms),
            ("EmailAddress$", asked.email),
            ("Comment$", _encodable(asked.comment)),
        ):
            if value:
                order.set(name, value)

    def _ship_to(self, order: Boi, asked: OrderRequest) -> None:
        to = asked.ship_to
        if not to.name:
            return
        lines = (*to.address, "", "", "")[:3]
        for name, value in (
            ("ShipToName$", to.name),
            ("ShipToAddress1$", lines[0]),
            ("ShipToAddress2$", lines[1]),
            ("ShipToAddress3$", lines[2]),
            ("ShipToZipCode$", to.zip),
            ("ShipToCity$", to.city),
            ("ShipToState$", to.state),
            ("ShipToCountryCode$", to.country),
        ):
            order.set(name, _encodable(value))

    def _line(self, lines: Boi, line: Line) -> dict[str, Any]:
        try:
            return self._line_calls(lines, line)
        except Refused as refused:
            refused.code = line.key or line.item
            raise

    def _line_calls(self, lines: Boi, line: Line) -> dict[str, Any]:
        lines.done("line.add", "nAddLine")
        if line.kind == "comment":
            lines.set("ItemCode$", "/C", "line.set")
            lines.set("CommentText$", _encodable(line.text), "line.set")
        elif line.kind == "charge":
            lines.set("ItemCode$", line.item, "line.set")
            lines.set("ExtensionAmt", rounded(line.amount, 2), "line.set")
        else:
            lines.set(
                "ItemCode$", line.item, "line.set"
            )  # first: it loads description, unit, price, warehouse
            if line.warehouse:
                lines.set("WarehouseCode$", line.warehouse, "line.set")
            lines.set("QuantityOrdered", rounded(line.quantity, 6), "line.set")
            if line.unit_price is not None:
                lines.set("UnitPrice", rounded(line.unit_price, 6), "line.set")
        if line.key:
            lines.set(f"{self._sage.udf_item}$", line.key, "line.set")
        # now, before the line is written: afterwards they read as nothing
        shown = {
            "key": line.key,
            "line_key": lines.value("LineKey$"),
            "unit_price": str(lines.amount("UnitPrice")),
            "extension": str(lines.amount("ExtensionAmt")),
        }
        lines.done("line.write", "nWrite")
        return shown

    def _deposit(self, order: Boi, asked: OrderRequest) -> None:
        if asked.deposit is None:
            return
        order.set("PaymentType$", asked.deposit.payment_type)
        order.set("DepositAmt", rounded(asked.deposit.amount, 2))
        if asked.deposit.reference:
            order.set("OtherPaymentTypeRefNo$", asked.deposit.reference)

    def _tax_is_known(self, order: Boi, asked: OrderRequest, totals: dict[str, Decimal]) -> bool:
        """Whether the tax read before the write may be believed (contract, Additions: Tax and total)."""
        if order.value("InvalidTaxCalc$") == "Y":
            return False
        expects_tax = asked.expected is not None and asked.expected.tax > 0
        return not (totals["SalesTaxAmt"] == 0 and totals["TaxableAmt"] > 0 and expects_tax)

    def _refuse_warnings(self, built: Built) -> None:
        for text in built.warnings:
            if matches(text, self._refusing):
                raise Refused("warning", text, "validation")


def rounded(value: Decimal, places: int) -> Decimal:
    """To Sage's places, half up: 6 for quantities and prices, 2 for amounts. It takes no others."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _encodable(text: str) -> str:
    """Characters that code page 1252 does not have are replaced; the hub notes that on the delivery."""
    return text.encode(CODE_PAGE, "replace").decode(CODE_PAGE)


def _replaced(asked: OrderRequest) -> list[str]:
    to = asked.ship_to
    texts = {
        "customer_po": asked.customer_po,
        "comment": asked.comment,
        "ship_to": " ".join((to.name, *to.address, to.zip, to.city, to.state)),
        "lines": " ".join(line.text for line in asked.lines if line.kind == "comment"),
        "udf": " ".join(asked.udf.values()),
    }
    return [f"characters were replaced in {name}" for name, text in texts.items() if _encodable(text) != text]
