"""From an order of the file to the lines that Sage 50 books."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.item import Item
from tidegate_sandbox.erp.money import ZERO, rounded
from tidegate_sandbox.erp.new_order import NewLine
from tidegate_sandbox.sage50.buyer import tax_code
from tidegate_sandbox.sage50.options import Options
from tidegate_sandbox.sage50.order_totals import amount, bases, shipping_net
from tidegate_sandbox.sage50.product_record import find_item

ONE = Decimal(1)


def new_lines(company: Company, order: dict[str, Any], options: Options) -> list[NewLine]:
    """Goods, shipping, surcharge and the order's discount, spread over its rates of tax (A)."""
    lines = [_goods(company, line) for line in order["lines"]]
    if shipping := shipping_net(order, options):
        lines.append(
            NewLine(
                kind="charge",
                description="Portes",
                price=shipping,
                tax_code_id=tax_code(company, amount(order, "shippingTax")).id,
            )
        )
    surcharge = sum((amount(line, "surcharge") for line in order["lines"]), ZERO)
    if surcharge:
        lines.append(_text(company, "Recargo de equivalencia", surcharge, ZERO))
    for rate, part in spread_discount(order, options).items():
        lines.append(_text(company, "Descuento", -part, rate))
    return lines


def _goods(company: Company, line: dict[str, Any]) -> NewLine:
    item = find_item(company, line["productId"])
    return NewLine(
        kind="item",
        item_id=item.id if item is not None else -1,
        warehouse_id=_warehouse_id(company, item),
        description=line.get("description"),
        quantity=Decimal(line["quantity"]),
        price=Decimal(line["netPrice"]),
        price_overridden=True,
        discount_percent=amount(line, "discount"),
        tax_code_id=tax_code(company, Decimal(line["tax"])).id,
        external_key=line["id"],
    )


def _text(company: Company, description: str, value: Decimal, rate: Decimal) -> NewLine:
    return NewLine(
        kind="text",
        description=description,
        quantity=ONE,
        price=value,
        tax_code_id=tax_code(company, rate).id,
    )


def _warehouse_id(company: Company, item: Item | None) -> int | None:
    """Where the article is kept; for one that is kept nowhere, the first warehouse that sells."""
    kept = company.stock.of_item(item.id) if item is not None else []
    selling = [one.id for one in company.warehouses if one.sells]
    held = [one.warehouse_id for one in kept if one.warehouse_id in selling]
    return next(iter([*held, *selling]), None)


def spread_discount(order: dict[str, Any], options: Options) -> dict[Decimal, Decimal]:
    """The order's discount by rate of tax, in proportion to what each rate taxes; the last has the rest."""
    discount, by_rate = amount(order, "discount"), bases(order, options)
    whole = sum(by_rate.values(), ZERO)
    if not discount:
        return {}
    if not whole:
        return {next(iter(by_rate)): discount}
    parts = {rate: rounded(discount * base / whole) for rate, base in by_rate.items()}
    last = next(reversed(parts))
    parts[last] += discount - sum(parts.values(), ZERO)
    return {rate: part for rate, part in parts.items() if part}
