"""The suite bites: the room of Business Cloud Accounting with one fault each, and the question that finds it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from conformance.bugs import Bug, Question, assert_found
from conformance.business_cloud_stand import BusinessCloudStand
from tidegate.conformance import (
    customers,
    lost_answers,
    orders,
    reading_fulfilment,
    reading_stock,
    receipts,
    taking,
    waiting,
)
from tidegate.conformance import (
    invoicing as asked,
)
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import accepted, delta, find, make_order, send
from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.sage.business_cloud import (
    answers,
    client,
    deltas,
    invoicing,
    open_documents,
    order_search,
    payloads,
    trace,
)
from tidegate.sage.business_cloud import (
    customers as room_customers,
)
from tidegate.sage.business_cloud import (
    orders as room_orders,
)
from tidegate.sage.business_cloud import (
    receipts as room_receipts,
)
from tidegate.sage.business_cloud.pace import Pace
from tidegate.sage.port.outcomes import Accepted, Kind


def an_earlier_answer_taken_for_a_new_one(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(room_orders, "_is_older", lambda row, before: False)


def one_deleted_quote_at_most(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(room_orders, "MOST_DELETED", 2)


def void_not_found(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(order_search, "_meets", lambda row, asked: not order_search.is_void(row))


def void_of_others_found(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(order_search, "is_void", lambda row: False)


def whose_it_is_by_its_number_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(order_search, "key_of_document", lambda row: "magento:main:213")


def what_contains_a_number_taken_for_it(patch: pytest.MonkeyPatch) -> None:
    found = order_search.OrderSearch._found

    def find_all(self: Any, keys: Any) -> Any:
        rows = self._search(keys[0].reference)
        return {keys[0].key: [found(self, row, keys[0]) for row in rows]}

    patch.setattr(order_search.OrderSearch, "find", find_all)


def first_page_taken_for_the_list(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(client, "MOST_PAGES", 2)
    read = client.BusinessCloudClient.page

    def one_page(self: Any, resource: str, query: Any) -> Any:
        page = read(self, resource, query)
        return page if isinstance(page, Failure) else (page[0], len(page[0]))

    patch.setattr(client.BusinessCloudClient, "page", one_page)


def shipping_taxed_as_the_shop_says(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(payloads, "shipping_tax", lambda order, rates: order.shipping.tax)


def price_without_what_is_taken_off(patch: pytest.MonkeyPatch) -> None:
    priced = payloads._price
    patch.setattr(payloads, "_price", lambda line: (priced(line)[0], Decimal(0)))


def unclear_taken_for_refused(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        answers, "_trouble", lambda answer, said, *, reading: Failure(Code.REFUSED, said, sent=False)
    )


def drafts_hold_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(open_documents.OpenDocuments, "held", lambda self: {})


def keys_of_lines_forgotten(patch: pytest.MonkeyPatch) -> None:
    written = trace.written
    patch.setattr(trace, "written", lambda key, lines, room: written(key, ["" for _ in lines], room))


def a_receipt_without_its_mark(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(room_receipts, "marked", lambda reference, key: reference)


def changes_of_one_second_merged(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(deltas, "_digest", lambda row: str(row.get("updated_at")))


def more_than_is_open_allocated(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(room_receipts, "shown", lambda amount: "")
    patch.setattr(room_receipts, "outstanding", lambda row: Decimal(10**9))
    patch.setattr(room_receipts, "on_account", lambda row: Decimal(10**9))
    made = client.BusinessCloudClient.create

    def anyway(self: Any, resource: str, wrapper: str, body: Any) -> Any:
        found = made(self, resource, wrapper, body)
        return {"id": "x"} if resource == "contact_allocations" else found

    patch.setattr(client.BusinessCloudClient, "create", anyway)


def a_taken_reference_is_ours(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(room_customers, "TAKEN", "never")


def throttled_taken_for_trouble(patch: pytest.MonkeyPatch) -> None:
    judged = answers.failure_of

    def by_page(answer: Any, *, reading: bool) -> Failure | None:
        if getattr(answer, "status", 0) == 429:
            return Failure(Code.SERVER_TROUBLE, "429", sent=False)
        return judged(answer, reading=reading)

    patch.setattr(answers, "failure_of", by_page)


def calls_out_of_time(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Pace, "begin", lambda self: 0.0)


def a_quote_that_was_deleted_is_sent_anew(stand: BusinessCloudStand) -> None:
    """The same request, three times within the days in which Sage repeats its first answer."""
    order = make_order(stand, 213)
    ids = []
    with opened(stand.company) as session:
        for _ in range(3):
            assert find(session, order) == []
            sent = accepted(send(session, order))
            assert sent.status is not SalesOrderStatus.CANCELLED
            ids.append(sent.id)
            stand.advance(60)
            accepted(session.cancelling.cancel(sent.id, sent.number))
            stand.advance(60)
    assert len(set(ids)) == 3
    assert stand.documents(order.key) == []


def what_is_void_is_found_by_its_owner_alone(stand: BusinessCloudStand) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        sent = accepted(send(session, order))
        accepted(session.cancelling.cancel(sent.id, sent.number))
        assert [one.cancelled for one in find(session, order)] == [True]
        assert find(session, make_order(stand, 214, reference=order.reference)) == []


def what_is_void_is_not_made_again(stand: BusinessCloudStand) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        sent = accepted(send(session, order))
        stand.advance(60)
        accepted(session.cancelling.cancel(sent.id, sent.number))
        stand.advance(60)
        find(session, order)
        assert accepted(send(session, order)).status is SalesOrderStatus.CANCELLED
    assert len(stand.documents(order.key)) == 1


def nothing_is_read_as_absent_but_what_is(stand: BusinessCloudStand) -> None:
    stand.typed_in("1000000213")
    with opened(stand.company) as session:
        assert find(session, make_order(stand, 213, reference="000000213")) == []


def two_changes_of_one_second(stand: BusinessCloudStand) -> None:
    with opened(stand.company) as session:
        cursor = delta(session.customers.read(None)).cursor
        stand.do("customer-change", customer="WEB", changes={"credit_limit": "5"})
        first = delta(session.customers.read(cursor))
        stand.do("customer-change", customer="WEB", changes={"credit_limit": "6"})
        again = delta(session.customers.read(first.cursor))
    assert [one.credit_limit for one in again.rows if one.account == "WEB"] == [6]


def a_minute_is_never_overdrawn(stand: BusinessCloudStand) -> None:
    with opened(stand.company) as session:
        for _ in range(12):
            assert not isinstance(session.customers.read(None), Failure)
    assert stand.face.business.allowance.refused == 0


def draft() -> BusinessCloudStand:
    return BusinessCloudStand(settings={"orders": "draft"})


def quotes() -> BusinessCloudStand:
    return BusinessCloudStand(settings={"orders": "quote"})


def poor() -> BusinessCloudStand:
    return BusinessCloudStand(per_minute=10, settings={"calls_per_minute": 10})


def a_quote_converted_without_a_look(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(invoicing, "_invoiced", lambda row: None)


def an_invoice_that_names_no_quote(patch: pytest.MonkeyPatch) -> None:
    whole = invoicing.Invoicing._body

    def anonymous(self: Any, quote: Any) -> Any:
        return {name: value for name, value in whole(self, quote).items() if "original" not in name}

    patch.setattr(invoicing.Invoicing, "_body", anonymous)


def an_invoice_without_the_shipping(patch: pytest.MonkeyPatch) -> None:
    whole = invoicing.Invoicing._body

    def lighter(self: Any, quote: Any) -> Any:
        return {name: value for name, value in whole(self, quote).items() if "shipping" not in name}

    patch.setattr(invoicing.Invoicing, "_body", lighter)


def a_void_draft_taken_for_an_invoice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(invoicing, "is_void", lambda row: False)


def whatever_is_no_draft_is_released(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(invoicing.Invoicing, "_released", lambda self, row: Accepted(row["id"], "", Kind.INVOICE))


Build = Callable[[], BusinessCloudStand]
BUGS: list[tuple[Bug, Build, Question]] = [
    (an_earlier_answer_taken_for_a_new_one, BusinessCloudStand, what_is_void_is_not_made_again),
    (an_earlier_answer_taken_for_a_new_one, quotes, a_quote_that_was_deleted_is_sent_anew),
    (one_deleted_quote_at_most, quotes, a_quote_that_was_deleted_is_sent_anew),
    (void_not_found, draft, what_is_void_is_found_by_its_owner_alone),
    (void_of_others_found, BusinessCloudStand, what_is_void_is_found_by_its_owner_alone),
    (
        whose_it_is_by_its_number_alone,
        BusinessCloudStand,
        orders.test_an_order_typed_in_with_the_same_number_is_shown_and_is_not_ours,
    ),
    (what_contains_a_number_taken_for_it, BusinessCloudStand, nothing_is_read_as_absent_but_what_is),
    (first_page_taken_for_the_list, BusinessCloudStand, orders.test_no_match_is_lost_beyond_one_page),
    (
        shipping_taxed_as_the_shop_says,
        BusinessCloudStand,
        taking.test_an_order_with_another_tax_of_shipping_than_the_product_computes_is_not_sent,
    ),
    (
        price_without_what_is_taken_off,
        BusinessCloudStand,
        orders.test_every_order_arrives_at_its_total_to_the_cent,
    ),
    (
        unclear_taken_for_refused,
        BusinessCloudStand,
        lambda stand: lost_answers.test_an_order_whose_answer_was_lost_is_in_doubt_and_then_found(
            stand, "status", {"status": 500, "effect": True}
        ),
    ),
    (drafts_hold_nothing, draft, reading_stock.test_all_stock_is_what_the_books_say),
    (
        keys_of_lines_forgotten,
        BusinessCloudStand,
        reading_fulfilment.test_an_invoice_has_its_order_lines_and_amounts,
    ),
    (
        a_receipt_without_its_mark,
        BusinessCloudStand,
        receipts.test_a_receipt_is_posted_to_its_clearing_account_and_found_by_its_key,
    ),
    (changes_of_one_second_merged, BusinessCloudStand, two_changes_of_one_second),
    (more_than_is_open_allocated, BusinessCloudStand, receipts.test_more_than_is_outstanding_is_refused),
    (
        a_taken_reference_is_ours,
        BusinessCloudStand,
        customers.test_a_reference_that_is_taken_is_named_so_that_the_next_can_be_tried,
    ),
    (
        throttled_taken_for_trouble,
        BusinessCloudStand,
        waiting.test_throttling_waits_as_long_as_the_answer_says,
    ),
    (calls_out_of_time, poor, a_minute_is_never_overdrawn),
    (a_quote_converted_without_a_look, quotes, asked.test_what_staff_have_invoiced_is_not_invoiced_again),
    (an_invoice_that_names_no_quote, quotes, asked.test_an_order_becomes_one_invoice_of_the_same_amount),
    (an_invoice_without_the_shipping, quotes, asked.test_an_order_becomes_one_invoice_of_the_same_amount),
    (a_void_draft_taken_for_an_invoice, draft, asked.test_a_cancelled_order_is_a_review),
    (whatever_is_no_draft_is_released, draft, asked.test_an_order_becomes_one_invoice_of_the_same_amount),
]


@pytest.mark.parametrize(("bug", "build", "question"), BUGS, ids=lambda each: getattr(each, "__name__", ""))
def test_every_deliberate_bug_is_found(
    monkeypatch: pytest.MonkeyPatch, bug: Bug, build: Build, question: Question
) -> None:
    assert_found(monkeypatch, bug, build, question)
