"""The judge's books of Business Cloud Accounting: whose a document is, and what nobody has paid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from conformance.business_cloud_stand import BusinessCloudStand
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import DAY, accepted, make_order, send
from tidegate.domain.books.bookkeeping import NewReceipt
from tidegate.simulation.houses.business_cloud import books, orders_left


@dataclass(frozen=True)
class Sold:
    """An order of the shop."""

    entity_id: int


class Shop:
    """A shop whose store views count their orders alike: all have one number."""

    class orders:
        @staticmethod
        def all() -> list[Sold]:
            return [Sold(213), Sold(214)]


def books_of(stand: BusinessCloudStand) -> dict[str, Any]:
    return books(stand.face, Shop())


@pytest.fixture
def quotes() -> Iterator[BusinessCloudStand]:
    stand = BusinessCloudStand(settings={"orders": "quote"})
    yield stand
    stand.close()


@pytest.fixture
def drafts() -> Iterator[BusinessCloudStand]:
    stand = BusinessCloudStand(settings={"orders": "draft"})
    yield stand
    stand.close()


def test_deleted_quotes_of_two_orders_with_one_number_are_no_twins(quotes: BusinessCloudStand) -> None:
    """Seen before: they went by their number, and the judge counted an order sent twice."""
    with opened(quotes.company) as session:
        for id in (213, 214):
            sent = accepted(send(session, make_order(quotes, id, reference="000000003")))
            accepted(session.cancelling.cancel(sent.id, sent.number))
    found = books_of(quotes)["orders_by_key"]
    assert {key: [each["status"] for each in each_of] for key, each_of in found.items()} == {
        "magento:main:213": ["deleted"],
        "magento:main:214": ["deleted"],
    }


def test_a_quote_that_was_deleted_and_sent_again_is_two(quotes: BusinessCloudStand) -> None:
    order = make_order(quotes, 213)
    with opened(quotes.company) as session:
        for _ in range(2):
            sent = accepted(send(session, order))
            quotes.advance(60)
            accepted(session.cancelling.cancel(sent.id, sent.number))
            quotes.advance(60)
    assert len(books_of(quotes)["orders_by_key"][order.key]) == 2


def test_a_voided_invoice_is_void(drafts: BusinessCloudStand) -> None:
    """Seen before: what voids it is set against it in the kernel, and the judge missed the report of a payment."""
    with opened(drafts.company) as session:
        for id in (213, 214):
            sent = accepted(send(session, make_order(drafts, id)))
            accepted(session.invoicing.invoice(sent.id, sent.number))
        accepted(session.cancelling.cancel(sent.id, ""))
    assert [each["void"] for each in books_of(drafts)["invoices"]] == [False, True]


def test_receipts_of_two_orders_with_one_number_are_two(drafts: BusinessCloudStand) -> None:
    keys = [f"magento:main:{id}/deposit" for id in (213, 214)]
    with opened(drafts.company) as session:
        for key in keys:
            receipt = NewReceipt(
                key=key,
                account=drafts.codes.account,
                clearing=drafts.codes.clearing,
                day=DAY,
                amount=Decimal(5),
                currency="GBP",
                reference="000000003",
            )
            accepted(session.receipts.post(receipt))
    posted = [each for each in books_of(drafts)["transactions"] if each["kind"] == "receipt"]
    assert [each["second_reference"] for each in posted] == [f"TG-{key}" for key in keys]
    assert {each["reference"] for each in posted} == {"000000003"}


@pytest.mark.parametrize(("edition", "left"), [("quote", 0), ("invoice", 1), ("draft", 1)])
def test_an_invoice_of_a_quote_is_no_further_order_though_another_hub_sent_the_quote(
    edition: str, left: int
) -> None:
    entered = (datetime(2026, 3, 28, tzinfo=UTC), "POST", "/v3.1/sales_invoices", 201)
    assert orders_left([entered], edition) == left
