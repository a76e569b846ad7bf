"""Conditions and addresses of REST (contract §6): comparisons joined by `and` and `or`, without parentheses.

A condition is a list of alternatives, each of them terms that hold together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from tidegate.sage.x3.rows import Row, moment_of, text_of

Where = tuple[str, ...]
"""Alternatives; () = all."""
LONGEST = 1800  #: characters of a condition in an address
_SAFE = "()'@:,."


def _doubled(value: str) -> str:
    return value.replace("'", "''")


def equals(field: str, value: str) -> str:
    """A text field has this value."""
    return f"{field} eq '{_doubled(value)}'"


def is_number(field: str, value: str) -> str:
    """A menu or number has this value."""
    return f"{field} eq {value}"


def is_not(field: str, value: str) -> str:
    """A menu has another value."""
    return f"{field} ne {value}"


def begins(field: str, value: str) -> str:
    """A text field begins so."""
    return f"{field} like '{_doubled(value)}%'"


def since(field: str, moment: datetime) -> str:
    """This moment or later (the literal: A)."""
    return f"{field} ge @{moment:%Y-%m-%dT%H:%M:%S}Z@"


def both(*terms: str) -> str:
    """All of them."""
    return " and ".join(terms)


def query(representation: str, where: Where, *, count: int) -> str:
    """The query string of a list."""
    parts = [f"representation={quote(representation, safe='$.')}", f"count={count}"]
    if where:
        parts.append(f"where={quote(' or '.join(where), safe=_SAFE)}")
    return "&".join(parts)


def pools(terms: Mapping[str, Sequence[str]], longest: int = LONGEST) -> Iterator[Where]:
    """The terms of all names as alternatives, as many a call as an address holds."""
    where: list[str] = []
    size = 0
    for some in terms.values():
        length = sum(len(quote(one, safe=_SAFE)) + len("%20or%20") for one in some)
        if where and size + length > longest:
            yield tuple(where)
            where, size = [], 0
        where += some
        size += length
    if where:
        yield tuple(where)


# The same conditions over rows that are here already

_TERM = re.compile(r"(\w+) (eq|ne|like|ge) ('(?:[^']|'')*'|@[^@]*@|\S+)(?: and |$)")
_ONE = re.compile(r"(\w+) eq ('(?:[^']|'')*'|[^\s']+)")


def chosen(rows: Sequence[Row], where: Where) -> list[Row]:
    """The rows that meet a condition. ValueError for a condition that was not made here."""
    if not where:
        return list(rows)
    ones = [_ONE.fullmatch(term) for term in where]
    fields = {one[1] for one in ones if one is not None}
    if len(fields) == 1 and None not in ones:  # many keys of one field: no row is compared with all of them
        [field] = fields
        wanted = {_value(one[2]) for one in ones if one is not None}
        return [row for row in rows if text_of(row, field) in wanted]
    alternatives = [_terms(term) for term in where]
    return [row for row in rows if any(all(_holds(row, *term) for term in one) for one in alternatives)]


def _terms(condition: str) -> list[tuple[str, str, str]]:
    found = [(match[1], match[2], match[3]) for match in _TERM.finditer(condition)]
    if both(*(" ".join(term) for term in found)) != condition:
        raise ValueError(f"internal error: {condition!r} is no condition")
    return found


def _value(literal: str) -> str:
    return literal[1:-1].replace("''", "'") if literal.startswith("'") else literal.strip("@")


def _holds(row: Row, field: str, comparison: str, literal: str) -> bool:
    have, value = text_of(row, field), _value(literal)
    match comparison:
        case "eq":
            return have == value
        case "ne":
            return have != value
        case "like":
            return have.startswith(value.removesuffix("%"))
        case _:
            at = moment_of(row, field)
            return at is None or at >= datetime.fromisoformat(value)
