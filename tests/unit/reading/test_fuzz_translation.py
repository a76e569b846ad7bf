"""Mutated orders through the translation, and rows of Sage through the readers that put several together.

Whatever is accepted has lines that make the order's own grand total; everything else is a named failure.
Seeded, a few seconds.
"""

from __future__ import annotations

import random
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from tidegate.domain.errors import Failure
from tidegate.domain.orders.order import Order
from tidegate.domain.orders.remaining import remaining
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.domain.orders.totals import translate
from tidegate.magento.reading import read_order
from tidegate.reading.document import read
from tidegate.sage.sage200 import despatches, masters, prices
from tidegate.sage.sage200.fields import each
from tidegate.sage.sage200.web_orders import WebOrder, WebOrders
from unit.domain.agreements import PER_LINE, PER_RATE, terms
from unit.domain.erp_calculator import gross_cents
from unit.reading.test_fuzz import WEBSITES, harmed, recorded

#: What may lie between the lines and the grand total: the tolerance of `terms`, and a rounding cent.
TOLERANCE = Decimal("0.05")


@pytest.mark.parametrize("side", ["order", "base"])
def test_no_mutated_order_is_accepted_with_a_wrong_total(side: str) -> None:
    dice = random.Random(19)
    orders, agreed = recorded("orders-get"), terms(amounts=side)
    accepted = 0
    for number in range(600):
        body = harmed(dice.choice(orders), dice, 1 + number % 2)
        order = read_order(body.encode(), "main", WEBSITES)
        if isinstance(order, Failure):
            continue
        arithmetic = PER_LINE if number % 2 else PER_RATE
        sent = translate(order, agreed, arithmetic, account="WEB")
        left = remaining(order)
        if isinstance(sent, Failure):
            assert sent.text
            continue
        assert isinstance(sent, SalesOrder)
        assert isinstance(left, Order)
        accepted += 1
        totals = left.totals if side == "order" else left.base_totals
        lines = Decimal(gross_cents(sent.lines, agreed.tax_rates, arithmetic)) / 100
        paid = sum((one.amount for one in sent.prepaid), Decimal(0))
        assert abs(lines - paid - totals.grand_total) <= TOLERANCE, body[:300]
    assert accepted > 50, "most harm is small"


ORDER = WebOrder(7, "0000000007", "magento:main:213", "EnumDocumentStatusLive", {})
DESPATCH = {
    "sop_despatch_line_id": 1,
    "sop_despatch_line_quantity": 2,
    "sop_despatch_id": 4,
    "sop_despatch_document_no": "4",
    "sop_despatch_date": "2026-03-02T00:00:00",
    "sop_order_line_id": 8,
    "sop_order_id": 7,
    "product_code": "HUB-0001",
    "warehouse_name": "HOME",
    "sop_despatch_courier_name": "DPD",
    "sop_despatch_consignment_no": "1Z",
}


def test_a_despatch_goes_whole_or_is_named() -> None:
    dice = random.Random(23)
    other = DESPATCH | {"sop_despatch_id": 5, "sop_despatch_line_id": 9}
    for _ in range(400):
        bad = read(harmed(DESPATCH, dice, 1))
        found, left_out = despatches._despatches([bad, other], {7: ORDER})
        assert "5/7" in {one.id for one in found}, "the sound despatch is read"
        assert all(line.quantity < 10**12 for one in found for line in one.lines)
        assert all(row.name and row.why for row in left_out)


def test_a_customer_is_read_or_named() -> None:
    dice = random.Random(29)
    row = {
        "id": 3,
        "reference": "ABB001",
        "name": "Abbey",
        "credit_limit": 100,
        "balance": 5.5,
        "currency_id": 1,
        "payment_terms_days": 30,
        "on_hold": False,
    }
    reader: Any = object.__new__(masters.CustomerRecords)
    reader._key_field = "spare_text_1"
    for _ in range(400):
        bad = read(harmed(row, dice, 1))
        made, left_out = each(
            [bad, dict(row)], lambda one: reader._customer(one, {}, _Lists()), lambda one: "the row"
        )
        assert len(made) + len(left_out) == 2
        assert made, "the sound row is read"


def test_an_order_of_the_web_names_the_line_that_cannot_be_read() -> None:
    dice = random.Random(31)
    line = {
        "id": 8,
        "line_type": "EnumLineTypeStandard",
        "code": "HUB-0001",
        "warehouse_id": 1,
        "stock_unit_line_quantity": 2,
        "stock_unit_allocated_quantity": 1,
        "stock_unit_despatch_receipt_quantity": 0,
        "stock_unit_invoice_credit_quantity": 0,
    }
    order = {
        "id": 7,
        "document_no": "7",
        "spare_text_1": "magento:main:213",
        "lines": [line, {**line, "id": 9}],
    }
    reader: Any = object.__new__(WebOrders)
    reader._key_field = "spare_text_1"
    for _ in range(400):
        found = reader._order(read(harmed(order, dice, 1)))
        for one in found.lines.values() if found is not None else ():
            assert one.unreadable or one.ordered < 10**12


class _Lists:
    taxes: dict[int, str] = {}
    currencies: dict[int, str] = {1: "GBP"}


def test_the_answer_to_a_price_enquiry_is_a_price_or_a_failure_of_its_account_and_sku() -> None:
    dice = random.Random(37)
    row = {
        "discounted_unit_price": 9.99,
        "selling_unit_multiple": 1,
        "selling_unit": "Each",
        "currency_id": 1,
    }
    question: Any = SimpleNamespace(account="ABB001", sku="HUB-0001", quantity=Decimal(1))
    known: Any = SimpleNamespace(
        customers={"ABB001": SimpleNamespace(id=1)},
        products={"HUB-0001": SimpleNamespace(id=2)},
        lists=_Lists(),
    )
    reader: Any = object.__new__(prices.Enquiries)
    prices_found = 0
    for _ in range(400):
        answer = read(harmed(row, dice, 1))
        reader._client = SimpleNamespace(ask=lambda path, body, answer=answer: answer)
        found = reader._asked(question, known)
        if isinstance(found, Failure):
            assert "HUB-0001 for ABB001" in found.text
        else:
            prices_found += 1
            assert abs(found.price) < 10**12
    assert prices_found > 100
