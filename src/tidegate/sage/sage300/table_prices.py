"""Price lists from tables: a row of ICPRIC with its unit prices of ICPRICP becomes what `ICItemPricing` has. Source: contract §11.

What the numbers of enumerations mean is assumed, but for the base price.
"""

from __future__ import annotations

from tidegate.domain.errors import Failure
from tidegate.sage.sage300.rows import Row
from tidegate.sage.sage300.table_documents import day_text
from tidegate.sage.sage300.tables import Columns, Tables
from tidegate.sage.sage300.wire_names import (
    BASE_PRICE,
    BREAK_AMOUNT,
    BREAK_PERCENT,
    BREAK_QUANTITY,
    BREAKS,
    ITEM,
    MARKUP,
    MARKUP_COST,
    PRICE_BASE,
    PRICE_CURRENCY,
    PRICE_LINES,
    PRICE_LIST,
    SALE_END,
    SALE_PRICE,
    SALE_START,
    VOLUME,
)

PRICES, UNIT_PRICES = "ICPRIC", "ICPRICP"
KEY = ("CURRENCY", "ITEMNO", "PRICELIST")
BY_VOLUME, BY_AMOUNT, AS_MARKUP = "2", "2", "2"  #: PRICETYPE, PRICEFMT, PRICEBASE; A
KINDS = {"1": BASE_PRICE, "2": SALE_PRICE}  #: DPRICETYPE; 1: P, 2: A
LEVELS = {
    f"{column}{number}": name.format(number)
    for column, name in (
        ("PRICEQTY", BREAK_QUANTITY),
        ("PRCNTLVL", BREAK_PERCENT),
        ("AMOUNTLVL", BREAK_AMOUNT),
    )
    for number in range(1, BREAKS + 1)
}
COLUMNS = (*KEY, "PRICETYPE", "PRICEFMT", "PRICEBASE", "MARKUPCOST", *LEVELS)
UNIT_COLUMNS = (*KEY, "DPRICETYPE", "QTYUNIT", "UNITPRICE", "SALESTART", "SALEEND")


def read(tables: Tables, currency: str) -> list[Row] | Failure:
    """The prices in this currency."""
    rows = tables.read(PRICES, COLUMNS, {"CURRENCY": [currency]})
    if isinstance(rows, Failure):
        return rows
    units = tables.read(UNIT_PRICES, UNIT_COLUMNS, {"CURRENCY": [currency]})
    if isinstance(units, Failure):
        return units
    lines: dict[tuple[str, ...], list[Row]] = {}
    for unit in units:
        lines.setdefault(_key(unit), []).append(_unit(unit))
    return [_price(row, lines.get(_key(row), [])) for row in rows]


def _key(row: Columns) -> tuple[str, ...]:
    return tuple(row[name] for name in KEY)


def _price(row: Columns, lines: list[Row]) -> Row:
    return {
        PRICE_CURRENCY: row["CURRENCY"],
        ITEM: row["ITEMNO"],
        PRICE_LIST: row["PRICELIST"],
        "PriceDeterminedby": VOLUME if row["PRICETYPE"] == BY_VOLUME else "CustomerType",
        "DiscountMarkupPriceby": "Amount" if row["PRICEFMT"] == BY_AMOUNT else "Percentage",
        PRICE_BASE: MARKUP if row["PRICEBASE"] == AS_MARKUP else "Discount",
        MARKUP_COST: row["MARKUPCOST"],
        **{name: row[column] for column, name in LEVELS.items()},
        PRICE_LINES: lines,
    }


def _unit(row: Columns) -> Row:
    return {
        "PriceDetailType": KINDS.get(row["DPRICETYPE"], row["DPRICETYPE"]),
        "QuantityUnit": row["QTYUNIT"],
        "UnitPrice": row["UNITPRICE"],
        SALE_START: day_text(row["SALESTART"]),
        SALE_END: day_text(row["SALEEND"]),
    }
