"""Where the orders stand between the warehouse and the ledger, and whether both systems say the same of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, Decimal

from tidegate.demo.setup import Setup
from tidegate.demo.story import BUFFER, STATUSES
from tidegate.engine import reports
from tidegate.ledger import books
from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.magento.order import Order as StoreOrder
from tidegate_sandbox.magento.stock import COMPOSITES

PAID = STATUSES["complete"]


@dataclass(frozen=True)
class Life:
    """Orders by how far they have come, as the shop shows it; `posted` by what Tidegate has read of Sage's books."""

    shipped: int = 0
    invoiced: int = 0
    posted: int = 0
    paid: int = 0
    credited: int = 0


def live(setup: Setup) -> Life:
    """Count in the shop and in the ledger."""
    shop = setup.shop
    with shop.lock:
        orders = {order.entity_id: order for order in placed_here(setup)}
        shipped, invoiced, credited = (
            len({row["order_id"] for row in table.all()} & orders.keys())
            for table in (shop.shipments, shop.invoices, shop.creditmemos)
        )
        paid = sum(map(reported_paid, orders.values()))
    return Life(shipped, invoiced, posted(setup.connection), paid, credited)


def placed_here(setup: Setup) -> list[StoreOrder]:
    """The orders of the store views that the connection serves."""
    views = setup.place.store_ids
    return [order for order in setup.shop.orders.all() if order.row["store_id"] in views]


def posted(connection: str) -> int:
    """Orders all of whose invoices have postings in the ledger's own copy of the books; one over nothing has none."""
    found = books.invoices(connection)
    entries = books.entries_named(connection, [], [invoice.number for invoice in found])
    lines = books.postings(connection, [entry.urn for entry in entries])
    known = {entry.reference for entry in entries if lines.get(entry.urn) or not entry.gross}
    open_orders = {key for invoice in found if invoice.number not in known for key in invoice.order_keys}
    return len({key for invoice in found for key in invoice.order_keys} - open_orders)


def reported_paid(order: StoreOrder) -> bool:
    """Whether the shop has a comment that the order is paid; a later credit memo may have changed its status."""
    return any(entry.get("status") == PAID for entry in order.histories)


def entity_of(setup: Setup, order: Order) -> int | None:
    """The shop's id of the order that Sage's was made of; None for any other."""
    source = setup.house.source_of(order, setup.shop)
    return None if source is None else source.entity_id


# --- the end ------------------------------------------------------------------------------------


def differences(setup: Setup) -> Iterator[str]:
    """What the shop and Sage do not agree on; nothing, when all is settled."""
    flows = setup.house.flows
    if "shipments" in flows:
        yield from documents(setup)
    if "inventory" in flows:
        yield from salable(setup)
    if "prices" in flows:
        yield from prices(setup)


def documents(setup: Setup) -> Iterator[str]:
    """A despatch, invoice or credit note without its counterpart in the shop, or one with two."""
    company, shop = setup.sage.company, setup.shop
    with company.lock, shop.lock:
        for order in company.orders.table:
            entity_id = entity_of(setup, order)
            if entity_id is None:
                continue
            invoices = company.invoices.of_order(order.id)
            credits = sum(one.is_credit for one in invoices)
            pairs = (
                ("despatches", len(company.despatches.table.find("order_id", order.id)), shop.shipments),
                ("invoices", len(invoices) - credits, shop.invoices),
                ("credit notes", credits, shop.creditmemos),
            )
            for name, count, table in pairs:
                if count != len(table.of(entity_id)):
                    yield f"{order.number}: {count} {name} in Sage, {len(table.of(entity_id))} in the shop"
            yield from money(setup, order, entity_id)


def money(setup: Setup, order: Order, entity_id: int) -> Iterator[str]:
    """The shop has a comment that an order is paid when, and only when, Sage has the money for all of it."""
    company = setup.sage.company
    invoices = company.invoices.of_order(order.id)
    owed = [company.receivables.table[one.posted_id] for one in invoices if one.posted_id is not None]
    settled = order.status == "complete" and not any(one.outstanding for one in owed)
    there = setup.shop.orders.any(entity_id)
    paid_there = there is not None and reported_paid(there)
    if settled != paid_there:
        yield f"{order.number}: {'paid' if settled else 'open'} in Sage, {'paid' if paid_there else 'open'} in the shop"


def salable(setup: Setup) -> Iterator[str]:
    """A product of which the shop has more or less than is free in Sage, without the buffer of ten percent.

    What is still reserved in the shop may only be of orders that are not in Sage. Where nobody ships in this evening,
    the shop holds back itself what Sage has let go with the order: it comes on top.
    """
    company, shop, sources = setup.sage.company, setup.shop, setup.place.sources
    with company.lock, shop.lock:
        in_sage = {entity_of(setup, order) for order in company.orders.table if order.external_key}
        held: defaultdict[str, Decimal] = defaultdict(Decimal)
        for one in shop.stock.reservations:
            if one.order_id in in_sage:
                held[one.sku] -= one.quantity
        ships = "shipments" in setup.house.flows
        for item in company.items:
            product = shop.catalogue.product(item.code)
            if product is None or product.type in COMPOSITES:
                continue  # it is not sold here, or its parts are
            free: defaultdict[str, Decimal] = defaultdict(Decimal)
            kept: defaultdict[str, Decimal] = defaultdict(Decimal)
            for warehouse, (on_hand, at_hand) in setup.house.shelf(company, item).items():
                source = sources.get(warehouse)
                if source is None:
                    continue  # what lies there is not sold in the shop
                free[source] += at_hand
                kept[source] += on_hand * BUFFER
            for source, pieces in free.items():
                wanted = max(pieces - kept[source].to_integral_value(ROUND_CEILING), Decimal(0))
                wanted += Decimal(0) if ships else held[item.code]
                there = shop.stock.item(item.code, source)
                if there is None or there.quantity != wanted:
                    yield f"{item.code} at {source}: {wanted} to sell, the shop has {there and there.quantity}"
        if ships and (reserved := sum(held.values())):
            yield f"the shop still reserves {reserved} pieces of orders that have left"


def prices(setup: Setup) -> Iterator[str]:
    """A product that the shop sells for another price than Sage's standard one."""
    company, shop = setup.sage.company, setup.shop
    with company.lock, shop.lock:
        for sku in shop.catalogue.on_sale:
            item = company.items.first("code", sku)
            if item is None:
                continue
            wanted, asked = (
                company.prices.amount(item.id, None),
                shop.catalogue.price(sku, setup.place.website_id),
            )
            if wanted != asked:
                yield f"{sku}: {wanted} in Sage, {asked} in the shop"


def incomplete_chains(setup: Setup, now: datetime) -> tuple[int, list[str]]:
    """Of the paid orders: how many chains `tidegate trace` calls complete, and what is missing of the others."""
    with setup.shop.lock:
        numbers = [str(order.row["increment_id"]) for order in placed_here(setup) if reported_paid(order)]
    missing: list[str] = []
    complete = 0
    for number in numbers:
        chain = reports.traced(number, now)["orders"][0]["chain"]
        complete += chain["complete"]
        missing += [f"{number}: {each}" for each in chain["missing"]]
    return complete, missing
