"""The progress of orders: the open file, data entry, and history for those that have left the file.

Source: contract §7.1. The open file is read whole, headers alone; the lines of an order are read when its header is
another one. For an order that is no longer there, history says whether it is complete or deleted; without a row in
history, its invoices do. When many vanish at once without a trace, that is a purge, and proves nothing
(contract, Posting, purges).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from tidegate.domain.bad_row import BadRow
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import OrderProgress, SalesOrderStatus
from tidegate.domain.money import ZERO
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.rows import Row, text_of
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.shipments import ORDER_LINE, OpenShipments
from tidegate.sage.sage100.status_words import gone, status_of
from tidegate.sage.sage100.web_orders import WebOrderLine, WebOrders, is_ours, pieces_by_line
from tidegate.sage.sage100.wire_names import (
    CANCEL_REASON,
    HISTORY,
    LAST_INVOICE,
    LINKS,
    ORDER_NUMBER,
    ORDER_STATUS,
)

MOST_VANISH = 20  #: orders of one reading that leave no trace: more are a purge
COLUMNS = (ORDER_NUMBER, ORDER_STATUS, LAST_INVOICE, CANCEL_REASON)


class _Position(msgspec.Struct, frozen=True):
    high: str
    watched: dict[str, tuple[str, str]]  #: open order -> its key, and the digest of its header
    ended: dict[
        str, str
    ] = {}  #: order that was reported as ended -> the digest of its history, while it is repeated


class Progress:
    """How far the orders with our key have come."""

    def __init__(
        self, client: Sage100Client, orders: WebOrders, shipments: OpenShipments, company: Sage100Settings
    ) -> None:
        self._client = client
        self._orders = orders
        self._shipments = shipments
        self._company = company

    def read(self, since: str | None) -> Delta[OrderProgress] | Failure:
        """Orders that are new, changed or gone."""
        before = _position(since)
        past = self._history(before)
        if isinstance(past, Failure):
            return past
        rows, high = past
        there = self._orders.open()  # after history: what leaves the file in between is seen next time
        if isinstance(there, Failure):
            return there
        watched = before.watched if before is not None else {}
        digests = {number: _digest(row) for number, row in there.items()}
        changed = [one for one, digest in digests.items() if one not in watched or watched[one][1] != digest]
        moved = self._moved(changed, there)
        if isinstance(moved, Failure):
            return moved
        reported = before.ended if before is not None else {}
        past_digests = {one: _digest(row) for one, row in rows.items() if one not in there}
        fresh = {one: rows[one] for one, digest in past_digests.items() if reported.get(one) != digest}
        vanished = {
            one: key for one, (key, _) in watched.items() if one not in there and one not in past_digests
        }
        left = self._left(fresh, vanished)
        if isinstance(left, Failure):
            return left
        ended, kept, bad = left
        field = self._company.order_field
        still = {one: (text_of(row, field), digests[one]) for one, row in there.items()}
        still |= {one: watched[one] for one in kept}
        cursor = msgspec.json.encode(_Position(high, still, past_digests)).decode()
        return Delta((*moved, *ended), cursor, before is None, tuple(bad))

    def _history(self, before: _Position | None) -> tuple[dict[str, Row], str] | Failure:
        """Headers with our key that history has written since, by order number; and the next time to ask from."""
        if not self._company.keeps_history:
            return {}, ""
        field = self._company.order_field
        read = self._client.rows(
            HISTORY, (*COLUMNS, field), since=before.high if before is not None else self._orders.first
        )
        if isinstance(read, Failure):
            return read
        rows, high = read
        return {text_of(row, ORDER_NUMBER): row for row in rows if is_ours(text_of(row, field))}, high

    def _moved(self, numbers: Sequence[str], there: Mapping[str, Row]) -> list[OrderProgress] | Failure:
        """How far open orders have come."""
        if not numbers:
            return []
        lines = self._orders.lines(numbers)
        if isinstance(lines, Failure):
            return lines
        entered = self._shipments.of_orders(numbers)
        if isinstance(entered, Failure):
            return entered
        field = self._company.order_field
        return [
            _progress(one, text_of(there[one], field), there[one], lines.get(one, ()), entered.get(one, ()))
            for one in numbers
        ]

    def _left(
        self, past: Mapping[str, Row], vanished: Mapping[str, str]
    ) -> tuple[list[OrderProgress], list[str], list[BadRow]] | Failure:
        """Orders that are not open any more: how they ended; those whose end is not known yet; and a purge."""
        field = self._company.order_field
        known, missing = dict(past), list(vanished)
        if missing and self._company.keeps_history:
            again = self._client.narrowed(HISTORY, ORDER_NUMBER, missing, (*COLUMNS, field))
            if isinstance(again, Failure):
                return again
            known |= {text_of(row, ORDER_NUMBER): row for row in again}
        ended = [
            _ended(one, vanished.get(one) or text_of(row, field), gone(row)) for one, row in known.items()
        ]
        traceless = [one for one in missing if one not in known]
        if not traceless:
            return ended, [], []
        links = self._client.narrowed(LINKS, ORDER_NUMBER, traceless, (ORDER_NUMBER,))
        if isinstance(links, Failure):
            return links
        billed = {text_of(row, ORDER_NUMBER) for row in links}
        ended += [_ended(one, vanished[one], SalesOrderStatus.COMPLETE) for one in traceless if one in billed]
        lost = [one for one in traceless if one not in billed]
        if len(lost) > MOST_VANISH:
            text = (
                f"{len(lost)} orders disappeared at once and are neither in history nor in invoices: "
                "was there a purge?"
            )
            return ended, lost, [BadRow(f"order {lost[0]}", text)]
        return [*ended, *(_ended(one, vanished[one], SalesOrderStatus.CANCELLED) for one in lost)], [], []


def _position(since: str | None) -> _Position | None:
    if not since:
        return None
    try:
        return msgspec.json.decode(since, type=_Position)
    except msgspec.MsgspecError:
        return None


def _digest(row: Row) -> str:
    return hashlib.sha256(msgspec.json.encode(row, order="deterministic")).hexdigest()[:12]


def _progress(
    number: str, key: str, row: Row, lines: Sequence[WebOrderLine], entered: Sequence[Row]
) -> OrderProgress:
    """The progress of an open order: posted pieces are invoiced, other pieces that have left are only despatched."""
    pieces = pieces_by_line(entered, ORDER_LINE)
    left = [line.shipped + pieces.get(line.id, ZERO) for line in lines]
    despatched = "none"
    if any(left):
        whole = all(one >= line.ordered for one, line in zip(left, lines, strict=True))
        despatched = "full" if whole else "part"
    invoiced = "part" if any(line.shipped for line in lines) else "none"
    return OrderProgress(number, number, key, status_of(row) or SalesOrderStatus.LIVE, despatched, invoiced)


def _ended(number: str, key: str, status: SalesOrderStatus | None) -> OrderProgress:
    """The progress of an order that has left the open file; an active one is closed short, or in transition."""
    if status is SalesOrderStatus.CANCELLED:
        return OrderProgress(number, number, key, status)
    if status is SalesOrderStatus.COMPLETE:
        return OrderProgress(number, number, key, status, "full", "full")
    return OrderProgress(number, number, key, SalesOrderStatus.LIVE)
