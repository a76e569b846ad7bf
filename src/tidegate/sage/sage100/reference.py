"""What orders refer to: customers, items, miscellaneous items and warehouses, remembered by name.

The agent's datasets are read whole once, then by change: as soon as a name is not known, and when Sage has refused one.
Source: contract §6.4, §7.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from tidegate.domain.errors import Failure
from tidegate.sage.sage100.accounts import account_of, spelled
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.rows import Row, text_of
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.wire_names import (
    ACTIVE,
    CUSTOMER_NUMBER,
    CUSTOMERS,
    DIVISION,
    ITEMS,
    MISCELLANEOUS,
    REGULAR,
    STOCK,
)

T = TypeVar("T")
CUSTOMER_COLUMNS = (DIVISION, CUSTOMER_NUMBER, "CustomerName", "CustomerStatus")
ITEM_COLUMNS = ("ItemCode", "ItemType", "ItemCodeDesc", "TaxClass", "InactiveItem")


@dataclass(frozen=True, slots=True)
class Customer:
    """An account that orders may name."""

    account: str
    division: str
    number: str
    name: str
    active: bool


@dataclass(frozen=True, slots=True)
class Item:
    """A product or a miscellaneous item that orders may name."""

    code: str
    type: str
    name: str
    tax_class: str
    active: bool


class _Catalogue(Generic[T]):
    """A dataset by name, read whole once and then by change. Safe from several threads."""

    def __init__(
        self,
        client: Sage100Client,
        dataset: str,
        columns: tuple[str, ...],
        name: Callable[[Row], str],
        make: Callable[[Row], T],
    ) -> None:
        self._client = client
        self._dataset, self._columns = dataset, columns
        self._name, self._make = name, make
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Read it whole again."""
        self._known: dict[str, T] = {}
        self._high = ""

    def whole(self) -> dict[str, T] | Failure:
        """All of it, as it was read last."""
        with self._lock:
            return self._known if self._high else self._refreshed()

    def of(self, names: Iterable[str], *, anew: bool = False) -> dict[str, T] | Failure:
        """The names that exist of these. `anew`: with what has changed since the last read."""
        wanted = dict.fromkeys(name for name in names if name)
        if not wanted:
            return {}
        with self._lock:
            if anew or not self._high or not wanted.keys() <= self._known.keys():
                read = self._refreshed()
                if isinstance(read, Failure):
                    return read
            return {name: self._known[name] for name in wanted if name in self._known}

    def doubt(self, names: Iterable[str]) -> None:
        """Sage has refused something with these: ask again."""
        with self._lock:
            for name in names:
                self._known.pop(name, None)
            self._high = ""

    def _refreshed(self) -> dict[str, T] | Failure:
        read = self._client.rows(self._dataset, self._columns, since=self._high)
        if isinstance(read, Failure):
            return read
        rows, high = read
        found = {} if not self._high else self._known
        found |= {self._name(row): self._make(row) for row in rows}
        self._known, self._high = found, high
        return found


class Reference:
    """Names of one company, by kind."""

    def __init__(self, client: Sage100Client, company: Sage100Settings) -> None:
        self._client = client
        self._company = company
        self._customers = _Catalogue(
            client,
            CUSTOMERS,
            CUSTOMER_COLUMNS,
            lambda row: customer_of(row, company.division),
            self._customer,
        )
        self._items = _Catalogue(client, ITEMS, ITEM_COLUMNS, lambda row: text_of(row, "ItemCode"), _item)
        self._warehouses: dict[str, str] | None = None

    def forget(self) -> None:
        """Read everything again."""
        self._customers.forget()
        self._items.forget()
        self._warehouses = None

    def doubt(self, *, items: Iterable[str], account: str) -> None:
        """Read these again: Sage has refused an order of them."""
        self._items.doubt(items)
        self._customers.doubt([spelled(account, self._company.division)])

    def customers(self, accounts: Iterable[str]) -> dict[str, Customer] | Failure:
        """The active accounts of these, by the names that were asked for."""
        asked = {account: spelled(account, self._company.division) for account in accounts if account}
        found = self._customers.of(asked.values())
        if isinstance(found, Failure):
            return found
        return {one: found[name] for one, name in asked.items() if name in found and found[name].active}

    def items(self, codes: Iterable[str]) -> dict[str, Item] | Failure:
        """The active products of these."""
        found = self._items.of(codes)
        if isinstance(found, Failure):
            return found
        return {code: one for code, one in found.items() if one.type == REGULAR and one.active}

    def charges(self) -> dict[str, Item] | Failure:
        """Miscellaneous items, by code."""
        found = self._items.whole()
        if isinstance(found, Failure):
            return found
        return {code: one for code, one in found.items() if one.type == MISCELLANEOUS and one.active}

    def tax_classes(self) -> set[str] | Failure:
        """The tax classes of all items: an order's line takes its class from its item."""
        found = self._items.whole()
        if isinstance(found, Failure):
            return found
        return {one.tax_class for one in found.values() if one.tax_class}

    def warehouses(self) -> dict[str, str] | Failure:
        """Warehouses in which any item is kept: there is no dataset of warehouses."""
        if self._warehouses is None:
            read = self._client.rows(STOCK, ("WarehouseCode",))
            if isinstance(read, Failure):
                return read
            codes = sorted({text_of(row, "WarehouseCode") for row in read[0]} - {""})
            self._warehouses = {code: code for code in codes}
        return self._warehouses

    def _customer(self, row: Row) -> Customer:
        return Customer(
            customer_of(row, self._company.division),
            text_of(row, DIVISION),
            text_of(row, CUSTOMER_NUMBER),
            text_of(row, "CustomerName"),
            text_of(row, "CustomerStatus") in ("", ACTIVE),
        )


def customer_of(row: Row, usual: str) -> str:
    """The account of a row that names a customer; "" where it names none."""
    number = text_of(row, CUSTOMER_NUMBER)
    return account_of(text_of(row, DIVISION), number, usual) if number else ""


def _item(row: Row) -> Item:
    return Item(
        text_of(row, "ItemCode"),
        text_of(row, "ItemType"),
        text_of(row, "ItemCodeDesc"),
        text_of(row, "TaxClass"),
        text_of(row, "InactiveItem") != "Y",
    )
