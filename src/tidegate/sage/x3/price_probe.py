"""Prices that X3 has used in orders of its own people, to see whether ours are made by its rules. Source: contract §13.

Price search in X3 can be anything. So the full reading compares some lines of the last days' orders, whose price nobody
has entered, with the price book. What differs is reported with X3's reason for its price, and that product's prices are not
written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Failure
from tidegate.domain.money import shown
from tidegate.domain.prices.price_book import CustomerPrice, ListPrice
from tidegate.reading.document import Unreadable
from tidegate.sage.x3.client import X3Client
from tidegate.sage.x3.queries import both, equals, since
from tidegate.sage.x3.rows import Row, day_of, figure_of, text_of
from tidegate.sage.x3.settings import BASE_PRICE, X3Settings
from tidegate.sage.x3.wire_names import ENTERED_PRICE

DAYS = 7


class PriceProbe:
    """Compares a sample of prices with X3's own."""

    def __init__(self, client: X3Client, company: X3Settings, today: Callable[[], date]) -> None:
        """`today` is the day in the company's time zone."""
        self._client = client
        self._company = company
        self._today = today

    def differences(
        self, prices: Iterable[ListPrice], agreed: Iterable[CustomerPrice]
    ) -> dict[str, BadRow] | Failure:
        """What differs, by product; lines of which the book says nothing do not."""
        headers = self._headers()
        if isinstance(headers, Failure):
            return headers
        terms = {number: (equals("SOHNUM", number),) for number in headers}
        lines = self._client.read_pooled("SORDERP", terms)
        if isinstance(lines, Failure):
            return lines
        quantities = self._client.read_pooled("SORDERQ", terms)
        if isinstance(quantities, Failure):
            return quantities
        accounts = {text_of(row, "BPCORD") for row in headers.values()}
        customers = self._client.read_pooled(
            "BPCUSTOMER", {one: (equals("BPCNUM", one),) for one in accounts}
        )
        if isinstance(customers, Failure):
            return customers
        ordered = {(text_of(row, "SOHNUM"), text_of(row, "SOPLIN")): row for row in quantities}
        categories = {text_of(row, "BPCNUM"): text_of(row, "BCGCOD") for row in customers}
        book = _Book(list(prices), list(agreed), self._company, categories)
        probed = [row for row in lines if text_of(row, "PRIREN") != ENTERED_PRICE]
        found: dict[str, BadRow] = {}
        for row in probed[-self._company.price_probes :]:
            header, sku = headers[text_of(row, "SOHNUM")], text_of(row, "ITMREF")
            quantity = ordered.get((text_of(row, "SOHNUM"), text_of(row, "SOPLIN")))
            differs = self._compared(book, header, row, quantity) if quantity is not None else None
            if differs is not None:
                found[sku] = BadRow(sku, differs)
        return found

    def _headers(self) -> dict[str, Row] | Failure:
        """The orders of the last days that are not ours, by their number."""
        begin = datetime.combine(self._today() - timedelta(days=DAYS), time(), UTC)
        site = equals("SALFCY", self._company.sales_site)
        rows = self._client.read("SORDER", (both(site, since("UPDDATTIM", begin)),))
        if isinstance(rows, Failure):
            return rows
        ours = self._company.key_prefix
        own = [row for row in rows if not text_of(row, "CUSORDREF").startswith(ours)]
        return {text_of(row, "SOHNUM"): row for row in own if text_of(row, "CUR") == self._company.currency}

    def _compared(self, book: _Book, header: Row, row: Row, ordered: Row) -> str | None:
        account, sku = text_of(header, "BPCORD"), text_of(row, "ITMREF")
        try:
            quantity, theirs = figure_of(ordered, "QTY"), figure_of(row, "NETPRI")
        except Unreadable:
            return None
        day = day_of(header, "ORDDAT") or self._today()
        price = book.price(account, sku, quantity, day)
        if price is None or price == theirs:
            return None
        return (
            f"order {text_of(row, 'SOHNUM')}, {account}: X3 took {shown(theirs)} for reason "
            f"{text_of(row, 'PRIREN') or 'none'}, the lists say {shown(price)}: see `price_lists`"
        )


class _Book:
    """What the hub would say of a price."""

    def __init__(
        self,
        prices: Sequence[ListPrice],
        agreed: Sequence[CustomerPrice],
        company: X3Settings,
        categories: dict[str, str],
    ) -> None:
        self._prices = prices
        self._agreed = agreed
        self._company = company
        self._categories = categories

    def price(self, account: str, sku: str, quantity: Decimal, day: date) -> Decimal | None:
        """The customer's own price, else that of their list; by the largest break that the quantity reaches."""
        own = [
            one
            for one in self._agreed
            if (one.account, one.sku) == (account, sku)
            and (one.valid_from is None or one.valid_from <= day)
            and (one.valid_to is None or one.valid_to >= day)
            and one.quantity <= quantity
        ]
        if own:
            return max(own, key=lambda one: one.quantity).price
        category = self._categories.get(account, "")
        usual = self._company.category_lists.get(category, self._company.price_list)
        for name in (f"{usual}/{category}", usual, self._company.price_list, BASE_PRICE):
            listed = [
                one
                for one in self._prices
                if (one.list_code, one.sku) == (name, sku) and one.quantity <= quantity
            ]
            if listed:
                return max(listed, key=lambda one: one.quantity).price
        return None
