"""Orders created by GraphQL, where the administrator has mapped the mutation. Source: contract §7 and additions.

Whether it is there, and which fields its input has, introspection says. An input without the field of our key, or without
one that the order would be another order without, takes no orders: what it lacks is never left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.reading.document import Unreadable
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.x3 import answers
from tidegate.sage.x3.client import X3Client
from tidegate.sage.x3.graph_schema import GraphSchema, inside, lacking, named
from tidegate.sage.x3.objects import Screen
from tidegate.sage.x3.orders import Orders
from tidegate.sage.x3.payloads import Resolved, order_fields
from tidegate.sage.x3.reference import Reference
from tidegate.sage.x3.rows import money_of
from tidegate.sage.x3.settings import X3Settings
from tidegate.sage.x3.wire_names import (
    ELEMENT_FIELD,
    GRAPHQL_ELEMENT,
    GRAPHQL_ELEMENTS,
    GRAPHQL_FIELDS,
    GRAPHQL_HEADER,
    GRAPHQL_LINE,
    GRAPHQL_LINES,
    GRAPHQL_NEEDED,
    LINE_FIELD,
)
from tidegate.sage.x3.writers import ByGraphQL

STEP = 1000  #: from one line's number to the next (C)


@dataclass(frozen=True, slots=True)
class Mutation:
    """How an order is created: the document, the levels down to its answer, and what the input can hold."""

    document: str
    levels: tuple[str, ...]
    screen: Screen
    numbered: bool  #: whether lines have a number
    more: Mapping[str, str]  #: what every order has beside its own fields


class GraphOrders(Orders):
    """The order desk of the mutation; introspected once in a process."""

    def __init__(
        self, writer: ByGraphQL, client: X3Client, reference: Reference, company: X3Settings
    ) -> None:
        super().__init__(client, reference, company)
        self._schema = GraphSchema(client)
        self._names = {**GRAPHQL_HEADER, **GRAPHQL_LINE, **GRAPHQL_ELEMENT, **writer.fields}
        self._known: Mutation | None = None
        paths = {**GRAPHQL_FIELDS, **company.graphql_fields}
        self._shown = [path for field in ("SOHNUM", "CUSORDREF", "ORDINVATI") if (path := paths.get(field))]
        self._number, self._key = paths["SOHNUM"], paths["CUSORDREF"]
        self._total = paths.get("ORDINVATI", "")

    def mutation(self) -> Mutation | Failure:
        """The mutation of the folder; UNKNOWN_ENDPOINT where there is none that can take the hub's orders."""
        if self._known is None:
            found = self._introspected()
            if isinstance(found, Failure):
                return found
            self._known = found
        return self._known

    # Prepare

    def _screen(self) -> Screen | Failure:
        known = self.mutation()
        return known if isinstance(known, Failure) else known.screen

    def _payload(self, order: SalesOrder, known: Resolved) -> dict[str, Any] | Failure:
        found, mutation = order_fields(order, known, self._company), self._known
        if isinstance(found, Failure):
            return found
        if mutation is None:
            raise ValueError("nothing is prepared without a mutation")
        absent = [name for name, value in found.header.items() if value and not known.screen.has(name)]
        absent += [
            name
            for line in found.lines[:1]
            for name, value in line.items()
            if value and not known.screen.has(name)
        ]
        if absent:
            text = f"the input of X3's mutation has no field for {', '.join(dict.fromkeys(absent))}: see `writer.fields`"
            return Failure(Code.UNKNOWN_REFERENCE, text, missing="setting:writer.fields", sent=False)
        data: dict[str, Any] = {**mutation.more, **self._named(found.header)}
        data[GRAPHQL_LINES] = [
            {**({"lineNumber": STEP * at} if mutation.numbered else {}), **self._named(line)}
            for at, line in enumerate(found.lines, 1)
        ]
        if found.elements:
            data[GRAPHQL_ELEMENTS] = [self._named(one) for one in found.elements]
        return {"data": data}

    def _named(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """By the input's names, as texts; days with dashes (A). Empty fields are left out."""
        made = {}
        for field, value in values.items():
            if field == "ORDDAT":
                value = f"{value[:4]}-{value[4:6]}-{value[6:]}"
            if value not in ("", [], None):
                made[self._names[field]] = value
        return made

    # Send

    def _sent(self, one: Prepared) -> Outcome:
        known = self.mutation()
        if isinstance(known, Failure):
            return known
        ours = tuple(answers.texts_in(one.payload))
        data = self._client.mutate(known.document, one.payload, ours=ours)
        if isinstance(data, Failure):
            if data.code is Code.REFUSED:
                lines = [line.code for line in one.order.lines if line.code]
                self._reference.doubt(items=lines, account=one.order.account)
            return data
        node = inside(data, ".".join(known.levels))
        number = str(inside(node, self._number) or "")
        if not number or inside(node, self._key) != one.order.key:
            return Failure(Code.UNCLEAR_ANSWER, "X3's answer is about another order, or has no number")
        try:
            gross = money_of({"gross": inside(node, self._total)}, "gross") if self._total else None
        except Unreadable as error:
            return Failure(Code.UNCLEAR_ANSWER, f"X3's answer cannot be read: {error}")
        return Accepted(number, number, gross=gross)

    # What there is

    def _introspected(self) -> Mutation | Failure:
        found = self._schema.levels("mutationType", ())
        if isinstance(found, Failure):
            return found
        above, operations = found
        kind = self._schema.argument(operations, "create", "data")
        if isinstance(kind, Failure):
            return kind
        screen = self._input(kind)
        if isinstance(screen, Failure):
            return screen
        header, numbered = screen
        shown = " ".join(" { ".join(path.split(".")) + " }" * path.count(".") for path in self._shown)
        inner = f"create(data: $data) {{ {shown} }}"
        for level in reversed(above):
            inner = f"{level} {{ {inner} }}"
        return Mutation(
            f"mutation($data: {kind}!) {{ {inner} }}",
            (*above, "create"),
            header,
            numbered,
            {"category": "normal"} if header.has("category") else {},
        )

    def _input(self, kind: str) -> tuple[Screen, bool] | Failure:
        """What the input can hold, as a screen says it of an object; and whether lines are numbered."""
        header = self._schema.inputs(kind)
        if isinstance(header, Failure):
            return header
        if GRAPHQL_LINES not in header:
            return lacking(f"{GRAPHQL_LINES} in {kind}")
        lines = self._schema.inputs(named(header[GRAPHQL_LINES]))
        if isinstance(lines, Failure):
            return lines
        own = {name for name in (self._company.reference_field, self._company.line_field) if name}
        fields = {
            name: "" for name in {*GRAPHQL_HEADER, *own, "category"} if self._names.get(name, name) in header
        }
        tables = {name: LINE_FIELD for name in {*GRAPHQL_LINE, *own} if self._names.get(name, name) in lines}
        without = [name for name in GRAPHQL_NEEDED if name not in fields and name not in tables]
        if without:
            named_ = ", ".join(f"{self._names[name]} ({name})" for name in without)
            return lacking(f"{named_} in {kind}, which orders need: see `writer.fields`")
        if GRAPHQL_ELEMENTS in header:
            tables[ELEMENT_FIELD] = ELEMENT_FIELD
        return Screen(fields, tables), "lineNumber" in lines
