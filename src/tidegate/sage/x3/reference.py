"""What orders refer to: customers, products and sites, remembered by name; and the screen that orders are entered in.

Source: contract §4, §9, §12, §14, §17. Tax levels and invoicing elements are no classes: the configuration names them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from tidegate.domain.errors import Code, Failure
from tidegate.sage.x3.client import X3Client
from tidegate.sage.x3.objects import Screen, screen_of
from tidegate.sage.x3.queries import equals
from tidegate.sage.x3.rows import Row, text_of
from tidegate.sage.x3.settings import X3Settings
from tidegate.sage.x3.wire_names import LINE_FIELD

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Customer:
    """An account that orders may name."""

    account: str
    currency: str


class Reference:
    """Names of one folder, by kind."""

    def __init__(self, client: X3Client, company: X3Settings) -> None:
        self._client = client
        self._company = company
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Read everything again."""
        with self._lock:
            self._customers: dict[str, Customer] = {}
            self._items: dict[str, str] = {}
            self._sites: dict[str, str] | None = None
            self._screens: dict[str, Screen] = {}

    def doubt(self, *, items: Iterable[str], account: str) -> None:
        """Read these again: X3 has refused an order of them."""
        with self._lock:
            for code in items:
                self._items.pop(code, None)
            self._customers.pop(account, None)

    def customers(self, accounts: Iterable[str]) -> dict[str, Customer] | Failure:
        """The accounts that exist of these."""
        return self._read("BPCUSTOMER", "BPCNUM", accounts, self._customers, self._customer)

    def items(self, codes: Iterable[str]) -> dict[str, str] | Failure:
        """The products that exist of these."""
        return self._read("ITMMASTER", "ITMREF", codes, self._items, lambda row: text_of(row, "ITMREF"))

    def _customer(self, row: Row) -> Customer:
        return Customer(text_of(row, "BPCNUM"), text_of(row, "CUR") or self._company.currency)

    def _read(
        self, name: str, field: str, names: Iterable[str], known: dict[str, T], made: Callable[[Row], T]
    ) -> dict[str, T] | Failure:
        wanted = dict.fromkeys(name for name in names if name)
        missing = {one: (equals(field, one),) for one in wanted if one not in known}
        rows = self._client.read_pooled(name, missing)
        if isinstance(rows, Failure):
            return rows
        by_name = {text_of(row, field): row for row in rows}
        with self._lock:
            for one in missing:
                if one in by_name:
                    known[one] = made(by_name[one])
        return {one: known[one] for one in wanted if one in known}

    def sites(self) -> dict[str, str] | Failure:
        """All sites of the folder: code -> name."""
        if self._sites is None:
            rows = self._client.read("FACILITY")
            if isinstance(rows, Failure):
                return rows
            self._sites = {text_of(row, "FCY"): text_of(row, "FCYNAM") for row in rows}
        return self._sites

    def screen(self, name: str, *, line_field: str = LINE_FIELD) -> Screen | Failure:
        """The groups of a published object, asked once: a description is large."""
        known = self._screens.get(name)
        if known is not None:
            return known
        returned = self._client.call("getDescription", name, {}, reading=True, ours=(name,))
        if isinstance(returned, Failure):
            return returned
        found = screen_of(returned.result)
        if found is None or line_field not in found.tables:
            text = f"the description of {name} names no table with {line_field}: is it the right object?"
            return Failure(Code.UNKNOWN_ENDPOINT, text, sent=False)
        self._screens[name] = found
        return found
