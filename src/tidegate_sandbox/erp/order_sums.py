"""The arithmetic of a sales order: lines, tax, discount, totals (contract §9.6)."""

from __future__ import annotations

from decimal import Decimal

from tidegate_sandbox.erp.money import ZERO, percent_of, rounded
from tidegate_sandbox.erp.order import Order, OrderLine, Totals
from tidegate_sandbox.erp.rules import Rules


def sum_line(line: OrderLine, rules: Rules, document_discount: Decimal = ZERO) -> None:
    """Net and tax of a line.

    Net is ``round2(quantity x (price - discount))``, tax ``round2(net x rate)``. With prices that contain
    tax, the same product is gross, and net is what remains when its tax is taken out. The document's discount
    lowers what is taxed, not the line's own value (A).
    """
    if line.kind == "comment":
        line.net = line.tax = line.document_discount = ZERO
        return
    if line.given is not None:
        line.net, line.tax = line.given
        line.document_discount = ZERO
        return
    if line.kind == "tax":
        line.net = line.document_discount = ZERO
        line.tax = rounded(line.price)
        return
    value = rounded(line.quantity * (line.price - line.discount_value))
    rate = line.tax_rate / 100
    line.net = rounded(value / (1 + rate)) if rules.prices_include_tax else value
    line.document_discount = (
        percent_of(line.net, document_discount) if document_discount and line.kind != "charge" else ZERO
    )
    if rules.prices_include_tax and not line.document_discount:
        line.tax = value - line.net
    else:
        line.tax = rounded((line.net - line.document_discount) * rate)


def sum_order(order: Order, rules: Rules) -> Totals:
    """Bring lines and totals of an order up to date; the totals."""
    goods = charges = charges_tax = discount = tax = ZERO
    taxed: dict[Decimal, Decimal] = {}
    for line in order.lines:
        sum_line(line, rules, order.discount_percent)
        tax += line.tax
        discount += line.document_discount
        taxed[line.tax_rate] = taxed.get(line.tax_rate, ZERO) + line.net - line.document_discount
        if line.kind == "charge":
            charges += line.net
            charges_tax += line.tax
        else:
            goods += line.net
    if rules.tax_rounding == "document":
        whole = sum((percent_of(value, rate) for rate, value in taxed.items()), ZERO)
        _correct(order.lines, whole - tax)
        tax = whole
    net = goods + charges - discount
    order.totals = Totals(
        goods=goods,
        charges=charges,
        charges_tax=charges_tax,
        discount=discount,
        net=net,
        tax=tax,
        gross=net + tax,
    )
    return order.totals


def _correct(lines: list[OrderLine], difference: Decimal) -> None:
    """Let the largest taxed line carry what rounding the whole document makes different."""
    if difference:
        taxed = [line for line in lines if line.tax_rate and line.net]
        max(taxed, key=lambda line: abs(line.net)).tax += difference
