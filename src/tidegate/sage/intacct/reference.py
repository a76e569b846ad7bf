"""What orders refer to: customers, items and warehouses, read when a name is met first, and remembered.

Source: contract §7, §8. Reads are metered, so what is known is not asked for again; a record that is refused
is doubted, and read again before the next try.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from tidegate.domain.errors import Failure
from tidegate.sage.intacct.client import IntacctClient
from tidegate.sage.intacct.queries import Query, among, in_parts
from tidegate.sage.intacct.rows import Row, flag_of, text_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Customer:
    """An account that orders may name."""

    account: str
    name: str
    currency: str
    on_hold: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A product that orders may name; `unit` is the group of its units of measure."""

    code: str
    kind: str
    active: bool

    @property
    def stocked(self) -> bool:
        """Whether a warehouse holds it."""
        return self.kind in STOCKED


STOCKED = ("Inventory", "Stockable Kit")


class Reference:
    """Names of one company, by kind."""

    def __init__(self, client: IntacctClient) -> None:
        self._client = client
        self._customers: dict[str, Customer] = {}
        self._items: dict[str, Item] = {}
        self._warehouses: dict[str, str] | None = None
        self._lock = threading.Lock()

    def customers(self, accounts: Iterable[str]) -> dict[str, Customer] | Failure:
        """The accounts that exist of these, by the names that were asked for."""
        fields = ("RECORDNO", "CUSTOMERID", "NAME", "CURRENCY", "ONHOLD")
        return self._read("CUSTOMER", "CUSTOMERID", fields, accounts, self._customers, _customer)

    def items(self, codes: Iterable[str]) -> dict[str, Item] | Failure:
        """The products that exist of these, by the names that were asked for."""
        fields = ("RECORDNO", "ITEMID", "ITEMTYPE", "STATUS")
        return self._read("ITEM", "ITEMID", fields, codes, self._items, _item)

    def warehouses(self) -> dict[str, str] | Failure:
        """Warehouses that are active: id -> name."""
        if self._warehouses is None:
            rows = self._client.read(Query("WAREHOUSE", ("RECORDNO", "WAREHOUSEID", "NAME", "STATUS")))
            if isinstance(rows, Failure):
                return rows
            self._warehouses = {
                text_of(row, "WAREHOUSEID"): text_of(row, "NAME")
                for row in rows
                if text_of(row, "STATUS") != "inactive"
            }
        return self._warehouses

    def doubt(self, *, items: Iterable[str] = (), account: str) -> None:
        """Read these again: the company has refused an order of them."""
        with self._lock:
            for code in items:
                self._items.pop(code, None)
            self._customers.pop(account, None)

    def forget(self) -> None:
        """Read everything again."""
        with self._lock:
            self._customers, self._items, self._warehouses = {}, {}, None

    def _read(
        self,
        object: str,
        field: str,
        fields: tuple[str, ...],
        names: Iterable[str],
        known: dict[str, T],
        made: Callable[[Row], T],
    ) -> dict[str, T] | Failure:
        wanted = dict.fromkeys(name for name in names if name)
        missing = [name for name in wanted if name not in known]
        for part in in_parts(missing):
            rows = self._client.read(Query(object, fields, among(field, part), any_case=True))
            if isinstance(rows, Failure):
                return rows
            by_name = {text_of(row, field).casefold(): row for row in rows}
            exact = {text_of(row, field): row for row in rows}
            with self._lock:
                for name in part:
                    row = exact.get(name) or by_name.get(name.casefold())
                    if row is not None:
                        known[name] = made(row)
        return {name: known[name] for name in wanted if name in known}


def _customer(row: Row) -> Customer:
    on_hold = flag_of(row, "ONHOLD")
    return Customer(text_of(row, "CUSTOMERID"), text_of(row, "NAME"), text_of(row, "CURRENCY"), on_hold)


def _item(row: Row) -> Item:
    return Item(text_of(row, "ITEMID"), text_of(row, "ITEMTYPE"), text_of(row, "STATUS") != "inactive")
