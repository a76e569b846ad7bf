"""Products as Sage 50 writes them into the scope file (contract section 10)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.item import Item
from tidegate_sandbox.sage50.json_text import moment, number

OVERLAY = "sage50"
"""In ``extra`` of a record: values under their names in the file, beside those that the company keeps."""
REMOVED = "sage50_removed"
"""In ``extra`` of a record: it is no longer in the file."""


def product_id(item: Item) -> str:
    """The id of an article in Sage 50; its code is the ``reference``."""
    return f"ART-{item.id}"


def find_item(company: Company, id: str) -> Item | None:
    """The article with this id."""
    digits = id.removeprefix("ART-")
    item = company.items.get(int(digits)) if digits.isascii() and digits.isdigit() else None
    return item if item is not None and product_id(item) == id else None


def product_records(company: Company) -> list[dict[str, Any]]:
    """All articles that are not removed, in the order of their ids."""
    return [_record(company, item) for item in company.items if REMOVED not in item.extra]


def _record(company: Company, item: Item) -> dict[str, Any]:
    group = company.item_groups[item.group_id]
    record: dict[str, Any] = {
        "id": product_id(item),
        "reference": item.code,
        "name": item.name,
        "shortDescription": item.description[:80],
        "longDescription": item.description,
        "netPrice": number(company.prices.amount(item.id, None)),
        "tax": number(company.tax_codes[item.tax_code_id].rate),
        "discount": 0,
        "discountByUnit": True,
        "surcharge": True,
        "dateAdded": moment(item.created_at),
        "category": group.description,
        "unit": company.units[item.unit_id].name,
        "weight": number(item.weight),
        "active": item.is_active,
        "prices": _prices(company, item),
        "images": [],
        "timestamp": moment(_changed_at(company, item)),
    }
    if item.barcode:
        record |= {"barCodeType": "EAN13", "barCode": item.barcode}
    if item.kind == "stock":
        record["stock"] = number(_stock(company, item))
    return {**record, **item.extra.get(OVERLAY, {})}


def _prices(company: Company, item: Item) -> list[dict[str, Any]]:
    found = []
    for one in company.prices.lists:
        price = company.prices.price(item.id, one.id)
        if not one.is_standard and one.is_active and price is not None and not price.uses_standard:
            found.append({"priceList": one.name, "netPrice": number(price.amount), "minQuantity": 1})
    return found


def _stock(company: Company, item: Item) -> Decimal:
    """What can be sold now: free stock of all warehouses that sell."""
    holdings = company.stock.of_item(item.id)
    return sum((one.free for one in holdings if company.warehouses[one.warehouse_id].sells), Decimal(0))


def _changed_at(company: Company, item: Item) -> datetime:
    prices = (company.prices.price(item.id, one.id) for one in company.prices.lists)
    changes = [one.updated_at for one in prices if one is not None]
    changes += [one.updated_at for one in company.stock.of_item(item.id)]
    return max([item.updated_at, *changes])
