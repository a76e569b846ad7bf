"""A query string read as PHP reads it: ``a[b][0][c]=1`` becomes nested dictionaries, ``+`` is a space."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

_KEY = re.compile(r"\[([^\]]*)\]")


def parse(query: str) -> dict[str, Any]:
    """The parameters of ``query`` as nested dictionaries of texts; ``a[]`` counts up. The last value wins."""
    result: dict[str, Any] = {}
    for pair in query.split("&"):
        if not pair:
            continue
        name, _, value = pair.partition("=")
        _put(result, _keys(name), unquote_plus(value))
    return result


@lru_cache(maxsize=1024)  # calls of one kind have the same parameters
def _keys(name: str) -> tuple[str, ...]:
    name = unquote_plus(name)
    head, bracket, rest = name.partition("[")
    return (head, *_KEY.findall(bracket + rest)) if bracket and "]" in rest else (name,)


def _put(into: dict[str, Any], keys: tuple[str, ...], value: str) -> None:
    for position, key in enumerate(keys):
        key = key or str(len(into))
        if position == len(keys) - 1:
            into[key] = value
            return
        below = into.get(key)
        if not isinstance(below, dict):
            below = into[key] = {}
        into = below
