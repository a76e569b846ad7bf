"""Filters and addresses of the Web API (contract §3).

A filter is a list of alternatives, each of them terms that hold together: the vendor's list knows no parentheses,
no `not` and no `ge`. An address is kept below what IIS takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import quote

Where = tuple[str, ...]
"""Alternatives; () = all."""
LONGEST = 1900  #: characters of a filter in an address; IIS takes 2048 of the whole query


def text(value: str) -> str:
    """A text literal."""
    return "'" + value.replace("'", "''") + "'"


def equals(field: str, value: str) -> str:
    """A text property has this value."""
    return f"{field} eq {text(value)}"


def number_equals(field: str, value: int) -> str:
    """A number has this value."""
    return f"{field} eq {value}"


def day_literal(day: date, *, quoted: bool) -> str:
    """A date, bare or as the vendor's reference has it."""
    return f"datetime'{day:%Y-%m-%d}T00:00'" if quoted else f"{day:%Y-%m-%d}T00:00:00Z"


def since(field: str, day: date, *, quoted: bool) -> str:
    """This day or later, without `ge`."""
    return f"{field} gt {day_literal(day - timedelta(days=1), quoted=quoted)}"


def both(where: Where, term: str) -> Where:
    """Every alternative, and this term."""
    return tuple(f"{one} and {term}" for one in where) if where else (term,)


def filter_of(where: Where) -> str:
    """The filter, encoded for an address."""
    return quote(" or ".join(where), safe="(),'$:@/") if where else ""


def query(where: Where, *, top: int | None = None, skip: int = 0) -> str:
    """A query string."""
    parts = []
    if where:
        parts.append(f"$filter={filter_of(where)}")
    if top is not None:
        parts.append(f"$top={top}")
    if skip:
        parts.append(f"$skip={skip}")
    return "&".join(parts)


def pools(terms: Mapping[str, Sequence[str]], longest: int = LONGEST) -> Iterator[tuple[list[str], Where]]:
    """Names with the terms of all of them as alternatives, as many a call as an address holds."""
    names: list[str] = []
    where: list[str] = []
    size = 0
    for name, some in terms.items():
        length = sum(len(quote(one, safe="(),'$:@/")) + len("%20or%20") for one in some)
        if names and size + length > longest:
            yield names, tuple(where)
            names, where, size = [], [], 0
        names.append(name)
        where += some
        size += length
    if names:
        yield names, tuple(where)
