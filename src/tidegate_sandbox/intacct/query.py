"""The `query` function: filters, aggregates, order, pages (contract §5.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from tidegate_sandbox.intacct.condition import (
    Condition,
    among,
    comparison,
    empty,
    every,
    like,
    negated,
    some,
    sort_key,
)
from tidegate_sandbox.intacct.document import text_of
from tidegate_sandbox.intacct.failure import bad_request
from tidegate_sandbox.intacct.formats import Value, read_flag
from tidegate_sandbox.intacct.object_type import ObjectType
from tidegate_sandbox.intacct.schema import AGGREGATES

if TYPE_CHECKING:
    from tidegate_sandbox.intacct.sign_in import Session
    from tidegate_sandbox.intacct.tenant import Tenant

COMPARED = {
    "equalto": "=",
    "notequalto": "!=",
    "lessthan": "<",
    "lessthanorequalto": "<=",
    "greaterthan": ">",
    "greaterthanorequalto": ">=",
}


def condition(found: Element, type: ObjectType, docparid: str, *, folded: bool) -> Condition:
    """A condition of a filter."""
    if found.tag in ("and", "or"):
        parts = [condition(child, type, docparid, folded=folded) for child in found]
        return every(parts) if found.tag == "and" else some(parts)
    name = text_of(found, "field")
    field = type.field(name, docparid)
    values = [(one.text or "").strip() for one in found.findall("value")]
    if found.tag in COMPARED:
        return comparison(name, field, COMPARED[found.tag], values[0], folded=folded)
    if found.tag in ("in", "notin"):
        one = among(name, field, values, folded=folded)
    elif found.tag in ("like", "notlike"):
        one = like(field, values[0], folded=folded)
    elif found.tag == "between":
        low = comparison(name, field, ">=", values[0], folded=folded)
        return every([low, comparison(name, field, "<=", values[1], folded=folded)])
    else:
        one = empty(field)
    return negated(one) if found.tag in ("notin", "notlike", "isnotnull") else one


class Page:
    """One page of rows, and what is left behind it."""

    def __init__(self, rows: list[dict[str, Value]], total: int, offset: int) -> None:
        self.rows = rows
        self.total = total
        self.offset = offset

    @property
    def left(self) -> int:
        """Rows behind this page."""
        return max(self.total - self.offset - len(self.rows), 0)


class Queries:
    """Answers queries. Without an order, every page is shuffled anew where the company's option says so."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._random = Random(tenant.options.shuffle_seed)

    def ask(self, session: Session, call: Element) -> tuple[ObjectType, Page]:
        """A page of a query. FunctionFailure for unknown objects and fields, and unreadable values."""
        type = self._tenant.type(text_of(call, "object"))
        docparid = text_of(call, "docparid")
        folded = _flag(call, "options/caseinsensitive")
        private = _flag(call, "options/showprivate")
        chosen = [(one.tag, (one.text or "").strip()) for one in call.find("select") or ()]
        for _, name in chosen:
            type.field(name, docparid)
        orders = [
            (text_of(one, "field"), one.find("descending") is not None)
            for one in call.findall("orderby/order")
        ]
        found = call.find("filter")
        holds = condition(found[0], type, docparid, folded=folded) if found is not None else every([])
        records = [
            one
            for one in type.seen(
                session, docparid if self._tenant.options.docparid_narrows else "", private=private
            )
            if holds(one)
        ]
        self.order(records, type, docparid, orders)
        size = int(text_of(call, "pagesize") or 100)
        offset = int(text_of(call, "offset") or 0)
        if any(tag in AGGREGATES for tag, _ in chosen):
            rows = list(_aggregated(records, type, docparid, chosen))
            return type, Page(rows[offset : offset + size], len(rows), offset)
        fields = [(name, type.field(name, docparid).getter) for _, name in chosen]
        page = records[offset : offset + size]
        return type, Page(
            [{name: getter(one) for name, getter in fields} for one in page], len(records), offset
        )

    def order(
        self, records: list[Any], type: ObjectType, docparid: str, orders: list[tuple[str, bool]]
    ) -> None:
        """Put records in order, or in none."""
        if not orders and self._tenant.options.shuffle:
            self._random.shuffle(records)
        for name, descending in reversed(orders):
            getter = type.field(name, docparid).getter
            records.sort(key=lambda one: sort_key(getter(one)), reverse=descending)


def _flag(call: Element, path: str) -> bool:
    try:
        return read_flag(text_of(call, path))
    except ValueError as error:
        raise bad_request(f"{path}: {error}") from None


def _aggregated(
    records: Iterable[Any], type: ObjectType, docparid: str, chosen: list[tuple[str, str]]
) -> Iterable[dict[str, Value]]:
    """One row for each combination of the plain fields; ``sum`` keeps the field's name (§5.1)."""
    plain = [name for tag, name in chosen if tag == "field"]
    groups: dict[tuple[Value, ...], list[Any]] = {}
    for one in records:
        key = tuple(type.field(name, docparid).getter(one) for name in plain)
        groups.setdefault(key, []).append(one)
    if not groups and not plain:
        groups[()] = []
    for key, members in groups.items():
        result: dict[str, Value] = dict(zip(plain, key, strict=True))
        for tag, name in chosen:
            if tag == "field":
                continue
            values = [
                value
                for one in members
                if (value := type.field(name, docparid).getter(one)) not in (None, "")
            ]
            title = name if tag == "sum" else f"{tag.upper()}.{name}"
            result[title] = _aggregate(tag, values, name)
        yield result


def _aggregate(tag: str, values: Sequence[Value], name: str) -> Value:
    if tag == "count":
        return len(values)
    if tag in ("min", "max"):
        chosen = min if tag == "min" else max
        return chosen(values, key=sort_key) if values else None
    numbers = [Decimal(value) for value in values if isinstance(value, Decimal | int)]
    if len(numbers) != len(values):
        raise bad_request(f"{name} is not a number.")
    total = sum(numbers, Decimal(0))
    return total if tag == "sum" else total / len(numbers) if numbers else None
