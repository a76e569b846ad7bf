"""A write is done when the answer is about this record; any other answer with 200 leaves it in doubt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tidegate.clock import VirtualClock
from tidegate.domain.errors import Code, Failure
from tidegate.magento.access import IntegrationToken
from tidegate.magento.bulk import BulkCalls
from tidegate.magento.client import StoreClient
from tidegate.magento.credits import Credits, credit
from tidegate.magento.customers import ChangedCustomer, StoreCustomers
from tidegate.magento.invoices import Invoices, invoice
from tidegate.magento.notes import OrderNotes
from tidegate.magento.order_documents import OrderDocuments
from tidegate.magento.prices import BasePrice, StorePrices
from tidegate.magento.shipments import Shipments, Track, shipment
from tidegate.magento.stock import SourceItem, StoreStock
from tidegate.transport import HttpClient

Write = Callable[[StoreClient], object]
TRACK = Track("T-1", "UPS", "ups")
WRITES: dict[str, tuple[Write, Any, tuple[Any, ...]]] = {
    # name: (the call, the contract's answer, answers that are not about it)
    "number": (
        lambda client: OrderNotes(client).store_number(213, "SO-1"),
        {"entity_id": 213, "ext_order_id": "SO-1"},
        (
            {"entity_id": 214, "ext_order_id": "SO-1"},
            {"entity_id": 213, "ext_order_id": "SO-2"},
            True,
            [],
            {},
        ),
    ),
    "comment": (
        lambda client: OrderNotes(client).add_comment(213, "x", visible=False, status="pending"),
        True,
        (False, {}, [], "true", 1),
    ),
    "hold": (lambda client: OrderNotes(client).bring_about(213, "hold"), True, ({}, [], "true", 1, None)),
    "shipment": (
        lambda client: Shipments(client, OrderDocuments(client)).ship(
            9, shipment({21: Decimal(1)}, source="", comment="", tracks=(), notify=False)
        ),
        "12",
        (True, [], {}, None, "", "-1"),
    ),
    "invoice": (
        lambda client: Invoices(client, OrderDocuments(client)).make(9, invoice({21: Decimal(1)}, "")),
        "12",
        (True, [], {}, None, ""),
    ),
    "credit": (
        lambda client: Credits(client, OrderDocuments(client)).refund(
            9, credit({21: Decimal(1)}, "", shipping=Decimal(0), returned=())
        ),
        "12",
        (True, [], {}, None, ""),
    ),
    "track": (
        lambda client: Shipments(client, OrderDocuments(client)).add_track(9, 1, TRACK),
        {"entity_id": 4, "parent_id": 1, "track_number": "T-1"},
        ({"entity_id": 4, "parent_id": 2, "track_number": "T-1"}, {"entity_id": 4}, True, [], {}),
    ),
    "customer": (
        lambda client: StoreCustomers(client).change(ChangedCustomer(id=5)),
        {"id": 5},
        ({"id": 6}, True, [], {}, "5"),
    ),
    "source items": (
        lambda client: StoreStock(client).write([SourceItem("A", "default", Decimal(1), 1)]),
        [],
        (True, {}, None, ["x"], ""),
    ),
    "stock item": (
        lambda client: StoreStock(client).write_stock_item("A", 3, Decimal(1), in_stock=True),
        3,
        (4, True, [], {}, ""),
    ),
    "prices": (
        lambda client: StorePrices(client).write_base([BasePrice("A", Decimal(1), 0)]),
        [],
        (True, {}, None, "", 1),
    ),
    "bulk": (
        lambda client: BulkCalls(client).submit("/V1/inventory/source-items", []),
        {"bulk_uuid": "b7e2"},
        ({"bulk_uuid": ""}, {}, [], True),
    ),
}


def outcome(write: Write, answer: httpx.Response) -> object:
    http = HttpClient(
        "https://shop.example", timeout=5, max_bytes=9999, transport=httpx.MockTransport(lambda _: answer)
    )
    clock = VirtualClock(datetime(2026, 11, 29, tzinfo=UTC))
    return write(StoreClient(http, IntegrationToken("token-of-the-test"), clock))


@pytest.mark.parametrize("name", WRITES)
def test_the_contract_s_answer_is_success(name: str) -> None:
    write, answer, _ = WRITES[name]
    for status in (200, 201):
        assert not isinstance(outcome(write, httpx.Response(status, json=answer)), Failure)


@pytest.mark.parametrize("name", WRITES)
def test_another_answer_leaves_it_in_doubt(name: str) -> None:
    write, _, others = WRITES[name]
    replies = [httpx.Response(200, json=other) for other in others]
    replies += [
        httpx.Response(200, html="<html><title>Sign in</title></html>"),
        httpx.Response(200, text=""),
        httpx.Response(200, content=b"{", headers={"Content-Type": "application/json"}),
        httpx.Response(418, html="<h1>teapot</h1>"),
    ]
    for reply in replies:
        found = outcome(write, reply)
        if name == "comment" and reply.content == b"false":
            continue
        assert isinstance(found, Failure), reply.text
        assert (found.code, found.sent) == (Code.UNCLEAR_ANSWER, True), reply.text
