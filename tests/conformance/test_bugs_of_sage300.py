"""The suite bites: Sage 300's room with one fault each, and the question that finds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from conformance.bugs import Bug, Question, assert_found
from conformance.sage300_stand import Sage300Stand
from tidegate.conformance import lost_answers, orders, reading_fulfilment, receipts
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import DAY, accepted, delta, failed, find, goods, make_order, send
from tidegate.domain.books.bookkeeping import NewAllocation, NewReceipt
from tidegate.domain.errors import Code, Failure, Group
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.sage.port.session import Purpose
from tidegate.sage.sage300 import answers, client, order_search, payloads, progress, status_words
from tidegate.sage.sage300 import stock as room_stock
from tidegate.sage.sage300.documents import Documents
from tidegate.sage.sage300.identity import Identity
from tidegate.sage.sage300.receipts import Receipts
from tidegate.sage.sage300.reference import Reference


def price_before_its_override(patch: pytest.MonkeyPatch) -> None:
    made = payloads._goods

    def reversed_(*given: Any) -> dict[str, Any]:
        line = made(*given)
        price = line.pop("PricingUnitPrice")
        override = line.pop("PriceOverride")
        return {**line, "PricingUnitPrice": price, "PriceOverride": override}

    patch.setattr(payloads, "_goods", reversed_)


def conflict_taken_for_a_double(patch: pytest.MonkeyPatch) -> None:
    judged = answers.failure_of

    def by_status(answer: Any, **how: Any) -> Failure | None:
        if getattr(answer, "status", 0) == 409:
            return Failure(Code.UNCLEAR_ANSWER, "it exists", details={answers.DUPLICATE: "yes"})
        return judged(answer, **how)

    patch.setattr(answers, "failure_of", by_status)


def own_values_read_as_words(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(answers, "without", lambda said, ours: said)


def stock_as_costed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(room_stock, "NOT_COSTED_OUT", "NoSuchQuantity")


def not_costed_added(patch: pytest.MonkeyPatch) -> None:
    level = room_stock.Stock._level

    def turned(self: Any, row: dict[str, Any], codes: Any) -> Any:
        return level(self, {**row, room_stock.NOT_COSTED_OUT: -row[room_stock.NOT_COSTED_OUT]}, codes)

    patch.setattr(room_stock.Stock, "_level", turned)


def quotes_taken_for_orders(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(order_search, "QUOTE", "NoSuchType")


def unformatted_numbers_as_skus(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Reference, "codes_of", lambda self, keys: {key: key for key in keys})


def no_list_taken_for_an_empty_one(patch: pytest.MonkeyPatch) -> None:
    page = client.Sage300Client._page

    def empty(self: Any, resource: str, query: str) -> Any:
        found = page(self, resource, query)
        broken = isinstance(found, Failure) and "not from the Web API" in found.text
        return ([], None) if broken else found

    patch.setattr(client.Sage300Client, "_page", empty)


def further_pages_not_read(patch: pytest.MonkeyPatch) -> None:
    page = client.Sage300Client._page

    def first_alone(self: Any, resource: str, query: str) -> Any:
        found = page(self, resource, query)
        return found if isinstance(found, Failure) else (found[0], None)

    patch.setattr(client.Sage300Client, "_page", first_alone)


def deleted_orders_forgotten(patch: pytest.MonkeyPatch) -> None:
    read = progress.Progress.read

    def without_gone(self: Any, since: str | None) -> Any:
        found = read(self, since)
        rows = tuple(row for row in found.rows if row.status is not SalesOrderStatus.CANCELLED)
        return replace(found, rows=rows)

    patch.setattr(progress.Progress, "read", without_gone)


def finished_without_a_shipment_is_complete(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(status_words, "LAST_SHIPMENT", "OrderNumber")


def only_new_shipments_read(patch: pytest.MonkeyPatch) -> None:
    init = Documents.__init__

    def without_overlap(self: Any, *given: Any) -> None:
        init(self, *given)
        self._stream = replace(self._stream, days=())

    patch.setattr(Documents, "__init__", without_overlap)


def dates_at_midnight(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(payloads, "day_text", lambda day, company: f"{day:%Y-%m-%d}T00:00:00Z")


def company_not_compared(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Identity, "differs", lambda self, found: None)


def open_batches_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Receipts, "_waiting", lambda self, keys: {})


# The questions


def refused_with(text: str, sku: str = "HUB-0001") -> Question:
    """An order that is refused under `General` with these words is a person's, and not tried for ever."""

    def asked(stand: Sage300Stand) -> None:
        if sku != "HUB-0001":
            stand.add_product(sku)
        stand.inject("status", "send", status=409, body_text=text)
        with opened(stand.company) as session:
            assert failed(send(session, make_order(stand, 213, goods(stand, sku)))).group is Group.REVIEW

    return asked


def stock_falls_when_goods_leave(stand: Sage300Stand) -> None:
    with opened(stand.company) as session:
        order = accepted(send(session, make_order(stand, 213)))
        stand.do("despatch", order=order.number)
        levels = {(one.sku, one.warehouse): one.on_hand for one in delta(session.stock.read(None)).rows}
    assert levels["HUB-0001", "1"] == Decimal(stand.books()["stock"]["HUB-0001"]["1"]["on_hand"])


def a_quote_is_no_order(stand: Sage300Stand) -> None:
    order = make_order(stand, 213)
    stand.typed_in(order.reference, key=order.key)
    stand.erp.orders.table.find("external_key", order.key)[0].extra["type"] = "Quote"
    with opened(stand.company) as session:
        assert find(session, order) == []


def stock_is_that_of_the_books(stand: Sage300Stand) -> None:
    with opened(stand.company) as session:
        assert {one.sku for one in delta(session.stock.read(None)).rows} == set(stand.books()["stock"])


def a_cancelled_order_is_reported(stand: Sage300Stand) -> None:
    with opened(stand.company) as session:
        order = accepted(send(session, make_order(stand, 213)))
        cursor = delta(session.progress.read(None)).cursor
        stand.do("cancel", order=order.number)
        [row] = delta(session.progress.read(cursor)).rows
        assert (row.order_id, row.status) == (order.id, SalesOrderStatus.CANCELLED)


def an_order_keeps_its_day(stand: Sage300Stand) -> None:
    with opened(stand.company) as session:
        assert accepted(send(session, make_order(stand, 213))).details == {}
    assert stand.erp.orders.table.first("external_key", "magento:main:213").date == DAY


def another_company_halts(stand: Sage300Stand) -> None:
    with opened(stand.company):
        pass
    stand.erp.name = "Sample Company Ltd. (test)"
    stand.advance(timedelta(days=1).total_seconds())
    with stand.company.session(Purpose.WRITING) as session:
        assert isinstance(session, Failure)
        assert session.code is Code.WRONG_COMPANY


def a_receipt_in_an_open_batch_is_found(stand: Sage300Stand) -> None:
    receipt = NewReceipt(
        key="magento:main:213/deposit",
        reference="000000213",
        account="WEB",
        clearing="CARD",
        amount=Decimal("29.98"),
        currency="USD",
        day=DAY,
    )
    with opened(stand.company) as session:
        stand.inject("drop_after", "post receipt")
        assert failed(session.receipts.post(receipt)).group is Group.VERIFY_FIRST
        entry = session.receipts.find([receipt.key])[receipt.key]
        assert entry is not None
        assert (entry.reference, entry.gross, entry.outstanding) == (
            "000000213",
            receipt.amount,
            receipt.amount,
        )
        stand.face.site.batches["SAMLTD"]._database.batches[1].status = "ReadyToPost"
        stand.do("post-receipts")
        posted = session.receipts.find([receipt.key])[receipt.key]
        assert (posted.id, posted.urn, posted.reference) == (entry.id, entry.urn, "000000213")


def lost(stand: Sage300Stand) -> None:
    lost_answers.test_a_read_that_fails_is_a_failure_and_never_an_empty_answer(
        stand, "login_page", {}, "look-up"
    )


def make(**options: Any) -> Callable[[], Sage300Stand]:
    return lambda: Sage300Stand(**options)


PLAIN = make()
CASES: list[tuple[Bug, Callable[[], Sage300Stand], Question]] = [
    (price_before_its_override, PLAIN, orders.test_a_sent_order_is_booked_once_and_found_by_its_key),
    (conflict_taken_for_a_double, PLAIN, refused_with("Customer WEB is on hold.")),
    (own_values_read_as_words, PLAIN, refused_with("Item LOCK-1 is inactive.", "LOCK-1")),
    (stock_as_costed, make(day_end="by_people"), stock_falls_when_goods_leave),
    (not_costed_added, make(day_end="by_people"), stock_falls_when_goods_leave),
    (quotes_taken_for_orders, PLAIN, a_quote_is_no_order),
    (unformatted_numbers_as_skus, PLAIN, stock_is_that_of_the_books),
    (no_list_taken_for_an_empty_one, PLAIN, lost),
    (further_pages_not_read, PLAIN, orders.test_no_match_is_lost_beyond_one_page),
    (deleted_orders_forgotten, PLAIN, a_cancelled_order_is_reported),
    (finished_without_a_shipment_is_complete, make(cancelled="completed"), a_cancelled_order_is_reported),
    (
        only_new_shipments_read,
        PLAIN,
        reading_fulfilment.test_a_tracking_number_that_comes_later_brings_its_despatch_again_and_whole,
    ),
    (dates_at_midnight, make(server_zone="America/Los_Angeles"), an_order_keeps_its_day),
    (company_not_compared, PLAIN, another_company_halts),
    (
        open_batches_not_looked_at,
        make(settings={"ready_to_post": False}),
        a_receipt_in_an_open_batch_is_found,
    ),
]


@pytest.mark.parametrize(("bug", "build", "question"), CASES, ids=[bug.__name__ for bug, _, _ in CASES])
def test_a_fault_of_the_room_is_found(
    monkeypatch: pytest.MonkeyPatch, bug: Bug, build: Callable[[], Sage300Stand], question: Question
) -> None:
    assert_found(monkeypatch, bug, build, question, ValueError)


def test_a_second_order_of_the_same_number_is_refused_by_sage_and_then_found() -> None:
    stand = Sage300Stand(settings={"own_order_number": True})
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        first = accepted(send(session, order))
        assert first.number == "WEB000000213"
        assert failed(send(session, order)).group is Group.VERIFY_FIRST, "in doubt, never confirmed"
        assert [one.id for one in find(session, order)] == [first.id]
    assert len(stand.booked(order.key)) == 1
    stand.close()


def test_contracts_are_in_the_price_book() -> None:
    stand = Sage300Stand(gateway=True)
    stand.face.database.contracts.append(
        {
            "CUSTNO": "1200",
            "PRICEBY": 2,
            "ITEMNO": "HUB0001",
            "PRICELIST": "BASE",
            "PRICETYPE": 2,
            "DISCPER": "10",
        }
    )
    with opened(stand.company) as session:
        assert session.prices.lists_contracts
        book, cursor, _ = session.prices.read(None)
        assert [(one.account, one.sku, one.price) for one in book.customer_prices] == [
            ("1200", "HUB-0001", Decimal("9.333"))
        ]
        stand.face.database.contracts[0]["DISCPER"] = "20"
        changed, _, _ = session.prices.read(cursor)
        assert [one.price for one in changed.customer_prices] == [Decimal("8.296")]
    stand.close()


def test_no_second_order_leaves_where_sage_keeps_the_first_under_another_day() -> None:
    stand = Sage300Stand(server_zone="America/Los_Angeles", settings={"date_form": "local_midnight"})
    with opened(stand.company) as session:
        made = accepted(send(session, make_order(stand, 213)))
        assert "01.03.2026 instead of 02.03.2026" in made.details["date"]
        failure = failed(session.orders.prepare([make_order(stand, 214)])[0])
    assert (failure.missing, failure.sent) == ("setting:date_form", False)
    stand.close()


def test_an_allocation_waits_for_a_receipt_that_nobody_has_posted() -> None:
    stand = Sage300Stand(settings={"ready_to_post": False})
    with opened(stand.company) as session:
        order = accepted(send(session, make_order(stand, 213)))
        receipt = accepted(session.receipts.post(receipts._receipt(stand)))
        stand.do("despatch", order=order.number)
        stand.do("invoice-run")
        [invoice] = delta(session.ledgers.read(None)).rows
        wanted = NewAllocation(
            key=f"{receipts.KEY}/1",
            account="WEB",
            debit_entry=invoice.id,
            credit_entry=receipt.id,
            amount=Decimal("29.98"),
            day=DAY,
        )
        assert failed(session.receipts.allocate(wanted)).code is Code.RECORD_BUSY
    stand.close()


def test_the_form_of_dates_is_learnt_by_one_refusal() -> None:
    stand = Sage300Stand(date_literals="quoted")
    stand.company.forget_limits()
    with opened(stand.company) as session:
        cursor = delta(session.customers.read(None)).cursor
        before = stand.company.calls
        delta(session.customers.read(cursor))
        assert stand.company.calls - before == 2
        delta(session.customers.read(cursor))
        assert stand.company.calls - before == 3
    assert stand.company.learnt_limits == {"quoted_dates": 1}
    stand.close()


def test_a_session_that_was_ended_is_tried_once_more_before_it_halts() -> None:
    stand = Sage300Stand()
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        assert find(session, order) == []
        stand.face.site.users["WEBAPI"] = "changed"
        codes = [failed(session.order_search.find([orders.OrderKey(order.key, "")])).code for _ in range(2)]
    assert codes == [Code.NO_SEAT, Code.NOT_AUTHENTICATED]
    stand.close()


def test_lists_without_details_are_read_by_entries() -> None:
    stand = Sage300Stand(lists_have_details=False)
    reading_fulfilment.test_a_despatch_names_order_lines_warehouse_and_parcel(stand)
    stand.close()
    stand = Sage300Stand(lists_have_details=False)
    reading_fulfilment.test_a_partly_despatched_order_is_invoiced_in_two(stand)
    stand.close()


def test_despatches_are_read_from_invoices_where_shipments_cannot_be_read() -> None:
    stand = Sage300Stand(settings={"shipments": "OEInvoices"}, extra_resources=("ICItemLocations",))
    with opened(stand.company) as session:
        order = accepted(send(session, make_order(stand, 213)))
        stand.do("despatch", order=order.number, consignment="1Z999", courier="FEDEX")
        assert delta(session.despatches.read(None)).rows == ()
        stand.do("invoice-run")
        [despatch] = delta(session.despatches.read(None)).rows
    assert [(one.line_key, one.quantity) for one in despatch.lines] == [("item:551", 2)]
    assert [one.number for one in despatch.parcels] == ["1Z999"]
    stand.close()


def test_receipts_of_the_suite_are_ours_by_their_number() -> None:
    stand = Sage300Stand()
    receipts.test_a_receipt_is_posted_to_its_clearing_account_and_found_by_its_key(stand)
    stand.close()
