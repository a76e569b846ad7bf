"""The questions bite: Sage 100's room with one fault each, and the question that finds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from conformance import sage100_questions as asked
from conformance.bugs import Bug, Question, assert_found
from conformance.sage100_stand import Sage100Stand
from tidegate.conformance import reading_fulfilment, reading_ledgers
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.sage.port.session import Purpose
from tidegate.sage.sage100 import cancelling, despatches, invoices, order_search, price_rules, progress, room
from tidegate.sage.sage100.agent_writer import AgentWriter
from tidegate.sage.sage100.ledgers import Ledgers
from tidegate.sage.sage100.orders import Orders
from tidegate.sage.sage100.price_probe import PriceProbe
from tidegate.sage.sage100.web_orders import WebOrders


def posting_makes_a_despatch_of_its_own(patch: pytest.MonkeyPatch) -> None:
    made = despatches.Despatches._despatches

    def by_place(self: Any, document: Any, packages: Any) -> Any:
        posted = "HeaderSeqNo" in document.row
        return [
            replace(one, id=f"{one.id}/posted") if posted else one for one in made(self, document, packages)
        ]

    patch.setattr(despatches.Despatches, "_despatches", by_place)


def tracking_asked_for_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(despatches, "_waits", lambda *given: {})


def entries_counted_though_goods_leave_later(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("tidegate.sage.sage100.shipments.LEFT", "N")


def entered_goods_not_seen(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("tidegate.sage.sage100.shipments.OpenShipments.headers", lambda self: [])


def gone_is_complete(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(progress, "gone", lambda row: SalesOrderStatus.COMPLETE)


def purge_taken_for_cancellations(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(progress, "MOST_VANISH", 10**6)


def breaks_begin_where_they_end(patch: pytest.MonkeyPatch) -> None:
    made = price_rules.breaks_of

    def shifted(*given: Any) -> Any:
        found = made(*given)
        return [one if one.quantity == 1 else replace(one, quantity=one.quantity - 1) for one in found]

    patch.setattr("tidegate.sage.sage100.prices.breaks_of", shifted)


def charges_are_one_piece(patch: pytest.MonkeyPatch) -> None:
    made = invoices.Invoices._line
    patch.setattr(invoices.Invoices, "_line", lambda *given: replace(made(*given), amount=False))


def sale_counts_always(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(price_rules.Break, "at_most", lambda self, price: replace(self, price=price))


def markup_from_the_standard_price(patch: pytest.MonkeyPatch) -> None:
    by_method = price_rules._by_method
    patch.setattr(
        price_rules,
        "_by_method",
        lambda method, figure, item, base: by_method(method, figure, item, "StandardUnitPrice"),
    )


def probes_not_compared(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(PriceProbe, "differences", lambda self, listed, agreed: [])


def only_open_items_are_entries(patch: pytest.MonkeyPatch) -> None:
    entries = Ledgers._entries

    def of_open_ones(self: Any, wanted: Any, items: Any, today: Any) -> Any:
        return entries(self, [name for name in wanted if name in items], items, today)

    patch.setattr(Ledgers, "_entries", of_open_ones)


def every_credit_is_a_return(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(invoices, "NOT_RETURNED", "NoSuchColumn")


def other_orders_of_an_invoice_left_out(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(WebOrders, "keys", lambda self, numbers: {})


def data_entry_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cancelling, "IN_ENTRY", "NoSuchColumn")
    patch.setattr(cancelling, "_too_late", cancelling._cancelled)
    deleted = AgentWriter.delete

    def anyhow(self: Any, number: str, key: str) -> Any:
        answer = deleted(self, number, key)
        return True if isinstance(answer, Failure) else answer

    patch.setattr(AgentWriter, "delete", anyhow)


def gone_taken_for_absent(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(order_search, "_numbers", lambda known: [])
    patch.setattr(order_search.OrderSearch, "_by_references", lambda self, references: {})


def total_not_compared(patch: pytest.MonkeyPatch) -> None:
    send = Orders.send

    def without_total(self: Any, batch: Any) -> Any:
        return send(self, [replace(one, payload={**one.payload, "expected": None}) for one in batch])

    patch.setattr(Orders, "send", without_total)


def postings_by_document_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("tidegate.sage.sage100.postings._is_of", lambda row, tie: True)


def seats_not_taken(patch: pytest.MonkeyPatch) -> None:
    """Every push has a session of its own."""
    session = room.Sage100Company.session
    patch.setattr(room.Sage100Company, "session", lambda self, _purpose: session(self, Purpose.READING))


def one_order_a_session(patch: pytest.MonkeyPatch) -> None:
    send = Orders.send

    def singly(self: Any, batch: Any) -> Any:
        for one in batch:
            yield from send(self, [one])
            self._writer._client.command("drain")
            self._writer._client.command("resume")

    patch.setattr(Orders, "send", singly)


def make(**options: Any) -> Callable[[], Sage100Stand]:
    return lambda: Sage100Stand(**options)


UNKNOWN_GOODS = reading_fulfilment.test_goods_that_the_company_does_not_know_are_invoiced_as_so_many_pieces_or_as_their_amount
PLAIN = make()
CASES: list[tuple[Bug, Callable[[], Sage100Stand], Question]] = [
    (posting_makes_a_despatch_of_its_own, PLAIN, asked.a_despatch_is_one_from_data_entry_to_posting),
    (tracking_asked_for_once, PLAIN, asked.a_tracking_number_after_the_posting_is_found),
    (
        entries_counted_though_goods_leave_later,
        PLAIN,
        reading_fulfilment.test_a_despatch_names_order_lines_warehouse_and_parcel,
    ),
    (entered_goods_not_seen, PLAIN, asked.a_despatch_is_one_from_data_entry_to_posting),
    (gone_is_complete, PLAIN, asked.an_order_that_history_calls_deleted_is_cancelled),
    (
        purge_taken_for_cancellations,
        make(settings={"keeps_history": False}, history="none"),
        asked.a_purge_cancels_nothing,
    ),
    (breaks_begin_where_they_end, PLAIN, asked.a_level_with_breaks_pays_by_its_record),
    (sale_counts_always, PLAIN, asked.a_sale_wins_where_it_is_lower),
    (markup_from_the_standard_price, PLAIN, asked.a_customer_pays_by_its_own_record),
    (
        probes_not_compared,
        make(settings={"price_probes": 20}, items=3),
        asked.a_price_that_sage_computes_otherwise_is_not_passed_on,
    ),
    (only_open_items_are_entries, PLAIN, asked.an_invoice_that_is_paid_at_once_is_in_the_ledger),
    (every_credit_is_a_return, PLAIN, asked.what_was_credited_without_goods_is_no_return),
    (
        other_orders_of_an_invoice_left_out,
        PLAIN,
        reading_fulfilment.test_one_invoice_may_be_of_several_orders,
    ),
    (charges_are_one_piece, PLAIN, UNKNOWN_GOODS),
    (data_entry_not_looked_at, PLAIN, asked.an_order_in_data_entry_is_not_cancelled),
    (gone_taken_for_absent, PLAIN, asked.a_deleted_order_is_not_sent_again),
    (total_not_compared, PLAIN, asked.another_total_is_never_stored),
    (postings_by_document_alone, PLAIN, reading_ledgers.test_the_postings_of_every_entry_balance),
    (seats_not_taken, PLAIN, asked.three_pushes_at_once_take_one_seat),
    (one_order_a_session, PLAIN, asked.an_order_costs_little_of_a_seat),
]


@pytest.mark.parametrize(("bug", "build", "question"), CASES, ids=[bug.__name__ for bug, _, _ in CASES])
def test_a_fault_of_the_room_is_found(
    monkeypatch: pytest.MonkeyPatch, bug: Bug, build: Callable[[], Sage100Stand], question: Question
) -> None:
    assert_found(monkeypatch, bug, build, question, ValueError)
