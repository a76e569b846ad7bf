"""Shipments, invoices and credit memos: the recorded bodies, the recorded answers, the recorded refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest

from tidegate.clock import VirtualClock
from tidegate.domain.errors import Code, Failure
from tidegate.magento.access import IntegrationToken
from tidegate.magento.client import StoreClient
from tidegate.magento.credits import Credits, credit
from tidegate.magento.invoices import Invoices, invoice
from tidegate.magento.notes import OrderNotes
from tidegate.magento.order_documents import OrderDocuments
from tidegate.magento.shipments import Shipments, Track, shipment
from tidegate.transport import HttpClient
from unit.magento import recordings


class Shop:
    """Answers each request in turn, and remembers them."""

    def __init__(self, *answers: httpx.Response | Callable[[httpx.Request], httpx.Response]) -> None:
        self.seen: list[httpx.Request] = []
        self.answers = list(answers)
        http = HttpClient(
            "https://shop.example", timeout=5, max_bytes=400_000, transport=httpx.MockTransport(self._answer)
        )
        clock = VirtualClock(datetime(2026, 11, 21, tzinfo=UTC))
        client = StoreClient(http, IntegrationToken("token-of-the-test"), clock)
        self.documents = OrderDocuments(client)
        self.shipments = Shipments(client, self.documents)
        self.invoices = Invoices(client, self.documents)
        self.credits = Credits(client, self.documents)
        self.notes = OrderNotes(client)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        answer = self.answers.pop(0)
        return answer if isinstance(answer, httpx.Response) else answer(request)

    @property
    def body(self) -> object:
        return json.loads(self.seen[-1].content)


UPS = Track("1Z999AA10123456784", "United Parcel Service", "ups")


def test_point_19_the_ship_call_is_the_recorded_one_with_its_source_named() -> None:
    shop = Shop(recordings.response("order-ship-partial-with-track"))
    body = shipment(
        {21: Decimal(2)}, source="wh_detroit", comment="Sage shipment SHP0001", tracks=[UPS], notify=False
    )
    assert shop.shipments.ship(9, body) == 1
    recorded = recordings.exchange("order-ship-partial-with-track")["request"]
    assert (shop.seen[0].url.path, shop.body) == (
        recorded["path"],
        recorded["body"] | {"comment": {"comment": "Sage shipment SHP0001", "is_visible_on_front": 0}},
    )


def test_a_fraction_leaves_as_a_number_and_not_as_text() -> None:
    shop = Shop(recordings.response("order-ship-rest"))
    shop.shipments.ship(9, shipment({21: Decimal("1.50")}, source="", comment="x", tracks=[], notify=True))
    assert shop.body == {
        "items": [{"order_item_id": 21, "qty": 1.5}],
        "comment": {"comment": "x", "is_visible_on_front": 0},
        "appendComment": True,
        "notify": True,
    }


@pytest.mark.parametrize(
    "name", ["order-ship-bad-source", "order-ship-over-quantity", "order-ship-no-source-argument"]
)
def test_point_19_the_vague_refusal_waits_for_stock(name: str) -> None:
    shop = Shop(recordings.response(name))
    body = shipment({21: Decimal(1)}, source="nope", comment="x", tracks=[], notify=False)
    failure = shop.shipments.ship(9, body)
    assert isinstance(failure, Failure)
    assert (failure.code, failure.missing) == (Code.SHORT_STOCK, "source:nope")


@pytest.mark.parametrize(
    "name", ["order-ship-nothing-left", "orders-ship-cancelled", "order-ship-unknown-item"]
)
def test_other_refusals_are_for_a_person(name: str) -> None:
    shop = Shop(recordings.response(name))
    body = shipment({21: Decimal(1)}, source="wh_detroit", comment="x", tracks=[], notify=False)
    failure = shop.shipments.ship(9, body)
    assert isinstance(failure, Failure)
    assert failure.code is Code.REFUSED


def test_point_21_the_invoice_call_is_the_recorded_one() -> None:
    shop = Shop(recordings.response("order-invoice-partial"))
    assert shop.invoices.make(9, invoice({21: Decimal(2)}, "Sage invoice INV0001")) == 1
    recorded = recordings.exchange("order-invoice-partial")["request"]
    assert (shop.seen[0].url.path, shop.body) == (recorded["path"], recorded["body"])


def test_point_18_the_refund_call_is_the_recorded_one() -> None:
    shop = Shop(recordings.response("order-refund-partial"))
    body = credit({21: Decimal(1)}, "RMA 1", shipping=Decimal(0), returned=[21])
    assert shop.credits.refund(9, body) == 1
    recorded = recordings.exchange("order-refund-partial")["request"]
    assert (shop.seen[0].url.path, shop.body) == (recorded["path"], recorded["body"])


def test_an_allowance_names_one_item_with_no_pieces_beside_its_amount() -> None:
    shop = Shop(recordings.response("order-refund-partial"))
    none = {21: Decimal(0)}
    body = credit(none, "CN 1", shipping=Decimal(0), returned=(), adjustment=Decimal("1.50"))
    assert shop.credits.refund(9, body) == 1
    sent = json.loads(shop.seen[0].content)
    assert sent["items"] == [{"order_item_id": 21, "qty": 0}]
    recorded = recordings.exchange("order-refund-partial")["request"]["body"]["arguments"]
    assert sent["arguments"] == recorded | {"adjustment_positive": 1.5, "extension_attributes": {}}


def test_a_later_tracking_number_has_every_required_key() -> None:
    shop = Shop(recordings.response("shipments-add-track"))
    assert shop.shipments.add_track(9, 1, Track("LATE-1", "UPS", "ups")) is None
    recorded = recordings.exchange("shipments-add-track")["request"]
    entity = json.loads(shop.seen[0].content)["entity"]
    assert entity == recorded["body"]["entity"] | {"weight": 0, "qty": 0}


def test_what_an_order_has_is_read_with_marks_pieces_and_tracks() -> None:
    shop = Shop(recordings.response("shipments-search-by-order"))
    (document,) = shop.shipments.of_order(9)  # type: ignore[misc]
    assert (document.id, document.number, document.pieces) == (1, "000000001", {21: 2})
    assert document.carries("Sage shipment SHP0001")
    assert document.tracks == ("1Z999AA10123456784",)


@pytest.mark.parametrize(
    ("name", "kind", "marker"),
    [
        ("invoices-search-by-order", "invoices", "Sage invoice INV0001"),
        ("creditmemos-search-by-order", "credits", "RMA 1"),
    ],
)
def test_invoices_and_credit_memos_are_read_alike(name: str, kind: str, marker: str) -> None:
    shop = Shop(recordings.response(name))
    documents = getattr(shop, kind).of_order(9)
    assert any(document.carries(marker) for document in documents)


@pytest.mark.parametrize(("row", "base_row"), [("5.40", "10.80"), ("6", "12")], ids=["after", "before"])
def test_what_an_item_comes_to_is_after_discount_however_the_store_states_rows(
    row: str, base_row: str
) -> None:
    item = {"item_id": 33, "sku": "BOX-1", "qty_ordered": 2, "price": 3, "tax_percent": 20}
    own = {"row_total": row, "discount_amount": "0.60", "tax_amount": "1.08"}
    base = {"base_row_total": base_row, "base_discount_amount": "1.20", "base_tax_amount": "2.16"}
    order = {"entity_id": 9, "subtotal": 6, "base_subtotal": 12, "items": [item | own | base]}
    found = Shop(httpx.Response(200, json=order)).documents.order(9, amounts=True)
    assert not isinstance(found, Failure)
    assert found.items[0].worth == (Decimal("10.80"), Decimal("5.40"))


def test_with_prices_that_include_tax_the_discount_s_tax_comes_back() -> None:
    item = {"item_id": 33, "sku": "BOX-1", "qty_ordered": 1, "price": 10, "tax_percent": 20}
    money = {"row_total": 8, "row_total_incl_tax": 10, "discount_amount": 2, "tax_amount": "1.67"}
    given = money | {"discount_tax_compensation_amount": "0.33"}
    order = {"entity_id": 9, "subtotal": 10, "base_subtotal": 10, "items": [item | given]}
    found = Shop(httpx.Response(200, json=order)).documents.order(9, amounts=True)
    assert not isinstance(found, Failure)
    assert found.items[0].worth[1] == Decimal("8.33")


def test_the_order_is_read_with_what_is_done_of_each_item() -> None:
    shop = Shop(recordings.response("orders-get-after-creditmemo"))
    order = shop.documents.order(9)
    assert not isinstance(order, Failure)
    first = order.items[0]
    assert (first.item_id, first.ordered, first.shipped, first.invoiced, first.refunded) == (21, 5, 5, 5, 1)


@pytest.mark.parametrize("content", [b"null", b"true", b'"SHP"', b"{}", b"[]"])
def test_an_answer_that_is_no_id_is_in_doubt(content: bytes) -> None:
    shop = Shop(httpx.Response(200, headers={"Content-Type": "application/json"}, content=content))
    failure = shop.invoices.make(9, invoice({21: Decimal(2)}, "x"))
    assert isinstance(failure, Failure)
    assert (failure.code, failure.sent) == (Code.UNCLEAR_ANSWER, True)


@pytest.mark.parametrize(
    ("name", "action", "code"),
    [
        ("orders-hold", "hold", None),
        ("orders-hold-again", "hold", Code.REFUSED),
        ("orders-unhold", "unhold", None),
        ("orders-unhold-again", "unhold", Code.REFUSED),
        ("orders-cancel", "cancel", None),
        ("orders-cancel-again", "cancel", Code.REFUSED),
        ("orders-cancel-while-held", "cancel", Code.REFUSED),
    ],
)
def test_point_12_false_means_that_nothing_was_done(name: str, action: str, code: Code | None) -> None:
    shop = Shop(recordings.response(name))
    failure = shop.notes.bring_about(10, action)  # type: ignore[arg-type]
    assert (failure.code if failure else None) == code
