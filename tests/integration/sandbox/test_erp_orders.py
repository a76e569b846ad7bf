"""The company itself: orders, sums, holds, cancelling, without any face."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp import Company, Refusal, Rules, demo_company
from tidegate_sandbox.erp.money import percent_of, rounded
from tidegate_sandbox.erp.new_order import NewLine, NewOrder
from tidegate_sandbox.erp.order import Order

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def company(**rules: Any) -> Company:
    return demo_company(SandboxClock.virtual(START), items=5, rules=Rules(**rules))


def line(of: Company, code: str = "HUB-0001", quantity: Any = 1, **more: Any) -> NewLine:
    home = of.warehouse("HOME").id
    return NewLine(
        kind="item", item_id=of.item(code).id, warehouse_id=home, quantity=Decimal(quantity), **more
    )


def enter(of: Company, *lines: NewLine, customer: str = "WEB", **header: Any) -> Order:
    return of.orders.enter(NewOrder(customer_id=of.customer(customer).id, lines=list(lines), **header))


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        ("0.005", 2, "0.01"),
        ("-0.005", 2, "-0.01"),
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("1.234565", 5, "1.23457"),
    ],
)
def test_a_half_is_rounded_away_from_zero(value: str, places: int, expected: str) -> None:
    assert rounded(Decimal(value), places) == Decimal(expected)


def test_tax_by_line_and_by_document() -> None:
    lines = [(Decimal("10.07"), 1)] * 3
    for rounding, tax in (("line", "6.03"), ("document", "6.04")):
        of = company(tax_rounding=rounding)
        order = enter(of, *(line(of, quantity=quantity, price=price) for price, quantity in lines))
        assert order.totals.tax == Decimal(tax)
        assert sum(one.tax for one in order.lines) == Decimal(tax)


def test_a_document_discount_lowers_goods_and_tax_but_not_charges() -> None:
    of = company()
    order = enter(
        of,
        line(of, quantity=2, price=Decimal(50)),
        NewLine(kind="charge", code="CARRIAGE"),
        discount_percent=Decimal(10),
    )
    totals = order.totals
    assert (totals.goods, totals.discount, totals.charges) == (100, 10, 5)
    assert (totals.net, totals.tax, totals.gross) == (95, 19, 114)


@given(
    st.lists(
        st.tuples(
            st.decimals("0.00001", 9999, places=5),
            st.integers(1, 50),
            st.decimals(0, 100, places=2),
            st.sampled_from([0, 1, 5, 6]),
        ),
        min_size=1,
        max_size=6,
    ),
    st.booleans(),
    st.sampled_from(["line", "document"]),
)
@settings(max_examples=40, deadline=None)
def test_the_sums_of_any_order_agree(lines: list[Any], inclusive: bool, rounding: str) -> None:
    of = company(prices_include_tax=inclusive, tax_rounding=rounding)
    codes = {code: of.tax_codes.first("code", code).id for code in (0, 1, 5, 6)}  # type: ignore[union-attr]
    order = enter(
        of,
        *(
            line(of, quantity=quantity, price=price, discount_percent=discount, tax_code_id=codes[code])
            for price, quantity, discount, code in lines
        ),
    )
    totals = order.totals
    assert totals.gross == totals.net + totals.tax
    assert (
        totals.net == totals.goods + totals.charges - totals.discount == sum(one.net for one in order.lines)
    )
    assert totals.tax == sum(one.tax for one in order.lines)
    if not inclusive and rounding == "line":
        assert all(one.tax == percent_of(one.net, one.tax_rate) for one in order.lines)
    of.stock_adjust("HUB-0001", "HOME", to=Decimal(1000))
    if order.status == "live":
        of.despatch(order.number)
        invoices = of.invoice_run()
        assert sum(one.totals.gross for one in invoices) == totals.gross
    assert of.books()["violations"] == []


@given(st.lists(st.integers(1, 5), min_size=1, max_size=5))
@settings(max_examples=20, deadline=None)
def test_however_an_order_is_despatched_its_invoices_add_up(parts: list[int]) -> None:
    of = company()
    order = enter(
        of, line(of, quantity=sum(parts), price=Decimal("9.99")), NewLine(kind="charge", code="CARRIAGE")
    )
    for part in parts:
        of.despatch(order.number, {"HUB-0001": Decimal(part)})
        of.invoice_run()
    gross = [one.totals.gross for one in of.invoices.table]
    assert len(gross) == len(parts)
    assert sum(gross) == order.totals.gross
    assert order.status == "complete"
    assert of.customer("WEB").balance == order.totals.gross
    assert of.customer("WEB").open_orders == 0
    assert of.books()["violations"] == []


def test_numbers_are_ten_digits_and_start_where_configured() -> None:
    of = demo_company(SandboxClock.virtual(START), items=1, first_order=4711)
    assert [enter(of, line(of)).number for _ in range(2)] == ["0000004711", "0000004712"]


def test_a_refused_order_leaves_no_trace() -> None:
    of = company()
    before = of.books()
    with pytest.raises(Refusal) as caught:
        enter(of, line(of), line(of, quantity=0))
    assert (caught.value.kind, caught.value.field) == ("invalid", "lines[1].quantity")
    assert of.books() == before
    assert enter(of, line(of)).number == "0000000001"


def test_a_single_batch_cannot_be_exceeded() -> None:
    of = company()
    item = of.item("HUB-0001")
    item.traceable, item.from_single_batch, item.batches = "batch", True, {"B1": Decimal(3), "B2": Decimal(5)}
    enter(of, line(of, quantity=5))
    with pytest.raises(Refusal, match="single batch"):
        enter(of, line(of, quantity=6))


def test_the_customers_number_may_be_unique_by_rule() -> None:
    of = company(unique_order_reference=True)
    enter(of, line(of), customer_order_no="A")
    enter(of, line(of))
    enter(of, line(of))
    with pytest.raises(Refusal) as caught:
        enter(of, line(of), customer_order_no="a")
    assert caught.value.kind == "duplicate"


def test_a_held_order_may_take_no_stock() -> None:
    of = company(allocate_held_orders=False)
    assert enter(of, line(of), customer="ONHOLD").lines[0].allocated == 0


def test_cancelling_gives_stock_and_credit_back() -> None:
    of = company()
    whole, part = enter(of, line(of, quantity=3)), enter(of, line(of, "HUB-0002", 3))
    of.despatch(part.number, {"HUB-0002": Decimal(1)})
    of.orders.cancel(whole)
    of.orders.cancel(part)
    assert (whole.status, part.status) == ("cancelled", "live")
    assert part.lines[0].quantity == 1
    of.invoice_run()
    assert part.status == "complete"
    assert of.customer("WEB").open_orders == 0
    with pytest.raises(Refusal):
        of.orders.cancel(part)
    assert of.books()["violations"] == []


def test_stock_may_fall_at_the_invoice_only() -> None:
    of = company(update_stock_on_despatch=False)
    holding = of.stock.holding(of.item("HUB-0001").id, of.warehouse("HOME").id)
    assert holding is not None
    before = holding.on_hand
    order = enter(of, line(of, quantity=2))
    of.despatch(order.number)
    assert (holding.on_hand, holding.allocated) == (before, 2)
    assert of.books()["violations"] == []
    of.invoice_run()
    assert (holding.on_hand, holding.allocated) == (before - 2, 0)
    assert of.books()["violations"] == []


def test_terms_of_payment() -> None:
    of = company()
    customer = of.customer("WEB")
    day = START.date().replace(month=2, day=10)
    assert of.receivables.due_date(customer, day).isoformat() == "2026-03-12"
    customer.terms_basis = "end_of_month"
    assert of.receivables.due_date(customer, day).isoformat() == "2026-03-30"
