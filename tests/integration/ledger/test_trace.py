"""Where is order X: from either end, with everything that happened, by indexes alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integration.ledger.conftest import Ledger
from integration.ledger.making import (
    CONNECTION,
    FLOW,
    NOW,
    STEP,
    apply,
    begin,
    captured,
    create,
    new,
    open_batch,
    row,
    take_lease,
)
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.ledger import account, chain, database, delivery, intake, queue
from tidegate.ledger.trace import trace


def a_life() -> int:
    """An order that was sent, with a note beside it."""
    held = take_lease()
    (pk,) = captured(213)
    attempts = begin(held, open_batch(held), [pk])
    verdict = Verdict(
        pk,
        "c",
        attempt_id=attempts[pk],
        target_id="42",
        target_number="S42",
        links=(("sage-order", "42", "S42"), ("sage-invoice", "43", "I43")),
    )
    apply(verdict, held=held)
    source = queue.get(pk)
    assert source is not None
    with database.transaction("test"):
        note = new(
            "main:213/number",
            flow="order-status",
            step="number",
            source_id=source.source_id,
            label="000000213",
        )
        delivery.create_many([note], NOW)
    captured(214)
    return pk


@pytest.mark.parametrize(
    "identifier", ["000000213", "213", "S42", "I43", "42", "magento:main:213/order", " 213 "]
)
def test_an_order_is_found_by_everything_it_is_called(ledger: Ledger, identifier: str) -> None:
    pk = a_life()
    (found,) = trace(identifier)
    assert found.source is not None
    assert (found.source.entity_id, found.source.document) == (213, '{"entity_id": 1}')
    order, note = found.deliveries
    assert (order.item.id, order.item.state, note.item.step) == (pk, State.CONFIRMED, "number")
    assert [(attempt.number, attempt.outcome) for attempt in order.attempts] == [(1, "accepted")]
    assert [event.letter for event in order.events] == ["", "b", "c"]
    assert [link.number for link in found.links] == ["S42", "I43"]


def test_two_stores_with_one_number_are_two_orders(ledger: Ledger) -> None:
    captured(1)
    with database.transaction("test"):
        intake.save_sources([row(7, store="other", increment_id="000000001")], NOW)
    assert [found.source.store for found in trace("000000001") if found.source] == ["main", "other"]


def test_a_delivery_without_a_document(ledger: Ledger) -> None:
    (pk,) = create("magento:main:customer:17", label="ann@example.com", step="customer")
    (found,) = trace("ann@example.com")
    assert found.source is None
    assert [step.item.id for step in found.deliveries] == [pk]


def test_nothing_is_found_of_nobody(ledger: Ledger) -> None:
    a_life()
    for identifier in ("", "  ", "nobody", "0", "9" * 40, "²", "213\x00"):
        assert trace(identifier) == []


ASKED: dict[str, Callable[[], object]] = {
    "due": lambda: queue.due(CONNECTION, FLOW, STEP, 50, NOW),
    "in doubt": lambda: queue.in_doubt(CONNECTION, FLOW, STEP, NOW, 50),
    "account": lambda: account.account(CONNECTION, FLOW, STEP),
    "waiting for": lambda: queue.waiting_for(CONNECTION),
    "depth": lambda: queue.depth(CONNECTION),
    "oldest": lambda: queue.oldest_waiting(CONNECTION),
    "known": lambda: intake.known("main", "order", [1, 2]),
    "label": lambda: queue.listing(label="000000213"),
    "list of a connection": lambda: queue.listing(connection=CONNECTION),
    "list of a state": lambda: queue.listing(state=State.REVIEW),
    "chain": lambda: chain.find("S42"),
    "trace": lambda: trace("213"),
    "trace by anything": lambda: trace("PO-77", ["WEB-"]),
}


@pytest.mark.parametrize("question", ASKED)
def test_no_question_reads_a_whole_table(sqlite: Ledger, question: str) -> None:
    """With a million rows only indexes are fast; SQLite tells how it would answer."""
    a_life()
    with CaptureQueriesContext(connection) as captured_queries:
        ASKED[question]()
    assert captured_queries.captured_queries
    assert sqlite.path is not None
    with closing(sqlite3.connect(sqlite.path)) as raw:
        for query in captured_queries.captured_queries:
            plan = raw.execute(f"EXPLAIN QUERY PLAN {query['sql']}").fetchall()
            assert not [step for *_, step in plan if step.startswith("SCAN") and "tidegate_" in step], (
                query,
                plan,
            )
            if question in ("due", "oldest", "list of a connection", "list of a state"):
                assert not [step for *_, step in plan if "TEMP B-TREE" in step], (query, plan)
