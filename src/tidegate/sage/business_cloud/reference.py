"""What orders refer to: contacts, items, ledger accounts, tax rates and banks, remembered by name.

Source: contract §7. An unknown name is looked for in the changes since the last read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from tidegate.domain.errors import Failure
from tidegate.domain.money import ZERO
from tidegate.reading.document import Unreadable
from tidegate.sage.business_cloud.client import BusinessCloudClient
from tidegate.sage.business_cloud.deltas import Stream
from tidegate.sage.business_cloud.directory import Directory
from tidegate.sage.business_cloud.rows import Row, id_of, inside, number_of, text_of
from tidegate.sage.business_cloud.settings import BusinessCloudSettings
from tidegate.sage.business_cloud.wire_names import STOCK_ITEM

T = TypeVar("T")
ALL = (("attributes", "all"),)
CONTACTS = Stream("contacts", ALL)
PRODUCTS = Stream("products", ALL, deleted_from=("stock_items",))  #: stock items are here, too
SERVICES = Stream("services", ALL)


@dataclass(frozen=True, slots=True)
class Contact:
    """A customer that documents may name."""

    id: str
    account: str
    currency: str
    country: str


@dataclass(frozen=True, slots=True)
class Item:
    """Something that documents may name: a product, stocked or not, or a service."""

    id: str
    code: str
    service: bool
    stocked: bool
    sales_account: str  #: id of its ledger account, "" for none


@dataclass(frozen=True, slots=True)
class Account:
    """A ledger account that sales documents may name."""

    id: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank account, by its ledger account's code and its name."""

    id: str
    code: str
    name: str


class Reference:
    """Names of one business, by kind."""

    def __init__(
        self, client: BusinessCloudClient, company: BusinessCloudSettings, now: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._company = company
        self.contacts_read = Directory(client, CONTACTS, now)
        self.products_read = Directory(client, PRODUCTS, now)
        self.services_read = Directory(client, SERVICES, now)
        self._lock = threading.Lock()
        self._accounts: dict[str, Account] | None = None
        self._taxes: dict[str, tuple[str, Decimal]] | None = None
        self._banks: list[Bank] | None = None

    def doubt_names(self) -> None:
        """A contact or an item may be another by now, or deleted: changes and deletions are read before the next order."""
        for each in (self.contacts_read, self.products_read, self.services_read):
            each.doubt()

    def forget(self) -> None:
        """Doubt all names, and read the set-up again."""
        self.doubt_names()
        with self._lock:
            self._accounts = self._taxes = self._banks = None

    # By name

    def contacts(self, accounts: Iterable[str]) -> dict[str, Contact] | Failure:
        """The accounts that exist of these: by reference, regardless of case, or by id where they have none."""
        return self._named(set(accounts), (self.contacts_read,), self._contact_names)

    def items(self, codes: Iterable[str]) -> dict[str, Item] | Failure:
        """The products that exist of these, by their exact codes."""
        return self._named(set(codes), (self.products_read, self.services_read), self._item_names)

    def _named(
        self,
        names: set[str],
        directories: tuple[Directory, ...],
        known: Callable[[set[str]], dict[str, T] | Failure],
    ) -> dict[str, T] | Failure:
        names.discard("")
        found = known(names)
        if isinstance(found, Failure) or names <= found.keys():
            return found
        for each in directories:
            failure = each.refresh()
            if failure is not None:
                return failure
        return known(names)

    def _contact_names(self, names: set[str]) -> dict[str, Contact] | Failure:
        rows = self.contacts_read.rows()
        if isinstance(rows, Failure):
            return rows
        by_name: dict[str, Contact] = {}
        for row in rows.values():
            one = contact_of(row, self._company.country)
            by_name.setdefault(one.account.casefold(), one)
            by_name.setdefault(one.id, one)
        return {name: by_name[name.casefold()] for name in names if name.casefold() in by_name}

    def _item_names(self, names: set[str]) -> dict[str, Item] | Failure:
        products, services = self.products_read.rows(), self.services_read.rows()
        if isinstance(products, Failure):
            return products
        if isinstance(services, Failure):
            return services
        found: dict[str, Item] = {}
        for row in (*services.values(), *products.values()):
            code = text_of(row, "item_code")
            if code in names:
                found[code] = item_of(row, service="sales_rates" in row)
        return found

    def codes(self) -> dict[str, str] | Failure:
        """Codes of all items, by id."""
        products, services = self.products_read.rows(), self.services_read.rows()
        if isinstance(products, Failure):
            return products
        if isinstance(services, Failure):
            return services
        return {id: text_of(row, "item_code") for id, row in (*products.items(), *services.items())}

    # Set-up, read whole

    def accounts(self) -> dict[str, Account] | Failure:
        """Ledger accounts that sales documents may use, by code."""
        if self._accounts is None:
            rows = self._client.read("ledger_accounts", {"visible_in": "sales", "attributes": "all"})
            if isinstance(rows, Failure):
                return rows
            listed = [Account(text_of(row, "id"), text_of(row, "nominal_code"), _title(row)) for row in rows]
            self._accounts = {one.code: one for one in listed if one.code}
        return self._accounts

    def taxes(self) -> dict[str, tuple[str, Decimal]] | Failure:
        """Tax rates: id -> name and percent."""
        if self._taxes is None:
            rows = self._client.read("tax_rates", {"attributes": "all"})
            if isinstance(rows, Failure):
                return rows
            self._taxes = {text_of(row, "id"): (_title(row), _percent(row)) for row in rows}
        return self._taxes

    def banks(self) -> list[Bank] | Failure:
        """Bank accounts."""
        if self._banks is None:
            rows = self._client.read("bank_accounts", {"attributes": "all"})
            if isinstance(rows, Failure):
                return rows
            self._banks = [
                Bank(
                    text_of(row, "id"),
                    text_of(row, "nominal_code"),
                    text_of(inside(row, "bank_account_details"), "account_name") or _title(row),
                )
                for row in rows
            ]
        return self._banks

    def forget_banks(self) -> None:
        """Forget the bank accounts: a new one may have been opened."""
        with self._lock:
            self._banks = None


def contact_of(row: Row, home: str) -> Contact:
    """A contact; its account is its reference, or its id where it has none."""
    address = inside(row, "main_address")
    return Contact(
        text_of(row, "id"),
        text_of(row, "reference") or text_of(row, "id"),
        id_of(row, "currency"),
        id_of(address, "country") or home,
    )


def item_of(row: Row, *, service: bool) -> Item:
    """An item. A product without a kind counts as stocked if it states a quantity."""
    kind = id_of(row, "catalog_item_type")
    stocked = not service and (kind == STOCK_ITEM or "quantity_in_stock" in row)
    return Item(
        text_of(row, "id"), text_of(row, "item_code"), service, stocked, id_of(row, "sales_ledger_account")
    )


def _title(row: Row) -> str:
    return text_of(row, "name") or text_of(row, "displayed_as")


def _percent(row: Row) -> Decimal:
    try:
        return number_of(row, "percentage") or ZERO
    except Unreadable:
        return ZERO
