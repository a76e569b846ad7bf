"""How many keys go into one look-up: as many as what stands before the store lets through.

Apache and nginx take some 8,000 characters, IIS and many a proxy 2,048; what takes less answers with a web page
of 400, 404, 413 or 414. Shorter questions are then asked for a while (own choice of figures).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar
from urllib.parse import quote

LONGEST, SHORTEST = 1900, 700  #: characters of an encoded query
_REST = 2  #: this part of it is for field names, sizes and the fields that are wanted

K = TypeVar("K", str, int)


def pools(keys: Sequence[K], most: int, longest: int = LONGEST) -> Iterator[list[K]]:
    """The keys in their order, in lists of at most `most` whose query has about `longest` characters."""
    pool: list[K] = []
    length = 0
    for key in keys:
        more = len(quote(f"{key},", safe=""))
        if pool and (len(pool) >= most or length + more > longest // _REST):
            yield pool
            pool, length = [], 0
        pool.append(key)
        length += more
    if pool:
        yield pool


def shorter(refused: int, longest: int) -> int:
    """The length to keep to once a query of `refused` characters did not get through."""
    return max(min(refused, longest) // 2, SHORTEST) if refused > SHORTEST else longest
