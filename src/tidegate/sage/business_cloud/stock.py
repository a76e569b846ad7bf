"""What is in stock, and what of it our open quotes and drafts hold: Sage takes nothing off for those.

Source: contract §8.2, §9. Whether a movement touches the item's time of change is not known, so that a list of changes may
miss it: levels are read whole, a page for 200 items, and a snapshot that is the same as the last one reports nothing.
Where a business has many items, `full_stock_hours` says how often they are read whole; between, changes are read, and
what was sold.

An invoice takes its goods off at once, and no list shows which of them the store has not shipped yet: where orders become
invoices, the ledger shows what web orders have taken off.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from tidegate.domain.bad_row import BadRow
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO
from tidegate.domain.stock.stock_level import StockLevel, WebLine
from tidegate.sage.business_cloud.client import PAGE, BusinessCloudClient
from tidegate.sage.business_cloud.open_documents import OpenDocuments
from tidegate.sage.business_cloud.rows import Row, each, figure_of, name_of, text_of
from tidegate.sage.business_cloud.settings import BusinessCloudSettings
from tidegate.sage.business_cloud.wire_names import WAREHOUSE

FIELDS = "item_code,quantity_in_stock,active,updated_at"
FEW = 10 * PAGE  #: up to this many items all are read in every cycle, which takes no more calls


class Stock:
    """Stock levels; all are of the one warehouse."""

    def __init__(
        self,
        client: BusinessCloudClient,
        open_documents: OpenDocuments,
        company: BusinessCloudSettings,
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._open = open_documents
        self._company = company
        self._now = now
        self._levels: dict[str, Row] = {}
        self._read_at: datetime | None = None

    def read(self, since: str | None, warehouses: Sequence[str] = ()) -> Delta[StockLevel] | Failure:
        """All levels; none when nothing is different from what the cursor has seen."""
        for name in warehouses:
            if name != WAREHOUSE:
                text = f"this product has only the warehouse {WAREHOUSE!r}, not {name!r}"
                return Failure(Code.UNKNOWN_REFERENCE, text, missing=f"warehouse:{name}", sent=False)
        as_of = self._now()  # an order that is confirmed from here on may be on the figures, or not
        held = self._open.held()  # first: what is invoiced meanwhile is off twice, and never on twice
        if isinstance(held, Failure):
            return held
        failure = self._refresh()
        if failure is not None:
            return failure
        rows = list(self._levels.values())
        levels, bad = each(rows, lambda row: _level(row, held), _shown)
        cursor = _digest(levels, bad)
        if cursor == since:
            return Delta((), cursor, as_of=as_of)
        return Delta(tuple(levels), cursor, full=True, bad=tuple(bad), as_of=as_of)

    def _refresh(self) -> Failure | None:
        """Read all items; of more than `FEW` only the changes, and all of them every `full_stock_hours`."""
        now = self._now()
        longest = timedelta(hours=self._company.full_stock_hours)
        whole = self._read_at is None or len(self._levels) <= FEW or now - self._read_at >= longest
        query = {"attributes": FIELDS}
        if not whole and self._read_at is not None:
            since = max(text_of(row, "updated_at") for row in self._levels.values()).replace("Z", "+00:00")
            query["updated_or_created_since"] = since
        rows = self._client.read("stock_items", query)
        if isinstance(rows, Failure):
            return rows
        found = {text_of(row, "id"): row for row in rows}
        self._levels = found if whole else {**self._levels, **found}
        self._read_at = now if whole else self._read_at
        return None

    def forget(self) -> None:
        """Forget all levels, so that the next read is a full one."""
        self._levels, self._read_at = {}, None


def _level(row: Row, held: Mapping[str, Decimal]) -> StockLevel:
    return StockLevel(
        sku=name_of(row, "item_code"),
        warehouse=WAREHOUSE,
        on_hand=figure_of(row, "quantity_in_stock"),
        allocated=held.get(name_of(row, "id"), ZERO),
    )


def _shown(row: Row) -> str:
    return text_of(row, "item_code") or text_of(row, "displayed_as") or "stock of no item"


def _digest(levels: Sequence[StockLevel], bad: Sequence[BadRow]) -> str:
    text = "\n".join(sorted(f"{one}" for one in (*levels, *bad)))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class WebLines:
    """What of the orders with our key is still to be invoiced: lines of open quotes and drafts."""

    def __init__(self, open_documents: OpenDocuments) -> None:
        self._open = open_documents

    def read(self) -> list[WebLine] | Failure:
        """Lines of goods of all of them."""
        return self._open.web_lines()
