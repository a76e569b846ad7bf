"""One line of a week's script."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class Event:
    """Something that happens outside the hub's control; `at` is aware UTC."""

    at: datetime
    what: str
    options: dict[str, Any] = field(default_factory=dict)


def moment(rng: random.Random, start: datetime, days: int) -> datetime:
    """Some instant of the week, the last six hours left out so that the week can settle."""
    return start + timedelta(seconds=rng.randrange(days * 86400 - 6 * 3600))
