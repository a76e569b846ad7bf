"""How a price is made of a price record, an item's standard price and its sale. Source: contract §7.4."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tidegate.domain.money import rounded
from tidegate.reading.document import Unreadable
from tidegate.sage.sage100.rows import Row, day_of, figure_of, number_of, text_of
from tidegate.sage.sage100.wire_names import NO_END, STEPS

DECIMALS = 6  #: of a unit price
STANDARD_PRICE = "StandardUnitPrice"


@dataclass(frozen=True, slots=True)
class Break:
    """A price that counts from `quantity` pieces on."""

    quantity: Decimal
    price: Decimal

    def at_most(self, price: Decimal) -> Break:
        """The lower one of both."""
        return Break(self.quantity, min(self.price, price))


def standard_of(item: Row) -> Decimal:
    """The item's standard price. Raises Unreadable."""
    return figure_of(item, STANDARD_PRICE)


def breaks_of(record: Row, item: Row, base: str) -> list[Break]:
    """The steps of a record, at most five; above the last, the last. `base`: the column that C and M start from."""
    found: list[Break] = []
    beyond = Decimal(0)  #: the upper limit of the step before
    for step in range(1, STEPS + 1):
        limit = number_of(record, f"BreakQuantity{step}")
        if not limit:
            break
        figure = number_of(record, f"DiscountMarkup{step}") or Decimal(0)
        found.append(Break(beyond + 1, _by_method(text_of(record, "PricingMethod"), figure, item, base)))
        beyond = limit
        if limit >= NO_END:
            break
    if not found:
        raise Unreadable("a price record without steps", "BreakQuantity1")
    return found


def _by_method(method: str, figure: Decimal, item: Row, base: str) -> Decimal:
    match method:
        case "O":
            price = figure
        case "P":
            price = standard_of(item) - figure
        case "D":
            price = standard_of(item) * (1 - figure / 100)
        case "C":
            price = figure_of(item, base) + figure
        case "M":
            price = figure_of(item, base) * (1 + figure / 100)
        case other:
            raise Unreadable(f"the method {other!r} is not known", "PricingMethod")
    return rounded(price, DECIMALS)


def sale_of(item: Row, day: date) -> Decimal | None:
    """The sale price on that day; None without a sale."""
    start, end = day_of(item, "SaleStartingDate"), day_of(item, "SaleEndingDate")
    if (start is not None and day < start) or (end is not None and day > end):
        return None
    match text_of(item, "SaleMethod"):
        case "P":
            return figure_of(item, "SalesPromotionPrice")
        case "D":
            percent = figure_of(item, "SalesPromotionDiscountPercent")
            return rounded(standard_of(item) * (1 - percent / 100), DECIMALS)
        case _:
            return None
