"""Sales orders that carry our key, with their lines: the tie from Intacct's documents back to the store.

Source: contract §6.2, §6.5, §8. Every document names the one that it was made from; the way leads from an
invoice over its shipper to the order, which carries the key. That a conversion copies custom fields is not
relied upon.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from xml.etree.ElementTree import Element

from tidegate.domain.errors import Failure
from tidegate.domain.money import ZERO
from tidegate.reading.document import Unreadable
from tidegate.sage.intacct.client import IntacctClient
from tidegate.sage.intacct.queries import (
    Query,
    among,
    equals,
    every,
    from_record,
    in_parts,
    is_set,
    not_among,
)
from tidegate.sage.intacct.rows import Row, figure_of, number_of, text_of
from tidegate.sage.intacct.settings import IntacctSettings
from tidegate.sage.intacct.status_words import CLOSED, CONVERTED

ORDER_KEY_PREFIX = "magento:"  #: how every key begins (`domain.orders.keys.order_key`)
LINE = (
    "RECORDNO",
    "DOCHDRID",
    "LINE_NO",
    "ITEMID",
    "QUANTITY",
    "QTY_CONVERTED",
    "TRX_VALUE",
    "SOURCE_DOCLINEKEY",
    "WAREHOUSE.LOCATION_NO",
)
NO_RECORD = "0"  #: a record number that does not exist
HEADER = ("RECORDNO", "DOCID", "DOCNO", "DOCPARID", "CREATEDFROM", "STATE")


@dataclass(frozen=True, slots=True)
class WebOrderLine:
    """A line of such an order. `taken` is what later documents took of it."""

    id: str
    key: str
    sku: str
    warehouse: str
    ordered: Decimal
    taken: Decimal
    unreadable: str = ""


@dataclass(frozen=True, slots=True)
class WebOrder:
    """An order that carries our key; `id` is its DOCID."""

    id: str
    number: str
    key: str
    state: str
    lines: Mapping[str, WebOrderLine] = field(default_factory=dict)


class WebOrders:
    """The orders with our key of one company, and documents made from them."""

    def __init__(self, client: IntacctClient, company: IntacctSettings) -> None:
        self.client = client
        self.company = company
        self.fields = (*HEADER, company.order_field)

    def query(self, *conditions: Element) -> Query:
        """All orders with a key, of which these conditions hold."""
        ours = [equals("DOCPARID", self.company.sales_order), is_set(self.company.order_field)]
        definition = self.company.sales_order
        return Query("SODOCUMENT", self.fields, every([*ours, *conditions]), definition=definition)

    def from_the_first(self) -> Element | Failure:
        """Documents that may be of our orders: none is older than the first of them, however many years there are."""
        first = self.client.read_first(replace(self.query(), fields=("RECORDNO",)))
        if isinstance(first, Failure):
            return first
        return equals("RECORDNO", NO_RECORD) if first is None else from_record(text_of(first, "RECORDNO"))

    def open(self) -> dict[str, WebOrder] | Failure:
        """Orders of which something is to be shipped or invoiced: what is done long ago is not read."""
        unshipped = self.query(not_among("STATE", (CLOSED, CONVERTED)))
        queries = [unshipped]
        if self.company.shipper:
            unbilled = [equals("DOCPARID", self.company.shipper), not_among("STATE", (CLOSED, CONVERTED))]
            queries.append(Query("SODOCUMENT", HEADER, every(unbilled)))
        rows, *shippers = self.client.read_many(queries)
        if isinstance(rows, Failure):
            return rows
        found = {one.id: one for row in rows if (one := self.order(row)) is not None}
        for listed in shippers:
            if isinstance(listed, Failure):
                return listed
            origins = self.origins(listed)
            if isinstance(origins, Failure):
                return origins
            more = self.of((docid for docid in origins.values() if docid not in found), lines=False)
            if isinstance(more, Failure):
                return more
            found |= more
        return self.with_lines(found) if found else found

    def of(self, docids: Iterable[str], *, lines: bool = True) -> dict[str, WebOrder] | Failure:
        """The documents of these that are orders with our key; pooled."""
        found: dict[str, WebOrder] = {}
        for part in in_parts(docids):
            where = every([equals("DOCPARID", self.company.sales_order), among("DOCID", part)])
            rows = self.client.read(
                Query("SODOCUMENT", self.fields, where, definition=self.company.sales_order)
            )
            if isinstance(rows, Failure):
                return rows
            found |= {one.id: one for row in rows if (one := self.order(row)) is not None}
        return self.with_lines(found) if lines and found else found

    def order(self, row: Row) -> WebOrder | None:
        """A row as an order; None for one without our key."""
        key = text_of(row, self.company.order_field)
        if not key.startswith(ORDER_KEY_PREFIX):
            return None
        return WebOrder(text_of(row, "DOCID"), text_of(row, "DOCNO"), key, text_of(row, "STATE"))

    def with_lines(self, orders: Mapping[str, WebOrder]) -> dict[str, WebOrder] | Failure:
        """These orders with their lines."""
        rows = self.lines_of(orders, definition=self.company.sales_order)
        if isinstance(rows, Failure):
            return rows
        lines: dict[str, dict[str, WebOrderLine]] = {docid: {} for docid in orders}
        for row in rows:
            line = self._line(row)
            lines.get(text_of(row, "DOCHDRID"), {})[line.id] = line
        return {
            docid: WebOrder(one.id, one.number, one.key, one.state, lines[docid])
            for docid, one in orders.items()
        }

    def lines_of(self, docids: Iterable[str], *, definition: str = "") -> list[Row] | Failure:
        """Lines of documents, by their order in them."""
        own = (self.company.line_field,) if definition and self.company.line_field else ()
        found: list[Row] = []
        for part in in_parts(docids):
            query = Query("SODOCUMENTENTRY", (*LINE, *own), among("DOCHDRID", part), definition=definition)
            rows = self.client.read(query)
            if isinstance(rows, Failure):
                return rows
            found += rows
        return found

    def _line(self, row: Row) -> WebOrderLine:
        ordered, taken, why = ZERO, ZERO, ""
        try:
            ordered = figure_of(row, "QUANTITY")
            taken = number_of(row, "QTY_CONVERTED") or ZERO
        except Unreadable as error:
            why = str(error)
        return WebOrderLine(
            text_of(row, "RECORDNO"),
            text_of(row, self.company.line_field) if self.company.line_field else "",
            text_of(row, "ITEMID"),
            text_of(row, "WAREHOUSE.LOCATION_NO"),
            ordered,
            taken,
            why,
        )

    # Documents made from others

    def made_from(self, docids: Iterable[str], fields: Sequence[str] = HEADER) -> list[Row] | Failure:
        """The documents that were converted from these."""
        found: list[Row] = []
        for part in in_parts(docids):
            rows = self.client.read(Query("SODOCUMENT", tuple(fields), among("CREATEDFROM", part)))
            if isinstance(rows, Failure):
                return rows
            found += rows
        return found

    def origins(self, rows: Sequence[Row]) -> dict[str, str] | Failure:
        """The order that each document goes back to, by DOCID: over its sources, as far as they lead."""
        sources = {text_of(row, "DOCID"): text_of(row, "CREATEDFROM") for row in rows}
        prefix = f"{self.company.sales_order}-"
        for _ in range(3):  # return, invoice, shipper, order
            unknown = {
                source
                for source in sources.values()
                if source and not source.startswith(prefix) and source not in sources
            }
            for part in in_parts(sorted(unknown)):
                read = self.client.read(Query("SODOCUMENT", HEADER, among("DOCID", part)))
                if isinstance(read, Failure):
                    return read
                sources |= {text_of(row, "DOCID"): text_of(row, "CREATEDFROM") for row in read}
        found = {}
        for row in rows:
            docid = at = text_of(row, "DOCID")
            for _ in range(4):
                at = sources.get(at, "")
                if at.startswith(prefix):
                    found[docid] = at
                    break
        return found


def source_line(
    row: Row, order: WebOrder, sources: Mapping[str, Row], *, steps: int = 3
) -> WebOrderLine | None:
    """The order's line that a later document's line goes back to, by the keys of source lines.

    `sources` are lines of the documents in between, by RECORDNO. Where a step is not named, the only line of
    that item is meant; None where there are several.
    """
    at: Row | None = row
    for _ in range(steps):
        key = text_of(at, "SOURCE_DOCLINEKEY") if at is not None else ""
        if not key:
            break
        if key in order.lines:
            return order.lines[key]
        at = sources.get(key)
    same = [line for line in order.lines.values() if line.sku == text_of(row, "ITEMID")]
    return same[0] if len(same) == 1 else None
