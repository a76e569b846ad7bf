"""The ``fields`` parameter: which keys of an answer are sent (point 15)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

Wanted = dict[str, "Wanted | None"]


@lru_cache(maxsize=256)
def parse(text: str) -> Wanted | None:
    """``items[sku,price],total_count`` as nested keys; None where the brackets do not match."""
    root: Wanted = {}
    stack: list[Wanted] = [root]
    name = ""
    for char in text:
        if char in ",[]":
            key, name = name.strip(), ""
            if char == "[":
                if not key:
                    return None
                below: Wanted = {}
                stack[-1][key] = below
                stack.append(below)
                continue
            if key:
                stack[-1][key] = None
            if char == "]":
                stack.pop()
                if not stack:
                    return None
        else:
            name += char
    if name.strip():
        stack[-1][name.strip()] = None
    return root if len(stack) == 1 else None


def pick(value: Any, wanted: Wanted) -> Any:
    """What of ``value`` is wanted. An empty list that keys were wanted of becomes None, as Magento's does."""
    if isinstance(value, list):
        return [_pick_object(item, wanted) for item in value] or None
    return _pick_object(value, wanted) if isinstance(value, dict) else value


def _pick_object(value: Any, wanted: Wanted) -> Any:
    if not isinstance(value, dict):
        return value
    picked = {}
    for key, item in value.items():
        if key in wanted:
            below = wanted[key]
            picked[key] = pick(item, below) if below is not None and isinstance(item, dict | list) else item
            if picked[key] == {}:  # PHP's empty array, where no wanted key is there (point 30)
                picked[key] = []
    return picked
