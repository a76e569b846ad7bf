"""SKUs with signs that addresses and lists are made of (contract, point 34): some products of some weeks have one.

The product with a number has one SKU in a world, for everybody; a product without a peculiarity is `HUB-0007`.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace

from tidegate_sandbox import magento
from tidegate_sandbox.erp.company import Company

#: What is put behind a product's usual SKU; so its place among the others stays what it was.
ENDINGS = ("/XL", "/&:+,", " & CO", ":A", "+B", ",C", " #1", "'S")
#: Products that are known elsewhere by their names: one with a price of a website, the parts of a kit.
FAMOUS = frozenset({1, 10, 20})
SHARE = 0.4

Names = Mapping[int, str]
"""The SKUs of products that do not have their usual one, by number."""


def drawn(rng: random.Random, items: int) -> dict[int, str]:
    """Which of the products 1 to `items` are called otherwise; none in half of the weeks."""
    if rng.random() >= 0.5:
        return {}
    numbers = [number for number in range(1, items + 1) if number not in FAMOUS and rng.random() < SHARE]
    return {number: usual(number) + rng.choice(ENDINGS) for number in numbers}


def usual(number: int) -> str:
    """As the product is called in most worlds."""
    return f"HUB-{number:04d}"


def sku_of(number: int, names: Names) -> str:
    """As the product is called in this world."""
    return names.get(number, usual(number))


def rename(shop: magento.MagentoStore, company: Company, names: Names) -> None:
    """Shop and company have always called these products so."""
    for number, sku in names.items():
        old = usual(number)
        shop.catalogue.rename(old, sku)
        for held in list(shop.stock.items({old})):
            shop.stock.remove(old, held.source_code)
            shop.stock.put(replace(held, sku=sku))
        item = company.item(old)
        item.code = sku
        company.items.reindex(item)
