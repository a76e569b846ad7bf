"""Orders looked up by their number, which is the reference of their document (contract §6, §9).

`search` takes one text, and finds what contains it: numbers that begin alike are looked for together, by what they have in
common, where that does not find too much. A void document with our key is the order, cancelled: nothing else says that it
was sent, and it is not sent again. One of somebody else is not there any more.
"""

from __future__ import annotations

from collections.abc import Sequence

from tidegate.domain.errors import Failure
from tidegate.reading.document import Unreadable
from tidegate.sage.business_cloud.client import BusinessCloudClient
from tidegate.sage.business_cloud.rows import Row, id_of, money_of, text_of
from tidegate.sage.business_cloud.settings import Form
from tidegate.sage.business_cloud.web_documents import (
    INVOICES,
    KINDS,
    QUOTES,
    is_quote,
    is_void,
    key_of_document,
    number_of_document,
    resource_of,
    state_of,
    status_of,
)
from tidegate.sage.business_cloud.wire_names import DRAFT
from tidegate.sage.port.orders import Found, OrderKey
from tidegate.sage.port.outcomes import Kind

FIELDS = "reference,notes,status,total_amount,contact,contact_reference,created_at"
OF = {
    INVOICES: f"{FIELDS},invoice_number_prefix,invoice_number,original_quote_estimate",
    QUOTES: f"{FIELDS},quote_number_prefix,quote_number,invoice",
}
SHORTEST = 3  #: characters that numbers must have in common to be looked for together


class OrderSearch:
    """Looks orders up."""

    def __init__(self, client: BusinessCloudClient, form: Form) -> None:
        self._client = client
        self._form = form

    def find(self, keys: Sequence[OrderKey]) -> dict[str, list[Found]] | Failure:
        """Every document that carries one of these order numbers, in the form that orders have."""
        numbers = sorted({one.reference.strip() for one in keys if one.reference.strip()})
        found: dict[str, Row] = {}
        for text in self._pools(numbers):
            rows = self._search(text)
            if isinstance(rows, Failure):
                return rows
            found |= {text_of(row, "id"): row for row in rows}
        there = [row for row in found.values() if not id_of(row, "original_quote_estimate")]
        return {one.key: [self._found(row, one) for row in there if _meets(row, one)] for one in keys}

    def _pools(self, numbers: Sequence[str]) -> list[str]:
        """What is searched for: one text for all numbers that begin alike."""
        if len(numbers) < 2:
            return list(numbers)
        common = _beginning(numbers[0], numbers[-1])
        if len(common) >= SHORTEST and len(common) >= max(map(len, numbers)) - SHORTEST:
            return [common]
        middle = len(numbers) // 2
        return [*self._pools(numbers[:middle]), *self._pools(numbers[middle:])]

    def _search(self, text: str) -> list[Row] | Failure:
        resource = resource_of(self._form)
        query = {"search": text, "attributes": OF[resource]}
        return self._client.read(resource, query, sort="created_at")

    def _found(self, row: Row, asked: OrderKey) -> Found:
        try:
            gross = money_of(row, "total_amount")
        except Unreadable:
            gross = None
        key = key_of_document(row)
        kind = KINDS[self._form]
        if not is_quote(row) and kind is Kind.INVOICE and state_of(row) == DRAFT:
            kind = Kind.DRAFT
        return Found(
            id=text_of(row, "id"),
            number=number_of_document(row),
            status=status_of(row),
            key=key,
            reference=text_of(row, "reference"),
            ours=key == asked.key,
            account=text_of(row, "contact_reference") or id_of(row, "contact"),
            gross=gross,
            kind=kind,
        )


def _meets(row: Row, asked: OrderKey) -> bool:
    if text_of(row, "reference") != asked.reference.strip():
        return False
    return not is_void(row) or key_of_document(row) == asked.key


def _beginning(first: str, last: str) -> str:
    """What the first and the last of a sorted list, and so all in between, begin with."""
    same = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), None)
    return first[: min(len(first), len(last)) if same is None else same]
