"""What moved in Sage's stock and was no web order's: other channels, deliveries, counting.

Between two readings the free stock (on hand less allocated) of an SKU moves by what web orders took and by
the rest; the rest is noted by day. A web line takes what is allocated to it or despatched. Once Sage tells a
line no more, the ledger's own shipments say what it took in the end, else what it had taken last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tidegate.domain.money import quotient
from tidegate.domain.stock.availability import PIECE, parts
from tidegate.domain.stock.stock_level import WebLine
from tidegate.flows.cycle import Cycle
from tidegate.flows.stored_keys import entities, stored_keys
from tidegate.ledger import cursors, movements, shipped, snapshot
from tidegate.tables import pl

FLOW = "inventory"
WEB_SNAPSHOT = "inventory:web"
#: How long a line that Sage no longer reports is kept: its despatch may be reported later.
REMEMBERED = timedelta(days=7)
_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class WebTake:
    """What one web line took of the free stock, in parts of a piece, and when Sage reported it last."""

    sku: str
    taken: int
    reported: date


@dataclass(frozen=True)
class Movements:
    """The movements since the reading before; None before there were two readings of the same warehouses."""

    cursor: str
    heard: int  #: the newest delivery that was looked at
    web: dict[str, WebTake]
    moved: dict[str, Decimal] | None
    explained: dict[str, Decimal]

    def keep(self, cycle: Cycle) -> None:
        """Store the movements, in the transaction that stores the reading."""
        now = cycle.now()
        values = {
            key: _BETWEEN.join((each.sku, str(each.taken), each.reported.isoformat()))
            for key, each in self.web.items()
        }
        snapshot.write(cycle.name, WEB_SNAPSHOT, snapshot.frame(values), now)
        cursors.move(cycle.name, FLOW, self.cursor, str(self.heard), now)
        if self.moved is None:
            movements.begin(cycle.name, _day(cycle), now)
        elif self.moved or self.explained:
            movements.note(cycle.name, _day(cycle), self.moved, self.explained, now)


def read(cycle: Cycle, warehouses: str, changed: pl.DataFrame, lines: Iterable[WebLine]) -> Movements:
    """`changed` are levels of this reading with those before: sku, free, free_before, in parts of a piece.

    `warehouses` names the choice of warehouses: another choice begins anew.
    """
    cursor = f"movements:{warehouses}"
    written = cursors.read(cycle.name, FLOW, cursor)
    now = _reported(cycle, lines)
    if written is None:
        return Movements(cursor, shipped.newest(), now, None, {})
    before = _before(cycle)
    heard, left = shipped.despatched_after(cycle.name, int(written))
    now |= _untold(cycle, before, now, left)
    took: defaultdict[str, int] = defaultdict(int)
    for key, each in now.items():
        took[each.sku] += each.taken - (before[key].taken if key in before else 0)
    sums = changed.group_by("sku").agg(pieces=(pl.col("free") - pl.col("free_before")).sum())
    moved = dict(sums.iter_rows())
    rest = {sku: pieces + took.get(sku, 0) for sku, pieces in moved.items()}
    late = {sku: pieces for sku, pieces in took.items() if sku not in moved}
    return Movements(cursor, heard, now, _pieces(rest), _pieces(late))


def _reported(cycle: Cycle, lines: Iterable[WebLine]) -> dict[str, WebTake]:
    """The lines that Sage reports now."""
    today = _day(cycle)
    now: dict[str, WebTake] = {}
    for line in lines:
        key = _BETWEEN.join((line.order_key, line.line_key or line.line_id))
        more = now[key].taken if key in now else 0
        now[key] = WebTake(line.sku, parts(line.allocated + line.despatched) + more, today)
    return now


def _untold(
    cycle: Cycle,
    before: Mapping[str, WebTake],
    now: Mapping[str, WebTake],
    left: Mapping[tuple[int, str], str],
) -> dict[str, WebTake]:
    """Lines that Sage reported lately, or that left without ever being reported: what they took in the end."""
    today, store = _day(cycle), cycle.connection.settings.store
    gone = {key: each for key, each in before.items() if today - each.reported <= REMEMBERED}
    names = stored_keys(cycle.connection, [(store, entity_id) for entity_id, _ in left])
    for (entity_id, line_key), sku in left.items():
        gone.setdefault(_BETWEEN.join((names[store, entity_id], line_key)), WebTake(sku, 0, today))
    over = {key: key.partition(_BETWEEN) for key in gone.keys() - now.keys()}
    ours = entities(cycle.connection, [order for order, _, _ in over.values()])
    places = {key: (ours.get(order, 0), line_key) for key, (order, _, line_key) in over.items()}
    despatched = shipped.despatched(cycle.name, {entity_id for entity_id, _ in places.values()})
    return {
        key: replace(gone[key], taken=parts(despatched[place])) if place in despatched else gone[key]
        for key, place in places.items()
    }


def _before(cycle: Cycle) -> dict[str, WebTake]:
    found = {}
    for key, value in snapshot.read(cycle.name, WEB_SNAPSHOT).iter_rows():
        sku, taken, reported = value.split(_BETWEEN)
        found[key] = WebTake(sku, int(taken), date.fromisoformat(reported))
    return found


def _pieces(of: dict[str, int]) -> dict[str, Decimal]:
    return {sku: quotient(Decimal(pieces), Decimal(PIECE)) for sku, pieces in of.items() if pieces}


def _day(cycle: Cycle) -> date:
    """The company's own day."""
    return cycle.started.astimezone(ZoneInfo(cycle.connection.company_settings.time_zone)).date()
