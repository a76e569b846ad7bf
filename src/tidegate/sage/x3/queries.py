"""Conditions and addresses of REST (contract §6): comparisons joined by `and` and `or`, without parentheses.

A condition is a list of alternatives, each of them terms that hold together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

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
