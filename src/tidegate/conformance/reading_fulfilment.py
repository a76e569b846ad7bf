"""What the company did with orders: despatches with their tracking, invoices, credit notes, status."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from tidegate.conformance.opened import Opened, opened
from tidegate.conformance.stand import Stand, charge, delta, free_text, goods, sent_order
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus, TrackedParcel
from tidegate.sage.port.outcomes import Accepted, Kind


def _two_lines(stand: Stand, session: Opened, number: int = 213) -> Accepted:
    one, two = stand.codes.skus[:2]
    lines = (goods(stand, one, item_id=551), goods(stand, two, item_id=552), charge(stand))
    return sent_order(stand, session, number, *lines)


# Despatches


def test_a_despatch_names_order_lines_warehouse_and_parcel(stand: Stand) -> None:
    one = stand.codes.skus[0]
    with opened(stand.company) as session:
        order = _two_lines(stand, session)
        made = stand.do(
            "despatch",
            order=order.number,
            quantities={one: "1"},
            courier=stand.codes.courier,
            consignment="1Z999",
        )
        [despatch] = delta(session.despatches.read(None)).rows

    assert (despatch.number, despatch.order_id, despatch.order_number) == (
        made["number"],
        order.id,
        order.number,
    )
    assert despatch.order_key == "magento:main:213"
    assert [(line.line_key, line.sku, line.quantity, line.warehouse) for line in despatch.lines] == [
        ("item:551", one, 1, stand.codes.warehouse)
    ]
    [parcel] = despatch.parcels
    assert (parcel.carrier, parcel.number) == (stand.codes.courier, "1Z999")


def test_goods_that_leave_from_another_warehouse_say_so(stand: Stand) -> None:
    one, other = stand.codes.skus[0], stand.codes.other_warehouse
    with opened(stand.company) as session:
        order = _two_lines(stand, session)
        stand.do("despatch", order=order.number, quantities={one: "1"}, warehouse=other)
        stand.do("despatch", order=order.number)
        despatches = delta(session.despatches.read(None)).rows

    assert [
        sorted((line.line_key, line.warehouse, line.quantity) for line in one.lines) for one in despatches
    ] == [
        [("item:551", other, 1)],
        [("item:551", stand.codes.warehouse, 1), ("item:552", stand.codes.warehouse, 2)],
    ]
    assert stand.books()["violations"] == []


def test_a_tracking_number_that_comes_later_brings_its_despatch_again_and_whole(stand: Stand) -> None:
    with opened(stand.company) as session:
        order = _two_lines(stand, session)
        made = stand.do("despatch", order=order.number)
        before = delta(session.despatches.read(None))
        stand.advance(86_400)
        stand.do("track", despatch=made["number"], consignment="1Z999", courier=stand.codes.courier)
        after = delta(session.despatches.read(before.cursor))
        stand.do("track", despatch=made["number"], consignment="1Z888")
        again = delta(session.despatches.read(after.cursor))

    assert before.rows[0].parcels == ()
    [despatch] = after.rows
    assert despatch.id == before.rows[0].id
    assert despatch.lines == before.rows[0].lines
    assert [(one.carrier, one.number) for one in despatch.parcels] == [(stand.codes.courier, "1Z999")]
    assert all(isinstance(one, TrackedParcel) for one in despatch.parcels)
    assert [one.number for one in again.rows[0].parcels] == ["1Z888"]


def test_despatches_of_other_channels_are_not_read(stand: Stand) -> None:
    with opened(stand.company) as session:
        order = _two_lines(stand, session)
        stand.do("despatch", order=order.number)
        cursor = delta(session.despatches.read(None)).cursor
        sale = stand.do("other-channel-sale", item=stand.codes.skus[0], quantity="1", channel="telephone")
        stand.do("despatch", order=sale["order"])
        shown = delta(session.despatches.read(cursor)).rows

    assert {one.order_id for one in shown} <= {order.id}, "what the overlap repeats at most"


def test_despatches_without_news_cost_one_call(stand: Stand) -> None:
    with opened(stand.company) as session:
        order = _two_lines(stand, session)
        stand.do("despatch", order=order.number)
        cursor = delta(session.despatches.read(None)).cursor
        before = stand.company.calls
        assert delta(session.despatches.read(cursor)).rows == ()

    assert stand.company.calls - before <= stand.codes.news_calls.get("despatches", 1)


# Invoices and credit notes


def test_an_invoice_has_its_order_lines_and_amounts(stand: Stand) -> None:
    with opened(stand.company) as session:
        order = _two_lines(stand, session)
        if order.kind is not Kind.INVOICE:
            assert delta(session.invoices.read(None)).rows == ()
        stand.do("despatch", order=order.number)
        stand.do("invoice-run")
        [invoice] = delta(session.invoices.read(None)).rows

    [booked] = stand.books()["invoices"]
    assert (invoice.number, invoice.credit, invoice.account) == (booked["number"], False, stand.codes.account)
    assert (invoice.order_ids, invoice.order_keys) == ((order.id,), ("magento:main:213",))
    assert (str(invoice.net), str(invoice.tax), str(invoice.gross)) == (
        booked["net"],
        booked["tax"],
        booked["gross"],
    )
    assert invoice.currency == stand.codes.currency
    assert invoice.posted
    assert {line.line_key: line.quantity for line in invoice.lines if line.line_key} == {
        "item:551": 2,
        "item:552": 2,
    }
    shown = [line.net for line in invoice.lines]
    assert None in shown or sum(net or 0 for net in shown) == invoice.net, "carriage is a line, too"


def test_goods_that_the_company_does_not_know_are_invoiced_as_so_many_pieces_or_as_their_amount(
    stand: Stand,
) -> None:
    """Goods that only the shop has are text to the company. The invoice states pieces, or only an amount."""
    box = msgspec.structs.replace(
        free_text(stand, "3.00"), item_id=553, quantity=Decimal(3), net=Decimal("9.00")
    )
    with opened(stand.company) as session:
        order = sent_order(stand, session, 213, goods(stand, item_id=551), box)
        stand.do("despatch", order=order.number)
        stand.do("invoice-run")
        [invoice] = delta(session.invoices.read(None)).rows

    named = [line for line in invoice.lines if line.line_key == "item:553"]
    assert all(line.amount or line.quantity == 3 for line in named)
    assert named or [line.net for line in invoice.lines if line.amount] == [Decimal("9.00")]


def test_a_partly_despatched_order_is_invoiced_in_two(stand: Stand) -> None:
    one = stand.codes.skus[0]
    with opened(stand.company) as session:
        order = _two_lines(stand, session)
        stand.do("despatch", order=order.number, quantities={one: "1"})
        stand.do("invoice-run")
        first = delta(session.invoices.read(None))
        stand.do("despatch", order=order.number)
        stand.do("invoice-run")
        second = delta(session.invoices.read(first.cursor))

    assert [(line.line_key, line.quantity) for line in first.rows[0].lines if line.line_key] == [
        ("item:551", 1)
    ]
    new = [one for one in second.rows if one.id != first.rows[0].id]
    assert [sorted((line.line_key, line.quantity) for line in one.lines if line.line_key) for one in new] == [
        [("item:551", 1), ("item:552", 2)]
    ]
    assert first.rows[0].gross + new[0].gross == order.gross


def test_one_invoice_may_be_of_several_orders(stand: Stand) -> None:
    with opened(stand.company) as session:
        orders = [_two_lines(stand, session, number) for number in (213, 214)]
        for order in orders:
            stand.do("despatch", order=order.number)
        stand.do("invoice-run", consolidate=True)
        [invoice] = delta(session.invoices.read(None)).rows

    assert sorted(invoice.order_ids) == sorted(one.id for one in orders)
    assert sorted(invoice.order_keys) == ["magento:main:213", "magento:main:214"]
    assert invoice.gross == sum(one.gross or 0 for one in orders)
    assert len([line for line in invoice.lines if line.line_key]) == 4


def test_a_credit_note_is_read_with_its_quantities(stand: Stand) -> None:
    one = stand.codes.skus[0]
    with opened(stand.company) as session:
        order = _two_lines(stand, session)
        stand.do("despatch", order=order.number)
        stand.do("invoice-run")
        cursor = delta(session.invoices.read(None)).cursor
        stand.advance(3600)
        made = stand.do("credit", order=order.number, quantities={one: "1"}, returned=True)
        [credit] = [one for one in delta(session.invoices.read(cursor)).rows if one.credit]

    assert (credit.number, credit.credit) == (made["number"], True)
    assert credit.order_keys == ("magento:main:213",)
    assert credit.gross == Decimal(made["gross"]) > 0
    assert [(line.line_key, line.quantity) for line in credit.lines] == [("item:551", 1)]
    assert stand.books()["violations"] == []


def test_a_credit_without_goods_is_no_return(stand: Stand) -> None:
    with opened(stand.company) as session:
        order = _two_lines(stand, session)
        stand.do("despatch", order=order.number)
        stand.do("invoice-run")
        stand.do("credit", order=order.number)
        rows = delta(session.invoices.read(None)).rows

    [credit] = [one for one in rows if one.credit]
    assert not credit.returned
    assert credit.gross == order.gross


def test_invoices_of_other_channels_are_not_read(stand: Stand) -> None:
    with opened(stand.company) as session:
        order = _two_lines(stand, session)
        stand.do("despatch", order=order.number)
        stand.do("invoice-run")
        cursor = delta(session.invoices.read(None)).cursor
        sale = stand.do("other-channel-sale", item=stand.codes.skus[0], quantity="1", channel="telephone")
        stand.do("despatch", order=sale["order"])
        stand.do("invoice-run")
        shown = delta(session.invoices.read(cursor)).rows

    assert {key for one in shown for key in one.order_keys} <= {"magento:main:213"}


def test_invoices_without_news_cost_one_call(stand: Stand) -> None:
    with opened(stand.company) as session:
        order = _two_lines(stand, session)
        stand.do("despatch", order=order.number)
        stand.do("invoice-run")
        cursor = delta(session.invoices.read(None)).cursor
        before = stand.company.calls
        assert delta(session.invoices.read(cursor)).rows == ()

    assert stand.company.calls - before <= stand.codes.list_calls[1]


# The status of orders


def test_an_order_stands_as_the_company_says(stand: Stand) -> None:
    one = stand.codes.skus[0]
    with opened(stand.company) as session:
        order = _two_lines(stand, session)
        if order.kind is Kind.INVOICE:
            pytest.skip("an order that is an invoice at once is done")
        cancelled = _two_lines(stand, session, 214)
        read = delta(session.progress.read(None))
        assert {row.order_key: row.status for row in read.rows} == {
            "magento:main:213": SalesOrderStatus.LIVE,
            "magento:main:214": SalesOrderStatus.LIVE,
        }
        stand.advance(3600)
        stand.do("hold", order=order.number)
        stand.do("cancel", order=cancelled.number)
        held = delta(session.progress.read(read.cursor))
        stand.do("hold", order=order.number, on_hold=False)
        stand.do("despatch", order=order.number, quantities={one: "1"})
        stand.do("invoice-run")
        parted = delta(session.progress.read(held.cursor))
        stand.do("despatch", order=order.number)
        stand.do("invoice-run")
        done = delta(session.progress.read(parted.cursor))
        before = stand.company.calls
        assert delta(session.progress.read(done.cursor)).rows == ()

    assert stand.company.calls - before <= stand.codes.news_calls.get("progress", 1)
    assert {row.order_key: row.status for row in held.rows} == {
        "magento:main:213": SalesOrderStatus.ON_HOLD,
        "magento:main:214": SalesOrderStatus.CANCELLED,
    }
    [row] = [row for row in parted.rows if row.order_id == order.id]
    assert (row.status, row.despatched, row.invoiced) == (SalesOrderStatus.LIVE, "part", "part")
    [row] = [row for row in done.rows if row.order_id == order.id]
    assert (row.status, row.despatched, row.invoiced) == (SalesOrderStatus.COMPLETE, "full", "full")
    assert (row.order_number, row.order_key) == (order.number, "magento:main:213")
