"""What single customers have agreed on: contract prices (ICCUPR), computed from the lists' base prices.

Source: contract §11. A contract is for an item or for all items of a category, with a first and a last day (included,
A). Contracts by customer type need levels that no list here states; they are named, and none of their prices is reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Failure
from tidegate.domain.money import rounded
from tidegate.domain.prices.price_book import CustomerPrice
from tidegate.reading.document import Unreadable
from tidegate.sage.sage300.rows import figure_of, number_of
from tidegate.sage.sage300.tables import CONTRACTS, Columns, Tables

FIELDS = (
    *("CUSTNO", "PRICEBY", "CATEGORY", "ITEMNO", "PRICELIST", "PRICETYPE", "DISCPER", "DISCAMT"),
    *("PLUSAMT", "PLUSPER", "FIXPRICE", "STARTDATE", "EXPIRE", "USELOWEST"),
)
BY_CATEGORY = "1"  #: PRICEBY; 2 = by item (A)
PERCENT_OFF, AMOUNT_OFF, COST_PLUS_PERCENT, COST_PLUS_AMOUNT, FIXED = "2", "3", "4", "5", "6"  # P
DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Basis:
    """The base from which an item's contract prices on a list are computed."""

    price: Decimal
    cost: Decimal | None
    category: str


def read(tables: Tables) -> list[Columns] | Failure:
    """All contracts."""
    return tables.read(CONTRACTS, FIELDS)


def customer_prices(
    rows: Iterable[Columns],
    basis: Mapping[tuple[str, str], Basis],
    codes: Mapping[str, str],
    currency: str,
) -> tuple[list[CustomerPrice], list[BadRow]]:
    """The prices of customers. `basis` by (item number without separators, price list), `codes` by the former."""
    made: list[CustomerPrice] = []
    bad: list[BadRow] = []
    for row in rows:
        try:
            made += _of_row(row, basis, codes, currency)
        except Unreadable as error:
            name = row.get("ITEMNO") or f"category {row.get('CATEGORY')}"
            bad.append(BadRow(f"contract of {row.get('CUSTNO')} for {name}", str(error)))
    return made, bad


def _of_row(
    row: Columns, basis: Mapping[tuple[str, str], Basis], codes: Mapping[str, str], currency: str
) -> list[CustomerPrice]:
    by_category = row.get("PRICEBY") == BY_CATEGORY
    first, last = _day(row, "STARTDATE"), _day(row, "EXPIRE")
    found = []
    for (item, price_list), one in basis.items():
        if price_list != row.get("PRICELIST"):
            continue
        if (one.category == row.get("CATEGORY")) if by_category else (item == row.get("ITEMNO")):
            price = _price(row, one)
            if row.get("USELOWEST") == "1":
                price = min(price, one.price)
            found.append(
                CustomerPrice(
                    row.get("CUSTNO", ""),
                    codes.get(item, item),
                    price,
                    currency,
                    valid_from=first,
                    valid_to=last,
                )
            )
    return found


def _price(row: Columns, one: Basis) -> Decimal:
    kind = row.get("PRICETYPE", "")
    match kind:
        case constant if constant == FIXED:
            return figure_of(row, "FIXPRICE")
        case constant if constant == PERCENT_OFF:
            return rounded(one.price * (100 - figure_of(row, "DISCPER")) / 100, DECIMALS)
        case constant if constant == AMOUNT_OFF:
            return one.price - figure_of(row, "DISCAMT")
        case constant if constant in (COST_PLUS_PERCENT, COST_PLUS_AMOUNT):
            if one.cost is None:
                raise Unreadable("the item's cost is not stated", "MARKUPCOST")
            if kind == COST_PLUS_PERCENT:
                return rounded(one.cost * (100 + figure_of(row, "PLUSPER")) / 100, DECIMALS)
            return one.cost + figure_of(row, "PLUSAMT")
    raise Unreadable(f"Tidegate cannot calculate a contract price of the kind {kind!r}", "PRICETYPE")


def _day(row: Columns, name: str) -> date | None:
    """yyyymmdd; 0 is no day."""
    number = number_of(row, name)
    if not number:
        return None
    try:
        return date.fromisoformat(f"{int(number):08d}")
    except ValueError:
        raise Unreadable(f"{number} is not a date", name) from None
