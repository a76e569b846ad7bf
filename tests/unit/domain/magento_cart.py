"""Orders as a Magento shop would calculate them, generated.

Tax per unit, per row or on the total (with the remainder carried from row to row, as Magento does),
prices with or without tax, discounts in percent of each row, several rates, shipping with its own
rate and discount, a second currency by an exchange rate. Sources: Magento contract, points 2 to 5;
Magento_Tax `UnitBaseCalculator`, `RowBaseCalculator`, `TotalBaseCalculator`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from hypothesis import strategies as st

from tidegate.domain.orders.order import LineAmounts, Order, OrderLine, Totals
from unit.domain.orders import order

D = Decimal
RATES = {"20": "GB-VAT-20", "5": "", "17.5": "", "6": "US-MI-6", "0": ""}


def cent(value: Decimal) -> Decimal:
    return value.quantize(D("0.01"), ROUND_HALF_UP) + 0


@dataclass(frozen=True)
class Row:
    price: Decimal
    quantity: Decimal
    discount_percent: Decimal
    rate: Decimal  # percent


@dataclass
class Shop:
    """How this shop calculates."""

    inclusive: bool
    method: Literal["unit", "row", "total"]
    carried: dict[Decimal, Decimal] = field(default_factory=dict)

    def bill(self, row: Row) -> LineAmounts:
        share = row.rate / (100 + row.rate) if self.inclusive else row.rate / 100
        whole = cent(row.price * row.quantity)
        off = cent(whole * row.discount_percent / 100)
        before = cent(whole * share)
        tax = self._tax(whole - off, row, share)
        if self.inclusive:
            net = whole - off - tax
            return LineAmounts(net, tax, max(whole - before - net, D(0)))
        return LineAmounts(whole - off, tax, off)

    def _tax(self, amount: Decimal, row: Row, share: Decimal) -> Decimal:
        if self.method == "unit":
            return cent(cent(amount / row.quantity * share) * row.quantity)
        exact = amount * share
        if self.method == "row":
            return cent(exact)
        carried = exact + self.carried.get(row.rate, D(0))
        self.carried[row.rate] = carried - cent(carried)
        return cent(carried)


def sums(lines: Sequence[LineAmounts], freight: LineAmounts, off: Decimal) -> Totals:
    goods = sum((each.net for each in lines), D(0))
    tax = sum((each.tax for each in lines), freight.tax)
    return Totals(
        goods=goods,
        shipping=freight.net,
        shipping_tax=freight.tax,
        shipping_discount=freight.discount,
        tax=tax,
        grand_total=goods + freight.net + tax + off,
    )


def exchanged(money: LineAmounts, rate: Decimal) -> LineAmounts:
    return LineAmounts(cent(money.net * rate), cent(money.tax * rate), cent(money.discount * rate))


prices = st.one_of(
    st.decimals("0", "500", places=2),
    st.decimals("0.01", "5", places=4),
    st.decimals("0", "100000", places=2),
)
quantities = st.one_of(
    st.integers(1, 12).map(D),
    st.decimals("0.0001", "50", places=4),
    st.integers(1, 100_000).map(D),
)
small_quantities = st.integers(1, 12).map(D)
percents = st.sampled_from([D(0), D(0), D(10), D("33.33"), D(100)]) | st.decimals("0", "100", places=2)
rates = st.sampled_from([D(rate) for rate in RATES])


def rows(amount: st.SearchStrategy[Decimal]) -> st.SearchStrategy[list[Row]]:
    return st.lists(st.builds(Row, prices, amount, percents, rates), min_size=1, max_size=6)


@st.composite
def orders(draw: st.DrawFn, amount: st.SearchStrategy[Decimal] = quantities) -> Order:
    """An order in EUR, of a website that keeps GBP."""
    shop = Shop(draw(st.booleans()), draw(st.sampled_from(["unit", "row", "total"])))
    rate = draw(st.sampled_from([D(1), D("0.8547"), D("1.3")]))
    billed = [(row, shop.bill(row)) for row in draw(rows(amount))]
    carriage = Row(draw(st.decimals("0", "60", places=2)), D(1), draw(percents), draw(rates))
    freight = shop.bill(carriage)
    cents_off = st.sampled_from([D(0), D(0), D(0), D("0.01"), D("-0.01")])
    lines = [
        OrderLine(
            item_id=index,
            sku=f"S{index}",
            name=f"Product {index}",
            quantity=row.quantity,
            amounts=money,
            base=exchanged(money, rate),
            tax_rate=row.rate,
            tax_names=(RATES[str(row.rate)],) if RATES[str(row.rate)] else (),
        )
        for index, (row, money) in enumerate(billed, start=1)
    ]
    return order(
        *lines,
        currency="EUR",
        totals=sums([money for _, money in billed], freight, draw(cents_off)),
        base_totals=sums([each.base for each in lines], exchanged(freight, rate), draw(cents_off)),
        shipping_tax_rate=carriage.rate,
        shipping_tax_names=(),
    )
