"""Generated orders: the ERP's own arithmetic arrives at Magento's total, or the answer says truly why not."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.arithmetic import Arithmetic, TaxRounding
from tidegate.domain.orders.order import Order
from tidegate.domain.orders.sales_order import LineKind, SalesOrder
from tidegate.domain.orders.terms import Terms
from tidegate.domain.orders.totals import translate
from unit.domain.agreements import terms
from unit.domain.erp_calculator import cents, fits, gross_cents, net_cents, tax_cents
from unit.domain.magento_cart import orders, small_quantities

D = Decimal

arithmetics = st.builds(
    Arithmetic,
    price_decimals=st.sampled_from([2, 4, 5]),
    discount_decimals=st.sampled_from([2, 5]),
    tax_rounding=st.sampled_from(TaxRounding),
)
agreements = st.builds(
    lambda amounts, tolerance: terms(amounts=amounts, tolerance=D(tolerance)),
    st.sampled_from(["order", "base"]),
    st.sampled_from(["0", "0.02", "0.05", "0.50"]),
)


def sides(document: Order, agreed: Terms):
    if agreed.amounts == "order":
        return document.totals, [each.amounts for each in document.lines]
    return document.base_totals, [each.base for each in document.lines]


def true_difference(document: Order, agreed: Terms, arithmetic: Arithmetic) -> int:
    """What no way of writing the lines can avoid: Magento's total less the ERP's, from exact nets, in cents."""
    totals, money = sides(document, agreed)
    nets = [
        (agreed.tax_code(str(line.tax_rate)) or "", int(each.net * 100))
        for line, each in zip(document.lines, money, strict=True)
    ]
    nets.append((agreed.tax_code(str(document.shipping_tax_rate)) or "", int(totals.shipping * 100)))
    erp = sum(net for _, net in nets) + tax_cents(nets, agreed.tax_rates, arithmetic)
    return int(totals.grand_total * 100) - erp


def hit_by_one_price(quantity: Decimal, net: Decimal, arithmetic: Arithmetic) -> bool:
    """Whether the ERP can be told this net with one price; else the line must be parted in two."""
    steps = 10**arithmetic.price_decimals
    below = Fraction(net) / Fraction(quantity) * steps // 1
    return any(cents(Fraction(quantity) * step / steps) == net * 100 for step in (below, below + 1))


def check(document: Order, agreed: Terms, arithmetic: Arithmetic) -> SalesOrder | Failure:
    result = translate(document, agreed, arithmetic, account="WEB")
    totals, money = sides(document, agreed)
    if isinstance(result, Failure):
        assert result.code is Code.TOTALS_DIFFER
        # Parting a quantity parts its tax, which may round once more: a cent for each line.
        parted = sum(
            not hit_by_one_price(line.quantity, each.net, arithmetic)
            for line, each in zip(document.lines, money, strict=True)
        )
        limit = agreed.tolerance * 100
        assert abs(true_difference(document, agreed, arithmetic)) > limit - parted
        assert abs(D(result.details["difference"])) > agreed.tolerance
        return result
    assert gross_cents(result.lines, agreed.tax_rates, arithmetic) == int(totals.grand_total * 100)
    assert result.gross == totals.grand_total
    assert abs(result.rounding) <= agreed.tolerance
    assert all(fits(line, arithmetic) for line in result.lines)
    by_item: dict[int | None, Decimal] = defaultdict(Decimal)
    for line in result.lines:
        if line.kind is not LineKind.COMMENT:
            assert line.net * 100 == net_cents(line)
        if line.kind is LineKind.GOODS:
            by_item[line.item_id] += line.quantity
            assert 0 <= line.unit_discount <= line.unit_price
    assert by_item == {line.item_id: line.quantity for line in document.lines}
    assert no_float(result)
    return result


def no_float(value: object) -> bool:
    if isinstance(value, tuple):
        return all(no_float(each) for each in value)
    if hasattr(value, "__struct_fields__"):
        return all(no_float(getattr(value, name)) for name in value.__struct_fields__)
    return not isinstance(value, float)


@settings(max_examples=400)
@given(orders(), agreements, arithmetics)
def test_any_order_arrives_or_is_refused_for_a_true_difference(
    document: Order, agreed: Terms, arithmetic: Arithmetic
) -> None:
    check(document, agreed, arithmetic)


@settings(max_examples=300)
@given(orders(small_quantities), agreements, st.sampled_from(TaxRounding))
def test_shop_sized_orders_are_refused_only_for_taxes(
    document: Order, agreed: Terms, rounding: TaxRounding
) -> None:
    """With five decimals and few pieces every line hits its net: then only tax rounding can differ."""
    arithmetic = Arithmetic(tax_rounding=rounding)
    result = check(document, agreed, arithmetic)
    _, money = sides(document, agreed)
    if isinstance(result, SalesOrder):
        goods = {line.item_id: line.net for line in result.lines if line.kind is LineKind.GOODS}
        nets = {line.item_id: each.net for line, each in zip(document.lines, money, strict=True)}
        assert goods == nets
        assert result.rounding * 100 == true_difference(document, agreed, arithmetic)
    else:
        assert abs(true_difference(document, agreed, arithmetic)) > agreed.tolerance * 100


@given(st.fractions(-100, 100, max_denominator=1000))
def test_the_calculator_of_the_tests_rounds_half_away_from_zero(value) -> None:
    assert abs(cents(value) - value * 100) <= D("0.5")
    assert cents(-value) == -cents(value)
