"""Invoices of drafts and quotes, which the store's shipment makes due: once, twice, unanswered, too late."""

from __future__ import annotations

from decimal import Decimal

from tidegate.conformance.opened import opened
from tidegate.conformance.stand import Stand, accepted, failed, goods, make_order, send
from tidegate.domain.errors import Code, Group
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.sage.port.outcomes import Kind


def test_the_desk_is_there_where_the_company_says_so(stand: Stand) -> None:
    with opened(stand.company) as session:
        assert stand.company.about.invoice_due is not None
        assert session.invoicing is not None


def test_an_order_becomes_one_invoice_of_the_same_amount(stand: Stand) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        sent = accepted(send(session, order))
        assert sent.status is SalesOrderStatus.LIVE

        made = accepted(session.invoicing.invoice(sent.id, sent.number))
        accepted(session.invoicing.invoice(sent.id, sent.number))

        invoices = session.invoices.read(None).rows
        [line] = [each for each in session.progress.read(None).rows if each.order_key == order.key]
    assert len(invoices) == 1
    (invoice,) = invoices
    assert (made.kind, made.gross) == (Kind.INVOICE, order.gross)
    assert invoice.order_keys == (order.key,)
    assert (invoice.net, invoice.tax, invoice.gross) == (order.net, order.tax, order.gross)
    assert line.status is SalesOrderStatus.COMPLETE


def test_goods_leave_with_the_invoice_and_not_before(stand: Stand) -> None:
    sku = stand.codes.skus[1]

    def there() -> Decimal:
        stand.company.forget()
        rows = session.stock.read(None).rows
        [level] = [one for one in rows if (one.sku, one.warehouse) == (sku, stand.codes.warehouse)]
        return Decimal(level.on_hand)

    with opened(stand.company) as session:
        before = there()
        sent = accepted(send(session, make_order(stand, 213, goods(stand, sku))))
        assert there() == before
        accepted(session.invoicing.invoice(sent.id, sent.number))
        assert there() == before - 2


def test_an_unanswered_invoice_can_be_repeated(stand: Stand) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        sent = accepted(send(session, order))
        stand.inject("drop_after", "invoice")
        assert failed(session.invoicing.invoice(sent.id, sent.number)).group is Group.VERIFY_FIRST

        accepted(session.invoicing.invoice(sent.id, sent.number))

        assert len(session.invoices.read(None).rows) == 1


def test_what_staff_have_invoiced_is_not_invoiced_again(stand: Stand) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        sent = accepted(send(session, order))
        stand.do("despatch", order=stand.booked(order.key)[0].number)
        stand.do("invoice-run")

        accepted(session.invoicing.invoice(sent.id, sent.number))

        assert len(session.invoices.read(None).rows) == 1


def test_a_cancelled_order_is_a_review(stand: Stand) -> None:
    with opened(stand.company) as session:
        sent = accepted(send(session, make_order(stand, 213)))
        accepted(session.cancelling.cancel(sent.id, sent.number))

        failure = failed(session.invoicing.invoice(sent.id, sent.number))

        assert [row for row in session.invoices.read(None).rows if not row.void] == []
    assert (failure.code, failure.group) == (Code.REFUSED, Group.REVIEW)


def test_a_lock_waits(stand: Stand) -> None:
    with opened(stand.company) as session:
        sent = accepted(send(session, make_order(stand, 213)))
        stand.lock()
        assert failed(session.invoicing.invoice(sent.id, sent.number)).code is Code.LOCKED
        stand.unlock()
        accepted(session.invoicing.invoice(sent.id, sent.number))
