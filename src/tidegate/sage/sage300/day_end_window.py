"""The hours in which the hub may run day end, as the configuration names them."""

from __future__ import annotations

import re
from datetime import time

WINDOW = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def window_of(text: str) -> tuple[time, time]:
    """`22:00-23:30`, local time of the company. ValueError for another text, and for one that ends before it begins."""
    found = WINDOW.fullmatch(text)
    if found is None:
        raise ValueError(text)
    start, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if end <= start:
        raise ValueError(text)
    return start, end
