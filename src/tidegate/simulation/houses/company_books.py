"""The kernel's books as the checker wants them, where a product shows its records under other names."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

OPEN = ("live", "on_hold", "dispute")  #: orders that count as ordered still


def name_entries(books: dict[str, Any], names: Mapping[str, str]) -> None:
    """Give the entries of the ledger the names that the product shows, wherever the books mention one.

    `names`: the kernel's -> the product's, of every customer's entry. A posting of another source keeps its own.
    """
    for entry in books["transactions"]:
        entry["urn"] = names[entry["urn"]]
        for other in entry["against"]:
            other["urn"] = names[other["urn"]]
    for posting in books["journals"]:
        posting["urn"] = names.get(posting["urn"], posting["urn"])
    for order in books["orders"]:
        order["urns"] = [names.get(urn, urn) for urn in order["urns"]]


def with_standard_prices(books: dict[str, Any], price_list: str) -> dict[str, Any]:
    """The same books, in which the prices of everybody are those of this list."""
    return {**books, "prices": {**books["prices"], "Standard": books["prices"][price_list]}}


def with_ordered_held(books: dict[str, Any]) -> dict[str, Any]:
    """The same books, where the product's figure is without all that open orders lack, allocated or not.

    The kernel allocates no more than there is; such a product has more on order then than on hand.
    """
    for order in books["orders"]:
        if order["status"] not in OPEN:
            continue
        for line in order["lines"]:
            level = books["stock"].get(line["code"], {}).get(line["warehouse"])
            allocated = Decimal(line["allocated"])
            missing = Decimal(line["quantity"]) - Decimal(line["despatched"]) - allocated
            if line["kind"] == "item" and level is not None and missing > 0:
                line["allocated"] = str(allocated + missing)
                level["allocated"] = str(Decimal(level["allocated"]) + missing)
                level["free"] = str(Decimal(level["free"]) - missing)
    return books
