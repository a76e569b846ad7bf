"""The progress of orders, by their headers. Source: contract §9, §11.

The stamp of a header does not always change when a line changes (A). So every cycle reads all open orders again, and the
orders entered since the last cycle. A watched order that is not among them is read by its number. An order is watched
until it is delivered and invoiced, or deleted.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import OrderProgress, SalesOrderStatus
from tidegate.sage.x3.deltas import OVERLAP
from tidegate.sage.x3.queries import both, is_number, since
from tidegate.sage.x3.rows import Row, text_of
from tidegate.sage.x3.status_words import delivered, invoiced, status_of
from tidegate.sage.x3.web_orders import WebOrders
from tidegate.sage.x3.wire_names import OPEN

ENTERED = "CREDATTIM"
ENDED = (SalesOrderStatus.COMPLETE, SalesOrderStatus.CANCELLED)


class _Watched(msgspec.Struct, frozen=True, array_like=True):
    """A watched order, as it was reported last."""

    key: str
    status: str
    delivered: str
    invoiced: str


class _Position(msgspec.Struct, frozen=True):
    entered: datetime | None
    watched: dict[str, _Watched]
    ended: dict[str, _Watched] = {}
    """Orders that were reported as done and entered so recently that they are listed again."""


class Progress:
    """The progress of orders with our key."""

    def __init__(self, orders: WebOrders) -> None:
        self._orders = orders

    def read(self, since_cursor: str | None) -> Delta[OrderProgress] | Failure:
        """Orders that are new, changed or deleted."""
        before, ours = _position(since_cursor), self._orders.ours
        where: tuple[str, ...] = (ours,)
        if before is not None:
            where = (both(ours, is_number("ORDSTA", OPEN)),)
            if before.entered is not None:
                where = (*where, both(ours, since(ENTERED, before.entered - OVERLAP)))
        listed = self._orders.headers(where)
        if isinstance(listed, Failure):
            return listed
        known = before.watched if before is not None else {}
        missing = [number for number in known if number not in listed]
        again = self._orders.headers_by_number(missing) if missing else {}
        if isinstance(again, Failure):
            return again
        rows = {**listed, **again}
        states = {number: _state(row) for number, row in rows.items()}
        reported = {**(before.ended if before is not None else {}), **known}
        news = [_progress(number, one) for number, one in states.items() if reported.get(number) != one]
        gone = [_gone(number, known[number]) for number in missing if number not in again]
        entered = max(
            [*([before.entered] if before and before.entered else []), *_moments(listed.values())],
            default=None,
        )
        watched = {number: one for number, one in states.items() if one.status not in ENDED}
        ended = {
            number: one
            for number, one in states.items()
            if one.status in ENDED
            and entered is not None
            and any(at >= entered - OVERLAP for at in _moments([rows[number]]))
        }
        cursor = msgspec.json.encode(_Position(entered, watched, ended)).decode()
        return Delta((*news, *gone), cursor, before is None)


def _position(since_cursor: str | None) -> _Position | None:
    if not since_cursor:
        return None
    try:
        return msgspec.json.decode(since_cursor, type=_Position)
    except msgspec.MsgspecError:
        return None


def _moments(rows: Iterable[Row]) -> list[datetime]:
    found = []
    for row in rows:
        try:
            at = datetime.fromisoformat(text_of(row, ENTERED))
        except ValueError:
            continue
        if at.tzinfo is not None:
            found.append(at)
    return found


def _state(row: Row) -> _Watched:
    return _Watched(text_of(row, "CUSORDREF"), status_of(row), delivered(row), invoiced(row))


def _progress(number: str, one: _Watched) -> OrderProgress:
    return OrderProgress(number, number, one.key, SalesOrderStatus(one.status), one.delivered, one.invoiced)


def _gone(number: str, one: _Watched) -> OrderProgress:
    """A deleted order: it was cancelled if nothing was delivered; otherwise its history was cleared."""
    begun = one.delivered != "none"
    status = SalesOrderStatus.COMPLETE if begun else SalesOrderStatus.CANCELLED
    done = "full" if begun else "none"
    return OrderProgress(number, number, one.key, status, done, done)
