"""How far orders have come, by their documents: what is invoiced is done, since there are no shipments here.

Source: contract §8, §9. No list reports deleted quotes: once a day, those that were open are asked
for again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import msgspec

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import OrderProgress, SalesOrderStatus
from tidegate.sage.business_cloud.client import BusinessCloudClient
from tidegate.sage.business_cloud.deltas import Stream, changes
from tidegate.sage.business_cloud.rows import Row, id_of, text_of
from tidegate.sage.business_cloud.settings import Form
from tidegate.sage.business_cloud.web_documents import (
    is_open,
    key_of_document,
    number_of_document,
    resource_of,
    status_of,
)


class _Watched(msgspec.Struct, frozen=True, array_like=True):
    """An order that is not invoiced: what is needed to report it when it has gone."""

    number: str
    key: str


class _Position(msgspec.Struct, frozen=True, omit_defaults=True):
    stream: str
    asked: date
    watched: dict[str, _Watched] = {}


class Progress:
    """How far the orders with our key have come."""

    def __init__(self, client: BusinessCloudClient, form: Form, now: Callable[[], datetime]) -> None:
        self._client = client
        self._resource = resource_of(form)
        self._stream = Stream(self._resource, (("attributes", "all"),), sort="updated_at")
        self._now = now

    def read(self, since: str | None) -> Delta[OrderProgress] | Failure:
        """Orders that are new, changed or gone."""
        before = _position(since)
        found = changes(self._client, self._stream, before.stream if before else None, self._now())
        if isinstance(found, Failure):
            return found
        today = self._now().date()
        watched = dict(before.watched) if before is not None else {}
        progress = []
        for row in found.rows:
            # The invoice that was made of a quote is the quote's own matter.
            if not key_of_document(row) or id_of(row, "original_quote_estimate"):
                continue
            progress.append(_progress(row))
            watched.pop(text_of(row, "id"), None)
            if is_open(row):
                watched[text_of(row, "id")] = _Watched(number_of_document(row), key_of_document(row))
        if before is not None and watched and before.asked < today:
            gone = self._gone(watched)
            if isinstance(gone, Failure):
                return gone
            progress += gone
            watched = {id: one for id, one in watched.items() if id not in {each.order_id for each in gone}}
        cursor = msgspec.json.encode(_Position(found.parking(), today, watched)).decode()
        return Delta(tuple(progress), cursor, found.full)

    def _gone(self, watched: dict[str, _Watched]) -> list[OrderProgress] | Failure:
        """The progress of watched orders that no longer exist."""
        rows = self._client.read(self._resource, sort="created_at")
        if isinstance(rows, Failure):
            return rows
        there = {text_of(row, "id") for row in rows}
        return [
            OrderProgress(id, one.number, one.key, SalesOrderStatus.CANCELLED)
            for id, one in watched.items()
            if id not in there
        ]


def _position(since: str | None) -> _Position | None:
    if not since:
        return None
    try:
        return msgspec.json.decode(since, type=_Position)
    except msgspec.MsgspecError:
        return None


def _progress(row: Row) -> OrderProgress:
    order_status = status_of(row)
    invoiced = "full" if order_status is SalesOrderStatus.COMPLETE else "none"
    return OrderProgress(
        text_of(row, "id"), number_of_document(row), key_of_document(row), order_status, "none", invoiced
    )
