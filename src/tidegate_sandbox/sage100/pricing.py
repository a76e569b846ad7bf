"""Sage's own price of an item for a customer (contract section 7.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tidegate_sandbox.erp.item import Item
from tidegate_sandbox.erp.money import rounded
from tidegate_sandbox.sage100.company import Row, SageCompany, columns_of

ZERO = Decimal(0)


@dataclass(frozen=True)
class Buyer:
    """Who buys: division, number, price level."""

    division: str
    number: str
    level: str


def price(company: SageCompany, item: Item, buyer: Buyer, quantity: Decimal, day: date) -> Decimal:
    """The price of one unit: by record 2, 1, 1 blank, 0, 0 blank, standard; a lower sale price wins."""
    standard = standard_price(company, item)
    row = _record(company, item, buyer)
    found = _by_method(company, item, row, quantity, standard) if row is not None else standard
    sale = _sale(item, standard, day)
    return rounded(min(found, sale) if sale is not None else found, 6)


def standard_price(company: SageCompany, item: Item) -> Decimal:
    """``StandardUnitPrice``: the kernel's standard list."""
    return company.kernel.prices.amount(item.id, None)


def _record(company: SageCompany, item: Item, buyer: Buyer) -> Row | None:
    code = columns_of(item).get("PriceCode", "")
    wanted = (
        ("2", "", item.code, "", buyer.division, buyer.number),
        ("1", "", item.code, buyer.level, "", ""),
        ("1", "", item.code, "", "", ""),
        ("0", code, "", buyer.level, "", ""),
        ("0", code, "", "", "", ""),
    )
    found: dict[tuple[str, ...], Row] = {}
    for row in company.price_rows(item):
        if row.get("ItemCode", "") in ("", item.code):
            found.setdefault(_key(row), row)
    return next((found[key] for key in wanted if key in found and (key[0] != "0" or code)), None)


def _key(row: Row) -> tuple[str, ...]:
    names = ("PriceCodeRecord", "PriceCode", "ItemCode", "CustomerPriceLevel", "ARDivisionNo", "CustomerNo")
    kind, *rest = (str(row.get(name, "")) for name in names)
    return (kind.strip() or "0", *rest)


def _by_method(company: SageCompany, item: Item, row: Row, quantity: Decimal, standard: Decimal) -> Decimal:
    figure = _step(row, quantity)
    base = standard if company.options.markup_base == "standard_price" else item.cost
    prices = {
        "O": figure,
        "P": standard - figure,
        "D": standard * (1 - figure / 100),
        "C": base + figure,
        "M": base * (1 + figure / 100),
    }
    return prices[row["PricingMethod"]]


def _step(row: Row, quantity: Decimal) -> Decimal:
    """Up to a break quantity counts its figure; above the last one, the last."""
    figure = ZERO
    for step in range(1, 6):
        limit = Decimal(row.get(f"BreakQuantity{step}", 0))
        if not limit:
            break
        figure = Decimal(row.get(f"DiscountMarkup{step}", 0))
        if quantity <= limit:
            break
    return figure


def _sale(item: Item, standard: Decimal, day: date) -> Decimal | None:
    row = columns_of(item)
    method = row.get("SaleMethod", "N")
    start, end = row.get("SaleStartingDate"), row.get("SaleEndingDate")
    if method == "N" or (start and day < start) or (end and day > end):
        return None
    if method == "P":
        return Decimal(row.get("SalesPromotionPrice", 0))
    return standard * (1 - Decimal(row.get("SalesPromotionDiscountPercent", 0)) / 100)
