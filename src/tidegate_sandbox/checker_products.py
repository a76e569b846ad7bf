"""Checks of products: what the shop says of their weight is what the company has weighed."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from tidegate_sandbox.checker import Book, Verdict

#: The recorded shop weighs in pounds, the company in kilograms (international pound).
KILOGRAMS_IN_A_POUND = Decimal("0.45359237")
PLACES = Decimal("0.0001")


def check(shop: Book, company: Book, verdict: Verdict) -> None:
    """When everything has settled; an item without a weight says nothing of it."""
    for sku, product in shop["products"].items():
        item = company["items"].get(sku)
        if product["type"] != "simple" or item is None or not Decimal(item["weight"]):
            continue
        wanted = (Decimal(item["weight"]) / KILOGRAMS_IN_A_POUND).quantize(PLACES, ROUND_HALF_UP)
        if Decimal(product["weight"]) != wanted:
            verdict.unexplained += 1
            text = f"the shop says {product['weight']} lb, the company {item['weight']} kg: {wanted} lb"
            verdict.add("weights agree", sku, text)
