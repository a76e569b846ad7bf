"""GraphQL, `POST /xtrem/api`: sales orders by introspection, in both generations (contract §7 and additions). Orders are
created where the administrator has mapped the mutation (see `graph_writing`).

The newer generation has a `query` level and operators with `_`; the older one stands below a root `sage` and has `$`.
Names of fields beyond the vendor's example are ours (A): the site's own mapping of windows decides them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from tidegate_sandbox.reply import Reply
from tidegate_sandbox.x3.folder import Folder
from tidegate_sandbox.x3.graph_writing import Creating, error_of, inputs_of
from tidegate_sandbox.x3.options import Options
from tidegate_sandbox.x3.order_object import OrderObject
from tidegate_sandbox.x3.problem import Denied
from tidegate_sandbox.x3.rest_class import Body, RestClass

PATH = "/xtrem/api"
PAGE = 20  #: where `first` is left out; unknown of the product
NODE = """
type Reference { _id: String code: String companyName: String }
type SalesOrder {
  _id: String! id: String! orderDate: String shipmentDate: String category: String
  soldToCustomer: Reference salesSite: Reference currency: Reference
  totalIncludingTax: String _updateStamp: String %s
}
type SalesOrderEdge { node: SalesOrder! cursor: String! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type SalesOrderConnection { edges: [SalesOrderEdge!]! pageInfo: PageInfo! }
"""
ARGUMENTS = "(first: Int, after: String, filter: String, orderBy: String)"
NEWER = f"""
type Query {{ x3Sales: X3Sales }}
type X3Sales {{ salesOrder: SalesOrderOperations }}
type SalesOrderOperations {{ query{ARGUMENTS}: SalesOrderConnection! read(_id: String!): SalesOrder }}
"""
OLDER = f"""
type Query {{ sage: Sage }}
type Sage {{ x3Sales: X3Sales }}
type X3Sales {{ salesOrder{ARGUMENTS}: SalesOrderConnection! }}
"""
_TOKEN = re.compile(
    r"""\s*(?:(?P<sign>[{}\[\],:])|'(?P<text>(?:[^'\\]|\\.)*)'|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<word>[\w$.-]+))"""
)
Test = Callable[[Any, Any], bool]
OPERATORS: Mapping[str, Test] = {
    "eq": lambda there, value: there == value,
    "ne": lambda there, value: there != value,
    "gt": lambda there, value: there > value,
    "gte": lambda there, value: there >= value,
    "lt": lambda there, value: there < value,
    "lte": lambda there, value: there <= value,
    "in": lambda there, value: there in value,
}


class Graph:
    """Answers calls of one folder's sales orders."""

    def __init__(
        self,
        classes: Mapping[str, Mapping[str, RestClass]],
        objects: Mapping[str, OrderObject],
        folders: Mapping[str, Folder],
        options: Options,
    ) -> None:
        self._classes = classes
        self._objects = objects
        self._folders = folders
        self._options = options
        self.saves = 0  #: of orders, as they arrived

    def reply(self, method: str, endpoint: str, raw: bytes, *, signed: bool) -> Reply:
        """The answer of one call. Denied where it comes without a token, or names no folder."""
        if method != "POST" or not self._options.graphql:
            raise Denied(404, "the service does not exist")
        try:
            from graphql import build_schema, graphql_sync  # only who asks for it needs it
        except ImportError:
            raise Denied(404, "the service does not exist: graphql-core is not installed") from None
        if not signed:
            raise Denied(401, "Authentication failed: a bearer token is needed")
        if endpoint not in self._classes:
            raise Denied(404, "the endpoint does not exist")
        try:
            asked = msgspec.json.decode(raw, type=dict[str, Any])
        except msgspec.DecodeError:
            raise Denied(400, "the body is no JSON object") from None
        named = "customerOrderReference: String magentoKey: String" if self._options.graphql_reference else ""
        older = self._options.graphql == "older"
        text = str(asked.get("query", ""))
        writes = text.lstrip().startswith("mutation")
        self.saves += writes
        schema = build_schema((OLDER if older else NEWER) + NODE % named + inputs_of(self._options))
        orders = _Orders(self._classes[endpoint]["SORDER"], "$" if older else "_")
        sales: Body = {"salesOrder": orders.query if older else {"query": orders.query, "read": orders.read}}
        if writes:
            creating = Creating(self._objects[endpoint], orders.node, self._options)
            sales = {"salesOrder": {"create": creating.create}}
        root: Body = {"sage": {"x3Sales": sales}} if older else {"x3Sales": sales}
        with self._folders[endpoint].working(writes=writes):
            done = graphql_sync(schema, text, root, variable_values=asked.get("variables"))
        found: Body = {"data": done.data}
        if done.errors:
            found["errors"] = [error_of(one) for one in done.errors]
        return Reply(200, msgspec.json.encode(found))


class _Orders:
    """Resolvers over the class of REST."""

    def __init__(self, rows: RestClass, sign: str) -> None:
        self._class = rows
        self._sign = sign

    def read(self, _info: Any, _id: str) -> Body | None:
        """One order."""
        return next((one for one in self._nodes() if one["_id"] == _id), None)

    def query(
        self, _info: Any, first: int = PAGE, after: str = "", filter: str = "", orderBy: str = ""
    ) -> Body:
        """A page."""
        condition = parsed(filter) if filter.strip() else []
        nodes = [one for one in self._nodes() if holds(one, condition, self._sign)]
        order = parsed(orderBy) if orderBy.strip() else {"id": "1"}
        (field, way), *_ = order.items() if isinstance(order, dict) else [("id", "1")]
        nodes.sort(key=lambda one: str(one[field]), reverse=way == "-1")
        cursors = [str(one["_id"]) for one in nodes]
        start = cursors.index(after) + 1 if after in cursors else 0
        page = nodes[start : start + first]
        return {
            "edges": [{"node": one, "cursor": one["_id"]} for one in page],
            "pageInfo": {
                "hasNextPage": start + len(page) < len(nodes),
                "endCursor": page[-1]["_id"] if page else None,
            },
        }

    def node(self, number: str) -> Body:
        """The order with this number."""
        return next(one for one in self._nodes() if one["_id"] == number)

    def _nodes(self) -> Iterable[Body]:
        for record in self._class.rows():
            row = self._class.shown(record)
            number = str(row["SOHNUM"])
            yield {
                "_id": number,
                "id": number,
                "orderDate": str(row["ORDDAT"] or ""),
                "shipmentDate": None,
                "category": "normal",
                "soldToCustomer": {"_id": row["BPCORD"], "code": row["BPCORD"], "companyName": ""},
                "salesSite": {"_id": row["SALFCY"], "code": row["SALFCY"]},
                "currency": {"_id": row["CUR"], "code": row["CUR"]},
                "totalIncludingTax": str(row["ORDINVATI"]),
                "_updateStamp": str(row["UPDDATTIM"]),
                "customerOrderReference": row["CUSORDREF"],
                "magentoKey": row.get("YMAGKEY", ""),
            }


def parsed(text: str) -> Any:
    """An object or list in JavaScript's notation: keys need no quotes. ValueError for what cannot be read."""
    tokens: list[tuple[str, str]] = []
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise ValueError(f"filter: cannot read {text[at : at + 20]!r}")
        value = found[found.lastgroup]
        tokens.append(
            (found.lastgroup, re.sub(r"\\(.)", r"\1", value) if found.lastgroup != "sign" else value)
        )
        at = found.end()
    value = _value(tokens)
    if tokens:
        raise ValueError(f"filter: unexpected {tokens[0][1]!r}")
    return value


def _value(tokens: list[tuple[str, str]]) -> Any:
    if not tokens:
        raise ValueError("filter: it ends too soon")
    kind, text = tokens.pop(0)
    if kind != "sign":
        return text
    if text not in "{[":
        raise ValueError(f"filter: unexpected {text!r}")
    closing, made = ("}" if text == "{" else "]"), []
    while tokens and tokens[0] != ("sign", closing):
        if text == "[":
            made.append(_value(tokens))
        else:
            name = tokens.pop(0)[1]
            if not tokens or tokens.pop(0) != ("sign", ":"):
                raise ValueError(f"filter: no value of {name!r}")
            made.append((name, _value(tokens)))
        if tokens and tokens[0] == ("sign", ","):
            tokens.pop(0)
    if not tokens:
        raise ValueError("filter: it ends too soon")
    tokens.pop(0)
    return made if text == "[" else dict(made)


def holds(node: Any, condition: Any, sign: str) -> bool:
    """Whether a node, or a value of it, meets a condition; a list of conditions holds as a whole."""
    if isinstance(condition, list):
        return all(holds(node, one, sign) for one in condition)
    if not isinstance(condition, dict):
        return bool(str("" if node is None else node) == condition)
    return all(_meets(node, name, value, sign) for name, value in condition.items())


def _meets(node: Any, name: str, value: Any, sign: str) -> bool:
    if name in (f"{sign}and", f"{sign}or"):
        each = [holds(node, one, sign) for one in value]
        return all(each) if name.endswith("and") else any(each)
    if name.startswith(("_", "$")) and name not in ("_id", "_updateStamp", "_createStamp"):
        if not name.startswith(sign) or name[1:] not in OPERATORS:
            raise ValueError(f"filter: there is no operator {name}")
        return OPERATORS[name[1:]](str("" if node is None else node), value)
    if not isinstance(node, dict) or name not in node:
        raise ValueError(f"filter: there is no field {name}")
    return holds(node[name], value, sign)
