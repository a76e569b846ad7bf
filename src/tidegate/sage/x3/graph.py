"""Orders read by GraphQL, where a site has it. Source: contract §7 and additions.

Which generation a folder has, and whether an order's node has the fields that are needed, introspection says: names are
never guessed. Where the customer's reference cannot be read, orders cannot be looked up by this way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tidegate.domain.errors import Code, Failure
from tidegate.sage.x3.client import X3Client
from tidegate.sage.x3.graph_schema import OLDER, GraphSchema, inside, lacking, named
from tidegate.sage.x3.rows import Row
from tidegate.sage.x3.settings import X3Settings
from tidegate.sage.x3.wire_names import GRAPHQL_FIELDS

PAGE = 100  #: orders of a page
MOST_PAGES = 1000


@dataclass(frozen=True, slots=True)
class Way:
    """How orders are asked for: the levels above their list, and the sign before operators."""

    levels: tuple[str, ...]
    sign: str


class Graph:
    """The folder's GraphQL; introspected once in a process."""

    def __init__(self, client: X3Client, company: X3Settings) -> None:
        self._client = client
        self._schema = GraphSchema(client)
        self._paths = {**GRAPHQL_FIELDS, **company.graphql_fields}
        self._way: Way | None = None

    def orders(self, wanted: Mapping[str, Sequence[str]]) -> list[Row] | Failure:
        """The orders of which one of these fields has one of its values, under the names of X3's dictionary."""
        way = self._way or self._introspected()
        if isinstance(way, Failure):
            return way
        self._way = way
        found: dict[str, Row] = {}
        for field, values in wanted.items():
            rows = self._pages(way, _filter(self._paths[field], values, way.sign))
            if isinstance(rows, Failure):
                return rows
            found |= {str(row.get("SOHNUM")): row for row in rows}
        return list(found.values())

    def _pages(self, way: Way, condition: str) -> list[Row] | Failure:
        document = _document(way, list(self._paths.values()))
        found: list[Row] = []
        after: str | None = None
        for _ in range(MOST_PAGES):
            data = self._client.graph(document, {"first": PAGE, "after": after, "filter": condition})
            if isinstance(data, Failure):
                return data
            page: Any = data
            for level in way.levels:
                page = page.get(level) if isinstance(page, dict) else None
            edges = page.get("edges") if isinstance(page, dict) else None
            info = page.get("pageInfo") if isinstance(page, dict) else None
            if not isinstance(edges, list) or not isinstance(info, dict):
                return Failure(Code.UNREADABLE, "X3's GraphQL answers with no list of orders", sent=False)
            found += [self._row(edge.get("node")) for edge in edges]
            following = info.get("endCursor")
            if not info.get("hasNextPage"):
                return found
            if not following or following == after:
                break
            after = following
        return Failure(Code.SERVER_TROUBLE, "X3's list of orders by GraphQL does not end", sent=False)

    def _row(self, node: Any) -> Row:
        return {field: inside(node, path) for field, path in self._paths.items()}

    # What there is

    def _introspected(self) -> Way | Failure:
        found = self._schema.levels("queryType", ("query",))
        if isinstance(found, Failure):
            return found
        levels, name = found
        return self._checked(name) or Way(levels, "$" if levels[0] == OLDER else "_")

    def _checked(self, connection: str) -> Failure | None:
        """Whether an order's node, three types below, has every field that is read."""
        name = connection
        for level in ("edges", "node"):
            there = self._schema.fields(name)
            if isinstance(there, Failure):
                return there
            if level not in there:
                return lacking(level)
            name = named(there[level])
        node = self._schema.fields(name)
        if isinstance(node, Failure):
            return node
        without = [path for path in self._paths.values() if path.partition(".")[0] not in node]
        return lacking(", ".join(without)) if without else None


def _document(way: Way, paths: Sequence[str]) -> str:
    """The query: the levels down to the list, and of each order these paths."""
    shown = " ".join(" { ".join(path.split(".")) + " }" * path.count(".") for path in paths)
    *above, listed = way.levels
    inner = f"{listed}(first: $first, after: $after, filter: $filter) {{ edges {{ node {{ {shown} }} }} pageInfo {{ hasNextPage endCursor }} }}"
    for level in reversed(above):
        inner = f"{level} {{ {inner} }}"
    return f"query($first: Int, $after: String, $filter: String) {{ {inner} }}"


def _filter(path: str, values: Sequence[str], sign: str) -> str:
    """`{path: {_in: ['a', 'b']}}` in JavaScript's notation."""
    quoted = ",".join("'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'" for value in values)
    condition = f"{{{sign}in:[{quoted}]}}"
    for name in reversed(path.split(".")):
        condition = f"{{{name}:{condition}}}"
    return condition
