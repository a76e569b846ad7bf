"""Payments that staff delete in Business Cloud Accounting: read, passed on, and not waited for."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from conformance.business_cloud_stand import BusinessCloudStand
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import DAY, accepted, failed, make_order, send
from tidegate.domain.books.bookkeeping import EntryKind, NewAllocation, NewReceipt
from tidegate.domain.errors import Code
from tidegate.sage.business_cloud import ledgers


@pytest.fixture
def stand() -> Iterator[BusinessCloudStand]:
    built = BusinessCloudStand()
    yield built
    built.close()


def receipt(stand: BusinessCloudStand, amount: Decimal) -> NewReceipt:
    return NewReceipt(
        key="magento:main:213/deposit",
        account=stand.codes.account,
        clearing=stand.codes.clearing,
        day=DAY,
        amount=amount,
        currency="GBP",
        reference="000000213",
    )


def deleted(stand: BusinessCloudStand) -> tuple[str, str, str]:
    """An order that was paid by a payment that is deleted: the payment's entry, the invoice's, and a cursor before."""
    order = make_order(stand, 213)
    with opened(stand.company) as desks:
        accepted(send(desks, order))
        made = accepted(desks.receipts.post(receipt(stand, order.gross)))
        first = desks.ledgers.read(None)
        [invoice] = [each for each in first.rows if each.kind is EntryKind.INVOICE]
        paid = NewAllocation(
            key="k", account="WEB", debit_entry=invoice.id, credit_entry=made.id, amount=order.gross, day=DAY
        )
        accepted(desks.receipts.allocate(paid))
        stand.advance(3600)
        before = desks.ledgers.read(first.cursor)
        assert [each.outstanding for each in before.rows if each.id == invoice.id] == [0]
        stand.advance(3600)
        [payment] = [each.reference for each in stand.erp.receivables.table if "~" in each.reference]
        stand.do("delete-payment", payment=payment)
    return made.id, invoice.id, before.cursor


def test_a_deleted_payment_is_no_entry_any_more_and_its_invoice_is_open_again(
    stand: BusinessCloudStand,
) -> None:
    payment, invoice, cursor = deleted(stand)
    with opened(stand.company) as session:
        news = session.ledgers.read(cursor)
    assert news.gone == (payment,)
    [row] = [each for each in news.rows if each.id == invoice]
    assert row.outstanding == row.gross
    assert payment not in {each.id for each in news.rows}


def test_a_receipt_that_was_deleted_is_a_review_when_it_is_to_be_set_against_its_invoice(
    stand: BusinessCloudStand,
) -> None:
    payment, invoice, _ = deleted(stand)
    again = NewAllocation(
        key="k2", account="WEB", debit_entry=invoice, credit_entry=payment, amount=Decimal(1), day=DAY
    )
    with opened(stand.company) as session:
        assert failed(session.receipts.allocate(again)).code is Code.REFUSED


def test_a_voided_invoice_is_no_entry_any_more(stand: BusinessCloudStand) -> None:
    with opened(stand.company) as session:
        sent = accepted(send(session, make_order(stand, 214)))
        first = session.ledgers.read(None)
        stand.advance(3600)
        accepted(session.cancelling.cancel(sent.id, sent.number))
        assert session.ledgers.read(first.cursor).gone == (f"invoice:{sent.id}",)


def test_the_check_bites_where_deletions_are_not_asked_for(
    stand: BusinessCloudStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "deleted", lambda client, resource, cursor: [])
    with pytest.raises(AssertionError):
        test_a_deleted_payment_is_no_entry_any_more_and_its_invoice_is_open_again(stand)
