"""Documents that were just made, of several orders: read back in one search, each served once.

One that does not come with the others is read alone, and so is each where the search fails, unless it says that the
store takes no calls now (`read_ahead.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.store_document import StoreDocument
from tidegate.magento.client import StoreClient
from tidegate.magento.order_documents import DOCUMENT_FIELDS, OrderDocuments, WireDocument, store_documents
from tidegate.magento.read_ahead import ReadAhead
from tidegate.magento.search import Filter


class MadeDocuments:
    """Those of one kind; `path` is its list."""

    def __init__(self, client: StoreClient, documents: OrderDocuments, path: str, more: str) -> None:
        self._client, self._documents = client, documents
        self._path, self._more = path, more
        self._made: ReadAhead[WireDocument] = ReadAhead(client.clock)

    def read(self, document_ids: Sequence[int]) -> None:
        """Read these, as many as one query holds."""
        part = next(self._client.pools(document_ids, len(document_ids)))
        rows = self._documents.rows(self._path, Filter("entity_id", "in", part), DOCUMENT_FIELDS + self._more)
        self._made.keep(rows if isinstance(rows, Failure) else {row.entity_id: row for row in rows})

    def take(self, document_id: int) -> StoreDocument | Failure | None:
        """One of them; None if it is to be read alone."""
        row = self._made.take(document_id)
        if row is None or isinstance(row, Failure):
            return row
        found = store_documents([row])
        return found if isinstance(found, Failure) else found[0]
