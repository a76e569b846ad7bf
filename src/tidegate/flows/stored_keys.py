"""Keys that the company keeps with our orders, customers and receipts.

On the way out by source, on the way in by the ledger's table.

The ledger itself names an order by `order_key`; that name is a key of the ledger and never read from outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from tidegate.domain.fulfilment.sage_documents import SalesInvoice
from tidegate.domain.orders.keys import order_key
from tidegate.domain.orders.stored_keys import KeyMaker, number_keys
from tidegate.flows.connection import Connection
from tidegate.ledger import keys
from tidegate.ledger.database import transaction
from tidegate.ledger.keys import Source
from tidegate.sage.port.orders import OrderKey


def register(connection: Connection, numbers: Mapping[Source, str], now: datetime) -> dict[Source, str]:
    """The keys of orders in the connection's company, made where they have none. Inside a transaction.

    `numbers` are the orders' own in the store, for companies that keep nothing else: there an order without a
    readable number gets none yet.
    """
    about, prefix = connection.company.about.orders, connection.settings.reference_prefix
    make = about.make_key
    if about.key_is_number:
        numbers = {source: prefix + number for source, number in numbers.items() if number}
        make = number_keys(numbers)
    return keys.register(connection.settings.company, list(numbers), make, now)


def stored_keys(connection: Connection, sources: Sequence[Source]) -> dict[Source, str]:
    """The key of each order; of one that has none yet, the one that it would get first."""
    known = keys.of_sources(sources)
    make = connection.company.about.orders.make_key
    return {source: known.get(source) or make(*source, 0) for source in sources}


def search_keys(connection: Connection, numbers: Mapping[Source, str]) -> dict[Source, OrderKey]:
    """What each order is looked up by, of its own number in the store: our key, and the number with the prefix.

    Both, because some products find orders by one of the two only.
    """
    names, prefix = stored_keys(connection, list(numbers)), connection.settings.reference_prefix
    return {source: OrderKey(names[source], prefix + number) for source, number in numbers.items()}


def stored_key(connection: Connection, store: str, entity_id: int) -> str:
    """The key of one order."""
    return stored_keys(connection, [(store, entity_id)])[store, entity_id]


def register_customers(
    connection: Connection, names: Mapping[Source, str], now: datetime, currency: str = ""
) -> dict[Source, str]:
    """The keys of customers in the connection's company, made where they have none. Inside a transaction.

    Sources are the store and the customer's id there; `names` the ledger's own names of them. With `currency`,
    the customer's account of that currency.
    """
    make, kind = _of_customers(connection, currency)
    return keys.register(connection.settings.company, list(names), make, now, kind=kind, names=names)


def customer_keys(connection: Connection, sources: Iterable[Source], currency: str = "") -> dict[Source, str]:
    """The key of each customer; of one that has none yet, the one that it would get first."""
    make, kind = _of_customers(connection, currency)
    wanted = list(sources)
    known = keys.of_sources(wanted, kind=kind)
    return {source: known.get(source) or make(*source, 0) for source in wanted}


def _of_customers(connection: Connection, currency: str) -> tuple[KeyMaker, str]:
    make = connection.company.about.orders.make_customer_keys(currency)
    return make, f"{keys.CUSTOMER}/{currency}" if currency else keys.CUSTOMER


def keys_of_names(names: Iterable[str]) -> dict[str, str]:
    """The keys of customers by the ledger's own names; one that has none yet was never sent under any other."""
    wanted = list(names)
    known = keys.of_names(wanted)
    return {name: known.get(name, name) for name in wanted}


def receipt_keys(connection: Connection, sources: Sequence[Source], now: datetime) -> dict[Source, str]:
    """The keys of the receipts of orders in the connection's company, made where they have none."""
    known = keys.of_sources(sources, kind=keys.RECEIPT)
    if not known.keys() >= set(sources):
        make = connection.company.about.orders.make_receipt_key
        with transaction("keys"):
            known = keys.register(connection.settings.company, sources, make, now, kind=keys.RECEIPT)
    return known


def entities(connection: Connection, stored: Iterable[str]) -> dict[str, int]:
    """The orders of the connection's store among these keys: key -> entity id."""
    store = connection.settings.store
    known = keys.sources(connection.settings.company, stored)
    return {key: entity_id for key, (owner, entity_id) in known.items() if owner == store}


def in_ledgers_names(connection: Connection, invoices: Sequence[SalesInvoice]) -> list[SalesInvoice]:
    """The same invoices with their orders named as the ledger does; an unknown key stays."""
    known = keys.sources(connection.settings.company, [key for row in invoices for key in row.order_keys])
    names = {key: order_key(*source) for key, source in known.items()}
    return [replace(row, order_keys=tuple(names.get(key, key) for key in row.order_keys)) for row in invoices]
