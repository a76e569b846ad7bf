"""Products that the store sells although nothing is left: they keep their status at quantity 0.

Status 0 is not salable whatever else is set (contract, point 25). Whether a product may be sold on backorder
its stock item tells, one call a SKU: so only those at 0 are asked for, and what they said is kept.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal

from tidegate.domain.errors import Failure
from tidegate.flows.cycle import Cycle
from tidegate.flows.stock.writer import value_of
from tidegate.ledger import snapshot
from tidegate.ledger.database import transaction
from tidegate.magento.stock import StoreStock
from tidegate.tables import pl

SNAPSHOT = "inventory:backorders"  #: by SKU whether the product may be sold on backorder, and when it said so
SOLD_OUT, ON_BACKORDER = value_of(Decimal(0), 0), value_of(Decimal(0), 1)
#: Products asked in one cycle at most, and how long their answers hold.
ASKED, HOLDS = 200, timedelta(days=7)
_BETWEEN = ";"


def with_backorders(cycle: Cycle, wanted: pl.DataFrame) -> pl.DataFrame:
    """What the store shall have, with the status of what is sold on backorder; see `stock.backorders`."""
    choice = cycle.connection.settings.stock.backorders
    if choice == "never":
        return wanted
    sku, is_nothing = pl.col("key").str.replace("@[^@]*$", ""), pl.col("value") == SOLD_OUT
    empty = set(wanted.filter(is_nothing).select(sku)["key"])
    allowed = empty if choice == "always" else allowing(cycle, empty)
    if not allowed:
        return wanted
    kept = is_nothing & sku.is_in(sorted(allowed))
    return wanted.with_columns(value=pl.when(kept).then(pl.lit(ON_BACKORDER)).otherwise(pl.col("value")))


def allowing(cycle: Cycle, skus: Collection[str]) -> set[str]:
    """Those of the SKUs whose products allow backorders, as they said; who was not asked yet does not."""
    today = cycle.now().date()
    known = {
        sku: (allows == "1", date.fromisoformat(day))
        for sku, value in snapshot.read(cycle.name, SNAPSHOT).iter_rows()
        for allows, _, day in [value.partition(_BETWEEN)]
    }
    unknown = sorted(skus - known.keys())
    old = sorted(sku for sku in skus & known.keys() if today - known[sku][1] >= HOLDS)
    asked = 0
    for sku in [*unknown, *old][:ASKED]:
        item = StoreStock(cycle.connection.store.client).stock_item(sku)
        asked += 1
        if isinstance(item, Failure) and item.ends_cycle:
            break  # no answer, or no permission to read stock items: what is known counts
        # a product that the store does not have is looked at by `screen`
        known[sku] = (not isinstance(item, Failure) and item.allows_backorders, today)
    if asked:
        cycle.keep_lease()
        values = {sku: f"{int(allows)}{_BETWEEN}{day}" for sku, (allows, day) in known.items()}
        with transaction("backorders"):
            snapshot.write(cycle.name, SNAPSHOT, snapshot.frame(values), cycle.now())
    return {sku for sku in skus if sku in known and known[sku][0]}
