"""Documents that were made from our orders: which changed, and the order that each goes back to.

Source: contract §10, §14.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from tidegate.domain.errors import Failure
from tidegate.sage.intacct.deltas import Changes, changes
from tidegate.sage.intacct.queries import Query
from tidegate.sage.intacct.rows import Row, text_of
from tidegate.sage.intacct.web_orders import WebOrder, WebOrders


@dataclass(frozen=True, slots=True)
class Documents:
    """One reading: the rows that are ours, and their orders by DOCID of the document."""

    rows: Sequence[Row]
    orders: Mapping[str, WebOrder]
    changes: Changes


def changed_documents(
    orders: WebOrders, fields: Sequence[str], where: Element, since: str | None
) -> Documents | Failure:
    """What changed since a cursor of the documents that `where` chooses, other channels' left out."""
    query = Query("SODOCUMENT", tuple(fields), where)
    found = changes(orders.client, (query,), since, orders.from_the_first)
    if isinstance(found, Failure):
        return found
    [rows] = found.rows
    origins = orders.origins(rows)
    if isinstance(origins, Failure):
        return origins
    known = orders.of(origins.values())
    if isinstance(known, Failure):
        return known
    ours = {docid: known[origin] for docid, origin in origins.items() if origin in known}
    return Documents([row for row in rows if text_of(row, "DOCID") in ours], ours, found)


def by_document(lines: Iterable[Row]) -> Mapping[str, Sequence[Row]]:
    """Lines by the DOCID of their document."""
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for line in lines:
        found[text_of(line, "DOCHDRID")].append(line)
    return found
