"""Sage's stock as it was read last, kept in the ledger: deltas are applied to it.

Beside the mirror of the flow `inventory`; nothing of these snapshots is sent to anybody.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from tidegate.domain.bad_row import BadRow
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code, Failure
from tidegate.domain.stock.availability import level_columns, parts
from tidegate.domain.stock.stock_level import StockLevel, WebLine
from tidegate.flows import unreadable
from tidegate.flows.cycle import Cycle
from tidegate.flows.desks import lacks
from tidegate.flows.fulfilment import unread_despatches
from tidegate.flows.fulfilment.unread_despatches import UnreadDespatch
from tidegate.flows.stock import ledger_lines
from tidegate.flows.stock import movements as stock_movements
from tidegate.flows.stock.movements import Movements
from tidegate.flows.stored_keys import entities
from tidegate.flows.stored_order import read_order
from tidegate.ledger import cursors, intake, lookups, marks, snapshot
from tidegate.ledger.database import transaction
from tidegate.sage.port.session import Session
from tidegate.tables import pl

FLOW = "inventory"
LEVEL_SNAPSHOT, GROUP_SNAPSHOT = "inventory:levels", "inventory:groups"
AT_ONCE = 50_000  #: levels that are put into words at a time
BETWEEN = "\x1f"  # no code of a product or warehouse holds it

T = TypeVar("T")


@dataclass(frozen=True)
class Reading:
    """What Sage said in this cycle, applied to what it said before."""

    lines: list[WebLine]
    levels: pl.DataFrame  #: `domain.availability.level_columns`
    cursors: dict[str, str]  #: to be moved when this is kept
    snapshots: dict[str, pl.DataFrame]
    read: int = 0
    groups: dict[str, str] = field(default_factory=dict)
    movements: Movements | None = None
    unread: list[UnreadDespatch] = field(default_factory=list)  #: left, and not in the ledger yet
    unreadable: dict[str, str] = field(default_factory=dict)  #: codes without a figure, and why

    def keep(self, cycle: Cycle) -> None:
        """Store the reading, in the transaction that stores what follows from it."""
        now = cycle.now()
        for name, rows in self.snapshots.items():
            snapshot.write(cycle.name, name, rows, now)
        for name, cursor in self.cursors.items():
            cursors.move(cycle.name, FLOW, name, cursor, now)
        if self.movements is not None:
            self.movements.keep(cycle)
        marks.remove(_shrunk(cycle), now)


def read(cycle: Cycle, session: Session, *, full: bool) -> Reading | Failure:
    """Web lines first, then what has left unheard, then stock.

    What moves in between then errs towards caution: a piece that is allocated after the lines were read
    is missing in the correction and taken off the level. The other way round it would be added twice.
    """
    stock = cycle.connection.settings.stock
    if session.stock is None:
        return lacks("stock")
    if session.web_lines is None and not session.dated_stock:
        return lacks("the open lines of web orders, which are needed so that no piece is sold twice")
    lines = session.web_lines.read() if session.web_lines is not None else []
    if isinstance(lines, Failure):
        return lines
    dated = session.dated_stock and session.web_lines is not None
    invoiced = (
        ledger_lines.invoiced(cycle.connection, lines, cycle.now(), session.order_search) if dated else []
    )
    if isinstance(invoiced, Failure):
        return invoiced
    unread = unread_despatches.read(cycle, session)
    if isinstance(unread, Failure):
        return unread
    choice = format(zlib.crc32("|".join(sorted(stock.warehouses)).encode()), "08x")
    name = f"levels:{choice}"
    since = None if full else cursors.read(cycle.name, FLOW, name)
    stated = session.stock.read(since, tuple(stock.warehouses))
    if isinstance(stated, Failure):
        return stated
    place = next(iter(stock.warehouses), "") or next((one.warehouse for one in stated.rows), "")
    if session.web_lines is None and stated.as_of is not None:
        lines = ledger_lines.read(cycle.connection, stated.as_of, place)
    elif stated.as_of is not None and not session.dated_stock:
        lines += ledger_lines.entered_since(cycle.connection, lines, stated.as_of, place)
    lines = [*lines, *ledger_lines.off_the_figure(cycle.connection, invoiced, place)]
    texts, count = in_words(stated.rows), len(stated.rows)
    stated = replace(stated, rows=())  # a million rows are larger as objects than all that is made of them
    fresh = snapshot.frame(texts)
    del texts
    before = snapshot.read(cycle.name, LEVEL_SNAPSHOT)
    after = updated(before, fresh, stated, whole=since is None)
    bad = [
        *stated.bad,
        *(BadRow(line.sku or line.order_number, line.unreadable) for line in lines if line.unreadable),
        *_held_by_unreadable(cycle, lines, after),
    ]
    unreadable.report(cycle.name, FLOW, unreadable.SAGE, [*bad, *unread.bad], cycle.now())
    lines = [line for line in lines if not line.unreadable]
    if stated.bad:  # what was known of them stays: they still exist
        after = snapshot.with_values(_of(before, {row.name for row in stated.bad}), after)
    shrunk = _shrinking(cycle, before, after)
    if shrunk is not None:
        return shrunk
    snapshots = {LEVEL_SNAPSHOT: after} if fresh.height or stated.full else {}
    moved = {name: stated.cursor}
    groups: dict[str, str] = {}
    if stock.group_buffers:
        if session.products is None:
            return lacks("products with their groups, which `stock.group_buffers` needs")
        products = session.products.read(None if full else cursors.read(cycle.name, FLOW, "groups"))
        if isinstance(products, Failure):
            return products
        read_groups = snapshot.frame({one.sku: one.group for one in products.rows})
        known = updated(snapshot.read(cycle.name, GROUP_SNAPSHOT), read_groups, products)
        snapshots[GROUP_SNAPSHOT], moved["groups"] = known, products.cursor
        groups = dict(known.iter_rows())
    # Sage ignores case, and operators type the configuration
    upper = [replace(line, warehouse=line.warehouse.upper()) for line in lines]
    movements = stock_movements.read(cycle, choice, changed(fresh, before), upper)
    return Reading(
        upper,
        levels_of(after),
        moved,
        snapshots,
        count,
        groups,
        movements,
        unread.despatches,
        {row.name: row.why for row in bad},
    )


def in_words(levels: Sequence[StockLevel]) -> pl.DataFrame:
    """What the company told, in words by product and warehouse, in its order. Put together part by part."""
    parted = [
        pl.DataFrame(
            {
                "key": [BETWEEN.join((one.sku, one.warehouse.upper())) for one in part],
                "value": [f"{parts(one.on_hand)};{parts(one.allocated)}" for one in part],
            },
            schema=snapshot.schema(),
        )
        for start in range(0, len(levels), AT_ONCE)
        if (part := levels[start : start + AT_ONCE])
    ]
    return pl.concat(parted) if parted else pl.DataFrame(schema=snapshot.schema())


def _held_by_unreadable(cycle: Cycle, lines: Iterable[WebLine], levels: pl.DataFrame) -> Iterator[BadRow]:
    """The codes of orders whose lines the company cannot show, as the ledger has them: no figure, no write.

    What the company has no stock of, such as a product of the store alone, was never ours to write.
    """
    hidden = {line.order_key: line for line in lines if line.unreadable and not line.sku}
    if not hidden:
        return
    spelt = {code.casefold(): code for code in levels_of(levels)["sku"].unique()}
    for key, entity_id in entities(cycle.connection, hidden).items():
        item = lookups.step_of_document(cycle.connection.settings.store, entity_id, "orders", "order")
        if item is None or item.source_id is None:
            continue
        document = intake.document_of(item.source_id)
        why = (
            f"order {hidden[key].order_number} reserves pieces of it, but cannot be read: "
            f"{hidden[key].unreadable}"
        )
        codes = cycle.connection.settings.skus
        for sku in {line.sku for line in read_order(document).lines} if document else ():
            code = spelt.get(codes.get(sku, sku).casefold())
            if code is not None:
                yield BadRow(code, why)


def _of(levels: pl.DataFrame, skus: Collection[str]) -> pl.DataFrame:
    """The rows of these products, in all warehouses."""
    sku = pl.col("key").str.split_exact(BETWEEN, 1).struct.field("field_0")
    return levels.filter(sku.is_in(list(skus)))


def updated(
    before: pl.DataFrame, fresh: pl.DataFrame, stated: Delta[T], *, whole: bool = False
) -> pl.DataFrame:
    """A snapshot after a reading. Items that a full reading lacks are removed."""
    return fresh if stated.full or whole else snapshot.with_values(before, fresh)


def levels_of(rows: pl.DataFrame) -> pl.DataFrame:
    """The snapshot's texts as the numbers that are calculated with."""
    key = pl.col("key").str.split_exact(BETWEEN, 1)
    value = pl.col("value").str.split_exact(";", 1)
    return rows.select(
        sku=key.struct.field("field_0"),
        warehouse=key.struct.field("field_1"),
        on_hand=value.struct.field("field_0").cast(pl.Int64),
        allocated=value.struct.field("field_1").cast(pl.Int64),
    ).cast(level_columns())  # type: ignore[arg-type]


def changed(fresh: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """The free stock that differs from the reading before: sku, free, free_before."""
    differing = snapshot.differing(fresh, before).filter(pl.col("value_sent").is_not_null())
    both = [
        levels_of(differing.select("key", value=column)).select(
            "sku", free=pl.col("on_hand") - pl.col("allocated")
        )
        for column in ("value", "value_sent")
    ]
    return both[0].with_columns(free_before=both[1]["free"])


#: With at least so many items before, a full reading with less than this fraction of them is not used at once ...
_ENOUGH, _LEAST_SHARE = 50, 2
#: ... only after this many equal readings in a row.
_CONFIRMED_AFTER = 3


def _shrinking(cycle: Cycle, before: pl.DataFrame, after: pl.DataFrame) -> Failure | None:
    """A reading that lacks most products, or all of a few, would empty the store, so it must be repeated."""
    few = before.height < _ENOUGH and after.height
    if few or after.height * _LEAST_SHARE >= before.height:
        return None
    seen = int(marks.read(_shrunk(cycle)) or 0) + 1
    if seen >= _CONFIRMED_AFTER:
        return None
    with transaction("shrunk"):
        marks.write(_shrunk(cycle), str(seen), cycle.now())
    text = (
        f"Sage reported the stock of {after.height} products and warehouses but {before.height} before. "
        f"Stock is written again when the same is reported {_CONFIRMED_AFTER} times in a row"
    )
    return Failure(Code.OTHER_CONTENT, text, sent=False)


def _shrunk(cycle: Cycle) -> str:
    return f"shrunk:{cycle.name}"
