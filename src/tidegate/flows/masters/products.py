"""The `products` flow: which SKUs each side knows, and cost, weight and status of those that both have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec

from tidegate.domain.bad_row import BadRow
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.masters.master import ProductRecord
from tidegate.domain.masters.product_card import ProductRules, product_card, product_cost
from tidegate.domain.missing_thing import missing_thing
from tidegate.flows import bulk, mirrored, unreadable
from tidegate.flows.connection import Connection
from tidegate.flows.cycle import Cycle
from tidegate.flows.desks import lacks
from tidegate.flows.fence import fenced
from tidegate.flows.masters.customer_writer import card_of, written
from tidegate.flows.masters.product_writer import COST, RECORD, STORE, ProductWriter, seen, sku_of
from tidegate.flows.skus import store_skus
from tidegate.ledger import cursors, mirror, snapshot
from tidegate.ledger.database import transaction
from tidegate.magento.prices import StorePrices
from tidegate.magento.products import PLAIN, StoreProduct, StoreProducts
from tidegate.sage.port.session import Purpose
from tidegate.tables import pl

FLOW = "products"
#: The company's products and the store's, as they were read last.
COMPANY, SHOP = "products:company", "products:store"
#: Items looked for at a time, and costs in one call.
AT_ONCE = 200
OVERLAP = timedelta(minutes=15)

_RECORD = msgspec.json.Decoder(ProductRecord)
_PRODUCT = msgspec.json.Decoder(StoreProduct)


@dataclass(frozen=True)
class Reading:
    """Both sides after a reading. The store's by SKU in small letters, the company's by code."""

    records: Mapping[str, ProductRecord]
    products: Mapping[str, StoreProduct]
    fresh: tuple[str, ...]  #: SKUs that the store did not have before
    cursor: str
    changed: bool
    unit: str
    bad: tuple[BadRow, ...]  #: the company's that cannot be read
    unread_there: Mapping[str, str]  #: the store's, by SKU in small letters


def run(cycle: Cycle) -> None:
    """One cycle of the flow."""
    rules = cycle.connection.settings.products
    full = mirrored.full_is_due(cycle, rules.full_every)
    writer = writer_of(cycle.connection)
    queue_is_open = bulk.still_open(cycle)
    with cycle.reading():
        if queue_is_open:
            with transaction("reclaim"):
                cycle.count("in_doubt", mirror.reclaim(cycle.lease, cycle.now()))
        else:
            mirrored.recover(cycle, writer)
        if cycle.may_call_company():
            found = read_both(cycle.connection, full=full)
            if isinstance(found, Failure):
                cycle.call_failed(found)
            else:
                # what cannot be read is there, whatever it is: none is made
                there = {key: each.sku for key, each in found.products.items()}
                writer.known = {**dict.fromkeys(found.unread_there, ""), **there}
                unreadable.report(cycle.name, FLOW, unreadable.SAGE, found.bad, cycle.now())
                writer.names = names_of(cycle.connection, found)
                take_in(cycle, writer, found, full=full)
    if cycle.may_go_on():
        if not queue_is_open and bulk.is_worth_it(cycle, writer):
            bulk.carry(cycle, writer)
        mirrored.send(cycle, writer, AT_ONCE)


def writer_of(connection: Connection) -> ProductWriter:
    """The writer of the connection's products, with the SKUs that the store had last; their spelling is read anew."""
    rules, client = connection.settings.products, connection.store.client
    known = dict.fromkeys(snapshot.read(connection.name, SHOP)["key"], "")
    products = StoreProducts(client, connection.page_size)
    return ProductWriter(products, StorePrices(client), known, {}, rules.create, rules.attribute_set)


def read_both(connection: Connection, *, full: bool) -> Reading | Failure:
    """Read what changed on both sides, or everything, and apply it to what is known."""
    configs = connection.store.shop.store_configs()
    if isinstance(configs, Failure):
        return configs
    last = None if full else cursors.moved_at(connection.name, FLOW, "company")
    before = {key: _PRODUCT.decode(text) for key, text in snapshot.read(connection.name, SHOP).iter_rows()}
    products = {} if full else dict(before)
    unread_there: dict[str, str] = {}
    for page in StoreProducts(connection.store.client, connection.page_size).products(
        last - OVERLAP if last else None
    ):
        if isinstance(page, Failure):
            return page
        products |= {each.sku.casefold(): each for each in page.items}
        unread_there |= {row.name.casefold(): row.why for row in page.bad}
    with connection.company.session(Purpose.READING) as session:
        if isinstance(session, Failure):
            return session
        if session.products is None:
            return lacks("products")
        delta = session.products.read(None if full else cursors.read(connection.name, FLOW, "company"))
    if isinstance(delta, Failure):
        return delta
    known = {key: _RECORD.decode(text) for key, text in snapshot.read(connection.name, COMPANY).iter_rows()}
    records = updated(known, delta)
    products |= {key: before[key] for key in unread_there if key in before}
    fresh = tuple(sorted(products[key].sku for key in products.keys() - before.keys()))
    changed = records != known or products != before
    unit = next((each.weight_unit for each in configs), "")
    return Reading(records, products, fresh, delta.cursor, changed, unit, delta.bad, unread_there)


def updated(before: Mapping[str, ProductRecord], delta: Delta[ProductRecord]) -> dict[str, ProductRecord]:
    """The company's products after a reading."""
    known = unreadable.kept(before, delta.bad) if delta.full else dict(before)
    return known | {record.sku: record for record in delta.rows}


def take_in(cycle: Cycle, writer: ProductWriter, found: Reading, *, full: bool) -> None:
    """Say what each product shall hold, compare where it is time to, and keep all of it at once."""
    wanted, left_out = cards(cycle.connection, found)
    if full and not compare(cycle, writer, found, wanted):
        return
    known = set(mirror.settled(cycle.name, FLOW)["key"])
    known |= {item.key for item in mirror.listing(cycle.name, FLOW, limit=mirrored.ALL)}
    gone = sorted(known - wanted.keys() - left_out.keys())
    with transaction("want"):
        now = cycle.now()
        cycle.count("read", len(found.records))
        cycle.count("captured", mirrored.want(cycle, wanted, left_out, gone))
        if found.changed:
            snapshot.write(cycle.name, COMPANY, _frame(found.records), now)
            snapshot.write(cycle.name, SHOP, _frame(found.products), now)
        cursors.move(cycle.name, FLOW, "company", found.cursor, cycle.started)
        if full:
            mirrored.full_is_done(cycle)
    if found.fresh:  # whatever flow waits for one of them, by the company's spelling or the store's
        fresh = {sku.casefold() for sku in found.fresh}
        spelt = {sku_of(key) for key in (*wanted, *left_out) if sku_of(key).casefold() in fresh}
        mirrored.appeared(cycle, sorted(missing_thing("sku", sku) for sku in {*found.fresh, *spelt}))


def cards(connection: Connection, found: Reading) -> tuple[dict[str, str], dict[str, str]]:
    """(what the store shall hold, what only one side knows and why nothing is written), by item."""
    rules, names = rules_of(connection, found), store_skus(connection.settings.skus)
    before = dict(mirror.settled(connection.name, FLOW).iter_rows())

    def items(record: ProductRecord, sku: str) -> dict[str, str] | str:
        """What the store shall hold of one product, or why nothing is written."""
        if sku.casefold() in found.unread_there:
            return f"the store's product cannot be read: {found.unread_there[sku.casefold()]}"
        product = found.products.get(sku.casefold())
        if product is not None and product.type_id not in PLAIN:
            return f"a {product.type_id} product has no cost or weight of its own"
        if product is None and not (record.active and record.sellable):
            return "the company does not sell it, and the store does not have it"
        card = product_card(record, rules, card_of(before.get(RECORD + sku, "")))
        cost = product_cost(record, rules)
        shown = {RECORD + sku: written(card)} if card or product is None else {}
        return shown | ({COST + sku: cost} if cost and product is not None else {})

    wanted: dict[str, str] = {}
    left_out: dict[str, str] = {}
    here: set[str] = set()
    for row in found.bad:
        for sku in names(row.name):
            here.add(sku.casefold())
            left_out[RECORD + sku] = f"the company's product cannot be read: {row.why}"
    for record in found.records.values():
        for sku in names(record.sku):
            here.add(sku.casefold())
            if RECORD + sku in left_out:
                continue
            made = fenced(f"product {sku}", partial(items, record, sku))
            if isinstance(made, Failure | str):
                left_out[RECORD + sku] = made.text if isinstance(made, Failure) else made
            else:
                wanted |= made
    for key, product in found.products.items():
        if key not in here and product.type_id in PLAIN and product.sku not in connection.settings.skip_skus:
            left_out[STORE + product.sku] = "the company has no product of this SKU"
    return wanted, left_out


def rules_of(connection: Connection, found: Reading) -> ProductRules:
    """The connection's rules in the domain's form. Magento's weight unit is pounds when it states none."""
    rules = connection.settings.products
    return ProductRules(rules.cost, rules.weight, rules.status, "kgs" if found.unit == "kgs" else "lbs")


def names_of(connection: Connection, found: Reading) -> dict[str, str]:
    """The company's names by the store's SKU, for products made here."""
    names = store_skus(connection.settings.skus)
    return {sku: record.name for record in found.records.values() for sku in names(record.sku)}


def compare(cycle: Cycle, writer: ProductWriter, found: Reading, wanted: Mapping[str, str]) -> bool:
    """What the store holds against what was written to it; false when it could not be read."""
    before = dict(mirror.settled(cycle.name, FLOW).iter_rows())
    there: dict[str, str] = {}
    for key, value in wanted.items():
        if key.startswith(RECORD):
            product = found.products.get(sku_of(key).casefold())
            held = fenced(f"product {sku_of(key)}", partial(seen, product, before.get(key, value)))
            if not isinstance(held, Failure):  # else this one is not compared
                there[key] = held
    costs = sorted(key for key in wanted if key.startswith(COST))
    for start in range(0, len(costs), AT_ONCE):
        part = writer.read(costs[start : start + AT_ONCE])
        if isinstance(part, Failure):
            cycle.call_failed(part, of_company=False)
            return False
        there |= part
    mirrored.compare(cycle, there, cycle.connection.settings.products.drift)
    return True


def preview(connection: Connection) -> list[dict[str, Any]]:
    """What the next cycle would write, and what only one side knows; nothing is kept and nothing is sent."""
    found = read_both(connection, full=True)
    if isinstance(found, Failure):
        return [{"problem": found.text}]
    wanted, left_out = cards(connection, found)
    before = dict(mirror.settled(connection.name, FLOW).iter_rows())
    return [
        {
            "sku": sku_of(key),
            "item": key.partition("|")[0],
            "sent": before.get(key, ""),
            "wanted": wanted.get(key, ""),
            "left_out": left_out.get(key, ""),
        }
        for key in _sorted(wanted, left_out)
        if before.get(key) != wanted.get(key)
    ]


def _sorted(*keys: Iterable[str]) -> list[str]:
    return sorted({key for each in keys for key in each})


def _frame(values: Mapping[str, Any]) -> pl.DataFrame:
    texts = [msgspec.json.encode(each).decode() for each in values.values()]
    return pl.DataFrame({"key": list(values), "value": texts}, schema=snapshot.schema())
