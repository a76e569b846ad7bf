"""The `inventory` flow: what Sage can sell -> the store's sources, by the formula, and only what differs.

One cycle: web lines and stock are read from Sage, the store's numbers are calculated, the mirror says
which of them the store does not have, and those are written, sorted, one call after another. Once in
`full_every` everything is compared with what the store really has. Design, *Availability*.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from tidegate.config.stock_rules import buffers
from tidegate.domain.errors import Code, Failure, Group
from tidegate.domain.missing_thing import missing_thing, names_of
from tidegate.domain.stock.availability import PIECE, available, with_reservations, without_reservations
from tidegate.domain.verdict import Verdict
from tidegate.flows import bulk, mirrored, store_limits
from tidegate.flows.connection import Connection
from tidegate.flows.cycle import Cycle
from tidegate.flows.skus import store_skus
from tidegate.flows.stock import explained, missed_orders, owed_pieces, reservations, short_stock
from tidegate.flows.stock import levels as stock_levels
from tidegate.flows.stock import wanted as stock_wanted
from tidegate.flows.stock.backorders import with_backorders
from tidegate.flows.stock.claims import claims_of
from tidegate.flows.stock.explained import source_of_warehouses
from tidegate.flows.stock.levels import Reading
from tidegate.flows.stock.reservations import NOTHING_KNOWN, Reservations
from tidegate.flows.stock.writer import DEFAULT, PAGE, LegacyWriter, StockWriter, Writer, key_of, place_of
from tidegate.ledger import cursors, lease, mirror, shipped, snapshot
from tidegate.ledger.database import transaction
from tidegate.magento.stock import StoreStock
from tidegate.sage.port.session import Purpose
from tidegate.tables import pl

FLOW = "inventory"
NOTHING = "0;0"  #: what is written for a product that Sage has no more
COMPOSITES = ("configurable", "bundle", "grouped")  #: their parts have stock, they have none
_ITEM_SNAPSHOT = "inventory:items"  #: the ids of the stock items of a store without sources, by SKU
_SHIPMENTS = "shipments"  #: cursor: up to when confirmed shipments were taken note of


def run(cycle: Cycle) -> None:
    """One cycle of the flow."""
    connection = cycle.connection
    writer = writer_of(connection)
    stock_before = short_stock.written(connection)
    store_limits.recall(connection, cycle.now())
    queue_is_open = bulk.still_open(cycle)
    if queue_is_open:
        with transaction("reclaim"):
            cycle.count("in_doubt", mirror.reclaim(cycle.lease, cycle.now()))
    else:
        mirrored.recover(cycle, writer)
    # what an earlier cycle calculated is published no more: a shipment written since then counts in it, too
    fresh = cycle.may_call_company() and take_in(cycle, writer)
    if fresh and cycle.may_go_on() and screen(cycle, StoreStock(connection.store.client)):
        hold_back(cycle)
        if isinstance(writer, StockWriter) and not queue_is_open and bulk.is_worth_it(cycle, writer):
            bulk.carry(cycle, writer)
        mirrored.send(cycle, writer, PAGE)
    short_stock.release(cycle, stock_before)
    with transaction("limit"):
        store_limits.keep_array_limit(connection, cycle.now())
    if isinstance(writer, LegacyWriter) and writer.learnt:
        with transaction("items"):
            snapshot.write(
                cycle.name,
                _ITEM_SNAPSHOT,
                snapshot.frame({k: str(v) for k, v in writer.ids.items()}),
                cycle.now(),
            )


def writer_of(connection: Connection) -> Writer:
    """Whoever writes to this kind of store."""
    client, stock = connection.store.client, connection.settings.stock
    if not stock.msi:
        ids = dict(snapshot.read(connection.name, _ITEM_SNAPSHOT).iter_rows())
        return LegacyWriter(StoreStock(client), {sku: int(item_id) for sku, item_id in ids.items()})
    return StockWriter(StoreStock(client), client, connection.clock, sources_of(connection))


def sources_of(connection: Connection) -> list[str]:
    """The sources that this connection feeds."""
    return sorted(set(connection.settings.stock.warehouses.values())) or [DEFAULT]


def preview(connection: Connection) -> list[dict[str, Any]]:
    """What waits to be written. What Sage has changed since the last cycle is not read."""
    return [
        {
            "sku": place_of(item.key)[0],
            "source": place_of(item.key)[1],
            "has": item.sent,
            "wanted": item.wanted,
        }
        for item in mirror.due(connection.name, FLOW, connection.clock.now(), PAGE)
    ]


def take_in(cycle: Cycle, writer: Writer) -> bool:
    """Read Sage, calculate, compare where it is time to, and keep all of it at once; whether it was."""
    connection = cycle.connection
    full = mirrored.full_is_due(cycle, connection.settings.stock.full_every)
    waiting = None if connection.settings.stock.msi else owed_pieces.in_ledger(cycle)
    # from here on no order passes: what the ledger knows is asked last, and written at once
    with connection.company.session(Purpose.READING) as session, cycle.reading():
        reading = session if isinstance(session, Failure) else stock_levels.read(cycle, session, full=full)
    if isinstance(reading, Failure):
        failed(cycle, reading, of_company=True)
        return False
    cycle.keep_lease()
    cycle.count("read", reading.read)
    reserved = reservations.read(cycle, reading.lines)
    if isinstance(reserved, Failure):
        cycle.call_failed(reserved, of_company=False)
        return False
    corrected = corrections(connection, reading, {}, reserved)
    wanted = calculated(connection, reading, corrected)
    if not note_shipments(cycle, writer):
        return False
    # without reservations the orders are read below, from where this was noted last
    if waiting is None and not note_orders(cycle, writer, reserved.moved):
        return False
    if full and not compare(cycle, writer, wanted):
        return False
    if waiting is not None:  # last of all: what is ordered from here on is overwritten by this cycle
        owed = owed_pieces.with_unread(cycle, waiting, reading.lines)
        if isinstance(owed, Failure):
            cycle.call_failed(owed, of_company=False)
            return False
        if not note_orders(cycle, writer, owed.moved, owed.missed):
            return False
        corrected = corrections(connection, reading, owed.pieces)
        wanted = calculated(connection, reading, corrected)
    wanted = with_backorders(cycle, wanted)
    cycle.keep_lease()  # reading everything takes its time
    with transaction("want"):
        now = cycle.now()
        lease.check(cycle.lease, now)  # what a worker calculated that has lost it is old
        reading.keep(cycle)
        reserved.keep(cycle)
        explained.keep(cycle.name, corrected, now)
        # a source that is no longer configured belongs to others; a product that Sage no longer has is sold out
        missing = mirror.unnamed(cycle.name, FLOW, wanted).to_frame("key")
        ours = pl.col("key").str.extract("@([^@]*)$").is_in(sources_of(connection))
        sold_out = missing.filter(ours).with_columns(value=pl.lit(NOTHING))
        gone = missing.filter(~ours)["key"].to_list()
        everything = pl.concat([wanted, sold_out])
        stock_wanted.want(cycle, everything, reading.unreadable, sources_of(connection), gone)
        if full:
            mirrored.full_is_done(cycle)
    return True


def corrections(
    connection: Connection,
    reading: Reading,
    waiting: Mapping[str, Decimal],
    reserved: Reservations = NOTHING_KNOWN,
) -> pl.DataFrame:
    """What web orders correct in the company's figures; `waiting` are pieces that it does not know of yet."""
    claims = claims_of(connection, reading.lines, reading.unread, reserved)
    if connection.settings.stock.msi:
        return with_reservations(claims)
    # one number for all warehouses: it does not matter which of them the queued orders will get
    anywhere = next(iter(source_of_warehouses(connection.settings.stock, reading.levels)), "")
    spelt = {sku.casefold(): sku for sku in reading.levels["sku"].unique()} if waiting else {}
    return without_reservations(claims, {(spelt.get(sku, sku), anywhere): of for sku, of in waiting.items()})


def calculated(connection: Connection, reading: Reading, corrected: pl.DataFrame) -> pl.DataFrame:
    """What the store shall have: key, value."""
    stock = connection.settings.stock
    places = source_of_warehouses(stock, reading.levels)
    table = available(
        reading.levels,
        corrected,
        places,
        buffers(stock),
        reading.groups,
        stock.decimals,
    )
    whole, rest = pl.col("quantity") // PIECE, pl.col("quantity") % PIECE
    decimals = (rest + PIECE).cast(pl.String).str.slice(1).str.strip_chars_end("0")
    quantity = (
        pl.when(rest == 0)
        .then(whole.cast(pl.String))
        .otherwise(pl.concat_str(whole.cast(pl.String), pl.lit("."), decimals))
    )
    status = pl.when(pl.col("quantity") > 0).then(pl.lit(";1")).otherwise(pl.lit(";0"))
    return _renamed(table, connection.settings.skus).select(
        key=pl.concat_str("sku", pl.lit("@"), "source"), value=pl.concat_str(quantity, status)
    )


def _renamed(table: pl.DataFrame, skus: Mapping[str, str]) -> pl.DataFrame:
    """Sage's codes as the store's SKUs; a code that is another SKU's exception is not sold by its own name."""
    if not skus:
        return table
    back = store_skus(skus)
    other = {code: (back(code) or [""])[0] for code in {*skus, *skus.values()}}
    return table.with_columns(sku=pl.col("sku").replace(other)).filter(pl.col("sku") != "")


def note_shipments(cycle: Cycle, writer: Writer) -> bool:
    """Magento takes a shipment's pieces off the source itself, and puts a credit memo's back: both are read back."""
    since = cursors.read(cycle.name, FLOW, _SHIPMENTS)
    keys: list[str] = []
    if since is not None:
        skus = shipped.written_since(cycle.name, datetime.fromisoformat(since))
        skus |= {sku for sku, code in cycle.connection.settings.skus.items() if code in skus}
        sent_keys = mirror.settled(cycle.name, FLOW)["key"]
        keys = (
            sent_keys.filter(sent_keys.str.replace("@[^@]*$", "").is_in(sorted(skus))).to_list()
            if skus
            else []
        )
    there = writer.read(keys) if keys else {}
    if isinstance(there, Failure):
        cycle.call_failed(there, of_company=False)
        return False
    with transaction("shipments"):
        mirror.observe(cycle.lease, cycle.name, there, cycle.now())
        cursors.move(cycle.name, FLOW, _SHIPMENTS, cycle.started.isoformat(), cycle.now())
    return True


def note_orders(
    cycle: Cycle, writer: Writer, moved: Collection[str], missed: Collection[int] | None = None
) -> bool:
    """The store's number is not what was written once a refund, or without reservations an order, has moved it.

    It is read back: a number that is wanted again would else never be written.
    """
    sent_keys = mirror.settled(cycle.name, FLOW)["key"].to_list() if moved else []
    keys = [key for key in sent_keys if place_of(key)[0].casefold() in moved]
    there = writer.read(keys) if keys else {}
    if isinstance(there, Failure):
        cycle.call_failed(there, of_company=False)
        return False
    cycle.keep_lease()
    with transaction("orders"):
        mirror.observe(cycle.lease, cycle.name, there, cycle.now())
        if missed is not None:
            missed_orders.keep(cycle, missed)
        cursors.move(cycle.name, FLOW, owed_pieces.NOTED, cycle.started.isoformat(), cycle.now())
    return True


def compare(cycle: Cycle, writer: Writer, wanted: pl.DataFrame) -> bool:
    """Find hand edits and lost writes. Only what is ours or shall be is looked at."""
    missing = no_source(cycle.connection)
    if missing is not None:
        failed(cycle, missing, of_company=False)
        return False
    keys = (
        pl.concat([wanted.select("key"), mirror.settled(cycle.name, FLOW).select("key")]).unique().sort("key")
    )
    there = writer.read_all(keys["key"].to_list())
    if isinstance(there, Failure):
        cycle.call_failed(there, of_company=False)
        return False
    if not look_for_missing(cycle):
        return False
    if isinstance(writer, StockWriter):
        mirrored.compare(cycle, there, cycle.connection.settings.stock.drift)
        return True
    # without reservations every order moves the store's number: that is no drift, only what there is now
    with transaction("compare"):
        mirror.baseline(cycle.name, FLOW, {key: value for key, value in there.items() if value}, cycle.now())
    return True


def look_for_missing(cycle: Cycle) -> bool:
    """Release stock whose products exist in the store by now; false when the store could not be read."""
    waited = names_of("sku", mirrored.missing(cycle))
    known = StoreStock(cycle.connection.store.client).known(sorted(waited)) if waited else {}
    if isinstance(known, Failure):
        cycle.call_failed(known, of_company=False)
        return False
    mirrored.appeared(cycle, [missing_thing("sku", sku) for sku in known])
    return True


def failed(cycle: Cycle, failure: Failure, *, of_company: bool) -> None:
    """The cycle ends; what only a person can put right is reported. `mirrored.finish` clears it when it is over."""
    cycle.call_failed(failure, of_company=of_company)
    if failure.group in (Group.REVIEW, Group.HOLD_FOR_FIX):
        cycle.ask_a_person(failure, FLOW)


def no_source(connection: Connection) -> Failure | None:
    """An unknown source would fail every call, and Magento does not say which (point 25)."""
    if not connection.settings.stock.msi:
        return None
    known = StoreStock(connection.store.client).sources()
    key = f"[connections.{connection.name}.stock]"
    if isinstance(known, Failure):
        if known.code is not Code.UNKNOWN_ENDPOINT:
            return known
        text = f"the store has no multi-source inventory: set msi = false in {key}"
        return Failure(Code.UNKNOWN_REFERENCE, text, missing="sources:", sent=False)
    unknown = sorted(set(sources_of(connection)) - {source.source_code for source in known})
    if not unknown:
        return None
    text = f"the store has no source {', '.join(unknown)}: correct the warehouses in {key}"
    return Failure(Code.UNKNOWN_REFERENCE, text, missing=f"source:{unknown[0]}", sent=False)


def screen(cycle: Cycle, store: StoreStock) -> bool:
    """Look up SKUs that were never written: Magento silently accepts unknown SKUs (point 25)."""
    after = None
    while items := mirror.due(cycle.name, FLOW, cycle.now(), 1000, after):
        after = items[-1]
        fresh = [item for item in items if not item.sent]
        known = store.known(sorted({place_of(item.key)[0] for item in fresh})) if fresh else {}
        if isinstance(known, Failure):
            cycle.call_failed(known, of_company=False)
            return False
        verdicts = []
        for item in fresh:
            sku = place_of(item.key)[0]
            product = known.get(sku)
            if product is None:
                text = f"the store has no product {sku}: create it in Magento; until then its stock stays in Sage alone"
                code, waits = Code.UNKNOWN_SKU.value, missing_thing("sku", sku)
                verdicts.append(Verdict(item.id, "i", code=code, text=text, waits_for=waits))
            elif product.type_id in COMPOSITES:
                verdicts.append(
                    Verdict(item.id, "n", text=f"a {product.type_id} product has no stock of its own")
                )
        with transaction("screen"):
            mirror.settle(cycle.lease, verdicts, cycle.now())
        cycle.count("held", sum(verdict.letter == "i" for verdict in verdicts))
    return True


def hold_back(cycle: Cycle) -> None:
    """Let shipments go first: Magento ships only what its source still holds (design, trap 3).

    Those that wait for a person do not starve their SKUs: their pieces are in the formula.
    """
    shipments = cycle.connection.settings.flows.get(shipped.FLOW)
    if shipments is None or not shipments.enabled:
        return  # they will never be written: waiting would have no end
    skus = shipped.open_shipment_skus(cycle.name)
    keys = [key_of(sku, source) for sku in skus for source in sources_of(cycle.connection)]
    items = mirror.find(cycle.name, FLOW, keys)
    text = "a shipment of this product is written first"
    waits = [Verdict(item.id, "g", text=text, due_at=cycle.next_cycle) for item in items]
    with transaction("shipments"):
        mirror.settle(cycle.lease, waits, cycle.now())
