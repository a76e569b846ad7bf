"""Orders looked up by our key, or by the customer's order number.

Source: contract §6.5, §11.3, §16. `docparid` says which custom fields there are and does not narrow what is
found (A), so every query asks for the definition by DOCPARID, too.
"""

from __future__ import annotations

from collections.abc import Sequence

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.reading.document import Unreadable
from tidegate.sage.intacct.client import IntacctClient
from tidegate.sage.intacct.elements import element
from tidegate.sage.intacct.envelope import Function
from tidegate.sage.intacct.queries import Query, among, equals, every, some
from tidegate.sage.intacct.rows import Row, moment_of, number_of, text_of
from tidegate.sage.intacct.settings import IntacctSettings
from tidegate.sage.intacct.status_words import CLOSED, CONVERTED, PARTLY, status_of
from tidegate.sage.intacct.writing import LOOKUPS
from tidegate.sage.port.orders import Found, OrderKey
from tidegate.sage.port.outcomes import Accepted, Outcome

FIELDS = ("RECORDNO", "DOCID", "DOCNO", "STATE", "PONUMBER", "CUSTVENDID", "TRX_TOTAL", "AUWHENCREATED")


class OrderSearch:
    """Looks orders up, and cancels them."""

    def __init__(self, client: IntacctClient, company: IntacctSettings) -> None:
        self._client = client
        self._company = company

    def find(self, keys: Sequence[OrderKey]) -> dict[str, list[Found]] | Failure:
        """Every order that carries one of these keys or order numbers; one query for `LOOKUPS` of them."""
        found: dict[str, list[Found]] = {one.key: [] for one in keys}
        for at in range(0, len(keys), LOOKUPS):
            asked = keys[at : at + LOOKUPS]
            rows = self._client.read(self._query(asked))
            if isinstance(rows, Failure):
                return rows
            for one in asked:
                found[one.key] += [self._found(row, one) for row in rows if self._meets(row, one)]
        return found

    def _query(self, asked: Sequence[OrderKey]) -> Query:
        named = [among(self._company.order_field, {one.key for one in asked})]
        numbers = {one.reference for one in asked if one.reference}
        if numbers:
            named.append(among("PONUMBER", numbers))
        return Query(
            "SODOCUMENT",
            (*FIELDS, self._company.order_field),
            every([equals("DOCPARID", self._company.sales_order), *filter(None, [some(named)])]),
            definition=self._company.sales_order,
            any_case=True,
        )

    def _meets(self, row: Row, asked: OrderKey) -> bool:
        same = text_of(row, "PONUMBER").casefold() == asked.reference.strip().casefold()
        return text_of(row, self._company.order_field) == asked.key or (bool(asked.reference) and same)

    def _found(self, row: Row, asked: OrderKey) -> Found:
        key = text_of(row, self._company.order_field)
        try:
            gross = number_of(row, "TRX_TOTAL")
        except Unreadable:
            gross = None
        return Found(
            id=text_of(row, "DOCID"),
            number=text_of(row, "DOCNO"),
            status=status_of(text_of(row, "STATE")),
            key=key,
            reference=text_of(row, "PONUMBER"),
            ours=key == asked.key,
            account=text_of(row, "CUSTVENDID"),
            gross=gross,
            created_at=moment_of(row, "AUWHENCREATED"),
        )

    # Cancel

    def cancel(self, order_id: str, number: str) -> Outcome:
        """Close an order of which nothing was made; it keeps its trail (§6.4). Gone is cancelled."""
        read = self._client.read(
            Query(
                "SODOCUMENT",
                ("RECORDNO", "DOCID", "DOCNO", "STATE", "WHENMODIFIED"),
                every([equals("DOCPARID", self._company.sales_order), equals("DOCID", order_id)]),
            )
        )
        if isinstance(read, Failure):
            return read
        if not read:
            return _cancelled(order_id, number)
        [row] = read[:1]
        if text_of(row, "DOCNO") != number or text_of(row, "DOCID") != order_id:
            text = f"Intacct's document with the id {order_id} is order {text_of(row, 'DOCNO')}, not {number}"
            return Failure(Code.OTHER_CONTENT, text, sent=False)
        state = text_of(row, "STATE")
        if state == CLOSED:
            return _cancelled(order_id, number)
        if state in (CONVERTED, PARTLY):
            text = f"order {number} is {state}: goods of it were shipped or invoiced already"
            return Failure(Code.REFUSED, text, sent=False)
        call = element(
            "update_sotransaction",
            {"state": CLOSED, "updatesotransitems": ""},
            key=order_id,
        )
        # Of the state that was read: users may open the order again, and it is closed once more.
        revision = f"{state}/{text_of(row, 'WHENMODIFIED')}"
        made = self._client.write_one(Function(f"{order_id}/close/{revision}", call))
        return made if isinstance(made, Failure) else _cancelled(order_id, number)


def _cancelled(order_id: str, number: str) -> Accepted:
    return Accepted(order_id, number, status=SalesOrderStatus.CANCELLED)
