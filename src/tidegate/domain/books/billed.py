"""One invoice or credit note of one order, taken apart: goods, delivery, tax and rounding on both sides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tidegate.domain.books.agreement import Facts
from tidegate.domain.books.liabilities import by_order, delivery_of, freight_of, kept_line, line_net, share
from tidegate.domain.fulfilment.sage_documents import SalesInvoice
from tidegate.domain.money import ZERO, total

#: The code of tax that no line of ours carries.
NO_CODE = "(none of ours)"
#: A code, and net and tax: first by Magento's orders, then as Sage has charged.
ByCode = tuple[str, Decimal, Decimal, Decimal, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledPart:
    """Credits count negative. What Magento's orders say is of the invoiced pieces."""

    number: str
    goods: Decimal
    goods_charged: Decimal
    freight: Decimal
    freight_charged: Decimal
    freight_account: str
    tax: Decimal
    tax_charged: Decimal
    rounding: Decimal
    by_code: tuple[ByCode, ...]


def billed_documents(facts: Facts) -> Iterator[BilledPart]:
    """Every document of the period, or the part of each order in it where the company reports all of them."""
    for invoice in by_order(facts):
        yield billed(invoice, facts)


def billed(invoice: SalesInvoice, facts: Facts) -> BilledPart:
    """One of them. `goods_charged`, `freight_charged` and `rounding` make its net, whatever is not known."""
    sign = Decimal(-1 if invoice.credit else 1)
    codes: list[ByCode] = []
    for line in invoice.lines:
        kept = kept_line(invoice, line.line_key, facts)
        if kept is None:
            continue
        due = share(kept.tax, line.quantity, kept.quantity)
        net = share(kept.net, line.quantity, kept.quantity)
        codes.append((kept.tax_code, net, line_net(line, kept), due, due if line.tax is None else line.tax))
    goods, goods_charged = total(each[1] for each in codes), total(each[2] for each in codes)
    known = total(each[4] for each in codes)
    charged, left = invoice.net - goods_charged, invoice.tax - known
    kept_freight = freight_of(invoice, facts)
    freight = ZERO
    if kept_freight is not None and charged:
        freight, freight_charged = kept_freight.net, delivery_of(charged, kept_freight, facts)
        due = share(kept_freight.tax, freight_charged, kept_freight.net)
        codes.append((kept_freight.tax_code, freight, freight_charged, due, left))
    else:
        freight_charged = charged if abs(charged) > facts.tolerance else ZERO
        if left or freight_charged:
            codes.append((NO_CODE, ZERO, freight_charged, ZERO, left))
    return BilledPart(
        number=invoice.number,
        goods=sign * goods,
        goods_charged=sign * goods_charged,
        freight=sign * freight,
        freight_charged=sign * freight_charged,
        freight_account=kept_freight.account if kept_freight is not None else "",
        tax=sign * total(each[3] for each in codes),
        tax_charged=sign * invoice.tax,
        rounding=sign * (charged - freight_charged),
        by_code=tuple(
            (code, sign * net, sign * net_sage, sign * due, sign * due_sage)
            for code, net, net_sage, due, due_sage in codes
        ),
    )
