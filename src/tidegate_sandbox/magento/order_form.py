"""An order made of a basket, in the recorded shapes: every key that Magento sends, and no other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from tidegate_sandbox.magento import buyers, recorded
from tidegate_sandbox.magento.basket import METHODS, Basket, Line
from tidegate_sandbox.magento.figure import ZERO, cents, figure
from tidegate_sandbox.magento.order import Order, Row
from tidegate_sandbox.magento.pricing import Amounts, Totals, totals
from tidegate_sandbox.magento.store import MagentoStore

_GLOBAL_RATE: Final = {"USD": Decimal(1), "GBP": Decimal("1.27")}
_SHIPPING_METHOD: Final = "flatrate_flatrate"
_RULE: Final = "1"


def make(store: MagentoStore, basket: Basket, *, number: str | None = None) -> Order:
    """A new order, pending, with ids, a number and amounts. It is not in the shop yet.

    ``number`` is for an order that takes another's place, and so uses none of the store view's numbers.
    """
    return _Form(store, basket, number).order()


def _shape(kind: str, line: int) -> Row:
    shape: Row = recorded.orders()[kind]["items"][line]
    return {key: value for key, value in shape.items() if key not in ("parent_item_id", "product_option")}


@dataclass
class _Both:
    """The amounts of one thing in base currency and in the order's."""

    base: Amounts
    order: Amounts


class _Form:
    def __init__(self, store: MagentoStore, basket: Basket, number: str | None) -> None:
        self.store = store
        self.basket = basket
        self.number = number
        self.now = store.now()
        self.entity_id = store.sequences["order"].take()
        priced = [part for line in basket.lines for part in line.priced()]
        self.base = totals(priced, basket.terms, in_order_currency=False)
        self.order_side = totals(priced, basket.terms, in_order_currency=True)
        self.amounts = map(_Both, self.base.lines, self.order_side.lines)
        self.taxed: list[Row] = []

    def order(self) -> Order:
        basket, ids = self.basket, self.store.sequences
        shipping = {**buyers.address(basket.person, basket.place, "shipping"), **self._address_ids()}
        billing = {**buyers.address(basket.person, basket.place, "billing"), **self._address_ids()}
        items = [item for line in basket.lines for item in self._items(line)]
        payment = {**self._payment(), "entity_id": ids["payment"].take()}
        row = self._row(billing["entity_id"], items)
        return Order(
            row,
            items,
            billing,
            shipping,
            payment,
            shipping_method=_SHIPPING_METHOD,
            extension=self._extension(),
        )

    def _address_ids(self) -> Row:
        return {"entity_id": self.store.sequences["address"].take(), "parent_id": self.entity_id}

    # Lines

    def _items(self, line: Line) -> Iterator[Row]:
        if line.parts:
            yield from self._bundle(line)
        elif line.variant is not None:
            yield from self._configurable(line)
        else:
            yield self._item(line, next(self.amounts), _shape("guest", 0))

    def _item(self, line: Line, amounts: _Both, shape: Row) -> Row:
        item = {**shape, **self._identity(line), **_line_amounts(line, amounts, self.basket)}
        if self.basket.terms.discount_percent:
            item["applied_rule_ids"] = _RULE
        self._note_taxes("product", amounts, item["item_id"])
        return item

    def _identity(self, line: Line) -> Row:
        item_id = self.store.sequences["order_item"].take()
        return {
            "created_at": self.now,
            "updated_at": self.now,
            "item_id": item_id,
            "quote_item_id": item_id,
            "order_id": self.entity_id,
            "store_id": self.basket.view.id,
            "sku": line.product.sku,
            "name": line.product.name,
            "product_id": line.product.id,
            "product_type": line.product.type,
            "weight": figure(line.product.weight),
            "row_weight": figure(line.product.weight * line.quantity),
            "qty_ordered": line.quantity,
        }

    def _configurable(self, line: Line) -> Iterator[Row]:
        """The parent has the amounts and the child's SKU; the child costs nothing (point 7)."""
        child = line.variant or line.product
        parent = self._item(line, next(self.amounts), _shape("configurable", 0))
        parent["sku"] = child.sku
        option = {"option_id": "93", "option_value": 5 if child.sku.endswith("BLUE") else 4}
        parent["product_option"] = {"extension_attributes": {"configurable_item_options": [option]}}
        yield parent
        identity = self._identity(Line(child, line.quantity, ZERO, ZERO))
        shape = _shape("configurable", 1)
        yield {**shape, **identity, "parent_item_id": parent["item_id"], "row_weight": 0}

    def _bundle(self, line: Line) -> Iterator[Row]:
        """The parent and its parts both carry the amounts (point 7)."""
        shape = _shape("bundle", 0)
        parent = {**shape, **self._identity(line)}
        parts = []
        for part in line.parts:
            amounts = next(self.amounts)
            item = self._item(part, amounts, _shape("bundle", 1))
            parts.append({**item, "parent_item_id": parent["item_id"], "row_weight": 0})
        for side in ("base_", ""):
            for key in ("row_total", "row_total_incl_tax", "tax_amount", "discount_amount"):
                parent[f"{side}{key}"] = figure(_total(parts, f"{side}{key}"))
            unit = sum((Decimal(p[f"{side}price"]) * p["qty_ordered"] for p in parts), ZERO) / line.quantity
            incl = cents(_total(parts, f"{side}row_total_incl_tax") / line.quantity)
            parent[f"{side}price"] = parent[f"{side}original_price"] = figure(unit)
            parent[f"{side}price_incl_tax"] = figure(incl)
        weight = sum((p.product.weight * p.quantity for p in line.parts), ZERO) / line.quantity
        parent["weight"] = figure(weight)
        parts_once = sum((p.product.weight for p in line.parts), ZERO)
        parent["row_weight"] = figure(parts_once * line.quantity)
        parent["product_option"] = recorded.orders()["bundle"]["items"][0]["product_option"]
        yield parent
        yield from parts

    # Taxes

    def _note_taxes(self, kind: str, amounts: _Both, item_id: int | None = None) -> None:
        applied = [
            _applied(code, self.basket.rates[code], amounts.base.taxes[code], amount)
            for code, amount in amounts.order.taxes.items()
            if amount or amounts.base.taxes[code]
        ]
        if applied:
            entry: Row = {"type": kind}
            if item_id is not None:
                entry["item_id"] = item_id
            self.taxed.append({**entry, "applied_taxes": applied})

    def _extension(self) -> Row:
        self._note_taxes("shipping", _Both(self.base.shipping, self.order_side.shipping))
        by_item = [*self.taxed[-1:], *self.taxed[:-1]] if _is_shipping(self.taxed[-1:]) else self.taxed
        found: Row = {
            "payment_additional_info": [{"key": "method_title", "value": METHODS[self.basket.method]}],
            "applied_taxes": _sums(by_item),
            "item_applied_taxes": by_item,
        }
        return {**found, "converting_from_quote": True} if by_item else found

    # The order

    def _row(self, billing_id: int, items: list[Row]) -> Row:
        basket, person, view = self.basket, self.basket.person, self.basket.view
        shape = recorded.orders()["guest"]
        row: Row = {key: value for key, value in shape.items() if not isinstance(value, dict | list)}
        quote = self.store.sequences["quote"].take()
        mark = hashlib.md5(f"order {self.entity_id}".encode(), usedforsecurity=False).hexdigest()
        top = [item for item in items if "parent_item_id" not in item]
        row |= {
            "entity_id": self.entity_id,
            "increment_id": self.number or self.store.next_increment(view),
            "quote_id": quote,
            "protect_code": mark,
            "billing_address_id": billing_id,
            "created_at": self.now,
            "updated_at": self.now,
            "store_id": view.id,
            "store_name": view.full_name,
            "base_currency_code": view.base_currency,
            "store_currency_code": view.base_currency,
            "order_currency_code": view.currency,
            "base_to_global_rate": figure(_GLOBAL_RATE.get(view.base_currency, Decimal(1))),
            "base_to_order_rate": figure(basket.terms.to_order),
            "customer_email": person.email,
            "customer_firstname": person.firstname,
            "customer_lastname": person.lastname,
            "customer_group_id": person.group_id,
            "customer_is_guest": 1 if person.customer_id is None else 0,
            "total_item_count": len(top),
            "total_qty_ordered": sum(item["qty_ordered"] for item in top),
            "weight": figure(sum((Decimal(i["weight"]) * i["qty_ordered"] for i in top), ZERO)),
        }
        for side, sums in (("base_", self.base), ("", self.order_side)):
            row |= _order_amounts(side, sums)
        return {**row, **self._optional()}

    def _optional(self) -> Row:
        """What only some orders have: NULL columns are left out (point 6)."""
        basket = self.basket
        terms = basket.terms
        rule = _RULE if terms.discount_percent or terms.shipping_discount_percent else None
        found = {
            "applied_rule_ids": rule,
            "coupon_code": basket.coupon,
            "discount_description": basket.coupon,
            "customer_id": basket.person.customer_id,
            "customer_taxvat": basket.person.taxvat,
            "customer_note": basket.note,
        }
        return {key: value for key, value in found.items() if value is not None}

    def _payment(self) -> Row:
        basket = self.basket
        made: Row = {
            "account_status": None,
            "additional_information": [METHODS[basket.method]],
            "amount_ordered": figure(self.order_side.grand_total),
            "base_amount_ordered": figure(self.base.grand_total),
            "base_shipping_amount": figure(self.base.shipping.row_total),
            "cc_last4": None,
            "method": basket.method,
            "parent_id": self.entity_id,
            "shipping_amount": figure(self.order_side.shipping.row_total),
        }
        return made if basket.po_number is None else {**made, "po_number": basket.po_number}


def _total(rows: list[Row], key: str) -> Decimal:
    return sum((Decimal(row[key]) for row in rows), ZERO)


def _line_amounts(line: Line, amounts: _Both, basket: Basket) -> Row:
    found: Row = {
        "discount_percent": figure(basket.terms.discount_percent),
        "tax_percent": figure(sum((rate.percent for rate in line.rates), ZERO)),
        "base_original_price": figure(line.original),
        "original_price": figure(line.original * basket.terms.to_order),
    }
    for side, side_amounts in (("base_", amounts.base), ("", amounts.order)):
        net = max(side_amounts.row_total - side_amounts.discount, ZERO)
        found |= {
            f"{side}price": figure(side_amounts.price),
            f"{side}price_incl_tax": figure(side_amounts.price_incl_tax),
            f"{side}row_total": figure(net),
            f"{side}row_total_incl_tax": figure(net + side_amounts.tax + side_amounts.compensation),
            f"{side}tax_amount": figure(side_amounts.tax),
            f"{side}discount_amount": figure(side_amounts.discount),
            f"{side}discount_tax_compensation_amount": figure(side_amounts.compensation),
        }
    return found


def _order_amounts(side: str, sums: Totals) -> Row:
    shipping = sums.shipping
    short = "amnt" if side else "amount"
    amounts = {
        "subtotal": sums.subtotal,
        "subtotal_incl_tax": sums.subtotal_incl_tax,
        "discount_amount": -sums.discount,
        "discount_tax_compensation_amount": sums.compensation,
        "shipping_amount": shipping.row_total,
        "shipping_incl_tax": shipping.row_total_incl_tax,
        "shipping_tax_amount": shipping.tax,
        "shipping_discount_amount": shipping.discount,
        f"shipping_discount_tax_compensation_{short}": shipping.compensation,
        "tax_amount": sums.tax,
        "grand_total": sums.grand_total,
        "total_due": sums.grand_total,
    }
    return {f"{side}{key}": figure(value) for key, value in amounts.items()}


def _applied(code: str, percent: Decimal, base: Decimal, amount: Decimal) -> Row:
    return {
        "code": code,
        "title": code,
        "percent": figure(percent),
        "amount": figure(amount),
        "base_amount": figure(base),
    }


def _is_shipping(entries: list[Row]) -> bool:
    return bool(entries) and entries[0]["type"] == "shipping"


def _sums(by_item: list[Row]) -> list[Row]:
    """The taxes of the order by code, over lines and shipping."""
    found: dict[str, dict[str, Any]] = {}
    for entry in by_item:
        for applied in entry["applied_taxes"]:
            have = found.setdefault(applied["code"], {**applied, "amount": 0, "base_amount": 0})
            for key in ("amount", "base_amount"):
                have[key] = figure(Decimal(have[key]) + applied[key])
    return list(found.values())
