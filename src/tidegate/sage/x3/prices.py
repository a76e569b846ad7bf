"""Price lists with their breaks, and what single customers have agreed on. Source: contract §13.

What the criteria of a list mean is set per list at the site: the configuration says it. Rows count within their days, for
our currency and unit; a row gives a price, and discounts from it. Lists are read whole, and report nothing when nothing
is different: a list whose last row was deleted has no stamp.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal

from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Failure
from tidegate.domain.money import rounded
from tidegate.domain.prices.price_book import CustomerPrice, ListPrice, PriceBook, PriceList
from tidegate.reading import values
from tidegate.reading.document import Unreadable
from tidegate.sage.x3.price_probe import PriceProbe
from tidegate.sage.x3.queries import both, equals
from tidegate.sage.x3.reader import Reader
from tidegate.sage.x3.rows import Row, day_of, figure_of, name_of, number_of, text_of
from tidegate.sage.x3.settings import BASE_PRICE, X3Settings

DECIMALS = 6  #: of a price that a discount makes


class Prices:
    """Reads the price book."""

    def __init__(
        self,
        reader: Reader,
        company: X3Settings,
        today: Callable[[], date],
        probe: PriceProbe | None = None,
    ) -> None:
        """`today` is the day in the company's time zone; `probe` compares some prices with X3's own."""
        self._reader = reader
        self._probe = probe
        self._company = company
        self._today = today
        self._criteria = {name: criteria.split() for name, criteria in company.price_lists.items()}
        self.lists_contracts = any("customer" in one for one in self._criteria.values())

    def read(self, since: str | None) -> tuple[PriceBook, str, bool] | Failure:
        """All lists, and all prices as soon as one has changed."""
        currency = equals("CUR", self._company.currency)
        where = tuple(both(equals("PLI", name), currency) for name in self._criteria)
        rows = self._reader.read("SPRICLIST", where) if where else []
        if isinstance(rows, Failure):
            return rows
        standard = self._reader.read("ITMSALES") if self._company.price_list == BASE_PRICE else []
        if isinstance(standard, Failure):
            return standard
        made: dict[str, list[ListPrice]] = {}
        agreed: dict[str, list[CustomerPrice]] = {}
        bad: dict[str, BadRow] = {}
        for row in (*standard, *rows):
            sku = text_of(row, "ITMREF") or text_of(row, f"PLICRI{self._place(row, 'product')}")
            try:
                price = self._of_row(row, sku)
            except Unreadable as error:
                bad[sku] = BadRow(sku or "a row of no product", str(error))
                continue
            if isinstance(price, ListPrice):
                made.setdefault(sku, []).append(price)
            elif price is not None:
                agreed.setdefault(sku, []).append(price)
        if self._probe is not None and since is None:
            every = [one for some in made.values() for one in some]
            differs = self._probe.differences(every, [one for some in agreed.values() for one in some])
            if isinstance(differs, Failure):
                return differs
            bad |= differs
        prices = [one for sku, some in made.items() if sku not in bad for one in some]
        customers = [one for sku, some in agreed.items() if sku not in bad for one in some]
        listed = self._lists(prices)
        text = "\n".join(sorted(f"{one}" for one in (*prices, *customers, *bad.values())))
        cursor = hashlib.sha256(text.encode()).hexdigest()[:32]
        if cursor == since:
            return PriceBook(listed, ()), cursor, False
        return (
            PriceBook(listed, tuple(prices), tuple(customers), bad=tuple(bad.values())),
            cursor,
            since is None,
        )

    def _place(self, row: Row, what: str) -> int:
        """Which criterion of the row's list means this; 0 for none."""
        criteria = self._criteria.get(text_of(row, "PLI"), [])
        return criteria.index(what) + 1 if what in criteria else 0

    def _lists(self, prices: Iterable[ListPrice]) -> tuple[PriceList, ...]:
        """The configured lists, and one for each category of those that have such a criterion."""
        company = self._company
        names = dict.fromkeys([company.price_list, *self._own_lists(), *(one.list_code for one in prices)])
        return tuple(
            PriceList(name, name, company.currency, standard=name == company.price_list) for name in names
        )

    def _own_lists(self) -> list[str]:
        return [
            name
            for name, criteria in self._criteria.items()
            if "customer" not in criteria and "category" not in criteria
        ]

    def _of_row(self, row: Row, sku: str) -> ListPrice | CustomerPrice | None:
        """A row's price; None for one that does not hold today, or for another unit."""
        if not sku:
            raise Unreadable("the row names no product", "PLICRI1")
        if "BASPRI" in row:
            return ListPrice(BASE_PRICE, sku, figure_of(row, "BASPRI"))
        first, last, today = day_of(row, "PLISTRDAT"), day_of(row, "PLIENDDAT"), self._today()
        customer = self._place(row, "customer")
        ended = last is not None and last < today
        begun = first is None or first <= today
        if text_of(row, "UOM") not in ("", self._company.unit) or ended or not (begun or customer):
            return None
        quantity = max(number_of(row, "MINQTY") or Decimal(1), Decimal(1))
        price = _price(row)
        if customer:
            return CustomerPrice(
                name_of(row, f"PLICRI{customer}"),
                sku,
                price,
                self._company.currency,
                quantity=quantity,
                valid_from=first,
                valid_to=last,
            )
        name, category = name_of(row, "PLI"), self._place(row, "category")
        if category:
            name = f"{name}/{name_of(row, f'PLICRI{category}')}"
        return ListPrice(name, sku, price, quantity)


def _price(row: Row) -> Decimal:
    """The row's price for one piece, less its discounts, one after the other (per cent: A)."""
    price = figure_of(row, "PRI")
    divisor = number_of(row, "PRIDIV")
    if divisor:
        price /= divisor
    discounts = row.get("DCGVAL")
    for one in discounts if isinstance(discounts, list) else []:
        percent = values.figure(one)
        if percent:
            price = price * (100 - percent) / 100
    return rounded(price, DECIMALS) if price != figure_of(row, "PRI") else price
