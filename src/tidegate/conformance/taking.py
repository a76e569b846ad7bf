"""Orders in the way that the product takes them: tax, shipping, rounding and customers as `OrderWriting` says."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tidegate.conformance.opened import Opened, opened
from tidegate.conformance.stand import Stand, accepted, charge, free_text, goods, make_order, prepared
from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import rounded, total
from tidegate.domain.orders.order import Address
from tidegate.domain.orders.sales_order import Buyer, SalesLine, SalesOrder
from tidegate.sage.port.orders import Charged, Customers, Tax
from tidegate.sage.port.outcomes import Accepted, Outcome

HERE = Address(
    name="Jane Jones",
    street=("1 High Street",),
    city="Detroit",
    region="Michigan",
    postcode="48201",
    country="US",
    telephone="313 555 0100",
    email="jane@example.com",
)
JANE = Buyer(
    key="magento:main:customer:17",
    customer_id=17,
    website="base",
    name="Jane Jones",
    email="jane@example.com",
)


def order_as_taken(stand: Stand, number: int, **changes: Any) -> SalesOrder:
    """Two lines of goods and shipping, as this product takes them, with the tax that the store would charge."""
    about, codes = stand.company.about.orders, stand.codes
    lines = [
        goods(stand),
        goods(stand, codes.skus[1], quantity=Decimal(1), unit_price=Decimal("3.33"), item_id=552),
    ]
    match about.shipping:
        case Charged.CHARGE_CODE | Charged.HEADER_FIELD:
            lines.append(charge(stand))
        case Charged.FREE_TEXT:
            lines.append(free_text(stand, "5.00", rate=20))
        case Charged.ITEM_LINE:
            lines.append(
                goods(stand, codes.skus[2], quantity=Decimal(1), unit_price=Decimal("5.00"), item_id=None)
            )
    whole = make_order(stand, number, *lines)
    if about.tax.from_store:
        rate = codes.scheduled if about.tax is Tax.BY_SCHEDULE else Decimal(20)
        whole = with_tax(whole, lambda line: rounded(line.net * rate / 100, 2))
    if about.tax is Tax.BY_SCHEDULE:
        whole = msgspec.structs.replace(whole, tax_group=codes.tax_group, tax_schedule=codes.tax_schedule)
    if about.customers is Customers.INSIDE_THE_ORDER:
        whole = msgspec.structs.replace(whole, account="", buyer=JANE, invoice=HERE, delivery=HERE)
    return msgspec.structs.replace(whole, **changes)


def with_tax(order: SalesOrder, tax_of: Callable[[SalesLine], Decimal]) -> SalesOrder:
    """The order with another tax on every line, and on shipping in its header."""
    lines = tuple(msgspec.structs.replace(line, tax=tax_of(line)) for line in order.lines)
    shipping = order.shipping
    if shipping is not None:
        shipping = msgspec.structs.replace(shipping, tax=tax_of(shipping))
    tax = total(line.tax for line in (*lines, shipping) if line is not None)
    return msgspec.structs.replace(order, lines=lines, shipping=shipping, tax=tax, gross=order.net + tax)


def sent(session: Opened, order: SalesOrder) -> Accepted:
    """The company has it."""
    ready = prepared(session, order)
    answers: list[tuple[str, Outcome]] = list(session.orders.send([ready]))
    return accepted(answers[0][1])


def test_an_order_stated_as_the_product_takes_it_arrives_at_its_total(stand: Stand) -> None:
    order = order_as_taken(stand, 213)
    with opened(stand.company) as session:
        ready = prepared(session, order)
        outcome = sent(session, order)
    assert ready.gross in (None, order.gross)
    assert outcome.gross in (None, order.gross)
    assert stand.booked(order.key)[0].gross == order.gross


def test_given_tax_is_booked_as_it_was_given(stand: Stand) -> None:
    if stand.company.about.orders.tax is not Tax.GIVEN:
        pytest.skip("this product calculates tax")
    about, order = stand.company.about.orders, order_as_taken(stand, 213)
    computed = order.shipping if about.computes_shipping_tax else None
    odd = with_tax(order, lambda line: line.tax + (Decimal(0) if line is computed else Decimal("0.01")))
    with opened(stand.company) as session:
        outcome = sent(session, odd)
    assert outcome.gross in (None, odd.gross)
    assert stand.booked(odd.key)[0].gross == odd.gross


def test_an_order_with_another_tax_of_shipping_than_the_product_computes_is_not_sent(stand: Stand) -> None:
    if not stand.company.about.orders.computes_shipping_tax:
        pytest.skip("this product computes no tax of shipping beside given taxes")
    order = order_as_taken(stand, 213)
    odd = with_tax(order, lambda line: line.tax + (Decimal("0.01") if line is order.shipping else Decimal(0)))
    with opened(stand.company) as session:
        (answer,) = session.orders.prepare([odd])
    assert isinstance(answer, Failure), answer
    assert (answer.code, answer.sent) == (Code.TOTALS_DIFFER, False)
    assert stand.booked(odd.key) == []


def test_a_schedule_states_its_own_total_and_never_ours(stand: Stand) -> None:
    if stand.company.about.orders.tax is not Tax.BY_SCHEDULE:
        pytest.skip("this product has no schedules")
    right = order_as_taken(stand, 213)
    wrong = msgspec.structs.replace(right, tax=right.tax + 1, gross=right.gross + 1)
    with opened(stand.company) as session:
        ready = prepared(session, wrong)
        stated = ready.gross
        if stated is None and stand.company.about.orders.states_totals:
            [(_, outcome)] = session.orders.send([ready])
            if isinstance(outcome, Failure):  # a product that compares before it stores
                assert outcome.code is Code.TOTALS_DIFFER
                assert stand.booked(wrong.key) == []
                return
            stated = accepted(outcome).gross
    assert stated in (None, right.gross), "the store's figure is compared with it, and not copied into it"


def test_a_destination_that_the_company_has_not_is_missing(stand: Stand) -> None:
    if stand.company.about.orders.tax is not Tax.BY_SCHEDULE:
        pytest.skip("this product has no schedules")
    order = order_as_taken(stand, 213, tax_schedule="NOWHERE")
    with opened(stand.company) as session:
        (answer,) = session.orders.prepare([order])
    assert getattr(answer, "missing", None), answer


def test_who_comes_inside_the_order_is_one_customer_there(stand: Stand) -> None:
    if stand.company.about.orders.customers is not Customers.INSIDE_THE_ORDER:
        pytest.skip("this product wants an account")
    with opened(stand.company) as session:
        for number in (213, 214):
            sent(session, order_as_taken(stand, number))
    assert len(stand.accounts(JANE.key)) == 1
