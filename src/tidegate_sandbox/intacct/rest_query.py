"""The query service of REST (contract §15.4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tidegate_sandbox.intacct.condition import Condition, among, comparison, every, negated, some, sort_key
from tidegate_sandbox.intacct.formats import xml_value
from tidegate_sandbox.intacct.object_type import Field
from tidegate_sandbox.intacct.rest_failure import bad_form
from tidegate_sandbox.intacct.rest_objects import ITEM_TYPES, RestObject, camel

COMPARED = {"$eq": "=", "$ne": "!=", "$lt": "<", "$lte": "<=", "$gt": ">", "$gte": ">="}
TEXTS: dict[str, Callable[[str, str], bool]] = {
    "$contains": lambda left, right: right in left,
    "$startsWith": lambda left, right: left.startswith(right),
    "$endsWith": lambda left, right: left.endswith(right),
}
NEGATIONS = {
    "$notIn": "$in",
    "$notBetween": "$between",
    "$notContains": "$contains",
    "$notStartsWith": "$startsWith",
    "$notEndsWith": "$endsWith",
}
KNOWN = frozenset(
    {"object", "fields", "filters", "filterExpression", "filterParameters", "orderBy", "start", "size"}
)


def check_form(body: Any) -> None:
    """The shape of a query. RestFailure 400."""
    if not isinstance(body, dict) or not isinstance(body.get("object"), str) or not body["object"]:
        raise bad_form("The property object is required.")
    if unknown := [name for name in body if name not in KNOWN]:
        raise bad_form(f"The property {unknown[0]} is not allowed.")
    fields = body.get("fields")
    if not isinstance(fields, list) or not fields or not all(isinstance(one, str) for one in fields):
        raise bad_form("The property fields is required.")
    if "*" in fields:
        raise bad_form("Names of fields must be listed.")
    kinds: dict[str, type | tuple[type, ...]] = {
        "filters": list,
        "filterExpression": (str, type(None)),
        "filterParameters": dict,
        "orderBy": list,
    }
    for name, kind in kinds.items():
        if name in body and not isinstance(body[name], kind):
            raise bad_form(f"The property {name} has another type.")
    for name, least, most in (("start", 1, None), ("size", 1, 4000)):
        value = body.get(name, least)
        if not isinstance(value, int) or isinstance(value, bool) or value < least or (most and value > most):
            raise bad_form(f"The property {name} is out of range.")


def read_filters(body: dict[str, Any], object: RestObject) -> Condition:
    """The condition of a query: its filters, joined as its expression says (all of them by default)."""
    parameters = body.get("filterParameters") or {}
    folded = not parameters.get("caseSensitiveComparison", True)
    conditions = [_one(each, object, folded=folded) for each in body.get("filters") or []]
    expression = (body.get("filterExpression") or "and").strip().lower()
    if expression in ("and", "or"):
        return every(conditions) if expression == "and" or not conditions else some(conditions)
    return _Expression(expression, conditions).read()


def _one(found: Any, object: RestObject, *, folded: bool) -> Condition:
    if not isinstance(found, dict) or len(found) != 1:
        raise bad_form("A filter is an object with one operator.")
    operator, operand = next(iter(found.items()))
    if not isinstance(operand, dict) or len(operand) != 1:
        raise bad_form(f"The operator {operator} takes one field.")
    if operator in NEGATIONS:
        return negated(_one({NEGATIONS[operator]: operand}, object, folded=folded))
    name, value = next(iter(operand.items()))
    field = _worded(name, object)
    if operator in COMPARED:
        return comparison(name, field, COMPARED[operator], _text(value), folded=folded)
    if operator == "$in":
        return among(name, field, [_text(one) for one in _several(value, operator)], folded=folded)
    if operator == "$between":
        pair = _several(value, operator)
        if len(pair) != 2:
            raise bad_form("$between takes two values.")
        low = comparison(name, field, ">=", _text(pair[0]), folded=folded)
        return every([low, comparison(name, field, "<=", _text(pair[1]), folded=folded)])
    if operator not in TEXTS:
        raise bad_form(f"The operator {operator} does not exist.")
    compare, right = TEXTS[operator], _text(value)

    def holds(record: Any) -> bool:
        left = xml_value(field.getter(record))
        return compare(left.lower(), right.lower()) if folded else compare(left, right)

    return holds


def _worded(name: str, object: RestObject) -> Field:
    """A field whose words REST writes in camel case compares with these."""
    field = object.field(name)
    if name not in ("state", "itemType"):
        return field
    back = {xml: rest for rest, xml in ITEM_TYPES.items()}

    def word(record: Any) -> str:
        value = str(field.getter(record) or "")
        return back.get(value, camel(value)) if value else ""

    return Field(word)


def _several(value: Any, operator: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise bad_form(f"The operator {operator} takes a list.")
    return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        raise bad_form("A filter's value must be a text, a number or true or false.")
    return str(value)


class _Expression:
    """Numbers of filters with ``and``, ``or`` and parentheses; ``and`` binds closer."""

    def __init__(self, text: str, conditions: list[Condition]) -> None:
        self._tokens = re.findall(r"\d+|and|or|[()]", text)
        if "".join(self._tokens) != re.sub(r"\s", "", text):
            raise bad_form(f"The filterExpression {text} cannot be read.")
        self._conditions = conditions
        self._text = text

    def read(self) -> Condition:
        """The condition. RestFailure 400 where the expression cannot be read."""
        found = self._either()
        if self._tokens:
            raise bad_form(f"The filterExpression {self._text} cannot be read.")
        return found

    def _take(self, token: str) -> bool:
        if self._tokens and self._tokens[0] == token:
            self._tokens.pop(0)
            return True
        return False

    def _either(self) -> Condition:
        parts = [self._both()]
        while self._take("or"):
            parts.append(self._both())
        return some(parts)

    def _both(self) -> Condition:
        parts = [self._single()]
        while self._take("and"):
            parts.append(self._single())
        return every(parts)

    def _single(self) -> Condition:
        if self._take("("):
            found = self._either()
            if not self._take(")"):
                raise bad_form(f"The filterExpression {self._text} cannot be read.")
            return found
        if not self._tokens or not self._tokens[0].isdigit():
            raise bad_form(f"The filterExpression {self._text} cannot be read.")
        number = int(self._tokens.pop(0))
        if not 1 <= number <= len(self._conditions):
            raise bad_form(f"The filterExpression names filter {number}, which does not exist.")
        return self._conditions[number - 1]


def ordered(records: list[Any], body: dict[str, Any], object: RestObject) -> bool:
    """Put records in order; whether an order was asked for."""
    orders = body.get("orderBy") or []
    for one in reversed(orders):
        if not isinstance(one, dict) or len(one) != 1 or next(iter(one.values())) not in ("asc", "desc"):
            raise bad_form('orderBy takes objects like {"key": "asc"}.')
        name, direction = next(iter(one.items()))
        getter = object.field(name).getter
        records.sort(key=lambda record: sort_key(getter(record)), reverse=direction == "desc")
    return bool(orders)
