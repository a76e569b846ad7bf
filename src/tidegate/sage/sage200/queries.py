"""Query strings of the Sage 200 API: a subset of OData (contract §6).

Everything is percent-encoded, spaces as %20 and quotes as %27; text values are in single quotes with
the quote doubled (P).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

PAGE = 500  #: rows a call returns at most without $top, and on every version (C)
LARGE = 5000  #: rows a call may ask for since February 2019 (C); for few fields only
LONGEST = 1900  #: characters of one query string: IIS takes 2,048 unless configured otherwise
COMPARISONS = 45  #: in one filter, the one of the next page included: 100 nodes where that is checked


def text(value: str) -> str:
    """A text as a filter wants it: `O'Brien` becomes `'O''Brien'`."""
    return "'" + value.replace("'", "''") + "'"


def equals(field: str, value: str | int) -> str:
    """`field eq value`, text quoted."""
    return f"{field} eq {text(value) if isinstance(value, str) else value}"


def either(field: str, *values: str) -> tuple[str, ...]:
    """Terms for a text in more than one spelling: that case does not matter is an assumption (§6, A)."""
    return tuple(equals(field, value) for value in dict.fromkeys(values))


def any_of(terms: Sequence[str]) -> str:
    """Terms of which one is enough."""
    return " or ".join(terms)


def changed_after(field: str, at: datetime) -> str:
    """`field gt` an instant, UTC with Z as the API demands (C)."""
    return f"{field} gt {at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def query(
    *,
    select: Sequence[str] = (),
    where: str = "",
    expand: Sequence[str] = (),
    orderby: str = "",
    top: int | None = None,
    skip: int = 0,
) -> str:
    """A whole query string, encoded; options that are empty are left out."""
    options = {
        "$filter": where,
        "$select": ",".join(select),
        "$expand": ",".join(expand),
        "$orderby": orderby,
        "$top": "" if top is None else str(top),
        "$skip": str(skip) if skip else "",
    }
    return "&".join(f"{name}={quote(value, safe=',')}" for name, value in options.items() if value)


def after(where: str, last_id: int, key: str = "id") -> str:
    """The filter of the next page: stable under inserts, unlike $skip (§6, paging rule)."""
    beyond = f"{key} gt {last_id}"
    return f"({where}) and {beyond}" if where else beyond


def pools(terms: Mapping[str, Sequence[str]], *, most: int, longest: int = LONGEST) -> Iterator[list[str]]:
    """Cut names into pools of at most `most` whose terms keep the encoded filter below `longest`.

    No pool has more comparisons than a filter may have besides the one for the next page. A single name whose terms are
    longer makes a pool of its own, which the company accepts or refuses.
    """
    pool: list[str] = []
    length, compared = 0, 1
    for name, listed in terms.items():
        size = len(quote(f" or {any_of(listed)}", safe=","))
        full = len(pool) >= most or length + size > longest or compared + len(listed) > COMPARISONS
        if pool and full:
            yield pool
            pool, length, compared = [], 0, 1
        pool.append(name)
        length += size
        compared += len(listed)
    if pool:
        yield pool
