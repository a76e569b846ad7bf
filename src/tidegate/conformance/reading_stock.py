"""Stock, and what web orders hold of it: all, what changed, and nothing at next to no cost."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tidegate.conformance.opened import opened
from tidegate.conformance.stand import Stand, charge, delta, failed, goods, sent_order
from tidegate.domain.errors import Group
from tidegate.domain.stock.stock_level import StockLevel
from tidegate.sage.port.outcomes import Kind


def _levels(rows: tuple[StockLevel, ...]) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    return {(one.sku, one.warehouse): (one.on_hand, one.allocated) for one in rows}


def _booked(stand: Stand) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    return {
        (sku, warehouse): (Decimal(level["on_hand"]), Decimal(level["allocated"]))
        for sku, places in stand.books()["stock"].items()
        for warehouse, level in places.items()
    }


def test_all_stock_is_what_the_books_say(stand: Stand) -> None:
    with opened(stand.company) as session:
        order = sent_order(stand, session)
        read = delta(session.stock.read(None))

    assert read.full
    assert _levels(read.rows) == _booked(stand)
    sku, home = stand.codes.skus[0], stand.codes.warehouse
    holds = 0 if order.kind is Kind.INVOICE else 2  # the goods of an invoice have left
    assert _levels(read.rows)[sku, home][1] == holds, "what the order holds"


def test_only_the_named_warehouses_are_read(stand: Stand) -> None:
    with opened(stand.company) as session:
        read = delta(session.stock.read(None, [stand.codes.other_warehouse]))

    assert {one.warehouse for one in read.rows} == {stand.codes.other_warehouse}


def test_a_warehouse_that_is_not_there_is_held_for_a_fix(stand: Stand) -> None:
    with opened(stand.company) as session:
        failure = failed(session.stock.read(None, ["MOON"]))

    assert failure.missing == "warehouse:MOON"
    assert failure.group is Group.HOLD_FOR_FIX


def test_a_delta_has_what_moved_whoever_moved_it(stand: Stand) -> None:
    sku, home, other = stand.codes.skus[1], stand.codes.warehouse, stand.codes.other_warehouse
    with opened(stand.company) as session:
        before = delta(session.stock.read(None))
        stand.advance(3600)
        stand.do("stock-adjust", item=sku, warehouse=other, to="6")
        cursor = delta(session.stock.read(before.cursor)).cursor
        stand.advance(3600)
        stand.do("stock-adjust", item=sku, warehouse=other, to="7")
        stand.do("other-channel-sale", item=sku, quantity="3", warehouse=home)
        after = delta(session.stock.read(cursor))

    shown = _levels(after.rows)
    assert shown[sku, other][0] == 7
    assert shown[sku, home][0] == _levels(before.rows)[sku, home][0] - 3
    assert shown.items() <= _booked(stand).items()
    assert len(shown) == (len(_booked(stand)) if after.full else 2), "all, or nothing else"


def test_what_changes_while_a_delta_is_read_is_in_the_next(stand: Stand) -> None:
    sku, home = stand.codes.skus[0], stand.codes.warehouse
    with opened(stand.company) as session:
        cursor = delta(session.stock.read(None)).cursor
        for quantity in ("11", "12", "13"):  # within the overlap
            stand.do("stock-adjust", item=sku, warehouse=home, to=quantity)
            read = delta(session.stock.read(cursor))
            assert _levels(read.rows)[sku, home][0] == Decimal(quantity)
            cursor = read.cursor
        assert delta(session.stock.read(cursor)).rows == ()


def test_no_news_cost_one_call(stand: Stand) -> None:
    with opened(stand.company) as session:
        cursor = delta(session.stock.read(None)).cursor
        before = stand.company.calls
        read = delta(session.stock.read(cursor))

    assert read.rows == ()
    assert not read.full
    assert stand.company.calls - before <= 2


def test_a_company_that_is_locked_says_so(stand: Stand) -> None:
    stand.inject("status", "read stock", status=503, body_text="The database is locked for backup.")
    with opened(stand.company) as session:
        assert failed(session.stock.read(None)).group is Group.WAIT_FOR_WINDOW


def test_web_lines_follow_an_order_from_entry_to_invoice(stand: Stand) -> None:
    one, two = stand.codes.skus[:2]
    lines = (goods(stand, one, item_id=551), goods(stand, two, item_id=552), charge(stand))
    with opened(stand.company) as session:
        order = sent_order(stand, session, 213, *lines)
        entered = session.web_lines.read()
        stand.do("despatch", order=order.number, quantities={one: "1"})
        parted = session.web_lines.read()
        stand.do("invoice-run")
        invoiced = session.web_lines.read()
        stand.do("despatch", order=order.number)
        stand.do("invoice-run")
        done = session.web_lines.read()

    assert isinstance(entered, list)
    assert [(line.line_key, line.sku, line.ordered, line.allocated, line.despatched) for line in entered] == [
        ("item:551", one, 2, 2, 0),
        ("item:552", two, 2, 2, 0),
    ]
    assert {
        (line.order_id, line.order_number, line.order_key, line.warehouse, line.live) for line in entered
    } == {(order.id, order.number, "magento:main:213", stand.codes.warehouse, True)}
    assert isinstance(parted, list)
    assert [(line.allocated, line.despatched, line.invoiced) for line in parted] == [(1, 1, 0), (2, 0, 0)]
    assert isinstance(invoiced, list)
    assert [(line.despatched, line.invoiced) for line in invoiced] == [(1, 1), (0, 0)]
    assert isinstance(done, list)
    assert [line for line in done if line.live] == [], "nothing is held any more"


def test_orders_of_other_channels_are_no_web_lines(stand: Stand) -> None:
    stand.typed_in("PO 1")
    stand.do("other-channel-sale", item=stand.codes.skus[0], quantity="1", channel="telephone")
    with opened(stand.company) as session:
        assert session.web_lines.read() == []


def test_web_lines_of_many_orders_are_read_by_the_page(stand: Stand) -> None:
    with opened(stand.company) as session:
        for number in range(30):
            if sent_order(stand, session, 1000 + number).kind is Kind.INVOICE:
                pytest.skip("an order that is an invoice at once holds nothing")
        before = stand.company.calls
        lines = session.web_lines.read()

    assert isinstance(lines, list)
    assert len({line.order_key for line in lines}) == 30
    assert stand.company.calls - before <= 3
