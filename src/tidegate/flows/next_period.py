"""`closed_period = "next"`: what the company refuses for its date goes again with one in the next open period."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from tidegate.domain.calendar import zone
from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.closed_period import moved
from tidegate.flows.connection import Connection
from tidegate.ledger import lookups
from tidegate.ledger.queue import Item

NEXT = "next"


class _Placed(msgspec.Struct):
    """What of a stored order says its date."""

    created_at: datetime


_PLACED = msgspec.json.Decoder(_Placed)
#: The documents of an order that carry its date.
DATED = (("orders", "order"), ("payments", "deposit"))


def day_of(connection: Connection, item: Item, day: date, now: datetime) -> date:
    """The date with which the document goes now: its own `day`, as long as nothing was refused for it."""
    if connection.settings.closed_period != NEXT:
        return day
    today = now.astimezone(zone(connection.company_settings.time_zone)).date()
    return moved(day, lookups.refusals(item.id, Code.PERIOD_CLOSED), today) or max(day, today)


def is_left(connection: Connection, item: Item, failure: Failure, now: datetime) -> bool:
    """Whether the document, just refused, has another date to try; else a person must open a period."""
    if failure.code is not Code.PERIOD_CLOSED or connection.settings.closed_period != NEXT:
        return False
    if (item.flow, item.step) not in DATED or not item.document:
        return False
    place = zone(connection.company_settings.time_zone)
    day = _PLACED.decode(item.document).created_at.astimezone(place).date()
    before = lookups.refusals(item.id, Code.PERIOD_CLOSED)
    return moved(day, before + 1, now.astimezone(place).date()) is not None
