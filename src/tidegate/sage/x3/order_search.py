"""Orders looked up by our key, or by the customer's order number. Source: contract §10.

An order counts as absent only after a look-up that was answered with a list that can show it: by REST the class
itself, by SOAP a list of the newest orders that goes back far enough. Our keys and the numbers that users type in
are in the same field; ours are known by their prefix.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from tidegate.domain.errors import Code, Failure
from tidegate.reading.document import Unreadable
from tidegate.sage.port.orders import Found, OrderKey
from tidegate.sage.x3 import objects
from tidegate.sage.x3.client import X3Client
from tidegate.sage.x3.envelope import Arguments
from tidegate.sage.x3.graph import Graph
from tidegate.sage.x3.queries import equals
from tidegate.sage.x3.rows import Row, day_of, money_of, text_of
from tidegate.sage.x3.settings import X3Settings
from tidegate.sage.x3.status_words import status_of

LIST = 1000  #: orders that a list by SOAP shows at most


class OrderSearch:
    """Looks orders up, by the way that the configuration names."""

    def __init__(self, client: X3Client, company: X3Settings, today: Callable[[], date]) -> None:
        self._client = client
        self._graph = Graph(client, company)
        self._company = company
        self._today = today

    def find(self, keys: Sequence[OrderKey]) -> dict[str, list[Found]] | Failure:
        """Every order that carries one of these keys or order numbers; pooled."""
        rows = self._listed(keys)
        if isinstance(rows, Failure):
            return rows
        listed = {text_of(row, "SOHNUM"): row for row in rows}
        return {
            one.key: [self._found(row, one) for row in listed.values() if self._meets(row, one)]
            for one in keys
        }

    def _listed(self, keys: Sequence[OrderKey]) -> list[Row] | Failure:
        match self._company.look_up:
            case "rest":
                return self._by_rest(keys)
            case "graphql":
                return self._by_graphql(keys)
            case _:
                return self._by_soap()

    def _by_graphql(self, keys: Sequence[OrderKey]) -> list[Row] | Failure:
        references = [one.reference.strip() for one in keys if one.reference.strip()]
        wanted = {"CUSORDREF": [*(one.key for one in keys), *references]}
        if references and self._company.reference_field in self._company.graphql_fields:
            wanted[self._company.reference_field] = references
        return self._graph.orders(wanted)

    def _by_rest(self, keys: Sequence[OrderKey]) -> list[Row] | Failure:
        terms = {}
        for one in keys:
            reference = one.reference.strip()
            terms[one.key] = [equals("CUSORDREF", one.key)]
            if reference:
                terms[one.key].append(equals("CUSORDREF", reference))
            if reference and self._company.reference_field:
                terms[one.key].append(equals(self._company.reference_field, reference))
        return self._client.read_pooled("SORDER", terms)

    def _by_soap(self) -> list[Row] | Failure:
        """The newest orders; unknown where the list is full and does not go back far enough."""
        name = self._company.order_object
        arguments: Arguments = {"objectKeys": {"SOHNUM": "*"}, "listSize": LIST}
        returned = self._client.call("query", name, arguments, reading=True)
        if isinstance(returned, Failure):
            return returned
        rows = objects.listed(returned.result)
        if rows is None or any("CUSORDREF" not in row for row in rows):
            text = f"the list of {name} does not show CUSORDREF: orders cannot be looked up by it"
            return Failure(Code.UNKNOWN_ENDPOINT, text, sent=False)
        days = [day for row in rows if (day := day_of(row, "ORDDAT")) is not None]
        start = self._today() - timedelta(days=self._company.look_up_days)
        if len(rows) >= LIST and (not days or min(days) > start):
            text = f"the list of {name} ends after {LIST} orders, before it reaches {start:%d.%m.%Y}"
            return Failure(Code.SERVER_TROUBLE, text, sent=False)
        return list(rows)

    def _is_ours(self, text: str) -> bool:
        return text.startswith(self._company.key_prefix)

    def _meets(self, row: Row, asked: OrderKey) -> bool:
        reference, kept = asked.reference.strip(), text_of(row, "CUSORDREF")
        if kept == asked.key:
            return True
        typed_in = text_of(row, self._company.reference_field) if self._company.reference_field else ""
        return bool(reference) and reference in (kept, typed_in)

    def _found(self, row: Row, asked: OrderKey) -> Found:
        try:
            gross = money_of(row, "ORDINVATI")
        except Unreadable:
            gross = None
        kept = text_of(row, "CUSORDREF")
        key = kept if kept == asked.key or self._is_ours(kept) else ""
        shown = text_of(row, self._company.reference_field) if self._company.reference_field else ""
        number = text_of(row, "SOHNUM")
        return Found(
            id=number,
            number=number,
            status=status_of(row) if text_of(row, "ORDSTA") else None,
            key=key,
            reference=shown or ("" if key else kept),
            ours=kept == asked.key,
            account=text_of(row, "BPCORD"),
            gross=gross,
        )
