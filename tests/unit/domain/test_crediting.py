"""What a credit memo is asked for: whose a line of the company's credit note is, and what is carriage."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.crediting import CarriageRule, MemoPlan, plan_memo
from tidegate.domain.fulfilment.document_totals import gross_of, own_lines
from tidegate.domain.fulfilment.sage_documents import InvoiceLine
from tidegate.domain.fulfilment.store_amounts import Carriage, ItemAmounts, Side
from tidegate.domain.fulfilment.store_document_amounts import fixed_tax_of
from tidegate.domain.fulfilment.store_order import StoreItem, StoreOrder
from tidegate.domain.money import quotient
from tidegate.domain.orders.extras import AmountTerms

TERMS = {"fixed_product_tax": AmountTerms(account="4200")}
CARRIAGE = Carriage(net=D(5), tax=D(1), gross=D(6), net_left=D(5), tax_left=D(1), gross_left=D(6))
SIDE = Side("GBP", CARRIAGE, tax_left=D(5), other=D(3))
ITEM = StoreItem(
    5, "HUB-0001", D(2), invoiced=D(2), amounts=(ItemAmounts(D(20), tax=D(4)),) * 2, fixed_tax=(D("1.5"),) * 2
)
ORDER = StoreOrder(213, "000000213", "complete", "", (ITEM,), "GBP", (SIDE, SIDE))
GOODS = InvoiceLine("1", "item:5", "HUB-0001", D(1), D(10), D(2))
FIXED = InvoiceLine("2", "extra:213:fixed_product_tax:5", "", D(1), D("1.5"), D(0))
OTHERS = InvoiceLine("3", "item:9", "HUB-0009", D(1), D(7), D(0))
OTHERS_FEE = InvoiceLine("4", "extra:21:fixed_product_tax:9", "", D(1), D(1), D(0))
DELIVERY = InvoiceLine("5", "", "", D(1), D(2), D("0.4"))


def plan(*lines: InvoiceLine, gross: D | None) -> MemoPlan | Failure:
    return plan_memo(
        "0007",
        lines,
        gross,
        {5: D(1)},
        ORDER,
        0,
        CarriageRule.WITHOUT_TAX,
        limit=D("0.05"),
        adjust=False,
        terms=TERMS,
    )


def test_of_several_orders_note_an_order_has_its_goods_and_its_own_fixed_tax() -> None:
    own = own_lines(None, (GOODS, FIXED, OTHERS, OTHERS_FEE), ORDER)
    assert own == [GOODS, FIXED]
    assert plan(*own, gross=gross_of(None, own)) == MemoPlan(D(0))


def test_a_fixed_tax_that_sage_does_not_tell_leaves_the_goods() -> None:
    silent = replace(FIXED, net=None)
    own = own_lines(None, (GOODS, silent, OTHERS), ORDER)
    assert own == [GOODS]
    refused = plan(*own, gross=gross_of(None, own))  # before anything is written, with both figures
    assert isinstance(refused, Failure)
    assert refused.details == {"sage": "12.00", "magento": "13.50"}


def test_fixed_product_tax_is_no_carriage() -> None:
    assert plan(GOODS, FIXED, gross=D("13.5")) == MemoPlan(D(0))
    assert plan(GOODS, FIXED, gross=None) == MemoPlan(D(0))  # nothing is told of the total
    assert plan(GOODS, FIXED, DELIVERY, gross=D("15.9")) == MemoPlan(D(2))


def test_carriage_that_sage_does_not_tell_is_what_is_left_beside_fixed_tax() -> None:
    silent = replace(DELIVERY, net=None)
    assert plan(GOODS, FIXED, silent, gross=D("15.9")) == MemoPlan(D(2))
    unkeyed = replace(FIXED, line_key="")
    assert plan(GOODS, unkeyed, DELIVERY, gross=D("15.9")) == MemoPlan(D(2))


def test_a_part_of_carriage_that_no_decimal_can_say_exactly() -> None:
    part = replace(DELIVERY, net=D("0.83"), tax=D("0.17"))  # a sixth of what was charged
    assert plan(GOODS, FIXED, part, gross=D("14.5")) == MemoPlan(D("0.83"))
    uneven = Carriage(net=D(3), tax=D("0.6"), gross=D("3.6"), discount=D(1), net_left=D(2), tax_left=D("0.4"))
    assert uneven.part(quotient(D(1), D(3))) == D("0.87")
    assert uneven.part(None) == D("1.73")


def test_a_piece_of_fixed_tax_that_no_decimal_can_say_exactly() -> None:
    third = replace(ITEM, ordered=D(3), fixed_tax=(quotient(D(1), D(3)),) * 2)
    assert fixed_tax_of({5: D(3)}, replace(ORDER, items=(third,)), 0) == D("1.00")
