"""What orders refer to: customers, items, locations, tax classes and charges, remembered by name.

Source: contract §7, §12, §13, §14. Stock and price tables have item numbers without their separators: the catalogue
of both spellings is read whole when it is needed first, and again when a number is not in it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from tidegate.domain.errors import Failure
from tidegate.reading.document import Unreadable
from tidegate.sage.sage300.client import Sage300Client
from tidegate.sage.sage300.queries import equals, number_equals
from tidegate.sage.sage300.rows import Row, flag_of, number_of, text_of
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.sage300.wire_names import (
    BUYER_CLASS,
    CHARGE_CODE,
    ITEM,
    ITEM_KEY,
    ITEM_NAME,
    ITEM_RATE,
    SALES,
    TAX_AUTHORITY,
    TAX_CLASSES,
    TRANSACTION,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Customer:
    """An account that orders may name."""

    account: str
    name: str
    currency: str


@dataclass(frozen=True, slots=True)
class Item:
    """A product that orders may name."""

    code: str
    stocked: bool


class Reference:
    """Names of one company, by kind."""

    def __init__(self, client: Sage300Client, company: Sage300Settings) -> None:
        self._client = client
        self._company = company
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Read everything again."""
        with self._lock:
            self._customers: dict[str, Customer] = {}
            self._items: dict[str, Item] = {}
            self._locations: dict[str, str] | None = None
            self._taxes: dict[str, Decimal] | None = None
            self._charges: dict[str, str] | None = None
            self._catalogue: dict[str, str] | None = None
            self._categories: dict[str, str] = {}

    def doubt(self, *, items: Iterable[str], account: str) -> None:
        """Read these again: the company has refused an order of them."""
        with self._lock:
            for code in items:
                self._items.pop(code, None)
            self._customers.pop(account, None)

    def customers(self, accounts: Iterable[str]) -> dict[str, Customer] | Failure:
        """The accounts that exist of these; numbers are upper case."""
        return self._read(
            "ARCustomers", "CustomerNumber", accounts, self._customers, self._customer, str.upper
        )

    def items(self, codes: Iterable[str]) -> dict[str, Item] | Failure:
        """The products that exist of these, by their formatted numbers."""
        return self._read("ICItems", ITEM, codes, self._items, _item, lambda code: code)

    def _customer(self, row: Row) -> Customer:
        currency = text_of(row, "CurrencyCode") or self._company.currency
        return Customer(text_of(row, "CustomerNumber"), text_of(row, "CustomerName"), currency)

    def _read(
        self,
        resource: str,
        field: str,
        names: Iterable[str],
        known: dict[str, T],
        made: Callable[[Row], T],
        spelled: Callable[[str], str],
    ) -> dict[str, T] | Failure:
        wanted = dict.fromkeys(name for name in names if name)
        missing = {name: (equals(field, spelled(name)),) for name in wanted if name not in known}
        rows = self._client.read_pooled(resource, missing)
        if isinstance(rows, Failure):
            return rows
        by_name = {text_of(row, field): row for row in rows}
        with self._lock:
            for name in missing:
                row = by_name.get(spelled(name))
                if row is not None:
                    known[name] = made(row)
        return {name: known[name] for name in wanted if name in known}

    # Set-up, read whole

    def locations(self) -> dict[str, str] | Failure:
        """Locations that are in use: code -> name."""
        if self._locations is None:
            rows = self._client.read("ICLocations")
            if isinstance(rows, Failure):
                return rows
            self._locations = {
                text_of(row, "Location"): text_of(row, ITEM_NAME)
                for row in rows
                if not flag_of(row, "Inactive")
            }
        return self._locations

    def taxes(self) -> dict[str, Decimal] | Failure:
        """Item classes of the authority with the rates that buyers of our class pay, in percent."""
        if self._taxes is None:
            company = self._company
            where = (
                f"{equals(TAX_AUTHORITY, company.tax_authority)} and {equals(TRANSACTION, SALES)}"
                f" and {number_equals(BUYER_CLASS, company.buyer_class)}",
            )
            rows = self._client.read("TXTaxRates", where)
            if isinstance(rows, Failure):
                return rows
            self._taxes = _rates(rows)
        return self._taxes

    def charges(self) -> dict[str, str] | Failure:
        """Miscellaneous charges: code -> name."""
        if self._charges is None:
            rows = self._client.read("OEMiscellaneousCharges")
            if isinstance(rows, Failure):
                return rows
            self._charges = {text_of(row, CHARGE_CODE): text_of(row, ITEM_NAME) for row in rows}
        return self._charges

    def codes_of(self, keys: Iterable[str]) -> dict[str, str] | Failure:
        """Formatted item numbers, by the unformatted ones of stock and prices."""
        wanted = set(keys)
        if self._catalogue is None or not wanted <= self._catalogue.keys():
            rows = self._client.read("ICItems")
            if isinstance(rows, Failure):
                return rows
            self._catalogue = {text_of(row, ITEM_KEY): text_of(row, ITEM) for row in rows}
            self._categories = {text_of(row, ITEM_KEY): text_of(row, "CategoryCode") for row in rows}
        return {key: self._catalogue.get(key, key) for key in wanted}

    def categories(self) -> dict[str, str] | Failure:
        """The category of every item, by the number that stock and prices have."""
        if self._catalogue is None:
            read = self.codes_of([""])
            if isinstance(read, Failure):
                return read
        return self._categories


def _item(row: Row) -> Item:
    return Item(text_of(row, ITEM), flag_of(row, "StockItem"))


def _rates(rows: Iterable[Row]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for row in rows:
        for number in range(1, TAX_CLASSES + 1):
            try:
                rate = number_of(row, ITEM_RATE.format(number))
            except Unreadable:
                continue
            if rate is not None:
                found[str(number)] = rate
    return found
