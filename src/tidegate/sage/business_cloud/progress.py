"""How far orders have come, by their documents: what is invoiced is done, since there are no shipments here.

Source: contract §8, §9. No list reports deleted quotes: once a day, those that were open are read again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

import msgspec

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import OrderProgress, SalesOrderStatus
from tidegate.sage.business_cloud.client import BusinessCloudClient
from tidegate.sage.business_cloud.deltas import Stream, changes
from tidegate.sage.business_cloud.rows import Row, id_of, text_of
from tidegate.sage.business_cloud.settings import Form
from tidegate.sage.business_cloud.still_open import read_again
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
    date: str = ""  #: of the document, as Sage writes it


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
                watched[text_of(row, "id")] = _watched(row)
        if before is not None and before.asked < today:
            dates = {id: one.date for id, one in watched.items()}
            there = read_again(self._client, self._resource, dates)
            if isinstance(there, Failure):
                return there
            progress += _ended(watched, there)
            watched = {id: _watched(row) for id, row in there.items() if is_open(row)}
        cursor = msgspec.json.encode(_Position(found.parking(), today, watched)).decode()
        return Delta(tuple(progress), cursor, found.full)


def _ended(watched: Mapping[str, _Watched], there: Mapping[str, Row]) -> list[OrderProgress]:
    """The progress of watched orders that are open no more, though no change said so."""
    gone = [
        OrderProgress(id, one.number, one.key, SalesOrderStatus.CANCELLED)
        for id, one in watched.items()
        if id not in there
    ]
    return gone + [_progress(row) for row in there.values() if not is_open(row)]


def _watched(row: Row) -> _Watched:
    return _Watched(number_of_document(row), key_of_document(row), text_of(row, "date"))


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
