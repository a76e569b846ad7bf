"""Translating in tests: what was sold, checked on the way, or why it failed."""

from __future__ import annotations

from tidegate.domain.errors import Failure
from tidegate.domain.orders.arithmetic import Arithmetic
from tidegate.domain.orders.order import Order
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.domain.orders.terms import Terms
from tidegate.domain.orders.totals import translate
from unit.domain.agreements import PER_LINE, UK
from unit.domain.erp_calculator import fits, gross_cents


def sold(document: Order, agreed: Terms = UK, arithmetic: Arithmetic = PER_LINE) -> SalesOrder:
    result = translate(document, agreed, arithmetic, account="WEB")
    assert isinstance(result, SalesOrder), result
    assert gross_cents(result.lines, agreed.tax_rates, arithmetic) == result.gross * 100
    assert result.gross == result.net + result.tax
    assert result.net == sum(each.net for each in result.lines)
    assert result.tax == sum(each.tax for each in result.lines)
    assert all(fits(each, arithmetic) for each in result.lines)
    return result


def failed(document: Order, agreed: Terms = UK, arithmetic: Arithmetic = PER_LINE) -> Failure:
    result = translate(document, agreed, arithmetic, account="WEB")
    assert isinstance(result, Failure), result
    assert not result.sent
    return result
