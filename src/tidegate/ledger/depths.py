"""How deep the queues were, quarter of an hour by quarter of an hour; kept for a month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min, Sum

from tidegate.domain.states import FINAL, State
from tidegate.ledger import models, rows
from tidegate.ledger.account import _PLACE
from tidegate.ledger.database import inside

EVERY = timedelta(minutes=15)
KEPT = timedelta(days=31)
#: What is open, in the order in which it is drawn.
PLACES = ("waiting", "handed_over", "in_doubt", "held", "review")

_OPEN = [state.value for state in State if state not in FINAL]
_DELIVERIES = f"""
    SELECT flow, state, count(*), min(created_at) FROM tidegate_delivery
    WHERE connection = %s AND NOT (state = 'confirmed') AND state IN ({rows.marks(_OPEN)}) GROUP BY flow, state
"""  # noqa: S608 - our own names
_ITEMS = f"""
    SELECT flow, state, count(*) FROM tidegate_mirrorrow
    WHERE connection = %s AND state IN ({rows.marks(_OPEN)}) GROUP BY flow, state
"""  # noqa: S608
_WRITE = f"""
    INSERT INTO tidegate_depth (connection, flow, at, {", ".join(PLACES)}, oldest)
    VALUES ({rows.marks(range(9))})
    ON CONFLICT (connection, at, flow) DO UPDATE SET
        {", ".join(f"{name} = EXCLUDED.{name}" for name in (*PLACES, "oldest"))}
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Sample:
    """What was open in one quarter of an hour, of all flows that were asked for together."""

    at: datetime
    waiting: int
    handed_over: int
    in_doubt: int
    held: int
    review: int
    oldest: datetime | None

    @property
    def depth(self) -> int:
        """All that was open."""
        return self.waiting + self.handed_over + self.in_doubt + self.held + self.review


def quarter(now: datetime) -> datetime:
    """The quarter of an hour that an instant belongs to."""
    return now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)


def sample(connection: str, flows: Iterable[str], now: datetime) -> None:
    """Write down what is open now: a line for each of `flows`, also when nothing is, and for each that has any.

    The last look of a quarter of an hour counts. In a transaction.
    """
    inside(now)
    counted: dict[str, dict[str, int]] = {flow: {} for flow in flows}
    oldest: dict[str, Any] = {}  # as the database has instants
    for flow, state, count, since in rows.fetch_all(_DELIVERIES, connection, *_OPEN):
        _count(counted, flow, state, count)
        if since is not None:
            oldest[flow] = min(since, oldest.get(flow, since))
    for flow, state, count in rows.fetch_all(_ITEMS, connection, *_OPEN):
        _count(counted, flow, state, count)
    at = rows.instant(quarter(now))
    for flow, places in counted.items():
        figures = [places.get(name, 0) for name in PLACES]
        rows.execute(_WRITE, connection, flow, at, *figures, oldest.get(flow))


def _count(counted: dict[str, dict[str, int]], flow: str, state: str, count: int) -> None:
    place = _PLACE[State(state)]
    places = counted.setdefault(flow, {})
    places[place] = places.get(place, 0) + count


def history(connections: Sequence[str], start: datetime, flow: str = "") -> list[Sample]:
    """The samples from `start` on, the oldest first, of these connections together."""
    if not connections:
        return []
    found = models.Depth.objects.filter(connection__in=list(connections), at__gte=start)
    if flow:
        found = found.filter(flow=flow)
    together = found.order_by("at").values_list("at").annotate(*(Sum(name) for name in PLACES), Min("oldest"))
    return [Sample(*row) for row in together]


def forget(now: datetime) -> int:
    """Drop what is older than is kept; how many lines. In a transaction."""
    inside(now)
    return models.Depth.objects.filter(at__lt=now - KEPT).delete()[0]
