"""The lists of both systems that mappings choose from: read when a person asks, kept with their time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

import msgspec

from tidegate.domain.errors import Failure
from tidegate.domain.orders.extras import LINES, NAMES, PAYMENTS
from tidegate.flows import account_book
from tidegate.flows.connection import Connection
from tidegate.ledger import marks
from tidegate.ledger.database import transaction
from tidegate.magento.stock import StoreStock

T = TypeVar("T")
#: Entries of one list that a page offers: more are typed.
MOST = 500


class Listed(StrEnum):
    """A list of the company (its room's own kinds) or of the store."""

    TAX_CODES = "tax"
    CHARGES = "charge"
    WAREHOUSES = "warehouse"
    ACCOUNTS = "account"
    COURIERS = "courier"
    PRICE_LISTS = "price-list"
    CUSTOMER_ACCOUNTS = "customer-account"
    PAYMENT_METHODS = "store-payment"
    SHIPPING_METHODS = "store-shipping"
    TAX_RATES = "store-tax"
    CUSTOMER_GROUPS = "store-group"
    SOURCES = "store-source"
    AMOUNTS = "store-amount"


class Lists(msgspec.Struct, frozen=True):
    """What both systems said: list -> code -> name. `unread` says which lists could not be read, and why."""

    at: datetime
    lists: dict[str, dict[str, str]]
    unread: tuple[str, ...] = ()


def kept(connection: str) -> Lists | None:
    """The lists as they were read last; None before the first reading."""
    written = marks.read(_name(connection))
    return None if written is None else msgspec.json.decode(written, type=Lists)


def read(connection: Connection) -> Lists:
    """Ask both systems, and keep what they say. Makes calls; none to a company that is closed."""
    now = connection.clock.now()
    unread: list[str] = []
    found = of_company(connection, unread) | of_store(connection, unread)
    made = Lists(now, found, tuple(unread))
    with transaction("lists"):
        marks.write(_name(connection.name), msgspec.json.encode(made).decode(), now)
    return made


def of_company(connection: Connection, unread: list[str]) -> dict[str, dict[str, str]]:
    """The company's set-up, and the customers' accounts as the flow `customers` read them last."""
    records = list(account_book.accounts(connection.name).values())[:MOST]
    accounts = {record.account: record.name for record in records}
    closed = connection.closed()
    if closed is not None:
        unread.append(f"Sage: closed until {closed.until:%Y-%m-%d %H:%M} UTC ({closed.reason})")
        return {Listed.CUSTOMER_ACCOUNTS: accounts}
    lists = connection.company.code_lists()
    if isinstance(lists, Failure):
        unread.append(f"Sage: {lists.text}")
        return {Listed.CUSTOMER_ACCOUNTS: accounts}
    return {
        each.kind: dict(list(each.codes.items())[:MOST]) for each in lists if each.kind in set(Listed)
    } | {Listed.CUSTOMER_ACCOUNTS: accounts}


def of_store(connection: Connection, unread: list[str]) -> dict[str, dict[str, str]]:
    """The store's methods in use, tax rates, customer groups and sources."""
    shop = connection.store.shop
    found: dict[str, dict[str, str]] = {Listed.AMOUNTS: {name: NAMES[name] for name in (*PAYMENTS, *LINES)}}
    methods = shop.methods_in_use()
    if isinstance(methods, Failure):
        unread.append(f"Magento, methods: {methods.text}")
    else:
        found[Listed.PAYMENT_METHODS] = dict.fromkeys(methods.payment, "")
        found[Listed.SHIPPING_METHODS] = dict.fromkeys(methods.shipping, "")
    asking: tuple[tuple[Listed, Callable[[], dict[str, str] | Failure]], ...] = (
        (Listed.TAX_RATES, lambda: named(shop.tax_rates(), lambda each: (each.code, f"{each.rate} %"))),
        (Listed.CUSTOMER_GROUPS, lambda: named(shop.customer_groups(), lambda each: (each.code, ""))),
        (
            Listed.SOURCES,
            lambda: named(StoreStock(connection.store.client).sources(), lambda each: (each.source_code, "")),
        ),
    )
    for name, ask in asking:
        answer = ask()
        if isinstance(answer, Failure):
            unread.append(f"Magento, {name.value.removeprefix('store-')}: {answer.text}")
        else:
            found[name] = answer
    return found


def named(rows: Iterable[T] | Failure, pair: Callable[[T], tuple[str, str]]) -> dict[str, str] | Failure:
    """Code -> name of the rows, as many as a page offers."""
    return rows if isinstance(rows, Failure) else dict([pair(row) for row in rows][:MOST])


def _name(connection: str) -> str:
    return f"lists:{connection}"
