"""Writing back: exactly these keys, and nothing when it would do harm."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from tidegate.clock import VirtualClock
from tidegate.domain.errors import Code, Failure, Group
from tidegate.flows.status.note_steps import COMMENT, Note
from tidegate.flows.status.order_status import is_there
from tidegate.magento.access import IntegrationToken
from tidegate.magento.client import StoreClient
from tidegate.magento.notes import OrderNotes, OrderNow
from tidegate.sage.port.outcomes import Kind
from tidegate.transport import HttpClient
from unit.magento import recordings

JSON = {"Content-Type": "application/json"}


class Shop:
    """Answers every request with one answer, and remembers them."""

    def __init__(self, answer: httpx.Response | Callable[[httpx.Request], httpx.Response]) -> None:
        self.seen: list[httpx.Request] = []
        self.answer = answer
        http = HttpClient(
            "https://shop.example", timeout=5, max_bytes=100_000, transport=httpx.MockTransport(self._answer)
        )
        clock = VirtualClock(datetime(2026, 11, 21, tzinfo=UTC))
        self.notes = OrderNotes(StoreClient(http, IntegrationToken("token-of-the-test"), clock))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        if isinstance(self.answer, httpx.Response):
            return self.answer
        return self.answer(request)

    @property
    def bodies(self) -> list[object]:
        return [json.loads(request.content) for request in self.seen]


def drop(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("The read operation timed out")


def refuse(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused")


# The number


def test_point_10_the_number_is_stored_with_exactly_two_keys() -> None:
    shop = Shop(recordings.response("orders-ext-id-post-clean"))
    assert shop.notes.store_number(213, "SO-1001") is None
    recorded = recordings.exchange("orders-ext-id-post-clean")["request"]
    assert (shop.seen[0].method, shop.seen[0].url.path) == (recorded["method"], recorded["path"])
    assert shop.bodies == [recorded["body"]] == [{"entity": {"entity_id": 213, "ext_order_id": "SO-1001"}}]


def test_point_10_a_number_longer_than_the_column_is_not_sent() -> None:
    """Magento would cut it without a word, and the number would be another order's."""
    shop = Shop(httpx.Response(200, json={"entity_id": 210, "ext_order_id": "S" * 32}))
    failure = shop.notes.store_number(210, "S" * 33)
    assert failure is not None
    assert (failure.code, failure.sent, shop.seen) == (Code.TOO_LONG, False, [])
    assert shop.notes.store_number(210, "S" * 32) is None


@pytest.mark.parametrize(("entity_id", "number"), [(1, ""), (1, "  "), (0, "SO-1")])
def test_point_11_nothing_is_ever_wiped(entity_id: int, number: str) -> None:
    """An empty number would overwrite, and entity id 0 would mean a new order."""
    with pytest.raises(ValueError):
        Shop(httpx.Response(200)).notes.store_number(entity_id, number)


def test_the_number_of_an_order_that_is_gone() -> None:
    failure = Shop(recordings.response("orders-post-unknown-entity-id")).notes.store_number(9, "SO-1")
    assert failure is not None
    assert (failure.code, failure.details["status"]) == (Code.REFUSED, "400")
    assert "no order 9" in failure.text


@pytest.mark.parametrize(
    ("answer", "group", "sent"),
    [
        (drop, Group.VERIFY_FIRST, True),
        (refuse, Group.WAIT_FOR_WINDOW, False),
        (recordings.response("error-unknown-property"), Group.VERIFY_FIRST, True),
        (recordings.response("error-503-maintenance-post"), Group.WAIT_FOR_WINDOW, False),
        (recordings.response("error-401-bad-token"), Group.HALT_AND_ALERT, False),
        (
            httpx.Response(200, content=b"<html>Login", headers={"Content-Type": "text/html"}),
            Group.VERIFY_FIRST,
            True,
        ),
    ],
)
def test_writes_are_in_doubt_unless_it_is_proved_that_nothing_was_done(
    answer: httpx.Response | Callable[[httpx.Request], httpx.Response], group: Group, sent: bool
) -> None:
    for failure in (
        Shop(answer).notes.store_number(1, "SO-1"),
        Shop(answer).notes.add_comment(1, "text", visible=False, status="pending"),
    ):
        assert failure is not None
        assert (failure.group, failure.sent) == (group, sent)


def test_point_22_a_500_after_calls_in_parallel_is_looked_up_and_not_repeated() -> None:
    shop = Shop(recordings.response("error-unknown-property"))
    failure = shop.notes.store_number(1, "SO-1")
    assert failure is not None
    assert (failure.code, failure.group) == (Code.UNCLEAR_ANSWER, Group.VERIFY_FIRST)
    assert len(shop.seen) == 1


# Comments


def test_point_01_a_comment_always_carries_the_current_status() -> None:
    shop = Shop(httpx.Response(200, content=b"true", headers=JSON))
    assert shop.notes.add_comment(12, "Exported to ERP as SO-000123", visible=False, status="pending") is None
    assert shop.seen[0].url.path == "/rest/V1/orders/12/comments"
    assert shop.bodies == [recordings.exchange("orders-comments-post")["request"]["body"]]


@pytest.mark.parametrize("status", ["", " "])
def test_point_01_an_order_without_status_gets_no_comment(status: str) -> None:
    shop = Shop(httpx.Response(200, content=b"true", headers=JSON))
    failure = shop.notes.add_comment(227, "Exported", visible=True, status=status)
    assert failure is not None
    assert (failure.group, failure.sent, shop.seen) == (Group.REVIEW, False, [])
    assert "has no status" in failure.text


def test_a_visible_comment_sends_no_mail() -> None:
    shop = Shop(httpx.Response(200, content=b"true", headers=JSON))
    shop.notes.add_comment(12, "On its way", visible=True, status="processing")
    [body] = shop.bodies
    assert isinstance(body, dict)
    assert body["statusHistory"]["is_visible_on_front"] == 1
    assert body["statusHistory"]["is_customer_notified"] == 0


def test_a_comment_that_is_answered_with_false_is_in_doubt() -> None:
    shop = Shop(httpx.Response(200, content=b"false", headers=JSON))
    failure = shop.notes.add_comment(12, "text", visible=False, status="pending")
    assert failure is not None
    assert failure.code is Code.UNCLEAR_ANSWER


def test_a_comment_on_an_order_that_is_gone() -> None:
    shop = Shop(recordings.response("orders-comments-post-unknown-order"))
    failure = shop.notes.add_comment(999999, "text", visible=False, status="pending")
    assert failure is not None
    assert (failure.code, failure.details["status"]) == (Code.REFUSED, "404")


# Looking


def test_the_present_state_of_an_order() -> None:
    shop = Shop(recordings.response("orders-ext-id-post-clean-after-get"))
    now = shop.notes.read_status(213)
    assert isinstance(now, OrderNow)
    assert (now.ext_order_id, now.state, now.status) == ("SO-1001", "new", "pending")
    assert "fields=" in str(shop.seen[0].url)


def test_point_01_a_wiped_status_is_read_as_none() -> None:
    shop = Shop(recordings.response("orders-comments-post-without-status-after-get"))
    now = shop.notes.read_status(227)
    assert isinstance(now, OrderNow)
    assert (now.state, now.status, now.comments) == ("new", "", ())


def test_a_comment_is_found_again_by_its_marker() -> None:
    body = {
        "entity_id": 12,
        "state": "new",
        "status": "pending",
        "status_histories": recordings.body("orders-comments-list")["items"],
    }
    shop = Shop(httpx.Response(200, json=body))
    assert shop.notes.has_comment(12, "SO-000123") is True
    assert shop.notes.has_comment(12, "SO-000124") is False
    now = shop.notes.read_status(12)
    assert isinstance(now, OrderNow)
    assert now.comments[0].created_at == datetime(2026, 11, 21, 2, 42, 53, tzinfo=UTC)
    assert (now.comments[0].status, now.comments[0].visible) == ("pending", False)


def test_looking_at_a_store_that_is_away_is_a_failure_without_effect() -> None:
    found = Shop(drop).notes.has_comment(12, "SO-1")
    assert isinstance(found, Failure)
    assert (found.group, found.sent) == (Group.WAIT_FOR_WINDOW, False)


def test_that_an_invoice_is_paid_is_not_the_note_of_an_order_that_became_this_invoice() -> None:
    note = Note(12, "SI-6", Kind.INVOICE)
    entry = {"comment": f"{note.text} is paid", "status": "pending", "created_at": "2026-11-21 02:42:53"}
    body = {"entity_id": 12, "state": "new", "status": "pending", "status_histories": [entry]}
    paid = Shop(httpx.Response(200, json=body)).notes.read_status(12)
    body["status_histories"] = [entry, {**entry, "comment": note.text}]
    noted = Shop(httpx.Response(200, json=body)).notes.read_status(12)
    assert isinstance(paid, OrderNow)
    assert isinstance(noted, OrderNow)
    step: Any = SimpleNamespace(step=COMMENT)

    assert paid.has_comment(note.text), "or this test proves nothing"
    assert not is_there(step, note, paid)
    assert is_there(step, note, noted)
