"""The orders that are measured: a shop's daily mix, of goods and customers that can be known beforehand."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from tidegate_sandbox.magento.shop import Shopper

#: Guests, known customers and rebates of the website `base`; each order can go to Sage as it is.
KINDS = ("guest", "coupon", "customer", "no_tax", "guest", "configurable")
#: Most orders of most shops are made of few products: these are read from the company before it counts.
SELLERS = tuple(f"HUB-{number:04}" for number in range(1, 51))
SIZES = (1, 1, 1, 2, 2, 3, 4, 6)


def buy(
    shopper: Shopper,
    count: int,
    seed: int = 0,
    goods: Sequence[str] = SELLERS,
    choices: Mapping[str, Any] | None = None,
) -> list[int]:
    """Place `count` orders of 1 to 6 lines out of `goods`; the same seed, the same orders. Entity ids.

    `choices` are those of whoever orders (`simulation.place`).
    """
    chosen = choices or {}
    chance = random.Random(f"shopping/{seed}")
    placed = []
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        if kind == "configurable":
            placed.append(shopper.place_order(kind, lines=(("SHIRT-RED", chance.randint(1, 3)),), **chosen))
            continue
        skus = chance.sample(list(goods), chance.choice(SIZES))
        lines = tuple((sku, chance.choice((1, 1, 2, 3))) for sku in skus)
        placed.append(shopper.place_order(kind, lines=lines, **chosen))
    return placed
