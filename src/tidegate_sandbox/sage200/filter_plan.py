"""From a filter's tree to a predicate over records, and to the few records it can concern."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tidegate_sandbox.sage200.contract import ENUM_FIELDS, Field, enum_id, enum_value, enums
from tidegate_sandbox.sage200.filter_syntax import And, Comparison, Literal, Match, Node, Not, Or, bad_filter
from tidegate_sandbox.sage200.view import Getter, Profile, View

Predicate = Callable[[Any], bool]
Finder = Callable[[Any], Iterable[Any]]

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


def compiled(node: Node, view: View, profile: Profile) -> Predicate:
    """The predicate of a filter over records of a view. Raises ApplicationProblem 400 for unknown fields."""
    fields = view.fields(profile)
    return _compiled(node, view, fields)


def _compiled(node: Node, view: View, fields: dict[str, Field]) -> Predicate:
    if isinstance(node, Or | And):
        parts = tuple(_compiled(term, view, fields) for term in node.terms)
        if isinstance(node, Or):
            return lambda record: any(part(record) for part in parts)
        return lambda record: all(part(record) for part in parts)
    if isinstance(node, Not):
        inner = _compiled(node.term, view, fields)
        return lambda record: not inner(record)
    one = _field(node.field, fields)
    get = view.getter(node.field)
    if isinstance(node, Match):
        return _match(node, one, get)
    return _comparison(node, one, get)


def _field(name: str, fields: dict[str, Field]) -> Field:
    found = fields.get(name)
    if found is None:
        raise bad_filter(f"the field '{name}' does not exist.")
    return found


def _match(node: Match, one: Field, get: Getter) -> Predicate:
    if one.kind != "text":
        raise bad_filter(f"'{node.function}' needs a text field.")
    text, wanted = node.text.lower(), node.wanted

    def found(record: Any) -> bool:
        value = (get(record) or "").lower()
        match node.function:
            case "contains":
                return (text in value) is wanted
            case "startswith":
                return value.startswith(text) is wanted
        return value.endswith(text) is wanted

    return found


def _comparison(node: Comparison, one: Field, get: Getter) -> Predicate:
    compare = _COMPARE[node.operator]
    value = comparable(one, node.value)
    if value is None:
        if node.operator not in ("eq", "ne"):
            raise bad_filter(f"null cannot be compared by '{node.operator}'.")
        absent = node.operator == "eq"
        return lambda record: (get(record) in (None, "")) is absent
    is_unequal = node.operator == "ne"
    if one.kind == "text":
        if value == "":  # absent texts are "" or null alike (§7, A)
            return lambda record: compare((get(record) or ""), "")

        def text(record: Any) -> bool:
            found = get(record)
            return is_unequal if found is None else compare(found.lower(), value)

        return text
    if one.kind == "date-time":
        return _date_comparison(compare, value, get, is_unequal)

    def plain(record: Any) -> bool:
        found = get(record)
        return is_unequal if found is None else compare(found, value)

    return plain


def _date_comparison(
    compare: Callable[[Any, Any], bool], value: Any, get: Getter, is_unequal: bool
) -> Predicate:
    """Business dates compare by calendar date, times of change by the instant (§7, A)."""
    day = value.date() if isinstance(value, datetime) else value
    instant = (
        value if isinstance(value, datetime) else datetime(value.year, value.month, value.day, tzinfo=UTC)
    )

    def found(record: Any) -> bool:
        is_ = get(record)
        if is_ is None:
            return is_unequal
        return compare(is_, instant) if isinstance(is_, datetime) else compare(is_, day)

    return found


def comparable(one: Field, value: Literal) -> Any:
    """The value of a comparison, in the kernel's type. Raises ApplicationProblem 400 when it does not fit."""
    if value is None:
        return None
    match one.kind:
        case "text" if isinstance(value, str):
            return _enum_text(one, value) if one.enum else value.lower()
        case "integer" if isinstance(value, Decimal):
            return int(value) if value == value.to_integral_value() else value
        case "integer" if isinstance(value, str) and one.name.endswith("_id"):
            return _enum_number(one, value)
        case "decimal" if isinstance(value, Decimal):
            return value
        case "boolean" if isinstance(value, bool):
            return value
        case "date-time" if isinstance(value, date):
            return value
    raise bad_filter(f"the value does not fit the field '{one.name}'.")


def _enum_text(one: Field, text: str) -> str:
    """An enum by name or by number in quotes (C); a name that does not exist matches nothing (A)."""
    found = enum_value(one.enum or "", text)
    return (found if found is not None else text).lower()


def _enum_number(one: Field, text: str) -> int:
    """A number in quotes, or the name of an enum's value, for a field that holds its number."""
    if text.lstrip("-").isdigit():
        return int(text)
    enum = ENUM_FIELDS.get(one.name)
    number = enum_id(enum, text) if enum in enums() else None
    if number is None:
        raise bad_filter(f"the value does not fit the field '{one.name}'.")
    return number


def candidates(node: Node, view: View, profile: Profile, finders: dict[str, Finder]) -> list[Any] | None:
    """Records that hold all matches, found by index; None when all must be looked at."""
    fields = view.fields(profile)
    if isinstance(node, Comparison):
        find = finders.get(node.field)
        if find is None or node.operator != "eq" or node.value is None or node.value == "":
            return None
        return list(find(comparable(_field(node.field, fields), node.value)))
    if isinstance(node, And):
        for term in sorted(node.terms, key=_is_broad):
            found = candidates(term, view, profile, finders)
            if found is not None:
                return found
        return None
    if isinstance(node, Or):
        union: dict[int, Any] = {}
        for term in node.terms:
            found = candidates(term, view, profile, finders)
            if found is None:
                return None
            for record in found:
                union[record.id] = record
        return list(union.values())
    return None


def _is_broad(term: Node) -> bool:
    """Whether many records may share the value: links such as ``customer_id`` are tried last."""
    return isinstance(term, Comparison) and term.field.endswith("_id")


def lower_bound(node: Node) -> int | None:
    """The id after which all matching records come, where the filter says ``id gt n``."""
    if isinstance(node, Comparison) and node.field == "id" and isinstance(node.value, Decimal):
        if node.operator == "gt":
            return int(node.value.to_integral_value(rounding="ROUND_FLOOR"))
        if node.operator == "ge":
            return int(node.value.to_integral_value(rounding="ROUND_CEILING")) - 1
    if isinstance(node, And):
        bounds = [bound for bound in map(lower_bound, node.terms) if bound is not None]
        return max(bounds, default=None)
    return None
